"""What must hold of the statements to audit: each row by its kind, and between rows.

A statement that cannot be recomputed for want of numbers is no fault; one that does not say what is
to be recomputed is.
"""

import re
from collections.abc import Iterator

from metasynth.audit.kinds import KINDS, OF_A_COMPARISON, QUANTITIES, TYPED, Kind, parts
from metasynth.core.faults import Fault, nearest
from metasynth.model.records import Config
from metasynth.tables.raw_table import RawTable, Row
from metasynth.tables.reader import RawTables, RawTrial
from metasynth.tables.table_schema import ID
from metasynth.validation.trials import not_among

_TOGETHER = {
    "figure_estimate": ("ci_low", "ci_high"),
    "percentages": ("reference_arm_id", "reference_value"),
}
_PARTS = {
    "sum": (re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"), "numbers", "write them as 30; 22.5"),
    "most_frequent": (ID, "names of outcomes", "write them as infection; death"),
    "": (re.compile(r".+"), "things", "write them as Alpha 2001; Beta 2005"),
}
_INTERVAL = ("ci_low", "estimate", "ci_high")


def faults(raw: RawTables, claims: RawTable) -> Iterator[Fault]:
    """All faults of claims.csv, its cells having been checked one by one."""
    trials = {trial.study: trial for trial in raw.trials}
    for row in claims.rows:
        if "kind" in row.bad or row["kind"] not in KINDS:
            continue
        yield from _columns(row, KINDS[row["kind"]])
        yield from _parts(row)
        yield from _study(row)
        if raw.whole:
            yield from _arms(row, trials)
    if claims.knows("claim_id"):
        yield from _contradictions(claims)


def comparison_faults(config: Config, claims: RawTable) -> Iterator[Fault]:
    """Comparisons that config.yaml does not have, or that a pooled statement would have to name."""
    known = [name for name in config.comparisons if name]
    for row in claims.rows:
        if row.bad & {"comparison", "outcome", "kind", "week"}:
            continue
        own = _compared(config, row)
        if row["comparison"] and not known:
            expected = "a blank cell, as the review has one comparison"
            yield row.fault("comparison", expected, "remove it")
        elif row["comparison"] and row["comparison"] not in known:
            what = "a comparison under comparisons in config.yaml"
            yield row.fault("comparison", *not_among(row["comparison"], set(known), what))
        elif not row["comparison"] and len(own) > 1 and row["kind"] in OF_A_COMPARISON:
            expected = f"which comparison it is of, as {row['outcome']} is pooled in several"
            yield row.fault("comparison", expected, f"fill in one of {', '.join(own)}")


def _compared(config: Config, row: Row) -> list[str]:
    """The comparisons in which a statement's outcome is pooled at its week."""
    week = int(row["week"]) if row["week"] else None
    wanted = row["outcome"], week
    return list(
        dict.fromkeys(o.comparison for o in config.outcomes if (o.outcome, o.week) == wanted)
    )


def _columns(row: Row, kind: Kind) -> Iterator[Fault]:
    """What the kind needs is filled in, and nothing that it does not use."""
    for column in kind.required:
        if not row[column] and column not in row.bad:
            yield row.fault(
                column, f"{_meaning(column)}, as the kind is {row['kind']}", "fill it in"
            )
    for column in sorted(TYPED - kind.columns):
        if row[column] and column not in row.bad:
            expected = f"a blank cell, as a statement of kind {row['kind']} has no {column}"
            yield row.fault(column, expected, "remove it, or correct the kind")
    if kind.assertions and row["assertion"] not in kind.assertions and "assertion" not in row.bad:
        expected = f"one of {', '.join(kind.assertions)}"
        near = nearest(row["assertion"], kind.assertions)
        yield row.fault("assertion", expected, f"did you mean {near}?" if near else "choose one")
    yield from _pairs(row)
    yield from _bounds(row)


def _meaning(column: str) -> str:
    names = {"parts": "a list", "cited": "a key of references.bib"}
    return names.get(column, f"a value of {column}")


def _pairs(row: Row) -> Iterator[Fault]:
    """Both limits or none, around the estimate; a second arm together with its percentage."""
    pair = _TOGETHER.get(row["kind"])
    if pair and not row.bad.intersection(pair) and bool(row[pair[0]]) != bool(row[pair[1]]):
        missing = pair[1] if row[pair[0]] else pair[0]
        yield row.fault(missing, f"both {pair[0]} and {pair[1]}, or neither", "fill in the other")
    if not row.bad.intersection(_INTERVAL) and all(row[name] for name in _INTERVAL):
        low, estimate, high = (float(row[name]) for name in _INTERVAL)
        if not low <= estimate <= high:
            expected = f"a value from {row['ci_low']} to {row['ci_high']}, its limits"
            yield row.fault("estimate", expected, "check the estimate and its limits")


def _bounds(row: Row) -> Iterator[Fault]:
    """A percentage is one; so many times as much is more than nothing."""
    if row["kind"] in ("percentages", "split_comparison"):
        for column in ("value", "reference_value"):
            if row[column] and column not in row.bad and not 0 <= float(row[column]) <= 100:
                yield row.fault(column, "a percentage, from 0 to 100", "check it")
    ratio = row["value"] if row["kind"] == "fold" and "value" not in row.bad else ""
    if ratio and float(ratio) <= 0:
        yield row.fault("value", "a ratio above 0", "check it")


def _parts(row: Row) -> Iterator[Fault]:
    """Numbers to add up, names of outcomes to compare with, or things that are listed."""
    if not row["parts"] or "parts" in row.bad:
        return
    pattern, expected, remedy = _PARTS.get(row["kind"], _PARTS[""])
    found = parts(row["parts"])
    if not found or not all(pattern.fullmatch(part) for part in found):
        yield row.fault("parts", f"{expected} separated by semicolons", remedy)


def _study(row: Row) -> Iterator[Fault]:
    """A statement of a trial names it; a pooled one names none."""
    about = KINDS[row["kind"]].about
    if row["kind"] == "quantity" and row["quantity"] in QUANTITIES:
        level = QUANTITIES[row["quantity"]]
        about = "pooled" if level == "review" else "study"
        if level == "arm" and not row["arm_id"] and "arm_id" not in row.bad:
            yield row.fault("arm_id", f"an arm, as the quantity is {row['quantity']}", "fill it in")
    if "study_id" in row.bad:
        return
    if about == "study" and not row["study_id"]:
        yield row.fault("study_id", "the trial that the statement is about", "fill in its folder")
    elif about == "pooled" and row["study_id"]:
        expected = "a blank cell, as the statement is not about one trial"
        yield row.fault("study_id", expected, "remove it, or correct the kind")


def _arms(row: Row, trials: dict[str, RawTrial]) -> Iterator[Fault]:
    """The arms named are those of the trial."""
    trial = trials.get(row["study_id"])
    if trial is None or not trial.table("arms").knows("arm_id"):
        return
    known = {arm["arm_id"] for arm in trial.table("arms").rows}
    for column in ("arm_id", "reference_arm_id"):
        name = row[column]
        if name and name not in known and column not in row.bad:
            yield row.fault(column, *not_among(name, known, f"an arm of {trial.study}"))
    if row["arm_id"] and row["arm_id"] == row["reference_arm_id"]:
        yield row.fault("reference_arm_id", "another arm than arm_id", "name the arm compared with")


def _contradictions(claims: RawTable) -> Iterator[Fault]:
    """Statements of the same document that say different things."""
    by_id = {row["claim_id"]: row for row in claims.rows}
    for row in claims.rows:
        if "contradicts" in row.bad:
            continue
        for name in parts(row["contradicts"]):
            other = by_id.get(name)
            if other is None:
                yield row.fault("contradicts", *not_among(name, set(by_id), "a claim_id"))
            elif other["reference"] != row["reference"]:
                expected = f"a statement of the same document; {name} is of {other['reference']}"
                yield row.fault("contradicts", expected, "remove it")
            elif _said(row) == _said(other):
                expected = f"a statement that says something else; {name} says the same"
                yield row.fault("contradicts", expected, "remove it, or correct an assertion")


def _said(row: Row) -> tuple[str, str]:
    return row["assertion"], row["value"]
