"""Write docs/validation.md: how many numbers were compared with references, and how far off.

python docs/make_validation.py      (runs tests/reference, some minutes)
"""

import ast
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests/reference"
PAGE = ROOT / "docs/validation.md"
HEAD = """# How the numbers were validated

<!-- Made by docs/make_validation.py, which runs tests/reference; edit those, not this. -->

Every method is compared with something that was computed otherwise: R's metafor, lme4, base R or
bayesmeta on published data sets, statsmodels, plain integration, or figures that papers print.
The scripts that made the references stand beside the tests, and
`python tests/reference/regenerate.py` makes them again and says what moved.

A difference is relative where a value is beyond 1, else absolute. Where it is large, the reference
is coarse: a printed digit, bayesmeta's grid, Laplace's approximation in mixed models, or a
slow optimiser's tolerance; each test says so where it states its own.

| compared with | numbers | within 1e-8 | largest difference | test |
| --- | ---: | ---: | ---: | --- |
"""

EXAMPLES = """
## metafor's worked examples, replayed

Examples of the manual of R's metafor, by the page on which they stand, made again here.

| example | numbers | largest difference |
| --- | ---: | ---: |
"""


def noted(folder: Path) -> dict[str, tuple[int, int, float]]:
    """Of each module how many numbers were compared, how many nearly agree, and the most off."""
    found: dict[str, tuple[int, int, float]] = {}
    for path in sorted(folder.glob("*.json")):
        for module, (count, exact, difference) in json.loads(path.read_text("utf-8")).items():
            before = found.get(module, (0, 0, 0.0))
            found[module] = before[0] + count, before[1] + exact, max(before[2], difference)
    return found


def page(found: dict[str, tuple[int, int, float]]) -> str:
    """The page's Markdown."""
    rows = []
    modules = {name: row for name, row in found.items() if "/" not in name}
    for module, (count, exact, difference) in sorted(modules.items()):
        path = TESTS / f"{module}.py"
        told = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0]
        off = _said(difference)
        what = told.rstrip(".").replace("|", "\\|")
        rows.append(f"| {what} | {count} | {exact} | {off} | `{path.relative_to(ROOT)}` |\n")
    all_, exact = (sum(row[place] for row in modules.values()) for place in (0, 1))
    total = f"\n{all_} numbers in all, {exact} of them within 1e-8.\n"
    return HEAD + "".join(rows) + total + EXAMPLES + "".join(_examples(found))


def _examples(found: dict[str, tuple[int, int, float]]) -> list[str]:
    """A row for each worked example."""
    examples = {name.partition("/")[2]: row for name, row in found.items() if "/" in name}
    return [
        f"| {name} | {count} | {_said(difference)} |\n"
        for name, (count, _, difference) in sorted(examples.items())
    ]


def _said(difference: float) -> str:
    return "none" if difference < 5e-16 else f"{difference:.0e}"


def main() -> None:
    """Run the tests, or read what a run noted in the folder that is named."""
    if len(sys.argv) > 1:
        PAGE.write_text(page(noted(Path(sys.argv[1]))), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"REFERENCE_DIFFERENCES": folder}
        command = [sys.executable, "-m", "pytest", "-q", str(TESTS)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        PAGE.write_text(page(noted(Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
