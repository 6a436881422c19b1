"""What must hold within one row of results.csv.

A rule names the columns it looks at and is not asked where one of them is already at fault, so that
one mistake gives one message.
"""

from collections.abc import Callable, Iterator

from metasynth.core.faults import Fault
from metasynth.model.methods import MEASURE
from metasynth.tables.raw_table import Row

Rule = Callable[[Row], Iterator[Fault]]
RULES: list[tuple[frozenset[str], Rule]] = []
_NUMBERS = (
    *("events", "reported_percent", "mean", "estimate", "o_minus_e", "correlation", "reported_p"),
    *("median", "final_mean", "reported_t", "reported_f", "events_both"),
)
_DEPENDENT = (
    *("events_low", "events_high", "sd", "se", "ci_low", "ci_high", "variance", "ci_level"),
    *("q1", "q3", "minimum", "maximum", "baseline_mean", "baseline_sd", "final_sd"),
    *("change_correlation", "reported_z", "mean_both"),
    *("design_effect", "cluster_size", "icc", "pair_correlation"),
    *("follow_up_min", "follow_up_max"),
)
_OF_ARMS = (
    *("events", "reported_percent", "mean", "person_time", "correlation", "median", "q1", "q3"),
    *("minimum", "maximum", "baseline_mean", "baseline_sd", "final_mean", "final_sd"),
    *("change_correlation", "follow_up_min", "follow_up_max"),
)
_OF_PAIRS = (
    *("estimate", "o_minus_e", "variance", "reported_p", "measure", "adjusted_for"),
    *("reported_t", "reported_f", "reported_z", "events_both", "mean_both"),
)
_OF_PAIRS_OR_MEANS = ("se", "ci_low", "ci_high", "ci_level")
_SOURCE = "check the number against the source"


def rule(*columns: str) -> Callable[[Rule], Rule]:
    """Register a rule with the columns it looks at."""

    def register(function: Rule) -> Rule:
        RULES.append((frozenset(columns), function))
        return function

    return register


def row_faults(row: Row) -> Iterator[Fault]:
    """All faults of one row of results.csv, each cell having been checked by itself."""
    for columns, function in RULES:
        if not (row.bad and row.bad & columns):
            yield from function(row)


def admissible_counts(percent: str, total: int) -> range:
    """The counts of `total` patients that a printed percentage can stand for.

    A count fits when its exact percentage is within half a unit of the last printed decimal, so
    that a tie fits whichever way it was rounded.
    """
    digits, _, exponent = percent.lower().partition("e")  # R writes 1e-05
    decimals = len(digits.partition(".")[2]) - int(exponent or 0)
    twice = 2 * int(digits.replace(".", ""))  # in halves of the last printed decimal
    whole = 200 * 10**decimals
    low = -((1 - twice) * total // whole)
    high = (twice + 1) * total // whole
    return range(max(low, 0), min(high, total) + 1)


@rule("provenance", *_NUMBERS, *_DEPENDENT)
def _missing_is_blank(row: Row) -> Iterator[Fault]:
    filled = [column for column in (*_NUMBERS, *_DEPENDENT) if row[column]]
    if row["provenance"] == "missing" and filled:
        remedy = "remove the number, or say in provenance where it comes from"
        expected = f"nothing in {', '.join(filled)}, as provenance is missing"
        yield row.fault(filled[0], expected, remedy)


@rule("provenance", "note")
def _missing_is_explained(row: Row) -> Iterator[Fault]:
    if row["provenance"] == "missing" and not row["note"].strip():
        yield row.fault("note", "for a missing number, a note", "write what was looked for, where")


@rule("provenance", *_NUMBERS, *_DEPENDENT)
def _has_a_number(row: Row) -> Iterator[Fault]:
    numbers = [row[column] for column in (*_NUMBERS, *_DEPENDENT)]
    if row["total"] and not row["reference_arm_id"]:
        return  # the size of an arm may serve a row of two arms: validation/conversions.py
    if row["provenance"] != "missing" and not any(numbers):
        expected = f"a number in {', '.join(_NUMBERS)}, as provenance is {row['provenance']}"
        remedy = "fill in the number, or write missing in provenance and explain in note"
        yield row.fault("provenance", expected, remedy)


@rule("provenance", "source_id")
def _has_a_source(row: Row) -> Iterator[Fault]:
    if row["provenance"] != "missing" and not row["source_id"]:
        remedy = "name the source_id of sources.csv where the number is stated"
        yield row.fault("source_id", "a source, as the row has a number", remedy)


@rule("provenance", "events", "total", "person_time")
def _events_within_total(row: Row) -> Iterator[Fault]:
    if row["provenance"] == "missing" or row["person_time"]:  # a rate counts every event
        return
    if row["events"] and not row["total"]:
        remedy = "fill in the number of patients analysed"
        yield row.fault("total", "a total, as there are events", remedy)
    elif row["events"] and int(row["events"]) > int(row["total"]):
        yield row.fault("events", f"at most the total, {row['total']}", _SOURCE)


@rule("provenance", "events", "events_low", "events_high")
def _bounds_are_whole(row: Row) -> Iterator[Fault]:
    low, high = row["events_low"], row["events_high"]
    if row["provenance"] == "missing":
        return
    if (low or high) and not row["events"]:
        yield row.fault("events", "the most likely count, as there are bounds", "fill in events")
    elif bool(low) != bool(high):
        column = "events_high" if low else "events_low"
        yield row.fault(column, "both bounds or none", f"fill in {column}, or remove the other")


@rule("provenance", "events", "total", "events_low", "events_high", "reported_percent")
def _bounds_enclose_events(row: Row) -> Iterator[Fault]:
    if row["provenance"] == "missing" or _contradicts_percentage(row):
        return
    low, events, high, total = (
        int(row[column]) if row[column] else None
        for column in ("events_low", "events", "events_high", "total")
    )
    if events is None or (total is not None and events > total):
        return
    if low is not None and low > events:
        yield row.fault("events_low", f"at most the events, {events}", _SOURCE)
    if high is not None and high < events:
        yield row.fault("events_high", f"at least the events, {events}", _SOURCE)
    elif high is not None and total is not None and high > total:
        yield row.fault("events_high", f"at most the total, {total}", _SOURCE)


@rule("provenance", "reported_percent", "events", "total", "events_low", "events_high")
def _count_fits_percentage(row: Row) -> Iterator[Fault]:
    percent, events, total = row["reported_percent"], row["events"], row["total"]
    if row["provenance"] == "missing" or not (percent and total):
        return
    if events and int(events) > int(total):
        return
    fitting = admissible_counts(percent, int(total))
    remedy = "check count, total and percentage"
    severity = "error" if events and row["provenance"] == "derived" else "warning"
    if not fitting:
        column = "events" if events else "reported_percent"
        expected = f"another total: no count of {total} rounds to {percent} %"
        yield row.fault(column, expected, remedy, severity, "percentage_of_no_count")
    elif events and int(events) not in fitting:
        expected = f"{_between(fitting)}: of {total}, no other count rounds to {percent} %"
        yield row.fault("events", expected, remedy, severity, "count_off_percentage")
    elif events and row["provenance"] == "derived":
        yield from _bounds_fit_percentage(row, fitting)


def _contradicts_percentage(row: Row) -> bool:
    """Whether a derived count is told of already, so that its bounds cannot be judged by it."""
    percent, events, total = row["reported_percent"], row["events"], row["total"]
    derived = row["provenance"] == "derived" and percent and events and total
    return bool(derived) and int(events) not in admissible_counts(percent, int(total))


def _bounds_fit_percentage(row: Row, fitting: range) -> Iterator[Fault]:
    expected = f"{_between(fitting)}: the counts that round to {row['reported_percent']} %"
    low, events, high = row["events_low"], int(row["events"]), row["events_high"]
    bounds = range(int(low), int(high) + 1) if low and high else fitting
    if bounds and bounds != fitting and (decimal := _decimal_lost(row, bounds)):
        lost = f"{decimal}, to which {_between(bounds)} rounds; {expected}"
        remedy = f"write {decimal}, if the source prints it so (a spreadsheet drops the 0)"
        yield row.fault("reported_percent", lost, f"{remedy}; else correct the range")
        return
    if not low and not high and len(fitting) > 1:
        remedy = "fill in events_low and events_high, so that the uncertainty is carried on"
        yield row.fault("events_low", expected, remedy, "warning", "bounds_left_out")
    if low and int(low) <= events and int(low) != fitting[0]:
        yield row.fault("events_low", expected, f"write {fitting[0]}")
    if high and int(high) >= events and int(high) != fitting[-1]:
        yield row.fault("events_high", expected, f"write {fitting[-1]}")


def _decimal_lost(row: Row, bounds: range) -> str:
    """The percentage with zeros behind its point, if these bounds are just what it leaves open."""
    percent, total = row["reported_percent"], int(row["total"])
    point = "" if "." in percent else "."
    longer = [f"{percent}{point}{'0' * zeros}" for zeros in (1, 2)]
    return next((text for text in longer if admissible_counts(text, total) == bounds), "")


def _between(counts: range) -> str:
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


@rule("events", "person_time", "reference_arm_id", "provenance")
def _rate_is_whole(row: Row) -> Iterator[Fault]:
    if row["reference_arm_id"]:
        return
    if row["person_time"] and float(row["person_time"]) <= 0:
        yield row.fault("person_time", "a time at risk above 0", _SOURCE)
    elif row["person_time"] and not row["events"] and row["provenance"] != "missing":
        yield row.fault("events", "events, as there is a time at risk", "fill in events")


@rule("mean", "sd", "se", "ci_low", "total", "reference_arm_id")
def _mean_is_whole(row: Row) -> Iterator[Fault]:
    if row["sd"] and float(row["sd"]) < 0:
        yield row.fault("sd", "a standard deviation above 0", _SOURCE)
    elif row["sd"] and float(row["sd"]) == 0:
        expected = (
            "a standard deviation above 0: where both groups have 0, nothing can be estimated"
        )
        yield row.fault("sd", expected, _SOURCE, "warning", "sd_zero")
    about = row["sd"] or (not row["reference_arm_id"] and (row["se"] or row["ci_low"]))
    if row["mean"] and about and not row["total"]:
        remedy = "fill in the number of patients analysed"
        yield row.fault("total", "a total, as there is a mean", remedy)


@rule("correlation", "total")
def _correlation_is_whole(row: Row) -> Iterator[Fault]:
    if row["correlation"] and not row["total"]:
        remedy = "fill in the number of patients that it is of"
        yield row.fault("total", "a total, as there is a correlation", remedy)
    if row["correlation"] and abs(float(row["correlation"])) == 1:
        expected = "a correlation between -1 and 1: at these it has no variance"
        yield row.fault("correlation", expected, _SOURCE)


@rule("arm_id", "reference_arm_id", *_NUMBERS, *_DEPENDENT, "person_time", "provenance")
def _contrast_or_arm(row: Row) -> Iterator[Fault]:
    if row["provenance"] == "missing":
        return
    foreign: tuple[str, ...]
    if row["reference_arm_id"]:
        if row["reference_arm_id"] == row["arm_id"]:
            remedy = "name the arm compared with"
            yield row.fault("reference_arm_id", "another arm than arm_id", remedy)
        foreign = _OF_ARMS
        what = "a contrast of two arms"
        remedy = "give the result of each arm a row of its own, without reference_arm_id"
    else:
        foreign = _OF_PAIRS if row["mean"] else (*_OF_PAIRS, *_OF_PAIRS_OR_MEANS)
        what = "one arm"
        remedy = "name the arm compared with in reference_arm_id"
    if filled := [column for column in foreign if row[column]]:
        expected = f"nothing in {', '.join(filled)}, as the row is of {what}"
        yield row.fault(filled[0], expected, remedy)


@rule("estimate", "se", "ci_low", "ci_high", "mean", "median", "reference_arm_id")
def _contrast_is_whole(row: Row) -> Iterator[Fault]:
    low, high, estimate = row["ci_low"], row["ci_high"], row["estimate"]
    if (row["mean"] or row["median"]) and not row["reference_arm_id"]:
        return  # of one arm: validation/conversions.py
    if row["se"] and float(row["se"]) <= 0:
        yield row.fault("se", "a standard error above 0", _SOURCE)
    if (row["se"] or low or high) and not estimate:
        expected = "an estimate, as there are limits or se"
        yield row.fault("estimate", expected, "fill in the estimate")
    elif bool(low) != bool(high):
        column = "ci_high" if low else "ci_low"
        yield row.fault(column, "both limits or none", f"fill in {column}, or remove the other")
    elif row["se"] and low:
        remedy = "keep one of the two: limits are on the printed scale, se on the analysis scale"
        yield row.fault("se", "a standard error or limits, not both", remedy)
    elif low and estimate and not float(low) <= float(estimate) <= float(high):
        yield row.fault("estimate", f"a value from {low} to {high}, its limits", _SOURCE)


@rule("ci_low", "ci_level", "measure")
def _contrast_is_named(row: Row) -> Iterator[Fault]:
    """A level is of limits, and a measure is one that there is."""
    if row["ci_level"] and not row["ci_low"]:
        remedy = "fill in the limits, or remove their level"
        yield row.fault("ci_level", "nothing, as there are no limits", remedy)
    if row["measure"] and row["measure"] not in MEASURE:
        known = ", ".join(MEASURE)
        remedy = "write it so, or leave it blank"
        yield row.fault("measure", f"a measure by its name in config.yaml ({known})", remedy)


@rule("o_minus_e", "variance", "estimate")
def _difference_is_whole(row: Row) -> Iterator[Fault]:
    """Observed minus expected goes with its variance, and stands for an estimate."""
    if row["variance"] and float(row["variance"]) <= 0:
        yield row.fault("variance", "a variance above 0", _SOURCE)
    elif bool(row["o_minus_e"]) != bool(row["variance"]):
        column = "variance" if row["o_minus_e"] else "o_minus_e"
        expected = "o_minus_e and its variance, or neither"
        yield row.fault(column, expected, f"fill in {column}, or remove the other")
    elif row["o_minus_e"] and row["estimate"]:
        remedy = "keep one of the two, as the source prints it"
        yield row.fault("estimate", "an estimate or o_minus_e, not both", remedy)
