"""How far two rules of quadrature differ in what results of a meta-analysis with priors rest on."""

from sys import float_info
from typing import TYPE_CHECKING

import numpy as np

from metasynth.stats.bayes_problem import Problem
from metasynth.stats.effects.binary import Array

if TYPE_CHECKING:
    from metasynth.stats.tau_posterior import TauPosterior

    Known = TauPosterior[Problem]


def difference(posterior: "Known", check: "Known", trials: bool) -> Array:
    """The largest difference of an integral by two rules on the same panels, of each pool.

    Parameters:
        posterior: by one rule.
        check: by the other, of the same pools.
        trials: whether what each trial's own effect rests on is compared too, not mu alone.

    Returns:
        Shape (pools,).
    """
    change = np.abs(posterior.below - check.below).max(axis=1)
    change = np.maximum(change, np.abs(posterior.log_integral - check.log_integral))
    for one, two in zip(_moments(posterior), _moments(check), strict=True):
        change = np.maximum(change, np.abs(one - two) / np.abs(two))
    x = _places(posterior, trials)
    one, two = _densities(posterior, trials, x), _densities(check, trials, x)
    change = np.maximum(change, np.abs(one / two - 1).max(axis=(1, 2)) - _rounding(posterior))
    return np.asarray(change)


def _rounding(p: "Known") -> Array:
    """What rounding leaves open of densities, relative to them, of effects far from 0; (pools,)."""
    far = np.abs(p.problem.y).max(axis=1) / np.sqrt(p.problem.v.min(axis=1))
    return np.asarray(16 * float_info.epsilon * far)


def _places(p: "Known", trials: bool) -> Array:
    """The middles of mu and of each trial's effect, at the centre of tau, and either side of them.

    Shape (pools, distributions, 3).
    """
    tau = np.exp(p.centre)[:, None]
    centre, square = _effects(p.problem, trials, tau, *p.problem.given_tau(tau)[1:])
    return np.asarray(centre + np.sqrt(square) * np.array([-2.0, 0.0, 2.0]))


def _densities(p: "Known", trials: bool, x: Array) -> Array:
    """Densities of mu, and of each trial's effect, at x (pools, distributions, 3)."""
    mean, variance = _effects(p.problem, trials, p.tau, p.mean, p.variance)
    bells = x[..., None] - mean[:, :, None]
    bells *= bells
    bells *= (-0.5 / variance)[:, :, None]
    np.exp(bells, out=bells)
    bells *= (p.weight[:, None] / np.sqrt(variance))[:, :, None]
    return np.asarray(bells.sum(axis=3))


def _effects(
    problem: Problem, trials: bool, tau: Array, mean: Array, variance: Array
) -> tuple[Array, Array]:
    """Means and variances given tau: of all effects, or of mu alone."""
    if trials:
        return problem.effects_given_tau(tau, mean, variance)
    return mean[:, None], variance[:, None]


def _moments(p: "Known") -> list[Array]:
    """Integrals that results rest on, each of an integrand that is nowhere negative."""
    first = p.problem.y[:, :1]
    spread = np.abs(p.problem.y - first).max(axis=1)[:, None] + np.sqrt(p.problem.v[:, :1])
    sd = np.sqrt(p.variance)
    integrands = [(p.mean - first) / spread + 2]
    if p.problem.moment > 0:
        integrands += [p.tau, sd]
    if p.problem.moment > 1:
        integrands += [p.tau**2, p.variance]
    return [(p.weight * integrand).sum(axis=1) for integrand in integrands]
