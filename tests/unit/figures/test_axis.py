import pytest

from metasynth.figures.canvas.axis import Axis, Scale, difference_axis, ratio_axis
from metasynth.language.formats import ENGLISH, POLISH
from metasynth.language.tracked import bare


@pytest.mark.parametrize(
    ("estimates", "limits", "labels"),
    [
        ([1.5], [0.9, 2.9], "0.5 1 2 4"),
        ([1.5], [0.2, 8], "0.1 0.25 0.5 1 2 4 10"),
        ([3.9], [1.1, 14], "0.5 1 2 5 20"),
        ([0.5], [0.3, 0.8], "0.25 0.5 1 2"),
        ([1.02], [0.96, 1.07], "0.95 1 1.05 1.1"),
        ([1.2], [0.9, 1.4], "0.8 1 1.25 1.5"),
        ([0.3, 900.0], [0.01, 990.0], "0.01 0.1 1 10 100 1000"),
        ([7.0], [0.4, 133.0], "0.1 1 10 200"),
        ([], [], "0.1 0.25 0.5 1 2 4 10"),
    ],
)
def test_ratio_ticks_are_round(estimates: list[float], limits: list[float], labels: str) -> None:
    assert bare(" ".join(ratio_axis(estimates, limits, ENGLISH).labels)) == labels


@pytest.mark.parametrize(
    ("estimates", "limits", "labels"),
    [
        ([-2.3], [-4.5, -0.1], "−5 −2.5 0 2.5"),
        ([0.08], [-0.01, 0.17], "−0.1 0 0.1 0.2"),
        ([-31.0], [-80.0, 12.0], "−100 −50 0 50"),
        ([0.0], [-0.3, 0.3], "−0.4 −0.2 0 0.2 0.4"),
        ([], [], "−1 −0.5 0 0.5 1"),
    ],
)
def test_difference_ticks_are_round(
    estimates: list[float], limits: list[float], labels: str
) -> None:
    assert bare(" ".join(difference_axis(estimates, limits, ENGLISH).labels)) == labels


@pytest.mark.parametrize("top", [1.01, 1.2, 1.7, 3, 7, 15, 40, 90, 800, 5e3, 5e5])
def test_no_effect_has_a_margin_and_the_empty_side_no_half(top: float) -> None:
    """What lies on one side leaves the other between 18 and 38% of the axis, mirrored alike."""
    for axis, mirrored in (
        (ratio_axis([top], [], ENGLISH), ratio_axis([1 / top], [], ENGLISH)),
        (difference_axis([top], [], ENGLISH), difference_axis([-top], [], ENGLISH)),
    ):
        scale = Scale(axis, 0.0, 1.0)
        assert 0.18 <= scale.x(axis.null) <= 0.38
        assert axis.low < axis.null < top <= axis.high
        assert Scale(mirrored, 0.0, 1.0).x(axis.null) == pytest.approx(1 - scale.x(axis.null))
    both = ratio_axis([top, 1 / top], [], ENGLISH)
    for low, high in zip(both.ticks, reversed(both.ticks), strict=True):
        assert low * high == pytest.approx(1.0)


def test_estimates_are_always_on_the_axis_and_far_limits_are_not() -> None:
    axis = ratio_axis([1.4, 0.8], [0.0001, 5000.0], ENGLISH)
    assert axis.high == 10
    assert ratio_axis([600.0], [], ENGLISH).holds(600.0)
    axis = difference_axis([1.0], [-400.0, 500.0], ENGLISH)
    assert axis.high == 5


def test_limits_that_are_zero_infinite_or_missing_do_not_stretch_the_axis() -> None:
    odd = [None, 0.0, float("inf"), -1.0]
    assert ratio_axis([1.5, None], [*odd, 3.0], ENGLISH).high == 4
    assert difference_axis([1.5, None], [None, float("inf"), 3.0], ENGLISH).high == 4


def test_decimal_comma() -> None:
    assert bare(ratio_axis([0.7], [], POLISH).labels[0]) == "0,67"


def test_scale_is_linear_in_the_logarithm() -> None:
    scale = Scale(ratio_axis([3.0, 0.3], [], ENGLISH), 100.0, 200.0)
    assert [scale.x(x) for x in (0.25, 0.5, 1.0, 4.0)] == pytest.approx([100, 125, 150, 200])
    linear = Scale(Axis(False, -2.0, 2.0, (), ()), 0.0, 40.0)
    assert linear.x(1.0) == pytest.approx(30.0)
