"""Least squares with known or estimated weights, for meta-regression and funnel tests.

A design matrix has a row a study and a column a coefficient, the intercept being a column of ones.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.stats.effects.binary import Array


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """Coefficients, (X'WX)⁻¹ and residuals."""

    coefficients: Array
    unscaled: Array
    residuals: Array


def weighted_least_squares(y: Array, design: Array, w: Array) -> LeastSquares:
    """Solve X'WX b = X'W y by a QR decomposition of the weighted design.

    Raises ValueError when the columns are linearly dependent or outnumber the studies.
    """
    root = np.sqrt(w)
    scale = np.sqrt((design**2 * w[:, None]).sum(axis=0))
    if design.shape[0] < design.shape[1] or not np.all(scale > 0):
        raise ValueError("the design has columns of zeros, or more columns than studies")
    q, r = np.linalg.qr(design * root[:, None] / scale)
    if np.abs(np.diag(r)).min() < 1e-10:
        raise ValueError("the columns of the design depend on each other")
    inverse = np.linalg.inv(r) / scale[:, None]
    b = inverse @ (q.T @ (root * y))
    return LeastSquares(b, inverse @ inverse.T, y - design @ b)
