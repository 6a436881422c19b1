"""Effects that covary by a structure: what a pool says of levels, where it is refused, in R."""

import csv
import io
from dataclasses import replace

import pytest

from metasynth.figures.forest.rows import forest_rows
from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.language.tracked import bare
from metasynth.model.methods import check_combination
from metasynth.model.records import (
    AnalysisSpec,
    Cell,
    Comparison,
    Contrast,
    EffectSpec,
    OutcomeSpec,
    StudyData,
    StudyValue,
)
from metasynth.provenance.outcome import outcome_entries
from metasynth.provenance.pools import sequence_entries
from metasynth.sensitivity.battery import battery
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("new",), ("old",), intervention_label="New", control_label="Old")
STRUCTURED = AnalysisSpec("m", "M", model="multivariate", structure="HCS", ci="CR2", means="each")
WEEKS = tuple(EffectSpec(f"{week} weeks", "pain", week) for week in (4, 12, 24))
PAIN = OutcomeSpec("o", "Pain", "pain", None, "generic", "SMD", "harm", ("m",), effects=WEEKS)
CELL = Cell("trials/a/covariates.csv", 2)


def studies() -> list[StudyData]:
    """Eight trials, each of two or three weeks, of a few laboratories."""
    found = []
    for i in range(24):
        trial, week = divmod(i, 3)
        if (trial, week) not in ((1, 2), (4, 0)):
            y = 0.3 + 0.1 * week + 0.2 * ((5 * trial) % 4) - 0.15 * ((3 * i) % 5) / 4
            lab = StudyValue("lab", CELL, number=float(trial % 3))
            found.append(
                StudyData(
                    f"t{trial}", f"T{trial}, {WEEKS[week].name}", 2000 + trial,
                    contrast=Contrast(y, 0.1 + 0.01 * (i % 4)), values=(lab,),
                    part=WEEKS[week].name, heading=f"T{trial}",
                )
            )  # fmt: skip
    return found


def pooled(spec: AnalysisSpec = STRUCTURED, outcome: OutcomeSpec = PAIN):
    return synthesise(outcome, [spec], COMPARISON, studies())


@pytest.mark.parametrize("structure", ["CS", "HCS", "UN", "AR", "HAR", "CAR"])
def test_levels_stand_in_the_order_of_the_effects(structure):
    (analysis,) = pooled(replace(STRUCTURED, structure=structure)).analyses
    assert analysis.estimates[0].estimate is not None, in_words(analysis.estimates[0].note)
    levels = [one for one in analysis.components if one.component == "level"]
    assert [(one.subgroup, one.k) for one in levels] == [
        ("4 weeks", 7), ("12 weeks", 8), ("24 weeks", 7),
    ]  # fmt: skip
    assert all(one.estimate is not None and one.tau2 is not None for one in levels)
    pairs = [one.subgroup for one in analysis.components if one.component == "pair"]
    assert len(pairs) == (3 if structure == "UN" else 0)
    assert (analysis.estimates[0].rho is None) == (structure == "UN")


def test_a_structure_of_equal_variances_has_no_levels_without_averages():
    spec = replace(STRUCTURED, structure="CS", means="common", prediction="t_k-1")
    (analysis,) = pooled(spec).analyses
    row = analysis.estimates[0]
    assert analysis.components == ()
    assert None not in (row.tau2, row.rho, row.i2, row.pi_low)


@pytest.mark.parametrize("crossed", [(), ("lab",)])
def test_every_number_has_its_origin(crossed):
    spec = replace(STRUCTURED, structure="CS", ci="Wald" if crossed else "CR2")
    if crossed:
        spec = replace(spec, structure=None, means="common")
    result = pooled(spec, replace(PAIN, crossed=crossed))
    language = speak("en")
    entries = {
        entry.key: entry
        for entry in (
            *outcome_entries(result, {"trials/a/covariates.csv/2/value"}, language),
            *sequence_entries(result, battery(result), frozenset(), language),
        )
    }
    for place, one in enumerate(result.analyses[0].components, 1):
        for field in ("tau2", "estimate", "clusters"):
            if getattr(one, field) is not None:
                assert entries[f"o.m.subgroups.{place}.{field}"].method
    inputs = {key for entry in entries.values() for key in entry.inputs}
    assert {key for key in inputs if not key.startswith("config/")} <= entries.keys()


def test_each_trial_is_left_out_as_a_whole_and_has_its_influence():
    result = pooled(replace(STRUCTURED, structure="CS", means="common", ci="Wald"))
    found, whole = battery(result), result.analyses[0].estimates[0]
    assert [row.subgroup for row in found.leave_one_out] == [f"without t{i}" for i in range(8)]
    for one, row in zip(found.clusters, found.leave_one_out, strict=True):
        change = whole.log_estimate - row.log_estimate
        assert one.cooks_distance == pytest.approx(change**2 / whole.se**2, rel=1e-6)
        assert (one.dfbetas > 0) == (change > 0)


def test_the_forest_plot_says_variance_and_correlation():
    said = forest_rows(pooled(replace(STRUCTURED, structure="CS")), None, speak("en"))
    assert any("ρ = " in bare(line) for line in said.statistics)


def test_r_gets_levels_factors_and_structure():
    result = pooled(
        replace(STRUCTURED, ci="Wald", correlation=0.3), replace(PAIN, crossed=("lab",))
    )
    table = metafor_csv(result).splitlines()
    assert {"inner", "crossed_lab"} <= {*table[0].split(",")}
    script = metafor_script(result, "d.csv")
    assert 'levels = c("4 weeks", "12 weeks", "24 weeks")' in script
    assert 'list(~ inner | cluster, ~ 1 | crossed_lab), struct = "HCS"' in script
    weeks = csv.DictReader(io.StringIO(metafor_csv(pooled(replace(STRUCTURED, structure="CAR")))))
    assert {row["inner"] for row in weeks} == {"4", "12", "24"}


def test_a_trial_without_the_factor_is_left_out_by_name():
    own = [replace(one, values=()) if one.study == "t3" else one for one in studies()]
    spec = replace(STRUCTURED, ci="Wald")
    result = synthesise(replace(PAIN, crossed=("lab",)), [spec], COMPARISON, own)
    assert {one.study for one in result.omissions} == {"t3"}
    assert "lab is not stated" in in_words(result.omissions[0].reason)


def test_what_nothing_tells_is_no_result():
    alone = [one for one in studies() if one.part != "24 weeks" or one.study == "t9"]
    apart = [one for one in alone if (one.part == "4 weeks") == (one.study in ("t0", "t2"))]
    for own in (studies()[:3], apart):
        row = synthesise(PAIN, [replace(STRUCTURED, structure="UN")], COMPARISON, own)
        assert row.analyses[0].estimates[0].estimate is None
        assert row.analyses[0].estimates[0].note


@pytest.mark.parametrize(
    ("choice", "outcome", "why"),
    [
        ({"structure": None}, {}, "needs a structure"),
        ({"structure": None}, {"crossed": ("lab",)}, "means of each level"),
        ({}, {"effects": ()}, "list effects"),
        ({"structure": "CAR"}, {"effects": (EffectSpec("a", "x"), EffectSpec("b", "y"))}, "a week"),
        ({"prediction": "t_k-1"}, {}, "no one prediction"),
        ({"ci": "t"}, {"crossed": ("lab",)}, "tie together"),
        ({"model": "three_level"}, {}, "structure is that of model multivariate"),
        ({"model": "three_level", "structure": None}, {}, "means is that of"),
        ({"structure": "XX"}, {}, "not one of CS"),
        ({"tau2": "DL"}, {}, "REML or ML"),
        ({"ci": "HKSJ"}, {}, "multivariate has"),
    ],
)
def test_what_cannot_be_is_refused_by_name(choice, outcome, why):
    found = check_combination(replace(PAIN, **outcome), replace(STRUCTURED, **choice))
    assert why in (found or "")
