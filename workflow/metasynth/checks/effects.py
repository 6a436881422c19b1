"""Effects of trials beside each other: one the other way round, and one far from all others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import atanh, exp, log, sqrt, tanh
from statistics import median

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.means import unlike
from metasynth.checks.others import Others
from metasynth.checks.spreads import errors_throughout
from metasynth.model.methods import is_ratio
from metasynth.model.records import Cell, Group, OutcomeSpec, StudyData
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.other_kinds import FORM

_FEWEST_OTHERS = 3
_FAR, _CLOSE, _LEAST = 3.5, 1.0, 0.3
_BEYOND = 50.0  # a log ratio that is none; told of elsewhere
_MAD = 1.4826  # makes the median absolute deviation one of a normal distribution
_UNLIKE = {"binary": 4.0, "rate": 4.0}
_UNLIKE_OTHERWISE = 6.0
"""How far an effect must be from those of the others, in standard errors and their spread.

Of 44 published data sets (metadat) none of counts has one beyond 3.1, of anything else one of
means is beyond 6, an ecological one; see tests/slips/published.
"""
_FEWEST_LIKE = 4
_ERROR_FAR, _ERRORS_ALIKE = 5.0, 3.0
"""A standard error times the root of the trial's size is the same but for risk and spread."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A trial's effect and its standard error, on a scale that is symmetric about no effect."""

    study: str
    cell: Cell
    y: float
    se: float
    rows: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """What an effect is called, how it is printed, and in which columns a slip in it stands."""

    name: str
    printed: Callable[[float], float]
    number: str
    sides: str
    remedy: str


_ARMS = ("arm_id", "check whether the arms were exchanged")
_SCALES = {
    "binary": Scale("odds ratio", exp, "events", *_ARMS),
    "rate": Scale("rate ratio", exp, "events", *_ARMS),
    "continuous": Scale("standardised difference", float, "mean", *_ARMS),
    "correlation": Scale("correlation", tanh, "correlation", "correlation", "check its sign"),
}
_COMPARED = "check which arm the source compares with which"


def _scale(outcome: OutcomeSpec) -> Scale:
    printed = exp if is_ratio(outcome.measure) else float
    contrast = Scale("effect", printed, "estimate", "estimate", _COMPARED)
    return _SCALES.get(outcome.type, contrast)


def _effects(view: View) -> list[tuple[OutcomeSpec, list[Effect]]]:
    """The effects of each outcome that reads no other's rows again, if there are enough."""
    found = [(outcome, list(_of_trials(view, outcome))) for outcome in view.primary]
    return [(outcome, effects) for outcome, effects in found if len(effects) > _FEWEST_OTHERS]


def _of_trials(view: View, outcome: OutcomeSpec) -> Iterator[Effect]:
    generic = outcome.type == "generic"
    for trial, rows in view.chosen(outcome):
        given = [row.cell for row in rows if bool(row.reference_arm_id) is generic]
        data = study_data(trial, outcome, view.comparison_of(outcome)) if given else ()
        alone = data[0] if isinstance(data, tuple) and len(data) == 1 else None
        if alone and alone.contrast and alone.contrast.form == FORM:
            continue  # which checks/other_kinds.py doubts
        effect = effect_of(outcome, alone) if alone else None
        if effect and abs(effect[0]) < _BEYOND:
            about = tuple(row.cell for row in rows)
            yield Effect(trial.study.study, given[0], *effect, about)


def effect_of(outcome: OutcomeSpec, study: StudyData) -> tuple[float, float] | None:
    """Effect and standard error; those of counts, with half an event more, serve to look only."""
    if study.contrast:
        return study.contrast.estimate, study.contrast.se
    if outcome.type == "correlation":
        return _fisher(study.intervention)
    if study.intervention is None or study.control is None:
        return None
    if outcome.type == "continuous":
        return _standardised(study.intervention, study.control)
    first, second = _cells(study.intervention), _cells(study.control)
    if not first or not second:
        return None
    (a, b, own), (c, d, other) = first, second
    return log(a / b) - log(c / d), sqrt(own + other)


def _cells(group: Group) -> tuple[float, float, float] | None:
    """Events, what they are of (those without, or time), and the variance of the log of both."""
    if group.events is None:
        return None
    events = group.events + 0.5
    if group.person_time:
        return events, group.person_time, 1 / events
    if group.total is None or group.mean is not None:
        return None
    others = group.total - group.events + 0.5
    return events, others, 1 / events + 1 / others


def _standardised(first: Group, second: Group) -> tuple[float, float] | None:
    if first.mean is None or second.mean is None or not (first.total and second.total):
        return None
    one, other = first.baseline_sd or first.sd or 0.0, second.baseline_sd or second.sd or 0.0
    spread = sqrt((one**2 + other**2) / 2)
    if not spread:
        return None
    d = (first.mean - second.mean) / spread
    return d, sqrt(1 / first.total + 1 / second.total + d * d / (2 * (first.total + second.total)))


def _fisher(group: Group | None) -> tuple[float, float] | None:
    if group is None or group.correlation is None or not group.total or group.total <= 3:
        return None
    return (
        (atanh(group.correlation), 1 / sqrt(group.total - 3))
        if abs(group.correlation) < 1
        else None
    )


def _inverted(view: View) -> Iterator[Doubt]:
    """A trial whose effect fits the others' only when it is turned round."""
    for outcome, effects in view.once(_effects):
        everyone = Others(effect.y for effect in effects)
        unit = _unit(outcome, everyone.median(()))
        for effect in effects:
            usual = everyone.median([effect.y])
            if min(abs(effect.y), abs(usual)) < _LEAST * unit or effect.y * usual > 0:
                continue
            if _fits_only_inverted(effect, [e.y for e in effects if e is not effect], unit):
                yield _turned(_scale(outcome), effect, usual)


def _unit(outcome: OutcomeSpec, usual: float) -> float:
    """What one is on the scale of an outcome: a published difference is in units of its own."""
    generic = outcome.type == "generic" and not is_ratio(outcome.measure)
    return abs(usual) if generic else 1.0


def _turned(scale: Scale, effect: Effect, usual: float) -> Doubt:
    is_, inverse = (f"{scale.printed(y):.2f}" for y in (effect.y, -effect.y))
    expected = (
        f"an effect ({scale.name}) near {scale.printed(usual):.2f}, as in the other trials:"
        f" it is {is_}, and {inverse} the other way round"
    )
    return Doubt(effect.cell, scale.sides, expected, scale.remedy)


def _fits_only_inverted(effect: Effect, others: Sequence[float], unit: float) -> bool:
    middle = median(others)
    spread = _MAD * median(abs(other - middle) for other in others)
    error = sqrt(effect.se**2 + spread**2)
    near = max(_CLOSE * error, 0.1 * unit)
    return abs(effect.y - middle) > _FAR * error and abs(-effect.y - middle) < near


def _far(view: View) -> Iterator[Doubt]:
    """An effect so far from those of all other trials that a slip is likelier; told as a last."""
    in_units, as_errors = view.once(unlike), view.once(errors_throughout)
    for outcome, effects in view.once(_effects):
        if len(effects) <= _FEWEST_LIKE or outcome.id in as_errors:
            continue
        known = Others(effect.y for effect in effects)
        least = _least(outcome)
        for effect in effects:
            if abs(effect.y - known.median([effect.y])) < least:
                continue
            others = [other for other in effects if other is not effect]
            if effect.study not in in_units and _is_far(outcome, effect, others):
                yield _unlike(_scale(outcome), effect, median(e.y for e in others))


def _least(outcome: OutcomeSpec) -> float:
    """The least distance: a ratio of e, one standard deviation; none for a published difference."""
    return 0.0 if outcome.type == "generic" and not is_ratio(outcome.measure) else 1.0


def _is_far(outcome: OutcomeSpec, effect: Effect, others: Sequence[Effect]) -> bool:
    middle = median(other.y for other in others)
    spread = _MAD * median(abs(other.y - middle) for other in others)
    spread = max(spread, median(other.se for other in others))
    error = sqrt(effect.se**2 + spread**2)
    return abs(effect.y - middle) > _UNLIKE.get(outcome.type, _UNLIKE_OTHERWISE) * error


def _errors(view: View) -> Iterator[Doubt]:
    """A published contrast whose standard error is not that of a trial of its size."""
    sizes = {trial.study.study: trial.study.n_randomised for trial in view.included}
    for outcome, effects in view.once(_effects) if view.config else ():
        known = [(e, e.se * sqrt(n)) for e in effects if (n := sizes[e.study])]
        errors = Others(error for _, error in known)
        if outcome.type != "generic" or len(known) <= _FEWEST_LIKE:
            continue
        for effect, error in known:
            usual, last = errors.median([error]), len(known) - 2
            low, high = errors.at(0, [error]), errors.at(last, [error])
            alike = usual / _ERRORS_ALIKE < low <= high < usual * _ERRORS_ALIKE
            if alike and not usual / _ERROR_FAR < error < usual * _ERROR_FAR:
                expected = (
                    f"a standard error near {effect.se * usual / error:.2g}, as the other trials"
                    f" have for their sizes: it is {effect.se:.2g}"
                )
                remedy = "check se or the limits, their decimal points, and n_randomised"
                yield Doubt(effect.cell, _typed(view, effect), expected, remedy)


def _typed(view: View, effect: Effect) -> str:
    row = view.row(effect.cell)
    return next((column for column in ("se", "ci_low", "variance") if row[column]), "estimate")


def _unlike(scale: Scale, effect: Effect, usual: float) -> Doubt:
    expected = (
        f"an effect ({scale.name}) nearer to those of the other trials, which are near"
        f" {scale.printed(usual):.3g}: it is {scale.printed(effect.y):.3g}"
    )
    remedy = "look for a digit lost or typed twice, a decimal point, or columns exchanged"
    return Doubt(effect.cell, scale.number, expected, remedy, about=effect.rows)


TURNED = (
    Check(
        "effect_turned_round",
        "results",
        "an effect that fits those of the other trials only the other way round; arms exchanged",
        _inverted,
    ),
)
ERRORS = (
    Check(
        "error_unlike_others",
        "results",
        "a contrast whose standard error is not that of a trial of its size",
        _errors,
    ),
)
FAR = (
    Check(
        "effect_unlike_others",
        "results",
        "an effect so far from those of all other trials that a slip is likelier",
        _far,
    ),
)
