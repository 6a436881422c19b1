"""Write docs/validation.md: how many numbers were compared with references, and how far off.

python docs/make_validation.py      (runs tests/reference, some minutes)
"""

import ast
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests/reference"
PAGE = ROOT / "docs/validation.md"
PAGES = TESTS / "expected/worked_examples_pages.csv"
LEFT_OUT = TESTS / "worked_examples_left.csv"
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

Of the {pages} help pages ({versions}) whose examples have an analysis, {whole} are
replayed whole and {part} in part, through `metasynth.pool` and `metasynth.regress` where these can
say it: {analyses} analyses. Of the pages that are data sets, dat.\\*, {data} of {all_data} are
replayed, whole or in part; many others fit the BCG trials again to show one function, and count all
the same. Plots are not compared, nor prediction limits of pools, for which metafor takes normal
quantiles, nor Cochran-Mantel-Haenszel's test, to which it applies a continuity correction.

| page | analyses | numbers | largest difference | not replayed |
| --- | ---: | ---: | ---: | --- |
"""
LEFT = """
Pages of which nothing is replayed, by what is missing here:

"""
NONE = "no analysis"


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
    return HEAD + "".join(rows) + total + "".join(_examples(found))


def _examples(found: dict[str, tuple[int, int, float]]) -> Iterator[str]:
    """A row for each page with replayed examples, then the other pages by what is missing."""
    known = {(row["page"], row["version"]): row["package"] for row in _table(PAGES)}
    replayed: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for name, row in found.items():
        if "/" in name:
            replayed[name.partition("/")[2].partition(":")[0]].append(row)
    parts: dict[str, list[str]] = defaultdict(list)
    missing: dict[str, list[str]] = defaultdict(list)
    for left_out in _table(LEFT_OUT):
        if left_out["part"]:
            parts[left_out["page"]].append(left_out["part"])
        elif left_out["why"] != NONE:
            missing[left_out["why"]].append(left_out["page"])
    partly = len(parts.keys() & replayed.keys())
    yield EXAMPLES.format(
        pages=len(replayed) + sum(map(len, missing.values())),
        versions=", ".join(sorted({f"{own} {version}" for (_, version), own in known.items()})),
        whole=len(replayed) - partly,
        part=partly,
        analyses=sum(map(len, replayed.values())),
        data=sum(page.startswith("dat.") for page in replayed),
        all_data=sum(page.startswith("dat.") for page, _ in known),
    )
    for page, own in sorted(replayed.items()):
        count, off = sum(row[0] for row in own), max(row[2] for row in own)
        left = "; ".join(parts[page])
        yield f"| {page} | {len(own)} | {count} | {_said(off)} | {left} |\n"
    yield LEFT
    for why, pages in sorted(missing.items()):
        yield f"- {why}: {', '.join(pages)}\n"


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


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
