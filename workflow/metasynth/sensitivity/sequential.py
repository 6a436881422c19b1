"""Trial sequential analysis: is a cumulative meta-analysis large enough for its Z to be believed?

A meta-analysis that grows is tested again and again, and early with little information. This
labelled sensitivity analysis compares its Z, year by year, with boundaries that keep the error of
all looks together at alpha: Wetterslev, Thorlund, Brok and Gluud, J Clin Epidemiol 2008;61:64-75.
How much information is required follows from the effect that was planned for, and from diversity:
the same, BMC Med Res Methodol 2009;9:86. There is no boundary for futility.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from metasynth.core import lazy_special as special
from metasynth.model.methods import CLUSTERED, DEFAULT_TAU2, tau2_of_effects
from metasynth.model.records import (
    AnalysisSpec,
    Count,
    Estimate,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.model.robustness_config import SequentialChoices
from metasynth.sensitivity.reduced_sets import pooled_studies
from metasynth.stats.alpha_spending import SHORTEST, Boundary, boundaries
from metasynth.stats.effects.binary import Array
from metasynth.stats.effects.scales import natural
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.tau2 import estimate_tau2
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import pool_studies


@dataclass(frozen=True, slots=True)
class Look:
    """The cumulative analysis after a year's trials; the last may be of trials without a year.

    `fraction` is participants over the required size; z is Wald's. `boundary` is None after the
    required size was reached at an earlier look, and where a look adds next to nothing; where it is
    8 no evidence could cross it. `nominal` is the two-sided p that the boundary stands for.
    """

    year: int | None
    k: int
    participants: Count
    fraction: float
    z: float | None
    boundary: float | None
    nominal: float | None
    crossed: bool | None


@dataclass(frozen=True, slots=True)
class Sequential:
    """A sequential analysis of a primary analysis: results/outcomes/<outcome>/sequential.json.

    `required` participants for the planned effect, `required_common` of them without regard to
    diversity (D2); `final` is the boundary at the required size. The adjusted interval, on the
    natural scale, is the estimate ± the last boundary times its standard error. `reason` says why
    there is no analysis.
    """

    outcome: str
    analysis: str = ""
    alpha: float | None = None
    power: float | None = None
    relative_risk_reduction: float | None = None
    control_risk: float | None = None
    diversity: float | None = None
    required_common: int | None = None
    required: int | None = None
    looks: tuple[Look, ...] = ()
    final: float | None = None
    estimate: float | None = None
    adjusted_low: float | None = None
    adjusted_high: float | None = None
    reason: str = ""


def sequential(result: OutcomeResult) -> Sequential:
    """The sequential analysis that config.yaml asks of an outcome, or why there is none."""
    outcome, choices = result.outcome, result.outcome.sequential
    primary = result.analyses[0]
    whole, spec = primary.estimates[0], primary.spec
    if choices is None:
        return Sequential(outcome.id, reason="config.yaml asks for none")
    if spec.model in CLUSTERED:
        reason = "patients of trials of one cluster cannot be added up"
        return Sequential(outcome.id, reason=reason)
    used = pooled_studies(outcome, spec, result.studies)
    risk = choices.control_risk if choices.control_risk is not None else _risk(whole)
    if whole.estimate is None or risk is None:
        return Sequential(outcome.id, reason="there is no pooled result of counts")
    if not 0 < risk * (1 - choices.relative_risk_reduction) < 1 or risk >= 1:
        reason = f"a control risk of {risk:.3g} leaves no room for the planned effect"
        return Sequential(outcome.id, reason=reason)
    found = choices.diversity
    d2 = found if found is not None else diversity(outcome, spec, used)
    common = information_size(risk, choices)
    required = ceil(common / (1 - d2))
    plain = replace(spec, ci="Wald", prediction=None)
    cumulative = [(year, pool_studies(outcome, plain, "", own)[0]) for year, own in _years(used)]
    looks, final = _looks(cumulative, required, choices.alpha)
    limits = _adjusted(cumulative[-1][1], looks)
    return Sequential(
        outcome.id,
        spec.name,
        choices.alpha,
        choices.power,
        choices.relative_risk_reduction,
        risk,
        d2,
        ceil(common),
        required,
        looks,
        final,
        cumulative[-1][1].estimate,
        *limits,
    )


def information_size(control_risk: float, choices: SequentialChoices) -> float:
    """Participants of both groups, equally large, that the planned effect requires.

    4 (z_{1-alpha/2} + z_{1-beta})² p (1 - p) / (difference in risks)², p the mean of both risks:
    Wetterslev et al. 2009, as for a single trial.
    """
    other = control_risk * (1 - choices.relative_risk_reduction)
    mean = (control_risk + other) / 2
    z = special.ndtri(1 - choices.alpha / 2) + special.ndtri(choices.power)
    return float(4 * z**2 * mean * (1 - mean) / (control_risk - other) ** 2)


def diversity(outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData]) -> float:
    """D2: by how much of its own a random-effects variance exceeds that under a common effect.

    (v_random - v_common) / v_random, from the tau2 of the analysis; 0 for a common-effect model.
    """
    if spec.model != "random" or len(used) < 2:
        return 0.0
    effects = effects_of(used, outcome, spec)
    return diversity_from(effects.y, effects.v, tau2_of_effects(spec) or DEFAULT_TAU2)


def diversity_from(y: Array, v: Array, tau2_method: str) -> float:
    """D2 of effects and variances; Wetterslev et al. 2009, equation of D2."""
    random = inverse_variance(y, v, estimate_tau2(y, v, tau2_method).value)
    return float(1 - inverse_variance(y, v).variance / random.variance)


def _risk(whole: Estimate) -> float | None:
    """Of all control groups together."""
    if not whole.events_control or not whole.total_control:
        return None
    return whole.events_control / whole.total_control


def _years(used: Sequence[StudyData]) -> list[tuple[int | None, list[StudyData]]]:
    """The studies up to each year that has any; those without a year at the end."""
    years: list[int | None] = [*sorted({s.year for s in used if s.year is not None})]
    found = [(y, [s for s in used if s.year is not None and s.year <= (y or 0)]) for y in years]
    return [*found, (None, list(used))] if any(s.year is None for s in used) else found


def _looks(
    cumulative: Sequence[tuple[int | None, Estimate]], required: int, alpha: float
) -> tuple[tuple[Look, ...], float]:
    """Each year's Z with its boundary; then the boundary at the required size."""
    sizes = [(e.total_intervention or 0) + (e.total_control or 0) for _, e in cumulative]
    times: list[float] = []
    place: dict[int, int] = {}
    for i, size in enumerate(sizes):
        time, before = min(1.0, size / required), times[-1] if times else 0.0
        # Nearly complete is not worth a look of its own before the last one.
        if time - before >= SHORTEST and (time == 1 or 1 - time >= SHORTEST):
            place[i] = len(times)
            times.append(time)
    reached = bool(times) and times[-1] == 1
    found = boundaries(times if reached else [*times, 1.0], alpha)
    looks = [
        _look(year, estimate, sizes[i], required, found[place[i]] if i in place else None)
        for i, (year, estimate) in enumerate(cumulative)
    ]
    return tuple(looks), found[-1].z


def _look(
    year: int | None, estimate: Estimate, size: Count, required: int, boundary: Boundary | None
) -> Look:
    z = estimate.statistic
    limit = boundary.z if boundary else None
    return Look(
        year,
        estimate.k,
        size,
        size / required,
        z,
        limit,
        None if limit is None else float(2 * special.ndtr(-limit)),
        None if z is None or limit is None else abs(z) > limit,
    )


def _adjusted(last: Estimate, looks: Sequence[Look]) -> tuple[float | None, float | None]:
    """The estimate ± the last boundary times its standard error, on the natural scale."""
    known = [look.boundary for look in looks if look.boundary is not None]
    if not known or last.log_estimate is None or last.se is None:
        return None, None
    half = known[-1] * last.se
    low, high = (natural(last.measure, last.log_estimate + sign * half) for sign in (-1, 1))
    return low, high
