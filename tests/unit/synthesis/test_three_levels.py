"""Trials in clusters: what a three-level pool says, and what is left out because of them."""

import csv
import io
from dataclasses import fields, replace
from math import isclose
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

import metasynth as ms
from metasynth.core import store
from metasynth.figures import catalogue
from metasynth.figures.forest.rows import forest_rows
from metasynth.grade.case import make_case
from metasynth.grade.imprecision import imprecision
from metasynth.language.cluster_names import cluster_label
from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.living.growth import growth
from metasynth.model.certainty_config import DEFAULT_RULES
from metasynth.model.methods import check_combination, intervals_of
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    CovariateSpec,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.model.robustness_config import DEFAULT_MULTIVERSE, SequentialChoices
from metasynth.provenance.outcome import outcome_entries
from metasynth.provenance.pools import sequence_entries
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.cluster_diagnostics import MUCH
from metasynth.sensitivity.extraction import extraction
from metasynth.sensitivity.multiverse import multiverse
from metasynth.sensitivity.sequential import sequential
from metasynth.stats.three_level import fit_three_level
from metasynth.synthesis.metafor_export import metafor_csv
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parents[2] / "reference" / "expected" / "multilevel_effects.csv"
COMPARISON = Comparison(("new",), ("old",), intervention_label="New", control_label="Old")
THREE = AnalysisSpec("three", "Three levels", model="three_level", ci="CR2", prediction="t_k-1")


def effects(dataset: str) -> list[StudyData]:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] == dataset]
    return [
        StudyData(
            f"s{i}",
            f"Effect {i}",
            1990 + int(row["study"]),
            contrast=Contrast(float(row["y"]), float(row["v"]) ** 0.5),
            cluster=row["study"],
        )
        for i, row in enumerate(rows)
    ]


def pooled(studies: list[StudyData], spec: AnalysisSpec = THREE, **more: object) -> OutcomeResult:
    outcome = OutcomeSpec(
        "o", "The outcome", "o", None, "generic", "SMD", "benefit", (spec.name,), **more
    )
    result = synthesise(outcome, [spec], COMPARISON, studies)
    return store.from_json(OutcomeResult, store.to_json(result))  # as the pipeline keeps it


def counted(per_cluster: int = 2, clusters: int = 6) -> list[StudyData]:
    """Trials with counts, several of each cluster with the same control group."""
    found = []
    for number in range(per_cluster * clusters):
        new = Group(("n",), "New", 8 + number, 60)
        old = Group(("o",), "Old", 15 + number // per_cluster, 60)
        cluster = str(number // per_cluster)
        found.append(StudyData(f"s{number}", f"S{number}", 2000, new, old, cluster=cluster))
    return found


def of_counts(studies: list[StudyData], **more: object) -> OutcomeResult:
    outcome = OutcomeSpec(
        "o", "The outcome", "o", None, "binary", "RR", "harm", (THREE.name,), **more
    )
    return synthesise(outcome, [THREE], COMPARISON, studies)


def test_konstantopoulos_is_as_the_documentation_of_metafor_prints_it():
    """dat.konstantopoulos2011: 0.1847 (SE 0.0846), variances 0.0651 and 0.0327, Q 578.86."""
    spec = replace(THREE, ci="Wald")
    row = pooled(effects("konstantopoulos2011"), spec).analyses[0].estimates[0]
    assert (row.k, row.clusters) == (56, 11)
    found = [row.estimate, row.se, row.tau2_between, row.tau2_within, row.q]
    assert found == pytest.approx([0.1847, 0.0846, 0.0651, 0.0327, 578.864], abs=5e-5)
    assert row.i2 == pytest.approx(row.i2_between + row.i2_within)
    assert row.tau2 is None
    assert row.tau2_between_low < row.tau2_between < row.tau2_between_high


@pytest.mark.parametrize("ci", intervals_of("three_level"))
def test_every_interval_is_about_the_same_mean(ci):
    rows = [
        pooled(effects("assink2016"), replace(THREE, ci=name)).analyses[0].estimates[0]
        for name in ("Wald", ci)
    ]
    assert rows[0].estimate == rows[1].estimate
    assert rows[1].ci_method == ci
    assert isclose(rows[1].ci_low + rows[1].ci_high, 2 * rows[1].estimate, rel_tol=1e-6)
    assert (rows[1].df is None) == (ci == "Wald")


def test_patients_of_one_cluster_are_not_added_up():
    result = of_counts(counted())
    row = result.analyses[0].estimates[0]
    assert row.estimate is not None
    totals = ("events_intervention", "total_intervention", "events_control", "total_control")
    assert {getattr(row, field) for field in totals} == {None}
    case = make_case(result, DEFAULT_RULES)
    assert case.control_risk is None
    assert "not added up" in in_words(imprecision(case).reasons)
    assert battery(result).absolute == ()
    declared = of_counts(counted(), baseline_risks=(0.2,))
    assert [one.origin for one in battery(declared).absolute] == ["declared"]


def test_each_cluster_is_left_out_as_a_whole():
    studies = effects("konstantopoulos2011")
    rows = battery(pooled(studies)).leave_one_out
    assert len(rows) == 11
    sizes = {s.cluster: sum(t.cluster == s.cluster for t in studies) for s in studies}
    for row in rows:
        own = next(s for s in studies if f"without {s.study}" == row.subgroup)
        assert (row.k, row.clusters) == (56 - sizes[own.cluster], 10)
        rest = [s for s in studies if s.cluster != own.cluster]
        assert row.estimate == pytest.approx(pooled(rest).analyses[0].estimates[0].estimate)


def test_clusters_join_one_by_one_by_year():
    rows = battery(pooled(effects("konstantopoulos2011"))).cumulative
    assert [row.clusters for row in rows] == list(range(1, 12))
    assert rows[0].estimate is None
    assert "one cluster" in in_words(rows[0].note)
    assert len(growth([pooled(effects("konstantopoulos2011"))])) == 11  # one cluster a year


def test_nothing_is_made_that_takes_trials_to_be_independent():
    result = of_counts(
        counted(3), sequential=SequentialChoices(0.2), covariate=CovariateSpec("x", "X")
    )
    result = replace(
        result, studies=tuple(replace(s, covariate=float(i)) for i, s in enumerate(result.studies))
    )
    found = battery(result)
    assert all(test.p is None and test.reason for test in found.asymmetry)
    assert found.trim_and_fill.filled is None
    assert found.fragility is None
    assert found.regression is not None
    assert found.regression.slope is None
    assert "independent" in found.regression.reason
    assert found.diagnostics.subsets is None
    assert {d.cooks_distance for d in found.diagnostics.studies} == {None}
    assert not sequential(result).looks
    assert not multiverse(result, (), DEFAULT_MULTIVERSE).scales
    assert not extraction(result, ()).ranges
    everything = set(catalogue.figures(result.outcome, 18, 18))
    left = set(catalogue.figures(result.outcome, 18, 18, in_clusters=True))
    assert everything - left == {
        *("influence", "baujat", "galbraith", "gosh", "funnel", "adjusted", "bubble"),
        *("multiverse", "sequential"),
    }


def test_subgroups_that_may_share_clusters_are_not_compared():
    studies = [
        replace(s, subgroup="a" if i % 2 else "b") for i, s in enumerate(effects("assink2016"))
    ]
    result = pooled(studies).analyses[0]
    assert [row.subgroup for row in result.estimates] == ["all", "b", "a"]
    assert all(row.estimate is not None for row in result.estimates)
    assert result.tests == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda i, s: replace(s, cluster=""), "no cluster has several"),
        (lambda i, s: replace(s, cluster="1"), "one cluster"),
    ],
)
def test_without_two_levels_there_is_no_result_and_it_says_why(change, why):
    studies = [change(i, s) for i, s in enumerate(effects("berkey1998"))]
    row = pooled(studies).analyses[0].estimates[0]
    assert row.estimate is None
    assert why in in_words(row.note)
    for code in ("en", "pl"):
        assert in_words(row.note, speak(code))


def test_parts_of_one_trial_are_a_cluster():
    """As strata and arms that share a control are: items of one id, without any covariate."""
    studies = [
        replace(s, cluster="", study=f"t{s.cluster}", label=f"{s.study}")
        for s in effects("berkey1998")
    ]
    row = pooled(studies).analyses[0].estimates[0]
    assert (row.k, row.clusters) == (10, 5)
    assert row.estimate == pooled(effects("berkey1998")).analyses[0].estimates[0].estimate


def test_weights_below_nought_are_not_given():
    studies = [
        StudyData(f"s{i}", f"S{i}", None, contrast=Contrast(y, se), cluster=c)
        for i, (y, se, c) in enumerate(
            [(0.1, 0.01, "a"), (0.1, 1.0, "a"), (0.1, 0.02, "b"), (0.12, 0.02, "c")]
        )
    ]
    result = pooled(studies, replace(THREE, correlation=0.9)).analyses[0]
    assert result.estimates[0].estimate is not None
    assert {study.weight for study in result.studies} == {None}
    assert "weight below nought" in in_words(result.estimates[0].note)


def test_the_forest_plot_has_a_heading_for_each_cluster():
    said = forest_rows(pooled(effects("konstantopoulos2011")), None, speak("en"))
    headings = [row.label for row in said.rows if row.kind == "heading"]
    assert len(headings) == 11
    assert "Cluster 1" in headings[0]
    studies = [row for row in said.rows if row.kind == "study"]
    assert len(studies) == 56
    assert all(row.indented for row in studies)
    assert any("between clusters" in line for line in said.statistics)


def test_r_gets_the_clusters():
    rows = list(csv.DictReader(io.StringIO(metafor_csv(pooled(effects("assink2016"))))))
    assert len({row["cluster"] for row in rows}) == 17


@pytest.mark.parametrize("ci", ["t", "CR2"])
def test_every_number_has_its_origin(ci):
    result = pooled(effects("berkey1998"), replace(THREE, ci=ci))
    row, item = result.analyses[0].estimates[0], battery(result)
    language = speak("en")
    entries = {
        entry.key: entry
        for entry in (
            *outcome_entries(result, frozenset(), language),
            *sequence_entries(result, item, frozenset(), language),
        )
    }
    told = [key for key in entries if key.startswith("o.three.") and key.count(".") == 2]
    for name in (field.name for field in fields(row)):
        if isinstance(getattr(row, name), float | int) and name not in ("k", "p"):
            assert f"o.three.{name}" in told
            assert entries[f"o.three.{name}"].method
    inputs = {key for entry in entries.values() for key in entry.inputs}
    assert {key for key in inputs if not key.startswith("config/")} <= entries.keys()
    assert ("o.three.clusters" in entries["o.three.df"].inputs) == (ci == "t")
    assert {"o.three.tau2_between", "o.three.tau2_within"} <= {*entries["o.three.pi_low"].inputs}


@examples(15)
@given(st.randoms(use_true_random=False))
def test_the_order_of_trials_and_the_names_of_clusters_change_nothing(random):
    studies = effects("berkey1998")
    named = {s.cluster: str(n) for n, s in enumerate(random.sample(studies, len(studies)))}
    other = [replace(s, cluster=named[s.cluster]) for s in random.sample(studies, len(studies))]
    one, two = (pooled(own).analyses[0].estimates[0] for own in (studies, other))
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(two, field.name)
        assert a == b or a == pytest.approx(b, rel=1e-6, abs=1e-9), field.name


def test_a_data_frame_is_pooled_by_its_clusters():
    studies = effects("assink2016")
    frame = {
        "yi": [s.contrast.estimate for s in studies],
        "sei": [s.contrast.se for s in studies],
        "study": [s.label for s in studies],
        "lab": [f"Lab {s.cluster}" for s in studies],
    }
    found = ms.pool(frame, "SMD", cluster="lab", model="three_level", ci="CR2", correlation=0.6)
    assert found.pooled.clusters == 17
    assert found.pooled.tau2_between == pytest.approx(0.0807329876, abs=1e-8)
    assert "tau2 between" in found.summary()
    assert len(found.to_frame("leave_one_out")) == 17


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ({"tau2": "DL"}, "fitted by REML"),
        ({"ci": "KR"}, "three_level has"),
        ({"prediction": "HK"}, "prediction HK"),
        ({"subgroup_tau2": "common"}, "cannot share"),
        ({"correlation": 1.0}, "below 1"),
        (
            {"model": "random", "ci": "Wald", "correlation": 0.5},
            "only RVE-CORR, multivariate, three_level have",
        ),
        ({"model": "random", "ci": "CR2"}, "three-level model"),
    ],
)
def test_what_the_model_has_not_is_refused_by_name(choice, why):
    outcome = OutcomeSpec("o", "O", "o", None, "generic", "SMD", "benefit", ("three",))
    assert why in (check_combination(outcome, replace(THREE, **choice)) or "")


def test_each_cluster_has_its_influence():
    """Of dat.konstantopoulos2011 district 71 alone moves the effect by more than its error."""
    studies = [replace(s, heading=f"District {s.cluster}") for s in effects("konstantopoulos2011")]
    result = pooled(studies)
    found = battery(result)
    assert [one.study for one in found.clusters] == [
        row.subgroup.removeprefix("without ") for row in found.leave_one_out
    ]
    whole = fit_three_level(*(np.array(column) for column in columns(studies)))
    for one, row in zip(found.clusters, found.leave_one_out, strict=True):
        change = result.analyses[0].estimates[0].log_estimate - row.log_estimate
        assert one.cooks_distance == pytest.approx(change**2 / whole.variance, rel=1e-5)
        assert (one.dfbetas > 0) == (change > 0)
    much = [one for one in found.clusters if abs(one.dfbetas) > MUCH]
    assert [cluster_label(one.study, result, speak("en")) for one in much] == ["District 7"]
    assert not battery(of_counts(counted(1, 6))).clusters


def columns(studies):
    names = {name: i for i, name in enumerate(dict.fromkeys(s.cluster for s in studies))}
    pairs = [(s.contrast.estimate, s.contrast.se**2, names[s.cluster]) for s in studies]
    return zip(*pairs, strict=True)
