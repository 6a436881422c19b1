"""Posteriors agree with the R package bayesmeta, and with what its documentation prints.

bayesmeta's results for tau come from integrals; ours agree to seven digits. For mu it replaces the
continuum of tau by a grid; the reference runs (make_bayes_reference.R) use a fine one, good to some
5e-5 of a standard deviation. What its documents print comes from the default grid, a coarser one:
where our value and the printed one differ, the printed one stands in a comment, and the first tests
show that bayesmeta itself, with the fine grid, agrees with ours.
"""

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from metasynth.model.empirical_priors import turner_2015
from metasynth.model.priors import VAGUE, MuPrior, TauPrior
from metasynth.stats.bayes import bayes
from metasynth.stats.bayes_problem import Problem
from metasynth.stats.prior_densities import prior_quantile
from metasynth.stats.tau_posterior import tau_posterior

EXPECTED = Path(__file__).parent / "expected"
GRID = 6e-5
"""Error of the reference's mu, in standard deviations; of a new effect, tenfold."""
ENDS = 1e-3
"""Error of the ends of its shortest intervals: its minimiser stops where the width is flat, so that
the width itself is exact to the grid."""


def rows(file):
    with (EXPECTED / file).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def effects(dataset):
    own = [r for r in rows("bayes_effects.csv") if r["dataset"] == dataset]
    y, se = (np.array([float(r[x]) for r in own]) for x in ("y", "se"))
    return y, se**2


def number(text):
    return float(text) if text else None


def fitted(row):
    tau = TauPrior(row["family"], *(number(row[x]) for x in ("scale", "location", "df")))
    mu = MuPrior(number(row["prior_mean"]) or 0.0, number(row["prior_sd"]))
    return bayes(*effects(row["dataset"]), tau, mu)


RUNS = rows("bayes.csv")
ids = [f"{r['dataset']} {r['family']} {r['prior_sd']}" for r in RUNS]


@pytest.mark.parametrize("row", RUNS, ids=ids)
def test_tau_agrees_to_seven_digits(row):
    tau = fitted(row).tau
    found = (tau.median, tau.mean, tau.sd, *tau.central)
    names = ("median", "mean", "sd", "q025", "q975")
    for value, name in zip(found, names, strict=True):
        if value is not None:
            assert value == pytest.approx(float(row[f"tau_{name}"]), rel=1e-7), name
    low, high = float(row["tau_low"]), float(row["tau_high"])
    assert np.ptp(tau.shortest) == pytest.approx(high - low, rel=1e-7)
    assert tau.shortest == pytest.approx((low, high), rel=0, abs=ENDS * (high - low) / 4)
    assert tau.mode == pytest.approx(float(row["tau_mode"]), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("row", RUNS, ids=ids)
def test_mu_and_a_new_effect_agree_within_its_grid(row):
    fit = fitted(row)
    for part, name, times in ((fit.mu, "mu", 1), (fit.new, "theta", 10)):
        unit = part.sd or (part.central[1] - part.central[0]) / 4
        near = {"rel": 0, "abs": GRID * unit * times}
        assert part.median == pytest.approx(float(row[f"{name}_median"]), **near)
        low, high = float(row[f"{name}_low"]), float(row[f"{name}_high"])
        assert np.ptp(part.shortest) == pytest.approx(high - low, **near)
        assert part.shortest == pytest.approx((low, high), rel=0, abs=ENDS * unit)
        assert part.mode == pytest.approx(float(row[f"{name}_mode"]), rel=0, abs=ENDS * unit)
        if part.mean is not None:
            assert part.mean == pytest.approx(float(row[f"{name}_mean"]), **near)
        if part.sd is not None:
            assert part.sd == pytest.approx(float(row[f"{name}_sd"]), rel=1e-3)
    near = {"rel": 0, "abs": GRID * np.ptp(fit.mu.central) / 4}
    quantiles = float(row["mu_q025"]), float(row["mu_q975"])
    assert fit.mu.central == pytest.approx(quantiles, **near)
    assert fit.above[0] == pytest.approx(float(row["mu_above_0"]), rel=1e-3, abs=1e-6)
    if row["bayes_factor_common"]:
        assert fit.bayes_factor_common == pytest.approx(float(row["bayes_factor_common"]), rel=1e-6)
        assert fit.log_marginal == pytest.approx(float(row["marginal"]), rel=1e-7)


@pytest.mark.parametrize("row", RUNS, ids=ids)
def test_each_trial_agrees_within_its_grid(row):
    fit = fitted(row)
    own = [r for r in rows("bayes_trials.csv") if r["run"] == row["run"]]
    for part, weight, trial in zip(fit.shrunken, fit.weights, own, strict=True):
        near = {"rel": 0, "abs": 10 * GRID * part.sd}
        assert part.median == pytest.approx(float(trial["median"]), **near)
        assert part.mean == pytest.approx(float(trial["mean"]), **near)
        low, high = float(trial["low"]), float(trial["high"])
        assert np.ptp(part.shortest) == pytest.approx(high - low, **near)
        assert part.shortest == pytest.approx((low, high), rel=0, abs=10 * ENDS * part.sd)
        assert weight == pytest.approx(100 * float(trial["weight"]), rel=1e-6)


# --- figures printed in its documentation -------------------------------------------------------


def printed(values, text):
    """Every number agrees with its printed form to the last digit."""
    numbers = text.split()
    assert len(values) == len(numbers)
    for value, shown in zip(values, numbers, strict=True):
        half = Decimal(shown).as_tuple().exponent
        assert value == pytest.approx(float(shown), abs=0.5000001 * 10**half), shown


def schools(tau, mu=VAGUE):
    return bayes(*effects("rubin1981"), tau, mu)


def crins(dataset="crins2014"):
    return bayes(*effects(dataset), TauPrior("half_normal", 0.5), MuPrior(0, 4))


def test_eight_schools_in_the_vignette():
    """Vignette of bayesmeta 3.4, "A simple example" and "More detailed analysis"."""
    fit = schools(TauPrior("half_cauchy", 25.0), MuPrior(0, 50))
    tau = fit.tau
    printed(
        [tau.mode, tau.median, tau.mean, tau.sd, *tau.shortest, *tau.central],
        "0.000000 4.758539 5.884511 4.869904 0.000000 15.16589 0.2199559 18.0531718",
    )
    # 7.929503 7.962961 7.985729 4.995762 -1.823353 17.824562, 1 - P 0.9487521, on the coarse grid
    mu = fit.mu
    printed([mu.mode, mu.median, mu.mean, mu.sd, *mu.shortest], "7.93 7.96 7.99 5.00 -1.82 17.82")
    printed(fit.above, "0.9488")
    # 7.865547 7.926819 7.985729 9.126767 -10.623526 26.827377
    new = fit.new
    printed([new.mode, new.median, new.mean, new.sd], "7.87 7.93 7.99 9.13")
    # school A: 8.845856 10.093581 11.095255 7.901084 -3.209562 28.169723
    school = fit.shrunken[0]
    printed([school.median, school.mean, school.sd], "10.1 11.1 7.9")


def test_eight_schools_with_a_uniform_prior_in_the_vignette():
    """Vignette of bayesmeta 3.4, schools.example.2."""
    fit = schools(TauPrior("uniform"))
    tau = fit.tau
    printed(
        [tau.mode, tau.median, tau.mean, tau.sd, *tau.shortest],
        "0.000000 5.227732 6.585992 5.685974 0.000000 17.265797",
    )
    # 8.007138 8.055861 8.092138 5.246683 -2.176157 18.406330
    printed([fit.mu.median, fit.mu.mean, fit.mu.sd, *fit.mu.shortest], "8.06 8.09 5.25 -2.17 18.40")


def test_immunosuppression_in_the_paper():
    """Röver, J Stat Softw 2020;93(6), sections 3.3 and 3.4, pages 21 to 28."""
    fit = crins()
    tau, mu = fit.tau, fit.mu
    printed([tau.median, tau.mean, tau.sd], "0.34450 0.3810562 0.2593672")
    printed([tau.mode], "0.2453")
    # printed twice, 0.8607305 and 0.8607193
    printed([*tau.shortest], "0 0.8607")
    # printed twice, -1.5734823 and -1.5734819, -2.2312306 and -2.2311251
    printed([mu.mode, mu.median, mu.mean, mu.sd], "-1.569 -1.573 -1.576 0.329")
    printed(mu.shortest, "-2.23 -0.93")
    # 6.187343e-05 on the coarse grid
    printed(fit.above, "0.00006")
    # -2.7661319 on the coarse grid
    printed([fit.new.median, *fit.new.shortest], "-1.57 -2.76 -0.41")
    ((_, posterior),) = tau_posterior(
        Problem(
            *(x[None] for x in effects("crins2014")), TauPrior("half_normal", 0.5), MuPrior(0, 4)
        )
    )
    printed([1 - posterior.probability_below(np.array([[1.0]]))[0, 0]], "0.02097488")
    quantiles = posterior.quantiles(np.array([[0.005, 0.99, 0.995]]))[0]
    printed(quantiles, "0.003547657 1.109186 1.205400562")


def test_the_two_randomised_trials_in_the_paper():
    """The same, section 3.6, figure 6 and P(mu <= 0) of page 33."""
    fit = crins("crins2014_randomised")
    printed([fit.mu.median, *fit.mu.shortest], "-1.78 -2.86 -0.69")
    printed([fit.new.median, *fit.new.shortest], "-1.78 -3.25 -0.28")
    printed([1 - fit.above[0]], "0.9975")


def test_turners_prior_in_the_paper():
    """The same, page 31: quantiles of the prior for surgical success against placebo."""
    prior = turner_2015("surgical success", "pharmacological vs placebo")
    found = [prior_quantile(prior, p) for p in (0.025, 0.5, 0.975)]
    printed(found, "0.06233896 0.34300852 1.88734045")
