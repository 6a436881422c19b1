"""Posteriors agree to 1e-8 with plain integration over mu and tau (make_bayes_brute_force.py)."""

import csv
from math import exp
from pathlib import Path

import numpy as np
import pytest

from metasynth.model.priors import MuPrior, TauPrior
from metasynth.stats.bayes import bayes, mixture_of
from metasynth.stats.bayes_problem import Problem
from metasynth.stats.tau_posterior import tau_posterior

EXPECTED = Path(__file__).parent / "expected" / "bayes_brute_force.csv"
with EXPECTED.open(newline="", encoding="utf-8") as handle:
    ROWS = list(csv.DictReader(handle))
EXACT = {"rel": 1e-8, "abs": 1e-9}


def number(text):
    return float(text) if text else None


def priors(row):
    tau = TauPrior(row["family"], *(number(row[x]) for x in ("scale", "location", "df")))
    return tau, MuPrior(number(row["mu_mean"]) or 0.0, number(row["mu_sd"]))


def effects(row):
    y, se = (np.array([float(x) for x in row[name].split()]) for name in ("y", "se"))
    return y, se**2


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['dataset']} {r['family']} {r['split']}")
def test_probabilities_and_means(row):
    y, v = effects(row)
    split = float(row["split"])
    fit = bayes(y, v, *priors(row), values=(split,))
    assert exp(fit.log_marginal) == pytest.approx(float(row["marginal"]), **EXACT)
    assert fit.above[0] == pytest.approx(float(row["mu_above"]), **EXACT)
    assert fit.mu.mean == pytest.approx(float(row["mu_mean_after"]), **EXACT)
    assert fit.tau.mean == pytest.approx(float(row["tau_mean"]), **EXACT)
    assert fit.shrunken[0].mean == pytest.approx(float(row["theta1_mean"]), **EXACT)
    ((_, posterior),) = tau_posterior(Problem(y[None], v[None], *priors(row)))
    below = mixture_of(posterior, trials=True).below(np.full((1, len(y) + 2, 1), split))[0, :, 0]
    assert 1 - below[1] == pytest.approx(float(row["new_above"]), **EXACT)
    assert 1 - below[2] == pytest.approx(float(row["theta1_above"]), **EXACT)
