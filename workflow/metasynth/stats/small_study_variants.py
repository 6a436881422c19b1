"""Further regressions for funnel asymmetry: other measures of size, and heterogeneity that adds.

Egger's regression, whose residuals tell a dispersion that multiplies all variances, is the
multiplicative one of Thompson and Sharp. R's meta has them all (`metabias`).
"""

import numpy as np

from metasynth.core.distributions import two_sided_p
from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.effects.binary import Array, Tables
from metasynth.stats.small_study import (
    MINIMUM,
    AsymmetryTest,
    events_by_others,
    regress,
    require,
    telling_log_odds,
)


def thompson_sharp(
    y: Array, v: Array, method: str = "REML", minimum: int = MINIMUM
) -> AsymmetryTest:
    """Regress effects on their standard errors, variances v + tau2.

    Thompson and Sharp, Stat Med 1999;18:2693-708; t with k - 2 degrees of freedom, as in R's meta.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        method: the estimator of the residual tau2.
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        ValueError: when all studies are equally precise.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.4, 0.9]), np.array([0.01, 0.02, 0.05, 0.1])
        >>> found = thompson_sharp(y, v, minimum=3)
        >>> round(found.coefficient, 6), found.df
        (3.269727, 2)
    """
    require(len(y), max(3, minimum))
    fit = meta_regression(y, v, np.column_stack([np.ones_like(y), np.sqrt(v)]), method, "Wald")
    slope, se, df = float(fit.coefficients[1]), fit.intervals[1].se, len(y) - 2
    return AsymmetryTest(slope, se, slope / se, df, two_sided_p(slope / se, df))


def deeks(t: Tables, minimum: int = MINIMUM) -> AsymmetryTest:
    """Regress log odds ratios on 1/√ESS with weights ESS = 4 n1 n2 / (n1 + n2).

    Deeks, Macaskill and Irwig, J Clin Epidemiol 2005;58:882-93, who made it of diagnostic odds
    ratios. Empty tables are corrected by 0.5 for the odds ratio, and patients counted as they are.

    Parameters:
        t: tables as they are, shape (k,); those without an event, or with nothing else, drop out.
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three, of those that are used.
        NotTestable: when the log odds ratios lie exactly on a line.
        ValueError: when all studies are of one effective size.

    Example:
        >>> t = Tables(*np.array([[4.0, 123, 11, 139], [6, 306, 29, 303], [3, 231, 11, 220]]).T)
        >>> found = deeks(t, minimum=3)
        >>> round(found.coefficient, 6), found.df
        (34.071068, 1)
    """
    used, y = telling_log_odds(t)
    size = (4 * t.n1 * t.n2 / t.n)[used]
    return regress(y, 1 / np.sqrt(size), size, minimum)


def macaskill(t: Tables, minimum: int = MINIMUM) -> AsymmetryTest:
    """Regress log odds ratios on n, with weights events × others / n (method FPV).

    Macaskill, Walter and Irwig, Stat Med 2001;20:641-54. R's meta weighs by 1/v under this name,
    which is the paper's method FIV.

    Parameters:
        t: tables as they are, shape (k,); those without an event, or with nothing else, drop out.
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three, of those that are used.
        NotTestable: when the log odds ratios lie exactly on a line.
        ValueError: when all studies are of one size.

    Example:
        >>> t = Tables(*np.array([[4.0, 123, 11, 139], [6, 306, 29, 303], [3, 231, 11, 220]]).T)
        >>> found = macaskill(t, minimum=3)
        >>> round(found.coefficient, 6), found.df
        (-0.002073, 1)
    """
    used, y = telling_log_odds(t)
    return regress(y, t.n[used], events_by_others(t)[used], minimum)


def pustejovsky(y: Array, v: Array, n1: Array, n2: Array, minimum: int = MINIMUM) -> AsymmetryTest:
    """Regress standardised differences on √(1/n1 + 1/n2), weights 1/v.

    Their standard errors grow with the differences themselves, which Egger's regression takes for
    asymmetry: Pustejovsky and Rodgers, Res Synth Methods 2019;10:57-71; weights as in R's meta.

    Parameters:
        y: standardised mean differences, shape (k,).
        v: their variances, above 0, shape (k,).
        n1: patients of the intervention, shape (k,).
        n2: patients of control, shape (k,).
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        NotTestable: when the differences lie exactly on a line.
        ValueError: when all studies are of one size.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9]), np.array([0.02, 0.05, 0.1])
        >>> n = np.array([100.0, 40.0, 20.0])
        >>> found = pustejovsky(y, v, n, n, minimum=3)
        >>> round(found.coefficient, 6), found.df
        (4.10438, 1)
    """
    return regress(y, np.sqrt(1 / n1 + 1 / n2), 1 / v, minimum)
