"""Fit one analysis to arrays: the pooled effect with its interval, weights and heterogeneity."""

from dataclasses import dataclass, field, replace
from math import isinf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from metasynth.core.messages import Digits, Sentence, sentence
from metasynth.model.methods import (
    BAYES,
    CLUSTERED,
    DEFAULT_TAU2,
    EXACT_BAYES,
    GLMMS,
    MULTIVARIATE,
    Q_PROFILE,
    RVE,
)
from metasynth.model.records import AnalysisSpec
from metasynth.stats import glmm
from metasynth.stats.effects.binary import Array, Effects, Tables
from metasynth.stats.effects.one_group import Events
from metasynth.stats.effects.rates import Rates
from metasynth.stats.heterogeneity import (
    Share,
    generalised_q,
    q_about,
    q_profile,
    share_from_q,
    share_from_tau2,
)
from metasynth.stats.intervals import (
    CONFIDENCE_INTERVALS,
    Interval,
    hksj_ad_hoc_interval,
    hksj_interval,
    interval,
    kenward_roger_interval,
    prediction_interval,
)
from metasynth.stats.linear_model import LinearModel
from metasynth.stats.pooling import EffectUndefined, Pool, inverse_variance, mantel_haenszel, peto
from metasynth.stats.tau2 import Tau2, dersimonian_laird_about, estimate_tau2

if TYPE_CHECKING:
    from metasynth.stats.bayes import BayesFit
    from metasynth.stats.multivariate_pool import Component
    from metasynth.stats.three_level_pool import Levels

Limits = tuple[float, float]
Counted = Tables | Rates | Events
"""The counts behind effects: of two groups, of their rates, or of one group."""


_COUNTED: dict[str, type[Counted]] = {
    "binary": Tables,
    "rate": Rates,
    "proportion": Events,
    "incidence": Events,
}


def counted_as(outcome_type: str, cells: tuple[Array, ...]) -> Counted | None:
    """Arrays of an outcome type's counts by what they are; None of a type that has none.

    Parameters:
        outcome_type: binary, rate, proportion, incidence, or another.
        cells: as many arrays as the type has, all of one shape; what follows them is left.

    Example:
        >>> one = np.array([1.0])
        >>> type(counted_as("binary", (one, one, one, one))).__name__, counted_as("mean", (one,))
        ('Tables', None)
    """
    kind = _COUNTED.get(outcome_type)
    return kind(*cells[: 2 if kind is Events else 4]) if kind else None


@dataclass(frozen=True, slots=True)
class Fit:
    """A pooled result on the analysis scale; None where the model or the data define nothing.

    `variance` is Wald's, of the pooled mean, whatever the interval. `adhoc` is the HKSJ interval
    kept from being narrower than Wald's, where the plain one is narrower. `p_above` is the
    posterior probability of an effect above none; `bayes_factor_common` is for a common effect;
    `posterior` holds all else of a Bayesian pool, `levels` that of one with variances between and
    within clusters, which has no single tau2. `rho` is the correlation of true effects of a cluster
    by its structure, `components` what a multivariate pool says of levels and crossed factors.
    """

    mean: float
    interval: Interval
    ci_method: str
    weights: Array | None
    variance: float
    q: float | None
    q_df: int
    share: Share | None = None
    tau2: float | None = None
    tau2_limits: Limits | None = None
    i2_limits: Limits | None = None
    prediction: Limits | None = None
    adhoc: Limits | None = None
    p_above: float | None = None
    bayes_factor_common: float | None = None
    posterior: "BayesFit | None" = None
    levels: "Levels | None" = None
    rho: float | None = None
    components: "tuple[Component, ...]" = ()
    notes: tuple[Sentence, ...] = field(default=())


def fit_model(
    spec: AnalysisSpec,
    measure: str,
    effects: Effects,
    tables: Counted | None,
    tau2: float | None = None,
) -> Fit:
    """Pool by `spec.model`; `tables` are the counts as they are, `effects` from corrected cells.

    Parameters:
        spec: an analysis that suits the measure (`methods.require_combination`).
        measure: a name of the catalogue of methods.
        effects: of at least one study, shape (k,), on the analysis scale.
        tables: the counts behind the effects, shape (k,); None where there are none, as of means.
        tau2: on the squared analysis scale, where subgroups share one; None: estimated.

    Raises:
        EffectUndefined: where the data hold no information on the effect, or a likelihood or a
            posterior no answer; it says why.
        IntegralNotReached: where a quadrature misses its precision: of Henmi and Copas's interval,
            of limits of tau2 by the distribution of Q, or of prediction NNF.

    Example:
        >>> effects = Effects(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04), np.zeros(3, dtype=bool))
        >>> fit = fit_model(AnalysisSpec("a", "A", ci="HKSJ"), "MD", effects, None)
        >>> fit.mean, round(fit.tau2, 6), round(fit.share.i2, 6), round(fit.interval.high, 6)
        (0.5, 0.12, 75.0, 1.493655)
    """
    if spec.model == "random" and tau2 is not None:
        return _fit_given_tau2(spec, effects.y, effects.v, tau2)
    if len(effects.y) == 1:
        return _single_study(spec, effects)
    if spec.model == "random":
        centre = None
        if spec.tau2 == "DL-MH" and isinstance(tables, Tables):
            centre = float(mantel_haenszel(tables, measure).mean)
        return _fit_random(spec, effects.y, effects.v, centre)
    if spec.model == BAYES:
        from metasynth.stats.bayes_fit import fit_bayes  # which builds on this module

        return fit_bayes(spec, effects)
    if spec.model == EXACT_BAYES:
        from metasynth.stats.bayes_fit import fit_exact_bayes

        return fit_exact_bayes(spec, effects, tables)
    if spec.model in RVE:
        from metasynth.stats.rve_pool import pool_rve

        return pool_rve(spec, effects)
    if spec.model == MULTIVARIATE:
        from metasynth.stats.multivariate_pool import pool_multivariate

        return pool_multivariate(spec, effects)
    if spec.model in CLUSTERED:
        from metasynth.stats.three_level_pool import pool_three_levels

        return pool_three_levels(spec, effects)
    if spec.model in GLMMS and tables:
        return _fit_glmm(spec, measure, effects, tables)
    common = fit_common(effects, _common_pool(spec.model, measure, effects, tables))
    if spec.ci == "Wald" or common.q_df < 1:
        return common
    return _allow_for_differences(spec, effects, common)


def _single_study(spec: AnalysisSpec, effects: Effects) -> Fit:
    """Give the study's own result with Wald's interval: there is nothing to pool."""
    mean, se = float(effects.y[0]), sqrt(float(effects.v[0]))
    if isinf(se):
        raise EffectUndefined(sentence("the only study has an empty cell, and zero_cells is none"))
    notes = [sentence("One study: its own result, not a pooled one.")]
    if spec.ci != "Wald":
        notes.append(sentence("{ci} needs two studies; the interval is Wald's.", ci=spec.ci))
    if spec.prediction:
        notes.append(sentence("A prediction interval needs three studies."))
    own = interval(mean, se)
    weight = np.ones(1)
    return Fit(mean, own, "Wald", weight, se * se, 0.0, 0, notes=tuple(notes))


def _common_pool(model: str, measure: str, effects: Effects, tables: Counted | None) -> Pool:
    """Average under a common effect: Mantel-Haenszel and Peto from counts, else by variance."""
    if model == "MH" and isinstance(tables, Tables | Rates):
        return mantel_haenszel(tables, measure)
    if model == "Peto" and isinstance(tables, Tables):
        return peto(tables)
    return inverse_variance(effects.y, effects.v)


def fit_common(effects: Effects, pool: Pool) -> Fit:
    """Describe a common-effect pool; Q leaves out studies whose own effect is undefined.

    Parameters:
        effects: shape (k,), of which Q is the sum of squares about the pooled mean.
        pool: of one meta-analysis.

    Raises:
        EffectUndefined: where the pool has no variance: an interval without width is no result.

    Example:
        >>> effects = Effects(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04), np.zeros(3, dtype=bool))
        >>> fit = fit_common(effects, inverse_variance(effects.y, effects.v))
        >>> round(fit.mean, 6), round(fit.q, 6), round(fit.share.i2, 6)
        (0.5, 8.0, 75.0)
    """
    if not pool.variance > 0:
        raise EffectUndefined(sentence("nobody, or everybody, had the event in every study"))
    mean = float(pool.mean)
    df = int(np.isfinite(effects.v).sum()) - 1
    q = float(q_about(effects.y, effects.v, mean)) if df > 0 else 0.0
    wald = interval(mean, sqrt(float(pool.variance)))
    share = share_from_q(q, df) if df > 0 else None
    return Fit(mean, wald, "Wald", pool.weights, float(pool.variance), q, max(df, 0), share)


def _allow_for_differences(spec: AnalysisSpec, effects: Effects, common: Fit) -> Fit:
    """The common-effect mean with an interval that is wider where studies differ."""
    from metasynth.stats.common_effect_intervals import ABOUT_THE_COMMON_MEAN  # where asked for

    known = np.isfinite(effects.v)
    y, v = effects.y[known], effects.v[known]
    own = ABOUT_THE_COMMON_MEAN[spec.ci](y, v, 0.0, common.mean, common.variance)
    fit = replace(common, interval=own, ci_method=spec.ci)
    return replace(fit, adhoc=_adhoc(spec.ci, y, v, fit), notes=tuple(_notes(spec, fit, None)))


def _fit_glmm(spec: AnalysisSpec, measure: str, effects: Effects, data: Counted) -> Fit:
    """Fit a mixed model of counts; Q and I2 describe the studies' own (corrected) effects."""
    found = glmm.fit(spec.model, measure, data)
    y, v = effects.y, effects.v
    wald = interval(found.mean, sqrt(found.variance))
    fit = Fit(
        found.mean,
        wald,
        "Wald",
        None,
        found.variance,
        float(generalised_q(y, v)) if np.isfinite(v).all() else None,
        len(y) - 1,
        share_from_tau2(found.tau2, v) if np.isfinite(v).all() else None,
        found.tau2,
    )
    return replace(
        fit,
        prediction=_predict(spec, y, v, fit),
        notes=tuple(_notes(spec, fit, found.other_maximum)),
    )


def _fit_random(spec: AnalysisSpec, y: Array, v: Array, centre: float | None = None) -> Fit:
    """Pool under the random-effects model with the chosen tau2, interval and prediction.

    Parameters:
        spec: of the model random.
        y: effects on the analysis scale, of two studies at least, shape (k,).
        v: their variances, above 0 and finite, shape (k,).
        centre: what Q is taken about (DL-MH); None for the common-effect mean.
    """
    if centre is None:
        tau2, q = estimate_tau2(y, v, spec.tau2 or DEFAULT_TAU2), float(generalised_q(y, v))
    else:
        moment = dersimonian_laird_about(LinearModel(y, v), centre)
        tau2, q = Tau2(float(moment)), float(q_about(y, v, centre))
    pool = inverse_variance(y, v, tau2.value)
    mean, df = float(pool.mean), len(y) - 1
    limits = _limits_of_tau2(spec, y, v, tau2.value)
    fit = Fit(
        mean,
        CONFIDENCE_INTERVALS[spec.ci](y, v, tau2.value, mean, float(pool.variance)),
        spec.ci,
        pool.weights,
        float(pool.variance),
        q,
        df,
        share_from_tau2(tau2.value, v),
        tau2.value,
        limits,
        (share_from_tau2(limits[0], v).i2, share_from_tau2(limits[1], v).i2),
    )
    fit = replace(fit, prediction=_predict(spec, y, v, fit), adhoc=_adhoc(spec.ci, y, v, fit))
    return replace(fit, notes=tuple(_notes(spec, fit, tau2.other_maximum)))


def _limits_of_tau2(spec: AnalysisSpec, y: Array, v: Array, tau2: float) -> Limits:
    if spec.tau2_ci == Q_PROFILE:
        return q_profile(y, v)
    from metasynth.stats.tau2_limits import tau2_limits  # where asked for

    return tau2_limits(spec.tau2_ci, y, v, spec.tau2, tau2)


def _fit_given_tau2(spec: AnalysisSpec, y: Array, v: Array, tau2: float) -> Fit:
    """The random-effects model around a tau2 that all subgroups share, even for one study.

    tau2 has no limits here, as they would not be this subgroup's. One study has Wald's interval,
    its variance that of a mean of studies, v + tau2.
    """
    pool = inverse_variance(y, v, tau2)
    mean, variance, df = float(pool.mean), float(pool.variance), len(y) - 1
    ci = spec.ci if df else "Wald"
    own = CONFIDENCE_INTERVALS[ci](y, v, tau2, mean, variance)
    share = share_from_tau2(tau2, v) if df else None
    q = float(generalised_q(y, v))
    fit = Fit(mean, own, ci, pool.weights, variance, q, df, share, tau2)
    notes = (sentence("tau2 is that of all subgroups."), *_notes(spec, fit, None))
    return replace(
        fit, prediction=_predict(spec, y, v, fit), adhoc=_adhoc(ci, y, v, fit), notes=notes
    )


def _adhoc(ci: str, y: Array, v: Array, fit: Fit) -> Limits | None:
    """Limits never narrower than Wald's, where the plain HKSJ interval is narrower."""
    if ci not in ("HKSJ", "UWLS"):
        return None
    wald = interval(fit.mean, sqrt(fit.variance))
    if fit.interval.high - fit.interval.low >= wald.high - wald.low:
        return None
    wider = hksj_ad_hoc_interval(y, v, fit.tau2 or 0.0, fit.mean, fit.variance)
    return wider.low, wider.high


def _predict(spec: AnalysisSpec, y: Array, v: Array, fit: Fit) -> Limits | None:
    """The prediction interval of the chosen name; None if none is, k < 3, or it has no width."""
    k, tau2 = len(y), fit.tau2 or 0.0
    if spec.prediction is None or k < 3 or tau2 + fit.interval.se == 0:
        return None
    if spec.prediction == "HK" and not spec.ci.startswith("HKSJ"):
        se = hksj_interval(y, v, tau2, fit.mean, fit.variance).se
        return prediction_interval(fit.mean, se, tau2, k - 1)
    if spec.prediction == "t_KR-1":
        return _predict_by_kenward_roger(y, v, fit)
    if spec.prediction == "NNF":
        from metasynth.stats.common_effect_intervals import IntegralNotReached  # where asked for
        from metasynth.stats.confidence_prediction import confidence_prediction

        try:
            return confidence_prediction(y, v) if fit.q else None
        except IntegralNotReached:  # of variances many powers of ten apart; a note says so
            return None
    df = k - 2 if spec.prediction == "t_k-2" else k - 1
    return prediction_interval(fit.mean, fit.interval.se, tau2, df)


def _predict_by_kenward_roger(y: Array, v: Array, fit: Fit) -> Limits | None:
    """Partlett and Riley's; None where less than one degree of freedom is left for t."""
    tau2 = fit.tau2 or 0.0
    try:
        own = kenward_roger_interval(y, v, tau2, fit.mean, fit.variance)
    except EffectUndefined:
        return None
    df = (own.df or 0.0) - 1
    return prediction_interval(fit.mean, own.se, tau2, df) if df > 0 else None


def _notes(spec: AnalysisSpec, fit: Fit, other_maximum: float | None) -> list[Sentence]:
    """Say what a reader must know of this fit before quoting it."""
    notes = list[Sentence]()
    if spec.ci != "Wald" and fit.q_df == 1 and fit.interval.df is not None:
        notes.append(
            sentence(
                "Two studies: {ci} rests on one degree of freedom, so its interval says little.",
                ci=spec.ci,
            )
        )
    if spec.ci != "Wald" and fit.interval.se == 0:
        notes.append(
            sentence("The studies agree exactly, so the {ci} interval has no width.", ci=spec.ci)
        )
    if spec.ci == "KR" and (fit.interval.df or 0) < 1:
        notes.append(
            sentence(
                "Kenward-Roger leaves {df} degrees of freedom: no useful interval.",
                df=Digits(f"{fit.interval.df:.2g}"),
            )
        )
    if spec.prediction == "t_KR-1" and fit.q_df >= 2 and fit.prediction is None:
        notes.append(
            sentence("Kenward and Roger leave no degree of freedom for a prediction interval.")
        )
    if spec.prediction == "NNF" and fit.q_df >= 2 and fit.q and fit.prediction is None:
        notes.append(
            sentence("The distribution of tau2 cannot be integrated: no prediction interval.")
        )
    if spec.prediction and fit.q_df < 2:
        notes.append(sentence("A prediction interval needs three studies."))
    if other_maximum is not None:
        notes.append(
            sentence(
                "The likelihood has a second, lower maximum at tau2 = {other_maximum}.",
                other_maximum=Digits(f"{other_maximum:.6g}"),
            )
        )
    return notes
