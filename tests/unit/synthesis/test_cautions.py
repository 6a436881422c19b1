"""What is said beside a pooled result, and when nothing is."""

from math import exp, inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth.language.sentences import in_words
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeSpec,
    StudyData,
)
from metasynth.stats.effects.proportions import PROPORTION_EFFECTS, from_double_arcsine, pooled_size
from metasynth.synthesis.synthesise import synthesise

NONE = Comparison((), ())


def two_groups(*tables):
    for i, (a, n1, c, n2) in enumerate(tables):
        yield StudyData(f"s{i}", f"S {i}", 2000, Group(("d",), "", a, n1), Group(("p",), "", c, n2))


def one_group(*counts):
    for i, (x, n) in enumerate(counts):
        yield StudyData(f"s{i}", f"S {i}", 2000, Group(("d",), "", x, n))


def pooled(kind, measure, studies, **choices):
    outcome = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    spec = AnalysisSpec("p", "", **choices)
    return synthesise(outcome, [spec], NONE, list(studies)).analyses[0].estimates[0]


IDENTICAL = [(10, 100, 20, 100)] * 4
TINY = [
    StudyData("s1", "", 1, *(Group((), "", None, n, mean=m, sd=s) for m, s, n in pair))
    for pair in (
        ((1.5, 0.5, 2), (1.2, 0.4, 2)),
        ((2.0, 0.7, 3), (1.4, 0.8, 2)),
        ((1.1, 0.6, 4), (0.9, 0.5, 3)),
    )
]


def test_an_interval_without_width_is_named_and_has_an_ad_hoc_one_beside_it():
    """Four identical trials: metafor's test = "adhoc" gives 0.28 to 0.89."""
    row = pooled("binary", "RR", two_groups(*IDENTICAL), ci="HKSJ")
    assert (row.ci_low, row.ci_high) == pytest.approx((0.5, 0.5), rel=1e-9)
    half = 3.182446305284263 * (0.13 / 4) ** 0.5
    assert (row.adhoc_low, row.adhoc_high) == pytest.approx(
        (0.5 * exp(-half), 0.5 * exp(half)), rel=1e-9
    )
    assert "has no width" in in_words(row.note)
    assert "narrower than Wald" in in_words(row.note)
    assert row.pi_low is None


def test_an_interval_narrower_than_walds_is_named():
    row = pooled("continuous", "SMD", TINY, tau2="REML", ci="HKSJ")
    assert (row.ci_low, row.ci_high) == pytest.approx((0.03, 0.79), abs=0.005)
    common = pooled("continuous", "SMD", TINY, model="IV")
    assert (common.ci_low, common.ci_high) == pytest.approx((-0.60, 1.41), abs=0.005)
    assert "narrower than Wald" in in_words(row.note)
    assert row.adhoc_low < common.ci_low


@given(
    st.lists(
        st.tuples(
            st.integers(1, 60), st.integers(61, 400), st.integers(1, 60), st.integers(61, 400)
        ),
        min_size=2,
        max_size=9,
    )
)
def test_the_ad_hoc_interval_stands_exactly_where_hksj_is_narrower(tables):
    row = pooled("binary", "OR", two_groups(*tables), ci="HKSJ")
    wald = pooled("binary", "OR", two_groups(*tables), ci="Wald")
    adhoc = pooled("binary", "OR", two_groups(*tables), ci="HKSJ-adhoc")
    narrower = log(row.ci_high / row.ci_low) < log(wald.ci_high / wald.ci_low) * (1 - 1e-12)
    if narrower:
        assert (row.adhoc_low, row.adhoc_high) == (adhoc.ci_low, adhoc.ci_high)
    assert (row.adhoc_low is not None) >= narrower
    assert ("narrower than Wald" in in_words(row.note)) is (row.adhoc_low is not None)


@pytest.mark.parametrize("model", ["IV", "random"])
def test_a_double_arcsine_that_cannot_be_turned_back_is_an_arcsine(model):
    """metafor's transf.ipft.hm gives 0 [0, 0]; the raw risk is 0.00012, as is the arcsine's."""
    studies = list(one_group((1, 10), (10, 100000), (20, 150000), (0, 12)))
    row = pooled("proportion", "PFT", studies, model=model)
    assert row.estimate > 0
    assert row.ci_low < row.estimate < row.ci_high
    assert "turned back as an arcsine" in in_words(row.note)
    if model == "IV":
        assert row.estimate == pytest.approx(0.00012, abs=0.00001)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(30, 200_000)), min_size=1, max_size=8),
    st.booleans(),
)
def test_a_pooled_proportion_lies_among_those_pooled(counts, turned_round):
    """Whatever the sizes: never 0 where there are events, nor 1 where there are others."""
    import numpy as np

    events, totals = np.array(counts, dtype=float).T
    events = totals - events if turned_round else events
    y, v = PROPORTION_EFFECTS["PFT"](events, totals)
    mean = float((y / v).sum() / (1 / v).sum())
    size = pooled_size(mean, events, totals)
    found = from_double_arcsine(mean, size)
    if size != inf:
        assert (events / totals).min() - 1e-6 <= found <= (events / totals).max() + 1e-6
    assert found > 0 or not events.any()
    assert found < 1 or (events == totals).all()


def test_equal_sizes_are_turned_back_as_metafor_does():
    row = pooled("proportion", "PFT", one_group((1, 50), (3, 50), (0, 50)), model="IV")
    assert "arcsine" not in in_words(row.note)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([(1, 2000, 3, 2000), (2, 1500, 2, 1500)], True),
        ([(0, 50, 4, 50), (5, 60, 9, 60), (0, 70, 6, 70)], True),
        ([(20, 100, 30, 100), (15, 90, 22, 95)], False),
    ],
)
@pytest.mark.parametrize("model", ["random", "IV", "MH"])
def test_rare_events_under_inverse_variance_are_named(tables, said, model):
    row = pooled("binary", "RR", two_groups(*tables), model=model)
    assert ("Events are rare" in in_words(row.note)) is (said and model != "MH")
    alone = pooled("binary", "RR", two_groups(tables[0]), model=model)
    assert "Events are rare" not in in_words(alone.note)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([(5, 400, 2, 100), (4, 90, 3, 95)], "of very unequal size"),
        ([(60, 100, 10, 100), (55, 90, 9, 95)], "this large"),
        ([(20, 100, 30, 100), (15, 90, 22, 95)], ""),
    ],
)
def test_the_limits_of_petos_method_are_named(tables, said):
    row = pooled("binary", "OR", two_groups(*tables), model="Peto")
    assert ("Peto’s method is biased" in in_words(row.note)) is bool(said)
    assert said in in_words(row.note)
    assert "Peto" not in in_words(pooled("binary", "OR", two_groups(*tables), model="MH").note)


def test_limits_of_a_risk_difference_beyond_one_are_named():
    wide = pooled("binary", "RD", two_groups((1, 3, 0, 2), (3, 3, 0, 2)), ci="HKSJ")
    assert max(abs(wide.ci_low), abs(wide.ci_high)) > 1
    assert "no difference of two risks can" in in_words(wide.note)
    assert "no difference" not in in_words(pooled("binary", "RD", two_groups(*IDENTICAL)).note)


def test_contrasts_have_no_counts_to_be_cautious_about():
    studies = [StudyData(f"s{i}", "", 1, contrast=Contrast(-0.2 * i, 0.1)) for i in (1, 2, 5)]
    assert pooled("generic", "HR", studies).note == ()


@pytest.mark.parametrize(
    ("measure", "tables", "said"),
    [
        # One in two hundred, but dozens of events in each group: nothing is unreliable.
        ("RR", [(60, 13000, 250, 12800), (29, 7500, 45, 7300), (180, 50000, 140, 27000)], ""),
        ("RR", [(2, 1000, 1, 1000), (4, 1200, 3, 1200)], "Mantel–Haenszel’s are preferred"),
        ("RD", [(2, 1000, 1, 1000), (4, 1200, 3, 1200)], "Mantel–Haenszel’s are preferred"),
        ("OR", [(2, 1000, 1, 1000), (4, 1200, 3, 1200)], "binomial-normal model are preferred"),
        ("ASD", [(2, 1000, 1, 1000), (4, 1200, 3, 1200)], ""),
        ("OR", [(7, 42, 0, 12), (9, 105, 0, 48), (15, 250, 5, 251)], "Peto’s"),
        ("RR", [(3, 40, 2, 40), (4, 50, 3, 50)], ""),
    ],
)
def test_rare_are_few_events_not_small_risks_and_advice_fits_the_measure(measure, tables, said):
    note = pooled("binary", measure, two_groups(*tables), tau2="DL").note
    note = in_words(note)
    assert ("Events are rare" in note) is bool(said)
    assert said in note
