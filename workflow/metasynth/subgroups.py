"""Do subgroups differ? Each with its own pooled effect, its own tau2 and its own error."""

import numpy as np

from metasynth.effects import Array
from metasynth.heterogeneity import generalised_q


def subgroup_differences(means: Array, variances: Array) -> tuple[float, int]:
    """Cochran's Q of the subgroups' pooled effects as if they were studies, and its df.

    Handbook 10.11.3.1; variances are Wald's, without the HKSJ factor. Needs two subgroups.
    """
    return float(generalised_q(np.asarray(means), np.asarray(variances))), len(means) - 1
