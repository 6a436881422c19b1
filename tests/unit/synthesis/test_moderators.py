"""Meta-regressions on several moderators: values, levels, and when there is none and why."""

import csv
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.figure_cases import cases
from tests.unit.synthesis.test_covariates import trial

from metasynth.core.messages import in_english
from metasynth.model import covariates
from metasynth.model.moderated_effects import ModeratedEffects, rows
from metasynth.model.moderators import (
    ModeratorModel,
    ModeratorTerm,
    Profile,
    ProfileContrast,
    Setting,
    cut_level,
    cut_levels,
)
from metasynth.model.records import Cell, Judgement, OutcomeResult, StudyValue
from metasynth.sensitivity.meta_regression import regress
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script
from metasynth.synthesis.moderated import moderated
from metasynth.synthesis.moderator_design import moderator_design
from metasynth.synthesis.selection import effects_of

HERE = Cell("trials/a/study.csv", 2)
LATITUDES = (44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33)
ALLOCATION = ("random",) * 4 + ("alternate",) * 4 + ("systematic",) * 5
LATITUDE = ModeratorTerm("latitude", "Latitude", "latitude")
DESIGN = ModeratorTerm("design", "Design", "design", reference="random")


def bcg(*models: ModeratorModel, **columns: Any) -> OutcomeResult:
    """The BCG trials with values of some columns, None for what is not stated."""
    case = cases()["bcg"]
    known = {"latitude": LATITUDES, "design": ALLOCATION} | columns
    studies = []
    for i, study in enumerate(case.studies):
        own = [
            StudyValue(name, HERE, word=value)
            if isinstance(value, str)
            else StudyValue(name, HERE, number=float(value))
            for name, values in known.items()
            if (value := values[i]) is not None
        ]
        studies.append(replace(study, values=tuple(own)))
    outcome = replace(case.outcome, moderators=models, covariate=None)
    return replace(case, outcome=outcome, studies=tuple(studies))


def model(*terms: ModeratorTerm, **more: Any) -> ModeratorModel:
    return ModeratorModel("m", "The model", terms, **more)


def of(result: OutcomeResult) -> tuple[ModeratedEffects, ...]:
    spec = result.analyses[0].spec
    effects = effects_of(result.studies, result.outcome, spec)
    return moderated(result.outcome, spec, result.studies, effects.y, effects.v)


def found(*terms: ModeratorTerm, more: Any = None, **columns: Any) -> ModeratedEffects:
    return of(bcg(model(*terms, **(more or {})), **columns))[0]


def reason(*terms: ModeratorTerm, more: Any = None, **columns: Any) -> str:
    none = found(*terms, more=more, **columns)
    assert none.reason is not None
    assert not none.coefficients
    return in_english(none.reason)


def test_fewer_than_ten_trials_with_all_values_are_refused() -> None:
    few = (*LATITUDES[:9], None, None, None, None)
    assert "about ten studies" in reason(LATITUDE, DESIGN, latitude=few)
    ten = (*LATITUDES[:10], None, None, None)
    model = found(LATITUDE, latitude=ten)
    labels = [study.label for study in cases()["bcg"].studies]
    assert (model.k, model.left_out) == (10, tuple(labels[10:]))
    assert model.reason is None


def test_fewer_than_ten_trials_for_a_coefficient_are_said() -> None:
    assert not found(LATITUDE).few_per_coefficient
    assert found(LATITUDE, DESIGN).few_per_coefficient


def test_columns_that_depend_on_each_other_are_named() -> None:
    twice = replace(LATITUDE, name="again", per=10.0)
    assert "latitude and again depend on each other" in reason(LATITUDE, twice)
    said = reason(replace(LATITUDE, name="flat"), latitude=(30,) * 13)
    assert said == "all studies have the same value of flat"
    north = tuple("north" if x > 30 else "south" for x in LATITUDES)
    half = ModeratorTerm("half", "Half", "population")
    code = ModeratorTerm("code", "Code", "code")
    same = tuple(int(x == "north") for x in north)
    said = reason(half, code, population=north, code=same)
    assert "intercept, half[south] and code depend" in said


def test_an_interaction_that_no_trial_shows_is_named() -> None:
    kind = ModeratorTerm("kind", "Kind", "population")
    kinds = ("a",) * 4 + ("b",) * 4 + ("a",) * 5
    said = reason(DESIGN, kind, more={"interactions": (("design", "kind"),)}, population=kinds)
    assert "depend on each other" in said
    assert "design[alternate]" in said


def test_more_coefficients_than_trials_are_refused() -> None:
    words = ModeratorTerm("p", "P", "population")
    assert "no more studies than coefficients" in reason(words, population=tuple("abcdefghijklm"))


def test_a_reference_that_no_trial_of_the_outcome_has_is_refused() -> None:
    assert reason(replace(DESIGN, reference="cohort")) == "no study has the level cohort"
    at = Profile("p", "P", (Setting("design", level="cohort"),))
    assert "no study has the level cohort" in reason(DESIGN, more={"predictions": (at,)})


def test_levels_stand_in_their_order_the_reference_first() -> None:
    codes = tuple((1, 2, 3)[i % 3] for i in range(13))
    levels = (("low", 1.0), ("middle", 2.0), ("high", 3.0))
    term = ModeratorTerm("code", "Code", "code", levels=levels)
    names = [one.name for one in found(term, code=codes).coefficients]
    assert names == ["intercept", "code[middle]", "code[high]"]
    names = [one.name for one in found(replace(term, reference="high"), code=codes).coefficients]
    assert names == ["intercept", "code[low]", "code[middle]"]
    judged = tuple(("High", "Low", "Some concerns")[i % 3] for i in range(13))
    bias = ModeratorTerm("risk_of_bias", "Bias", "risk_of_bias")
    names = [one.name for one in found(bias, risk_of_bias=judged).coefficients]
    assert names == ["intercept", "risk_of_bias[Some concerns]", "risk_of_bias[High]"]


def test_classes_begin_at_their_cut_points() -> None:
    assert cut_levels((20.0, 40.0)) == ("<20", "20–<40", "≥40")
    assert [cut_level((20.0, 40.0), x) for x in (19.9, 20.0, 39.0, 40.0)] == [
        "<20", "20–<40", "20–<40", "≥40"
    ]  # fmt: skip
    term = replace(LATITUDE, cuts=(20.0, 40.0))
    names = [one.name for one in found(term).coefficients]
    assert names == ["intercept", "latitude[20–<40]", "latitude[≥40]"]


def test_terms_that_no_profile_names_are_held_at_the_mean_or_the_reference() -> None:
    at = Profile("p", "P", (Setting("design", level="alternate"),))
    (predicted,) = found(LATITUDE, DESIGN, more={"predictions": (at,)}).predictions
    assert predicted.at == (
        Setting("latitude", pytest.approx(np.mean(LATITUDES))),
        Setting("design", level="alternate"),
    )
    assert predicted.outside == ()
    far = Profile("p", "P", (Setting("latitude", 60.0),))
    (predicted,) = found(LATITUDE, DESIGN, more={"predictions": (far,)}).predictions
    assert predicted.outside == ("latitude",)


def test_a_contrast_of_two_numbers_is_the_slope_times_their_distance() -> None:
    pair = ProfileContrast("c", "C", (Setting("latitude", 50.0),), (Setting("latitude", 20.0),))
    model = found(LATITUDE, DESIGN, more={"contrasts": (pair,)})
    assert model.contrasts[0].estimate == pytest.approx(30 * model.coefficients[1].estimate)
    assert model.contrasts[0].p == pytest.approx(model.coefficients[1].p)


def test_one_number_by_itself_is_the_meta_regression_on_a_covariate() -> None:
    """The older key and this one, of the same trials."""
    model, case = found(LATITUDE), cases()["bcg"]
    studies = tuple(replace(s, covariate=x) for s, x in zip(case.studies, LATITUDES, strict=True))
    spec, effects = case.analyses[0].spec, effects_of(studies, case.outcome, case.analyses[0].spec)
    alone = regress(case.outcome, spec, studies, effects.y, effects.v)
    assert alone is not None
    slope = model.coefficients[1]
    assert (slope.estimate, slope.se, slope.p) == pytest.approx(
        (alone.slope, alone.slope_se, alone.p)
    )
    assert (model.tau2, model.r2, model.qe) == pytest.approx((alone.tau2, alone.r2, alone.qe))
    line = model.lines[0].points
    assert [p.effect for p in line] == pytest.approx([p.effect for p in alone.line])
    assert [p.low for p in line] == pytest.approx([p.low for p in alone.line])


def test_where_a_characteristic_stands() -> None:
    given = trial(100.0, 100.0)

    def value(name: str) -> tuple[float | None, str, str] | None:
        one = covariates.characteristic(given, name, ["arm0", "arm1"], "x")
        return one and (one.number, one.word, one.cell.file)

    assert value("year") == (2001.0, "", "study.csv")
    assert value("latitude") == (44.0, "", "covariates.csv")
    assert value("treatment") == (None, "drug", "trials/a/arms.csv")
    assert value("dose") == (100.0, "", "trials/a/arms.csv")
    assert value("design") is None


def judgement(outcome: str, domain: str, word: str, row: int) -> Judgement:
    return Judgement(outcome, "RoB 2", domain, word, "", "", Cell("trials/a/risk_of_bias.csv", row))


def test_the_risk_of_bias_is_the_overall_one_of_the_outcome_or_of_the_trial() -> None:
    whole = judgement("", "Overall", "high risk", 2)
    own = judgement("x", "Overall bias", "low", 3)
    other = judgement("y", "Overall", "some concerns", 4)
    part = judgement("", "Randomisation", "low", 5)

    def level(*judgements: Judgement) -> str | None:
        given = replace(trial(100.0), risk_of_bias=judgements)
        found = covariates.characteristic(given, "risk_of_bias", ["arm0"], "x")
        return found.word if found else None

    assert level(whole, own, other, part) == "Low"
    assert level(whole, other, part) == "High"
    assert level(other, part) is None
    assert level(judgement("", "Overall", "no information", 2)) is None
    assert level(whole, judgement("", "Overall", "low", 6)) is None  # two tools that disagree


def test_rows_of_the_table_say_every_number_once() -> None:
    at = Profile("p", "P", (Setting("latitude", 50.0),))
    pair = ProfileContrast("c", "C", (Setting("latitude", 50.0),), (Setting("latitude", 20.0),))
    model = found(LATITUDE, DESIGN, more={"predictions": (at,), "contrasts": (pair,)})
    made = list(rows("tb", model))
    kinds = [row.kind for row in made]
    assert kinds == [
        "model", "residual", "term", "term", *["coefficient"] * 4, "contrast", "prediction"
    ]  # fmt: skip
    refused = list(rows("tb", found(LATITUDE, latitude=(30,) * 13), "why"))
    assert [(row.kind, row.note, row.estimate) for row in refused] == [("model", "why", None)]


def test_the_data_frame_has_the_moderators_and_the_script_keeps_text_text() -> None:
    hostile = ('x"); system("touch y") #',) * 6 + ("=1+1",) * 7
    term = ModeratorTerm("design", 'D\nsystem("touch z")', "design")
    result = bcg(replace(model(term, LATITUDE), label='M\nsystem("touch w")'), design=hostile)
    read = list(csv.DictReader(io.StringIO(metafor_csv(result))))
    assert [row["mod_latitude"] for row in read] == [str(float(x)) for x in LATITUDES]
    assert read[12]["mod_design"] == "'=1+1"
    script = metafor_script(result, "metafor.csv")
    code = [line for line in script.splitlines() if "touch" in line and not line.startswith("#")]
    assert code == [
        '  design = factor(d$mod_design, c("\'=1+1", "x\\"); system(\\"touch y\\") #")),'
    ]


def test_moderators_are_a_model_of_their_own_beside_each_other() -> None:
    result = bcg(model(LATITUDE), replace(model(DESIGN), name="n"))
    one, other = of(result)
    assert (one.name, other.name, one.declared, one.tests) == ("m", "n", 2, 2)


def test_a_design_without_studies_is_none() -> None:
    result = bcg(model(LATITUDE, DESIGN))
    design = moderator_design(result.outcome.moderators[0], (), np.zeros(0))
    assert design.kept == ()
