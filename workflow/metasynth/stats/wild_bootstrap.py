"""Wild cluster bootstrap of a regression of effects in clusters, as wildmeta makes it.

Cameron, Gelbach and Miller 2008, doi:10.1162/rest.90.3.414; Joshi, Pustejovsky and Beretvas 2022,
doi:10.1002/jrsm.1554. The residuals of the model in which what is tested is 0 change signs,
those of a cluster together (Rademacher), and the whole model is fitted anew to each such data.
Where there are few choices of signs all of them are made; else some, drawn with a fixed seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_robust import RobustRegression
from metasynth.stats.clustered_regression import robust_coefficients
from metasynth.stats.effects.binary import Array
from metasynth.stats.permutation import as_large, signs_of

MOST = 2048
"""Fits that are made at most, where no other number is asked for: all signs of 12 clusters."""


@dataclass(frozen=True, slots=True)
class BootstrapTest:
    """A two-sided p-value: the share of choices of signs with a statistic as large as observed.

    Parameters:
        p: of all tested coefficients together.
        choices: of signs, how many there were.
        exact: whether they are all that there are.
    """

    p: float
    choices: int
    exact: bool


def wild_bootstrap(
    spec: AnalysisSpec,
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    design: Array,
    places: Sequence[int],
    ci: str = "CR2",
    most: int = MOST,
    seed: int = 1,
) -> BootstrapTest:
    """Test whether the coefficients at some places are all 0.

    The statistic is Wald's with the clusters' own covariance; variances of true effects are
    estimated for each choice of signs. The residuals enter as they are.

    Parameters:
        spec: of the model three_level, RVE-CORR or RVE-HIER.
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's cluster, from 0, none left out, shape (k,).
        design: shape (k, p).
        places: of the columns whose coefficients are 0 if there is nothing to find.
        ci: CR0, CR1 or CR2.
        most: fits. All 2^m choices of m clusters are made where half of them are no more; else so
            many are drawn, the first of which is what was observed.
        seed: the same ones are drawn for the same seed.

    Raises:
        ValueError: where clusters do not outnumber coefficients, or columns depend on each other.
        NotTestable: where a likelihood has no maximum.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> spec = AnalysisSpec("a", "A", model="RVE-CORR", ci="CR2")
        >>> found = wild_bootstrap(spec, y, v, np.array([0, 0, 1, 1, 2]), np.ones((5, 1)), [0])
        >>> found.p, found.choices, found.exact  # at best 2 of 2^3
        (0.25, 8, True)
    """

    def fitted(effects: Array, x: Array) -> RobustRegression:
        return robust_coefficients(spec, effects, v, cluster, x, ci)

    places = list(places)
    clusters, left = int(cluster.max()) + 1, [i for i in range(design.shape[1]) if i not in places]
    null = np.zeros(len(y))
    if left:
        null = design[:, left] @ fitted(y, design[:, left]).coefficients
    signs, exact = signs_of(clusters, most, seed, most)
    turned = (null + own * (y - null) for own in signs.T[:, cluster])
    found = np.array([_statistic(fitted(effects, design), places) for effects in turned])
    p = float(as_large(found, found[0]).mean())
    return BootstrapTest(p, 2**clusters if exact else most, exact)


def _statistic(fit: RobustRegression, places: Sequence[int]) -> float:
    """Wald's, infinite where the clusters' residuals are nought and the coefficients are not."""
    b, covariance = fit.coefficients[places], fit.covariance[np.ix_(places, places)]
    try:
        return float(b @ np.linalg.solve(covariance, b))
    except np.linalg.LinAlgError:
        return np.inf if b.any() else 0.0
