"""Hazard ratios from log-rank tests and events (Tierney et al. 2007)."""

from math import exp, log, sqrt

import pytest
from scipy import stats
from tests.converted import COMPARISON, pair, row, trial

from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.model.records import Comparison, Omission, OutcomeSpec
from metasynth.synthesis.comparison import study_data

HR = OutcomeSpec("o", "O", "o", None, "generic", "HR", "harm", ("p",))


def found(*rows, sides=COMPARISON):
    return study_data(trial("t", *rows), HR, sides)


def test_z_and_the_events_of_both_arms():
    """V = 1/(1/O1 + 1/O2), and O - E is z times its root."""
    rows = (row("t", events=40, total=100), row("c", events=60, total=100), pair(reported_z=-2.1))
    contrast = found(*rows)[0].contrast
    variance = 1 / (1 / 40 + 1 / 60)
    assert contrast.se == pytest.approx(1 / sqrt(variance))
    assert contrast.estimate == pytest.approx(-2.1 * sqrt(variance) / variance)
    assert (contrast.form, contrast.rules) == ("o_minus_e", ("log-rank",))
    assert exp(contrast.estimate) < 1
    p = f"{2 * stats.norm.sf(2.1):.40f}"
    by_p = found(*rows[:2], pair(reported_p=p))[0].contrast
    assert by_p.estimate == pytest.approx(contrast.estimate, rel=1e-9)


def test_all_events_and_the_size_of_each_arm():
    rows = (row("t", total=100), row("c", total=50), pair(reported_z=1.5, events_both=90))
    contrast = found(*rows)[0].contrast
    variance = 90 * 100 * 50 / 150**2
    assert contrast.se == pytest.approx(1 / sqrt(variance))
    assert contrast.estimate == pytest.approx(1.5 / sqrt(variance))


def test_equal_arms_agree_either_way():
    """With as many events and patients in both arms both give a quarter of the events."""
    sizes = {"total": 80}
    one = found(row("t", events=30, **sizes), row("c", events=30, **sizes), pair(reported_z=-1.0))
    other = found(row("t", **sizes), row("c", **sizes), pair(reported_z=-1.0, events_both=60))
    assert one[0].contrast.se == pytest.approx(other[0].contrast.se) == 1 / sqrt(15)


def test_the_log_rank_statistic_of_the_same_numbers_comes_back():
    """O - E and V give the z that they were made from, and as O - E and V pool alike."""
    rows = (row("t", events=33, total=90), row("c", events=51, total=88), pair(reported_z=-2.4))
    contrast = found(*rows)[0].contrast
    assert contrast.estimate / contrast.se == pytest.approx(-2.4)
    variance = contrast.se**-2
    given = pair(o_minus_e=-2.4 * sqrt(variance), variance=variance)
    direct = found(given)[0].contrast
    assert direct.estimate == pytest.approx(contrast.estimate)
    assert direct.se == pytest.approx(contrast.se)


def test_a_ratio_and_the_events_of_both_arms():
    """A published ratio without any error has that of the events; what gives an error leads."""
    arms = (row("t", events=40, total=100), row("c", events=60, total=100))
    contrast = found(*arms, pair(estimate=0.7))[0].contrast
    assert contrast.estimate == pytest.approx(log(0.7))
    assert contrast.se == pytest.approx(sqrt(1 / 40 + 1 / 60))
    assert (contrast.form, contrast.rules) == ("events", ("error-of-events",))
    turned = found(*arms, pair(estimate=1 / 0.7))[0].contrast
    assert (turned.estimate, turned.se) == pytest.approx((-contrast.estimate, contrast.se))
    sizes = (row("t", total=100), row("c", total=50))
    by_size = found(*sizes, pair(estimate=0.7, events_both=90, measure="HR"))[0].contrast
    assert by_size.se == pytest.approx(150 / sqrt(90 * 100 * 50))
    stated = found(*arms, pair(estimate=0.7, ci_low=0.5, ci_high=0.98))[0].contrast
    assert stated.form == "limits"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((pair(reported_z=1.0),), "only with the events of both arms"),
        ((row("t", total=50), row("c", total=50), pair(estimate=0.7)), "no standard error"),
        (
            (row("t", total=50), row("c", total=50), pair(reported_p="0.04", events_both=30)),
            "does not say which arm did better",
        ),
        (
            (row("t", events=9, total=50), row("c", events=20, total=50), pair(reported_p="<0.05")),
            "not exact",
        ),
        ((row("t", events=0, total=9), row("c", events=3, total=9), pair(reported_z=1.0)), "only"),
    ],
)
def test_what_is_missing_is_said(rows, said):
    data = study_data(trial("t", *rows), HR, Comparison(("drug",), ("placebo",)))
    assert isinstance(data, Omission)
    assert said in in_words(data.reason, speak("en"))
