"""Worked examples of metafor's manual, replayed.

See make_worked_examples_reference.R. Numbers agree to 1e-6, those of trim and fill with random
effects and of selection models to 1e-4, as metafor's iterations and optimisers stop there.
"""

from collections import defaultdict

import numpy as np
import pytest
from tests.reference.expected_tables import read

from metasynth.stats.common_effect_intervals import ABOUT_THE_COMMON_MEAN
from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.fail_safe import orwin, rosenberg, rosenthal
from metasynth.stats.intervals import interval
from metasynth.stats.pet_peese import pet
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.rank_test import begg
from metasynth.stats.selection import THREE_PARAMETERS, step_selection
from metasynth.stats.small_study import egger, regress
from metasynth.stats.tau2 import estimate_tau2
from metasynth.stats.trim_and_fill import trim_and_fill

LOOSE = ("trimfill: random effects, L0", "selmodel")


DATA = defaultdict(list)
for line in read("worked_examples_data.csv"):
    DATA[line["set"]].append([float(line[c]) if line[c] else np.nan for c in ("y", "v", "n")])
VALUES, SETS = defaultdict(dict), {}
for line in read("worked_examples.csv"):
    VALUES[line["example"]][line["quantity"]] = float(line["value"])
    SETS[line["example"]] = line["set"]


def egger_test(y, v, n):
    test, found = egger(y, v), pet(y, v)
    limits = {"estimate": found.mean, "low": found.interval.low, "high": found.interval.high}
    return {"statistic": test.statistic, "p": test.p} | limits


def mixed_effects(y, v, n):
    fit = meta_regression(y, v, np.column_stack([np.ones_like(y), np.sqrt(v)]), "REML", "Wald")
    own, slope = fit.intervals
    limits = {"estimate": fit.coefficients[0], "low": own.low, "high": own.high}
    return {"statistic": slope.statistic} | limits


def on(x):
    def made(y, v, n):
        found = regress(y, x(n), 1 / v, 10)
        return {"statistic": found.statistic, "p": found.p}

    return made


def filled(estimator, method):
    def made(y, v, n):
        found = trim_and_fill(y, v, estimator, method)
        tau2 = estimate_tau2(found.y, found.v, method).value if method else 0.0
        pool = inverse_variance(found.y, found.v, tau2)
        own = interval(float(pool.mean), float(pool.variance) ** 0.5)
        return {"filled": found.filled, "mean": pool.mean, "low": own.low, "high": own.high}

    return made


def selected(steps):
    def made(y, v, n):
        found = step_selection(y, v, steps)
        own = {"mean": found.mean, "se": found.interval.se, "tau2": found.tau2}
        own |= {"low": found.interval.low, "high": found.interval.high}
        weights = {f"weight_{i}": w for i, w in enumerate(found.weights) if i}
        return own | {"statistic": found.statistic, "p": found.p} | weights

    return made


def ranks(y, v, n):
    found = begg(y, v)
    return {"tau": found.tau, "p": found.p}


def henmi_copas(y, v, n):
    pool = inverse_variance(y, v)
    mean = float(pool.mean)
    found = ABOUT_THE_COMMON_MEAN["HC"](y, v, 0.0, mean, float(pool.variance))
    return {"mean": mean, "se": found.se, "low": found.low, "high": found.high}


EXAMPLES = {
    "regtest: Egger's test, weighted regression": egger_test,
    "regtest: mixed-effects version": mixed_effects,
    "regtest: on sample sizes": on(lambda n: n),
    "regtest: on inverse sample sizes": on(lambda n: 1 / n),
    "ranktest: BCG": ranks,
    "trimfill: equal effects, L0": filled("L0", None),
    "trimfill: equal effects, R0": filled("R0", None),
    "trimfill: random effects, L0": filled("L0", "REML"),
    "fsn: Rosenthal": lambda y, v, n: {"trials": rosenthal(y, v)},
    "fsn: Orwin": lambda y, v, n: {"trials": orwin(y, v)},
    "fsn: Rosenberg": lambda y, v, n: {"trials": rosenberg(y, v)},
    "selmodel: step function, tobacco smoke": selected((0.025, 0.10, 0.50, 1.0)),
    "selmodel: three parameters, the colour red": selected(THREE_PARAMETERS),
    "hc: Henmi and Copas": henmi_copas,
}


def test_every_example_is_replayed():
    assert EXAMPLES.keys() == VALUES.keys()


@pytest.mark.parametrize("example", sorted(VALUES))
def test_example(example):
    y, v, n = np.array(DATA[SETS[example]]).T
    found, values = EXAMPLES[example](y, v, n), VALUES[example]
    digits = 1e-4 if example.startswith(LOOSE) else 1e-6
    assert found.keys() == values.keys()
    for quantity, value in values.items():
        assert found[quantity] == pytest.approx(value, rel=digits, abs=digits), quantity
