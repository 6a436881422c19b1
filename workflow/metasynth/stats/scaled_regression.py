"""A regression of which the variance between studies depends on covariates too."""

from dataclasses import dataclass

from metasynth.core.distributions import chi2_upper_tail
from metasynth.stats.covariate_fit import MetaRegression, joint_test
from metasynth.stats.effects.binary import Array
from metasynth.stats.least_squares import NotTestable
from metasynth.stats.linear_model import Covariates, LinearModel
from metasynth.stats.location_scale import LocationScale, NoLocationScale, location_scale


@dataclass(frozen=True, slots=True)
class ScaledRegression(MetaRegression):
    """A fitted location-scale model, on the analysis scale.

    `tau2` is NaN, as each study has its own in `scale`, which has the coefficients of its logarithm
    too.
    """

    scale: LocationScale


def scaled_regression(
    y: Array, v: Array, design: Array, scale: Array, ci: str = "HKSJ"
) -> ScaledRegression:
    """Regress effects on the design's columns, and ln tau2 on those of the scale, by REML.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        design: shape (k, p), the first column ones.
        scale: shape (k, q), the first column ones.
        ci: Wald or HKSJ.

    Raises:
        NotTestable: where the likelihood has no maximum.
        ValueError: when studies do not outnumber coefficients, or columns depend on each other.

    Example:
        >>> import numpy as np
        >>> y = np.array([0.1, 0.4, -0.2, 0.25, 0.9, -0.6, 0.5, -0.4])
        >>> x, two = np.arange(8.0) % 2, np.repeat([0.0, 1.0], 4)
        >>> design, scale = (np.column_stack([np.ones(8), own]) for own in (x, two))
        >>> found = scaled_regression(y, np.full(8, 0.004), design, scale, "Wald")
        >>> found.qm_df, found.qe_df, len(found.scale.scale)
        (1, 6, 2)
    """
    try:
        found = location_scale(y, v, scale, design, "REML", ci)
    except NoLocationScale as none:
        raise NotTestable(none.why) from none
    k, p = design.shape
    model = LinearModel(y, v, Covariates(design))
    qe, df = float(model.q(model.weights(0.0))), k - p if ci == "HKSJ" else None
    qm, qm_p = joint_test(found.coefficients, found.covariance, df)
    return ScaledRegression(
        found.coefficients,
        found.covariance,
        found.intervals,
        float("nan"),
        qm,
        p - 1,
        qm_p,
        qe,
        k - p,
        chi2_upper_tail(qe, k - p),
        df,
        found,
    )
