"""Mean and standard deviation from a median with its range, its quartiles, or both.

Each method has formulas for some of three kinds of summary: a median with minimum and maximum
("range"), with quartiles ("quartiles"), or with all four ("both"). `lognormal` takes logarithms to
be normal, the others the numbers themselves; whether they look so is tested (`skewness`).

Hozo, Djulbegovic and Hozo, BMC Med Res Methodol 2005;5:13 (hozo). Wan, Wang, Liu and Tong, BMC Med
Res Methodol 2014;14:135 (wan). Bland, Int J Stat Med Res 2015;4:57-64, with five numbers alone
(bland). Means by Luo, Wan, Liu and Tong, Stat Methods Med Res 2018;27:1785-805, with standard
deviations by Wan or, of five numbers, by Shi, Luo, Weng and others, Res Synth Methods
2020;11:641-54 (luo-wan-shi). McGrath, Zhao, Steele and others, Stat Methods Med Res
2020;29:2520-37 (mcgrath, by quantile_fit.py; box-cox, by box_cox.py). Shi, Tong, Wang and Genton,
Stat Interface 2020;13:519-31 (lognormal). Skewness: Shi, Luo, Wan and others, Stat Methods
Med Res 2023;32:1338-60.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, pow, sqrt

from metasynth.core import lazy_special as special

FEWEST = 5
"""Patients of whom a median is taken to say something of mean and spread."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A median of `n` patients with extremes, quartiles, or both, in ascending order."""

    n: float
    median: float
    minimum: float | None = None
    q1: float | None = None
    q3: float | None = None
    maximum: float | None = None

    @property
    def kind(self) -> str:
        """range, quartiles, both, or nothing where there is neither pair."""
        extremes = self.minimum is not None and self.maximum is not None
        quartiles = self.q1 is not None and self.q3 is not None
        return {(1, 1): "both", (1, 0): "range", (0, 1): "quartiles"}.get((extremes, quartiles), "")

    @property
    def numbers(self) -> tuple[float, float, float, float, float]:
        """Minimum, first quartile, median, third quartile, maximum; 0 where unknown."""
        known = (self.minimum, self.q1, self.median, self.q3, self.maximum)
        a, q1, m, q3, b = (0.0 if x is None else x for x in known)
        return a, q1, m, q3, b


Method = Callable[[Summary], float]
Pair = tuple[Method, Method]
"""The mean and the standard deviation."""


def mean_and_sd(summary: Summary, method: str) -> tuple[float, float]:
    """Mean and standard deviation by a method that applies to this kind of summary.

    Parameters:
        summary: of `FEWEST` patients or more, in ascending order.
        method: a key of `METHODS`, lognormal, mcgrath or box-cox; the module's head has their
            sources.

    Raises:
        KeyError: where the method has no formula for what stands beside the median.
        ValueError: where lognormal or box-cox meets a number not above 0.

    Example:
        >>> found = mean_and_sd(Summary(25, median=10.0, q1=8.0, q3=14.0), "wan")
        >>> round(found[0], 6), round(found[1], 6)  # 32 / 3
        (10.666667, 4.716709)
    """
    if method == "lognormal":
        return _lognormal(summary)
    if method == "mcgrath":
        return _fitted(summary)
    if method == "box-cox":
        return _powered(summary)
    mean, sd = METHODS[method][summary.kind]
    return mean(summary), sd(summary)


def applies(summary: Summary, method: str) -> bool:
    """Whether a method has formulas for what is known beside the median.

    Parameters:
        summary: a median with what is known.
        method: a key of `METHODS`, mcgrath, or lognormal and box-cox, which need numbers above 0,
            the latter on either side of the median.

    Example:
        >>> of_quartiles = Summary(25, median=10.0, q1=0.0, q3=14.0)
        >>> [applies(of_quartiles, name) for name in ("wan", "hozo", "lognormal")]
        [True, False, False]
    """
    if method == "lognormal":
        known = [x for x in _known(summary) if x is not None]
        return bool(summary.kind) and min(known) > 0
    if method == "mcgrath":
        return bool(summary.kind)
    if method == "box-cox":
        return applies(summary, "lognormal") and all(
            low < 1 < high for low, high in _pairs(summary)
        )
    return summary.kind in METHODS[method]


def _known(summary: Summary) -> tuple[float | None, ...]:
    return (summary.minimum, summary.q1, summary.median, summary.q3, summary.maximum)


def _expected_range(n: float) -> float:
    """The range of `n` patients in standard deviations (Blom's approximation; Wan 2014).

    Example:
        >>> round(_expected_range(25), 6)  # 2 Phi^-1(24.625 / 25.25)
        3.928434
    """
    return 2 * float(special.ndtri((n - 0.375) / (n + 0.25)))


def _expected_quartiles(n: float) -> float:
    """The distance of the quartiles of `n` patients in standard deviations, likewise."""
    return 2 * float(special.ndtri((0.75 * n - 0.125) / (n + 0.25)))


def _wan_mean_of_range(s: Summary) -> float:
    a, _, m, _, b = s.numbers
    return (a + 2 * m + b) / 4


def _wan_mean_of_quartiles(s: Summary) -> float:
    _, q1, m, q3, _ = s.numbers
    return (q1 + m + q3) / 3


def _bland_mean(s: Summary) -> float:
    a, q1, m, q3, b = s.numbers
    return (a + 2 * q1 + 2 * m + 2 * q3 + b) / 8


def _wan_sd_of_range(s: Summary) -> float:
    a, *_, b = s.numbers
    return (b - a) / _expected_range(s.n)


def _wan_sd_of_quartiles(s: Summary) -> float:
    _, q1, _, q3, _ = s.numbers
    return (q3 - q1) / _expected_quartiles(s.n)


def _wan_sd_of_both(s: Summary) -> float:
    return (_wan_sd_of_range(s) + _wan_sd_of_quartiles(s)) / 2


def _shi_sd(s: Summary) -> float:
    weight = 1 / (1 + 0.07 * pow(s.n, 0.6))
    return weight * _wan_sd_of_range(s) + (1 - weight) * _wan_sd_of_quartiles(s)


def _luo_mean_of_range(s: Summary) -> float:
    a, _, m, _, b = s.numbers
    weight = 4 / (4 + pow(s.n, 0.75))
    return weight * (a + b) / 2 + (1 - weight) * m


def _luo_mean_of_quartiles(s: Summary) -> float:
    _, q1, m, q3, _ = s.numbers
    weight = 0.7 + 0.39 / s.n
    return weight * (q1 + q3) / 2 + (1 - weight) * m


def _luo_mean_of_both(s: Summary) -> float:
    a, q1, m, q3, b = s.numbers
    outer, inner = 2.2 / (2.2 + pow(s.n, 0.75)), 0.7 - 0.72 / pow(s.n, 0.55)
    return outer * (a + b) / 2 + inner * (q1 + q3) / 2 + (1 - outer - inner) * m


def _hozo_mean(s: Summary) -> float:
    return _wan_mean_of_range(s) if s.n <= 25 else s.median


def _hozo_sd(s: Summary) -> float:
    a, _, m, _, b = s.numbers
    if s.n <= 15:
        return sqrt(((a - 2 * m + b) ** 2 / 4 + (b - a) ** 2) / 12)
    return (b - a) / (4 if s.n <= 70 else 6)


def _bland_sd(s: Summary) -> float:
    a, q1, m, q3, b = s.numbers
    squares = (a**2 + 2 * q1**2 + 2 * m**2 + 2 * q3**2 + b**2) / 16
    products = (a * q1 + q1 * m + m * q3 + q3 * b) / 8
    return sqrt(max(0.0, squares + products - _bland_mean(s) ** 2))


METHODS: dict[str, dict[str, Pair]] = {
    "luo-wan-shi": {
        "range": (_luo_mean_of_range, _wan_sd_of_range),
        "quartiles": (_luo_mean_of_quartiles, _wan_sd_of_quartiles),
        "both": (_luo_mean_of_both, _shi_sd),
    },
    "wan": {
        "range": (_wan_mean_of_range, _wan_sd_of_range),
        "quartiles": (_wan_mean_of_quartiles, _wan_sd_of_quartiles),
        "both": (_bland_mean, _wan_sd_of_both),
    },
    "hozo": {"range": (_hozo_mean, _hozo_sd)},
    "bland": {"both": (_bland_mean, _bland_sd)},
}
"""The methods that take the numbers themselves, by what stands beside the median."""


def _fitted(s: Summary) -> tuple[float, float]:
    """Mean and standard deviation of the distribution that fits best."""
    if not s.kind:
        raise KeyError(s.kind)
    import numpy as np  # which loading does without

    from metasynth.stats.quantile_fit import best_fit

    known = [
        (p, x)
        for p, x in zip((1 / s.n, 0.25, 0.5, 0.75, 1 - 1 / s.n), _known(s), strict=True)
        if x is not None
    ]
    probabilities, quantiles = np.array(known, dtype=float).T
    fit = best_fit(probabilities, quantiles)
    return fit.mean, fit.sd


def _pairs(s: Summary) -> list[tuple[float, float]]:
    """Quartiles and extremes, each pair that is known, over the median, which is not 0."""
    known = ((s.q1, s.q3), (s.minimum, s.maximum))
    return [(a / s.median, b / s.median) for a, b in known if a is not None and b is not None]


def _powered(s: Summary) -> tuple[float, float]:
    """Mean and standard deviation of numbers of which a power is normal."""
    if not s.kind:
        raise KeyError(s.kind)
    from metasynth.stats import box_cox  # numpy, which loading does without

    by = box_cox.power(_pairs(s))
    whole = (None if x is None else box_cox.transformed(x / s.median, by) for x in _known(s))
    a, q1, _, q3, b = whole
    powers = Summary(s.n, 0.0, a, q1, q3, b)
    mean, sd = box_cox.moments(mean_and_sd(powers, "luo-wan-shi")[0], _wan_sd(powers), by)
    return s.median * mean, s.median * sd


def _wan_sd(s: Summary) -> float:
    return METHODS["wan"][s.kind][1](s)


@dataclass(frozen=True, slots=True)
class _Back:
    """What turns a mean and a variance of logarithms back, by the kind of summary.

    `fourth` is by how much the fourth power of the spread is too large; the others are the biases
    of the mean, and of both parts of the variance, over n: of the spread squared, and of its fourth
    power.
    """

    spread: Callable[[float], float]
    fourth: Callable[[float], float]
    mean: tuple[float, float]
    first: tuple[float, float]
    second: tuple[float, float]


_BACK = {
    "range": _Back(
        lambda n: 1.01 + 0.25 / log(n) ** 2,
        lambda n: 1 + 2.23 / log(n) ** 2,
        (0.565, 0.37),
        (2.26, 5.92),
        (2.26, 1.48),
    ),
    "quartiles": _Back(
        lambda n: 1 + 1.58 / n,
        lambda n: 1 + 19.2 / pow(n, 1.2),
        (0.57, 0.75),
        (2.28, 12.0),
        (2.28, 3.0),
    ),
    "both": _Back(
        lambda n: 1 + 0.28 / log(n) ** 2,
        lambda n: 1 + 3.93 / n,
        (0.405, 0.315),
        (1.62, 5.04),
        (1.62, 1.26),
    ),
}


def _lognormal(s: Summary) -> tuple[float, float]:
    """Mean and standard deviation of numbers whose logarithms are normal."""
    a, q1, q3, b = (x if x is None else log(x) for x in (s.minimum, s.q1, s.q3, s.maximum))
    logs = Summary(s.n, log(s.median), a, q1, q3, b)
    mean, plain = mean_and_sd(logs, "luo-wan-shi")
    back, n = _BACK[s.kind], s.n
    variance, fourth = plain**2 / back.spread(n), plain**4 / back.fourth(n)

    def bias(parts: tuple[float, float]) -> float:
        return 1 + parts[0] * variance / n + parts[1] * fourth / n

    natural = exp(mean + variance / 2) / bias(back.mean)
    first = exp(2 * mean + 2 * variance) / bias(back.first)
    second = exp(2 * mean + variance) / bias(back.second)
    return natural, sqrt(first - second)


def skewness(s: Summary) -> tuple[float, float]:
    """A statistic of skewness and the value from which it is significant at 5% (Shi 2023).

    Parameters:
        s: of `FEWEST` patients or more, with quartiles, extremes, or both.

    Example:
        >>> statistic, critical = skewness(Summary(25, median=10.0, q1=8.0, q3=14.0))
        >>> round(statistic, 6), round(critical, 6)  # |8 + 14 - 20| / 6 and 2.65 / 5 - 6 / 625
        (0.333333, 0.5204)
    """
    a, q1, m, q3, b = s.numbers
    outer = abs(a + b - 2 * m) / (b - a) if s.kind != "quartiles" and b > a else 0.0
    inner = abs(q1 + q3 - 2 * m) / (q3 - q1) if s.kind != "range" and q3 > q1 else 0.0
    if s.kind == "range":
        return outer, 1 / log(s.n + 9) + 2.5 / (s.n + 1)
    if s.kind == "quartiles":
        return inner, 2.65 / sqrt(s.n) - 6 / s.n**2
    scaled = 2.65 * log(0.6 * s.n) / sqrt(s.n) * outer
    return max(scaled, inner), 3 / sqrt(s.n) - 40 / s.n**3


def is_skewed(s: Summary) -> bool:
    """Whether the numbers beside a median speak against a normal distribution.

    Parameters:
        s: as for `skewness`.

    Example:
        >>> is_skewed(Summary(100, median=10.0, q1=9.0, q3=20.0))  # 9 / 11 against 0.2644
        True
    """
    statistic, critical = skewness(s)
    return statistic >= critical
