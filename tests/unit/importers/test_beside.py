"""What joins a review that is there: sheets of RoB 2, and references."""

import csv
import os
from pathlib import Path

import pytest
from test_draft import BIB, NBIB, RIS
from test_revman import four_outcomes, one_of_each_type

from metasynth import __main__
from metasynth.core import bibtex
from metasynth.review.load import load_review
from metasynth.tables import reader


@pytest.fixture
def review(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one_of_each_type(tmp_path / "r.zip")
    assert __main__.main(["new", "mine", "--from", "r.zip"]) == 0
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def bias(review, *rows, header="Study,D1,D2,D3,D4,D5,Overall,Weight", options=()):
    path = review.parent / "rob2.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return __main__.main(["import", "rob2", str(path), *options])


RIGHT = ("smith 2001", "Low", "Some concerns", "High risk", "L", "No information", "High", "12.5")


def test_a_sheet_of_robvis(review, capsys):
    other = ("Smit 2001", *RIGHT[1:])
    assert bias(review, RIGHT, other) == 0
    (trial,) = load_review(review / "config.yaml", review).trials
    assert [(j.domain, j.judgement) for j in trial.risk_of_bias] == [
        ("randomisation process", "Low"),
        ("deviations from intended interventions", "Some concerns"),
        ("missing outcome data", "High"),
        ("measurement of the outcome", "Low"),
        ("selection of the reported result", "No information"),
        ("overall", "High"),
    ]
    assert {(j.tool, j.support) for j in trial.risk_of_bias} == {("RoB 2", "rob2.csv, row 2")}
    said = capsys.readouterr().out
    assert "row 3  Smit 2001: no trial of this name; did you mean smith 2001?" in said
    assert bias(review, RIGHT) == 1
    assert "already; left as it is" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("smith 2001", "Lowish", *RIGHT[2:])], 'd1 "Lowish": expected low'),
        ([("smith 2001", "", *RIGHT[2:])], 'd1 "": expected low'),
        ([RIGHT, RIGHT], "row 3: a second row for smith 2001"),
        ([], "no rows below its header"),
    ],
)
def test_what_is_no_judgement_is_refused_and_nothing_is_written(review, capsys, rows, words):
    assert bias(review, *rows) == 1
    told = capsys.readouterr()
    assert words in told.out + told.err
    assert not list(review.rglob("risk_of_bias.csv"))[1:]  # the template's own


@pytest.mark.parametrize("text", [RIS, NBIB, BIB])
def test_references_join_those_that_are_there_once(review, text):
    (review.parent / "list.txt").write_text(text, encoding="utf-8")
    bib = review / "data/raw/references.bib"
    before = bib.read_text("utf-8")
    assert __main__.main(["import", "references", "../list.txt"]) == 0
    after = bib.read_text("utf-8")
    assert after.startswith(before.rstrip())
    entries, faults = bibtex.parse(after, "references.bib")
    assert faults == []
    assert "muller2001" in [entry.key for entry in entries]
    assert __main__.main(["import", "references", "../list.txt"]) == 0
    assert bib.read_text("utf-8") == after


def test_a_file_without_references_changes_nothing(review, capsys):
    before = (review / "data/raw/references.bib").read_bytes()
    (review.parent / "list.txt").write_text("Smith 2001. A trial.\n", encoding="utf-8")
    assert __main__.main(["import", "references", "../list.txt"]) == 1
    assert "no references in RIS" in capsys.readouterr().err
    assert (review / "data/raw/references.bib").read_bytes() == before


def test_trials_join_with_their_references_or_not_at_all(review, monkeypatch, capsys):
    path = four_outcomes(review.parent / "review.rm5")
    arguments = ["import", "revman", str(path), "--reference", "imported_file"]
    bib, trials = review / "data/raw/references.bib", review / "data/raw/trials"
    before = bib.read_bytes(), sorted(trials.iterdir())
    replace = os.replace

    def full(source, target):
        if Path(target).name == bib.name:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    assert __main__.main(arguments) == 1
    assert "no space left in" in capsys.readouterr().err
    assert (bib.read_bytes(), sorted(trials.iterdir())) == before
    assert not list((review / "data/raw").glob(".*"))
    monkeypatch.setattr(os, "replace", replace)
    assert __main__.main(arguments) == 0
    entries, faults = bibtex.parse(bib.read_text("utf-8"), "references.bib")
    assert (faults, [e.key for e in entries]) == ([], ["imported_file", "muller2001"])
    found = {
        t.study.label: t.study.reference for t in reader.trials(reader.read(review / "data/raw"))
    }
    assert found["Müller 2001"] == "muller2001"
