"""Numbers from which others are computed, beside each other: what cannot all be right."""

from collections.abc import Iterator
from math import sqrt

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.spreads import Z975
from metasynth.core.printed import rounding
from metasynth.model.methods import BY_BASELINE
from metasynth.model.records import Result
from metasynth.stats.medians import skewness
from metasynth.synthesis.completed import OF_MEANS, summary

Span = tuple[float, float]
_SLACK = 1e-9
_MOST_SPREADS = 4.0
"""Standard deviations before, beyond which no mean change is likely."""
_OF_CHANGES = ("MC", "SMCC", *sorted(BY_BASELINE))
_CHECK = "check them against the source"


def _skewed(view: View) -> Iterator[Doubt]:
    """A median that is read as a mean, though what stands beside it is not even about it."""
    for outcome in view.primary:
        for _, rows in view.chosen(outcome) if outcome.type in OF_MEANS else ():
            for row in rows:
                found = summary(row)
                if row.median is None or row.mean is not None or not (found.kind and found.n >= 5):
                    continue
                statistic, critical = skewness(found)
                if statistic >= critical:
                    expected = (
                        "quartiles or extremes even about the median: the test of Shi (2023) finds"
                        f" them skewed ({statistic:.3g}, from {critical:.3g} on), so that mean and"
                        " standard deviation say little"
                    )
                    remedy = "choose medians: lognormal, look for the mean, or say why it is pooled"
                    yield Doubt(row.cell, "median", expected, remedy)


def _of_arms(view: View) -> Iterator[Result]:
    for _, row in view.results():
        if not row.reference_arm_id:
            yield row


def _spread(view: View) -> Iterator[Doubt]:
    """A standard deviation that the error or the limits beside it do not give."""
    for row in _of_arms(view):
        if row.sd is None or not row.total or row.total < 2:
            continue
        own = _printed(view, row, "sd")
        for column, given in _implied(view, row).items():
            if not _meet(own, given):
                low, high = (f"{x:.3g}" for x in given)
                stated = low if low == high else f"{low} to {high}"
                expected = f"{stated}, the standard deviation that {column} gives"
                yield Doubt(row.cell, "sd", expected, _CHECK)
                break


def _implied(view: View, row: Result) -> dict[str, Span]:
    """The standard deviations that an arm's error and limits leave, as they are rounded."""
    root, found = sqrt(row.total or 0), {}
    if row.se is not None:
        low, high = _printed(view, row, "se")
        found["se"] = (low * root, high * root)
    if row.ci_low is not None and row.ci_high is not None and row.ci_level in (None, 95.0):
        from metasynth.stats.conversions import error_of_limits  # scipy, where it is needed

        lower, upper = _printed(view, row, "ci_low"), _printed(view, row, "ci_high")
        narrow, wide = upper[0] - lower[1], upper[1] - lower[0]
        by_t = root * error_of_limits(0.0, narrow, (row.total or 0) - 1)
        found["the interval"] = (by_t, root * wide / (2 * Z975))
    return found


def _change(view: View) -> Iterator[Doubt]:
    """A mean change that is not the difference of the means before and after."""
    for row in _of_arms(view):
        if row.mean is None or row.baseline_mean is None or row.final_mean is None:
            continue
        before, after = (_printed(view, row, f"{when}_mean") for when in ("baseline", "final"))
        if not _meet(_printed(view, row, "mean"), (after[0] - before[1], after[1] - before[0])):
            expected = f"{row.final_mean - row.baseline_mean:.4g}, final_mean less baseline_mean"
            remedy = f"{_CHECK}; other patients may have been measured after"
            yield Doubt(row.cell, "mean", expected, remedy)


def _value_for_change(view: View) -> Iterator[Doubt]:
    """A mean change that looks like the mean after: near the one before, or many spreads from 0."""
    for outcome in view.primary:
        for _, rows in view.chosen(outcome) if outcome.measure in _OF_CHANGES else ():
            for row in rows:
                if row.mean is None or row.final_mean is not None:
                    continue
                before, sd = row.baseline_mean, row.baseline_sd
                near = before is not None and abs(row.mean - before) < abs(before) / 2
                if near or (sd and abs(row.mean) > _MOST_SPREADS * sd):
                    expected = f"the mean change, of which {outcome.measure} is made"
                    remedy = "a mean after belongs in final_mean, with the one before beside it"
                    yield Doubt(row.cell, "mean", expected, remedy)


def _change_spread(view: View) -> Iterator[Doubt]:
    """A standard deviation of changes that no correlation gives."""
    for row in _of_arms(view):
        if row.sd is None or not row.baseline_sd or not row.final_sd:
            continue
        before, after = (_printed(view, row, f"{when}_sd") for when in ("baseline", "final"))
        least = max(0.0, before[0] - after[1], after[0] - before[1])
        if not _meet(_printed(view, row, "sd"), (least, before[1] + after[1])):
            expected = (
                f"from {abs(row.baseline_sd - row.final_sd):.3g} to"
                f" {row.baseline_sd + row.final_sd:.3g}: no correlation of the values before and"
                " after gives another standard deviation of the changes"
            )
            yield Doubt(row.cell, "sd", expected, _CHECK)


def _tests(view: View) -> Iterator[Doubt]:
    """F of two groups that is not the square of t."""
    for _, row in view.results():
        if row.reported_t is None or row.reported_f is None:
            continue
        low, high = (abs(x) for x in _printed(view, row, "reported_t"))
        squares = (min(low, high) ** 2, max(low, high) ** 2)
        if not _meet(_printed(view, row, "reported_f"), squares):
            expected = f"{row.reported_t**2:.4g}, the square of t"
            yield Doubt(row.cell, "reported_f", expected, _CHECK)


def _printed(view: View, row: Result, column: str) -> Span:
    """What a number as it is printed can stand for."""
    return rounding(view.row(row.cell)[column])


def _meet(one: Span, other: Span) -> bool:
    """Whether two spans have a number in common, but for rounding."""
    slack = _SLACK * (1 + max(map(abs, (*one, *other))))
    return one[0] <= other[1] + slack and other[0] <= one[1] + slack


CHECKS = (
    Check(
        "median_skewed",
        "results",
        "a median read as a mean, though its quartiles or extremes are skewed",
        _skewed,
    ),
    Check(
        "sd_off_error",
        "results",
        "a standard deviation that the standard error or interval beside it does not give",
        _spread,
    ),
    Check(
        "change_off_means",
        "results",
        "a mean change that is not the difference of the means before and after",
        _change,
    ),
    Check(
        "value_for_change",
        "results",
        "a mean change that is as large as a mean after would be",
        _value_for_change,
    ),
    Check(
        "sd_of_no_change",
        "results",
        "a standard deviation of changes that no correlation gives",
        _change_spread,
    ),
    Check("f_off_t", "results", "an F of two groups that is not the square of t", _tests),
)
