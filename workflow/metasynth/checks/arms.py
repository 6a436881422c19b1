"""The arms of one trial, and trials beside each other: numbers too far apart, or too near."""

from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import median

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.means import mean_of, outcomes_of_means, sd_of, unlike
from metasynth.checks.spreads import errors_throughout, mistaken_spreads
from metasynth.model.records import Cell, Result

_FAR_APART = 4.0
_SPREADS_APART = 5.0
_RISK, _FEWEST_OTHERS = 0.3, 3


def _suspected(view: View) -> set[Cell]:
    """Rows whose standard deviation is told of already."""
    return {row.cell for rows in view.once(mistaken_spreads).values() for row, _ in rows}


def _within(view: View) -> Iterator[Sequence[Result]]:
    """The rows with means of each trial and outcome, those left out that are told of already."""
    suspected, throughout = view.once(_suspected), view.once(errors_throughout)
    for outcome, found in view.once(outcomes_of_means):
        for study, rows in found.items():
            told = outcome.id in throughout or study in view.once(unlike)
            if not told and not any(row.cell in suspected for row in rows):
                yield rows


def _means_apart(view: View) -> Iterator[Doubt]:
    """Arms of one trial whose means are more than four standard deviations apart."""
    for rows in _within(view):
        middle = median(mean_of(row) for row in rows)
        spread = sqrt(median(sd_of(row) ** 2 for row in rows))
        distance = max(mean_of(row) for row in rows) - min(mean_of(row) for row in rows)
        if distance > _FAR_APART * spread:
            far = max(rows, key=lambda row: (abs(mean_of(row) - middle), row.cell.row))
            expected = (
                f"a mean nearer to the other arm's: they are {distance / spread:.1f} standard"
                " deviations apart"
            )
            remedy = "check the decimal point and the sign, and whether sd is a standard error"
            yield Doubt(far.cell, "mean", expected, remedy)


def _spreads_apart(view: View) -> Iterator[Doubt]:
    """Standard deviations of one trial's arms that differ more than fivefold."""
    for rows in _within(view):
        smallest, largest = min(rows, key=sd_of), max(rows, key=sd_of)
        if sd_of(largest) > _SPREADS_APART * sd_of(smallest):
            expected = (
                "standard deviations that are alike in the arms of a trial:"
                f" row {smallest.cell.row} has {sd_of(smallest):g}"
            )
            yield Doubt(largest.cell, "sd", expected, "check the decimal point of both")


def _complement(view: View) -> Iterator[Doubt]:
    """A trial that counts those without the event: its risks are others' from 1, in all arms."""
    for outcome in view.primary:
        if outcome.type not in ("binary", "proportion"):
            continue
        risks = [
            (rows, [row.events / row.total for row in rows if row.events is not None and row.total])
            for _, rows in view.chosen(outcome)
        ]
        known = [(rows, own) for rows, own in risks if own]
        high = [(rows, own) for rows, own in known if min(own) > 1 - _RISK]
        low = [own for _, own in known if max(own) < _RISK]
        for odd, usual, rows in _odd_one(high, low, known):
            expected = (
                f"a risk near {usual:.0%}, as in the other trials: it is {odd:.0%},"
                " as if those without the event were counted"
            )
            yield Doubt(rows[0].cell, "events", expected, "check who was counted")


def _odd_one(
    high: Sequence[tuple[Sequence[Result], list[float]]],
    low: Sequence[list[float]],
    known: Sequence[tuple[Sequence[Result], list[float]]],
) -> Iterator[tuple[float, float, Sequence[Result]]]:
    """The only trial with high risks where all others have low ones, or the reverse."""
    if len(known) <= _FEWEST_OTHERS or len(high) + len(low) != len(known):
        return
    if len(high) == 1:
        rows, own = high[0]
        yield median(own), median(risk for other in low for risk in other), rows
    if len(low) == 1:
        rows, own = next((rows, own) for rows, own in known if own == low[0])
        yield median(own), median(risk for _, other in high for risk in other), rows


def _person_time(view: View) -> Iterator[Doubt]:
    """Rates of a trial that are all twenty times those of the others, or a twentieth."""
    for outcome in view.primary:
        if outcome.type not in ("rate", "incidence"):
            continue
        rates = [
            (rows, [row.events / row.person_time for row in rows if row.events and row.person_time])
            for _, rows in view.chosen(outcome)
        ]
        known = [(rows, own) for rows, own in rates if own]
        for rows, own in known if len(known) > 2 else ():
            usual = median(rate for other, theirs in known if other is not rows for rate in theirs)
            if min(own) > 20 * usual or max(own) < usual / 20:
                expected = (
                    f"a time in the unit of the other trials: the rates are"
                    f" {median(own) / usual:.3g} times theirs"
                )
                remedy = "convert person_time: are these years, months or days?"
                yield Doubt(rows[0].cell, "person_time", expected, remedy)


CHECKS = (
    Check(
        "means_far_apart",
        "results",
        "means of a trial's arms more than four standard deviations apart",
        _means_apart,
    ),
    Check(
        "spreads_far_apart",
        "results",
        "standard deviations of a trial's arms that differ more than fivefold",
        _spreads_apart,
    ),
    Check(
        "others_counted",
        "results",
        "patients without the event counted in one trial, with it in the others",
        _complement,
    ),
    Check(
        "person_time_of_other_unit",
        "results",
        "rates of a trial more than twenty times those of the others, or less than a twentieth",
        _person_time,
    ),
)
