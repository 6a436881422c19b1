"""Each study's standardised effect against its precision: the numbers of Galbraith's plot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import normal_quantile
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import inverse_variance


@dataclass(frozen=True, slots=True, eq=False)
class Radial:
    """1 / standard error and effect / standard error, a value a study; the common effect's line.

    `common` is on the analysis scale; `outside` are the studies whose z lies further from the line
    than the normal quantile (1.96).
    """

    precision: Array
    z: Array
    common: float
    outside: NDArray[np.bool_]


def radial(y: Array, v: Array) -> Radial:
    """Galbraith, Stat Med 1988;7:889-94, about the inverse-variance common effect.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).

    Example:
        >>> found = radial(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(found.common, 9), found.outside.tolist()
        (0.5, [True, False, True])
    """
    precision, z = 1 / np.sqrt(v), y / np.sqrt(v)
    common = float(inverse_variance(y, v).mean)
    return Radial(precision, z, common, np.abs(z - common * precision) > normal_quantile())
