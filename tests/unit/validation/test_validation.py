"""Loading a whole review, the rules' arithmetic, and the command line."""

import json
import re
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bad_input.review import (
    ARMS,
    BETA_RESULTS,
    BETA_STUDY,
    CONFIG,
    RESULTS,
    STUDY,
    cell,
    clean,
    row,
    text,
    write,
)

from metasynth import __main__
from metasynth.checks import copies
from metasynth.core import faults
from metasynth.core.faults import Fault, InvalidReview
from metasynth.review import load as validation
from metasynth.tables import reader
from metasynth.validation.configuration import load
from metasynth.validation.results import admissible_counts


def review(folder, *changes):
    files = clean()
    for change in changes:
        change(files)
    write(files, folder)
    return folder


def test_a_sound_review_is_loaded_whole(tmp_path):
    loaded = validation.load_review(review(tmp_path) / CONFIG, tmp_path)
    assert loaded.config == load(tmp_path / CONFIG)
    assert loaded.trials == reader.trials(reader.read(tmp_path / "data"))
    assert len(loaded.claims) == 2
    assert loaded.warnings == ()


def test_the_configuration_may_stand_elsewhere(tmp_path):
    review(tmp_path / "run")
    (tmp_path / "run" / CONFIG).rename(tmp_path / "other.yaml")
    loaded = validation.load_review(tmp_path / "other.yaml", tmp_path / "run")
    assert loaded.config.title == "A clean review"


def test_tables_are_checked_even_without_a_configuration(tmp_path):
    review(tmp_path, cell(BETA_STUDY, 2, "label", ""))
    faults_found = validation.validate(None, reader.read(tmp_path / "data"))
    assert [fault.cell for fault in faults_found] == [f"{BETA_STUDY}:2:A"]


def test_an_unreadable_configuration_does_not_hide_the_tables(tmp_path):
    """Its folder is not known then, so the usual one is looked into."""
    review(tmp_path, text(CONFIG, "[en]", "[en"), cell(BETA_STUDY, 2, "label", ""))
    (tmp_path / "data").rename(tmp_path / "raw")
    (tmp_path / "data").mkdir()
    (tmp_path / "raw").rename(tmp_path / "data/raw")
    with pytest.raises(InvalidReview) as caught:
        validation.load_review(tmp_path / CONFIG, tmp_path)
    assert [fault.cell for fault in caught.value.faults] == [
        "config.yaml:6",
        f"{BETA_STUDY}:2:A",
    ]


def warnings_of(folder, *changes):
    loaded = validation.load_review(review(folder, *changes) / CONFIG, folder)
    assert {fault.severity for fault in loaded.warnings} <= {"warning"}
    return [(fault.cell, fault.expected) for fault in loaded.warnings]


def test_a_reported_count_that_contradicts_its_percentage_is_a_warning(tmp_path):
    ((place, expected),) = warnings_of(tmp_path, cell(BETA_RESULTS, 4, "reported_percent", "4.3"))
    assert place == f"{BETA_RESULTS}:4:F"
    assert "no count of 250 rounds to 4.3 %" in expected


def test_unstated_bounds_of_a_derived_count_are_a_warning(tmp_path):
    ((place, expected),) = warnings_of(
        tmp_path,
        cell(BETA_RESULTS, 2, "events_low", ""),
        cell(BETA_RESULTS, 2, "events_high", ""),
    )
    assert place == f"{BETA_RESULTS}:2:H"
    assert expected.startswith("94 to 96")


def test_a_percentage_of_no_count_is_a_warning(tmp_path):
    ((place, expected),) = warnings_of(
        tmp_path,
        cell(RESULTS, 10, "events", ""),
        cell(RESULTS, 10, "reported_percent", "9"),
    )
    assert place == f"{RESULTS}:10:J"
    assert "no count of 12 rounds to 9 %" in expected


def test_arms_that_do_not_add_up_are_a_warning(tmp_path):
    ((place, expected),) = warnings_of(tmp_path, cell(STUDY, 2, "n_randomised", "58"))
    assert (place, expected[:2]) == (f"{STUDY}:2:H", "57")
    assert warnings_of(tmp_path, cell(STUDY, 2, "n_randomised", "")) == []
    both = (cell(STUDY, 2, "n_randomised", "58"), cell(ARMS, 3, "n_randomised", ""))
    assert warnings_of(tmp_path, *both) == []


def test_a_treatment_one_letter_off_is_a_warning(tmp_path):
    third = row(ARMS, "dose2,intervention,More,drugs,20,mg/day,,,")
    ((place, expected),) = warnings_of(tmp_path, third)
    assert place == f"{ARMS}:4:D"
    assert "takes no part in the comparison" in expected
    other = row(ARMS, "dose2,intervention,More,drug_low,20,mg/day,,,")
    ((_, expected),) = warnings_of(tmp_path, other)
    assert expected.endswith("this arm takes no part")


WEEKS = text(CONFIG, "data: data", "data: data\nweeks: [12, 24]")


def test_a_week_off_the_protocol_is_one_warning_a_week(tmp_path):
    late = [
        row(BETA_RESULTS, f"harm,{week},,{arm},,1,250,,,,,,,,,,external,page3,")
        for week in (52, 36)
        for arm in ("drug", "placebo")
    ]
    told = warnings_of(tmp_path, WEEKS, *late)
    assert [place for place, _ in told] == [f"{BETA_RESULTS}:6:B", f"{BETA_RESULTS}:8:B"]
    assert all("a week of the protocol (12, 24)" in expected for _, expected in told)
    assert len(warnings_of(tmp_path, *late)) == 2


def test_nested_counts_of_fewer_patients_are_a_warning(tmp_path):
    """Response among 12, harm among 11: other patients, so nothing is certain."""
    nested = text(CONFIG, "data: data", "data: data\nnested: [[response, harm]]")
    ((place, expected),) = warnings_of(
        tmp_path,
        nested,
        cell(BETA_RESULTS, 4, "events", "95"),
        cell(BETA_RESULTS, 4, "reported_percent", ""),
        cell(BETA_RESULTS, 5, "events", "54"),
        cell(BETA_RESULTS, 5, "total", "249"),
        cell(RESULTS, 10, "events", "2"),
    )
    assert place == f"{BETA_RESULTS}:3:F"
    assert expected.startswith("at most 54, the events of harm (cell 5:F)")


def pain(arm, n, sd):
    return row(BETA_RESULTS, f"pain,24,,{arm},,,{n},,,,30,{sd},,,,,reported,page3,The diary.")


@pytest.mark.parametrize(("sd", "told"), [("1.2", True), ("12", False), ("5.9", False)])
def test_a_standard_deviation_that_looks_like_an_error_is_a_warning(tmp_path, sd, told):
    """The other trial's are 12.25 and 11; 1.2 of 100 patients is a standard error of one of 12."""
    found = warnings_of(tmp_path, pain("drug", 100, sd), pain("placebo", 100, "11.5"))
    assert [place for place, _ in found] == ([f"{BETA_RESULTS}:6:L"] if told else [])


@given(
    events=st.integers(0, 400),
    total=st.integers(1, 400),
    decimals=st.integers(0, 2),
)
def test_a_count_is_admissible_if_and_only_if_it_rounds_to_the_percentage(events, total, decimals):
    percent = f"{100 * min(events, total) / total:.{decimals}f}"
    half = Fraction(1, 2 * 10**decimals)
    by_trial = [
        count
        for count in range(total + 1)
        if abs(Fraction(100 * count, total) - Fraction(percent)) <= half
    ]
    assert list(admissible_counts(percent, total)) == by_trial


@pytest.mark.parametrize(
    ("percent", "total", "counts"),
    [
        ("38", 250, [94, 95, 96]),
        ("8.4", 250, [21]),
        ("20", 12, []),
        ("0", 74, [0]),
        ("100", 12, [12]),
        ("2", 200, [3, 4, 5]),  # 1.5 and 2.5 are ties and may both have been rounded to 2
        ("50.00", 2, [1]),
        ("1e-05", 100, []),
        ("2.5e-1", 400, [1]),
    ],
)
def test_admissible_counts(percent, total, counts):
    assert list(admissible_counts(percent, total)) == counts


def fault(**changes):
    given = {
        "file": "b.csv",
        "row": 10,
        "column": "events",
        "cell": "b.csv:10:F",
        "value": "x",
        "expected": "a number",
        "remedy": "write one",
    }
    return Fault(**{**given, **changes})


def test_the_report_is_sorted_as_a_spreadsheet_is():
    report = faults.report(
        [
            fault(cell="b.csv:10:AA"),
            fault(),
            fault(row=9, cell="b.csv:9:G", severity="warning"),
            fault(file="a.csv", row=None, cell="a.csv", column="", value=""),
        ]
    )
    assert report.splitlines()[0] == "3 faults and 1 warning"
    places = re.findall(r"^  (\S.*)$", report, re.M)
    assert places == [
        "whole file",
        'warning: 9:G  events  "x"',
        '10:F  events  "x"',
        '10:AA  events  "x"',
    ]


def test_the_report_shows_what_cannot_be_seen():
    report = faults.report([fault(value="a\x1b[31m\u202e\n" + "y" * 200)])
    assert r'"a\u001b[31m\u202e\n' in report
    assert "\x1b" not in report
    assert max(map(len, report.splitlines())) < 120


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "metasynth", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_says_that_all_is_well(tmp_path):
    done = run(review(tmp_path), "validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "config.yaml: 2 trials and all choices are in order.\n"


def test_the_command_lists_every_fault_and_fails(tmp_path):
    review(tmp_path, cell(RESULTS, 2, "events", "2,7"), text(CONFIG, "model: MH}", "modle: MH}"))
    done = run(tmp_path, "validate")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "2 faults"
    assert '2:F  events  "2,7"' in done.stdout
    assert "did you mean model?" in done.stdout


def test_the_command_answers_in_json(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(review(tmp_path, cell(RESULTS, 2, "events", "2,7")))
    assert __main__.main(["validate", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is False
    assert [entry["cell"] for entry in answer["faults"]] == [f"{RESULTS}:2:F"]
    monkeypatch.chdir(review(tmp_path / "clean"))
    assert __main__.main(["validate", "--json", "--config", CONFIG]) == 0
    assert json.loads(capsys.readouterr().out) == {"valid": True, "faults": [], "draft": []}


def test_the_command_explains_itself():
    done = run(".", "validate", "--help")
    assert done.returncode == 0
    assert "--config" in done.stdout
    assert "--json" in done.stdout


def test_a_thousand_trials_are_loaded(tmp_path, monkeypatch):
    """Where each has the same numbers at every week, what is compared with all is read once."""
    files = clean()
    study, arms, sources = (files[f"trials/beta2005/{n}.csv"] for n in ("study", "arms", "sources"))
    header, response, control, *_ = files[BETA_RESULTS].splitlines(keepends=True)
    weeks = range(24, 29)
    for number in range(1000):
        folder = f"trials/trial{number:04}"
        files[f"{folder}/study.csv"] = study.replace(b"Beta", f"Trial {number}".encode())
        files[f"{folder}/arms.csv"] = arms
        files[f"{folder}/sources.csv"] = sources
        pair = response + control
        rows = (pair.replace(b",24,", f",{week},".encode()) for week in weeks)
        files[f"{folder}/results.csv"] = header + b"".join(rows)
    write(files, tmp_path)
    read = []
    by_outcome = copies._by_outcome
    monkeypatch.setattr(copies, "_by_outcome", lambda trial: read.append(1) or by_outcome(trial))
    loaded = validation.load_review(tmp_path / CONFIG, tmp_path)
    assert sum(len(trial.results) for trial in loaded.trials) > 10_000
    assert len(read) == len(loaded.trials)
