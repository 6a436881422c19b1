"""Priors learnt from Cochrane reviews are those that two people read off the same published table.

expected/empirical_priors.csv holds what packages of R have of the tables, by different people. One
of them slips where a third transcription (rnmamod's, from which the tables were typed, too) and the
even distances of the columns speak against it; these places are named, all others must agree.
"""

import csv
from itertools import pairwise
from math import exp, log
from pathlib import Path

import pytest

from metasynth.model.empirical_priors import (
    COMPARISONS,
    EARLIER,
    RHODES,
    TURNER,
    rhodes_2015,
    turner_2012,
    turner_2015,
)

with (Path(__file__).parent / "expected" / "empirical_priors.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
RHODES_LINES = {
    1: ("obstetric",),
    2: ("resource use",),
    3: ("structure-related",),
    4: ("general physical health", "adverse events", "pain", "quality of life"),
    5: ("signs and symptoms", "infection"),
    6: ("mental health",),
    7: ("biological markers",),
    8: ("subjective outcomes",),
}
SLIPS = {
    ("turner_2015", "2", "1"): ("-3.25", "1.74"),  # others -3.52
    ("turner_2015", "6", "2"): ("-3.32", "1.79"),  # others -3.23
    ("rhodes_2015", "2", "2"): ("-2.83", "-2.7"),  # a scale below 0
    ("rhodes_2015", "4", "2"): ("-3.34", "2.44"),  # others -3.44
}
UNCERTAIN = ("rhodes_2015", "6", "3")


def ours(row):
    """The priors of that place of a table."""
    number, comparison = int(row["row"]), COMPARISONS[int(row["column"]) - 1]
    if row["table"] == "rhodes_2015":
        return [rhodes_2015(name, comparison) for name in RHODES_LINES[number]]
    table, make = {"turner_2012": (EARLIER, turner_2012), "turner_2015": (TURNER, turner_2015)}[
        row["table"]
    ]
    return [make([*table][number - 1], comparison)]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: "-".join([*r.values()][:4]))
def test_every_place_of_a_table_is_as_others_read_it(row):
    place = row["table"], row["row"], row["column"]
    if place == UNCERTAIN:
        with pytest.raises(ValueError, match="not certain"):
            ours(row)
        return
    slip = row["by"] == "hetprior" and place in SLIPS
    for prior in ours(row):
        found = 2 * prior.location, 2 * prior.scale
        read = float(row["location"]), float(row["scale"])
        if slip:
            assert (row["location"], row["scale"]) == SLIPS[place]
            assert found != pytest.approx(read)
        else:
            assert found == pytest.approx(read, abs=1e-12)


def test_the_earlier_distributions_have_the_medians_and_ranges_that_are_printed():
    rows = [row for row in ROWS if row["table"] == "turner_2012" and row["by"] == "hetprior"]
    assert len(rows) == 9
    for row in rows:
        (prior,) = ours(row)
        location, spread = 2 * prior.location, 1.959964 * 2 * prior.scale
        made = {"median": 0.0, "low": -spread, "high": spread}
        for name, away in made.items():
            unit = 10.0 ** -len(row[name].split(".")[1])
            assert exp(location + away) == pytest.approx(float(row[name]), abs=unit / 2), row


def test_the_ranges_of_rhodes_are_those_of_standard_deviations():
    """As the module says: what others read as the scale of log-t is wider than these."""
    rows = [
        row for row in ROWS if row["table"] == "rhodes_2015" and row["high"] not in ("", "None")
    ]
    assert len(rows) == 8
    for row in rows:
        (prior, *_) = ours(row)
        half = (log(float(row["high"])) - 2 * prior.location) / (2 * prior.scale)
        assert 1.95 < half < 2.15 < 2.57


def test_the_columns_of_a_table_stand_at_even_distances():
    """As effects of outcome and comparison add up in the papers' models; where two are rounded."""
    for table, columns in ((EARLIER, 3), (TURNER, 5), (RHODES, 3)):
        rows = [row[::2] for row in table.values()]
        first = "all-cause mortality" if table is TURNER else None
        known = [row for name, row in zip(table, rows, strict=True) if name != first]
        for i, j in pairwise(range(columns)):
            apart = [row[j] - row[i] for row in known if len(row) > j]
            assert max(apart) - min(apart) < 0.031, (i, j, apart)


def test_every_row_of_a_table_is_read_by_others():
    assert {name for names in RHODES_LINES.values() for name in names} == set(RHODES)
    places = {(row["table"], row["row"]) for row in ROWS}
    counts = {"turner_2012": len(EARLIER), "turner_2015": len(TURNER), "rhodes_2015": 8}
    assert {t: sum(1 for table, _ in places if table == t) for t in counts} == counts
