"""A file of RevMan with several comparisons: one review that pools what each analysis has."""

import csv
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from revman_files import data, data_row, outcome, package, rm5, setting, table
from test_revman import CSV_HEAD, SIDES, csv_row
from tests.budget import examples

from metasynth import __main__
from metasynth.importers import command, revman
from metasynth.importers.found import ImportRefused
from metasynth.review.load import load_review
from metasynth.synthesis.comparison import brought


def begun(file, *options):
    """The review that begins with a file, loaded."""
    folder = file.parent / "myreview"
    assert __main__.main(["new", str(folder), "--from", str(file), *options]) == 0
    return load_review(folder / "config.yaml", folder)


def pooled(review):
    """The counts of the two groups of each study that each outcome pools."""
    found = {}
    for one in review.config.outcomes:
        studies, _ = brought(review.trials, one, review.config.comparisons[one.comparison])
        found[one.id] = sorted(
            (s.label, *(cell for g in (s.intervention, s.control) for cell in (g.events, g.total)))
            for s in studies
        )  # fmt: skip
    return found


def counts(a, n, c, m):
    cells = ("Experimental_cases", "Experimental_N", "Control_cases", "Control_N")
    return dict(zip(cells, map(str, (a, n, c, m)), strict=True))


def file_of(path, analyses, names):
    """A data package: (comparison, number, name, left, right, {study: counts}) and names."""
    rows, known = [], []
    for of, number, name, left, right, studies in analyses:
        labels = {"Experimental_group_label": left, "Control_group_label": right}
        at = {"Analysis_group": of, "Analysis_group_name": names[of]}
        known.append(setting(number, name, "Dichotomous", "Risk Ratio", **at, **labels))
        rows += [
            data_row(study, number, name, Analysis_group=of, **counts(*cells))
            for study, cells in studies.items()
        ]
    return package(path, rows, known)


def shared(path):
    """Two drugs against the same placebo; Three 2001 has all three groups."""
    return file_of(path, [
        ("1", "1", "Death", "Aspirin", "Placebo",
            {"Three 2001": (1, 20, 5, 22), "A 2002": (2, 30, 3, 31)}),
        ("1", "2", "Pain", "Aspirin", "placebo", {"A 2002": (9, 30, 8, 31)}),
        ("2", "1", "Death", "Warfarin", "Placebo",
            {"Three 2001": (4, 21, 5, 22), "B 2003": (6, 40, 7, 41)}),
    ], {"1": "Aspirin versus placebo", "2": "Warfarin versus placebo"})  # fmt: skip


def test_comparisons_share_trials_arms_and_outcomes(tmp_path):
    review = begun(shared(tmp_path / "r.zip"))
    sides = [(one.label, one.sides) for one in review.config.comparisons.values()]
    assert sides == [
        ("Aspirin versus placebo", (("Aspirin",), ("Placebo",))),
        ("Warfarin versus placebo", (("Warfarin",), ("Placebo",))),
    ]
    first, second = review.config.comparisons
    assert pooled(review) == {
        f"death__{first}": [("A 2002", 2, 30, 3, 31), ("Three 2001", 1, 20, 5, 22)],
        "pain": [("A 2002", 9, 30, 8, 31)],
        f"death__{second}": [("B 2003", 6, 40, 7, 41), ("Three 2001", 4, 21, 5, 22)],
    }
    (three,) = (trial for trial in review.trials if trial.study.label == "Three 2001")
    assert [arm.treatment for arm in three.arms] == ["Aspirin", "Placebo", "Warfarin"]
    assert len(three.results) == 3
    assert "The same in row 5." in next(r.note for r in three.results if r.arm_id == "placebo")


def test_one_comparison_can_be_taken(tmp_path):
    review = begun(shared(tmp_path / "r.zip"), "--comparison", "2")
    assert list(review.config.comparisons) == [""]
    assert list(pooled(review)) == ["death"]
    table = (tmp_path / "myreview/imported/not-imported.csv").read_text("utf-8")
    assert table.count("of another comparison") == 3


def test_a_comparison_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match=r"1 .Aspirin versus placebo., 2 .Warf.*: choose one"):
        revman.reading(command.revman_file(shared(tmp_path / "r.zip")), "3", SIDES)


def test_a_group_divided_among_comparisons_gives_each_its_own_outcome(tmp_path):
    path = file_of(tmp_path / "r.zip", [
        ("1", "1", "Death", "Aspirin", "Placebo", {"Three 2001": (1, 20, 5, 22)}),
        ("2", "1", "Death", "Warfarin", "Placebo", {"Three 2001": (4, 21, 2, 11)}),
    ], {"1": "One", "2": "Two"})  # fmt: skip
    assert pooled(begun(path)) == {
        "death": [("Three 2001", 1, 20, 5, 22)],
        "death_2": [("Three 2001", 4, 21, 2, 11)],
    }


def test_no_comparison_takes_in_a_trial_that_its_analysis_does_not_have(tmp_path):
    path = file_of(tmp_path / "r.zip", [
        ("1", "1", "Death", "Aspirin", "Placebo", {"Three 2001": (1, 20, 5, 22)}),
        ("2", "1", "Death", "Warfarin", "Placebo", {"Three 2001": (4, 21, 5, 22)}),
        ("3", "1", "Death", "Aspirin", "Warfarin", {"D 2004": (3, 33, 4, 34)}),
    ], {"1": "One", "2": "Two", "3": "Three"})  # fmt: skip
    assert pooled(begun(path)) == {
        "death__one": [("Three 2001", 1, 20, 5, 22)],
        "death__two": [("Three 2001", 4, 21, 5, 22)],
        "death_2": [("D 2004", 3, 33, 4, 34)],
    }


def test_comparisons_of_the_same_sides_are_one_and_that_is_told(tmp_path, capsys):
    path = file_of(tmp_path / "r.zip", [
        ("1", "1", "Death", "Aspirin", "Placebo", {"A": (1, 20, 5, 22), "B": (2, 20, 6, 22)}),
        ("2", "1", "Death", "aspirin", "Placebo", {"A": (1, 20, 5, 22)}),
    ], {"1": "All trials", "2": "Low risk of bias"})  # fmt: skip
    review = begun(path)
    assert list(review.config.comparisons) == [""]
    assert [o.label for o in review.config.outcomes] == ["Death", "Death (Low risk of bias)"]
    assert [len(rows) for rows in pooled(review).values()] == [2, 1]
    table = (tmp_path / "myreview/imported/not-imported.csv").read_text("utf-8")
    assert "the same sides as All trials: one comparison here" in table


def test_names_that_say_nothing_are_those_of_their_comparison(tmp_path):
    path = file_of(tmp_path / "r.zip", [
        ("1", "1", "Death", "Experimental", "Control", {"A": (1, 20, 5, 22)}),
        ("2", "1", "Death", "Experimental", "Control", {"A": (3, 24, 5, 22)}),
    ], {"1": "Aspirin", "2": "Warfarin"})  # fmt: skip
    review = begun(path)
    assert [one.intervention for one in review.config.comparisons.values()] == [
        ("Experimental (Aspirin)",), ("Experimental (Warfarin)",)]  # fmt: skip
    assert pooled(review) == {
        "death__aspirin": [("A", 1, 20, 5, 22)],
        "death__warfarin": [("A", 3, 24, 5, 22)],
    }


def test_sides_that_an_analysis_turns_round_stay_as_the_file_has_them(tmp_path):
    path = file_of(tmp_path / "r.zip", [
        ("1", "1", "Death", "Aspirin", "Placebo", {"A": (1, 20, 5, 22)}),
        ("1", "2", "Survival", "Placebo", "Aspirin", {"A": (17, 22, 19, 20)}),
        ("2", "1", "Pain", "Placebo", "Aspirin", {"A": (7, 22, 9, 20)}),
    ], {"1": "There", "2": "Back"})  # fmt: skip
    assert list(pooled(begun(path)).values()) == [
        [("A", 1, 20, 5, 22)], [("A", 17, 22, 19, 20)], [("A", 7, 22, 9, 20)]]  # fmt: skip


def test_an_rm5_file_and_an_analysis_csv_have_all_their_comparisons(tmp_path):
    row = {"EVENTS_1": 3, "TOTAL_1": 30, "EVENTS_2": 4, "TOTAL_2": 40}
    first = outcome("DICH", "Death", [data("DICH", "Smith", **row)], EFFECT_MEASURE="RR")
    second = first.replace("<GROUP_LABEL_1>Drug", "<GROUP_LABEL_1>Diet").replace('="3"', '="5"')
    both = f'{first}</COMPARISON><COMPARISON ID="CMP-002" NO="2"><NAME>Diet</NAME>{second}'
    own = begun(rm5(tmp_path / "r.rm5", both))
    assert list(pooled(own).values()) == [
        [("Smith (1998)", 3, 30, 4, 40)], [("Smith (1998)", 5, 30, 4, 40)]]  # fmt: skip
    head = {"Data_Type": "DIC", "Effect_Measure": "RR", "Group_Label_2": "Placebo"}
    cells = {"Total_1": "30", "Events_2": "4", "Total_2": "40", "Year_of_study": "1998"}
    rows = [
        csv_row("0", "Drug versus placebo"),
        csv_row("1", "Death", Group_Label_1="Drug", **head),
        csv_row("1", "Smith", Events_1="3", **cells),
        csv_row("0", "Diet", Comparison_Number="2"),
        csv_row("1", "Death", Comparison_Number="2", Group_Label_1="Diet", **head),
        csv_row("1", "Smith", Comparison_Number="2", Events_1="5", **cells),
    ]
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv/analyses.csv").write_bytes(table(CSV_HEAD, rows))
    found = pooled(begun(tmp_path / "csv/analyses.csv"))
    assert [[row[1:] for row in rows] for rows in found.values()] == [
        [(3, 30, 4, 40)], [(5, 30, 4, 40)]]  # fmt: skip


def test_into_a_review_that_is_there_come_trials_and_what_to_write(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = shared(tmp_path / "r.zip")
    assert __main__.main(["import", "revman", str(file), "--reference", "x"]) == 0
    said = capsys.readouterr().out
    assert re.search(
        r"comparisons:\n  aspirin_versus_placebo:\n    label: .Aspirin versus placebo.", said
    )
    rows = (tmp_path / "data/raw/trials/three_2001/results.csv").read_text("utf-8").splitlines()
    assert len([*csv.DictReader(rows)]) == 3


def test_the_same_two_groups_in_two_comparisons_are_no_parts_of_a_trial(tmp_path):
    """Where one of the comparisons has a group more, so that they are not the same."""
    path = file_of(tmp_path / "r.zip", [
        ("1", "1", "Pain", "Aspirin", "Placebo", {"A": (1, 20, 5, 22)}),
        ("1", "2", "Death", "Aspirin", "Warfarin", {"A": (2, 20, 6, 21)}),
        ("2", "1", "Death", "Aspirin", "Warfarin", {"A": (2, 20, 6, 21)}),
    ], {"1": "One", "2": "Two"})  # fmt: skip
    assert list(pooled(begun(path)).values()) == [
        [("A", 1, 20, 5, 22)], [("A", 2, 20, 6, 21)], [("A", 2, 20, 6, 21)]]  # fmt: skip


CELLS = st.tuples(st.integers(1, 3), st.integers(4, 5), st.integers(1, 3), st.integers(4, 5))
STUDIES = st.dictionaries(st.sampled_from("ABC"), CELLS, min_size=1)
NAMES = ("Aspirin", "aspirin", "Warfarin", "Placebo", "Experimental", "Control", "")
ANALYSIS = st.tuples(
    st.sampled_from("12345"), st.sampled_from(("Death", "Pain")), st.sampled_from(NAMES),
    st.sampled_from(NAMES), STUDIES)  # fmt: skip


@examples(15)
@given(st.lists(ANALYSIS, min_size=1, max_size=7), st.booleans())
def test_each_analysis_of_any_file_is_pooled_with_its_own_rows(analyses, same):
    """Whatever sides and studies it has, and whatever other analyses have."""
    analyses = [
        (of, str(number), name, left, right, studies)
        for number, (of, name, left, right, studies) in enumerate(analyses)
    ]
    names = {of: "Trials" if same else f"Comparison of {of}" for of in "12345"}
    with tempfile.TemporaryDirectory() as folder:
        found = pooled(begun(file_of(Path(folder) / "r.zip", analyses, names)))
    wanted = [
        tuple(sorted((study, *cells) for study, cells in one[-1].items())) for one in analyses
    ]
    assert Counter(tuple(rows) for rows in found.values()) == Counter(wanted)
