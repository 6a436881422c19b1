"""The catalogue of methods is whole: each record has its function, words, formula and choice."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from metasynth.model import method_catalogue as catalogue
from metasynth.model import methods
from metasynth.model.measure_catalogue import MEASURE_RECORDS, OUTCOME_TYPES
from metasynth.model.method_records import Method
from metasynth.model.records import AnalysisSpec, OutcomeSpec
from metasynth.model.robustness_config import DEFAULT_MULTIVERSE
from metasynth.report.text.terms import TERMS
from metasynth.stats import (
    columns,
    common_effect_intervals,
    glmm,
    intervals,
    score_intervals,
    tau2,
    tau2_limits,
    three_level_pool,
)
from metasynth.stats.effects.binary import BINARY_EFFECTS, Tables
from metasynth.stats.effects.continuous import CONTINUOUS_EFFECTS, Means
from metasynth.stats.effects.one_group import MEAN_EFFECTS
from metasynth.stats.effects.proportions import PROPORTION_EFFECTS
from metasynth.stats.effects.rates import RATE_EFFECTS
from metasynth.synthesis import metafor_export, selection
from metasynth.synthesis.multi_arm import covariance_of_shared_control

ROOT = Path(__file__).parents[3]
KINDS: dict[str, tuple[Method, ...]] = {
    "measure": MEASURE_RECORDS,
    "model": catalogue.MODELS,
    "tau2": catalogue.TAU2_METHODS,
    "ci": catalogue.CI_METHODS,
    "prediction": catalogue.PREDICTIONS,
    "of posterior": catalogue.OF_POSTERIOR,
    "tau2_ci": catalogue.TAU2_CIS,
    "study_ci": catalogue.STUDY_CIS,
    "zero_cells": catalogue.ZERO_CELLS,
    "double_zero": catalogue.DOUBLE_ZERO,
    "multi_arm": catalogue.MULTI_ARM,
    "asymmetry": catalogue.ASYMMETRY_TESTS,
}
FROM_EFFECTS = {record.name for record in catalogue.TAU2_METHODS if not record.of_counts}


def of_type(kind: str) -> set[str]:
    return set(methods.MEASURES[kind])


@pytest.mark.parametrize(
    ("what", "functions", "named"),
    [
        ("stats.tau2.ESTIMATORS", tau2.ESTIMATORS, FROM_EFFECTS),
        (
            "stats.intervals",
            {
                **intervals.CONFIDENCE_INTERVALS,
                **common_effect_intervals.ABOUT_THE_COMMON_MEAN,
                **three_level_pool.INTERVALS,
            },
            set(methods.CI_METHODS),
        ),
        (
            "stats.columns",
            dict.fromkeys((*columns.CLOSED["random"], "KR")),
            set(methods.intervals_of("random")),
        ),
        ("stats.glmm.FITS", glmm.FITS, set(methods.GLMMS)),
        ("stats.effects.binary", BINARY_EFFECTS, of_type("binary")),
        (
            "stats.effects.continuous",
            CONTINUOUS_EFFECTS,
            of_type("continuous") - methods.BY_BASELINE,
        ),
        ("stats.effects.one_group", MEAN_EFFECTS, of_type("mean") - methods.BY_BASELINE),
        ("selection.OF_CHANGES", selection.OF_CHANGES, methods.BY_BASELINE),
        ("stats.effects.proportions", PROPORTION_EFFECTS, of_type("proportion")),
        ("stats.effects.rates", RATE_EFFECTS, of_type("rate")),
        ("stats.tau2_limits", tau2_limits.LIMITS, set(methods.TAU2_CIS)),
        ("stats.score_intervals", score_intervals.SCORE_LIMITS, set(methods.OF_TABLES)),
    ],
)
def test_every_method_has_its_function(
    what: str, functions: dict[str, object], named: set[str]
) -> None:
    assert named - functions.keys() == set(), f"{what} lacks the function of these"
    assert functions.keys() - named == set(), f"the catalogue lacks a record of these of {what}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_and_an_anchor_stand_for_one_method(kind: str) -> None:
    names = [record.name for record in KINDS[kind]]
    assert len(set(names)) == len(names)
    assert all(record.label for record in KINDS[kind])


def test_an_estimator_has_its_own_formula_and_source() -> None:
    for record in catalogue.TAU2_METHODS:
        assert record.anchor == f"formula-{record.name.lower()}"
        assert record.formula, record.name
        assert re.search(r"\d{4}$", record.source), record.name
        assert not record.same_as or record.same_as in methods.TAU2


@pytest.mark.parametrize("code", ["en", "pl"])
def test_every_anchor_stands_in_the_appendix_of_formulas(code: str) -> None:
    text = (ROOT / "workflow" / "report" / code / "formulas.md").read_text("utf-8")
    anchors = set(re.findall(r"\{anchor:(formula-[\w-]+)\}", text))
    assert "{anchor:{{ method.anchor }}}" in text  # that of an estimator, made from its record
    for kind in set(KINDS) - {"tau2"}:
        for record in KINDS[kind]:
            for measure in methods.OF_TABLES:
                anchor = record.anchor.format(measure=measure.lower())
                assert not anchor or anchor in anchors, f"{code}: no formula of {record.name}"


def test_every_choice_of_an_analysis_has_its_words() -> None:
    chosen = {"model", "tau2", "ci", "prediction"}
    assert TERMS.keys() == {record.name for kind in chosen for record in KINDS[kind]}


def test_r_has_a_way_to_every_estimator_and_model() -> None:
    """By metafor's name, or by lines of the export's own."""
    bare = {record.name for record in catalogue.TAU2_METHODS if not record.metafor}
    assert bare == metafor_export.WRITTEN_OUT.keys()
    without = [record.name for record in catalogue.MODELS if not record.metafor]
    assert set(without) == methods.BAYESIAN  # which exports of their own repeat


@pytest.mark.parametrize("measure", methods.MEASURES["binary"] + methods.MEASURES["continuous"])
def test_covariance_is_defined_for_the_measures_that_say_so(measure: str) -> None:
    one = np.array([5.0])
    kinds = {"binary": Tables(one, 4 * one, one, 4 * one), "continuous": Means(*[one] * 6)}
    data = next(data for kind, data in kinds.items() if measure in methods.MEASURES[kind])
    if measure in methods.COVARIANCE_MEASURES:
        assert covariance_of_shared_control(measure, data) > 0
    else:
        with pytest.raises(ValueError, match=measure):
            covariance_of_shared_control(measure, data)


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_manual_of_methods_is_that_of_the_catalogue() -> None:
    """Made anew by docs/make_methods.py."""
    made = module("make_methods")
    assert made.MANUAL.read_text("utf-8") == made.manual()


def test_the_schema_of_the_tables_has_the_kinds_of_statement() -> None:
    """Made anew by docs/make_schema.py."""
    made = module("make_schema")
    text = made.TABLES.read_text("utf-8")
    assert made.tables(text) == text
    assert made.tables(text.replace('"fold"', '"folds"')) == text


def test_the_schema_of_the_configuration_has_the_catalogue_s_names() -> None:
    """Made anew by docs/make_schema.py."""
    made = module("make_schema")
    text = made.CONFIG.read_text("utf-8")
    assert made.config(text) == text
    assert made.config(text.replace('"DL2"', '"DL3"')) == text
    choices = json.loads(text)["properties"]["multiverse"]["properties"]
    for key in choices.keys() & made.RECORDS.keys():
        assert choices[key]["default"] == list(getattr(DEFAULT_MULTIVERSE, key))


@pytest.mark.parametrize("kind", OUTCOME_TYPES)
def test_every_measure_and_estimator_is_a_valid_choice(kind: str) -> None:
    for measure in methods.MEASURES[kind]:
        outcome = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("a",))
        for name in FROM_EFFECTS:
            spec = AnalysisSpec("a", "A", tau2=name)
            assert methods.check_combination(outcome, spec) is None, (measure, name)
