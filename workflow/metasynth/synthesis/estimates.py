"""Results as the records that become rows of estimates.csv and studies.csv.

Effects leave the analysis scale here. A record never holds NaN or infinity: what does not exist, or
is larger than a float, is None.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from math import fsum, isfinite, sqrt
from typing import Any

from metasynth.core.distributions import chi2_upper_tail
from metasynth.core.messages import Sentence, message, sentence
from metasynth.model import clusters
from metasynth.model.conversions import CONVERSIONS
from metasynth.model.methods import (
    BAYESIAN,
    CLUSTERED,
    CREDIBLE,
    DEFAULT_TAU2,
    GLMMS,
    MULTIVARIATE,
    POSTERIOR,
    no_effect,
)
from metasynth.model.records import (
    AnalysisSpec,
    Count,
    Estimate,
    Group,
    OutcomeSpec,
    StudyData,
    StudyEffect,
    whole,
)
from metasynth.stats.blups import blups
from metasynth.stats.effects.binary import Effects
from metasynth.stats.effects.scales import finite, natural
from metasynth.stats.intervals import interval
from metasynth.stats.models import Fit
from metasynth.stats.score_intervals import score_limits, wilson_limits
from metasynth.synthesis.selection import counts, effects_of, one_group

ENDS = ("low", "high")
TOO_LARGE = sentence("The estimate is larger than a number can be on the natural scale.")


def empty_row(
    outcome: OutcomeSpec, spec: AnalysisSpec, subgroup: str, studies: Sequence[StudyData]
) -> Estimate:
    """A row of estimates.csv that says what was pooled, without a result.

    Patients are not added up where trials of one cluster may have the same.

    Parameters:
        outcome: of which it is.
        spec: the analysis.
        subgroup: blank for all studies.
        studies: those that are pooled.
    """
    clustered = spec.model in CLUSTERED
    trials = len({study.study for study in studies})
    known: dict[str, Any] = {
        "outcome": outcome.id,
        "analysis": spec.name,
        "subgroup": subgroup,
        "measure": outcome.measure,
        "model": spec.model,
        "tau2_method": _tau2_method(spec),
        "ci_method": CREDIBLE if spec.model in BAYESIAN else spec.ci,
        "k": len(studies),
        **({} if clustered else _totals(studies)),
        "note": (),
        "clusters": len(clusters.groups(studies)) if clustered else None,
        "trials": trials if clustered and trials < len(studies) else None,
    }
    columns: dict[str, Any] = dict.fromkeys(f.name for f in fields(Estimate))
    return Estimate(**columns | known)


def _totals(studies: Sequence[StudyData]) -> dict[str, Count | None]:
    """Events and patients of each side, added up."""
    return {
        f"{what}_{side}": _total([getattr(study, side) for study in studies], what)
        for side in ("intervention", "control")
        for what in ("events", "total")
    }


def _tau2_method(spec: AnalysisSpec) -> str:
    if spec.model in GLMMS:
        return "ML"
    if spec.model in BAYESIAN:
        return POSTERIOR
    by_likelihood = ("random", "three_level", MULTIVARIATE)
    return (spec.tau2 or DEFAULT_TAU2) if spec.model in by_likelihood else ""


def filled_row(row: Estimate, fit: Fit, size: float | None = None) -> Estimate:
    """Write a fit into its row, effects on the natural scale.

    A proportion is not tested: no value of it means no effect.

    Parameters:
        row: as `empty_row` gives it.
        fit: on the analysis scale.
        size: as in `scales.natural`.
    """
    ci, share = fit.interval, fit.share
    tested = no_effect(row.measure) is not None
    pi_low, pi_high = fit.prediction or (None, None)
    tau2_low, tau2_high = fit.tau2_limits or (None, None)
    estimate = natural(row.measure, fit.mean, size)
    notes = fit.notes if estimate is not None else (*fit.notes, TOO_LARGE)
    i2_low, i2_high = fit.i2_limits or (None, None)
    adhoc_low, adhoc_high = fit.adhoc or (None, None)
    return replace(
        row,
        ci_method=fit.ci_method,
        estimate=estimate,
        ci_low=natural(row.measure, ci.low, size),
        ci_high=natural(row.measure, ci.high, size),
        pi_low=natural(row.measure, pi_low, size),
        pi_high=natural(row.measure, pi_high, size),
        log_estimate=finite(fit.mean),
        se=finite(ci.se),
        statistic=finite(ci.statistic) if tested else None,
        df=finite(ci.df),
        p=finite(ci.p) if tested else None,
        q=finite(fit.q),
        q_df=fit.q_df,
        q_p=chi2_upper_tail(fit.q, fit.q_df) if fit.q_df and fit.q is not None else None,
        i2=share.i2 if share else None,
        i2_low=i2_low,
        i2_high=i2_high,
        h2=share.h2 if share else None,
        tau2=fit.tau2,
        tau2_low=tau2_low,
        tau2_high=tau2_high,
        note=notes,
        adhoc_low=natural(row.measure, adhoc_low, size),
        adhoc_high=natural(row.measure, adhoc_high, size),
        p_above=fit.p_above if tested else None,
        bayes_factor_common=fit.bayes_factor_common,
        rho=fit.rho,
        **_levels(fit),
    )


def _levels(fit: Fit) -> dict[str, Any]:
    """The variances and shares between and within clusters, of a fit that has both."""
    if (levels := fit.levels) is None:
        return {}
    names = ("tau2_between", "tau2_within")
    sides = zip(names, (levels.between_limits, levels.within_limits), strict=True)
    ends = (
        (f"{name}_{end}", x)
        for name, own in sides
        for end, x in zip(ENDS, own or (None, None), strict=True)
    )
    return dict(ends) | {
        "tau2_between": levels.between,
        "tau2_within": levels.within,
        "i2_between": levels.i2_between,
        "i2_within": levels.i2_within,
    }


def study_rows(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], fit: Fit | None
) -> tuple[StudyEffect, ...]:
    """Each pooled study's own effect on the natural scale, and its weight in per cent.

    Without a fit, or of a model without weights, the weight is None.
    """
    if not studies:
        return ()
    effects = effects_of(studies, outcome, spec)
    weights = fit.weights if fit else None
    predicted = _predictions(spec, fit, effects) or [(None,) * 3] * len(studies)
    shares: list[float | None] = [None] * len(studies)
    if weights is not None:
        shares = (100 * weights / weights.sum()).tolist()
    return tuple(
        _study_row(outcome, spec, studies[i], Own(y, v, corrected, predicted[i]), shares[i])
        for i, (y, v, corrected) in enumerate(
            zip(effects.y.tolist(), effects.v.tolist(), effects.corrected.tolist(), strict=True)
        )
    )


_Predicted = tuple[float | None, ...]
"""A prediction and its limits, on the analysis scale."""


def _predictions(spec: AnalysisSpec, fit: Fit | None, effects: Effects) -> list[_Predicted]:
    """Each study's true effect in the light of all, with limits; none but of model random."""
    if fit is None or fit.tau2 is None or spec.model != "random":
        return []
    error = fit.interval.se**2
    found = blups(effects.y, effects.v, fit.tau2, fit.mean, error, fit.interval.df)
    columns = (found.value, found.low, found.high)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@dataclass(frozen=True, slots=True)
class Own:
    """One study's own effect on the analysis scale; v is infinite where it has none.

    `predicted` is its true effect as all studies predict it, with limits.
    """

    y: float
    v: float
    corrected: bool
    predicted: _Predicted


def _study_row(
    outcome: OutcomeSpec, spec: AnalysisSpec, study: StudyData, own: Own, share: float | None
) -> StudyEffect:
    """Write one study's effect as a row of studies.csv."""
    exists = isfinite(own.v)
    wald = interval(own.y, sqrt(own.v))
    size = study.intervention.total if study.intervention else None
    low, high = (natural(outcome.measure, x, size) for x in (wald.low, wald.high))
    blup, blup_low, blup_high = (natural(outcome.measure, x, size) for x in own.predicted)
    scored = spec.study_ci == "score" and study.contrast is None
    if scored:
        low, high = _score_limits(outcome, study)
    return StudyEffect(
        outcome=outcome.id,
        analysis=spec.name,
        subgroup=study.subgroup,
        study=study.study,
        label=study.label,
        year=study.year,
        measure=outcome.measure,
        events_intervention=study.intervention.events if study.intervention else None,
        total_intervention=study.intervention.total if study.intervention else None,
        events_control=study.control.events if study.control else None,
        total_control=study.control.total if study.control else None,
        estimate=natural(outcome.measure, own.y, size) if exists else None,
        ci_low=low,
        ci_high=high,
        ci_method="score" if scored else "Wald",
        log_estimate=finite(own.y) if exists else None,
        se=finite(wald.se),
        weight=finite(share),
        corrected=own.corrected,
        note=_study_note(outcome, spec, own, study),
        form=_form(study),
        cluster=clusters.name(study) if spec.model in CLUSTERED else "",
        blup=blup,
        blup_low=blup_low,
        blup_high=blup_high,
    )


def rules_of(study: StudyData) -> tuple[str, ...]:
    """The rules by which a study's groups or contrast have their numbers, each once."""
    parts = [part for part in (study.intervention, study.control, study.contrast) if part]
    return tuple(dict.fromkeys(rule for part in parts for rule in part.rules))


def is_skewed(study: StudyData) -> bool:
    """Whether a study's means are read off medians that speak against a normal distribution."""
    return any(group.skewed for group in (study.intervention, study.control) if group)


def _form(study: StudyData) -> str:
    """In what form a study gives its effect: see forms.FORMS."""
    if study.contrast:
        return study.contrast.form
    return "converted" if rules_of(study) else "groups"


def _score_limits(outcome: OutcomeSpec, study: StudyData) -> tuple[float, float | None]:
    """Limits by the score test: of two groups' contrast, or (Wilson) of one group's proportion."""
    if outcome.type == "proportion":
        return wilson_limits(*one_group(study))
    return score_limits(outcome.measure, *counts(study))


def _study_note(
    outcome: OutcomeSpec, spec: AnalysisSpec, own: Own, study: StudyData
) -> tuple[Sentence, ...]:
    """What a contrast is adjusted for; else how numbers were computed, and cells corrected."""
    if study.contrast and study.contrast.adjusted_for:
        adjusted = sentence("Adjusted for {what}.", what=study.contrast.adjusted_for)
        return (adjusted, *_conversion_notes(study))
    return (*_conversion_notes(study), *_cell_notes(outcome, spec, own))


def _conversion_notes(study: StudyData) -> Iterator[Sentence]:
    """By which rules a study's numbers follow from what is printed."""
    for rule in rules_of(study):
        yield sentence("Computed: {rule}.", rule=CONVERSIONS[rule].label)
    if is_skewed(study):
        yield sentence(
            "Its quartiles or extremes lie unevenly about the median, so that mean and standard "
            "deviation say little (test of skewness of Shi et al. 2023)."
        )


def _cell_notes(outcome: OutcomeSpec, spec: AnalysisSpec, own: Own) -> tuple[Sentence, ...]:
    """What was done to a study's cells."""
    if not isfinite(own.v):
        return (sentence("An empty cell, not corrected, leaves its own effect undefined."),)
    if not own.corrected:
        return ()
    if spec.zero_cells == "treatment_arm":
        return (sentence("Each group's share of the participants was added to its cells."),)
    rate = outcome.type in ("rate", "incidence")
    where = message("the events of each group") if rate else message("each cell")
    return (sentence("0.5 was added to {where}.", where=where),)


def _total(groups: Sequence[Group | None], what: str) -> Count | None:
    """Add up a count over groups; None where one of them does not have it."""
    values: list[Count | None] = [getattr(group, what) if group else None for group in groups]
    known = [value for value in values if value is not None]
    return whole(fsum(known)) if len(known) == len(values) else None
