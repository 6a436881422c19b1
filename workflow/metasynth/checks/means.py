"""Means that do not go together: in sign, in size, in unit, or changes beside final scores."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.others import Others
from metasynth.model.records import OutcomeSpec, Result
from metasynth.synthesis.completed import OF_MEANS
from metasynth.synthesis.in_units import in_unit

_FEWEST_TRIALS = 2
_FEWEST_MEANS = 4
_SPREADS_APART = 5.0
_MANY_UNITS = 3

Means = Mapping[str, Sequence[Result]]
"""The rows with mean, standard deviation and total that an outcome selects, by trial.

They are in the outcome's unit. On a scale that is turned round all means change sides.
"""


def means(view: View, outcome: OutcomeSpec) -> Means:
    """What an outcome of means selects; nothing for another outcome."""
    if outcome.type not in OF_MEANS:
        return {}
    found = {
        trial.study.study: [
            row for row in in_unit(rows, outcome) if row.mean is not None and row.sd and row.total
        ]
        for trial, rows in view.chosen(outcome)
    }
    return {study: rows for study, rows in found.items() if rows}


def outcomes_of_means(view: View) -> list[tuple[OutcomeSpec, Means]]:
    """Each outcome of means that reads no other's rows again, with its rows."""
    pairs = [(outcome, means(view, outcome)) for outcome in view.primary]
    return [(outcome, found) for outcome, found in pairs if found]


def mean_of(row: Result) -> float:
    """The mean of a row that has one."""
    return row.mean or 0.0


def sd_of(row: Result) -> float:
    """The standard deviation of a row that has one."""
    return row.sd or 0.0


def _sign_flipped(view: View) -> Iterator[Doubt]:
    """One arm's mean is on the other side of zero than every other, and no smaller."""
    for _, found in view.once(outcomes_of_means):
        rows = [row for trial in found.values() for row in trial if row.mean]
        negative = [row for row in rows if mean_of(row) < 0]
        few, others = sorted((negative, [row for row in rows if mean_of(row) > 0]), key=len)
        if len(few) != 1 or len(others) < _FEWEST_MEANS or len(found) < _FEWEST_TRIALS:
            continue
        (row,) = few
        if abs(mean_of(row)) >= 0.5 * median(abs(mean_of(other)) for other in others):
            sign = "below" if mean_of(row) > 0 else "above"
            expected = f"a mean {sign} 0, as in every other arm of every trial"
            yield Doubt(row.cell, "mean", expected, "check its sign, and what a minus means here")


def unlike(view: View) -> dict[str, tuple[str, str, Result, float]]:
    """Trials whose means are not of the others' kind.

    Each with what they are (unit or change), of which outcome, a row, and how many times as large.
    """
    unlike: dict[str, tuple[str, str, Result, float]] = {}
    for outcome, found in view.once(outcomes_of_means):
        all_rows = [row for rows in found.values() for row in rows]
        sizes, sds = Others(abs(mean_of(row)) for row in all_rows), Others(map(sd_of, all_rows))
        for study, rows in found.items() if len(found) > _FEWEST_TRIALS else ():
            size = sizes.median([abs(mean_of(row)) for row in rows])
            spread = sds.median([sd_of(row) for row in rows])
            own = max(abs(mean_of(row)) for row in rows)
            own_spread = median(sd_of(row) for row in rows)
            times = own_spread / spread
            if size > 0 and own > 0 and _other_unit(own / size, times):
                if outcome.measure == "MD":
                    unlike.setdefault(study, ("unit", outcome.id, rows[0], times))
            elif own < 0.35 * size and size > 2 * spread and 1 / 3 < times < 3:
                unlike.setdefault(study, ("change", outcome.id, rows[0], own / size))
    return unlike


def _other_unit(size: float, spread: float) -> bool:
    """Whether means and standard deviations are larger, or smaller, by much the same factor."""
    apart = min(size, spread) > _SPREADS_APART or max(size, spread) < 1 / _SPREADS_APART
    return apart and 0.5 < size / spread < 2


def _units(view: View) -> Iterator[Doubt]:
    """Trials in another unit; where there are many, the outcome is told of instead."""
    for outcome_id, rows in _in_other_units(view).items():
        for row, times in rows if len(rows) < _MANY_UNITS else ():
            much = f"{times:.3g} times as large" if times > 1 else f"{1 / times:.3g} times smaller"
            expected = f"the unit of the other trials: mean and standard deviation are {much} here"
            remedy = f"convert them, or pool {outcome_id} as SMD"
            yield Doubt(row.cell, "mean", expected, remedy)


def _in_other_units(view: View) -> dict[str, list[tuple[Result, float]]]:
    """The rows of trials in another unit, and how many times as large, by outcome."""
    found: dict[str, list[tuple[Result, float]]] = {}
    for kind, outcome_id, row, times in view.once(unlike).values():
        if kind == "unit":
            found.setdefault(outcome_id, []).append((row, times))
    return found


def _many_units(view: View) -> Iterator[Doubt]:
    for outcome_id, rows in _in_other_units(view).items():
        if len(rows) >= _MANY_UNITS:
            expected = (
                f"SMD or ROM: {len(rows)} trials seem to measure in other units than most,"
                f" the first at row {rows[0][0].cell.row} of {rows[0][0].cell.file}"
            )
            path = ("outcomes", outcome_id, "measure")
            yield Doubt(path, "measure", expected, "change the measure, or convert them", "MD")


def _changes(view: View) -> Iterator[Doubt]:
    for kind, _, row, _ in view.once(unlike).values():
        if kind == "change":
            expected = (
                "a mean like those of the other trials, which are far from 0: is this the"
                " change from baseline, and theirs the final score?"
            )
            remedy = "give all trials the same, or say in checked why both are pooled"
            yield Doubt(row.cell, "mean", expected, remedy)


def _exchanged(view: View) -> Iterator[Doubt]:
    """A mean like the others' standard deviations, and a standard deviation like their means."""
    for _, found in view.once(outcomes_of_means):
        rows = [row for own in found.values() for row in own]
        sizes, sds = Others(abs(mean_of(row)) for row in rows), Others(map(sd_of, rows))
        for own in found.values() if len(found) > _FEWEST_TRIALS else ():
            size = sizes.median([abs(mean_of(row)) for row in own])
            spread = sds.median([sd_of(row) for row in own])
            for row in own if size > 2 * spread else ():
                if 0.5 < mean_of(row) / spread < 2 and 0.5 < sd_of(row) / size < 2:
                    expected = (
                        f"a mean near {size:.3g} and a standard deviation near {spread:.3g}, as in"
                        " the other trials: here it is the other way round"
                    )
                    yield Doubt(row.cell, "mean", expected, "exchange the two, if the source does")


CHECKS = (
    Check(
        "mean_and_sd_exchanged",
        "results",
        "a mean and a standard deviation, each in the other's column",
        _exchanged,
    ),
    Check(
        "mean_of_other_sign",
        "results",
        "one mean on the other side of 0 than those of all other arms",
        _sign_flipped,
    ),
    Check(
        "change_beside_final",
        "results",
        "a trial's changes from baseline beside other trials' final scores",
        _changes,
    ),
    Check(
        "mean_of_other_unit",
        "results",
        "a trial's means and standard deviations larger or smaller by one large factor",
        _units,
    ),
    Check(
        "measure_of_many_units",
        "config.yaml",
        "mean differences of trials of which three or more measure in another unit",
        _many_units,
    ),
)
