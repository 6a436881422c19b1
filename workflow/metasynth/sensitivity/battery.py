"""How far a pooled result depends on single studies and on small ones, and what it means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metasynth.core.messages import Refused, Sentence, sentence
from metasynth.model import bounds
from metasynth.model.forms import PUBLISHED
from metasynth.model.methods import CLUSTERED, EXACT_BAYES, GLMMS, tau2_of_effects
from metasynth.model.moderated_effects import ModeratedEffects
from metasynth.model.records import AnalysisSpec, Estimate, OutcomeResult, OutcomeSpec, StudyData
from metasynth.model.risks import MEASURES
from metasynth.sensitivity.absolute import (
    AbsoluteEffect,
    absolute_effect,
    is_of_scores,
    of_events,
)
from metasynth.sensitivity.adjusted import Adjusted, FailSafe, adjusted, fail_safe, not_averaged
from metasynth.sensitivity.asymmetry import Asymmetry, asymmetry, why
from metasynth.sensitivity.cluster_diagnostics import ClusterDiagnostics, cluster_diagnostics
from metasynth.sensitivity.diagnostics import ALONE, Diagnostics, diagnose
from metasynth.sensitivity.fragility import Fragility, fragility
from metasynth.sensitivity.meta_regression import Regression, regress
from metasynth.sensitivity.reduced_sets import cumulative, leave_one_out, pooled_studies
from metasynth.stats.effects.binary import Effects
from metasynth.stats.effects.scales import natural
from metasynth.stats.models import fit_model
from metasynth.stats.trim_and_fill import trim_and_fill
from metasynth.synthesis.moderated import moderated
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import pool_studies, size_of_pool

__all__ = ["Sensitivity", "battery", "cumulative", "leave_one_out"]

ESTIMATOR = "L0"
"""Of the number of studies that trim and fill takes to be missing."""
MOST_CHANGES = 100
"""Patients that the fragility index changes before it gives up: a verdict that stands so many is
not fragile."""
NO_POOL = sentence("there is no pooled result")


@dataclass(frozen=True, slots=True)
class Filled:
    """The pool with the studies that trim and fill adds (natural scale), or why there is none."""

    estimator: str = ESTIMATOR
    filled: int | None = None
    side: str = ""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    reason: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Absolute:
    """An absolute effect; `origin` of its baseline risk: observed in all controls, or declared."""

    origin: str
    effect: AbsoluteEffect


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Everything that qualifies an outcome's primary analysis.

    An empty part has its reason beside it.
    """

    outcome: str
    analysis: str
    leave_one_out: tuple[Estimate, ...]
    cumulative: tuple[Estimate, ...]
    sequence_reason: Sentence | None
    diagnostics: Diagnostics
    asymmetry: tuple[Asymmetry, ...]
    trim_and_fill: Filled
    fragility: Fragility | None
    fragility_reason: Sentence | None
    absolute: tuple[Absolute, ...]
    absolute_reason: Sentence | None
    adjusted: tuple[Adjusted, ...] = ()
    fail_safe: tuple[FailSafe, ...] = ()
    regression: Regression | None = None
    moderators: tuple[ModeratedEffects, ...] = ()
    without_published: Estimate | None = None
    clusters: tuple[ClusterDiagnostics, ...] = ()  # of a model that knows clusters

    @property
    def is_adjusted(self) -> bool:
        """Whether an estimate is adjusted for small-study effects."""
        found = [one.estimate for one in self.adjusted]
        return any(estimate is not None for estimate in (*found, self.trim_and_fill.estimate))


def battery(result: OutcomeResult) -> Sensitivity:
    """Make all sensitivity analyses of an outcome's primary analysis, or say why one cannot be."""
    outcome, primary = result.outcome, result.analyses[0]
    spec, whole = primary.spec, primary.estimates[0]
    used = pooled_studies(outcome, spec, result.studies)
    alone = NO_POOL if whole.estimate is None else ALONE if len(used) < 2 else None
    effects = effects_of(used, outcome, spec) if used else None
    no_sequence = alone or bounds.too_many(len(used))
    fragile, why_not_fragile = _fragility(outcome, spec, used, whole)
    absolute, why_not_absolute = _absolute(outcome, whole)
    return Sensitivity(
        outcome=outcome.id,
        analysis=spec.name,
        leave_one_out=() if no_sequence else leave_one_out(outcome, spec, used),
        cumulative=() if no_sequence else cumulative(outcome, spec, used),
        sequence_reason=no_sequence,
        diagnostics=diagnose(result),
        asymmetry=tuple(asymmetry(outcome, spec, used, effects)),
        trim_and_fill=_trim_and_fill(outcome, spec, used, effects),
        adjusted=adjusted(outcome, spec, used, effects),
        fail_safe=fail_safe(outcome, spec, effects),
        fragility=fragile,
        fragility_reason=why_not_fragile,
        absolute=absolute,
        absolute_reason=why_not_absolute,
        regression=regress(outcome, spec, used, effects.y, effects.v) if effects else None,
        moderators=moderated(outcome, spec, used, effects.y, effects.v) if effects else (),
        without_published=_without_published(outcome, spec, used),
        clusters=_clusters(spec, used, None if no_sequence else effects),
    )


def _clusters(
    spec: AnalysisSpec, used: Sequence[StudyData], effects: Effects | None
) -> tuple[ClusterDiagnostics, ...]:
    """How the pool changes without each cluster, where a model knows these."""
    if effects is None or effects.cluster is None or effects.cluster.max() < 1:
        return ()
    return cluster_diagnostics(spec, used, effects)


def _without_published(
    outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData]
) -> Estimate | None:
    """The pool without published contrasts, where these stand beside numbers of groups."""
    own = [study for study in used if not study.contrast or study.contrast.form not in PUBLISHED]
    if outcome.type == "generic" or len(own) in (0, len(used)):
        return None
    return pool_studies(outcome, spec, "without published contrasts", own)[0]


def _trim_and_fill(
    outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData], effects: Effects | None
) -> Filled:
    if reason := not_averaged(spec):
        return Filled(reason=reason)
    if effects is None or len(used) < outcome.small_study.minimum:
        least = outcome.small_study.minimum
        return Filled(
            reason=sentence("trim and fill needs {n} studies, as its funnel tests do", n=least)
        )
    method = tau2_of_effects(spec)
    try:
        found = trim_and_fill(effects.y, effects.v, ESTIMATOR, method)
    except (Refused, ValueError) as refusal:
        return Filled(reason=why(refusal))
    whole = Effects(found.y, found.v, np.zeros(found.y.shape, dtype=bool))
    fit = fit_model(spec, outcome.measure, whole, None)
    size = size_of_pool(outcome, used, fit.mean)
    estimate, low, high = (
        natural(outcome.measure, x, size) for x in (fit.mean, fit.interval.low, fit.interval.high)
    )
    return Filled(ESTIMATOR, found.filled, found.side, estimate, low, high)


def _fragility(
    outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData], whole: Estimate
) -> tuple[Fragility | None, Sentence | None]:
    if outcome.type != "binary":
        return None, sentence("the fragility index counts patients with an event in two groups")
    if whole.estimate is None:
        return None, NO_POOL
    if spec.model in CLUSTERED:
        return None, sentence("trials of one cluster may have the same patients")
    if spec.model in GLMMS | {EXACT_BAYES}:
        return None, sentence("the fragility index is not computed for mixed models of counts")
    if any(study.contrast for study in used):
        return None, sentence(
            "a trial with correlated arms, or a published contrast, has no one table in which to "
            "change patients"
        )
    if many := bounds.too_many(len(used)):
        return None, many
    found = fragility(outcome, spec, used, MOST_CHANGES)
    beyond = sentence(
        "the verdict stands even if {n} patients, or all that can, are changed", n=MOST_CHANGES
    )
    return found, None if found else beyond


def _absolute(
    outcome: OutcomeSpec, whole: Estimate
) -> tuple[tuple[Absolute, ...], Sentence | None]:
    """At the risk of all control groups together, then at the declared ones."""
    effect = of_events(outcome, whole)
    if outcome.measure not in MEASURES and not is_of_scores(outcome):
        return (), sentence("no absolute effect follows from {measure}", measure=outcome.measure)
    if effect is None:
        return (), NO_POOL
    risks = [("declared", risk) for risk in outcome.baseline_risks]
    if whole.events_control is not None and whole.total_control:
        risks.insert(0, ("observed", whole.events_control / whole.total_control))
    found = tuple(Absolute(origin, absolute_effect(*effect, risk)) for origin, risk in risks)
    return found, None if found else sentence("no baseline risk is observed or declared")
