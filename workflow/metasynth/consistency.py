"""What looks wrong to a statistician though every cell is in order: warnings, never errors.

Asked only of tables without errors, so that each warning is about the data and not about a typing
mistake that is told of elsewhere.
"""

import difflib
from collections.abc import Iterator
from math import log, sqrt
from statistics import median

from metasynth.faults import Fault
from metasynth.raw_table import Row
from metasynth.records import Comparison
from metasynth.tables import RawTables, RawTrial

_NEARLY_THE_SAME = 0.85
_FEWEST_OTHERS = 2


def warnings(raw: RawTables, sides: Comparison | None) -> Iterator[Fault]:
    """All warnings about the tables; with the comparison, about its treatments too."""
    for trial in raw.trials:
        yield from _sum_of_arms(trial)
        if sides:
            yield from _misspelt_treatments(trial, sides)
    yield from _standard_errors(raw)


def _sum_of_arms(trial: RawTrial) -> Iterator[Fault]:
    """The arms' patients add up to the study's, where all of these numbers are stated."""
    arms = [row["n_randomised"] for row in trial.table("arms").rows]
    for row in trial.table("study").rows:
        if row["n_randomised"] and arms and all(arms):
            total = sum(int(number) for number in arms)
            if total != int(row["n_randomised"]):
                remedy = "look for an arm that is missing, or correct a number"
                expected = f"{total}, the sum of n_randomised in arms.csv"
                yield row.fault("n_randomised", expected, remedy, "warning")


def _misspelt_treatments(trial: RawTrial, sides: Comparison) -> Iterator[Fault]:
    """An arm whose treatment is a letter off is silently left out of the comparison."""
    compared = (*sides.intervention, *sides.control)
    for row in trial.table("arms").rows:
        treatment = row["treatment"]
        near = difflib.get_close_matches(treatment, compared, n=1, cutoff=_NEARLY_THE_SAME)
        if near and near[0] != treatment:
            expected = f"another name, or {near[0]}: this arm takes no part in the comparison"
            yield row.fault("treatment", expected, f"did you mean {near[0]}?", "warning")


def _standard_errors(raw: RawTables) -> Iterator[Fault]:
    """Standard deviations that would fit those of the other trials far better as standard errors.

    A standard error times the square root of the number of patients is the standard deviation.
    """
    groups: dict[tuple[str, str], list[tuple[str, Row]]] = {}
    for trial in raw.trials:
        for row in trial.table("results").rows:
            if row["sd"] and row["total"]:
                key = (row["outcome"], row["week"])
                groups.setdefault(key, []).append((trial.study, row))
    for rows in groups.values():
        for study, row in rows:
            others = [float(other["sd"]) for name, other in rows if name != study]
            if len(others) >= _FEWEST_OTHERS:
                yield from _as_standard_error(row, median(others))


def _as_standard_error(row: Row, usual: float) -> Iterator[Fault]:
    given, n = float(row["sd"]), int(row["total"])
    as_error = given * sqrt(n)
    if given < usual / 2 and abs(log(as_error / usual)) < abs(log(given / usual)) / 2:
        expected = (
            f"a standard deviation near {usual:.3g}, as in the other trials;"
            f" as a standard error of {n} patients it would be one of {as_error:.3g}"
        )
        remedy = "check whether the source prints the standard error"
        yield row.fault("sd", expected, remedy, "warning")
