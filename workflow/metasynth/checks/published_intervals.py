"""Whether the limits of a published contrast belong to its estimate, on the scale of its measure.

A Wald interval is symmetric about the estimate on the scale of the analysis: the logarithm for a
ratio, Fisher's z for a correlation. What its printed decimals leave open is allowed for, and a
twentieth of the half-width, for intervals that are exact or profile ones (Handbook 6.3).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import atanh, exp, inf, log
from statistics import median

from metasynth.checks.check import Check, Doubt, View
from metasynth.core.printed import rounding
from metasynth.model.methods import is_ratio, letters
from metasynth.model.records import Cell, OutcomeSpec, Result

_SLACK = 0.05
_LIKELY_Z = 5.0
_ENOUGH = 3
Scale = Callable[[float], float]
Printed = tuple[str, str, str]
"""An estimate and its limits, as they are typed."""


def _log(x: float) -> float:
    return log(x) if x > 0 else -inf


def _fisher(x: float) -> float:
    return atanh(x) if abs(x) < 1 else inf if x > 0 else -inf


def _identity(x: float) -> float:
    return x


def _scales(measure: str) -> tuple[tuple[Scale, ...], tuple[tuple[Scale, str], ...]]:
    """The scales on which the measure's intervals are symmetric, and the others with their name."""
    if is_ratio(measure):
        return (_log,), ((_identity, "as it is for a difference or a log ratio"),)
    if measure == "COR":
        return (_fisher, _identity), ()
    if measure == "other":
        return (_identity, _log), ()
    return (_identity,), ((_log, "as it is for a ratio"),)


def symmetric(printed: Printed, scale: Scale) -> bool:
    """Whether the middle of the limits can be the estimate on a scale."""
    (low, high), estimate = _outer(printed, scale), [scale(x) for x in rounding(printed[0])]
    if not all(abs(x) < inf for x in (*low, *high, *estimate)):
        return False
    slack = _SLACK * (scale(float(printed[2])) - scale(float(printed[1]))) / 2
    middle = (low[0] + high[0]) / 2 - slack, (low[1] + high[1]) / 2 + slack
    return middle[0] <= estimate[1] and estimate[0] <= middle[1]


def _outer(printed: Printed, scale: Scale) -> tuple[tuple[float, float], tuple[float, float]]:
    """What each limit can stand for on a scale; a ratio's rounding ends above 0."""
    pairs = []
    for text in printed[1:]:
        low, high = rounding(text)
        pairs.append((scale(low) if low > 0 or scale is not _log else scale(high), scale(high)))
    return pairs[0], pairs[1]


def _printed(view: View, row: Result) -> Printed:
    cells = view.row(row.cell)
    return cells["estimate"], cells["ci_low"], cells["ci_high"]


def contrasts(view: View, outcome: OutcomeSpec) -> Iterator[Result]:
    """The rows of contrasts that an outcome selects: all of a generic one, or of its measure."""
    for _, rows in view.chosen(outcome):
        for row in rows:
            if row.reference_arm_id and (
                outcome.type == "generic" or letters(row.measure) == letters(outcome.measure)
            ):
                yield row


def _with_limits(view: View) -> Iterator[tuple[OutcomeSpec, Result]]:
    """Contrasts with usable limits that are in order, each once."""
    seen: set[tuple[Cell, str]] = set()
    for outcome in view.outcomes:
        for row in contrasts(view, outcome):
            if row.estimate is None or row.ci_low is None or row.ci_high is None:
                continue
            positive = min(row.estimate, row.ci_low) > 0 or not is_ratio(outcome.measure)
            if (row.cell, outcome.measure) not in seen and row.ci_low < row.ci_high and positive:
                seen.add((row.cell, outcome.measure))
                yield outcome, row


def _judged(view: View) -> dict[str, list[tuple[OutcomeSpec, Result, str]]]:
    """The contrasts whose limits do not fit, and the name of a scale that they fit, by outcome."""
    found: dict[str, list[tuple[OutcomeSpec, Result, str]]] = {}
    for outcome, row in _with_limits(view):
        own, others = _scales(outcome.measure)
        printed = _printed(view, row)
        if not any(symmetric(printed, scale) for scale in own):
            other = next((name for scale, name in others if symmetric(printed, scale)), "")
            found.setdefault(outcome.id, []).append((outcome, row, other))
    return found


def _whole_outcomes(view: View) -> Iterator[OutcomeSpec]:
    """Outcomes of which every contrast with limits fits the other scale, and no few of them."""
    known = Counter(outcome.id for outcome, _ in _with_limits(view))
    for id_, wrong in view.once(_judged).items():
        if len(wrong) >= _ENOUGH and len(wrong) == known[id_] and all(w[2] for w in wrong):
            yield wrong[0][0]


def _rows(view: View, *, on_other_scale: bool) -> Iterator[Doubt]:
    told = {outcome.id for outcome in _whole_outcomes(view)}
    for id_, wrong in view.once(_judged).items():
        for outcome, row, other in wrong if id_ not in told else ():
            if bool(other) is on_other_scale:
                yield _doubt(outcome, row, other)


def _doubt(outcome: OutcomeSpec, row: Result, other: str) -> Doubt:
    assert row.ci_low is not None
    assert row.ci_high is not None
    log_scale = is_ratio(outcome.measure)
    low, high = (_log(x) if log_scale else x for x in (row.ci_low, row.ci_high))
    middle = exp((low + high) / 2) if log_scale else (low + high) / 2
    where = " on the log scale" if log_scale else ""
    expected = f"an estimate near {middle:.3g}, the middle of its limits{where} ({outcome.measure})"
    if other:
        expected += f"; the interval is symmetric {other}"
        return Doubt(row.cell, "estimate", expected, "check the measure and the three numbers")
    return Doubt(row.cell, "estimate", expected, "check estimate and limits against the source")


def _other_scale_throughout(view: View) -> Iterator[Doubt]:
    for outcome in _whole_outcomes(view):
        what = "a ratio" if is_ratio(outcome.measure) else "a difference"
        opposite = "differences or log ratios" if is_ratio(outcome.measure) else "ratios"
        expected = f"{what}, but all its intervals are symmetric as those of {opposite} are"
        path = ("outcomes", outcome.id, "measure")
        yield Doubt(path, "measure", expected, "correct the measure", outcome.measure)


def _not_positive(view: View) -> Iterator[Doubt]:
    """Estimates and limits below 0, or an estimate of 0, of what is a ratio as printed."""
    for row in _of_ratios(view):
        if row.estimate is None or row.ci_low is None or row.ci_high is None:
            continue
        if row.estimate <= 0 or row.ci_low < 0:
            column = "estimate" if row.estimate <= 0 else "ci_low"
            expected = "a number above 0: with limits, a ratio stands as printed, not its logarithm"
            remedy = "write the ratio, or the log ratio with its standard error in se"
            yield Doubt(row.cell, column, expected, remedy)


def _of_ratios(view: View) -> Iterable[Result]:
    """The contrasts of ratio measures, each once."""
    found = {
        row.cell: row
        for outcome in view.outcomes
        if is_ratio(outcome.measure)
        for row in contrasts(view, outcome)
    }
    return found.values()


def _zero_limit(view: View) -> Iterator[Doubt]:
    for row in _of_ratios(view):
        if row.ci_low == 0 and row.estimate and row.estimate > 0:
            expected = "a limit above 0: a ratio whose lower limit is 0 cannot be pooled"
            remedy = "look for more decimals, or write the log ratio with its standard error in se"
            yield Doubt(row.cell, "ci_low", expected, remedy)


def _zero_width(view: View) -> Iterator[Doubt]:
    for _, row in view.results():
        if row.ci_low is not None and row.ci_low == row.ci_high:
            expected = "limits that differ: an interval without width cannot be pooled"
            yield Doubt(row.cell, "ci_high", expected, "look for more decimals in the source")


def _natural_with_error(view: View) -> Iterator[Doubt]:
    """A ratio as printed beside the standard error of its logarithm: 0.77 with 0.0724."""
    told: set[Cell] = set()
    for outcome in view.outcomes:
        rows = list(contrasts(view, outcome)) if is_ratio(outcome.measure) else []
        suspected = [row for row in rows if row.cell not in told and _only_as_ratio(row)]
        for row in suspected:
            others = [y for y in (_log_ratio(other) for other in rows if other is not row) if y]
            if _stands_out(row.estimate or 0.0, others):
                told.add(row.cell)
                yield _as_logarithm(row)


def _only_as_ratio(row: Result) -> bool:
    """Whether an estimate with se is far from 0, and nearer to it once its logarithm is taken."""
    x, se = row.estimate, row.se
    return bool(x and se and 0.4 < x < 1.3 and x / se > _LIKELY_Z and abs(log(x)) <= x / 2)


def _log_ratio(row: Result) -> float | None:
    if row.estimate is None or row.se is not None:
        return row.estimate
    return log(row.estimate) if row.estimate > 0 else None


def _stands_out(x: float, others: Sequence[float]) -> bool:
    """Whether a log ratio is unlike the others, or all of them are like ratios about 1."""
    if len(others) < _ENOUGH or all(0 < y < 1.5 for y in others):
        return len(others) < _ENOUGH or min(x, *others) < 1
    middle = median(others)
    spread = max(1.4826 * median(abs(y - middle) for y in others), 0.1)
    return abs(x - middle) > 3 * spread


def _as_logarithm(row: Result) -> Doubt:
    x = row.estimate or 1.0
    expected = (
        f"a log ratio, as se is given: {x:g} is the logarithm of {exp(x):.3g},"
        f" that of {x:g} is {log(x):.3g}"
    )
    return Doubt(row.cell, "estimate", expected, f"write {log(x):.4g} if {x:g} is the ratio")


def _beyond_belief(view: View) -> Iterator[Doubt]:
    """A log ratio of more than 5 (a ratio of 148) is a ratio, or in percent."""
    for row in _of_ratios(view):
        if row.se is not None and row.estimate is not None and abs(row.estimate) > 5:
            expected = f"a log ratio, but that of {row.estimate:g} is a ratio of more than 148"
            yield Doubt(row.cell, "estimate", expected, "write the logarithm of the ratio")
        elif row.o_minus_e is not None and row.variance:
            ratio = row.o_minus_e / row.variance
            if abs(ratio) > 5:
                expected = f"a difference near its variance or below: it is {abs(ratio):.3g} times"
                remedy = "check both; were the columns exchanged?"
                yield Doubt(row.cell, "o_minus_e", expected, remedy)


def _in_percent(view: View) -> Iterator[Doubt]:
    """80 with limits 50 to 128 is a ratio of 0.8 in percent; other trials may say otherwise."""
    told: set[Cell] = set()
    for outcome in view.outcomes:
        rows = list(contrasts(view, outcome)) if is_ratio(outcome.measure) else []
        for row in rows:
            x = row.estimate or 0.0
            if row.ci_low is None or row.ci_high is None or row.cell in told or x < 20:
                continue
            others = [y for y in (_log_ratio(other) for other in rows if other is not row) if y]
            usual = median(others) if others else 0.0
            nearer = abs(log(x / 100) - usual) < abs(log(x) - usual)
            if nearer and row.ci_low >= 5 and row.ci_high / row.ci_low < x:
                told.add(row.cell)
                expected = f"a ratio: {x:g} would be one of {x / 100:g} in percent"
                yield Doubt(row.cell, "estimate", expected, "divide the three numbers by 100")


CHECKS = (
    Check(
        "ratio_not_positive",
        "results",
        "a negative estimate or limit, or an estimate of 0, of a ratio with limits",
        _not_positive,
        "error",
    ),
    Check("ratio_limit_zero", "results", "a lower limit of 0 of a ratio", _zero_limit),
    Check("interval_without_width", "results", "two equal limits", _zero_width),
    Check("ratio_in_percent", "results", "a ratio and its limits in percent", _in_percent),
    Check(
        "measure_of_other_scale",
        "config.yaml",
        "a measure to whose scale no interval of the outcome belongs",
        _other_scale_throughout,
    ),
    Check(
        "limits_of_other_scale",
        "results",
        "limits that are symmetric about the estimate on another scale than the measure's",
        lambda view: _rows(view, on_other_scale=True),
    ),
    Check(
        "limits_not_symmetric",
        "results",
        "limits that are symmetric about the estimate on no scale, whatever was rounded",
        lambda view: _rows(view, on_other_scale=False),
    ),
    Check(
        "ratio_with_log_error",
        "results",
        "a ratio as printed beside the standard error of its logarithm",
        _natural_with_error,
    ),
    Check(
        "ratio_beyond_belief",
        "results",
        "a log ratio, or O − E over its variance, beyond 5: a ratio of more than 148",
        _beyond_belief,
    ),
)
