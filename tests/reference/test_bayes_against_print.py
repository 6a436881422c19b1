# ruff: noqa: E501 - a case is easier to read in one line
"""Posteriors as bayesmeta's author prints them, to the last printed digit.

Crins: Röver, J Stat Softw 2020;93(6):1-51, section 3 (pp. 20-28), six log odds ratios. Rubin: the
vignette "bayesmeta" of the R package (inst/doc/bayesmeta.html of github.com/cran/bayesmeta, 3.4),
the eight schools with two priors. Sidik and Jonkman: the help page SidikJonkman2007 there.

Printed numbers of tau come from integrals, and are ours to the last digit. Those of effects come from
a grid of some twenty values of tau, which is built here anew (bayesmeta_grid.py): its medians, means
and standard deviations are the printed ones to the last digit, and its modes and shortest intervals
are so as far as a minimiser finds them where a density or a width is flat. As the grid is made finer
it comes to ours; so what printed and exact numbers differ by is the grid.

No posterior is printed of the package's other example data: the help pages of Goralczyk 2011, Karner
2014, Peto 1980 and Hinks 2010 hold calls without output, and paper and vignette do not use them.
Those are compared with runs of the package (test_bayes_against_bayesmeta.py), meta-regressions with
print in test_bayes_regression_against_print.py.
"""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.reference.bayesmeta_grid import Grid

from metasynth.model.priors import VAGUE, MuPrior, TauPrior
from metasynth.stats.bayes import Summary, bayes
from metasynth.stats.tau2 import estimate_tau2

FLAT = 2e-4
"""Of a standard deviation: where a minimiser stops on a mode or a shortest interval."""
TAU = 1e-5
"""Of a standard deviation: the digits printed of tau, whose mode and upper end are a minimiser's."""

# dataset, priors (for the grid, for us), then of each distribution (0 mu, 1 a new effect, 2 … trials)
# mode, median, mean, standard deviation and shortest interval as printed
PRINTED = {
    "crins": (
        "crins2014",
        (lambda t: stats.halfnorm.pdf(t, scale=0.5), 0.0, 4.0),
        (TauPrior("half_normal", 0.5), MuPrior(0, 4)),
        "0.2453139 0.3445023 0.3810562 0.2593672 0 0.8607193",
        {
            # page 23; page 22 prints -1.5734823 -1.5764366 0.3295298 -2.2312306 of the same
            0: "-1.5691214 -1.5734819 -1.5764365 0.3295301 -2.2311251 -0.9263075",
            1: "-1.5632732 -1.5701653 -1.5764365 0.5671855 -2.7661319 -0.4072970",
            2: "-1.6711220 -1.7411356 -1.7778965 0.4229425 -2.6561049 -0.9920023",
            3: "-1.3895876 -1.2821722 -1.2339736 0.4488759 -2.0455088 -0.3089461",
        },
    ),
    "rubin, proper": (
        "rubin1981",
        (lambda t: stats.halfcauchy.pdf(t, scale=25), 0.0, 50.0),
        (TauPrior("half_cauchy", 25.0), MuPrior(0, 50)),
        "0 4.758539 5.884511 4.869904 0 15.165894",
        {
            0: "7.929503 7.962961 7.985729 4.995762 -1.823353 17.824562",
            1: "7.865547 7.926819 7.985729 9.126767 -10.623526 26.827377",
            2: "8.845856 10.093581 11.095255 7.901084 -3.209562 28.169723",
            8: "8.933348 9.786985 10.336032 6.631039 -2.138807 24.230908",
            9: "8.023126 8.266594 8.474644 7.456906 -6.528854 24.110315",
        },
    ),
    "rubin, uniform": (
        "rubin1981",
        (lambda t: 1.0, 0.0, None),
        (TauPrior("uniform"), VAGUE),
        "0 5.227732 6.585992 5.685974 0 17.265797",
        {
            0: "8.007138 8.055861 8.092138 5.246683 -2.176157 18.406330",
            1: "7.927789 8.008111 8.092138 10.148132 -12.511817 29.014749",
        },
    ),
}
CASES = [(name, i) for name, printed in PRINTED.items() for i in printed[4]]


@cache
def effects(dataset: str) -> tuple[np.ndarray, np.ndarray]:
    """Effects and standard errors of the package's example data, in their order."""
    with (Path(__file__).parent / "expected" / "bayes_effects.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] == dataset]
    return tuple(np.array([float(row[name]) for row in rows]) for name in ("y", "se"))


@cache
def grid(name: str, finer: float = 1.0) -> Grid:
    dataset, priors = PRINTED[name][:2]
    return Grid(*effects(dataset), *priors, delta=0.01 / finer, epsilon=1e-4 / finer)


@cache
def ours(name: str):
    dataset, _, priors = PRINTED[name][:3]
    y, se = effects(dataset)
    return bayes(y, se**2, *priors)


def of(name: str, i: int) -> Summary:
    found = ours(name)
    return (found.mu, found.new, *found.shrunken)[i]


def last_digit(value: float, text: str) -> None:
    """The value is printed so: half a unit of the last place, and a hundredth of one for a root."""
    unit = 10.0 ** Decimal(text).as_tuple().exponent
    assert value == pytest.approx(float(text), abs=0.51 * unit), text


@pytest.mark.parametrize(("name", "i"), CASES)
def test_the_grid_gives_every_printed_digit(name, i):
    mode, median, mean, sd, low, high = PRINTED[name][4][i].split()
    own, flat = grid(name), {"rel": 0, "abs": FLAT * float(sd)}
    last_digit(own.quantile(i, 0.5), median)
    for value, text in zip(own.moments(i), (mean, sd), strict=True):
        last_digit(value, text)
    assert own.mode(i) == pytest.approx(float(mode), **flat)
    ends = float(low), float(high)
    found = own.shortest(i)
    assert found == pytest.approx(ends, rel=0, abs=4e-4 * float(sd))
    held = own.above(i, ends[0]) - own.above(i, ends[1])
    assert held == pytest.approx(0.95, abs=1e-7)
    longer = (ends[1] - ends[0]) - (found[1] - found[0])
    assert -1e-6 < longer < 2e-5 * float(sd) + 1e-6


@pytest.mark.parametrize(("name", "i"), CASES)
def test_a_finer_grid_comes_to_ours(name, i):
    coarse, fine, found = grid(name), grid(name, 20.0), of(name, i)
    for which, exact in (
        (lambda g: g.quantile(i, 0.5), found.median),
        (lambda g: g.moments(i)[0], found.mean),
        (lambda g: g.shortest(i)[1], found.shortest[1]),
    ):
        far, near = which(coarse) - exact, which(fine) - exact
        assert abs(near) < max(abs(far) / 4, 2e-5 * found.sd)
        assert abs(near) < 1.5e-3 * found.sd


@pytest.mark.parametrize("name", PRINTED)
def test_tau_is_printed_as_it_is_here(name):
    printed = [float(number) for number in PRINTED[name][3].split()]
    tau = ours(name).tau
    for value, text in zip(
        (tau.median, tau.mean, tau.sd), PRINTED[name][3].split()[1:4], strict=True
    ):
        last_digit(value, text)
    assert [tau.mode, *tau.shortest] == pytest.approx(
        [printed[0], *printed[4:]], abs=TAU * printed[3]
    )


def test_probabilities_and_quantiles_of_the_vignette():
    own = grid("rubin, proper")
    last_digit(own.above(0, 0.0), "0.9487521")
    last_digit(own.quantile(0, 0.95), "16.11009")
    for value, text in zip(
        ours("rubin, proper").tau.central, ("0.2199559", "18.0531718"), strict=True
    ):
        last_digit(value, text)
    last_digit(grid("crins").above(0, 0.0) * 1e5, "6.187343")
    assert ours("rubin, proper").above[0] == pytest.approx(0.9487521, abs=1e-4)
    assert ours("crins").above[0] == pytest.approx(6.187343e-05, rel=0.05)


def test_what_the_text_of_the_paper_quotes():
    mu = ours("crins").mu
    assert [round(x, 2) for x in (mu.median, *mu.shortest)] == [-1.57, -2.23, -0.93]


def test_the_effects_of_crins_are_those_printed():
    y, se = effects("crins2014")
    printed = [-2.3097, -0.4595, -2.3026, -1.7579, -1.2585, -2.4179]
    assert y == pytest.approx(printed, abs=5e-5)
    assert se**2 == pytest.approx([0.3594, 0.3096, 0.7750, 0.2078, 0.4122, 2.3373], abs=5e-5)


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("DL", "0.429"),
        ("HE", "0.841"),
        ("ML", "0.562"),
        ("REML", "0.598"),
        ("EB", "0.703"),
        ("SJ", "0.818"),
    ],
)
def test_sidik_and_jonkman_s_table(method, text):
    y, se = effects("sidik2007")
    last_digit(estimate_tau2(y, se**2, method).value, text)
