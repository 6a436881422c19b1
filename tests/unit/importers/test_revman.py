# ruff: noqa: E501, SIM905 - tables are easier to read in one line a row
"""RevMan's data package, .rm5 file and analysis CSV: the type of data decides what a row means."""

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from revman_files import (
    ROWS,
    SETTINGS,
    data,
    data_row,
    outcome,
    package,
    rm5,
    setting,
    subgroup,
    table,
)
from tests.budget import examples

from metasynth.importers import command, revman
from metasynth.importers.found import ImportRefused
from metasynth.importers.source import Sides

SIDES = Sides("intervention", "control")
COUNTS = {
    "Experimental_cases": "3",
    "Experimental_N": "30",
    "Control_cases": "4",
    "Control_N": "40",
}
MEANS = {"Experimental_mean": "5.0", "Experimental_SD": "4.7", "Experimental_N": "13",
         "Control_mean": "0.0", "Control_SD": "3.8", "Control_N": "14"}  # fmt: skip
HAZARD = {"GIV_Mean": "-0.25", "GIV_SE": "0.125", "Mean": "0.778801"}
PETO = {"O-E": "-2.5", "Variance": "8.0", "Experimental_cases": "4", "Experimental_N": "50",
        "Control_cases": "9", "Control_N": "51"}  # fmt: skip


def read(path, comparison=""):
    return revman.reading(command.revman_file(path), comparison, SIDES)


def numbers(found):
    """What was read of each study and outcome, as numbers."""
    return {
        (item.study, item.outcome, item.part): [
            {name: float(text) for name, text in result.numbers.items()} for result in item.results
        ]
        for item in found.items
    }


def one_of_each_type(path):
    names = (
        ("1", "Death", COUNTS),
        ("2", "Pain", MEANS),
        ("3", "Survival", HAZARD),
        ("4", "Relapse", PETO),
    )
    return package(
        path,
        [data_row("Smith 2001", number, name, **given) for number, name, given in names],
        [
            setting("1", "Death", "Dichotomous", "Odds Ratio", "MH"),
            setting("2", "Pain", "Continuous", "Mean Difference", model="Random effects"),
            setting("3", "Survival", "Generic inverse variance", "Hazard Ratio"),
            setting("4", "Relapse", "O-E and variance", "Peto Odds Ratio", "Exp[(O-E) / Var]"),
        ],
    )


def test_each_type_of_data_is_read_as_what_the_settings_say(tmp_path):
    found = read(one_of_each_type(tmp_path / "review.zip"))
    assert numbers(found) == {
        ("Smith 2001", "death", ""): [{"events": 3, "total": 30}, {"events": 4, "total": 40}],
        ("Smith 2001", "pain", ""): [
            {"mean": 5.0, "sd": 4.7, "total": 13},
            {"mean": 0.0, "sd": 3.8, "total": 14},
        ],
        ("Smith 2001", "survival", ""): [{"estimate": -0.25, "se": 0.125}],
        ("Smith 2001", "relapse", ""): [{"o_minus_e": -2.5, "variance": 8.0}],
    }
    assert found.left_out == []
    said = [(o.id, o.type, o.measure, dict(o.analysis)) for o in found.outcomes]
    assert said == [
        ("death", "binary", "OR", {"model": "MH"}),
        ("pain", "continuous", "MD", {"model": "random", "tau2": "DL", "ci": "Wald"}),
        ("survival", "generic", "HR", {"model": "IV"}),
        ("relapse", "generic", "OR", {"model": "IV"}),
    ]
    assert [r.arm for r in found.items[0].results] == ["Drug", "Placebo"]


def test_rows_without_settings_are_read_only_where_one_type_alone_has_numbers(tmp_path):
    rows = [
        data_row("Davis", "1", "Pain", **MEANS),
        data_row("Jones", "2", "Death", **COUNTS),
        data_row("Brown", "3", "Both", **COUNTS, **HAZARD),
        data_row("Black", "4", "None", Experimental_N="12", Control_N="14"),
    ]
    path = tmp_path / "x-data-rows.csv"
    path.write_bytes(table(ROWS, rows))
    found = read(path)
    assert [(i.study, sorted(i.results[0].numbers)) for i in found.items] == [
        ("Davis", ["mean", "sd", "total"]),
        ("Jones", ["events", "total"]),
    ]
    assert [one.what for one in found.left_out] == ["Brown", "Black"]
    assert all("type of its data is not known" in one.reason for one in found.left_out)


def test_settings_that_stand_beside_the_rows_are_read(tmp_path):
    rows = tmp_path / "9-data-rows.csv"
    rows.write_bytes(
        table(ROWS, [data_row("Black", "4", "None", Experimental_N="12", Control_N="14")])
    )
    beside = tmp_path / "9-overall-estimates-and-settings.csv"
    beside.write_bytes(table(SETTINGS, [setting("4", "None", "Dichotomous", "Risk Difference")]))
    assert numbers(read(rows)) == {
        ("Black", "none", ""): [{"events": 0, "total": 12}, {"events": 0, "total": 14}]
    }


@pytest.mark.parametrize(
    ("kind", "given", "reason"),
    [
        ("Dichotomous", {}, "a group without participants"),
        ("Dichotomous", {"Experimental_N": "", "Control_N": "3"}, "total_1 blank"),
        ("Continuous", {"Experimental_N": "3", "Control_N": "3"}, "both standard deviations are 0"),
        ("Generic inverse variance", {}, "a standard error of 0"),
        ("O-E and variance", {}, "a variance of 0"),
        ("Something new", COUNTS, "the type of its data is not known"),
    ],
)
def test_zeros_that_stand_for_nothing_are_no_numbers(tmp_path, kind, given, reason):
    rows = [data_row("Smith", "1", "Death", **given)]
    found = read(package(tmp_path / "r.zip", rows, [setting("1", "Death", kind, "Odds Ratio")]))
    assert found.items == []
    (left,) = found.left_out
    assert left.row == 2
    assert reason in left.reason


@pytest.mark.parametrize(
    ("log", "effect", "measure", "read_as"),
    [
        ("true", "0.778801", "HR", 1),
        ("", "0.778801", "HR", 1),  # the effect says so
        ("true", "0.0", "HR", 1),  # nothing computed: the settings say so
        ("", "0.0", "HR", 0),  # nobody says: not guessed
        ("false", "-0.25", "other", 1),
        ("false", "0.778801", "HR", 1),  # numbers tell before settings do
    ],
)
def test_a_ratio_is_a_logarithm_only_where_the_file_shows_it(
    tmp_path, log, effect, measure, read_as
):
    rows = [data_row("Smith", "1", "Death", GIV_Mean="-0.25", GIV_SE="0.125", Mean=effect)]
    chosen = {"Log-scale data": log}
    settings_ = [setting("1", "Death", "Contrast level", "Hazard Ratio", **chosen)]
    found = read(package(tmp_path / "r.zip", rows, settings_))
    assert len(found.items) == read_as
    assert [o.measure for o in found.outcomes] == [measure] * read_as
    if not read_as:
        assert "does not say whether the Hazard Ratio is a logarithm" in found.left_out[0].reason


def test_an_effect_that_the_numbers_do_not_give_is_told(tmp_path):
    rows = [data_row("Smith", "1", "Death", **COUNTS, Mean="1.5")]
    chosen = [setting("1", "Death", "Dichotomous", "Odds Ratio", "MH")]
    found = read(package(tmp_path / "r.zip", rows, chosen))
    assert len(found.items) == 1
    assert "the file has the effect 1.5 where these numbers give 1" in found.left_out[0].reason


def test_events_that_the_file_swaps_are_told(tmp_path):
    rows = [data_row("Smith", "1", "Death", **COUNTS, Mean=f"{(27 / 30) / (36 / 40):.6f}")]
    swap = {"Swap event and non-event": "true"}
    chosen = [setting("1", "Death", "Dichotomous", "Risk Ratio", "MH", **swap)]
    found = read(package(tmp_path / "r.zip", rows, chosen))
    assert found.left_out == []
    assert "patients without the event" in found.outcomes[0].doubt


def test_subgroups_that_are_not_pooled_together_are_outcomes_of_their_own(tmp_path):
    rows = [
        data_row("Smith", "1", "Pain", Subgroup="At 3 months", **MEANS),
        data_row("Smith", "1", "Pain", Subgroup="At 6 months", **MEANS | {"Control_mean": "1"}),
    ]
    chosen = setting("1", "Pain", "Continuous", "Mean Difference", Overall_estimates="false")
    found = read(package(tmp_path / "r.zip", rows, [chosen]))
    assert [o.id for o in found.outcomes] == ["pain_at_3_months", "pain_at_6_months"]
    assert list(numbers(found)) == [
        ("Smith", "pain_at_3_months", ""),
        ("Smith", "pain_at_6_months", ""),
    ]


def four_outcomes(path, encoding="ISO-8859-1"):
    zeros = {"EVENTS_1": "0", "EVENTS_2": "0", "O_E": "0.0", "VAR": "0.0"}
    return rm5(
        path,
        outcome("DICH", "Death", [
            subgroup("DICH", "Women", data("DICH", "Smith", EVENTS_1=3, TOTAL_1=30, EVENTS_2=4, TOTAL_2=40)),
            subgroup("DICH", "Men", data("DICH", "Smith", EVENTS_1=1, TOTAL_1=20, EVENTS_2=2, TOTAL_2=22)),
        ], EFFECT_MEASURE="RR", METHOD="MH", RANDOM="YES"),
        outcome("CONT", "Pain", [
            data("CONT", "Smith", MEAN_1="5.0", SD_1="4.7", TOTAL_1=13, MEAN_2="0.0", SD_2="3.8", TOTAL_2=14, **zeros),
            data("CONT", "Smith-1", MEAN_1="1.0E-4", SD_1="4.7", TOTAL_1=15, MEAN_2="2", SD_2="3.8", TOTAL_2=16),
        ], EFFECT_MEASURE="SMD", left="Favours placebo"),
        outcome("IV", "Survival", [
            data("IV", "M_x00fc_ller-2001", ESTIMATE="-0.25", SE="0.125", EFFECT_SIZE="0.7788007830714049"),
            data("IV", "Smith", SE="0.5", EFFECT_SIZE="0.5", CI_START="0.125", CI_END="2.0"),
        ], MEASURE="Hazard Ratio", RANDOM="NO"),
        outcome("IPD", "Relapse", [
            data("IPD", "Smith", EVENTS_1=4, TOTAL_1=50, EVENTS_2=9, TOTAL_2=51, O_E="-2.5", VAR="8.0"),
        ], MEASURE="Peto Odds Ratio"),
        "<OTHER_OUTCOME><NAME>Words</NAME><OTHER_DATA STUDY_ID='STD-Smith'/></OTHER_OUTCOME>",
        encoding=encoding,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-8", "UTF-16", "windows-1252"])
def test_an_rm5_file(tmp_path, encoding):
    found = read(four_outcomes(tmp_path / "review.rm5", encoding))
    assert numbers(found) == {
        ("Smith (1998)", "death", "Women"): [{"events": 3, "total": 30}, {"events": 4, "total": 40}],
        ("Smith (1998)", "death", "Men"): [{"events": 1, "total": 20}, {"events": 2, "total": 22}],
        ("Smith (1998)", "pain", ""): [
            {"mean": 5.0, "sd": 4.7, "total": 13}, {"mean": 0.0, "sd": 3.8, "total": 14}],
        ("Smith (1999)", "pain", ""): [
            {"mean": 1e-4, "sd": 4.7, "total": 15}, {"mean": 2.0, "sd": 3.8, "total": 16}],
        ("Müller 2001", "survival", ""): [{"estimate": -0.25, "se": 0.125}],
        ("Smith (1998)", "survival", ""): [{"estimate": math.log(0.5), "se": 0.5}],
        ("Smith (1998)", "relapse", ""): [{"o_minus_e": -2.5, "variance": 8.0}],
    }  # fmt: skip
    assert [(o.measure, o.direction, dict(o.analysis)) for o in found.outcomes] == [
        ("RR", "harm", {"model": "random", "tau2": "DL-MH", "ci": "Wald"}),
        ("SMD-RevMan", "benefit", {"model": "IV"}),
        ("HR", "harm", {"model": "IV"}),
        ("OR", "harm", {"model": "IV"}),
    ]
    assert found.title == "Drugs for fièvre"
    assert [(one.what, one.reason) for one in found.left_out] == [
        ("Müller 2001", "risk of bias, Allocation concealment: no judgement and no support"),
        ("Smith", "Words: a table of words"),
    ]
    smith = next(about for about in found.studies if about.study == "Smith (1998)")
    assert (smith.fields["design"], smith.fields["population"]) == ("Randomised, open.", "Adults")
    assert [(j.domain, j.judgement, j.support) for j in smith.judgements] == [
        ("Allocation concealment", "Low risk", "Envelopes.")
    ]
    muller = next(about for about in found.studies if about.study == "Müller 2001")
    assert muller.reference["author"] == "Müller, A and Jones, BC"
    assert muller.reference["doi"] == "10.1000/a_b"


def test_rows_of_an_rm5_file_lead_to_its_lines(tmp_path):
    path = four_outcomes(tmp_path / "review.rm5")
    lines = path.read_text("iso-8859-1").splitlines()
    for item in read(path).items:
        assert "_DATA STUDY_ID" in lines[item.row - 1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><COCHRANE_REVIEW/>", "document type"),
        (b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><COCHRANE_REVIEW/>", "document type"),
        (b"<COCHRANE_REVIEW>&x;</COCHRANE_REVIEW>", "no XML file"),
        (b"<COCHRANE_REVIEW>", "no XML file"),
        (b"<html></html>", "web page"),
        (b"<COCHRANE_REVIEW/>", "has no analyses"),
        (b"<?xml version='1.0' encoding='klingon'?><COCHRANE_REVIEW/>", "encoding"),
        (b"<a>" * 5000, "nested"),
        (b"PK\x03\x04nothing", "this is a zip"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_file_of_revman_is_refused_by_name(tmp_path, content, words):
    path = tmp_path / "review.rm5"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=words):
        read(path)


CSV_HEAD = (
    "Comparison Number,Outcome Number,Subgroup Number,Name,Data Type,Statistical Method,"
    "Effect Measure,Analysis Model,Events 1,Mean 1,SD 1,Total 1,Events 2,Mean 2,SD 2,Total 2,O-E,Var,"
    "Effect Estimate,SE,CI Start,CI End,Group Label 1,Group Label 2,Left Graph Label,Year of study"
).split(",")


def csv_row(number, name, subgroup="0", **given):
    given = {key.replace("_", " "): text for key, text in given.items()}
    known = {"Comparison Number": "1", "Outcome Number": number, "Subgroup Number": subgroup}
    known |= {"Name": name} | given
    return [known.get(column, "") for column in CSV_HEAD]


def test_an_analysis_csv(tmp_path):
    zeros = {
        "Events_1": "0",
        "Events_2": "0",
        "Mean_1": "0",
        "SD_1": "0",
        "Mean_2": "0",
        "SD_2": "0",
    }
    labels = {
        "Group_Label_1": "Drug",
        "Group_Label_2": "Placebo",
        "Left_Graph_Label": "Favours drug",
    }
    head = {"Statistical_Method": "MH", "Analysis_Model": "Fixed", "Effect_Estimate": "1", **labels}
    path = tmp_path / "analyses.csv"
    path.write_bytes(table(CSV_HEAD, [
        csv_row("0", "Drug versus placebo"),
        csv_row("1", "Death", Data_Type="DIC", Effect_Measure="RR", **head),
        csv_row("1", "Women", "1", Data_Type="DIC", Effect_Measure="RR", **head),
        csv_row("1", "Smith", "1", **zeros | {"Events_1": "3", "Events_2": "4"}, Total_1="1,030", Total_2="40"),
        csv_row("1", "Men", "2", Data_Type="DIC", Effect_Measure="RR", **head),
        csv_row("1", "Jones", "2", **zeros, Total_1="20", Total_2="22", Year_of_study="2003"),
        csv_row("2", "Pain", Data_Type="CON", Effect_Measure="MD", **head | {"Statistical_Method": "IV"}),
        csv_row("2", "Smith", **zeros | {"Mean_1": "5", "SD_1": "2", "SD_2": "3"}, Total_1="9", Total_2="8"),
        csv_row("3", "Survival", Data_Type="GIV", Effect_Measure="Hazard Ratio", **head),
        csv_row("3", "Smith", **zeros, Effect_Estimate="0.5", SE="0.35", CI_Start="0.25", CI_End="1.0"),
        csv_row("3", "Jones", **zeros, Effect_Estimate="0.5", SE="0.35", CI_Start="0.25", CI_End=""),
        csv_row("4", "Relapse", Data_Type="IPD", Effect_Measure="PETO_OR", **head),
        csv_row("4", "Smith", **zeros, **{"O-E": "-2.5", "Var": "8"}),
    ]))  # fmt: skip
    found = read(path)
    assert numbers(found) == {
        ("Smith", "death", "Women"): [{"events": 3, "total": 1030}, {"events": 4, "total": 40}],
        ("Jones", "death", "Men"): [{"events": 0, "total": 20}, {"events": 0, "total": 22}],
        ("Smith", "pain", ""): [
            {"mean": 5, "sd": 2, "total": 9}, {"mean": 0, "sd": 3, "total": 8}],
        ("Smith", "survival", ""): [{"estimate": math.log(0.5), "se": 0.35}],
        ("Smith", "relapse", ""): [{"o_minus_e": -2.5, "variance": 8}],
    }  # fmt: skip
    assert [(one.row, one.reason) for one in found.left_out] == [(12, "Survival: no estimate")]


KINDS = {
    "Dichotomous": ("DICH", ("events", "total")),
    "Continuous": ("CONT", ("mean", "sd", "total")),
}
PAIR = st.tuples(st.integers(0, 50), st.integers(1, 9), st.integers(51, 99))


@examples(15)
@given(st.sampled_from(sorted(KINDS)), PAIR, PAIR)
def test_package_and_rm5_give_the_same_numbers(kind, first, second):
    stem, names = KINDS[kind]
    values = [dict(zip(("events", "sd", "total"), side, strict=True)) for side in (first, second)]
    for side in values:
        side["mean"] = side["events"]
    wanted = [{name: side[name] for name in names} for side in values]
    columns = {"events": "cases", "total": "N", "mean": "mean", "sd": "SD"}
    in_row = {
        f"{group}_{columns[name]}": f"{side[name]}.0" if name != "total" else str(side[name])
        for group, side in zip(("Experimental", "Control"), wanted, strict=True)
        for name in names
    }
    in_rm5 = {
        f"{name.upper()}_{number}": side[name]
        for number, side in enumerate(wanted, start=1)
        for name in names
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        zipped = package(
            path / "r.zip",
            [data_row("Smith (1998)", "1", "X", **in_row)],
            [setting("1", "X", kind, "Odds Ratio" if stem == "DICH" else "Mean Difference")],
        )
        own = rm5(path / "r.rm5", outcome(stem, "X", [data(stem, "Smith", **in_rm5)]))
        assert numbers(read(zipped)) == numbers(read(own)) == {("Smith (1998)", "x", ""): wanted}


def test_large_numbers_are_written_in_full(tmp_path):
    given = MEANS | {"Experimental_mean": "1.25E7", "Experimental_N": "1.3E1"}
    chosen = [setting("1", "Pain", "Continuous", "Mean Difference")]
    found = read(package(tmp_path / "r.zip", [data_row("A", "1", "Pain", **given)], chosen))
    assert dict(found.items[0].results[0].numbers) == {
        "mean": "12500000",
        "sd": "4.7",
        "total": "13",
    }


SPOILING = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4
)


@examples(75)
@given(st.sampled_from(["zip", "rm5"]), SPOILING, st.none() | st.integers(0, 1 << 20))
def test_a_spoilt_file_is_read_or_refused_and_nothing_else(form, changes, end):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"review.{form}"
        (one_of_each_type if form == "zip" else four_outcomes)(path)
        content = bytearray(path.read_bytes())
        for place, new in changes:
            place %= len(content)
            content[place : place + len(new)] = new
        path.write_bytes(content[: end % len(content)] if end is not None else content)
        try:
            command.is_revman(path)
            command.tables(read(path), "f", "key")
        except ImportRefused:
            pass
