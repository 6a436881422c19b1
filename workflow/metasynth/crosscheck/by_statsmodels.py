"""What statsmodels can compute of an outcome's results, from the same tables.

Inverse-variance pools (common effect; random effects by DerSimonian and Laird; by any other
estimator at the tau2 that it gave), their HKSJ intervals, Mantel-Haenszel ratios with their tests,
studies' own effects, and the weighted regressions. See the manual of statsmodels:
`stats.meta_analysis`, `stats.contingency_tables`, `regression.linear_model.WLS`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.meta_analysis import combine_effects, effectsize_2proportions

from metasynth.core.messages import message
from metasynth.model.methods import INVERSE_VARIANCE
from metasynth.model.records import AnalysisResult, Estimate, StudyData, StudyEffect

EFFECT = message("effect of a trial")
EFFECT_SE = message("standard error of a trial")
TAU2 = message("tau²")
PAULE_MANDEL = message("Q at the tau² of Paule and Mandel")
POOL = message("pooled effect")
POOL_SE = message("standard error of the pool")
POOL_P = message("p-value of the pool")
CMH = message("Cochran–Mantel–Haenszel test")
TARONE = message("Breslow–Day–Tarone test")
Q = "Q"
_EFFECTS = {"RR": "risk-ratio", "OR": "odds-ratio", "RD": "diff", "ASD": "arcsin"}
Recomputed = tuple[str, float | None, float]
"""A quantity's name, the value here, and that of statsmodels; on the scale of the analysis."""
Pair = tuple[StudyData, StudyEffect]


def recomputed(analysis: AnalysisResult, pairs: Sequence[Pair]) -> Iterator[tuple[str, Recomputed]]:
    """All that statsmodels gives of an analysis, each with the subgroup that it is of.

    Args:
        analysis: The analysis, with all its digits.
        pairs: The studies that it pools, each with its effect there.
    """
    if not pairs:
        return
    if analysis.spec.model != "Peto":  # whose effects are the method's own
        yield from (("", found) for found in _of_studies(pairs))
    for row in analysis.estimates:
        own = [pair for pair in pairs if row.subgroup in ("all", pair[0].subgroup)]
        if row.k == len(own) and row.k > 1:
            yield from ((row.subgroup, found) for found in _of_pool(analysis, row, own))
    if analysis.spec.model == "MH":
        yield from (("all", found) for found in _tests(analysis, pairs))


def _of_studies(pairs: Sequence[Pair]) -> Iterator[Recomputed]:
    """Effects and standard errors of two-by-two tables that needed no correction."""
    for study, row in pairs:
        a, c = study.intervention, study.control
        if row.measure not in _EFFECTS or row.corrected or a is None or c is None:
            continue
        if None in (a.events, a.total, c.events, c.total) or not row.se:
            continue
        how = _EFFECTS[row.measure]
        y, v = effectsize_2proportions(a.events, a.total, c.events, c.total, statistic=how)
        yield EFFECT, row.log_estimate, float(y)
        yield EFFECT_SE, row.se, float(np.sqrt(v))


def _of_pool(
    analysis: AnalysisResult, row: Estimate, pairs: Sequence[Pair]
) -> Iterator[Recomputed]:
    if analysis.spec.model == "MH":
        yield from _mantel_haenszel(row, pairs)
    elif analysis.spec.model in INVERSE_VARIANCE and row.log_estimate is not None:
        y = np.array([effect.log_estimate for _, effect in pairs], dtype=float)
        v = np.array([effect.se for _, effect in pairs], dtype=float) ** 2
        if (v > 0).all():
            yield from _inverse_variance(row, y, v)


def _inverse_variance(row: Estimate, y: Any, v: Any) -> Iterator[Recomputed]:
    with np.errstate(all="ignore"):  # of a tau2 below zero, which is truncated here
        found = combine_effects(y, v, method_re="dl")
    if row.tau2_method != "DL-MH":  # whose Q is about another estimate
        yield Q, row.q, float(found.q)
    if row.tau2_method == "DL":
        yield TAU2, row.tau2, max(0.0, float(found.tau2))
    tau2 = row.tau2 or 0.0
    pool = WLS(y, np.ones(len(y)), weights=1 / (v + tau2)).fit()
    if row.tau2_method == "PM" and tau2:  # its own iteration takes rounding for the end
        yield PAULE_MANDEL, len(y) - 1.0, float(pool.scale * pool.df_resid)
    yield POOL, row.log_estimate, float(pool.params[0])
    if row.ci_method in ("HKSJ", "UWLS"):
        yield POOL_SE, row.se, float(pool.bse[0])
        yield POOL_P, row.p, float(pool.pvalues[0])
    elif row.ci_method == "Wald":
        error = float(np.sqrt(pool.normalized_cov_params[0, 0]))
        yield POOL_SE, row.se, error


def _mantel_haenszel(row: Estimate, pairs: Sequence[Pair]) -> Iterator[Recomputed]:
    if row.measure not in ("OR", "RR") or row.log_estimate is None:
        return
    tables = _tables(pairs)
    if row.measure == "OR":
        yield POOL, row.log_estimate, float(tables.logodds_pooled)
        yield POOL_SE, row.se, float(tables.logodds_pooled_se)
    else:
        yield POOL, row.log_estimate, float(np.log(tables.riskratio_pooled))


def _tests(analysis: AnalysisResult, pairs: Sequence[Pair]) -> Iterator[Recomputed]:
    """The tests of a stratified table that an analysis has."""
    tables, plain = _tables(pairs), {test.name: test for test in analysis.tests}
    if test := plain.get("Cochran-Mantel-Haenszel"):
        found = tables.test_null_odds(correction=False)
        yield CMH, test.statistic, float(found.statistic)
    if test := plain.get("Breslow-Day-Tarone"):
        with np.errstate(invalid="ignore"):  # of a common odds ratio of 1, by which it divides
            found = tables.test_equal_odds(adjust=True)
        if np.isfinite(found.statistic):
            yield TARONE, test.statistic, float(found.statistic)


def _tables(pairs: Sequence[Pair]) -> StratifiedTable:
    def row(group: Any) -> list[float]:
        return [group.events, group.total - group.events]

    return StratifiedTable(
        [np.array([row(s.intervention), row(s.control)], dtype=float) for s, _ in pairs]
    )


def regression(y: Any, v: Any, x: Any, tau2: float) -> Iterator[float]:
    """Intercept and slope of a weighted regression on one covariate, at a given tau2."""
    design = np.column_stack([np.ones(len(y)), x])
    yield from map(float, WLS(y, design, weights=1 / (v + tau2)).fit().params)
