"""From the numbers that a trial prints to those that are pooled, rule by rule.

An arm without a standard deviation (or mean) has it computed from what stands beside it, or from
what is printed of two arms; so have arms without events. What is printed leads: nothing that a
trial states is replaced. The rules are those of model/conversions.py, by name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from metasynth.core.messages import Sentence, sentence
from metasynth.core.printed import rounding
from metasynth.model.conversions import DEFAULT_MEDIANS, ConversionChoices
from metasynth.model.methods import BY_BASELINE, letters
from metasynth.model.records import Cell, OutcomeSpec, Result
from metasynth.model.units import RULE
from metasynth.stats import conversions as convert
from metasynth.stats import medians
from metasynth.synthesis.in_units import conversion

OF_MEANS = ("continuous", "mean")
_NO_CORRELATION = sentence(
    "no correlation of the values before and after gives these standard deviations before, after "
    "and of the changes"
)
_NO_BASELINE = sentence(
    "changes are in standard deviations before, and none is given; baseline_sd would do"
)
_UNCORRELATED = sentence(
    "changes in standard deviations before have an error only with the correlation of the values "
    "before and after; change_correlation, of the trial or declared for the review, would do, or "
    "the standard deviations after and of the changes"
)
_SLACK = 1e-9  # an effect that lies on the end of what rounds to it
_EFFECTS: dict[str, Callable[[float, int, float, int], float]] = {
    "RD": lambda a, n1, c, n2: a / n1 - c / n2,
    "RR": lambda a, n1, c, n2: (a / n1) / (c / n2),
    "OR": lambda a, n1, c, n2: (a * (n2 - c)) / ((n1 - a) * c),
}


@dataclass(frozen=True, slots=True)
class Completed:
    """An arm's row with the numbers that follow, the rules that gave them, and the cells read.

    `why` says what is missing all the same; `pairs` are the events of this arm and another that a
    published effect of both allows. Patients and events count for less by `design_effect`.
    """

    row: Result
    rules: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    why: Sentence | None = None
    pairs: tuple[tuple[int, int], ...] = ()
    design_effect: float = 1.0

    def has(self, rule: str, *cells: Cell, **numbers: object) -> "Completed":
        """The same with more numbers, by a rule, from other rows too where `cells` are given."""
        cells = tuple(dict.fromkeys((*self.cells, *cells)))
        row = replace(self.row, **numbers)  # type: ignore[arg-type]
        why = None if numbers else self.why
        return replace(self, row=row, rules=(*self.rules, rule), cells=cells, why=why)


def completed(
    rows: Sequence[Result], outcome: OutcomeSpec, *, paired: bool = False
) -> list[Completed]:
    """Each row of one arm, with what follows from it and from the rows of two arms.

    Where the arms are of the same patients (`paired`) what is printed of both says nothing of the
    spread within one.
    """
    arms = _completed(rows, outcome, paired=paired)
    return [_of_clusters(arm, outcome.conversions) for arm in arms]


def _completed(rows: Sequence[Result], outcome: OutcomeSpec, *, paired: bool) -> list[Completed]:
    arms = [_begun(row, outcome) for row in rows if not row.reference_arm_id]
    pairs = [row for row in rows if row.reference_arm_id and row.provenance != "missing"]
    if outcome.type in OF_MEANS:
        if outcome.measure in BY_BASELINE:
            return [_by_baseline(arm, outcome.conversions) for arm in arms]
        arms = [_by_itself(arm, outcome.conversions) for arm in arms]
        between = outcome.type == "continuous" and not paired
        return _by_pairs(arms, pairs, outcome) if between else arms
    return _counts_by_pairs(arms, pairs) if outcome.type == "binary" else arms


def _begun(row: Result, outcome: OutcomeSpec) -> Completed:
    """An arm's row before anything is computed of it, which stands in the outcome's unit."""
    rules = (RULE,) if outcome.type in OF_MEANS and conversion(row, outcome) else ()
    return Completed(row, rules, (row.cell,))


def _of_clusters(arm: Completed, choices: ConversionChoices) -> Completed:
    """The arm with the design effect of its clusters."""
    effect, rule = design_effect(arm.row, choices)
    return replace(arm.has(rule), design_effect=effect) if rule else arm


def design_effect(row: Result, choices: ConversionChoices) -> tuple[float, str]:
    """By how much clusters enlarge a row's variances, and the rule; 1 and none without clusters.

    Handbook 23.1.4: 1 + (mean size - 1) ICC, from the row, with the ICC of the review where it
    states none; a design effect that the row states leads.
    """
    if row.design_effect is not None:
        return row.design_effect, "design-effect"
    icc = row.icc if row.icc is not None else choices.icc
    if row.cluster_size is None or icc is None:
        return 1.0, ""
    rule = "design-effect" if row.icc is not None else "design-effect-assumed"
    return 1 + (row.cluster_size - 1) * icc, rule


# --- one arm --------------------------------------------------------------------------------------


def _by_itself(arm: Completed, choices: ConversionChoices) -> Completed:
    """Mean and standard deviation from the arm's own numbers."""
    row = arm.row
    if row.total is None or (row.mean is not None and row.sd is not None):
        return arm
    arm = _changed(arm)
    if arm.row.sd is None:
        arm = _with_sd(arm, choices)
    if arm.row.mean is None and arm.row.median is not None:
        return _of_median(arm, choices.medians)
    if arm.row.mean is not None and arm.row.sd is None and _has_spread(arm.row):
        return _of_spread(arm)
    return arm


def _changed(arm: Completed) -> Completed:
    """With the mean change from the means before and after, where it is not printed."""
    row = arm.row
    if row.mean is not None or row.final_mean is None or row.baseline_mean is None:
        return arm
    return arm.has("change-of-means", mean=row.final_mean - row.baseline_mean)


def _by_baseline(arm: Completed, choices: ConversionChoices) -> Completed:
    """Mean change and the correlation of values before and after, which changes by the spread need.

    The correlation is that which is stated, or which three standard deviations give, or declared.
    """
    arm = _changed(arm)
    row, assumed = arm.row, choices.change_correlation
    if row.change_correlation is not None or row.total is None:
        return arm
    sd = row.sd if row.sd is not None else _sd_of_mean(row)
    if sd is not None and row.baseline_sd and row.final_sd:
        r = convert.correlation_of_change(row.baseline_sd, row.final_sd, sd)
        if -1 < r < 1:
            return arm.has("correlation-of-change", change_correlation=r)
        return replace(arm, why=_NO_CORRELATION)
    if row.baseline_sd is not None and assumed is not None:
        return arm.has("correlation-of-change-assumed", change_correlation=assumed)
    return replace(arm, why=_NO_BASELINE if row.baseline_sd is None else _UNCORRELATED)


def is_whole_change(row: Result) -> bool:
    """Whether a row has all that a change in standard deviations before is made of."""
    return None not in (row.mean, row.baseline_sd, row.change_correlation, row.total)


def _sd_of_mean(row: Result) -> float | None:
    """The standard deviation that an error or limits of a mean give."""
    n = row.total or 0
    if row.se is not None:
        return convert.sd_of_error(row.se, n)
    if row.ci_low is None or row.ci_high is None or n < 2:
        return None
    return convert.sd_of_limits(row.ci_low, row.ci_high, n, row.level)


def _with_sd(arm: Completed, choices: ConversionChoices) -> Completed:
    """The standard deviation from an error, from limits, or from both times of a change."""
    row, n = arm.row, arm.row.total or 0
    if (sd := _sd_of_mean(row)) is not None:
        return arm.has("sd-of-limits" if row.se is None else "sd-of-error", sd=sd)
    if row.ci_low is not None and row.ci_high is not None and n < 2:
        return replace(arm, why=sentence("limits of the mean of one patient say nothing"))
    if row.baseline_sd is None or row.final_sd is None:
        return arm
    stated, assumed = row.change_correlation, choices.change_correlation
    r = stated if stated is not None else assumed
    if r is None:
        return replace(
            arm,
            why=sentence(
                "standard deviations before and after give that of the changes only with their "
                "correlation; change_correlation, of the trial or declared for the review, would"
            ),
        )
    rule = "sd-of-change" if stated is not None else "sd-of-change-assumed"
    return arm.has(rule, sd=convert.sd_of_change(row.baseline_sd, row.final_sd, r))


def _has_spread(row: Result) -> bool:
    """Whether quartiles or extremes are printed."""
    return None not in (row.q1, row.q3) or None not in (row.minimum, row.maximum)


def _of_median(arm: Completed, method: str) -> Completed:
    """What is missing of mean and standard deviation, from a median and what stands beside it."""
    row = arm.row
    if not _has_spread(row):
        return replace(
            arm,
            why=sentence("a median alone gives no mean; its quartiles or its range would help"),
        )
    if (row.total or 0) < medians.FEWEST:
        return replace(
            arm,
            why=sentence("a median of fewer than {n} patients gives no mean", n=medians.FEWEST),
        )
    found = summary(row)
    chosen = method if medians.applies(found, method) else DEFAULT_MEDIANS
    mean, sd = medians.mean_and_sd(found, chosen)
    if row.sd is not None:
        return arm.has("mean-of-median", mean=mean)
    return arm.has(chosen, mean=mean, sd=sd)


def _of_spread(arm: Completed) -> Completed:
    """The standard deviation about a mean, from quartiles or extremes."""
    if (arm.row.total or 0) < medians.FEWEST:
        return replace(
            arm,
            why=sentence("quartiles of fewer than {n} patients say nothing", n=medians.FEWEST),
        )
    sd = medians.mean_and_sd(summary(arm.row), DEFAULT_MEDIANS)[1]
    return arm.has("sd-of-spread", sd=sd)


def summary(row: Result) -> medians.Summary:
    """A row's median (else its mean) with quartiles and extremes, each pair where it is whole."""
    low, high = row.minimum, row.maximum
    q1, q3 = row.q1, row.q3
    if low is None or high is None:
        low = high = None
    if q1 is None or q3 is None:
        q1 = q3 = None
    middle = row.median if row.median is not None else row.mean
    return medians.Summary(row.total or 0, middle or 0.0, low, q1, q3, high)


# --- two arms: means ------------------------------------------------------------------------------


def _by_pairs(
    arms: Sequence[Completed], pairs: Sequence[Result], outcome: OutcomeSpec
) -> list[Completed]:
    """What is printed of two arms, for arms that lack a mean or a standard deviation."""
    found = {arm.row.arm_id: arm for arm in arms}
    for pair in pairs:
        names = (pair.arm_id, pair.reference_arm_id)
        if pair.adjusted_for or not all(name in found for name in names):
            continue
        both = _means_of_pair(found[names[0]], found[names[1]], pair)
        found.update(zip(names, _sd_of_pair(*both, pair, outcome), strict=True))
    return [found[arm.row.arm_id] for arm in arms]


def _cells_of(first: Completed, second: Completed, pair: Result) -> tuple[Cell, ...]:
    """The rows that a number of two arms follows from."""
    return first.row.cell, second.row.cell, pair.cell


def _is_difference(pair: Result) -> bool:
    """Whether a row of two arms prints a difference of means."""
    return pair.estimate is not None and pair.measure in ("", "MD")


def _means_of_pair(
    first: Completed, second: Completed, pair: Result
) -> tuple[Completed, Completed]:
    """The means of two arms from their difference and another mean."""
    m1, m2, d = first.row.mean, second.row.mean, pair.estimate
    n1, n2 = first.row.total, second.row.total
    cells = _cells_of(first, second, pair)
    if not _is_difference(pair) or d is None:
        return first, second
    if m1 is None and m2 is None and pair.mean_both is not None and n1 and n2:
        m1, m2 = convert.means_of_total(pair.mean_both, d, n1, n2)
        rule = "means-of-total"
        return first.has(rule, *cells, mean=m1), second.has(rule, *cells, mean=m2)
    if m1 is None and m2 is not None:
        return first.has("mean-of-difference", *cells, mean=m2 + d), second
    if m2 is None and m1 is not None:
        return first, second.has("mean-of-difference", *cells, mean=m1 - d)
    return first, second


def _sd_of_pair(
    first: Completed, second: Completed, pair: Result, outcome: OutcomeSpec
) -> tuple[Completed, Completed]:
    """One standard deviation for two arms without any, from the error of their difference."""
    one, other = first.row, second.row
    lacks = one.sd is None and other.sd is None and None not in (one.mean, other.mean)
    if not lacks or not (one.total and other.total) or _stands(pair, outcome):
        return first, second
    d = (pair.estimate or 0.0) if _is_difference(pair) else (one.mean or 0.0) - (other.mean or 0.0)
    rule, error, why = error_of_difference(pair, d, one.total + other.total - 2)
    if not error:
        return (replace(first, why=why), replace(second, why=why)) if why else (first, second)
    sd = convert.sd_within(error, one.total, other.total)
    cells = _cells_of(first, second, pair)
    return first.has(rule, *cells, sd=sd), second.has(rule, *cells, sd=sd)


def _stands(pair: Result, outcome: OutcomeSpec) -> bool:
    """Whether a published contrast can itself stand in the pool, so that no arms are needed."""
    errors = (pair.se, pair.ci_low, pair.reported_t, pair.reported_f, pair.reported_p or None)
    known = any(x is not None for x in errors) and pair.estimate is not None
    return known and letters(pair.measure) == letters(outcome.measure)


def error_of_difference(
    pair: Result, difference: float, df: float
) -> tuple[str, float | None, Sentence | None]:
    """The rule and the standard error of a difference of means, or why there is none.

    Parameters:
        pair: what is printed of two arms.
        difference: of their means, from which t, F or p give the error.
        df: of Student's t.

    Returns:
        The rule's name, the standard error or None, and what is in its way, if anything.
    """
    if pair.se is not None and _is_difference(pair):
        return "sd-of-difference-error", pair.se, None
    if pair.ci_low is not None and pair.ci_high is not None and _is_difference(pair):
        error = convert.error_of_limits(pair.ci_low, pair.ci_high, df, pair.level)
        return "sd-of-difference-limits", error, None
    rule, t, why = _t_of_pair(pair, df)
    if t is None:
        return rule, None, why
    if difference == 0 or t == 0:
        return rule, None, sentence("means that do not differ give no standard deviation")
    return rule, abs(difference) / t, None


def _t_of_pair(pair: Result, df: float) -> tuple[str, float | None, Sentence | None]:
    """The absolute t of two arms, from t, F or p as printed, with the rule that reads it."""
    if pair.reported_t is not None:
        return "sd-of-t", abs(pair.reported_t), None
    if pair.reported_f is not None:
        return "sd-of-f", sqrt(pair.reported_f), None
    p = pair.reported_p
    if not p:
        return "", None, None
    if p[0] in "<>" or not 0 < float(p) < 1:
        return (
            "sd-of-p",
            None,
            sentence(
                "no standard deviation follows from a p-value that is 0, 1, or only above or below "
                "another; the exact p-value, t or limits would give one"
            ),
        )
    return "sd-of-p", convert.t_of_p(float(p), df), None


# --- two arms: counts -----------------------------------------------------------------------------


def _counts_by_pairs(arms: Sequence[Completed], pairs: Sequence[Result]) -> list[Completed]:
    """The events of arms without any, from those of both arms together."""
    found = {arm.row.arm_id: arm for arm in arms}
    for pair in pairs:
        names = (pair.arm_id, pair.reference_arm_id)
        if pair.events_both is not None and all(name in found for name in names):
            both = _events_of_pair(found[names[0]], found[names[1]], pair, pair.events_both)
            found.update(zip(names, both, strict=True))
    return [found[arm.row.arm_id] for arm in arms]


def _events_of_pair(
    first: Completed, second: Completed, pair: Result, events: int
) -> tuple[Completed, Completed]:
    a, c, n1, n2 = first.row.events, second.row.events, first.row.total, second.row.total
    if n1 is None or n2 is None or (a is not None and c is not None):
        return first, second
    cells = _cells_of(first, second, pair)
    if a is None and c is not None:
        return first.has("events-of-total", *cells, events=events - c), second
    if c is None and a is not None:
        return first, second.has("events-of-total", *cells, events=events - a)
    return _events_of_effect(first, second, pair, events)


def _events_of_effect(
    first: Completed, second: Completed, pair: Result, events: int
) -> tuple[Completed, Completed]:
    """The events of both arms that give a published effect as it is printed."""
    if pair.estimate is None or pair.adjusted_for or pair.measure not in _EFFECTS:
        return first, second
    printed = f"{pair.estimate:.10g}"
    fits = list(tables_of_effect(
        pair.measure, printed, events, first.row.total or 0, second.row.total or 0
    ))  # fmt: skip
    if not fits:
        why = sentence(
            "no numbers of patients in both arms add up to {n} and give the published effect",
            n=events,
        )
        return replace(first, why=why), replace(second, why=why)
    effect, cells = _EFFECTS[pair.measure], _cells_of(first, second, pair)
    n1, n2 = first.row.total or 0, second.row.total or 0
    a, c = min(fits, key=lambda ac: abs(effect(ac[0], n1, ac[1], n2) - float(printed)))
    sides = [sorted({pair[i] for pair in fits}) for i in (0, 1)]
    made = [
        arm.has("events-of-effect", *cells, events=n, events_low=low[0], events_high=low[-1])
        for arm, n, low in zip((first, second), (a, c), sides, strict=True)
    ]
    pairs = ((a, c), *(ac for ac in fits if ac != (a, c)))
    return replace(made[0], pairs=pairs), made[1]


def tables_of_effect(
    measure: str, printed: str, events: int, n1: int, n2: int
) -> Iterator[tuple[int, int]]:
    """All events of two arms that add up to `events` and give an effect as it is printed.

    Brute force over every split, so that none is missed; ratios with an empty cell are left out.

    Parameters:
        measure: RR, OR or RD.
        printed: the effect, with the digits that are known.
        events: of both arms together.
        n1: patients of the first arm.
        n2: patients of the second.

    Example:
        >>> list(tables_of_effect("RR", "0.5", 30, 100, 100))
        [(10, 20)]
    """
    low, high = rounding(printed)
    for a in range(max(0, events - n2), min(n1, events) + 1):
        c = events - a
        if measure != "RD" and (0 in (a, c) or (measure == "OR" and (a == n1 or c == n2))):
            continue
        if low - _SLACK <= _EFFECTS[measure](a, n1, c, n2) <= high + _SLACK:
            yield a, c
