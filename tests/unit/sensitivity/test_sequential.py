"""Sequential analysis: required sizes as published, looks and boundaries put together."""

from dataclasses import replace
from math import ceil, exp

import numpy as np
import pytest
from tests.examples import ANAKINRA, BCG, outcomes

from metasynth.core import store
from metasynth.model.records import AnalysisSpec
from metasynth.model.robustness_config import SequentialChoices
from metasynth.sensitivity.reduced_sets import cumulative
from metasynth.sensitivity.sequential import (
    Sequential,
    diversity_from,
    information_size,
    sequential,
)
from metasynth.stats.alpha_spending import boundaries
from metasynth.synthesis.synthesise import synthesise


def with_choices(result, **keys):
    choices = SequentialChoices(**keys)
    return replace(result, outcome=replace(result.outcome, sequential=choices))


def bcg():
    (result, _), *_ = outcomes(BCG).values()
    return result


@pytest.mark.parametrize(
    ("risk", "reduction", "alpha", "power", "published"),
    [
        # Vignette `required-sample-size` of the R package RTSA 0.2.2, sections 3.1 and 3.2.
        (0.1, 0.1, 0.05, 0.9, 36136),
        (0.2, 0.1, 0.05, 0.8, 12080),
        (0.1, 0.1, 0.05, 0.8, 26993),
    ],
)
def test_required_sizes_are_those_published(risk, reduction, alpha, power, published):
    choices = SequentialChoices(reduction, alpha, power)
    assert ceil(information_size(risk, choices)) == published


def test_diversity_enlarges_the_required_size_as_published():
    """RTSA, same vignette: 17258 with D2 of 0.3, from a size that was rounded up before."""
    size = information_size(0.2, SequentialChoices(0.1, 0.05, 0.8))
    assert ceil(ceil(size) / (1 - 0.3)) == 17258
    # Thorlund, Anema and Mills, Clin Epidemiol 2010;2:57-66, figure 4: 19 920 for a control risk of
    # 5 %, a reduction of 25 %, alpha 1 % and power 90 %; the size that 20 % of diversity gives.
    size = information_size(0.05, SequentialChoices(0.25, 0.01, 0.9))
    assert ceil(size / (1 - 0.2)) == 19920


def test_an_increase_of_risk_is_a_negative_reduction():
    """Exchanging the groups changes nothing: from 0.2 up to 0.3, and from 0.3 down to 0.2."""
    up = information_size(0.2, SequentialChoices(-0.5))
    down = information_size(0.3, SequentialChoices(1 / 3))
    assert up == pytest.approx(down)


def test_diversity_is_the_excess_of_the_random_variance():
    y, v = np.array([0.1, 0.5, 0.9]), np.array([0.02, 0.03, 0.04])
    # The tau2 that HE gives is the variance of the effects less the mean variance: 0.16 - 0.03.
    he = 1 - (1 / (1 / v).sum()) / (1 / (1 / (v + 0.13)).sum())
    assert diversity_from(y, v, "HE") == pytest.approx(he)
    assert diversity_from(np.full(3, 0.5), v, "REML") == 0


def test_each_look_is_the_cumulative_analysis_of_its_year():
    result = with_choices(bcg(), relative_risk_reduction=0.3)
    found = sequential(result)
    spec = replace(result.analyses[0].spec, ci="Wald", prediction=None)
    steps = cumulative(result.outcome, spec, result.studies)
    years = sorted({study.year for study in result.studies})
    assert [look.year for look in found.looks] == years
    for look in found.looks:
        k = sum(study.year <= look.year for study in result.studies)
        assert look.k == k
        assert look.z == pytest.approx(steps[k - 1].statistic)
        total = steps[k - 1].total_intervention + steps[k - 1].total_control
        assert look.participants == total
        assert look.fraction == pytest.approx(total / found.required)


def test_boundaries_end_where_the_required_size_is_reached():
    result = with_choices(bcg(), relative_risk_reduction=0.3, diversity=0.0, control_risk=0.03)
    found = sequential(result)
    before = [look for look in found.looks if look.fraction < 1]
    after = [look for look in found.looks if look.fraction >= 1]
    expected = boundaries([*(look.fraction for look in before), 1.0], 0.05)
    shown = [look.boundary for look in (*before, *after[:1])]
    assert shown == pytest.approx([own.z for own in expected])
    assert len(after) > 1
    assert all(look.boundary is None and look.crossed is None for look in after[1:])
    assert found.final == shown[-1]
    crossed = [abs(look.z) > look.boundary for look in found.looks if look.boundary is not None]
    assert [look.crossed for look in found.looks if look.crossed is not None] == crossed
    assert set(crossed) == {True, False}


def test_an_unfinished_analysis_has_a_wider_interval():
    result, _ = outcomes(ANAKINRA)["acr20_w24"]
    found = sequential(with_choices(result, relative_risk_reduction=-0.5, power=0.9))
    spec = replace(result.analyses[0].spec, ci="Wald", prediction=None)
    wald = synthesise(replace(result.outcome, analyses=(spec.name,)), [spec], result.comparison,
                      result.studies).analyses[0].estimates[0]  # fmt: skip
    assert [look.year for look in found.looks] == [2002, 2004, 2011]
    assert found.control_risk == pytest.approx(wald.events_control / wald.total_control)
    last = found.looks[-1].boundary
    assert found.adjusted_low == pytest.approx(exp(wald.log_estimate - last * wald.se))
    assert found.adjusted_low < wald.ci_low
    assert found.final is not None
    assert store.to_json(store.from_json(Sequential, store.to_json(found))) == store.to_json(found)


def test_trials_without_a_year_come_last():
    result, _ = outcomes(ANAKINRA)["acr20_w24"]
    studies = tuple(
        replace(study, year=None) if study.study == "cohen2002" else study
        for study in result.studies
    )
    found = sequential(with_choices(replace(result, studies=studies), relative_risk_reduction=-0.5))
    assert [look.year for look in found.looks] == [2004, 2011, None]
    assert found.looks[-1].k == 3


def test_it_is_off_unless_asked_for():
    result, _ = outcomes(ANAKINRA)["acr20_w24"]
    assert result.outcome.sequential is None
    found = sequential(result)
    assert found.looks == ()
    assert found.reason


def test_what_cannot_be_planned_has_a_reason():
    result, _ = outcomes(ANAKINRA)["acr20_w24"]
    found = sequential(with_choices(result, relative_risk_reduction=-9.0))
    assert "no room" in found.reason
    pooled = synthesise(result.outcome, [AnalysisSpec("primary", "P")], result.comparison, [])
    assert sequential(with_choices(pooled, relative_risk_reduction=0.2)).reason
