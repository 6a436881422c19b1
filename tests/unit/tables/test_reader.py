"""Raw tables as text with places, and as typed records."""

import dataclasses
import json
import os
import re
from pathlib import Path

import pytest
from tests.bad_input.review import RESULTS, cell, clean, text, write

from metasynth.core.faults import InvalidReview, column_letter
from metasynth.model import records
from metasynth.tables import reader, table_schema
from metasynth.tables.raw_table import CHECKED, read_table

RECORDS = {
    "study": records.Study,
    "arms": records.Arm,
    "results": records.Result,
    "sources": records.Source,
    "risk_of_bias": records.Judgement,
    "covariates": records.CovariateValue,
    "claims": records.Claim,
    "changelog": records.ChangelogEntry,
    "certainty": records.CertaintyRating,
    "search": records.SearchLine,
    "flow": records.FlowCount,
}


@pytest.fixture
def data(tmp_path):
    """The data folder of the clean review."""
    write(clean(), tmp_path)
    return tmp_path / "data"


def changed(folder, *changes):
    files = clean()
    for change in changes:
        change(files)
    write(files, folder)


@pytest.mark.parametrize(
    ("index", "letters"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")],
)
def test_columns_have_the_letters_of_a_spreadsheet(index, letters):
    assert column_letter(index) == letters


def test_trials_are_typed_and_sorted(data):
    alpha, beta = reader.trials(reader.read(data))
    assert (alpha.study.study, beta.study.study) == ("alpha2001", "beta2005")
    assert alpha.study.year == 2001
    assert beta.study.n_randomised is None
    assert [arm.dose for arm in alpha.arms] == [10.0, None]
    first, pain, contrast = alpha.results[0], alpha.results[3], alpha.results[4]
    assert (first.events, first.total, first.reported_percent) == (27, 42, "64")
    assert (pain.mean, pain.sd, pain.events) == (-4.0, 11.0, None)
    assert (contrast.estimate, contrast.ci_low, contrast.se) == (0.8, 0.5, None)
    assert contrast.cell == records.Cell(RESULTS, 6)
    assert alpha.sources[0].quote == '27 of 42, "as treated"'
    assert [judgement.outcome for judgement in alpha.risk_of_bias] == ["response", ""]
    assert beta.risk_of_bias == ()


def test_printed_numbers_stay_text(data):
    figure, pooled = reader.claims(reader.read(data))
    assert (pooled.estimate, pooled.ci_low, pooled.study_id, pooled.week) == ("1.80", "", "", 24)
    assert figure.cell == records.Cell("claims.csv", 2)
    (_, beta) = reader.trials(reader.read(data))
    assert beta.results[2].reported_percent == "4.0"


def test_ratings_are_whole_levels(data):
    lowered, raised = reader.certainty(reader.read(data))
    assert (lowered.outcome, lowered.domain, lowered.rating) == ("response_w24", "imprecision", -1)
    assert (raised.rating, raised.judge, raised.reference) == (1, "panel", "alpha")
    assert raised.cell == records.Cell("certainty.csv", 3)


def test_one_trial_alone_is_the_same(data):
    raw = reader.read(data)
    assert reader.read_trial(data, "alpha2001").record == reader.trials(raw)[0]


@pytest.mark.parametrize("study", ["gamma", "../trials/alpha2001", "Alpha2001", "", "_template"])
def test_a_trial_must_be_one_of_the_review(data, study):
    with pytest.raises(InvalidReview):
        reader.read_trial(data, study)


def test_a_faulty_trial_alone_is_refused(tmp_path):
    changed(tmp_path, cell(RESULTS, 2, "events", "x"))
    with pytest.raises(InvalidReview, match=r"results\.csv\n  2:F  events  \"x\""):
        reader.read_trial(tmp_path / "data", "alpha2001")


def test_rows_count_as_in_a_spreadsheet(tmp_path):
    """A line break in a quoted cell makes no new row, a blank line within the table does."""
    quote = '"27 of 42, ""as treated"""'
    sources = "trials/alpha2001/sources.csv"
    changed(tmp_path, text(sources, quote, '"27\nof\r\n42"\n,,,\n\n'.replace('"\n,', '"\n,')))
    trial, _ = reader.trials(reader.read(tmp_path / "data"))
    assert [source.cell.row for source in trial.sources] == [2, 6]
    assert trial.sources[0].quote == "27\nof\r\n42"


def test_blank_cells_of_missing_columns_are_bad(tmp_path):
    path = tmp_path / "arms.csv"
    path.write_text("arm_id,role,label,treatment,dose\na,control,A,b,\n", encoding="utf-8")
    table = read_table(path, "arms", "arms.csv", tmp_path)
    (row,) = table.rows
    assert row["source_id"] == ""
    assert row.bad == {"dose_unit", "n_randomised", "source_id", "note"}


def link(target, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target, target_is_directory=target.is_dir())


def file_faults(data):
    raw = reader.read(data)
    every = [*raw.faults, *(fault for table in raw.each() for fault in table.faults)]
    return [(fault.cell, fault.expected) for fault in every]


def test_links_do_not_lead_out_of_the_data(data, tmp_path):
    secret = tmp_path / "secret" / "study.csv"
    secret.parent.mkdir()
    secret.write_bytes((data / "trials/beta2005/study.csv").read_bytes())
    (data / "trials/beta2005/study.csv").unlink()
    link(secret, data / "trials/beta2005/study.csv")
    link(secret.parent, data / "trials/gamma2009")
    assert [place for place, _ in file_faults(data)] == [
        "trials/gamma2009",
        "trials/beta2005/study.csv",
    ]
    assert all("not a link" in expected for _, expected in file_faults(data))


def test_links_within_the_data_are_followed(data):
    (data / "trials/beta2005/study.csv").rename(data / "common.csv")
    link(data / "common.csv", data / "trials/beta2005/study.csv")
    assert file_faults(data) == []
    assert reader.trials(reader.read(data))[1].study.label == "Beta 2005"


@pytest.mark.parametrize("name", ["study.csv", "../../references.bib", "../../claims.csv"])
def test_a_folder_is_no_table(data, name):
    path = (data / "trials/alpha2001" / name).resolve()
    path.unlink()
    path.mkdir()
    ((_, expected),) = file_faults(data)
    assert expected == "a file, but this is a folder"


def test_a_pipe_is_no_table(data):
    path = data / "trials/alpha2001/arms.csv"
    path.unlink()
    os.mkfifo(path)
    assert file_faults(data) == [("trials/alpha2001/arms.csv", "an ordinary file")]


def test_a_broken_link_is_a_missing_file(data):
    path = data / "trials/alpha2001/arms.csv"
    path.unlink()
    path.symlink_to(data / "nothing.csv")
    assert file_faults(data) == [("trials/alpha2001/arms.csv", "a file of this name")]


def test_links_in_a_circle_are_no_tables(data):
    for name in ("trials/gamma2009", "trials/alpha2001/arms.csv"):
        (data / name).unlink(missing_ok=True)
        (data / name).symlink_to(data / name)
    assert [place for place, _ in file_faults(data)] == [
        "trials/gamma2009",
        "trials/alpha2001/arms.csv",
    ]


def test_a_huge_file_is_not_read(data):
    with (data / "trials/alpha2001/arms.csv").open("r+b") as file:
        file.truncate(60_000_000)
    assert file_faults(data) == [("trials/alpha2001/arms.csv", "a file of at most 50 MB")]


def test_a_folder_name_that_is_not_utf8_is_spelt_out(data):
    os.mkdir(os.fsencode(data / "trials") + b"/b\xe4r2001")
    ((place, expected),) = file_faults(data)
    assert place == r"trials/b\xe4r2001"
    assert expected.startswith("a folder named by an id")


@pytest.mark.parametrize("name", ["trials", "trials/alpha2001"])
def test_a_folder_that_may_not_be_opened_is_told_once(data, monkeypatch, name):
    """The right to open is taken away by hand, as an administrator may open everything."""
    scandir = os.scandir

    def refuse(path):
        if path == data / name:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert file_faults(data) == [(name, "a folder that can be opened (Permission denied)")]


@pytest.mark.parametrize("name", ["trials", "empty"])
def test_a_review_needs_trials(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / "references.bib").write_text("", encoding="utf-8")
    ((place, expected),) = file_faults(tmp_path)
    assert (place, expected[:8]) == ("trials", "a folder")


@pytest.mark.parametrize("name", RECORDS)
def test_the_contract_has_the_columns_of_the_records(name):
    hints = {str: "string", int: "integer", float: "number"}
    hints |= {int | None: "integer", float | None: "number"}
    fields = [f for f in dataclasses.fields(RECORDS[name]) if f.name not in ("study", "cell")]
    columns = [c for c in table_schema.tables()[name].columns if c.name != CHECKED]
    assert [column.name for column in columns] == [field.name for field in fields]
    printed = {"reported_percent", "estimate", "ci_low", "ci_high", "value", "reference_value"}
    for column, field in zip(columns, fields, strict=True):
        assert column.type == hints[field.type] or (field.type is str and column.name in printed)


def test_the_contract_is_a_table_schema():
    """The keywords of Table Schema v1 that the validator understands, and no other."""
    package = json.loads((table_schema.SCHEMAS / "datapackage.json").read_text(encoding="utf-8"))
    keywords = {"required", "pattern", "enum", "minimum", "maximum"}
    for resource in package["resources"]:
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert set(resource["schema"].get("primaryKey", [])) <= set(names)
        for field in resource["schema"]["fields"]:
            assert field["description"].endswith(".")
            assert set(field.get("constraints", {})) <= keywords
            re.compile(field.get("constraints", {}).get("pattern", ""))
        for key in resource["schema"].get("foreignKeys", []):
            assert set(key["fields"]) <= set(names)
            assert key["reference"]["resource"] in table_schema.TRIAL_TABLES


def test_the_template_has_every_column():
    template = Path(__file__).parents[3] / "data/raw/trials/_template"
    for name in table_schema.TRIAL_TABLES:
        table = read_table(template / f"{name}.csv", name, f"{name}.csv", template)
        assert [fault.cell for fault in table.faults] == [f"{name}.csv:2:A"]
        assert table.unusable == set()
