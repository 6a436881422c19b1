"""The committed tables of reference values."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

EXPECTED = Path(__file__).parent / "expected"


def read(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this file."""
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def quantities(name: str) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """The quantities of each data set, by what was made of it."""
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in read(name):
        found[row["dataset"]][row["what"]][row["quantity"]] = float(row["value"])
    return found
