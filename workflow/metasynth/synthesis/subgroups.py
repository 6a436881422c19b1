"""Do subgroups differ? Each with its own pooled effect, and its own tau2 or one for all of them."""

from collections.abc import Sequence

import numpy as np

from metasynth.stats.effects.binary import Array
from metasynth.stats.heterogeneity import generalised_q
from metasynth.stats.linear_model import Groups
from metasynth.stats.tau2 import Tau2, estimate_tau2


def subgroup_differences(means: Array, variances: Array) -> tuple[float, int]:
    """Cochran's Q of the subgroups' pooled effects as if they were studies, and its df.

    Handbook 10.11.3.1. With one tau2 for all it is the Wald test of a mixed-effects model with the
    subgroup as a factor.

    Parameters:
        means: pooled effects on the analysis scale, shape (g,) of two subgroups or more.
        variances: Wald's of these, without the HKSJ factor, shape (g,).

    Example:
        >>> import numpy as np
        >>> q, df = subgroup_differences(np.array([0.1, 0.5]), np.array([0.01, 0.03]))
        >>> round(q, 9), df
        (4.0, 1)
    """
    return float(generalised_q(np.asarray(means), np.asarray(variances))), len(means) - 1


def common_tau2(groups: Sequence[tuple[Array, Array]], method: str) -> Tau2:
    """Estimate one tau2 around the subgroups' own means: that of a model with them as a factor.

    Parameters:
        groups: of each subgroup the effects on the analysis scale and their variances, both of
            shape (k,), k its own.
        method: the name of an estimator of `tau2`.

    Returns:
        The estimate on the squared analysis scale; 0 where no subgroup has two studies, as nothing
        then tells of it.

    Example:
        >>> import numpy as np
        >>> groups = [(np.array([0.1, 0.5]), np.full(2, 0.02)), (np.array([2.0]), np.full(1, 0.1))]
        >>> round(common_tau2(groups, "DL").value, 9)
        0.06
    """
    if all(len(y) < 2 for y, _ in groups):
        return Tau2(0.0)
    y, v = (np.concatenate(values) for values in zip(*groups, strict=True))
    design = Groups(np.array([len(y) for y, _ in groups]) if len(groups) > 1 else None)
    return estimate_tau2(y, v, method, design)
