"""How long each library that pyproject.toml names takes to import, as it is used here.

    python benchmarks/bench_imports.py

Processor milliseconds in a process of its own beyond an empty one, the least of seven; the last is
`import metasynth`, which imports none of them.
"""

import re
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
MODULES = {
    "babel": "babel.numbers",
    "jsonschema": "jsonschema.validators",
    "markdown-it-py": "markdown_it",
    "matplotlib": "matplotlib.figure",
    "pypandoc-binary": "pypandoc",
    "pyyaml": "yaml",
    "scipy": "scipy.special",
    "snakemake": "snakemake.cli",
    "statsmodels": "statsmodels.stats.meta_analysis",
}
ROUNDS = 7


def names() -> list[str]:
    """The libraries, as the registry calls them."""
    needed = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"]
    return [re.split(r"[<>=]", one)[0] for one in needed]


def milliseconds(code: str) -> float:
    """The least processor time of a program."""
    return min(_once(code) for _ in range(ROUNDS))


def _once(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Print the table."""
    empty = milliseconds("pass")
    for name in [*names(), "metasynth"]:
        module = MODULES.get(name, name)
        print(f"| {name} | {milliseconds(f'import {module}') - empty:.0f} |")


if __name__ == "__main__":
    main()
