"""Estimators of the between-study variance tau2, on the square of the analysis scale.

Each is written once, for any design and for one meta-analysis or many: see `linear_model`. With an
intercept it is the tau2 of a pool, with dummies the one that subgroups share, with covariates the
residual one of a meta-regression (Viechtbauer, J Stat Softw 2010;36(3): k - p in place of k - 1).
Iterated ones are roots of their estimating equation, found in a bracket that provably holds every
root, so they are exact to the last float whatever the scale of the data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from metasynth.stats.effects.binary import Array
from metasynth.stats.heterogeneity import solve_q
from metasynth.stats.likelihood import highest_of_many, maxima
from metasynth.stats.linear_model import INTERCEPT, Design, LinearModel, dot


@dataclass(frozen=True, slots=True)
class Tau2:
    """An estimate on the squared analysis scale; of a likelihood its next lower maximum if any."""

    value: float
    other_maximum: float | None = None


def estimate_tau2(y: Array, v: Array, method: str, design: Design = INTERCEPT) -> Tau2:
    """Estimate tau2 by the named method, truncated at 0.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        method: a key of `ESTIMATORS`.
        design: of fewer coefficients than studies.

    Returns:
        The estimate on the squared analysis scale; of a likelihood its next maximum, too.

    Raises:
        KeyError: when no estimator has that name.
        ValueError: when columns of the design depend on each other.

    Example:
        >>> import numpy as np
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.array([0.04, 0.04, 0.04])
        >>> round(estimate_tau2(y, v, "REML").value, 9), round(estimate_tau2(y, v, "ML").value, 9)
        (0.12, 0.066666667)
    """
    model = LinearModel(y, v, design)
    if method in LIKELIHOODS:
        return Tau2(*maxima(model, LIKELIHOODS[method]))
    return Tau2(float(ESTIMATORS[method](model)))


def tau2_many(method: str, y: Array, v: Array, mask: Array) -> Array:
    """Estimate tau2 of many meta-analyses at once.

    Parameters:
        method: a key of `ESTIMATORS`.
        y: effects on the analysis scale, shape (k, n): a row a study, a column a meta-analysis.
        v: their variances, above 0, of the same shape.
        mask: 1 where a study takes part, else 0, where `y` and `v` are any finite numbers; of the
            same shape.

    Returns:
        Shape (n,), on the squared analysis scale; 0 where fewer than two studies take part.

    Example:
        >>> import numpy as np
        >>> y, v = np.array([[0.1, 1.0], [0.5, 5.0]]), np.full((2, 2), 0.02)
        >>> tau2_many("DL", y, v, np.ones((2, 2))).round(9).tolist()
        [0.06, 7.98]
    """
    tau2 = np.zeros(mask.shape[1])
    several = np.flatnonzero(mask.sum(axis=0) > 1)
    if len(several):
        model = LinearModel(y, v, INTERCEPT, mask).columns(several)
        tau2[several] = ESTIMATORS[method](model)
    return tau2


def _dersimonian_laird(model: LinearModel) -> Array:
    """Method of moments with weights 1/v: Control Clin Trials 1986;7:177-88, equation 8.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(_dersimonian_laird(model)), 6)  # (8 - 2) / (75 - 25)
        0.12
    """
    return _moment(model, model.weights(0.0))


def dersimonian_laird_about(model: LinearModel, centre: float | Array) -> Array:
    """Method of moments with Q about a given estimate: RevMan 5's is Mantel-Haenszel's.

    Deeks and Higgins, Statistical algorithms in Review Manager 5 (Cochrane 2010), section 6: the
    expected Q is taken as if the squares were about the inverse-variance mean.

    Parameters:
        model: one meta-analysis, or n of them.
        centre: on the analysis scale, of shape (n,) where each meta-analysis has its own.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(dersimonian_laird_about(model, 0.5)), 6)  # (8 - 2) / (75 - 25)
        0.12
    """
    w = model.weights(0.0)
    excess = dot(w, (model.y - centre) ** 2) - model.df
    return np.asarray(np.maximum(0.0, excess / _diagonal(model, w).sum(axis=0)))


def _moment(model: LinearModel, a: Array) -> Array:
    """Equate the squares with weights `a` to what tau2 would make them; same paper, eq. 6."""
    diagonal = _diagonal(model, a)
    excess = model.q(a) - (diagonal * model.v).sum(axis=0)
    return np.asarray(np.maximum(0.0, excess / diagonal.sum(axis=0)))


def _diagonal(model: LinearModel, a: Array) -> Array:
    """The diagonal of P under the weights `a`."""
    _, inner = model.design.fit(model.y, a)
    return model.design.diagonal(a, inner)


def _two_step_dersimonian_laird(model: LinearModel) -> Array:
    """Method of moments with weights 1/(v + tau2 of DL): DerSimonian and Kacker 2007, section 3.

    Contemp Clin Trials 2007;28:105-14.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(_two_step_dersimonian_laird(model)), 6)  # the weights are equal
        0.12
    """
    return _moment(model, model.weights(_dersimonian_laird(model)))


def _hedges(model: LinearModel) -> Array:
    """Hedges (HE): method of moments with equal weights, Psychol Bull 1983;93:388-95.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.array([0.01, 0.02, 0.06]))
        >>> round(float(_hedges(model)), 6)  # 0.32 / 2 - 0.09 / 3
        0.13
    """
    return _moment(model, model.ones)


def _hunter_schmidt(model: LinearModel) -> Array:
    """Hunter and Schmidt (HS), Methods of Meta-Analysis (1990): (Q - k) / sum(w), w = 1/v.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(_hunter_schmidt(model)), 6)  # (8 - 3) / 75
        0.066667
    """
    w = model.weights(0.0)
    return np.asarray(np.maximum(0.0, (model.q(w) - model.k) / w.sum(axis=0)))


def _hunter_schmidt_corrected(model: LinearModel) -> Array:
    """Hunter and Schmidt with a correction for few studies (HSk): (Q k/(k - p) - k) / sum(w).

    Brannick et al., Organ Res Methods 2019;22:490-514, as metafor (method "HSk") computes it.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(_hunter_schmidt_corrected(model)), 6)  # (8 × 3 / 2 - 3) / 75
        0.12
    """
    w = model.weights(0.0)
    excess = model.q(w) * model.k / model.df - model.k
    return np.asarray(np.maximum(0.0, excess / w.sum(axis=0)))


def _sidik_jonkman(model: LinearModel) -> Array:
    """Sidik and Jonkman (SJ), J R Stat Soc C 2005;54:367-84: positive unless all effects agree.

    The crude variance that it starts from is that of all effects together, whatever the design.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(_sidik_jonkman(model)), 6)  # 0.16 c / (0.04 + c), c = 0.32 / 3
        0.116364
    """
    crude = LinearModel(model.y, model.v, INTERCEPT, model.mask).q(model.ones) / model.k
    return np.asarray(crude * model.q(model.weights(crude)) / model.df)


def _paule_mandel(model: LinearModel) -> Array:
    """Paule and Mandel (PM), J Res Natl Bur Stand 1982;87:377-85: where Q(tau2) is its df.

    Morris's empirical Bayes estimate (EB) solves the same equation.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(_paule_mandel(model)), 6)  # 0.32 / (0.04 + tau2) is 2
        0.12
    """
    return solve_q(model, model.df)


def _maximum_likelihood(model: LinearModel, restricted: bool = False) -> Array:
    """Maximise the likelihood: Hardy and Thompson, Stat Med 1996;15:619-29.

    `restricted`: Viechtbauer, J Educ Behav Stat 2005;30:261-93, equation 16.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(_maximum_likelihood(model)), 6)  # 0.32 / 3 - 0.04
        0.066667
    """
    if model.many:
        return highest_of_many(model, restricted)
    return np.asarray(maxima(model, restricted)[0])


LIKELIHOODS = {"REML": True, "ML": False}
"""Whether the likelihood that a method maximises is the restricted one."""

ESTIMATORS: dict[str, Callable[[LinearModel], Array]] = {
    "DL": _dersimonian_laird,
    **{name: partial(_maximum_likelihood, restricted=own) for name, own in LIKELIHOODS.items()},
    "PM": _paule_mandel,
    "EB": _paule_mandel,
    "SJ": _sidik_jonkman,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "HSk": _hunter_schmidt_corrected,
    "DL2": _two_step_dersimonian_laird,
}
"""Each estimator of tau2 by its name: a model in, a value a meta-analysis out."""
