"""Effects by a characteristic of the trials where tau has a prior: what `bayes_regression` is of.

Intercept and slope have vague priors, whatever the analysis's prior of the mean effect: that is of
the mean over all trials, and neither of the coefficients is.
"""

from collections.abc import Sequence

import numpy as np

from metasynth.core.messages import Sentence, sentence
from metasynth.model.methods import EXACT_BAYES
from metasynth.model.records import AnalysisSpec, StudyData
from metasynth.stats.bayes_fit import prior_of_tau_in_words
from metasynth.stats.bayes_regression import RegressionFit, bayes_regression
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import EffectUndefined

LEAST = 10
"""Trials with a value of the covariate; of fewer it would answer by chance (Handbook 10.11.5.1)."""
INTERCEPT, SLOPE = 0, 1


def valued(studies: Sequence[StudyData], v: Array) -> list[int]:
    """The places of the studies that have a value of the covariate and an effect of their own.

    Parameters:
        studies: in the order of `v`.
        v: variances of their effects, infinite of what has none, shape (k,).
    """
    return [i for i, s in enumerate(studies) if s.covariate is not None and np.isfinite(v[i])]


def regression_with_prior(
    spec: AnalysisSpec, y: Array, v: Array, x: Array, at: Sequence[float] = ()
) -> RegressionFit:
    """Regress effects on a covariate by the analysis's prior of tau.

    Parameters:
        spec: whose prior of tau it is.
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        x: values of the covariate, not all the same, shape (k,).
        at: values at which the mean effect is wanted.

    Returns:
        The fit, whose `combined` holds intercept, slope and the mean effect at each value of `at`.

    Raises:
        EffectUndefined: without a prior of tau, or where the posterior is no distribution.
    """
    if spec.tau_prior is None:
        raise EffectUndefined(sentence("no prior of tau is declared"))
    middle = float(x.mean())  # about which the coefficients hang together least
    design = np.column_stack([np.ones(len(x)), x - middle])
    asked = np.array([[1.0, -middle], [0.0, 1.0], *([1.0, value - middle] for value in at)])
    return bayes_regression(y, v, design, spec.tau_prior, combinations=asked)


def regression_priors(spec: AnalysisSpec) -> tuple[Sentence, ...]:
    """What a regression says of its priors, and of its effects."""
    assert spec.tau_prior is not None
    said = [
        *prior_of_tau_in_words(spec.tau_prior),
        sentence("Priors of intercept and slope: vague."),
    ]
    if spec.model == EXACT_BAYES:
        said.append(sentence("The regression takes the trials’ effects as normal."))
    return tuple(said)
