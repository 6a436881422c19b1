"""Means in other units, and on scales turned round: as if they had been typed in the outcome's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.converted import COMPARISON, row, studied, trial

from metasynth.model.conversions import ConversionChoices
from metasynth.model.records import AnalysisSpec, OutcomeSpec
from metasynth.model.units import RULE, Unit
from metasynth.synthesis.synthesise import synthesise

LOCATIONS = {"mean", "median", "baseline_mean", "final_mean", "ci_low", "ci_high", "q1", "q3",
             "minimum", "maximum"}  # fmt: skip
TURNED = {"ci_low": "ci_high", "q1": "q3", "minimum": "maximum"}
TURNED |= {there: here for here, there in TURNED.items()}
FORMS = {
    "mean and sd": {"mean": 7.1, "sd": 0.9},
    "standard error": {"mean": 7.1, "se": 0.2},
    "limits": {"mean": 7.1, "ci_low": 6.6, "ci_high": 7.6},
    "quartiles": {"median": 7.0, "q1": 6.1, "q3": 8.3},
    "range": {"median": 7.0, "minimum": 4.4, "maximum": 9.1},
    "mean and quartiles": {"mean": 7.1, "q1": 6.1, "q3": 8.3},
    "change": {"baseline_mean": 8.0, "final_mean": 7.1, "baseline_sd": 1.1, "final_sd": 0.9,
               "change_correlation": 0.6},
}  # fmt: skip
CONTROL = {"mean": 7.9, "sd": 1.1}


def outcome(measure, *units):
    spec = OutcomeSpec("o", "O", "o", None, "continuous", measure, "harm", ("p",), units=units)
    return replace(spec, unit="%", conversions=ConversionChoices())


def elsewhere(numbers, unit):
    """The same numbers in a unit from which `unit` leads back."""
    found = {}
    for name, value in numbers.items():
        if name == "change_correlation":
            found[name] = value
        elif name in LOCATIONS:
            place = TURNED.get(name, name) if unit.factor < 0 else name
            found[place] = (value - unit.add) / unit.factor
        else:
            found[name] = value / abs(unit.factor)
    return found


factors = st.floats(0.01, 100).flatmap(lambda x: st.sampled_from([x, -x]))


@pytest.mark.parametrize("form", FORMS)
@given(factor=factors, add=st.floats(-50, 50))
def test_a_unit_leads_to_the_numbers_of_the_outcomes_own(form, factor, add):
    """Whatever gives mean and standard deviation; a change has no zero to be moved."""
    unit = Unit("other", factor, 0.0 if form == "change" else add)
    spec = outcome("MD", unit)
    one, control = FORMS[form], CONTROL
    typed = studied(spec, row("t", **one, total=40), row("c", **control, total=41))[0]
    given_ = [
        row(arm, total=n, unit="other", **elsewhere(numbers, unit))
        for arm, numbers, n in (("t", one, 40), ("c", control, 41))
    ]
    found = studied(spec, *given_)[0]
    for side in ("intervention", "control"):
        ours, right = getattr(found, side), getattr(typed, side)
        assert ours.mean == pytest.approx(right.mean, rel=1e-9, abs=1e-9)
        assert ours.sd == pytest.approx(right.sd, rel=1e-9)
        assert ours.rules[0] == RULE
        assert RULE not in right.rules


def test_hba1c_of_two_units_is_pooled_in_one():
    """By hand: 54 mmol/mol are 0.0915 x 54 + 2.15 = 7.091 %, an SD of 10 is 0.915 %."""
    spec = outcome("MD", Unit("mmol/mol", 0.0915, 2.15))
    found = studied(
        spec,
        row("t", mean=54.0, sd=10.0, total=40, unit="mmol/mol"),
        row("c", mean=60.0, sd=10.0, total=40, unit="mmol/mol"),
    )[0]
    assert found.intervention.mean == pytest.approx(7.091)
    assert found.control.sd == pytest.approx(0.915)


@pytest.mark.parametrize(("measure", "factor"), [("SMD", -1.0), ("SMD", -0.25), ("MD", -1.0)])
def test_a_scale_turned_round_changes_the_sign_alone(measure, factor):
    def pooled(unit, *units):
        spec = outcome(measure, *units)
        rows = (row("t", mean=20.0, sd=5.0, total=30, unit=unit),
                row("c", mean=15.0, sd=6.0, total=31, unit=unit))  # fmt: skip
        data = studied(spec, *rows)
        found = synthesise(spec, [AnalysisSpec("p", "", model="IV")], COMPARISON, data)
        return found.analyses[0].estimates[0]

    plain, turned = pooled("%"), pooled("turned", Unit("turned", factor))
    scale = 1.0 if measure == "SMD" else abs(factor)
    assert turned.estimate == pytest.approx(-scale * plain.estimate, rel=1e-12)
    assert turned.ci_low == pytest.approx(-scale * plain.ci_high, rel=1e-12)
    assert turned.se == pytest.approx(scale * plain.se, rel=1e-12)


def test_a_factor_of_one_computes_nothing():
    spec = outcome("SMD", Unit("VAS", 1.0))
    found = studied(spec, row("t", mean=2.0, sd=1.0, total=9, unit="VAS"),
                    row("c", mean=1.0, sd=1.0, total=9, unit="VAS"))[0]  # fmt: skip
    assert found.intervention.rules == ()
    assert trial("t").study.study == "t"
