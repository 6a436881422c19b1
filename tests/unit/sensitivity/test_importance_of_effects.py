"""From where on an effect is important: one rule, whichever of two outcomes is counted."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metasynth.model.importance import Declared, of_measure
from metasynth.sensitivity.absolute import as_risk_ratio, risk_with
from metasynth.sensitivity.importance_of_effects import own_side, side, spared_side

RISKS = st.floats(0.01, 0.99)
RATIOS = st.tuples(st.floats(0.3, 0.99), st.floats(1.01, 3.0))


@given(RISKS, RISKS, RATIOS)
def test_an_effect_is_judged_alike_whether_the_event_or_its_absence_is_counted(p, q, ratios):
    important = of_measure("RR", Declared(ratios=ratios))
    of_event = side(important, "RR", q / p, p)
    of_absence = side(important, "RR", (1 - q) / (1 - p), 1 - p)
    limits = [r for r in ratios for r in (r * p / q, r * (1 - p) / (1 - q))]
    assume(all(abs(x - 1) > 1e-9 for x in limits))  # on a limit, rounding decides
    assert of_event == -of_absence


@given(RISKS, RISKS)
def test_measures_of_the_same_two_risks_are_judged_alike(p, q):
    important = of_measure("RR", Declared())
    effects = {"RR": q / p, "OR": q * (1 - p) / (p * (1 - q)), "RD": q - p}
    assume(all(abs(q / p - x) > 1e-9 for x in (0.75, 1.25)))
    assume(all(abs((1 - q) / (1 - p) - x) > 1e-9 for x in (0.75, 1.25)))
    for measure, effect in effects.items():
        assert risk_with(measure, effect, p) == pytest.approx(q)
    assert len({side(important, measure, x, p) for measure, x in effects.items()}) == 1


def test_of_a_common_event_the_risk_without_it_decides():
    important = of_measure("RR", Declared())
    assert as_risk_ratio("RR", 1.07, 0.87) == 1.07
    assert own_side(important, "RR", 1.07, 0.87) == 0
    assert spared_side(important, "RR", 1.07, 0.87) == 1
    assert side(important, "RR", 1.07, 0.87) == 1
    assert side(important, "RR", 1.07, 0.30) == 0


@pytest.mark.parametrize(
    ("measure", "size", "inside", "beyond"),
    [("RR", 1.1, 1.07, 1.12), ("RD", 0.05, 0.04, 0.06), ("MD", 3.0, -2.0, -4.0)],
)
def test_a_declared_size_decides_alone_on_its_own_scale(measure, size, inside, beyond):
    important = of_measure(measure, Declared(measures={measure: size}))
    assert side(important, measure, inside, 0.87) == 0
    assert side(important, measure, beyond, 0.87) == (1 if beyond > 0 else -1)
    assert side(important, "HR", 9.0, 0.87) is None


def test_what_nothing_is_declared_of_has_no_side():
    assert of_measure("MD", Declared()) is None
    assert of_measure("PLO", Declared(measures={"PLO": 0.1})) is None
