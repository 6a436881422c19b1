"""From the studies of one outcome to its pooled results, by every analysis that was declared.

Studies that cannot be pooled are listed with the reason; a pool that cannot be made is a row that
says why. Records never hold NaN or infinity: what does not exist is None.

Conventions of an `Estimate`:

- GLMM is the unconditional binomial-normal model with fixed study levels (UM.FS), GLMM-UM.RS that
  with random ones, GLMM-CM.EL the conditional one; they have no weights, and their `q` and `i2`
  describe the studies' own effects.
- `q` is the inverse-variance weighted sum of squares about the common effect: Cochran's Q for IV
  and random, about the Mantel-Haenszel or Peto estimate for those and for tau2 DL-MH. Where a
  study has an empty cell its own effect comes from corrected cells, in Q too, though the
  Mantel-Haenszel estimate does not.
- `i2`, `h2` follow `q` for common-effect models, and tau2 with the typical within-study variance
  for the random-effects model. `tau2_low` to `i2_high` follow from the limits of tau2 that
  `tau2_ci` names, random model only.
- The prediction interval `t_k-1` uses the standard error of the analysis's own confidence interval
  and needs three studies.
- What is of one group is back-transformed; its `log_estimate` and `se` are on the transformed
  scale, and there is no test but of a correlation. Of a double arcsine, the pool uses the harmonic
  mean of the sizes. Rates are events in `per` units of person-time.
- GLMM-RI is the model of one group with a random intercept; GLMM-IRR and its kin are of rates.
- Models bayes and bayes-exact give posterior medians and central credible intervals, without test:
  see `Estimate`. The exact one has no weights; `q` and `h2` describe the studies' own effects.
- Model three_level has a variance between clusters and one within them in place of tau2, whose
  limits are the profile likelihood's; `i2` is the sum of the shares of both, `q` is about the
  common effect, `df` counts clusters or is Satterthwaite's. Patients are not added up.
- One study is reported as it is under every model (q = 0 with no degrees of freedom, no tau2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from metasynth.core.distributions import chi2_upper_tail
from metasynth.core.messages import Sentence, sentence
from metasynth.model.covariates import grouping, level_order
from metasynth.model.methods import BAYES, BAYESIAN, CLUSTERED, DEFAULT_TAU2, require_combination
from metasynth.model.posteriors import Posterior
from metasynth.model.records import (
    AnalysisResult,
    AnalysisSpec,
    Comparison,
    Estimate,
    Omission,
    OutcomeResult,
    OutcomeSpec,
    SignificanceTest,
    StudyData,
)
from metasynth.stats.effects.proportions import pooled_size
from metasynth.stats.models import Fit, fit_model
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.stratified import breslow_day_tarone, cochran_mantel_haenszel
from metasynth.synthesis.cautions import cautions
from metasynth.synthesis.estimates import empty_row, filled_row, study_rows
from metasynth.synthesis.few_trials import leading
from metasynth.synthesis.selection import (
    counted,
    effects_of,
    missing_data,
    one_group,
    tables_of,
    uninformative,
)
from metasynth.synthesis.subgroups import common_tau2, subgroup_differences

ALL = "all"
"""The subgroup name of the row over all studies."""
BETWEEN = " × "
"""Stands between the names of two levels, in that of their row."""


def synthesise(
    outcome: OutcomeSpec,
    analyses: Sequence[AnalysisSpec],
    comparison: Comparison,
    studies: Sequence[StudyData],
) -> OutcomeResult:
    """Pool `studies` by each of `analyses`; the conventions are at the top of this module.

    Whatever the data, including none at all, the answer is a complete record.

    Raises:
        UnsupportedCombination: when an analysis has no meaning for the outcome.
    """
    for spec in analyses:
        require_combination(outcome, spec)
    reasons = [(s, missing_data(s, outcome)) for s in studies]
    complete = [s for s, reason in reasons if reason is None]
    omissions = [_omitted(s, reason) for s, reason in reasons if reason is not None]
    results = []
    for spec in analyses:
        result, left_out = _analyse(outcome, spec, complete)
        results.append(result)
        omissions += left_out
    outcome, ordered = leading(outcome, results)
    return OutcomeResult(outcome, comparison, tuple(studies), ordered, tuple(omissions))


def _analyse(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData]
) -> tuple[AnalysisResult, list[Omission]]:
    """Pool all studies, then each subgroup; the weights shown are those of the whole pool."""
    reasons = [(s, uninformative(s, outcome, spec)) for s in studies]
    pooled = [s for s, reason in reasons if reason is None]
    omissions = [_omitted(s, reason, spec.name) for s, reason in reasons if reason]
    names = _ordered(outcome, dict.fromkeys(s.subgroup for s in pooled if s.subgroup))
    subgroups = {name: [s for s in pooled if s.subgroup == name] for name in names}
    whole, fit = pool_studies(outcome, spec, ALL, pooled)
    if fit is None:
        omissions.append(Omission("", whole.note[0], spec.name))
    elif spec.permutation or spec.wild_bootstrap:
        from metasynth.synthesis.resampled import resampled  # where asked for

        whole = resampled(outcome, spec, pooled, whole)
    parts = _pool_subgroups(outcome, spec, subgroups)
    estimates = (whole, *(estimate for estimate, _ in parts))
    tests = (
        *_stratified_tests(outcome, spec, pooled),
        *_subgroup_test(spec, [part for _, part in parts if part is not None]),
    )
    own = study_rows(outcome, spec, pooled, fit)
    posterior = _posterior(outcome, spec, pooled, fit)
    components = _component_rows(outcome, spec, pooled, fit)
    return AnalysisResult(spec, estimates, own, tests, posterior, components), omissions


def _omitted(study: StudyData, reason: Sentence, analysis: str = "") -> Omission:
    """That a study is left out; of a trial's parts, which."""
    return Omission(study.study, reason, analysis, study.label if study.part else "")


def _posterior(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], fit: Fit | None
) -> Posterior | None:
    """The record of a posterior, of those models that have one."""
    if fit is None or fit.posterior is None:
        return None
    from metasynth.synthesis.posteriors import posterior_record  # which others need not load

    return posterior_record(outcome, spec, studies, fit.posterior)


Part = tuple[Estimate, Fit | None]


def _ordered(outcome: OutcomeSpec, names: Iterable[str]) -> list[str]:
    """Subgroups in the order of their levels, where these have one; else as trials have them."""
    term = grouping(outcome)
    order = level_order(term) if term else ()
    return sorted(names, key=lambda name: order.index(name) if name in order else len(order))


def _pool_subgroups(
    outcome: OutcomeSpec, spec: AnalysisSpec, subgroups: Mapping[str, Sequence[StudyData]]
) -> list[Part]:
    """Pool each subgroup; a posterior of one tau for all of them is made of all together."""
    if spec.model == BAYES and spec.subgroup_tau2 == "common" and len(subgroups) > 1:
        from metasynth.stats.bayes_fit import fit_bayes_subgroups  # which others need not load

        rows = [empty_row(outcome, spec, name, own) for name, own in subgroups.items()]
        effects = [effects_of(own, outcome, spec) for own in subgroups.values()]
        try:
            fits = fit_bayes_subgroups(spec, effects)
        except EffectUndefined as undefined:
            return [(_undefined(row, undefined), None) for row in rows]
        return [
            (_filled(outcome, spec, row, own, fit), fit)
            for row, own, fit in zip(rows, subgroups.values(), fits, strict=True)
        ]
    tau2 = _shared_tau2(outcome, spec, list(subgroups.values()))
    return [pool_studies(outcome, spec, name, own, tau2) for name, own in subgroups.items()]


def _shared_tau2(
    outcome: OutcomeSpec, spec: AnalysisSpec, subgroups: Sequence[Sequence[StudyData]]
) -> float | None:
    """The one tau2 of two or more subgroups, where the analysis says so."""
    if spec.subgroup_tau2 != "common" or len(subgroups) < 2:
        return None
    effects = [effects_of(own, outcome, spec) for own in subgroups]
    return common_tau2([(e.y, e.v) for e in effects], spec.tau2 or DEFAULT_TAU2).value


def _subgroup_test(spec: AnalysisSpec, fits: Sequence[Fit]) -> tuple[SignificanceTest, ...]:
    """Test whether two or more subgroups differ, unless one of them is certain of its effect.

    Posteriors are not tested, nor are subgroups that may share clusters.
    """
    means, variances = np.array([f.mean for f in fits]), np.array([f.variance for f in fits])
    if len(fits) < 2 or spec.model in BAYESIAN | CLUSTERED or not np.all(variances > 0):
        return ()
    q, df = subgroup_differences(means, variances)
    common = spec.subgroup_tau2 == "common"
    note = (sentence("One tau2 for all subgroups."),) if common else ()
    return (SignificanceTest("subgroup differences", q, df, chi2_upper_tail(q, df), note),)


def _stratified_tests(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData]
) -> tuple[SignificanceTest, ...]:
    """Cochran-Mantel-Haenszel and Breslow-Day-Tarone, beside a Mantel-Haenszel odds ratio."""
    if spec.model != "MH" or outcome.measure != "OR" or not studies:
        return ()
    tables = tables_of(studies)
    try:
        cmh = cochran_mantel_haenszel(tables)
        _, tarone, df = breslow_day_tarone(tables)
    except EffectUndefined:
        return ()
    tests = [SignificanceTest("Cochran-Mantel-Haenszel", cmh, 1, chi2_upper_tail(cmh, 1))]
    if df:
        p = chi2_upper_tail(tarone, df)
        tests.append(SignificanceTest("Breslow-Day-Tarone", tarone, df, p))
    return tuple(tests)


def pool_studies(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    subgroup: str,
    studies: Sequence[StudyData],
    tau2: float | None = None,
) -> tuple[Estimate, Fit | None]:
    """Pool one set of studies that passed the checks; without a result the row's note says why.

    Parameters:
        outcome: what is pooled.
        spec: by which analysis.
        subgroup: the name of the row, `ALL` of the whole pool.
        studies: those of the set; none is a row without a result.
        tau2: on the squared analysis scale, where subgroups share one; None: estimated.

    Returns:
        The row on the natural scale, and the fit on the analysis scale, None where there is none.
    """
    row = empty_row(outcome, spec, subgroup, studies)
    if not studies:
        return replace(row, note=(sentence("No study could be pooled."),)), None
    effects = effects_of(studies, outcome, spec)
    try:
        fit = fit_model(spec, outcome.measure, effects, counted(studies, outcome), tau2)
    except EffectUndefined as undefined:
        return _undefined(row, undefined), None
    return _filled(outcome, spec, row, studies, fit), fit


def _undefined(row: Estimate, undefined: EffectUndefined) -> Estimate:
    """The row with the reason why it has no result."""
    note = sentence(
        "{model} {measure} is not defined: {undefined}.",
        model=row.model,
        measure=row.measure,
        undefined=undefined.why,
    )
    return replace(row, note=(note,))


def _filled(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    row: Estimate,
    studies: Sequence[StudyData],
    fit: Fit,
) -> Estimate:
    """The row with a result, and with what a reader must know of it."""
    size = size_of_pool(outcome, studies, fit.mean)
    filled = filled_row(row, fit, size)
    notes = (*filled.note, *cautions(outcome, spec, filled, studies, size))
    return replace(filled, note=notes)


def _component_rows(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], fit: Fit | None
) -> tuple[Estimate, ...]:
    """What a multivariate pool says of each level, pair of levels and crossed factor.

    A row has the name of its component as its subgroup; of a factor its levels are `clusters`.
    """
    rows = []
    for part in fit.components if fit else ():
        own = [study for study, inside in zip(studies, part.places, strict=True) if inside]
        row = empty_row(outcome, spec, BETWEEN.join(part.names), own)
        if part.mean is not None and part.interval is not None:
            alone = Fit(part.mean, part.interval, spec.ci, None, 0.0, None, 0)
            row = filled_row(row, alone, size_of_pool(outcome, own, part.mean))
        of_part = replace(
            row,
            component=part.kind,
            clusters=part.members or row.clusters,
            tau2=part.variance,
            rho=part.correlation,
            i2=part.i2,
            q_df=None,
        )
        rows.append(of_part)
    return tuple(rows)


def size_of_pool(outcome: OutcomeSpec, studies: Sequence[StudyData], mean: float) -> float | None:
    """By which a pooled double arcsine is turned back; None for every other measure.

    Parameters:
        outcome: of proportions, where its measure is PFT.
        studies: those that were pooled.
        mean: their pooled double arcsine, in radians.
    """
    if outcome.measure != "PFT":
        return None
    events, totals = np.array([one_group(study) for study in studies], dtype=float).T
    return pooled_size(mean, events, totals)
