"""Many meta-analyses at once by any declared analysis: what extraction and multiverse pool with.

The formulas are those of `models.fit_model`, for all columns together: inverse variance with every
estimator of tau2 and Wald or Hartung-Knapp limits, Mantel-Haenszel, Peto. A model without a closed
form (binomial-normal, Kenward-Roger, IVhet, Henmi-Copas) is fitted column by column, by `fit_model`
itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.core import lazy_special as special
from metasynth.core.distributions import normal_quantile, t_quantiles
from metasynth.model import bounds
from metasynth.model.methods import BAYES, DEFAULT_TAU2
from metasynth.model.priors import MuPrior, TauPrior, moment_exists
from metasynth.model.records import AnalysisSpec
from metasynth.stats.effects.binary import Array, Effects, Tables, observed_minus_expected
from metasynth.stats.effects.rates import Rates
from metasynth.stats.intervals import dispersion
from metasynth.stats.linear_model import INTERCEPT, LinearModel, contiguous, dot, unexplained
from metasynth.stats.models import Counted, fit_model
from metasynth.stats.pooling import EffectUndefined, Pool, mantel_haenszel, peto
from metasynth.stats.tau2 import dersimonian_laird_about, tau2_many

COLUMNS = 2048
"""Meta-analyses of up to 64 studies worked on together, as in `pool_columns`."""
CLOSED = {"random": ("Wald", "HKSJ", "HKSJ-adhoc"), "IV": ("Wald", "UWLS")}
"""Intervals with a closed form for all columns together, of the models that have others, too."""
NO_TABLE = (0.0, 2.0, 0.0, 0.0)
"""Two participants without an event, and nobody to compare with: adds 0 to every sum of
Mantel-Haenszel and Peto, so it stands where a study takes no part; as rates it does so, too."""


Known = dict[str, tuple[Array, Array, Array]]
"""Means, sums of weights and Q(tau2) by estimator of tau2."""


def closed(spec: AnalysisSpec) -> bool:
    """Whether the interval of an analysis is one of those, or its model has no other.

    Parameters:
        spec: of any model.

    Example:
        >>> closed(AnalysisSpec("a", "A", ci="KR")), closed(AnalysisSpec("a", "A", ci="HKSJ"))
        (False, True)
    """
    return spec.ci in CLOSED.get(spec.model, (spec.ci,))


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """Sets of studies to pool: a row a study, a column a meta-analysis.

    Effects `y` and variances `v` on the analysis scale and counts (None without any), all of shape
    (k, n); `mask` is 1 where a study takes part; elsewhere `v` is 1 and the table is `NO_TABLE`.
    """

    y: Array
    v: Array
    mask: Array
    tables: Counted | None = None

    def part(self, chosen: NDArray[np.intp]) -> "Pools":
        """The chosen columns."""
        y, v, mask = contiguous((self.y, self.v, self.mask), chosen)
        t = self.tables
        tables = type(t)(*contiguous(t.cells, chosen)) if t else None
        return Pools(y, v, mask, tables)


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """A value a meta-analysis, shape (n,), on the analysis scale; NaN where nothing is defined.

    p is NaN, too, where a standard error is 0, and of posteriors.
    """

    k: Array
    mean: Array
    low: Array
    high: Array
    p: Array


def fit_many(specs: Sequence[AnalysisSpec], measure: str, pools: Pools) -> list[Results]:
    """Fit each analysis to every column; analyses that share a tau2 estimate it once.

    Parameters:
        specs: analyses that suit the measure (`methods.require_combination`).
        measure: a name of the catalogue of methods.
        pools: n meta-analyses, of shape (k, n).

    Returns:
        One `Results` of n values for each of `specs`.

    Raises:
        IntegralNotReached: as `models.fit_model`.

    Example:
        >>> y, v = np.array([[0.1, 1.0], [0.5, 5.0], [0.9, 9.0]]), np.full((3, 2), 0.04)
        >>> spec = AnalysisSpec("a", "A", model="IV")
        >>> (found,) = fit_many([spec], "MD", Pools(y, v, np.ones((3, 2))))
        >>> found.mean.round(6).tolist(), found.low.round(6).tolist()  # less z sqrt(0.04 / 3)
        ([0.5, 5.0], [0.273683, 4.773683])
    """
    rows, columns = pools.mask.shape
    wide = bounds.columns(COLUMNS, rows)
    parts = [
        _fit_block(specs, measure, pools.part(np.arange(i, min(i + wide, columns))))
        for i in range(0, columns, wide)
    ]
    return [
        Results(*(np.concatenate([getattr(p[i], name) for p in parts]) for name in FIELDS))
        for i in range(len(specs))
    ]


FIELDS = Results.__slots__


def _fit_block(specs: Sequence[AnalysisSpec], measure: str, pools: Pools) -> list[Results]:
    k = pools.mask.sum(axis=0)
    one, several = np.flatnonzero(k == 1), np.flatnonzero(k > 1)
    own, rest = _single_studies(pools.part(one)), pools.part(several)
    known: Known = {}
    found = []
    for spec in specs:
        values = np.full((4, len(k)), np.nan)
        values[:, one] = own
        if len(several):
            values[:, several] = _fit(spec, measure, rest, k[several], known)
        found.append(Results(k, *values))
    return found


def _single_studies(pools: Pools) -> Array:
    """Each study's own result with Wald's interval; there is nothing to pool."""
    y = (pools.mask * pools.y).sum(axis=0)
    v = np.where(pools.mask > 0, pools.v, 0.0).sum(axis=0)
    return _limits(np.where(np.isinf(v), np.nan, y), np.sqrt(np.where(np.isinf(v), np.nan, v)))


def _fit(spec: AnalysisSpec, measure: str, pools: Pools, k: Array, known: Known) -> Array:
    if not closed(spec):
        return _one_by_one(spec, measure, pools)
    if spec.model == "random":
        method = spec.tau2 or DEFAULT_TAU2
        if method not in known:
            tau2 = (
                _tau2_about_mantel_haenszel(measure, pools)
                if method == "DL-MH"
                else tau2_many(method, pools.y, pools.v, pools.mask)
            )
            known[method] = average(pools.y, pools.mask / (pools.v + tau2))
        mean, total, q = known[method]
        se = np.sqrt(dispersion(spec.ci, q, k - 1) / total)
        return _limits(mean, se, None if spec.ci == "Wald" else k - 1)
    if spec.model == "IV":
        mean, total, q = average(pools.y, pools.mask / pools.v)
        if spec.ci == "Wald":
            return _limits(mean, np.sqrt(1 / total))
        df = ((pools.mask > 0) & np.isfinite(pools.v)).sum(axis=0) - 1
        return _limits(mean, np.sqrt(dispersion(spec.ci, q, df) / total), df)
    if spec.model in ("MH", "Peto") and pools.tables:
        return _from_counts(spec.model, measure, pools)
    if spec.model == BAYES and spec.tau_prior:
        return _bayes(spec.tau_prior, spec.mu_prior, pools)
    return _one_by_one(spec, measure, pools)


def _tau2_about_mantel_haenszel(measure: str, pools: Pools) -> Array:
    """`tau2.dersimonian_laird_about` the Mantel-Haenszel estimate; NaN where that has none."""
    assert isinstance(pools.tables, Tables)
    found = np.full(pools.mask.shape[1], np.nan)
    usable = np.flatnonzero(_informative("MH", measure, pools.tables))
    part = pools.part(usable)
    if len(usable) and isinstance(part.tables, Tables):
        centre = mantel_haenszel(part.tables, measure).mean
        model = LinearModel(part.y, part.v, INTERCEPT, part.mask)
        found[usable] = dersimonian_laird_about(model, centre)
    return found


def average(y: Array, w: Array) -> tuple[Array, Array, Array]:
    """Each column's mean under the weights, their sum, and the squares about the mean (Q).

    Parameters:
        y: effects on the analysis scale, shape (k, n).
        w: weights, 0 where a study takes no part, of the same shape.

    Returns:
        Three arrays of shape (n,); Q is 0 where it is no more than rounding.

    Example:
        >>> mean, total, q = average(np.array([[1.0], [3.0]]), np.array([[3.0], [1.0]]))
        >>> mean.tolist(), total.tolist(), q.tolist()
        ([1.5], [4.0], [3.0])
    """
    mean, total = INTERCEPT.means(y, w)
    return mean, total, unexplained(dot(w, (y - mean) ** 2), total * mean * mean)


def _limits(mean: Array, se: Array, df: Array | None = None) -> Array:
    """mean, low, high and p, by z or (with `df`) by t."""
    if df is None:
        factor: Array | float = normal_quantile()
    else:
        factor = t_quantiles(df)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = -np.abs(mean / np.where(se == 0, np.nan, se))
    tail = special.ndtr(statistic) if df is None else special.stdtr(df, statistic)
    return np.stack([mean, mean - factor * se, mean + factor * se, 2 * tail])


def _from_counts(model: str, measure: str, pools: Pools) -> Array:
    """Mantel-Haenszel or Peto where their sums hold information, else NaN."""
    assert isinstance(pools.tables, Tables | Rates)
    found = np.full((4, pools.mask.shape[1]), np.nan)
    usable = np.flatnonzero(_informative(model, measure, pools.tables))
    tables = pools.part(usable).tables
    if len(usable) and isinstance(tables, Tables | Rates):
        if model == "Peto" and isinstance(tables, Tables):
            pool: Pool = peto(tables)
        else:
            pool = mantel_haenszel(tables, measure)
        found[:, usable] = _limits(pool.mean, np.sqrt(pool.variance))
    return found


def _informative(model: str, measure: str, t: Tables | Rates) -> NDArray[np.bool_]:
    """Where neither `pooling` nor `models.fit_common` would raise EffectUndefined."""
    if isinstance(t, Rates):
        first, second = (t.x1 * t.t2).sum(axis=0) > 0, (t.x2 * t.t1).sum(axis=0) > 0
        return np.asarray(first & second if measure == "IRR" else first | second)
    if model == "Peto":
        return np.asarray(observed_minus_expected(t)[1].sum(axis=0) > 0)
    if measure == "RD":
        return np.asarray((t.a * t.d + t.b * t.c).sum(axis=0) > 0)
    first, second = (t.a * t.d, t.b * t.c) if measure == "OR" else (t.a * t.n2, t.c * t.n1)
    return np.asarray((first.sum(axis=0) > 0) & (second.sum(axis=0) > 0))


def _bayes(tau: TauPrior, mu: MuPrior, pools: Pools) -> Array:
    """Posterior medians and central intervals, of as many trials together as have one number."""
    found = np.full((4, pools.mask.shape[1]), np.nan)
    mask = pools.mask.T > 0
    known = ~(mask & ~np.isfinite(pools.v.T)).any(axis=1)
    for k in np.unique(mask.sum(axis=1)).tolist():
        here = np.flatnonzero(known & (mask.sum(axis=1) == k))
        if len(here) and moment_exists(tau, mu, k, 0):
            own = mask[here]
            y, v = (x.T[here][own].reshape(-1, k) for x in (pools.y, pools.v))
            found[:3, here] = _resolved(y, v, tau, mu)
    return found


def _resolved(y: Array, v: Array, tau: TauPrior, mu: MuPrior) -> Array:
    """`bayes_limits`, NaN of the pools whose posterior has no answer; the others stand."""
    from metasynth.stats.bayes import bayes_limits  # only where priors are declared

    try:
        return bayes_limits(y, v, tau, mu)
    except EffectUndefined:
        if len(y) == 1:
            return np.full((3, 1), np.nan)
        half = len(y) // 2
        parts = (_resolved(y[part], v[part], tau, mu) for part in (slice(half), slice(half, None)))
        return np.concatenate(list(parts), axis=1)


def _one_by_one(spec: AnalysisSpec, measure: str, pools: Pools) -> Array:
    found = np.full((4, pools.mask.shape[1]), np.nan)
    for i in range(found.shape[1]):
        here = np.flatnonzero(pools.mask[:, i])
        y, v, t = pools.y[here, i], pools.v[here, i], pools.tables
        tables = type(t)(*(cell[here, i] for cell in t.cells)) if t else None
        try:
            fit = fit_model(spec, measure, Effects(y, v, np.zeros(len(here), dtype=bool)), tables)
        except EffectUndefined:
            continue
        p = np.nan if fit.interval.p is None else fit.interval.p
        found[:, i] = fit.mean, fit.interval.low, fit.interval.high, p
    return found
