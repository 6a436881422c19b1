"""The published digits do not depend on which vector instructions a processor has."""

import os
import subprocess
import sys
from pathlib import Path

COUNTS = Path(__file__).parents[2] / "reference" / "expected" / "counts.csv"
SCRIPT = f"""
import csv
import numpy as np
from metasynth.model.methods import TAU2_CIS
from metasynth.model.priors import TauPrior
from metasynth.stats.bayes import bayes
from metasynth.stats.blups import blups
from metasynth.stats.confidence_prediction import confidence_prediction
from metasynth.stats.effects.binary import Tables, binary_effects
from metasynth.stats.heterogeneity import q_profile
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.rve import rve_correlated, rve_hierarchical
from metasynth.stats.tau2 import ESTIMATORS, estimate_tau2
from metasynth.stats.tau2_limits import tau2_limits

def told(name, *numbers):
    print(name, *(f"{{float(x):.8g}}" for x in np.concatenate([np.ravel(x) for x in numbers])))

sets = {{}}
for row in csv.DictReader(open({str(COUNTS)!r}, encoding="utf-8")):
    if float(row["a"]) + float(row["c"]):
        cells = [float(row[x]) for x in ("a", "n1", "c", "n2")]
        sets.setdefault(row["dataset"], []).append(cells)
for name, rows in sets.items():
    for measure in ("RR", "RD") if len(rows) > 1 else ():
        own = binary_effects(Tables(*np.array(rows).T), measure)
        print(name, measure, *(f"{{x:.8g}}" for x in q_profile(own.y, own.v)))
        for method in ESTIMATORS:
            tau2 = estimate_tau2(own.y, own.v, method).value
            pool = inverse_variance(own.y, own.v, tau2)
            print(method, *(f"{{float(x):.8g}}" for x in (tau2, pool.mean, pool.variance)))
        for name in TAU2_CIS:
            told(name, tau2_limits(name, own.y, own.v))
        told("blup", *(getattr(blups(own.y, own.v, tau2, 0.1, 0.02), x) for x in ("value", "low")))
        if len(rows) > 2:
            told("NNF", confidence_prediction(own.y, own.v))
        if len(rows) > 3:
            pairs = np.arange(len(rows)) // 2
            fits = [rve_correlated(own.y, own.v, pairs, 0.6), rve_hierarchical(own.y, own.v, pairs)]
            for fit in fits:
                told("rve", fit.tau2, fit.weights, *fit.robust.coefficients)
        for prior in (TauPrior("half_normal", 0.5), TauPrior("log_t", 1.295, -1.72, 5.0)):
            fit = bayes(own.y, own.v, prior)
            found = (fit.tau.median, *fit.tau.shortest, fit.mu.median, *fit.mu.central, *fit.above)
            found += (*fit.mu.shortest, fit.shrunken[0].mean)
            print("bayes", *(f"{{x:.8g}}" for x in found))
"""
ASK = """
from numpy._core import _multiarray_umath as m
print(*(f for f in m.__cpu_dispatch__ if m.__cpu_features__.get(f)))
"""


def run(script, **environment):
    command = [sys.executable, "-c", script]
    return subprocess.run(
        command, env=os.environ | environment, check=True, capture_output=True, text=True
    ).stdout


def test_estimates_are_the_same_without_vector_instructions():
    features = run(ASK).strip()
    ours = run(SCRIPT)
    assert ours.count("REML") > 40
    assert run(SCRIPT, NPY_DISABLE_CPU_FEATURES=features, OPENBLAS_CORETYPE="Prescott") == ours
