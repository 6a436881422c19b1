"""The numbers of the shipped examples against a second source of each, as that prints it.

What those sources print stands in second_sources.json, with where it was found.
"""

import json
from math import sqrt
from pathlib import Path

import pytest
from tests.examples import ROOT, led, led_outcome

SECOND = json.loads((Path(__file__).parent / "second_sources.json").read_text("utf-8"))
EXAMPLES = ROOT / "examples"


def pool(example, outcome, name):
    found, _ = led_outcome(EXAMPLES / example, outcome)
    return next(one.estimates[0] for one in found.analyses if one.spec.name == name)


def difference(arm, control):
    """Hedges' g and its standard error, as metafor's escalc has them: worked out here anew."""
    n1, n2 = arm.total, control.total
    m = n1 + n2 - 2
    sd = sqrt(((n1 - 1) * arm.sd**2 + (n2 - 1) * control.sd**2) / m)
    g = (1 - 3 / (4 * m - 1)) * (arm.mean - control.mean) / sd
    return g, sqrt(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def test_each_mean_of_pain_gives_the_difference_that_was_printed():
    """Twenty-two differences and errors, each once: two decimals of the estimate and its limits."""
    found = []
    for trial in led(EXAMPLES / "fibromyalgia").trials:
        (control,) = (row for row in trial.results if row.arm_id.startswith("c"))
        arms = (row for row in trial.results if row.arm_id.startswith("t"))
        found += [difference(arm, control) for arm in arms]
    printed = sorted(map(tuple, SECOND["pain"]["values"]))
    assert len(found) == len(printed) == 22
    for estimate, error in found:
        near = [
            pair
            for pair in printed
            if abs(pair[0] - estimate) <= 0.0051 and abs(pair[1] - error) <= 0.0055
        ]
        assert near, (estimate, error)
        printed.remove(min(near, key=lambda pair: abs(pair[1] - error)))
    assert printed == []


def test_the_deaths_add_up_to_the_hazard_ratio_that_was_printed():
    review = led(EXAMPLES / "head_and_neck")
    rows = [row for trial in review.trials for row in trial.results]
    assert len(rows) == 65
    pooled = pool("head_and_neck", "death", "as_published")
    expected = sum(row.o_minus_e for row in rows) / sum(row.variance for row in rows)
    assert pooled.log_estimate == pytest.approx(expected, rel=1e-12)
    printed = [f"{value:.2f}" for value in (pooled.estimate, pooled.ci_low, pooled.ci_high)]
    assert printed == SECOND["pignon2000"]["values"]


def test_each_hazard_ratio_stands_in_the_second_table():
    """Estimate, limits and patients; the follow-up in two tables beside it, to a decimal."""
    printed = SECOND["glucose_lowering"]["values"]
    trials = led(EXAMPLES / "glucose_lowering").trials
    assert {trial.study.label for trial in trials} == set(printed)
    for trial in trials:
        (row,) = trial.results
        (followed,) = trial.covariates
        ours = [f"{value:.2f}" for value in (row.estimate, row.ci_low, row.ci_high)]
        ours += [f"{trial.study.n_randomised:,}", f"{followed.value:.1f}"]
        assert ours == printed[trial.study.label]
        assert f"{float(SECOND['followed']['values'][trial.study.label]):.1f}" == ours[-1]


def test_each_count_of_infected_patients_stands_in_the_second_copy():
    trials = led(EXAMPLES / "catheters").trials
    rows = [row for trial in trials for row in trial.results if row.outcome == "infected"]
    assert sorted([row.events, row.total] for row in rows) == sorted(SECOND["infected"]["values"])


@pytest.mark.parametrize("outcome", ["infected", "infections"])
@pytest.mark.parametrize("name", ["primary", "inverse_variance"])
def test_the_pools_of_one_group_are_those_that_were_printed(outcome, name):
    """A last digit may differ by one, as it does between the paper and metafor (tau2 of rates).

    The standard error by Hartung and Knapp is not the one that was printed.
    """
    pooled = pool("catheters", outcome, name)
    se = pooled.se if name == "primary" else None
    ours = (pooled.log_estimate, se, pooled.tau2)
    for value, printed in zip(ours, SECOND["stijnen2010"]["values"][outcome][name], strict=True):
        decimals = len(printed.partition(".")[2])
        assert value is None or abs(value - float(printed)) <= 1.01 * 10**-decimals
