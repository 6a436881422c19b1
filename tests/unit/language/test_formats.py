from math import nextafter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metasynth.language import formats
from metasynth.language.formats import (
    POLISH,
    count,
    effect,
    estimate,
    interval,
    number,
    p_value,
    percent,
    positive,
    stated,
)


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [
        (1.5, 2, "1.50"),
        (1.005, 2, "1.00"),
        (1.015, 2, "1.02"),
        (0.125, 2, "0.12"),
        (2.5, 0, "2"),
        (-0.21, 2, "−0.21"),
        (-0.004, 2, "−0.00"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (1e-9, 2, "0.00"),
        (12345.6, 1, "12\u202f345.6"),
        (9999.0, 0, "9999"),
        (123456.0, 0, "123\u202f456"),
        (1e22, 0, "\u202f".join(["10", *7 * ["000"]])),
        (None, 2, "–"),
    ],
)
def test_number(x: float | None, decimals: int, text: str) -> None:
    assert number(x, decimals) == text


@given(x=st.floats(0, 1e9, exclude_min=True))
@example(x=1000.0)
@example(x=nextafter(1000.0, 2000.0))
def test_of_a_ratio_beyond_a_thousand_no_digit_is_printed(x: float) -> None:
    for measure in ("RR", "OR", "HR"):
        text = estimate(measure, x)
        assert (text == ">1000") == (x > 1000)
        assert text[0] in "<>" or abs(float(text) - x) <= 0.0051
    assert estimate("MD", 170583.0) == "170\u202f583.00"


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.2, "0.20"),
        (0.034, "0.03"),
        (0.0496, "0.0496"),
        (0.0449, "0.04"),
        (0.05, "0.05"),
        (0.0504, "0.0504"),
        (0.0525, "0.052"),
        (0.04996, "<0.05"),
        (0.05 + 1e-9, ">0.05"),
        (0.0996, "0.0996"),
        (0.09999, "<0.10"),
        (0.1025, "0.10"),
        (0.0094, "0.009"),
        (0.0096, "0.0096"),
        (0.001, "0.001"),
        (0.00099, "<0.001"),
        (0.0, "<0.001"),
        (0.994, ">0.99"),
        (1.0, ">0.99"),
        (None, "–"),
    ],
)
def test_p_value(p: float | None, text: str) -> None:
    assert p_value(p) == text


_NEAR_LEVELS = st.tuples(
    st.sampled_from([0.001, 0.01, 0.05, 0.10]), st.floats(-6e-3, 6e-3) | st.floats(-1e-6, 1e-6)
).map(lambda pair: min(1.0, max(0.0, sum(pair))))


@given(p=st.floats(0.0, 1.0) | _NEAR_LEVELS)
@example(p=0.04996)
@example(p=0.0999999)
@example(p=nextafter(0.05, 0.0))
def test_a_printed_p_lies_on_the_same_side_of_every_level_as_p(p: float) -> None:
    text = p_value(p)
    printed = float(text.lstrip("<>"))
    for level in (0.001, 0.01, 0.05, 0.10):
        if text.startswith("<") and printed <= level:
            assert p < level
        elif text.startswith(">") and printed >= level:
            assert p > level
        else:
            assert (printed < level) == (p < level)
    if printed == 0.05 and text[0] not in "<>":
        assert p == 0.05
    assert abs(printed - p) <= 0.0051 or text[0] in "<>"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0.00"),
        (0.0001, "<0.001"),
        (0.004, "0.004"),
        (0.012, "0.01"),
        (2.654, "2.65"),
        (999.994, "999.99"),
        (8570.4, "8570"),
        (2e7, ">999\u202f999"),
        (None, "–"),
    ],
)
def test_positive(x: float | None, text: str) -> None:
    assert positive(x) == text


def test_a_ratio_never_reads_zero_and_a_difference_may() -> None:
    assert estimate("RR", 0.0031) == "0.003"
    assert estimate("MD", 0.0031) == "0.00"
    assert estimate("RD", -0.0031) == "−0.003"


def test_intervals() -> None:
    assert interval("RR", 0.944, 2.651) == "[0.94, 2.65]"
    assert interval("RR", 0.944, None) == "[0.94, –]"
    assert interval("RR", None, None) == "–"
    assert effect("MD", -1.5, -2.0, -1.0) == "−1.50 [−2.00, −1.00]"
    assert effect("RR", 1.584, 0.944, 2.651, POLISH) == "1,58 [0,94; 2,65]"


def test_other_texts() -> None:
    assert percent(38.2) == "38%"
    assert percent(12.34, 1, POLISH) == "12,3%"
    assert percent(None) == "–"
    assert count(0, formats.ENGLISH) == "0"
    assert count(None, formats.ENGLISH) == "–"
    assert count(12.5, POLISH) == "12,5"
    assert stated("p", p_value(0.2)) == "p = 0.20"
    assert stated("p", p_value(0.0002)) == "p < 0.001"
    assert p_value(0.0321, POLISH) == "0,03"


@given(st.floats(-1e300, 1e300), st.integers(0, 4))
def test_every_float_can_be_printed(x: float, decimals: int) -> None:
    text = formats.number(x, decimals).replace(formats.MINUS, "-").replace("\u202f", "")
    assert float(text) == pytest.approx(x, rel=5e-3, abs=0.5 * 10**-decimals * (1 + 1e-9))


@pytest.mark.parametrize(
    ("measure", "x", "printed"),
    [
        ("PLO", 0.029414566, "0.0294"),
        ("PLO", 0.00001, "<0.0001"),
        ("PLO", 0.0, "0.0000"),
        ("MD", -1.25, "−1.2"),
        ("MD", None, "–"),
        ("RR", 0.8712, "0.87"),
        ("RR", 2000.0, ">1000"),
    ],
)
def test_declared_decimals_of_a_measure_and_the_usual_ones_of_others(measure, x, printed):
    style = formats.NumberStyle(decimals=(("PLO", 4), ("MD", 1)))
    assert formats.estimate(measure, x, style) == printed


def test_thousands_stand_apart_from_five_digits_on_in_each_language() -> None:
    assert count(357347, formats.ENGLISH) == "357\u202f347"
    assert count(357347, POLISH) == "357\u00a0347"
    assert count(2013, POLISH) == "2013"
    assert number(-1234567.891, 3, POLISH) == "−1\u00a0234\u00a0567,891"
    assert formats.localised("0.123456", formats.ENGLISH) == "0.123456"
    assert formats.localised("12345.123456", POLISH) == "12\u00a0345,123456"


def test_a_whole_number_that_was_extracted_keeps_its_digits() -> None:
    assert formats.shortest(1234567.0) == "1\u202f234\u202f567"
    assert formats.shortest(-1e-5) == "−1e−05"
