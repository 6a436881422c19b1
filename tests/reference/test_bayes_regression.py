"""Bayesian meta-regression: against plain integration over tau and the coefficients, and print.

The plain integration is a trapezoidal sum over a grid of tau and of both coefficients; given tau
nothing is integrated out by a formula. Printed: Röver and Friede, Comput Methods Programs Biomed
2023;229:107303, section 3.1, six log odds ratios of two drugs, half-normal prior of scale 0.5 (the
call stands in the help page bmr of the R package bayesmeta 3.4); its intervals are central ones.
"""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from metasynth.model.priors import VAGUE, MuPrior, TauPrior
from metasynth.stats.bayes import bayes
from metasynth.stats.bayes_regression import bayes_regression
from metasynth.stats.pooling import EffectUndefined

Y = np.array([-2.31, -0.46, -2.30, -1.76, -1.26, -2.42])
SE = np.array([0.60, 0.56, 0.88, 0.46, 0.64, 1.53])
DRUGS = np.array([[0, 1], [1, 0], [0, 1], [1, 0], [1, 0], [1, 0]], dtype=float)
SLOPE = np.column_stack([np.ones(6), [0.0, 1.0, 2.0, 3.0, 4.5, 5.0]])


@cache
def sums(which: str, scale: float, sd: float | None):
    """Total, and posterior means of b0, b1, tau, tau², b1², b1 > 0, by sums over a grid."""
    design = {"drugs": DRUGS, "slope": SLOPE}[which]
    x = np.arange(-7.0, 2.4, 0.06)  # log tau = 2 sinh(x / 2): trapezoidal, falls fast at both ends
    tau = np.exp(2 * np.sinh(x / 2))
    measure = stats.halfnorm.pdf(tau, scale=scale) * tau * np.cosh(x / 2) * 0.06
    spread = np.linalg.inv(design.T @ np.diag(1 / (SE**2 + 1)) @ design).diagonal() ** 0.5
    middle = np.linalg.lstsq(design / SE[:, None], Y / SE, rcond=None)[0]
    steps = np.linspace(-14, 14, 225)
    b0, b1 = (m + s * steps for m, s in zip(middle, spread, strict=True))
    step = (b0[1] - b0[0]) * (b1[1] - b1[0])
    prior = np.zeros((225, 225))
    if sd is not None:
        prior = stats.norm.logpdf(b0, 0.0, sd)[:, None] + stats.norm.logpdf(b1, 0.0, sd)
    found = np.zeros(6)
    for t, m in zip(tau, measure, strict=True):
        if m < 1e-18:
            continue
        log_density = prior.copy()
        for y, s, row in zip(Y, SE, design, strict=True):
            mean = row[0] * b0[:, None] + row[1] * b1
            variance = s**2 + t**2
            log_density -= (y - mean) ** 2 / (2 * variance) + np.log(2 * np.pi * variance) / 2
        w = np.exp(log_density) * m * step
        found += [w.sum(), (w * b0[:, None]).sum(), (w * b1).sum(), w.sum() * t,
                  w.sum() * t**2, (w * b1**2).sum()]  # fmt: skip
    return found[0], found[1:] / found[0]


@pytest.mark.parametrize(("which", "scale", "sd"), [("drugs", 0.5, None), ("slope", 0.5, 2.0)])
def test_plain_integration_gives_the_same(which, scale, sd):
    design = {"drugs": DRUGS, "slope": SLOPE}[which]
    total, (b0, b1, tau, tau2, b1_square) = sums(which, scale, sd)
    mu = VAGUE if sd is None else MuPrior(0.0, sd)
    fit = bayes_regression(Y, SE**2, design, TauPrior("half_normal", scale), mu)
    exact = {"rel": 1e-8, "abs": 1e-9}
    assert np.exp(fit.log_marginal) == pytest.approx(total, **exact)
    assert [part.mean for part in fit.combined] == pytest.approx([b0, b1], **exact)
    assert fit.combined[1].sd == pytest.approx((b1_square - b1**2) ** 0.5, **exact)
    assert fit.tau.mean == pytest.approx(tau, **exact)
    assert fit.tau.sd == pytest.approx((tau2 - tau**2) ** 0.5, **exact)
    new = (fit.combined[0].sd ** 2 + tau2) ** 0.5
    assert fit.new[0].sd == pytest.approx(new, **exact)


@pytest.mark.parametrize("mu", [VAGUE, MuPrior(0.3, 1.5)])
@pytest.mark.parametrize(
    "tau",
    [TauPrior("half_normal", 0.5), TauPrior("half_cauchy", 0.4), TauPrior("uniform")],
    ids=lambda p: p.family,
)
def test_with_an_intercept_alone_it_is_a_plain_pool(tau, mu):
    plain = bayes(Y, SE**2, tau, mu)
    fit = bayes_regression(Y, SE**2, np.ones((6, 1)), tau, mu)
    for one, two in ((fit.tau, plain.tau), (fit.combined[0], plain.mu), (fit.new[0], plain.new)):
        assert one.median == pytest.approx(two.median, rel=1e-9)
        assert one.central == pytest.approx(two.central, rel=1e-8, abs=1e-10)
        assert one.shortest == pytest.approx(two.shortest, rel=1e-7, abs=1e-8)
    assert fit.above[0] == pytest.approx(plain.above[0], rel=1e-9)
    assert fit.log_marginal == pytest.approx(plain.log_marginal, rel=1e-10)


def test_a_combination_is_the_coefficient_of_another_coding():
    tau = TauPrior("half_normal", 0.5)
    apart = np.array([[1.0, 0.0], [-1.0, 1.0]])
    one = bayes_regression(Y, SE**2, DRUGS, tau, combinations=apart)
    coded = np.column_stack([np.ones(6), DRUGS[:, 1]])
    two = bayes_regression(Y, SE**2, coded, tau)
    for a, b in zip(one.combined, two.combined, strict=True):
        assert a.central == pytest.approx(b.central, rel=1e-9)


def test_two_drugs_as_printed():
    with (Path(__file__).parent / "expected" / "bayes_effects.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] == "crins2014"]
    y, se = (np.array([float(row[name]) for row in rows]) for name in ("y", "se"))
    assert np.round(y, 2) == pytest.approx(Y)
    fit = bayes_regression(y, se**2, DRUGS, TauPrior("half_normal", 0.5))
    basiliximab, daclizumab = fit.combined
    assert [round(x, 2) for x in (daclizumab.median, daclizumab.central[0])] == [-2.31, -3.46]
    assert [round(x, 2) for x in basiliximab.central] == [-2.04, -0.53]
    # printed -1.16: of bmr's grid of 11 points the limit is -1.1553, without a grid -1.1547
    assert daclizumab.central[1] == pytest.approx(-1.155, abs=2e-3)
    # printed -1.38, which its own interval does not allow: the grid's median is -1.2833
    assert basiliximab.median == pytest.approx(-1.2826, abs=2e-3)


@pytest.mark.parametrize(
    ("design", "tau", "said"),
    [
        (np.ones((6, 2)), TauPrior("half_normal", 0.5), "apart"),
        (np.eye(6)[:, :5], TauPrior("uniform"), "uniform"),
    ],
)
def test_what_has_no_posterior_is_refused(design, tau, said):
    with pytest.raises(EffectUndefined, match=said):
        bayes_regression(Y, SE**2, design, tau)
