"""Small-study effects against R: regressions on size, PET-PEESE, limits, selection, fail-safe N.

See make_small_study_reference.R. metafor's optimisers stop where the likelihood is flat, which is
half of the digits: the estimates of its selection models are compared at 2e-4, and its likelihood
is never above the one here.
"""

from collections import defaultdict
from math import isnan, sqrt

import numpy as np
import pytest
from tests.reference.expected_tables import quantities, read

from metasynth.stats.effects.binary import Tables
from metasynth.stats.fail_safe import orwin, rosenberg, rosenthal
from metasynth.stats.pet_peese import limit_meta_analysis, peese, pet
from metasynth.stats.selection import STEPS, THREE_PARAMETERS, step_selection
from metasynth.stats.small_study import egger, harbord, peters
from metasynth.stats.small_study_variants import deeks, macaskill, pustejovsky, thompson_sharp

VALUES = quantities("small_study.csv")
DATA = defaultdict(lambda: defaultdict(list))
for line in read("small_study_data.csv"):
    for column, value in line.items():
        if column != "dataset":
            DATA[line["dataset"]][column].append(float(value) if value else np.nan)
DATASETS = sorted(VALUES)


def columns(dataset, *names):
    return [np.array(DATA[dataset][name]) for name in names]


def tables(dataset):
    return Tables(*columns(dataset, "ai", "n1i", "ci", "n2i"))


@pytest.mark.parametrize("dataset", DATASETS)
def test_regressions_on_size(dataset):
    values = VALUES[dataset]
    y, v, n1, n2 = columns(dataset, "y", "v", "n1", "n2")
    found = {"Egger": egger(y, v, 3), "Thompson-Sharp": thompson_sharp(y, v, "REML", 3)}
    if "Pustejovsky" in values:
        found["Pustejovsky"] = pustejovsky(y, v, n1, n2, 3)
    if "Harbord" in values:
        own = tables(dataset)
        for name, test in (
            ("Harbord", harbord),
            ("Peters", peters),
            ("Macaskill", macaskill),
            ("Deeks", deeks),
        ):
            found[name] = test(own, 3)
    for name, test in found.items():
        for quantity, value in values[name].items():
            assert getattr(test, quantity) == pytest.approx(value, rel=1e-6, abs=1e-9), name


def test_peters_counts_patients_as_they_are():
    """Of karner2014 R's meta prints 0.385 (`metabias(..., "Peters")`); Harbord's p is 0.204.

    With 0.5 added to the patients and events of the one trial that has an empty cell, Peters's p
    would be 0.346.
    """
    own = tables("karner2014")
    assert peters(own).p == pytest.approx(0.3851, abs=5e-5)
    assert harbord(own).p == pytest.approx(0.2037, abs=5e-5)


@pytest.mark.parametrize("dataset", DATASETS)
def test_effects_at_no_standard_error(dataset):
    y, v = columns(dataset, "y", "v")
    for name, estimate in (("PET", pet), ("PEESE", peese)):
        found, values = estimate(y, v, 3), VALUES[dataset][name]
        ours = (found.mean, found.interval.low, found.interval.high, found.slope, found.interval.p)
        theirs = [values[x] for x in ("mean", "low", "high", "slope", "p")]
        assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-10), name
    values = VALUES[dataset]["limit"]
    limit = limit_meta_analysis(y, v, values["tau2"], 3)
    assert limit.mean == pytest.approx(values["mean"], rel=1e-8, abs=1e-10)
    assert limit.interval.se == pytest.approx(values["se"], rel=1e-8)


@pytest.mark.parametrize("dataset", DATASETS)
def test_fail_safe_numbers(dataset):
    y, v = columns(dataset, "y", "v")
    values = VALUES[dataset]["fail-safe"]
    assert rosenthal(y, v, 3) == values["Rosenthal"]
    assert orwin(y, v, 3) == values["OrwinWeighted"] == values["Orwin"]
    assert rosenberg(y, v, 3) == values["Rosenberg"]


SELECTIONS = [(d, w) for d in DATASETS for w in VALUES[d] if w.startswith("selection")]


@pytest.mark.parametrize(("dataset", "what"), SELECTIONS)
def test_selection_models(dataset, what):
    _, method, side, steps = what.split()
    values = VALUES[dataset][what]
    y, v = columns(dataset, "y", "v")
    found = step_selection(
        y,
        v,
        THREE_PARAMETERS if steps == "1" else STEPS,
        larger=side == "greater",
        common=method == "EE",
        minimum=5,
    )
    assert found.log_likelihood >= values["height"] - 1e-9
    assert found.log_likelihood == pytest.approx(values["height"], rel=1e-5)
    close = pytest.approx
    assert found.mean == close(values["mean"], rel=1e-4, abs=1e-4 * sqrt(v.min()))
    assert found.tau2 == close(values["tau2"], rel=1e-4, abs=1e-4 * v.min())
    weights = [values[f"weight_{i + 1}"] for i in range(int(steps))]
    assert found.weights[1:] == close(weights, rel=2e-4)
    assert found.statistic == close(values["statistic"], rel=2e-4, abs=1e-6)
    if not isnan(values["se"]):
        assert found.interval.se == close(values["se"], rel=1e-4)
