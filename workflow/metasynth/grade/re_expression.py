"""A standardised mean difference in units of a familiar instrument, and as a probability.

In units it is the difference times a standard deviation of the instrument, which config.yaml
declares (Cochrane Handbook, 15.5.3). The probability that one of two people drawn at random, who
has the intervention, fares better than the other, who has control, is that of a standard normal
below d/sqrt(2), with normal values of equal spread (McGraw and Wong, Psychol Bull 1992;111:361-5).
"""

from math import sqrt

from metasynth.core import lazy_special as special
from metasynth.model.methods import MEASURE
from metasynth.model.records import Estimate, OutcomeSpec

Three = tuple[float | None, float | None, float | None]
"""A value and its limits, in order."""
NONE: Three = (None, None, None)


def superiority(d: float) -> float:
    """The probability that a value of one group is above one of the other.

    Parameters:
        d: the standardised difference of the groups' means.

    Example:
        >>> superiority(0.0), round(superiority(1.0), 4)
        (0.5, 0.7602)
    """
    return float(special.ndtr(d / sqrt(2)))


def faring_better(outcome: OutcomeSpec, row: Estimate) -> Three:
    """The probability of faring better with the intervention, of a pooled standardised difference.

    Of changes in standard deviations before none is given, as values after vary otherwise.
    """
    found = _standardised(outcome, row)
    if found is None or MEASURE[row.measure].by_baseline:
        return NONE
    if outcome.direction == "harm":
        found = (-found[0], -found[2], -found[1])
    one, low, high = map(superiority, found)
    return one, low, high


def in_units(outcome: OutcomeSpec, row: Estimate) -> Three:
    """The difference in units of the instrument that the outcome declares."""
    found, known = _standardised(outcome, row), outcome.instrument
    if found is None or known is None:
        return NONE
    one, low, high = (known.sd * x for x in found)
    return one, low, high


def _standardised(outcome: OutcomeSpec, row: Estimate) -> tuple[float, float, float] | None:
    if not MEASURE[row.measure].standardised:
        return None
    if row.estimate is None or row.ci_low is None or row.ci_high is None:
        return None
    return row.estimate, row.ci_low, row.ci_high
