"""Mixed models of odds ratios, rate ratios and one group: exact, so no correction of empty cells.

Stijnen, Hamza and Özdemir, Stat Med 2010;29:3046-67; Jackson et al., Stat Med 2018;37:1059-85.
Three models, named as in metafor. In all of them the studies' effects are normal around the mean:

- UM.FS: both groups binomial, a fixed level for each study;
- UM.RS: the same, but the levels normal around a common one, independent of the effects;
- CM.EL: conditional on each study's total of events, noncentral hypergeometric.

In UM the effect is spread symmetrically over the two groups, as Jackson et al. advise. metafor fits
UM.RS by Laplace's approximation only; here all integrals are exact (see `quadrature`). The same
models of rates have Poisson counts; given each study's total, that of CM.EL is binomial. One group
has a random intercept alone.
"""

from collections.abc import Callable

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array, Tables
from metasynth.stats.effects.one_group import Events
from metasynth.stats.effects.rates import Rates
from metasynth.stats.mixed_model import Glmm, maximise
from metasynth.stats.newton import Model, State
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.quadrature import Kernel, Predictor

MOST_COUNTS = 200_000
"""The conditional model adds up every count that the margins allow; more take minutes."""


def _unconditional(t: Tables) -> Glmm:
    """Fit UM.FS by maximum likelihood.

    Parameters:
        t: tables as they are, shape (k,), each with an event and a participant without one.

    Raises:
        EffectUndefined: when the mean has no finite maximum, or it is not reached.
    """
    _require_finite_maximum(t)
    groups = (_binomial(t.a, t.n1), _binomial(t.c, t.n2))
    one, two = (Predictor((1, i), (i - 0.5,), g) for i, g in zip((1, 0), groups, strict=True))
    levels = np.log((t.a + t.c) / (t.b + t.d))
    start = State(np.column_stack([levels, np.zeros(len(levels))]), np.zeros(1))
    return maximise(Model((one, two), own_level=True), [start])


def _fit_random_levels(t: Tables) -> Glmm:
    """Fit UM.RS by maximum likelihood; errors as for `_unconditional`."""
    _require_finite_maximum(t)
    return maximise(*_random_levels(t))


def _random_levels(t: Tables) -> tuple[Model, list[State]]:
    """The model, and where to start: from the levels' spread, and from next to none."""
    groups = (_binomial(t.a, t.n1), _binomial(t.c, t.n2))
    one, two = (Predictor((1, i), (1, i - 0.5), g) for i, g in zip((1, 0), groups, strict=True))
    levels = np.log((t.a + t.c + 0.5) / (t.b + t.d + 0.5))
    fixed = np.tile([levels.mean(), 0.0], (len(levels), 1))
    spread = max(0.1, float(levels.std()))
    starts = [State(fixed, np.array([factor * spread, 0.0])) for factor in (1.0, 0.1)]
    return Model((one, two), own_level=False), starts


def _conditional(t: Tables) -> Glmm:
    """Fit CM.EL by maximum likelihood.

    Parameters:
        t: tables as they are, shape (k,), each with an event and a participant without one.

    Raises:
        EffectUndefined: when the mean has no finite maximum, or it is not reached; with more than
            `MOST_COUNTS` possible counts, or where a shared control was split into fractions of
            patients.

    Example:
        >>> tables = Tables(*np.array([[4.0, 123, 11, 139], [6, 306, 29, 303]]).T)
        >>> round(_conditional(tables).mean, 6)
        -1.426155
    """
    _require_finite_maximum(t)
    if any(np.any(cells != np.round(cells)) for cells in (t.a, t.n1, t.c, t.n2)):
        raise EffectUndefined(
            sentence("a shared control that is split leaves fractions of patients; GLMM takes them")
        )
    model = Model((Predictor((1,), (1,), _hypergeometric(t)),), own_level=False)
    return maximise(model, [State(np.zeros((len(t.a), 1)), np.zeros(1))])


def _random_intercept(measure: str, data: Events) -> Glmm:
    """Fit one group's events: log odds (PLO, binomial) or log rates (IRLN, Poisson), normal.

    Parameters:
        measure: PLO or IRLN.
        data: events with patients or person-time, shape (k,).

    Raises:
        EffectUndefined: where nobody, or everybody, had the event in every study.

    Example:
        >>> alike = Events(np.full(3, 5.0), np.full(3, 20.0))
        >>> found = _random_intercept("PLO", alike)
        >>> round(found.mean, 6), found.tau2  # log(5 / 15)
        (-1.098612, 0.0)
    """
    x, size = data.x, data.size
    if not x.any() or (measure == "PLO" and np.array_equal(x, size)):
        raise EffectUndefined(sentence("nobody, or everybody, had the event in every study"))
    logit = measure == "PLO"
    kernel = _binomial(x, size) if logit else _poisson(x, size)
    start = np.log(x.sum() / (size.sum() - x.sum() if logit else size.sum()))
    model = Model((Predictor((1,), (1,), kernel),), own_level=False)
    return maximise(model, [State(np.full((len(x), 1), start), np.zeros(1))])


def _rates_unconditional(t: Rates) -> Glmm:
    """Fit UM.FS of rates, both groups Poisson.

    Parameters:
        t: rates of shape (k,), each with an event.

    Raises:
        EffectUndefined: when one side has no event in any study.
    """
    _require_both(t)
    one, two = (Predictor((1, i), (i - 0.5,), g) for i, g in zip((1, 0), _poissons(t), strict=True))
    levels = np.log((t.x1 + t.x2) / (t.t1 + t.t2))
    start = State(np.column_stack([levels, np.zeros(len(levels))]), np.zeros(1))
    return maximise(Model((one, two), own_level=True), [start])


def _rates_random_levels(t: Rates) -> Glmm:
    """Fit UM.RS of rates; errors as for `_rates_unconditional`."""
    _require_both(t)
    groups = zip((1, 0), _poissons(t), strict=True)
    one, two = (Predictor((1, i), (1, i - 0.5), g) for i, g in groups)
    levels = np.log((t.x1 + t.x2 + 0.5) / (t.t1 + t.t2))
    fixed = np.tile([levels.mean(), 0.0], (len(levels), 1))
    spread = max(0.1, float(levels.std()))
    starts = [State(fixed, np.array([factor * spread, 0.0])) for factor in (1.0, 0.1)]
    return maximise(Model((one, two), own_level=False), starts)


def _rates_conditional(t: Rates) -> Glmm:
    """Fit CM.EL of rates: x1 of x1 + x2 binomial, with log odds theta + log(t1/t2), theta normal.

    Parameters:
        t: rates of shape (k,), each with an event.

    Raises:
        EffectUndefined: when one side has no event in any study.

    Example:
        >>> alike = Rates(np.full(3, 5.0), np.full(3, 20.0), np.full(3, 10.0), np.full(3, 20.0))
        >>> found = _rates_conditional(alike)
        >>> round(found.mean, 6), round(found.variance, 6), found.tau2  # log(1/2), 1/15 + 1/30
        (-0.693147, 0.1, 0.0)
    """
    _require_both(t)
    binomial, offset = _binomial(t.x1, t.x1 + t.x2), np.log(t.t1 / t.t2)[:, None]
    kernel: Kernel = lambda theta: binomial(theta + offset)  # noqa: E731
    start = np.log(t.x1.sum() * t.t2.sum() / (t.x2.sum() * t.t1.sum()))
    model = Model((Predictor((1,), (1,), kernel),), own_level=False)
    return maximise(model, [State(np.full((len(t.x1), 1), start), np.zeros(1))])


OF_TABLES: dict[str, Callable[[Tables], Glmm]] = {
    "GLMM": _unconditional,
    "GLMM-UM.RS": _fit_random_levels,
    "GLMM-CM.EL": _conditional,
}
OF_RATES: dict[str, Callable[[Rates], Glmm]] = {
    "GLMM-IRR": _rates_unconditional,
    "GLMM-IRR-UM.RS": _rates_random_levels,
    "GLMM-IRR-CM.EL": _rates_conditional,
}
FITS = {**OF_TABLES, **OF_RATES, "GLMM-RI": _random_intercept}
"""The fit of each model's name in config.yaml."""


def fit(model: str, measure: str, data: Tables | Rates | Events) -> Glmm:
    """Fit the mixed model of this name by maximum likelihood.

    Parameters:
        model: a key of `FITS`.
        measure: OR, IRR, or PLO or IRLN of one group.
        data: counts as they are, uncorrected, shape (k,).

    Returns:
        The mean on the log scale, its variance and tau2.

    Raises:
        EffectUndefined: where the data have no finite maximum, or it is not reached; with too many
            possible counts, or fractions of patients (GLMM-CM.EL).

    Example:
        >>> alike = Rates(np.full(3, 5.0), np.full(3, 20.0), np.full(3, 10.0), np.full(3, 20.0))
        >>> found = fit("GLMM-IRR-CM.EL", "IRR", alike)
        >>> round(found.mean, 6), round(found.variance, 6), found.tau2  # log(1/2), 1/15 + 1/30
        (-0.693147, 0.1, 0.0)
    """
    if isinstance(data, Tables):
        return OF_TABLES[model](data)
    return OF_RATES[model](data) if isinstance(data, Rates) else _random_intercept(measure, data)


def _require_both(t: Rates) -> None:
    if not (t.x1.any() and t.x2.any()):
        raise EffectUndefined(sentence("one side has no event in any study"))


def _poissons(t: Rates) -> tuple[Kernel, Kernel]:
    return _poisson(t.x1, t.t1), _poisson(t.x2, t.t2)


HIGHEST = 250.0
"""Of log rates above that observed: beyond it the likelihood is 0 and its slopes no floats."""


def _poisson(events: Array, time: Array) -> Kernel:
    """Poisson likelihood of the log rate, relative to its maximum (0 without events).

    Where d is the distance from the log of the observed rate it is -x (e^d - 1 - d).
    """
    x, log_time = events[:, None], np.log(time)[:, None]
    some = x > 0
    best = np.where(some, np.log(np.where(some, x, 1.0)), 0.0) - log_time

    def kernel(rate: Array) -> tuple[Array, Array, Array]:
        away = np.minimum(rate - best, HIGHEST)
        expected = np.where(some, x, 1.0) * np.exp(away)
        value = np.where(some, -x * (np.expm1(away) - away), -expected)
        return value, x - expected, expected

    return kernel


def _require_finite_maximum(t: Tables) -> None:
    """Refuse tables that all lie at the same end of what their margins allow."""
    if not (np.any((t.a > 0) & (t.d > 0)) and np.any((t.b > 0) & (t.c > 0))):
        raise EffectUndefined(sentence("every study has an empty cell on the same diagonal"))


def _binomial(events: Array, total: Array) -> Kernel:
    """Binomial likelihood of the log odds, relative to its maximum so that no large numbers cancel.

    Where d is the distance from the log odds of the observed proportion, and p the proportion of
    those with the event (without, if d > 0), it is -n (log(1 + p (e^-|d| - 1)) + p |d|).
    """
    x, n = events[:, None], total[:, None]
    edge = (events == 0) | (events == total)
    side = np.where(events == 0, -1.0, 1.0)[edge, None]
    without, having = np.where(edge, 1, total - events), np.where(edge, 1, events)
    best = np.log(having / without)[:, None]
    share, rest = (y[:, None] / (having + without)[:, None] for y in (having, without))

    def kernel(odds: Array) -> tuple[Array, Array, Array]:
        p, q = special.expit(odds), special.expit(-odds)
        away = odds - best
        part, distance = np.where(away > 0, rest, share), np.abs(away)
        value = -n * (np.log1p(part * np.expm1(-distance)) + part * distance)
        value[edge] = n[edge] * special.log_expit(side * odds[edge])
        return value, x * q - (n - x) * p, n * p * q

    return kernel


def _hypergeometric(t: Tables) -> Kernel:
    """Noncentral hypergeometric likelihood of the log odds ratio, given both margins.

    The counts that the margins allow stand one below the other, those of a study together. The ways
    to have each are relative to those of the count that came about.
    """
    events = t.a + t.c
    least, most = np.maximum(0, events - t.n2), np.minimum(t.n1, events)
    sizes = (most - least + 1).astype(int)
    if sizes.sum() > MOST_COUNTS:
        raise EffectUndefined(
            sentence("the margins allow more than {n} counts; GLMM takes them", n=MOST_COUNTS)
        )
    study = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    x = np.arange(len(study)) - starts[study] + least[study]
    margins = (x, t.n1[study] - x, events[study] - x, (t.n2 - events)[study] + x)
    ways = -np.sum([special.gammaln(z + 1) for z in margins], axis=0)
    beyond = (x - t.a[study])[:, None]
    ways -= ways[np.flatnonzero(beyond[:, 0] == 0)][study]

    def kernel(log_ratio: Array) -> tuple[Array, Array, Array]:
        each = ways[:, None] + beyond * log_ratio[study]
        top = np.maximum.reduceat(each, starts, axis=0)
        chance = np.exp(each - top[study])
        total = np.add.reduceat(chance, starts, axis=0)
        chance *= beyond
        mean = np.add.reduceat(chance, starts, axis=0) / total
        chance *= beyond
        square = np.add.reduceat(chance, starts, axis=0) / total
        return -top - np.log(total), -mean, np.maximum(square - mean**2, 0)

    return kernel
