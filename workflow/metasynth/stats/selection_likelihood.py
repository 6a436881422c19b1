"""The likelihood of effects of which those with small p-values are more likely to be seen.

With parameters (mean, tau2, log weights of all intervals of p but the first), effects selected to
be large: a study's density is w_g φ((y - mean)/s)/s over A = Σ w_j P_j, s² = v + tau2, P_j the
probability that its one-sided p falls into interval j. Hedges, Stat Sci 1992;7:246-55; Vevea and
Hedges, Psychometrika 1995;60:419-35.
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray

from metasynth.core import lazy_special as special
from metasynth.stats.effects.binary import Array


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """Effects y with variances v, shape (k,), selected by p up to each of `steps` (the last is 1).

    Example:
        >>> data = Selected(np.array([0.3, 0.1]), np.full(2, 0.01), (0.025, 1.0))
        >>> data.interval.tolist(), data.counts.tolist()
        ([0, 1], [1, 1])
    """

    y: Array
    v: Array
    steps: tuple[float, ...]

    @property
    def p(self) -> Array:
        """One-sided p-values of an effect above 0."""
        return np.asarray(special.ndtr(-self.y / np.sqrt(self.v)))

    @property
    def interval(self) -> NDArray[np.intp]:
        """In which interval of p each study lies."""
        return np.searchsorted(np.array(self.steps), self.p, side="left")

    @property
    def counts(self) -> NDArray[np.intp]:
        """Studies in each interval."""
        return np.bincount(self.interval, minlength=len(self.steps))

    @property
    def cuts(self) -> Array:
        """The effect of each study at which its p is each step but the last, shape (k, J - 1)."""
        z = -special.ndtri(np.array(self.steps[:-1]))
        return np.asarray(np.sqrt(self.v)[:, None] * z)

    def probabilities(self, mean: Array, tau2: Array) -> Array:
        """Those of each interval of p, shape (..., k, J), of means and variances of shape (...)."""
        s = np.sqrt(self.v + np.asarray(tau2)[..., None])
        u = (self.cuts - np.asarray(mean)[..., None, None]) / s[..., None]
        edge = np.full((*u.shape[:-1], 1), np.inf)
        high = np.concatenate([edge, u], axis=-1)
        low = np.concatenate([u, -edge], axis=-1)
        upper = low > 0  # differences in the nearer tail keep their digits
        return np.asarray(
            np.where(
                upper,
                special.ndtr(-low) - special.ndtr(-high),
                special.ndtr(high) - special.ndtr(low),
            )
        )

    def densities(self, mean: Array, tau2: Array) -> Array:
        """The log likelihood without selection, of means and variances of shape (...)."""
        total = self.v + np.asarray(tau2)[..., None]
        squares = (self.y - np.asarray(mean)[..., None]) ** 2 / total
        return np.asarray(-0.5 * (np.log(total) + squares + log(2 * pi)).sum(axis=-1))

    def height(self, at: Array) -> float:
        """The log likelihood at the parameters (mean, tau2, log weights), shape (J + 1,)."""
        weights = np.concatenate([[1.0], np.exp(at[2:])])
        seen = self.probabilities(at[0], at[1]) @ weights
        chosen = float(self.counts[1:] @ at[2:])
        return float(self.densities(at[0], at[1])) + chosen - float(np.log(seen).sum())

    def slopes(self, at: Array) -> tuple[Array, Array]:
        """The gradient (J + 1,) and the second derivatives (J + 1, J + 1) there."""
        mean, tau2, eta = at[0], at[1], at[2:]
        gradient, hessian = self._of_densities(mean, tau2, len(at))
        gradient[2:] += self.counts[1:]
        weights = np.concatenate([[1.0], np.exp(eta)])
        probabilities = self.probabilities(mean, tau2)
        seen = probabilities @ weights
        first, second = self._of_seen(mean, tau2, weights)
        own = probabilities[:, 1:] * weights[1:]
        slope = np.column_stack([first[:, 0] @ weights, first[:, 1] @ weights, own])
        bend = np.zeros((len(self.y), len(at), len(at)))
        for i, j, which in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
            bend[:, i, j] = second[:, which] @ weights
        for i in range(2):
            mixed = first[:, i, 1:] * weights[1:]
            bend[:, i, 2:] = bend[:, 2:, i] = mixed
        places = np.arange(2, len(at))
        bend[:, places, places] = own
        share = slope / seen[:, None]
        gradient -= share.sum(axis=0)
        hessian -= (bend / seen[:, None, None] - share[:, :, None] * share[:, None, :]).sum(axis=0)
        return gradient, hessian

    def _of_densities(self, mean: float, tau2: float, size: int) -> tuple[Array, Array]:
        w = 1 / (self.v + tau2)
        off = self.y - mean
        gradient, hessian = np.zeros(size), np.zeros((size, size))
        gradient[:2] = (w * off).sum(), 0.5 * ((w * off) ** 2 - w).sum()
        hessian[0, 0] = -w.sum()
        hessian[0, 1] = hessian[1, 0] = -(w * w * off).sum()
        hessian[1, 1] = (0.5 * w**2 - w**3 * off**2).sum()
        return gradient, hessian

    def _of_seen(self, mean: float, tau2: float, weights: Array) -> tuple[Array, Array]:
        """Derivatives of P: by mean and tau2 (k, 2, J), and by both twice (k, 3, J)."""
        s = np.sqrt(self.v + tau2)[:, None]
        u = (self.cuts - mean) / s
        density = np.exp(-u * u / 2) / np.sqrt(2 * pi)
        first = np.stack([-density / s, -density * u / (2 * s**2)], axis=1)
        second = np.stack(
            [
                -u * density / s**2,
                density * (1 - u * u) / (2 * s**3),
                density * u * (3 - u * u) / (4 * s**4),
            ],
            axis=1,
        )
        return _differences(first), _differences(second)


def _differences(of_cuts: Array) -> Array:
    """Derivatives of Φ at the cuts (k, n, J - 1) as those of the intervals between (k, n, J)."""
    edge = np.zeros((*of_cuts.shape[:-1], 1))
    return np.asarray(
        np.concatenate([edge, of_cuts], axis=-1) - np.concatenate([of_cuts, edge], axis=-1)
    )
