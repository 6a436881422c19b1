"""Tests over stratified 2×2 tables: is there an effect at all, and is the odds ratio the same?"""

import numpy as np

from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array, Tables, observed_minus_expected
from metasynth.stats.pooling import EffectUndefined, mh_odds_ratio


def cochran_mantel_haenszel(t: Tables) -> float:
    """Chi-squared (1 df) of no effect in any study: sum(O - E)² / sum(V), not continuity-corrected.

    Mantel and Haenszel, J Natl Cancer Inst 1959;22:719-48.

    Parameters:
        t: tables as they are, shape (k,).

    Raises:
        EffectUndefined: when no study has both an event and a participant without one.

    Example:
        >>> round(cochran_mantel_haenszel(Tables(*np.array([[10.0, 20, 5, 20]]).T)), 6)
        2.6
    """
    o_minus_e, variance = observed_minus_expected(t)
    total = float(variance.sum())
    if total <= 0:
        raise EffectUndefined(sentence("no study has both events and participants without them"))
    return float(o_minus_e.sum()) ** 2 / total


def breslow_day_tarone(t: Tables) -> tuple[float, float, int]:
    """Breslow-Day statistic, the same with Tarone's correction, and their degrees of freedom.

    Tests that all studies share the Mantel-Haenszel odds ratio, over the studies with both an event
    and a participant without one. Breslow and Day, Statistical Methods in Cancer Research I (1980),
    eq. 4.30; Tarone, Biometrika 1985;72:91-5.

    Parameters:
        t: tables as they are, shape (k,).

    Raises:
        EffectUndefined: where that odds ratio has no information.

    Example:
        >>> same = Tables(*np.array([[10.0, 20, 5, 20], [20, 40, 10, 40]]).T)
        >>> [round(x, 6) for x in breslow_day_tarone(same)]
        [0.0, 0.0, 1]
    """
    odds_ratio = float(np.exp(mh_odds_ratio(t).mean))
    events = t.a + t.c
    used = (events > 0) & (events < t.n)
    t = Tables(t.a[used], t.n1[used], t.c[used], t.n2[used])
    expected = _expected_events(t, odds_ratio)
    events = t.a + t.c
    variance = 1 / (
        1 / expected
        + 1 / (t.n1 - expected)
        + 1 / (events - expected)
        + 1 / (t.n2 - events + expected)
    )
    deviation = t.a - expected
    breslow_day = float((deviation**2 / variance).sum())
    correction = float(deviation.sum()) ** 2 / float(variance.sum())
    return breslow_day, max(0.0, breslow_day - correction), len(t.a) - 1


def _expected_events(t: Tables, odds_ratio: float) -> Array:
    """Events under the intervention that give this odds ratio with the margins as they are.

    The root of a quadratic, in the form that does not cancel when the odds ratio is near 1.
    """
    events = t.a + t.c
    half = odds_ratio * (t.n1 + events) + t.n2 - events
    root = np.sqrt(half**2 - 4 * t.n1 * events * odds_ratio * (odds_ratio - 1))
    return np.asarray(2 * t.n1 * events * odds_ratio / (half + root))
