"""Fit one analysis to arrays: the pooled effect with its interval, weights and heterogeneity."""

from dataclasses import dataclass, field, replace
from math import sqrt

from metasynth.effects import Array, Effects, Tables
from metasynth.heterogeneity import (
    Share,
    generalised_q,
    q_about,
    q_profile,
    share_from_q,
    share_from_tau2,
)
from metasynth.intervals import Interval, hksj_interval, interval, prediction_interval
from metasynth.methods import DEFAULT_TAU2
from metasynth.pooling import inverse_variance, mantel_haenszel, peto
from metasynth.records import AnalysisSpec
from metasynth.tau2 import estimate_tau2

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """A pooled result on the analysis scale; None where the model or the data define nothing."""

    mean: float
    interval: Interval
    ci_method: str
    weights: Array
    q: float
    q_df: int
    share: Share | None = None
    tau2: float | None = None
    tau2_limits: Limits | None = None
    i2_limits: Limits | None = None
    prediction: Limits | None = None
    notes: tuple[str, ...] = field(default=())


def fit_model(spec: AnalysisSpec, measure: str, effects: Effects, tables: Tables) -> Fit:
    """Pool by `spec.model`; `tables` are the data as they are, `effects` from corrected cells.

    Raises EffectUndefined when the Mantel-Haenszel or Peto sums hold no information.
    """
    if len(effects.y) == 1:
        return single_study(spec, effects)
    if spec.model == "random":
        return fit_random(spec, effects.y, effects.v)
    return fit_common(spec.model, measure, effects, tables)


def single_study(spec: AnalysisSpec, effects: Effects) -> Fit:
    """Give the study's own result with Wald's interval: there is nothing to pool."""
    mean, se = float(effects.y[0]), sqrt(float(effects.v[0]))
    notes = ["One study: its own result, not a pooled one."]
    if spec.ci != "Wald":
        notes.append(f"{spec.ci} needs two studies; the interval is Wald's.")
    if spec.prediction:
        notes.append("A prediction interval needs three studies.")
    return Fit(mean, interval(mean, se), "Wald", effects.v / effects.v, 0.0, 0, notes=tuple(notes))


def fit_common(model: str, measure: str, effects: Effects, tables: Tables) -> Fit:
    """Pool under a common effect: inverse variance, Mantel-Haenszel or Peto."""
    y, v = effects.y, effects.v
    if model == "IV":
        pool = inverse_variance(y, v)
    elif model == "MH":
        pool = mantel_haenszel(tables, measure)
    else:
        pool = peto(tables)
    mean, df = float(pool.mean), len(y) - 1
    q = float(q_about(y, v, mean))
    wald = interval(mean, sqrt(float(pool.variance)))
    return Fit(mean, wald, "Wald", pool.weights, q, df, share_from_q(q, df))


def fit_random(spec: AnalysisSpec, y: Array, v: Array) -> Fit:
    """Pool under the random-effects model with the chosen tau2, interval and prediction."""
    tau2 = estimate_tau2(y, v, spec.tau2 or DEFAULT_TAU2)
    pool = inverse_variance(y, v, tau2.value)
    mean, df = float(pool.mean), len(y) - 1
    limits = q_profile(y, v)
    fit = Fit(
        mean,
        _confidence(spec.ci, y, v, tau2.value, mean, float(pool.variance)),
        spec.ci,
        pool.weights,
        float(generalised_q(y, v)),
        df,
        share_from_tau2(tau2.value, v),
        tau2.value,
        limits,
        (share_from_tau2(limits[0], v).i2, share_from_tau2(limits[1], v).i2),
    )
    if spec.prediction and df >= 2:
        predicted = prediction_interval(mean, fit.interval.se, tau2.value, df)
        fit = replace(fit, prediction=predicted)
    return replace(fit, notes=tuple(_notes(spec, fit, tau2.other_maximum)))


def _confidence(ci: str, y: Array, v: Array, tau2: float, mean: float, variance: float) -> Interval:
    if ci == "HKSJ":
        return hksj_interval(y, v, tau2, mean, variance)
    return interval(mean, sqrt(variance))


def _notes(spec: AnalysisSpec, fit: Fit, other_maximum: float | None) -> list[str]:
    """Say what a reader must know of this fit before quoting it."""
    notes = []
    if spec.ci != "Wald" and fit.q_df == 1:
        notes.append(
            f"Two studies: {spec.ci} rests on one degree of freedom, so its interval says little."
        )
    if spec.ci != "Wald" and fit.interval.se == 0:
        notes.append(f"The studies agree exactly, so the {spec.ci} interval has no width.")
    if spec.prediction and fit.q_df < 2:
        notes.append("A prediction interval needs three studies.")
    if other_maximum is not None:
        notes.append(f"The likelihood has a second, lower maximum at tau2 = {other_maximum:.6g}.")
    return notes
