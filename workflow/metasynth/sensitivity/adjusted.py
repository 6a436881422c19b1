"""What the primary analysis would be without small-study effects, by several methods.

None of them can tell selection from other reasons why small trials differ: they say how far a
result might move, and are no better estimate than the pool.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metasynth.core.messages import Refused, Sentence, sentence
from metasynth.model.methods import (
    ADJUSTMENT,
    CLUSTERED,
    FAIL_SAFE,
    INVERSE_VARIANCE,
    compares,
    tau2_of_effects,
)
from metasynth.model.records import AnalysisSpec, OutcomeSpec, StudyData
from metasynth.sensitivity.asymmetry import why
from metasynth.sensitivity.diagnostics import NOT_INDEPENDENT
from metasynth.stats.effects.binary import Array, Effects
from metasynth.stats.effects.scales import natural
from metasynth.stats.fail_safe import orwin, rosenberg, rosenthal
from metasynth.stats.pet_peese import Extrapolated, believed, limit_meta_analysis, peese, pet
from metasynth.stats.selection import STEPS, THREE_PARAMETERS, step_selection
from metasynth.stats.small_study import too_few
from metasynth.stats.tau2 import estimate_tau2
from metasynth.synthesis.synthesise import size_of_pool


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An estimate adjusted for small-study effects (natural scale), or why there is none.

    `mean` and `slope` are those of a regression on the analysis scale, per unit of standard error
    (PET, limit) or of variance (PEESE); `chosen` is the one of PET and PEESE that the other gives
    way to. Of a selection model `weights` are the chances of being seen in each interval of p after
    the first, against the first, and `selection_p` tests that all are as large.
    """

    name: str
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    chosen: bool = False
    mean: float | None = None
    slope: float | None = None
    tau2: float | None = None
    weights: tuple[float, ...] = ()
    selection_p: float | None = None
    reason: Sentence | None = None


@dataclass(frozen=True, slots=True)
class FailSafe:
    """A fail-safe number of trials, or why there is none."""

    name: str
    trials: int | None = None
    reason: Sentence | None = None


def not_averaged(spec: AnalysisSpec) -> Sentence | None:
    """Why an analysis does not average independent effects by their variances; None if it does."""
    if spec.model in CLUSTERED:
        return NOT_INDEPENDENT
    if spec.model not in INVERSE_VARIANCE:
        return sentence(
            "model {model} does not average effects by their variances", model=spec.model
        )
    return None


def not_adjusted(
    outcome: OutcomeSpec, spec: AnalysisSpec, effects: Effects | None
) -> Sentence | None:
    """Why nothing of an outcome can be adjusted for small-study effects; None where it can be."""
    least = outcome.small_study.minimum
    k = 0 if effects is None else int(np.isfinite(effects.v).sum())
    if not compares(outcome):
        return sentence("in one group no result is favoured, so that none is adjusted")
    if reason := not_averaged(spec):
        return reason
    if k < least:
        return too_few(k, least)
    return None


def adjusted(
    outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData], effects: Effects | None
) -> tuple[Adjusted, ...]:
    """Every adjusted estimate of the catalogue, each with its reason where there is none."""
    reason = not_adjusted(outcome, spec, effects)
    if reason or effects is None:
        return tuple(Adjusted(name, reason=reason) for name in ADJUSTMENT)
    known = np.isfinite(effects.v)
    make = _methods(outcome, spec, effects.y[known], effects.v[known])
    found = [_or_reason(name, make[name]) for name in ADJUSTMENT]
    return tuple(_natural(one, outcome, used) for one in _with_choice(found))


def _methods(
    outcome: OutcomeSpec, spec: AnalysisSpec, y: Array, v: Array
) -> dict[str, Callable[[], Adjusted]]:
    """Effects in favour of the intervention are those that are selected."""
    least, method = outcome.small_study.minimum, tau2_of_effects(spec)
    larger, common = outcome.direction == "benefit", spec.model == "IV"

    def selected(name: str, steps: tuple[float, ...]) -> Adjusted:
        fit = step_selection(y, v, steps, larger=larger, common=common, minimum=least)
        return Adjusted(
            name, fit.mean, fit.interval.low, fit.interval.high, fit.interval.p, tau2=fit.tau2,
            weights=fit.weights[1:], selection_p=fit.p,
        )  # fmt: skip

    def limit() -> Adjusted:
        tau2 = estimate_tau2(y, v, method).value if method else 0.0
        found = _line("limit", limit_meta_analysis(y, v, tau2, least))
        return replace(found, tau2=tau2)

    return {
        "PET": lambda: _line("PET", pet(y, v, least)),
        "PEESE": lambda: _line("PEESE", peese(y, v, least)),
        "3PSM": lambda: selected("3PSM", THREE_PARAMETERS),
        "steps": lambda: selected("steps", STEPS),
        "limit": limit,
    }


def _line(name: str, found: Extrapolated) -> Adjusted:
    own = found.interval
    return Adjusted(name, found.mean, own.low, own.high, own.p, mean=found.mean, slope=found.slope)


def _or_reason(name: str, make: Callable[[], Adjusted]) -> Adjusted:
    try:
        return make()
    except (Refused, ValueError) as refusal:
        return Adjusted(name, reason=why(refusal))


def _with_choice(found: Sequence[Adjusted]) -> list[Adjusted]:
    """The one of PET and PEESE that is believed is marked, where there are both."""
    by_name = {one.name: one for one in found}
    first, second = by_name["PET"], by_name["PEESE"]
    if first.estimate is None or second.estimate is None:
        return list(found)
    chosen = believed(first.p)
    return [replace(one, chosen=one.name == chosen) for one in found]


def _natural(one: Adjusted, outcome: OutcomeSpec, used: Sequence[StudyData]) -> Adjusted:
    """The same on the natural scale."""
    if one.estimate is None or one.ci_low is None or one.ci_high is None:
        return one
    size = size_of_pool(outcome, used, one.estimate)
    ends = (natural(outcome.measure, x, size) for x in (one.estimate, one.ci_low, one.ci_high))
    estimate, low, high = ends
    return replace(one, estimate=estimate, ci_low=low, ci_high=high)


_FAIL_SAFE: dict[str, Callable[[Array, Array, int], int | None]] = {
    "Rosenthal": rosenthal,
    "Orwin": orwin,
    "Rosenberg": rosenberg,
}


def fail_safe(
    outcome: OutcomeSpec, spec: AnalysisSpec, effects: Effects | None
) -> tuple[FailSafe, ...]:
    """Every fail-safe number of the catalogue, each with its reason where there is none."""
    reason = not_adjusted(outcome, spec, effects)
    if reason or effects is None:
        return tuple(FailSafe(name, reason=reason) for name in FAIL_SAFE)
    known = np.isfinite(effects.v)
    y, v, least = effects.y[known], effects.v[known], outcome.small_study.minimum
    numbers = ((name, _FAIL_SAFE[name](y, v, least)) for name in FAIL_SAFE)
    nothing = sentence("the common effect is none already")
    return tuple(FailSafe(name, n, nothing if n is None else None) for name, n in numbers)
