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
from dataclasses import replace

from metasynth.methods import require_combination
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
)
from metasynth.rows import empty_row, filled_row, study_rows
from metasynth.selection import effects_of, missing_data, tables_of, uninformative

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
    reasons = [(s, missing_data(s, outcome)) for s in studies]
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
    rows = study_rows(outcome, spec, pooled, fit)
    return AnalysisResult(spec, tuple(estimates), rows), omissions


def _pool(
    outcome: OutcomeSpec, spec: AnalysisSpec, subgroup: str, studies: Sequence[StudyData]
) -> tuple[Estimate, Fit | None]:
    """Pool one set of studies; without a result the row's note says why."""
    row = empty_row(outcome, spec, subgroup, studies)
    if not studies:
        return replace(row, note="No study could be pooled."), None
    effects = effects_of(studies, outcome, spec)
    tables = tables_of(studies) if outcome.type == "binary" else None
    try:
        fit = fit_model(spec, outcome.measure, effects, tables)
    except EffectUndefined as undefined:
        note = f"{spec.model} {outcome.measure} is not defined: {undefined}."
        return replace(row, note=note), None
    return filled_row(row, fit), fit
