"""Least squares with known or estimated weights, for meta-regression and funnel tests.

A design matrix has a row a study and a column a coefficient, the intercept being a column of ones.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.core.messages import Refused
from metasynth.stats.effects.binary import Array


class NotTestable(Refused, ValueError):  # noqa: N818 - it names the fault, as `why` does
    """Effects or variances that leave nothing to test."""


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """Coefficients (p,), (X'WX)⁻¹ (p, p) and residuals (k,).

    Of n regressions the shapes are (n, p), (n, p, p) and (k, n).
    """

    coefficients: Array
    unscaled: Array
    residuals: Array


def weighted_least_squares(y: Array, design: Array, w: Array) -> LeastSquares:
    """Solve X'WX b = X'W y by a QR decomposition of the weighted design.

    Parameters:
        y: shape (k,), or whatever broadcasts to that of `w`.
        design: shape (k, p).
        w: weights above 0, shape (k,), or (k, n) for n regressions on the same design.

    Raises:
        ValueError: when the columns are linearly dependent or outnumber the studies.

    Example:
        >>> import numpy as np
        >>> design = np.column_stack([np.ones(3), [0.0, 1.0, 2.0]])
        >>> fit = weighted_least_squares(np.array([1.0, 3.0, 5.0]), design, np.ones(3))
        >>> fit.coefficients.round(9).tolist()
        [1.0, 2.0]
    """
    root = np.sqrt(np.moveaxis(w, 0, -1))[..., None]
    scale = np.sqrt(((design * root) ** 2).sum(axis=-2))
    if design.shape[0] < design.shape[1] or not np.all(scale > 0):
        raise ValueError("the design has columns of zeros, or more columns than studies")
    q, r = np.linalg.qr(design * root / scale[..., None, :])
    if np.abs(np.diagonal(r, axis1=-2, axis2=-1)).min() < 1e-10:
        raise ValueError("the columns of the design depend on each other")
    inverse = np.linalg.inv(r) / scale[..., None]
    own = np.moveaxis(np.broadcast_to(y, w.shape), 0, -1)[..., None]
    b = inverse @ (np.swapaxes(q, -1, -2) @ (root * own))
    residuals = np.moveaxis((own - design @ b)[..., 0], -1, 0)
    return LeastSquares(b[..., 0], inverse @ np.swapaxes(inverse, -1, -2), residuals)
