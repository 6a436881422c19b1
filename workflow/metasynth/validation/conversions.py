"""What must hold of the numbers that others are computed from: medians, changes, tests of two arms.

Most is told row by row, as in results.py; what an arm's row may leave to a row of two arms is
judged between rows.
"""

from collections.abc import Iterator, Set
from itertools import pairwise

from metasynth.core.faults import Fault
from metasynth.tables.raw_table import RawTable, Row
from metasynth.validation.results import rule

_SOURCE = "check the number against the source"
_FIVE = ("minimum", "q1", "median", "q3", "maximum")
_PLACE = ("outcome", "week", "reading")


@rule(*_FIVE, "total", "reference_arm_id")
def _five_numbers(row: Row) -> Iterator[Fault]:
    """Quartiles and extremes come in pairs, in ascending order, of a number of patients."""
    for low, high in (("q1", "q3"), ("minimum", "maximum")):
        if bool(row[low]) != bool(row[high]):
            column = high if row[low] else low
            yield row.fault(column, "both or none", f"fill in {column}, or remove the other")
    known = [(name, float(row[name])) for name in _FIVE if row[name]]
    for (below, x), (above, y) in pairwise(known):
        if x > y:
            yield row.fault(above, f"at least the {below}, {row[below]}", _SOURCE)
    if known and not (row["total"] or row["reference_arm_id"]):
        remedy = "fill in the number of patients analysed"
        yield row.fault("total", f"a total, as there is a {known[0][0]}", remedy)


@rule("mean", "sd", "se", "ci_low", "baseline_mean", "baseline_sd", "final_mean", "final_sd",
      "change_correlation")  # fmt: skip
def _changes_are_whole(row: Row) -> Iterator[Fault]:
    """Both times of a change, unless the change itself is printed.

    The standard deviation before serves by itself where changes are measured by it.
    """
    changed = row["mean"] or (row["baseline_mean"] and row["final_mean"])
    spread = row["sd"] or row["se"] or row["ci_low"] or (row["baseline_sd"] and changed)
    for first, second, given in (
        ("baseline_mean", "final_mean", row["mean"]),
        ("baseline_sd", "final_sd", spread),
    ):
        if bool(row[first]) != bool(row[second]) and not given:
            column = second if row[first] else first
            expected = f"{first} and {second}, from which the change follows"
            yield row.fault(column, expected, f"fill in {column}, or the change itself")
    if row["change_correlation"] and not row["baseline_sd"]:
        expected = "nothing, as there is no standard deviation before"
        yield row.fault("change_correlation", expected, "fill it in, or remove the correlation")
    if row["change_correlation"] and abs(float(row["change_correlation"])) == 1:
        yield row.fault("change_correlation", "a correlation between -1 and 1", _SOURCE)


@rule("reference_arm_id", "mean", "se", "ci_low", "ci_high")
def _limits_of_a_mean(row: Row) -> Iterator[Fault]:
    """In a row of one arm an error and limits are of its mean."""
    if row["reference_arm_id"] or not row["mean"]:
        return
    low, high = row["ci_low"], row["ci_high"]
    if row["se"] and float(row["se"]) <= 0:
        yield row.fault("se", "a standard error above 0", _SOURCE)
    if bool(low) != bool(high):
        column = "ci_high" if low else "ci_low"
        yield row.fault(column, "both limits or none", f"fill in {column}, or remove the other")
    elif low and not float(low) < float(row["mean"]) < float(high):
        yield row.fault("mean", f"a value between {low} and {high}, its limits", _SOURCE)


@rule("design_effect", "cluster_size", "icc", "pair_correlation")
def _designs_are_whole(row: Row) -> Iterator[Fault]:
    """A design effect, or what it follows from; a correlation short of certainty."""
    if row["design_effect"] and (row["cluster_size"] or row["icc"]):
        remedy = "keep one of the two, as the source prints it"
        expected = "a design effect, or cluster_size and icc, not both"
        yield row.fault("design_effect", expected, remedy)
    elif row["icc"] and not row["cluster_size"]:
        expected = "patients in a cluster, as there is an intracluster correlation"
        yield row.fault("cluster_size", expected, "fill in the mean size of a cluster")
    if row["pair_correlation"] and abs(float(row["pair_correlation"])) == 1:
        yield row.fault("pair_correlation", "a correlation between -1 and 1", _SOURCE)


@rule("estimate", "reported_z", "mean_both", "events_both", "measure")
def _pairs_are_whole(row: Row) -> Iterator[Fault]:
    """What needs an estimate beside it."""
    for column in ("reported_z", "mean_both"):
        if row[column] and not row["estimate"] and not (row["events_both"] and column[-1] == "z"):
            expected = f"an estimate, as there is {column}"
            yield row.fault("estimate", expected, "fill in the estimate")
    if row["events_both"] and row["estimate"] and not row["measure"]:
        expected = "the measure of the estimate, from which events of both arms follow"
        yield row.fault("measure", expected, "write OR, RR or RD")


def served(results: RawTable, curves: Set[tuple[str, str, str]] = frozenset()) -> Iterator[Fault]:
    """Rows of one arm with a size alone, or a spread without a mean, and no row of two arms.

    A size may serve one of the `curves` as well: those of an outcome, a week and an arm. Events of
    two arms are at least those of one, and at most all their patients.
    """
    pairs = [row for row in results.rows if row["reference_arm_id"] and not row.bad]
    named = {
        (*(row[c] for c in _PLACE), row[column]): row
        for row in pairs
        for column in ("arm_id", "reference_arm_id")
    }
    for row in results.rows:
        if row["reference_arm_id"] or row["provenance"] == "missing" or row.bad:
            continue
        pair = named.get((*(row[c] for c in _PLACE), row["arm_id"]))
        drawn = (row["outcome"], row["week"], row["arm_id"]) in curves
        if is_size_alone(row) and pair is None and not drawn:
            remedy = "fill in the number, or write missing in provenance and explain in note"
            expected = f"a number beside the total, as provenance is {row['provenance']}"
            yield row.fault("provenance", expected, remedy)
        elif row["sd"] and not _has_centre(row) and (pair is None or not pair["estimate"]):
            expected = "a mean, as there is a standard deviation"
            yield row.fault("mean", expected, "fill in the mean")
    yield from _sums(results, pairs)


def is_size_alone(row: Row) -> bool:
    """Whether a row of one arm has its number of patients and no other number."""
    filled = {
        column
        for column, text in row.items()
        if text and column not in (*_PLACE, "arm_id", "provenance", "source_id", "note", "checked")
    }
    beside = {"design_effect", "cluster_size", "icc", "follow_up_min", "follow_up_max"}
    return filled - beside == {"total"}


def _has_centre(row: Row) -> bool:
    known = row["mean"] or row["median"] or (row["baseline_mean"] and row["final_mean"])
    return bool(known)


def _sums(results: RawTable, pairs: list[Row]) -> Iterator[Fault]:
    arms = {
        (*(row[c] for c in _PLACE), row["arm_id"]): row
        for row in results.rows
        if not row["reference_arm_id"] and not row.bad
    }
    for pair in pairs:
        names = ("arm_id", "reference_arm_id")
        sides = [arms.get((*(pair[c] for c in _PLACE), pair[name])) for name in names]
        both = [side for side in sides if side is not None]
        if not pair["events_both"]:
            continue
        events = int(pair["events_both"])
        if len(both) < 2 or not all(side["total"] for side in both):
            expected = "rows of both arms with their totals, from which events of each follow"
            yield pair.fault("events_both", expected, "add them")
            continue
        totals = [int(side["total"]) for side in both]
        known = [int(side["events"]) for side in both if side["events"]]
        if events > sum(totals):
            yield pair.fault("events_both", f"at most the {sum(totals)} patients of both", _SOURCE)
        elif len(known) == 2 and sum(known) != events:
            yield pair.fault("events_both", f"{sum(known)}, the events of both arms", _SOURCE)
        elif known and not 0 <= events - known[0] <= _other(both):
            expected = f"a number that leaves the other arm 0 to {_other(both)} events"
            yield pair.fault("events_both", expected, _SOURCE)


def _other(both: list[Row]) -> int:
    """The patients of the arm without events."""
    return next((int(side["total"]) for side in both if not side["events"]), 0)
