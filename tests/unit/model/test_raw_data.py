"""The raw tables of both reviews: whole, traceable, and in agreement with what is printed."""

import csv
import dataclasses
import math
import re
from fractions import Fraction
from pathlib import Path

import pytest

from metasynth.model import records
from metasynth.tables.raw_table import CHECKED

ROOT = Path(__file__).parents[3]
ANAKINRA = ROOT / "data/raw/trials"
BCG = ROOT / ".test/data/raw/trials"
TRIALS = sorted(d for d in [*ANAKINRA.iterdir(), *BCG.iterdir()] if d.name != "_template")
TABLES = {
    "study": records.Study,
    "arms": records.Arm,
    "results": records.Result,
    "sources": records.Source,
    "risk_of_bias": records.Judgement,
    "survival": records.CurvePoint,
}
ID = re.compile(r"^[a-z][a-z0-9_]{0,63}$")

# Mertens & Singh 2009, J Rheumatol 36:1118, Table 4: the two trials together, events of 1366
# patients on anakinra and of 534 on placebo.
POOLED = {
    "any_adverse_event": (1252, 464),
    "serious_adverse_event": (96, 30),
    "infection": (543, 188),
    "serious_infection": (25, 3),
}
READINGS = [(outcome, "") for outcome in POOLED]
READINGS += [("any_adverse_event", "log_wald"), ("infection", "alternative_split")]


def rows(trial: Path, table: str) -> list[dict[str, str]]:
    with (trial / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def header(trial: Path, table: str) -> list[str]:
    with (trial / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def admissible(percent: str, total: int) -> list[int]:
    """Counts of `total` that round to the printed percentage, half up or half to even."""
    digits = len(percent.partition(".")[2])
    scaled = [Fraction(100 * 10**digits * events, total) for events in range(total + 1)]
    printed = int(percent.replace(".", ""))
    half_up = (math.floor(value + Fraction(1, 2)) for value in scaled)
    pairs = enumerate(zip(half_up, map(round, scaled), strict=True))
    return [events for events, rounded in pairs if printed in rounded]


@pytest.mark.parametrize("trial", [*TRIALS, ANAKINRA / "_template"], ids=lambda trial: trial.name)
def test_headers_are_the_fields_of_the_records(trial):
    for table, record in TABLES.items():
        fields = [f for f in dataclasses.fields(record) if f.name not in ("study", "cell")]
        needed = [f.name for f in fields if f.default is dataclasses.MISSING]
        if (trial / f"{table}.csv").exists():
            names = [name for name in header(trial, table) if name != CHECKED]
            assert set(needed) <= set(names)
            assert names == [f.name for f in fields if f.name in names]


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_ids_are_well_formed_and_resolve(trial):
    arms, results, sources = (rows(trial, table) for table in ("arms", "results", "sources"))
    arm_ids = [arm["arm_id"] for arm in arms]
    source_ids = [source["source_id"] for source in sources]
    for name in [trial.name, *arm_ids, *source_ids, *(row["outcome"] for row in results)]:
        assert ID.match(name)
    assert len(set(arm_ids)) == len(arm_ids)
    assert len(set(source_ids)) == len(source_ids)
    assert {row["source_id"] for row in [*arms, *results]} <= set(source_ids)
    assert {row["arm_id"] for row in results} <= set(arm_ids)
    for note in (row["note"] for row in [*arms, *results]):
        assert set(re.findall(r"\bN: ([a-z][a-z0-9_]*_[a-z0-9_]+)", note)) <= set(source_ids)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_no_result_stands_twice(trial):
    columns = ("outcome", "week", "reading", "arm_id", "reference_arm_id")
    keys = [tuple(r[name] for name in columns) for r in rows(trial, "results")]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_every_source_is_quoted_shortly_and_in_the_bibliography(trial):
    bibliography = (trial.parents[1] / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{(\w+),", bibliography, flags=re.MULTILINE)
    for source in rows(trial, "sources"):
        assert source["reference"] in keys
        assert 0 < len(source["quote"].split()) <= 40
    assert rows(trial, "study")[0]["reference"] in keys


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_counts_agree_with_their_printed_percentages(trial):
    for row in rows(trial, "results"):
        if not (row["events"] and row["reported_percent"]):
            continue
        counts = admissible(row["reported_percent"], int(row["total"]))
        assert int(row["events"]) in counts, row
        if row["provenance"] == "derived":
            assert [int(row["events_low"]), int(row["events_high"])] == [counts[0], counts[-1]], row


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_what_is_missing_says_so_and_nothing_else_is_blank(trial):
    for row in rows(trial, "results"):
        if row["provenance"] == "missing":
            assert not row["events"], row
            assert row["note"], row
        else:
            assert row["events"] or row["reported_percent"] or row["reported_p"], row


@pytest.mark.parametrize(("outcome", "reading"), READINGS)
def test_counts_sum_to_the_totals_of_mertens_and_singh(outcome, reading):
    sums = {"anakinra": [0, 0], "placebo": [0, 0]}
    for trial in ("cohen2004", "fleischmann2003"):
        for row in rows(ANAKINRA / trial, "results"):
            if (row["outcome"], row["week"], row["reading"]) == (outcome, "24", reading):
                sums[row["arm_id"]][0] += int(row["events"])
                sums[row["arm_id"]][1] += int(row["total"])
    events = POOLED[outcome]
    assert sums == {"anakinra": [events[0], 1366], "placebo": [events[1], 534]}


def test_randomised_arms_of_cohen_2002_sum_to_the_419_of_the_trial():
    arms = rows(ANAKINRA / "cohen2002", "arms")
    assert sum(int(arm["n_randomised"]) for arm in arms) == 419
