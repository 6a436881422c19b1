"""What a pooled effect is in: told beside its measure, and outcomes in other units stand apart."""

from dataclasses import replace

import pytest
from tests.examples import ROOT, led_outcome

from metasynth.figures.forest.columns import columns
from metasynth.figures.forest.overview_rows import _alike
from metasynth.language.languages import ENGLISH
from metasynth.language.units import with_unit
from metasynth.model.records import OutcomeSpec

SPEC = OutcomeSpec("o", "O", "o", None, "continuous", "MD", "harm", ("p",))


def spec(**own):
    return replace(SPEC, **own)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"unit": "mmHg"}, "m (mmHg)"),
        ({"type": "mean", "measure": "MN", "unit": "%"}, "m (%)"),
        ({}, "m"),
        ({"measure": "SMD", "unit": "mmHg"}, "m"),
        ({"measure": "ROM", "unit": "mmHg"}, "m"),
        ({"type": "rate", "measure": "IRD", "per": 100.0, "time_unit": "days"}, "m per 100 days"),
        ({"type": "incidence", "measure": "IRLN", "time_unit": "days"}, "m (time in days)"),
        ({"type": "rate", "measure": "IRR", "per": 100.0, "time_unit": "days"}, "m"),
    ],
)
def test_a_measure_says_what_it_is_in(own, said):
    assert with_unit("m", spec(**own), ENGLISH) == said


def of_pain(**own):
    result, _ = led_outcome(ROOT / "examples/fibromyalgia", "pain")
    return replace(result, outcome=replace(result.outcome, **own))


def test_outcomes_in_other_units_share_no_axis():
    results = [of_pain(measure="MD", unit=unit) for unit in ("points", "mm", "points")]
    assert [len(members) for members in _alike(results, ENGLISH)] == [2, 1]


def test_a_forest_plot_names_the_unit_of_time_and_of_means():
    of_time = of_pain(type="rate", measure="IRR", time_unit="person-years")
    assert [column.heading for column in columns(of_time, None, ENGLISH)][1] == "Person-years"
    assert columns(of_pain(measure="MD", unit="mm"), None, ENGLISH)[-1].group == (
        "Mean difference (mm)"
    )
