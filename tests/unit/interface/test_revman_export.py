"""What is exported for RevMan Web: read back, it is what the review has."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from tests.examples import BCG, ROOT, led, led_outcome
from tests.examples import pooled as pool
from tests.made_up import several

from metasynth.__main__ import main
from metasynth.core import store
from metasynth.importers import command, covidence, revman
from metasynth.importers.source import Sides
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.review.load import load_review
from metasynth.review.revman_export import _arm_names, exported, revman_files
from metasynth.synthesis.comparison import brought
from metasynth.synthesis.synthesise import synthesise

REVIEWS = {
    "bcg": BCG,
    "fibromyalgia": ROOT / "examples/fibromyalgia",
    "head_and_neck": ROOT / "examples/head_and_neck",
}


def results(folder: Path, to: Path):
    """The results of a review's outcomes, written as the pipeline leaves them."""
    found = {}
    for outcome in led(folder).config.outcomes:
        result, _ = led_outcome(folder, outcome.id)
        text = store.to_json(result)
        store.write(to / outcome.id / "result.json", text)
        found[outcome.label] = store.from_json(type(result), text)
    return found


def zipped(folder: Path, tmp_path: Path):
    found = results(folder, tmp_path / "outcomes")
    files = revman_files(led(folder).config.outcomes, tmp_path / "outcomes")
    path = tmp_path / "revman.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
            (tmp_path / name).write_bytes(content)
    return found, files, path


def table(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8"))))


def held(result, study):
    """A study's numbers as they stand in its result: of both groups, or of a contrast."""
    if result.outcome.type == "generic":
        return [{"estimate": study.contrast.estimate, "se": study.contrast.se}]
    names = ("events", "total") if result.outcome.type == "binary" else ("mean", "sd", "total")
    groups = (study.intervention, study.control)
    return [{name: getattr(group, name) for name in names} for group in groups]


def read_back(items):
    return [
        {name: float(text) for name, text in one.numbers.items()}
        for item in items
        for one in item.results
    ]


@pytest.mark.parametrize("name", REVIEWS)
def test_import_revman_gives_the_same_numbers_of_each_study(name, tmp_path):
    found, files, path = zipped(REVIEWS[name], tmp_path)
    reading = revman.reading(command.revman_file(path), "", Sides("a", "b"))
    out = {(r["outcome"], r["study"]) for r in table(files, "not-as-here.csv") if r["study"]}
    labels = {outcome.id: outcome.label for outcome in reading.outcomes}
    items = {(labels[item.outcome], item.study): item for item in reading.items}
    expected = {
        (label, study.label): held(result, study)
        for label, result in found.items()
        for study in result.studies
        if (label, study.label) not in out
    }
    assert {key: read_back([item]) for key, item in items.items()} == expected
    assert len(expected) + len(out) == sum(len(result.studies) for result in found.values())
    assert {left.reason for left in reading.left_out if not left.kept} == set()


@pytest.mark.parametrize("name", REVIEWS)
def test_the_study_data_hold_the_same_arms(name, tmp_path):
    """The files that RevMan Web imports, read by what reads Covidence's."""
    found, files, _ = zipped(REVIEWS[name], tmp_path)
    control = led(REVIEWS[name]).config.comparisons[""].control_label
    reading = covidence.read(tmp_path / "study-results.csv", tmp_path / "study-arms.csv", control)
    rows = table(files, "study-results.csv")
    assert len(reading.items) == len(rows)
    assert reading.left_out == []
    read = {}
    for row, item in zip(rows, reading.items, strict=True):
        read.setdefault((row["Outcome"], row["Study"]), []).append(item)
    for label, result in found.items():
        for study in result.studies:
            if items := read.pop((label, study.label), None):
                assert read_back(items) == held(result, study)
    assert read == {}


def test_from_an_empty_folder_the_zip_gives_the_same_pool(tmp_path, monkeypatch):
    """metasynth export, then metasynth new --from: RevMan's own pool of the BCG trials."""
    found, _, path = zipped(BCG, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["new", "again", "--from", str(path)]) == 0
    review = load_review(tmp_path / "again/config.yaml", tmp_path / "again")
    outcome = next(o for o in review.config.outcomes if o.label in found)
    specs = [AnalysisSpec("p", "P", tau2="REML", ci="HKSJ")]
    studies, _ = brought(review.trials, outcome, review.config.comparison_of(outcome))
    here, there = (
        synthesise(outcome, specs, Comparison(("a",), ("b",)), studies).analyses[0].estimates[0]
        for studies in (found[outcome.label].studies, studies)
    )
    assert there.k == here.k == 13
    assert there.estimate == pytest.approx(here.estimate, rel=1e-12)
    assert there.ci_low == pytest.approx(here.ci_low, rel=1e-12)


def pooled(kind, measure, *studies, **choices):
    outcome = OutcomeSpec("o", "The outcome", "o", None, kind, measure, "harm", ("p",))
    spec = AnalysisSpec("p", "P", **choices)
    return synthesise(outcome, [spec], Comparison(("new",), ("old",)), list(studies))


def two(events, total=40.0, label="Smith 2001", study="a"):
    control = Group(("o",), "O", 9, 41)
    return StudyData(study, label, 2001, Group(("n",), "N", events, total), control)


def test_what_revman_has_no_place_for_is_named():
    split = two(3.5, 20.5, label="Jones 1999", study="b")
    found = exported(pooled("binary", "RR", two(4), split, tau2="REML", ci="HKSJ"), 1)
    assert [row["Study"] for row in found.rows] == ["Smith 2001"]
    assert [(study, there) for _, study, there, _ in found.unlike] == [
        ("", "yes"),
        ("Jones 1999", "no"),
    ]
    assert "tau2 REML, ci HKSJ" in found.unlike[0][3]
    ratio = exported(pooled("binary", "RR", two(4), tau2="DL-MH"), 1)
    assert ratio.unlike == []
    assert ratio.settings[0]["Statistical method"] == "MH"
    none = exported(pooled("binary", "ASD", two(4)), 1)
    assert (none.rows, none.settings, none.results) == ([], [], [])


def test_two_studies_of_one_label_stay_two():
    found = exported(pooled("binary", "OR", two(4), two(5, study="b")), 1)
    assert [row["Study"] for row in found.rows] == ["Smith 2001 (a)", "Smith 2001 (b)"]


def test_rates_go_as_effects_with_their_errors():
    groups = [Group(("n",), "N", 4, person_time=100.5), Group(("o",), "O", 9, person_time=99.0)]
    study = replace(two(4), intervention=groups[0], control=groups[1])
    result = pooled("rate", "IRR", study, tau2="DL")
    found = exported(result, 1)
    effect = result.analyses[0].studies[0]
    assert (found.rows[0]["GIV Mean"], found.rows[0]["GIV SE"]) == (
        repr(effect.log_estimate),
        repr(effect.se),
    )
    assert found.settings[0]["Effect measure"] == "Rate Ratio"


def test_text_stays_text():
    found = exported(pooled("binary", "OR", two(4, label="=1+1")), 1)
    assert found.rows[0]["Study"] == "=1+1"  # to_csv guards it, as in every table


def test_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    copytree(BCG, tmp_path / "bcg", ignore=ignore_patterns("results"))
    monkeypatch.chdir(tmp_path / "bcg")
    target = tmp_path / "revman.zip"
    assert main(["export", str(target)]) == 1
    assert "metasynth run makes it" in capsys.readouterr().err
    assert not target.exists()


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A review of three comparisons that share trials, its results, and the zip made of them."""
    folder = tmp_path_factory.mktemp("several")
    several().write(folder / "review")
    review = load_review(Path("config.yaml"), folder / "review")
    found = {}
    for outcome in review.config.outcomes:
        text = store.to_json(pool(review.config, review.trials, outcome)[0])
        store.write(folder / outcome.id / "result.json", text)
        found[outcome.id] = store.from_json(OutcomeResult, text)
    files = revman_files(review.config.outcomes, folder)
    with zipfile.ZipFile(folder / "revman.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return found, files, folder / "revman.zip"


def test_each_of_several_comparisons_is_one_of_revman(three):
    found, files, path = three
    for number, name in enumerate(("low_dose", "high_dose", "active"), start=1):
        reading = revman.reading(command.revman_file(path), str(number), Sides("a", "b"))
        labels = {outcome.id: outcome.label for outcome in reading.outcomes}
        items = {(labels[item.outcome], item.study): read_back([item]) for item in reading.items}
        assert items == {
            (result.outcome.label, study.label): held(result, study)
            for result in found.values()
            if result.outcome.comparison == name
            for study in result.studies
        }
    settings = table(files, "review-overall-estimates-and-settings.csv")
    assert [(row["Analysis group"], row["Analysis number"]) for row in settings] == [
        *(("1", "1"), ("1", "2"), ("2", "1"), ("2", "2"), ("3", "1"), ("3", "2"))
    ]


def test_an_arm_of_several_comparisons_is_one_row_of_study_data(three):
    _, files, _ = three
    keys = [(r["Study"], r["Outcome"], r["Arm"]) for r in table(files, "study-results.csv")]
    assert len(keys) == len(set(keys))
    assert ("Trial a1", "Response", "Placebo") in keys
    assert {arm for study, _, arm in keys if study == "Trial a1"} == {
        *("Low dose", "High dose", "Placebo", "Standard drug")
    }


def test_sides_of_one_name_are_told_apart_by_their_treatments(three):
    found, _, _ = three
    named = [
        replace(one.comparison, intervention_label="Drug", label="")
        for one in (found["response__low_dose"], found["response__high_dose"])
    ]
    assert set(_arm_names(named).values()) == {"Drug (drug low)", "Drug (drug high)", "Placebo"}
