"""From the studies of one outcome to its pooled results, by every analysis that was declared.

Studies that cannot be pooled are listed with the reason; a pool that cannot be made is a row that
says why. Records never hold NaN or infinity: what does not exist is None.

Conventions of an `Estimate`:

- `q` is the inverse-variance weighted sum of squares about the common effect: Cochran's Q for IV
  and random, about the Mantel-Haenszel or Peto estimate for those. Where a study has an empty cell
  its own effect comes from corrected cells, in Q too, though the Mantel-Haenszel estimate does not.
- `i2`, `h2` follow `q` for common-effect models, and tau2 with the typical within-study variance
  for the random-effects model. `tau2_low` to `i2_high` are Q-profile limits, random model only.
- The prediction interval `t_k-1` uses the standard error of the analysis's own confidence interval
  and needs three studies.
- One study is reported as it is under every model (q = 0 with no degrees of freedom, no tau2).
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from math import exp, isfinite, sqrt
from typing import Any

from metasynth.distributions import chi2_upper_tail
from metasynth.effects import Effects, Tables, binary_effects, peto_log_odds_ratio
from metasynth.intervals import interval
from metasynth.methods import DEFAULT_TAU2, is_ratio, require_combination
from metasynth.models import Fit, fit_model
from metasynth.pooling import EffectUndefined
from metasynth.records import (
    AnalysisResult,
    AnalysisSpec,
    Comparison,
    Estimate,
    Omission,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
    StudyEffect,
)
from metasynth.selection import counts, missing_data, tables_of, uninformative
from metasynth.study_intervals import score_limits_risk_ratio

LARGEST_EXPONENT = 700.0
"""exp of more than this overflows."""

ALL = "all"
"""The subgroup name of the row over all studies."""


def synthesise(
    outcome: OutcomeSpec,
    analyses: Sequence[AnalysisSpec],
    comparison: Comparison,
    studies: Sequence[StudyData],
) -> OutcomeResult:
    """Pool `studies` by each of `analyses`; the conventions are at the top of this module.

    Raises UnsupportedCombination when an analysis has no meaning for the outcome. Whatever the
    data, including none at all, the answer is a complete record.
    """
    for spec in analyses:
        require_combination(outcome, spec)
    reasons = [(s, missing_data(s)) for s in studies]
    complete = [s for s, reason in reasons if reason is None]
    omissions = [Omission(s.study, reason) for s, reason in reasons if reason is not None]
    results = []
    for spec in analyses:
        result, left_out = _analyse(outcome, spec, complete)
        results.append(result)
        omissions += left_out
    return OutcomeResult(outcome, comparison, tuple(studies), tuple(results), tuple(omissions))


def _analyse(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData]
) -> tuple[AnalysisResult, list[Omission]]:
    """Pool all studies, then each subgroup; the weights shown are those of the whole pool."""
    reasons = [(s, uninformative(s, outcome, spec)) for s in studies]
    pooled = [s for s, reason in reasons if reason is None]
    omissions = [Omission(s.study, reason, spec.name) for s, reason in reasons if reason]
    subgroups = list(dict.fromkeys(s.subgroup for s in pooled if s.subgroup))
    estimates, fit = [], None
    for name in [ALL, *subgroups]:
        members = [s for s in pooled if name in (ALL, s.subgroup)]
        estimate, subgroup_fit = _pool(outcome, spec, name, members)
        estimates.append(estimate)
        fit = subgroup_fit if name == ALL else fit
    if estimates[0].estimate is None:
        omissions.append(Omission("", estimates[0].note, spec.name))
    rows = _study_rows(outcome, spec, pooled, fit)
    return AnalysisResult(spec, tuple(estimates), rows), omissions


def _pool(
    outcome: OutcomeSpec, spec: AnalysisSpec, subgroup: str, studies: Sequence[StudyData]
) -> tuple[Estimate, Fit | None]:
    """Pool one set of studies; without a result the row's note says why."""
    row = _empty_row(outcome, spec, subgroup, studies)
    if not studies:
        return replace(row, note="No study could be pooled."), None
    tables = tables_of(studies)
    try:
        fit = fit_model(spec, outcome.measure, _effects(outcome, spec, tables), tables)
    except EffectUndefined as undefined:
        note = f"{spec.model} {outcome.measure} is not defined: {undefined}."
        return replace(row, note=note), None
    return _filled_row(row, fit), fit


def _effects(outcome: OutcomeSpec, spec: AnalysisSpec, tables: Tables) -> Effects:
    """Each study's own effect as this analysis sees it."""
    if spec.model == "Peto":
        return Effects(*peto_log_odds_ratio(tables), corrected=tables.a < 0)
    return binary_effects(tables, outcome.measure, spec.zero_cells)


def _empty_row(
    outcome: OutcomeSpec, spec: AnalysisSpec, subgroup: str, studies: Sequence[StudyData]
) -> Estimate:
    """A row of estimates.csv that says what was pooled, without a result."""
    table = [counts(s) for s in studies]
    a, n1, c, n2 = (sum(column) for column in zip(*table, strict=True)) if table else (0, 0, 0, 0)
    known: dict[str, Any] = {
        "outcome": outcome.id,
        "analysis": spec.name,
        "subgroup": subgroup,
        "measure": outcome.measure,
        "model": spec.model,
        "tau2_method": (spec.tau2 or DEFAULT_TAU2) if spec.model == "random" else "",
        "ci_method": spec.ci,
        "k": len(studies),
        "events_intervention": a,
        "total_intervention": n1,
        "events_control": c,
        "total_control": n2,
        "note": "",
    }
    columns: dict[str, Any] = dict.fromkeys(f.name for f in fields(Estimate))
    return Estimate(**columns | known)


def _filled_row(row: Estimate, fit: Fit) -> Estimate:
    """Write a fit into its row, effects on the natural scale."""
    ci, share = fit.interval, fit.share
    pi_low, pi_high = fit.prediction or (None, None)
    tau2_low, tau2_high = fit.tau2_limits or (None, None)
    i2_low, i2_high = fit.i2_limits or (None, None)
    return replace(
        row,
        ci_method=fit.ci_method,
        estimate=_natural(row.measure, fit.mean),
        ci_low=_natural(row.measure, ci.low),
        ci_high=_natural(row.measure, ci.high),
        pi_low=_natural(row.measure, pi_low),
        pi_high=_natural(row.measure, pi_high),
        log_estimate=_number(fit.mean),
        se=_number(ci.se),
        statistic=_number(ci.statistic),
        df=ci.df,
        p=_number(ci.p),
        q=_number(fit.q),
        q_df=fit.q_df,
        q_p=chi2_upper_tail(fit.q, fit.q_df) if fit.q_df else None,
        i2=share.i2 if share else None,
        i2_low=i2_low,
        i2_high=i2_high,
        h2=share.h2 if share else None,
        tau2=fit.tau2,
        tau2_low=tau2_low,
        tau2_high=tau2_high,
        note=" ".join(fit.notes),
    )


def _study_rows(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], fit: Fit | None
) -> tuple[StudyEffect, ...]:
    """Each pooled study's own effect, and its weight in per cent where there is a pool."""
    if not studies:
        return ()
    effects = _effects(outcome, spec, tables_of(studies))
    shares = 100 * fit.weights / fit.weights.sum() if fit else [None] * len(studies)
    return tuple(
        _study_row(outcome, spec, study, y, v, corrected, share)
        for study, y, v, corrected, share in zip(
            studies,
            effects.y.tolist(),
            effects.v.tolist(),
            effects.corrected.tolist(),
            shares,
            strict=True,
        )
    )


def _study_row(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    study: StudyData,
    y: float,
    v: float,
    corrected: bool,
    share: float | None,
) -> StudyEffect:
    a, n1, c, n2 = counts(study)
    wald = interval(y, sqrt(v))
    low, high = _natural(outcome.measure, wald.low), _natural(outcome.measure, wald.high)
    if spec.study_ci == "score":
        low, high = score_limits_risk_ratio(a, n1, c, n2)
    return StudyEffect(
        outcome=outcome.id,
        analysis=spec.name,
        subgroup=study.subgroup,
        study=study.study,
        label=study.label,
        year=study.year,
        measure=outcome.measure,
        events_intervention=a,
        total_intervention=n1,
        events_control=c,
        total_control=n2,
        estimate=_natural(outcome.measure, y),
        ci_low=low,
        ci_high=high,
        ci_method=spec.study_ci,
        log_estimate=_number(y),
        se=_number(wald.se),
        weight=_number(share),
        corrected=corrected,
        note="0.5 was added to each cell, as one is empty" if corrected else "",
    )


def _natural(measure: str, value: float | None) -> float | None:
    """From the analysis scale to the natural one; None beyond what a float holds."""
    if value is None or not is_ratio(measure):
        return _number(value)
    return exp(value) if value < LARGEST_EXPONENT else None


def _number(value: float | None) -> float | None:
    """A plain float without a negative zero; None for what is not finite."""
    return float(value) + 0.0 if value is not None and isfinite(value) else None
