"""Posteriors of 2x2 tables by their exact likelihood agree to 1e-8 with plain integration.

That is over mu, tau and each trial's effect (make_exact_bayes_brute_force.py), which shares nothing
with the engine.
"""

import csv
from math import exp
from pathlib import Path

import numpy as np
import pytest
from tests.rscript import printed_by_r

from metasynth.model.priors import MuPrior, TauPrior
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.stats.bayes_exact import OfPanels, bayes_exact
from metasynth.stats.effects.binary import Tables
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected" / "exact_bayes_brute_force.csv"
with EXPECTED.open(newline="", encoding="utf-8") as handle:
    ROWS = list(csv.DictReader(handle))
EXACT = {"rel": 1e-8, "abs": 1e-9}


def number(text):
    return float(text) if text else None


def fitted(row):
    tables = np.array([[float(x) for x in table.split()] for table in row["tables"].split(";")])
    tau = TauPrior(row["family"], number(row["scale"]), number(row["location"]))
    mu = MuPrior(number(row["mu_mean"]) or 0.0, number(row["mu_sd"]))
    return bayes_exact(Tables(*tables.T), tau, mu, (float(row["split"]),))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['dataset']} {r['family']}")
def test_probabilities_and_means(row):
    fit, split = fitted(row), np.array([float(row["split"])])
    assert exp(fit.log_marginal) == pytest.approx(float(row["marginal"]), **EXACT)
    assert fit.above[0] == pytest.approx(float(row["mu_above"]), **EXACT)
    assert fit.mu.mean == pytest.approx(float(row["mu_mean_after"]), **EXACT)
    assert fit.tau.mean == pytest.approx(float(row["tau_mean"]), **EXACT)
    assert fit.shrunken[0].mean == pytest.approx(float(row["theta1_mean"]), **EXACT)
    new, first = (OfPanels(fit.of_mu.each, i).above(split)[0] for i in (1, 2))
    assert new == pytest.approx(float(row["new_above"]), **EXACT)
    assert first == pytest.approx(float(row["theta1_above"]), **EXACT)


def test_every_run_of_the_script_is_there():
    assert [row["dataset"] for row in ROWS] == [
        "sparse",
        "two",
        "none_treated",
        "opposed",
        "common",
    ]


def test_the_script_for_r_gives_the_same(tmp_path):
    """Base R by sums over grids: the likelihood, the priors and the sums written a third time."""
    groups = [(0, 50, 4, 50), (3, 43, 5, 43), (2, 60, 5, 58)]
    studies = [
        StudyData(f"s{i}", f"S{i}", 2000, Group(("i",), "i", a, n), Group(("c",), "c", c, m))
        for i, (a, n, c, m) in enumerate(groups)
    ]
    prior = TauPrior("half_normal", 0.5)
    spec = AnalysisSpec("e", "E", "bayes-exact", tau_prior=prior, mu_prior=MuPrior(0.0, 3.0))
    outcome = OutcomeSpec("o", "O", "o", None, "binary", "OR", "harm", ("e",))
    result = synthesise(outcome, (spec,), Comparison(("d",), ("p",)), studies)
    (tmp_path / "d.csv").write_text(metafor_csv(result), encoding="utf-8")
    (tmp_path / "s.R").write_text(metafor_script(result, "d.csv"), encoding="utf-8")
    lines = [line.split() for line in printed_by_r(tmp_path, "s.R").splitlines()[1:]]
    assert [line[0] for line in lines] == ["estimate", "ci_low", "ci_high", "tau2"]
    for name, there, here in lines:
        assert float(there) == pytest.approx(float(here), rel=2e-3), name
