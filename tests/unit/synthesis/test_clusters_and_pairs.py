"""Clusters and pairs: worked examples of the Handbook, and what must hold whatever the numbers."""

import csv
from dataclasses import replace
from math import log, sqrt
from pathlib import Path

import pytest
from scipy import stats
from tests.converted import COMPARISON, pair, row, trial

from metasynth.checks.check import View
from metasynth.checks.totals import CHECKS
from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.model.conversions import ConversionChoices
from metasynth.model.designs import layout
from metasynth.model.records import AnalysisSpec, Omission, OutcomeSpec
from metasynth.sensitivity.assumptions import assumptions
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.extraction import extraction
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

CHANGES = Path(__file__).parents[2] / "reference" / "expected" / "changes.csv"
KINDS = {"OR": "binary", "RR": "binary", "RD": "binary", "MD": "continuous",
         "SMD": "continuous", "IRR": "rate"}  # fmt: skip


def outcome(measure, **choices):
    kind = KINDS.get(measure, "continuous")
    spec = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    return replace(spec, conversions=ConversionChoices(**choices))


def designed(design, *rows, name="t"):
    one = trial(name, *rows)
    return replace(one, study=replace(one.study, design=design))


def data(one, spec):
    found = study_data(one, spec, COMPARISON)
    assert not isinstance(found, Omission), found
    return found[0]


def pooled(spec, *trials, **choices):
    found = [data(one, spec) for one in trials]
    analysis = AnalysisSpec("p", "", **({"model": "IV"} | choices))
    return synthesise(spec, [analysis], COMPARISON, found)


# --- clusters -------------------------------------------------------------------------------------


def test_the_worked_example_of_the_handbook():
    """16.3.5 of version 5.1: of 63/295 and 84/330, ICC 0.02, remain 40.0/187.2 and 53.3/209.4."""
    clusters = {"cluster_size": 29.8, "icc": 0.02}
    rows = (row("t", events=63, total=295, **clusters), row("c", events=84, total=330, **clusters))
    found = data(designed("cluster randomised", *rows), outcome("RR"))
    numbers = [found.intervention.events, found.intervention.total,
               found.control.events, found.control.total]  # fmt: skip
    assert numbers == pytest.approx([40.0, 187.2, 53.3, 209.4], abs=0.06)
    assert found.layout == ""


GROUPS = {
    "binary": ({"events": 30, "total": 150}, {"events": 44, "total": 148}),
    "rate": ({"events": 30, "person_time": 150.5}, {"events": 44, "person_time": 148.0}),
    "continuous": ({"mean": 4.0, "sd": 2.0, "total": 150}, {"mean": 5.0, "sd": 2.2, "total": 148}),
}


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "IRR", "MD"])
def test_a_design_effect_multiplies_the_variance(measure):
    """So of groups (whose counts it divides) as of the same effect published (by its root)."""
    one, other = GROUPS[KINDS[measure]]
    plain = pooled(outcome(measure), trial("t", row("t", **one), row("c", **other)))
    effect = plain.analyses[0].studies[0]
    rows = (row("t", design_effect=1.75, **one), row("c", design_effect=1.75, **other))
    given = pair(estimate=effect.log_estimate, se=effect.se, measure=measure, design_effect=1.75)
    for rows_ in (rows, (given,)):
        found = pooled(outcome(measure), designed("cluster randomised", *rows_))
        row_ = found.analyses[0].studies[0]
        assert row_.log_estimate == pytest.approx(effect.log_estimate, rel=1e-12)
        assert row_.se == pytest.approx(effect.se * sqrt(1.75), rel=1e-12)
        assert "design effect" in in_words(row_.note, speak("en"))


@pytest.mark.parametrize("model", ["random", "IV", "MH", "Peto", "GLMM"])
def test_counts_that_are_no_whole_numbers_are_pooled_by_every_model(model):
    one, other = GROUPS["binary"]
    spec = outcome("OR")
    trials = [trial(f"s{i}", row("t", **one), row("c", **other)) for i in range(2)]
    clusters = {"cluster_size": 12.5, "icc": 0.03}
    trials.append(designed("cluster randomised", row("t", **one, **clusters),
                           row("c", **other, **clusters), name="c"))  # fmt: skip
    found = pooled(spec, *trials, model=model)
    estimate = found.analyses[0].estimates[0]
    assert estimate.estimate == pytest.approx((30 * 104) / (44 * 120), rel=0.01)
    battery(found)
    (ranges,) = extraction(found, trials).ranges
    assert ranges.tables == 1


def test_without_an_icc_clusters_are_told_of():
    one, other = GROUPS["binary"]
    plain = designed("cluster randomised", row("t", **one), row("c", **other))
    spec = outcome("OR")
    assert data(plain, spec).layout == "cluster"
    estimate = pooled(spec, plain).analyses[0].estimates[0]
    assert "randomised by clusters" in in_words(estimate.note, speak("en"))


# --- pairs ----------------------------------------------------------------------------------------

TEN = ({"mean": 7.0, "sd": 2.38, "total": 10}, {"mean": 6.5, "sd": 2.21, "total": 10})
CROSSOVER = "randomised, crossover"


def crossover(*more, r=None, name="t"):
    first, second = TEN
    return designed(CROSSOVER, row("t", **first, pair_correlation=r), row("c", **second), *more,
                    name=name)  # fmt: skip


def test_the_worked_example_of_a_crossover_trial():
    """Handbook 16.4.6.4 of version 5.1, printed as 0.583 of MD 0.5, and 0.218 with 0.256."""
    md = data(crossover(r=0.68), outcome("MD")).contrast
    assert (md.estimate, round(md.se, 3), md.form) == (0.5, 0.583, "paired")
    smd = data(crossover(r=0.68), outcome("SMD")).contrast
    assert (round(smd.estimate, 3), round(smd.se, 3)) == (0.218, 0.256)
    assumed = data(crossover(), outcome("SMD", pair_correlation=0.68)).contrast
    assert (assumed.se, assumed.rules) == (smd.se, ("paired-assumed",))


with CHANGES.open(newline="") as file:
    TWICE = list(csv.DictReader(file))


@pytest.mark.parametrize("given", TWICE, ids=lambda given: given["dataset"])
def test_the_error_is_that_of_the_patients_differences(given):
    """Of patients measured twice, R's own standard deviation of their differences."""
    n = int(given["n"])
    rows = [
        row(arm, mean=float(given[f"{when}_mean"]), sd=float(given[f"{when}_sd"]), total=n)
        for arm, when in (("t", "after"), ("c", "before"))
    ]
    r, d, se = float(given["r"]), float(given["mean"]), float(given["sd"]) / sqrt(n)
    t = d / se
    half = stats.t.ppf(0.975, n - 1) * se
    ways = {
        "r": (replace(rows[0], pair_correlation=r), rows[1]),
        "t": (*rows, pair(reported_t=t)),
        "F": (*rows, pair(reported_f=t**2)),
        "p": (*rows, pair(reported_p=f"{2 * stats.t.sf(abs(t), n - 1):.60f}")),
        "se": (*rows, pair(estimate=d, se=se)),
        "limits": (*rows, pair(estimate=d, ci_low=d - half, ci_high=d + half)),
    }
    for way, found in ways.items():
        one = designed(CROSSOVER, *found)
        contrast = data(one, outcome("MD")).contrast
        assert contrast.estimate == pytest.approx(d, rel=1e-9), way
        assert contrast.se == pytest.approx(se, rel=1e-8), way
        smd, other = (data(x, outcome("SMD")).contrast for x in (one, designed(
            CROSSOVER, *ways["r"])))  # fmt: skip
        assert smd.se == pytest.approx(other.se, rel=1e-8), way
    published = pair(estimate=d, reported_p=f"{2 * stats.t.sf(abs(t), n - 1):.60f}", measure="MD")
    alone = designed(CROSSOVER, row("t", total=n), row("c", total=n), published)
    assert data(alone, outcome("MD")).contrast.se == pytest.approx(se, rel=1e-8)


def test_a_ratio_of_paired_means():
    found = data(crossover(r=0.68), outcome("ROM")).contrast
    a, b = 2.38 / 7.0, 2.21 / 6.5
    assert found.estimate == pytest.approx(log(7 / 6.5))
    assert found.se == pytest.approx(sqrt((a * a + b * b - 2 * 0.68 * a * b) / 10))


def test_uncorrelated_pairs_are_as_other_patients():
    found = data(crossover(r=0.0), outcome("MD")).contrast
    parallel = pooled(outcome("MD"), trial("t", row("t", **TEN[0]), row("c", **TEN[1])))
    assert found.se == pytest.approx(parallel.analyses[0].studies[0].se, rel=1e-12)


def test_a_paired_test_is_no_spread_of_groups():
    """In a crossover trial t says how pairs agree; a missing standard deviation stays missing."""
    rows = (row("t", mean=7.0, total=10), row("c", mean=6.5, total=10), pair(reported_t=2.0))
    assert isinstance(study_data(designed(CROSSOVER, *rows), outcome("SMD"), COMPARISON), Omission)
    assert data(trial("t", *rows), outcome("SMD")).intervention.rules == ("sd-of-t",)


def test_a_test_of_other_patients_is_refused():
    found = study_data(crossover(pair(estimate=0.5, se=9.0)), outcome("MD"), COMPARISON)
    assert isinstance(found, Omission)
    assert "fits no correlation" in in_words(found.reason, speak("en"))


def test_without_a_correlation_pairs_are_told_of():
    assert data(crossover(), outcome("MD")).layout == "pairs"
    estimate = pooled(outcome("MD"), crossover()).analyses[0].estimates[0]
    assert "same patients under both treatments" in in_words(estimate.note, speak("en"))


def test_assumed_correlations_and_iccs_are_varied():
    first, second = GROUPS["continuous"]
    clusters = {"cluster_size": 9.0}
    trials = [
        trial("a", row("t", **first), row("c", **second)),
        crossover(name="b"),
        designed("cluster randomised", row("t", **first, **clusters),
                 row("c", **second, **clusters), name="c"),
    ]  # fmt: skip
    spec = outcome("MD", pair_correlation=0.5, icc=0.05)
    found = {(one.kind, one.value): one for one in assumptions(pooled(spec, *trials), trials)}
    assert found.keys() == {
        ("without", None), ("pairs", 0.3), ("pairs", 0.7), ("icc", 0.025), ("icc", 0.1)
    }  # fmt: skip
    for (kind, value), one in found.items():
        assert one.trials == {"pairs": ("b",), "icc": ("c",), "without": ("b", "c")}[kind]
        if kind == "without":
            continue
        name = {"pairs": "pair_correlation", "icc": "icc"}[kind]
        other = replace(spec, conversions=replace(spec.conversions, **{name: value}))
        expected = pooled(other, *trials).analyses[0].estimates[0]
        assert (one.estimate.estimate, one.estimate.se) == (expected.estimate, expected.se)


@pytest.mark.parametrize(
    ("design", "found"),
    [
        ("cluster randomised", "cluster"),
        ("Cluster-randomized, stepped wedge", "cluster"),
        ("randomised, cross-over", "pairs"),
        ("crossover, double-blind", "pairs"),
        ("randomised cross over", "pairs"),
        ("split-mouth, randomised", "pairs"),
        ("randomised, paired eyes", "pairs"),
        ("randomised, unpaired", ""),
        ("non-paired", ""),
        ("crossroads trial, randomised", ""),
        ("randomised, double-blind", ""),
        ("", ""),
    ],
)
def test_what_a_design_says(design, found):
    assert layout(design) == found


def test_one_group_of_a_crossover_trial_has_no_pairs():
    spec = replace(outcome("MN"), type="mean")
    assert data(crossover(), spec).layout == ""


@pytest.mark.parametrize(
    ("design", "same"),
    [("randomised, split into strata", False), ("crossroads trial", False), ("crossover", True)],
)
def test_a_design_is_one_thing_to_every_check(design, same):
    """Arms of other patients add up to the study's; those of the same patients need not."""
    one = designed(design, *(row(arm, mean=1.0, sd=2.0, total=20) for arm in ("t", "c")))
    one = replace(one, study=replace(one.study, n_randomised=20))
    doubts = [d for check in CHECKS for d in check.find(View(None, None, (one,)))]
    assert same != any("add up to" in doubt.expected for doubt in doubts)
    assert (layout(design) == "pairs") == same
