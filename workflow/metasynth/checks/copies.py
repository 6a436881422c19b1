"""Numbers that stand twice: the rows of one arm, outcome or week copied for another."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.records import Result, Trial

_FEWEST_ALIKE = 3
_FEWEST_EVENTS = 5
_DIGITS = 4
Key = tuple[str, int | None, str]
"""An outcome of results.csv, a week and a reading."""
Numbers = tuple[float | None, ...]


def _arms(trial: Trial) -> dict[str, dict[Key, Result]]:
    """The rows of each arm that count events."""
    arms: dict[str, dict[Key, Result]] = {}
    for row in trial.results:
        if row.events and not row.reference_arm_id:
            arms.setdefault(row.arm_id, {})[row.outcome, row.week, row.reading] = row
    return arms


def _arm_copied(view: View) -> Iterator[Doubt]:
    """Two arms of which all results are the same, three with an event at least."""
    for trial in view.included:
        arms = _arms(trial)
        names = list(arms)
        for index, arm in enumerate(names):
            for other in names[:index]:
                if len(arms[arm]) >= _FEWEST_ALIKE and _counts(arms[arm]) == _counts(arms[other]):
                    first = min(arms[arm].values(), key=lambda row: row.cell.row)
                    expected = f"other numbers than those of arm {other}, row by row"
                    remedy = "check whether the rows of one arm were copied and not changed"
                    yield Doubt(first.cell, "events", expected, remedy)


def _counts(rows: Mapping[Key, Result]) -> dict[Key, object]:
    return {key: (row.events, row.total) for key, row in rows.items()}


def _mean_copied(view: View) -> Iterator[Doubt]:
    """Mean and standard deviation of two arms that are the same to the last digit."""
    for trial in view.included:
        first: dict[tuple[object, ...], Result] = {}
        for row in trial.results:
            if row.mean is None or not row.sd or _digits(row.mean) + _digits(row.sd) < _DIGITS:
                continue
            key = (row.outcome, row.week, row.reading, row.mean, row.sd)
            known = first.setdefault(key, row)
            if known.arm_id != row.arm_id:
                expected = f"another mean or standard deviation than row {known.cell.row} has"
                remedy = "check whether the row of the other arm was copied and not changed"
                yield Doubt(row.cell, "mean", expected, remedy)


def _digits(x: float) -> int:
    """How many digits of a number say something: zeros in front do not."""
    return len(f"{abs(x):g}".replace(".", "").lstrip("0"))


def _outcome_copied(view: View) -> Iterator[Doubt]:
    """All numbers of an outcome and week that are those of another one, in this trial alone."""
    trials = [_by_outcome(trial) for trial in view.included]
    mostly_alike = cache(partial(_mostly_alike, trials))
    for found in trials:
        first: dict[object, Key] = {}
        for key, rows in found.items():
            known = first.setdefault(_all_numbers(rows), key) if _tell(rows) else key
            if known[:2] != key[:2] and not mostly_alike(known, key):
                week = "" if known[1] is None else f" at week {known[1]}"
                expected = f"other numbers than those of {known[0]}{week}, which are the same"
                remedy = "check whether those rows were copied and not changed"
                yield Doubt(rows[0].cell, _column(rows[0]), expected, remedy)


def _mostly_alike(trials: Sequence[Mapping[Key, list[Result]]], first: Key, second: Key) -> bool:
    """Whether two with the same numbers in a trial have them in most others too: on purpose."""
    both = [
        _all_numbers(found[first]) == _all_numbers(found[second])
        for found in trials
        if first in found and second in found
    ]
    return 2 * (sum(both) - 1) > len(both) - 1


def _all_numbers(rows: list[Result]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((row.arm_id, _numbers(row)) for row in rows))


def _by_outcome(trial: Trial) -> dict[Key, list[Result]]:
    found: dict[Key, list[Result]] = {}
    for row in trial.results:
        if row.provenance != "missing":
            found.setdefault((row.outcome, row.week, row.reading), []).append(row)
    return found


def _numbers(row: Result) -> str:
    numbers = (row.events, row.total, row.person_time, row.mean, row.sd, row.correlation)
    contrast = (row.estimate, row.se, row.ci_low, row.ci_high, row.o_minus_e, row.variance)
    return str((row.reference_arm_id, *numbers, *contrast))


def _tell(rows: list[Result]) -> bool:
    """Whether numbers are many enough not to be the same by chance."""
    if any(row.estimate is not None or row.o_minus_e is not None for row in rows):
        digits = (_digits(x or 0) for row in rows for x in (row.estimate, row.se, row.ci_low))
        return sum(digits) > _DIGITS
    if len(rows) < 2:
        return False
    if all(row.mean is not None and row.sd for row in rows):
        return sum(_digits(row.mean or 0) + _digits(row.sd or 0) for row in rows) > 2 * _DIGITS
    return all(_FEWEST_EVENTS <= (row.events or 0) != row.total for row in rows)


def _column(row: Result) -> str:
    names = ("events", "mean", "estimate", "o_minus_e")
    return next(name for name in names if getattr(row, name) is not None)


CHECKS = (
    Check("arm_copied", "results", "two arms with the same counts in every outcome", _arm_copied),
    Check(
        "mean_copied",
        "results",
        "two arms with the same mean and standard deviation",
        _mean_copied,
    ),
    Check(
        "outcome_copied",
        "results",
        "an outcome or week with all the numbers of another one of its trial",
        _outcome_copied,
    ),
)
