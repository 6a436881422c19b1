"""The published Table Schema says the same as our validator, by the judgement of frictionless.

Compared is what a Table Schema can express: encoding, form, header, types, bounds, words, patterns
and keys within one trial. The rules between cells of a row, trials and files are ours alone; so is
what is listed in ALONE, with the reason.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from frictionless import Package
from tests.bad_input import cases, good_cases
from tests.bad_input.review import clean, write

from metasynth.review import load
from metasynth.tables import reader
from metasynth.tables.scaffold import forms
from metasynth.tables.table_schema import REVIEW_TABLES, SCHEMAS, TRIAL_TABLES

ROOT = Path(__file__).parents[3]
DATA = {"anakinra": ROOT / "data/raw", "bcg": ROOT / ".test/data/raw"}
TRIALS = [
    (name, trial.name)
    for name, data in DATA.items()
    for trial in sorted((data / "trials").iterdir())
    if trial.name[0] != "_"
]
EXPRESSIBLE = [
    *cases.ENCODING,
    *cases.CSV_FORM,
    *cases.HEADER,
    *cases.TYPE,
    *cases.RANGE,
    *cases.KEY,
    *cases.FOREIGN_KEY,
    *cases.SPREADSHEET,
    *cases.LOCALE,
    *cases.UNICODE,
]
ALONE = {
    "frictionless guesses another delimiter, or mends quotation marks": {
        *("csv form-semicolons", "csv form-tabs", "csv form-bars"),
        "csv form-text_after_quote",
    },
    "a Table Schema cannot ask for a reason where there is no judgement": {
        "judgement-no_judgement_without_a_reason",
    },
    "frictionless strips blanks": {
        *("header-blank_before", "header-no_break_space", "key-outcome_8"),
        *("spreadsheet damage-events_19", "spreadsheet damage-events_20"),
        "unicode-no_break_space",
    },
    "frictionless reads numbers as Python does: +27, 027, 1_000, .5, 1e3, nan, 9 of any alphabet": {
        *("type-events_2", "type-events_3", "type-events_23"),
        *(f"type-mean_{number}" for number in (0, 1, 2, 4, 5, 6, 7, 8)),
        *("locale-mean_7", "locale-mean_8"),
    },
    "a Table Schema has bounds, but none that is left out itself, nor a number of digits": {
        *("range-sd_0", "range-sd_negative", "range-huge_events"),
    },
    "between trials, or with references.bib and config.yaml": {
        *("encoding-cut_character", "encoding-config", "unicode-config_override"),
        *("key-label_twice", "key-label_twice_but_case", "key-reference_twice"),
        *("foreign key-study_reference", "foreign key-source_reference"),
        *("foreign key-reference_by_case", "foreign key-claim_reference"),
        *("foreign key-claim_study", "foreign key-claim_pooled", "foreign key-no_bibliography"),
        "foreign key-own_reference",
    },
    "between the cells of a row": {"spreadsheet damage-counts_of_the_other_arm"},
    "any text is text for a Table Schema": {
        *("spreadsheet damage-label", "spreadsheet damage-note", "unicode-override_in_label"),
        *("unicode-isolate_in_note", "unicode-escape", "unicode-form_feed", "unicode-c1_control"),
    },
}
REFUSED = {
    "blank_lines_below": "blank-row",
    "blank_rows_below": "blank-row",
    "rows_of_blanks_below": "constraint-error",
    "nameless_empty_columns": "extra-label",
    "columns_reordered": "incorrect-label",
    "arms_columns_reordered": "incorrect-label",
    "claims_columns_reordered": "incorrect-label",
    "extra_note_column": "extra-label",
    "extra_note_in_bias": "extra-label",
}
"""Good for us: what spreadsheets leave below tables, other orders of columns, one more of notes."""


def descriptor():
    return json.loads((SCHEMAS / "datapackage.json").read_text("utf-8"))


def errors(data, study, passed_over=()):
    """What frictionless finds wrong with one trial's tables and the claims, as (type, row).

    A column that our contract calls optional is one that version 1 of Table Schema must not see
    where it is left out.
    """
    content = descriptor()
    for resource in content["resources"]:
        resource["path"] = resource["path"].replace("_template", study)
    content["resources"] = [
        r
        for r in content["resources"]
        if (data / r["path"]).exists() and r["path"] not in passed_over
    ]
    for resource in content["resources"]:
        header = re.findall(rb"\w+", (data / resource["path"]).read_bytes().partition(b"\n")[0])
        fields = resource["schema"]["fields"]
        resource["schema"]["fields"] = [
            f for f in fields if not f.get("optional") or f["name"].encode() in header
        ]
    report = Package.from_descriptor(content, basepath=str(data)).validate()
    return report.flatten(["type", "rowNumber"])


def test_the_contract_is_a_valid_package():
    assert list(Package.metadata_validate(descriptor())) == []
    names = [resource["name"] for resource in descriptor()["resources"]]
    assert names == [*TRIAL_TABLES, *REVIEW_TABLES]


def test_the_published_package_is_valid_as_it_lies_there():
    """By the command that anyone would give, and with all columns: no field is passed over."""
    frictionless = Path(sys.executable).with_name("frictionless")
    command = [frictionless, "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=SCHEMAS, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert [task["name"] for task in report["tasks"]] == [*TRIAL_TABLES, *REVIEW_TABLES]
    assert [error for task in report["tasks"] for error in task["errors"]] == []
    assert (done.returncode, report["valid"]) == (0, True)


def test_its_forms_are_up_to_date():
    assert forms() == {name: (SCHEMAS / name).read_text("utf-8") for name in forms()}


def test_the_template_itself_is_valid():
    assert errors(DATA["anakinra"], "_template") == []


@pytest.mark.parametrize(("name", "study"), TRIALS)
def test_real_trials_are_valid_for_both(name, study):
    assert errors(DATA[name], study) == []
    assert load.validate(None, reader.read(DATA[name])) == []


def judged(case, folder):
    """The errors that frictionless finds in the changed trial, unchanged tables passed over."""
    files = clean()
    for change in case.changes:
        change(files)
    write(files, folder)
    before = clean()
    changed = {path for path in files if files[path] != before.get(path)}
    study = "beta2005" if any("beta2005" in path for path in changed) else "alpha2001"
    optional = (f"trials/{study}/{name}.csv" for name in ("study", "risk_of_bias"))
    alone = {*(f"{name}.csv" for name in REVIEW_TABLES), *optional}
    return errors(folder / "data", study, alone - changed)


def name(case):
    return f"{case.group}-{case.name}"


@pytest.mark.parametrize("case", EXPRESSIBLE, ids=name)
def test_frictionless_refuses_what_we_refuse(case, tmp_path):
    """And it finds a spoilt cell in the same row."""
    found = judged(case, tmp_path)
    if name(case) in set().union(*ALONE.values()):
        assert found == []
    elif case.group in ("type", "range", "spreadsheet damage", "locale"):
        assert {row for _, row in found} >= {int(place.split(":")[1]) for place in case.faults}
    else:
        assert found


@pytest.mark.parametrize("case", [*good_cases.SAME, *good_cases.OTHER], ids=name)
def test_frictionless_accepts_what_we_accept(case, tmp_path):
    kinds = {kind for kind, _ in judged(case, tmp_path)}
    assert REFUSED[case.name] in kinds if case.name in REFUSED else not kinds
