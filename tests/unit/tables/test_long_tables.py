"""Trials in one workbook, or in CSV files of all trials: same records, faults at their cells."""

import csv
import dataclasses
import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bad_input.review import clean, write

from metasynth.core import workbook
from metasynth.core.faults import InvalidReview
from metasynth.core.foreign_files import FileRefused
from metasynth.core.paths import WORKFLOW
from metasynth.core.workbook_writing import Sheet, SheetColumn
from metasynth.core.workbook_writing import workbook as written
from metasynth.pipeline.stages import stages
from metasynth.review.load import load_review
from metasynth.tables import long_tables, reader, scaffold, trial_workbook
from metasynth.tables.long_tables import SHEETS
from metasynth.tables.reader import RawTables
from metasynth.tables.table_schema import tables

FIELDS = ("study", "arms", "results", "sources", "risk_of_bias", "covariates", "survival")


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """The clean review, each trial in its folder."""
    write(clean(), tmp_path)
    return tmp_path


def moved(review: Path, *studies: str, kind: str = "xlsx") -> RawTables:
    """Take trials out of their folders into tables of all trials; what was read before."""
    raw = reader.read(review / "data")
    taken = [trial for trial in raw.trials if trial.study in studies or not studies]
    if kind == "xlsx":
        (review / "data" / long_tables.WORKBOOK).write_bytes(trial_workbook.filled(taken))
    else:
        for sheet in trial_workbook.sheets(taken):
            out = io.StringIO()
            rows = [[column.name for column in sheet.columns], *sheet.rows]
            csv.writer(out, lineterminator="\n").writerows(rows)
            (review / "data" / f"{sheet.name}.csv").write_text(out.getvalue(), "utf-8")
    for trial in taken:
        shutil.rmtree(review / "data/trials" / trial.study)
    return raw


def without_places(record: object) -> object:
    """A trial's record without the files and rows that it stands in."""
    if dataclasses.is_dataclass(record):
        return {
            one.name: without_places(getattr(record, one.name))
            for one in dataclasses.fields(record)
            if one.name != "cell"
        }
    return [without_places(one) for one in record] if isinstance(record, tuple) else record


def edited(review: Path, sheet: str, row: int, column: str, value: str) -> None:
    """Put a value into one cell of the workbook; row 1 is the header."""
    path = review / "data" / long_tables.WORKBOOK
    book = workbook.sheets(path.read_bytes(), "it")
    width = len(book[sheet][0])
    cells = [[*line, *[""] * (width - len(line))] for line in book[sheet]]
    cells[row - 1][cells[0].index(column)] = value
    save(path, book | {sheet: cells})


def save(path: Path, book: dict[str, list[list[str]]]) -> None:
    made = [
        Sheet(name, tuple(SheetColumn(cell) for cell in rows[0]), rows[1:])
        for name, rows in book.items()
    ]
    path.write_bytes(written(made))


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("studies", [(), ("alpha2001",), ("beta2005",)])
def test_the_records_are_those_of_the_folders(folders, kind, studies):
    before = reader.trials(moved(folders, *studies, kind=kind))
    review = load_review(Path("config.yaml"), folders)
    assert [without_places(t) for t in review.trials] == [without_places(t) for t in before]
    again = [
        reader.read_trial(folders / "data", trial.study.study).record for trial in review.trials
    ]
    assert tuple(again) == review.trials


def test_a_record_leads_to_its_sheet_and_row(folders):
    moved(folders)
    alpha, beta = load_review(Path("config.yaml"), folders).trials
    assert alpha.results[0].cell.file == "trials.xlsx/results"
    book = workbook.sheets((folders / "data/trials.xlsx").read_bytes(), "it")
    for trial in (alpha, beta):
        for result in trial.results:
            line = book["results"][result.cell.row - 1]
            assert line[0] == trial.study.study
            assert result.outcome in line


def faults(review: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidReview) as caught:
        load_review(Path("config.yaml"), review)
    found = caught.value.faults
    return [(one.cell, one.expected, one.remedy) for one in found if one.severity == "error"]


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "cell", "words"),
    [
        ("results", 2, "events", "27.5", "trials.xlsx/results:2:G", "a whole number"),
        ("results", 2, "total", "20", "trials.xlsx/results:2:G", "at most"),
        ("arms", 3, "study_id", "alpha20001", "trials.xlsx/arms:3:A", "a study_id of"),
        ("sources", 2, "study_id", "", "trials.xlsx/sources:2:A", "the trial that the row"),
        ("studies", 3, "study_id", "alpha2001", "trials.xlsx/studies:3:B", "one row only"),
        ("studies", 3, "label", "Alpha 2001", "trials.xlsx/studies:3:B", "no other study has"),
        ("studies", 1, "year", "yeer", "trials.xlsx/studies:1:C", "a column of this table"),
        ("results", 2, "arm_id", "dreg", "trials.xlsx/results:2:E", "an arm_id of arms"),
    ],
)
def test_a_fault_names_sheet_and_cell(folders, sheet, row, column, value, cell, words):
    moved(folders)
    edited(folders, sheet, row, column, value)
    told = faults(folders)
    assert any(place == cell and words in expected for place, expected, _ in told), told


def test_a_trial_stands_in_one_place(folders):
    shutil.copytree(folders / "data/trials/alpha2001", folders / "kept")
    moved(folders)
    shutil.copytree(folders / "kept", folders / "data/trials/alpha2001")
    ((cell, expected, _),) = faults(folders)
    assert (cell, "trials/alpha2001 has it too" in expected) == ("trials.xlsx/studies:2:A", True)


def test_a_trial_of_the_workbook_and_of_csv_files_is_refused(folders):
    kept = (folders / "data/trials").rename(folders / "kept")
    shutil.copytree(kept, folders / "data/trials")
    moved(folders, "alpha2001")
    shutil.copytree(kept, folders / "data/trials", dirs_exist_ok=True)
    with pytest.raises(InvalidReview):
        load_review(Path("config.yaml"), folders)
    book = (folders / "data/trials.xlsx").read_bytes()
    (folders / "data/trials.xlsx").unlink()
    moved(folders, "alpha2001", kind="csv")
    (folders / "data/trials.xlsx").write_bytes(book)
    ((cell, expected, _),) = faults(folders)
    assert cell == "studies.csv:2:A"
    assert "trials.xlsx/studies has it too" in expected


def test_a_fault_of_one_trial_leaves_the_doubts_about_others(folders):
    moved(folders)
    edited(folders, "results", 2, "events", "x")
    raw = reader.read(folders / "data")
    wrong = [fault for table in raw.long[0].tables for fault in table.faults]
    assert [trial.study for trial in reader.sound(raw, wrong).trials] == ["beta2005"]
    edited(folders, "results", 1, "events", "evnts")
    raw = reader.read(folders / "data")
    wrong = [fault for table in raw.long[0].tables for fault in table.faults]
    assert reader.sound(raw, wrong).trials == ()


def test_sheets_for_notes_may_be_there_and_misspelt_ones_not(folders):
    moved(folders)
    path = folders / "data/trials.xlsx"
    book = workbook.sheets(path.read_bytes(), "it")
    save(path, book | {"my notes": [["what I did"], ["a note"]]})
    load_review(Path("config.yaml"), folders)
    save(path, {name if name != "arms" else "Arm": rows for name, rows in book.items()})
    told = faults(folders)
    assert told[0][0] == "trials.xlsx/Arm"
    assert told[0][2] == "did you mean arms?"
    save(path, {name: rows for name, rows in book.items() if name != "sources"})
    assert "a sheet sources" in {expected for _, expected, _ in faults(folders)}
    save(path, book | {"more": [["study_id", "events"], ["alpha2001", "3"]]})
    assert [cell for cell, *_ in faults(folders)] == ["trials.xlsx/more"]


def test_a_column_that_may_be_blank_may_be_absent(folders):
    before = reader.trials(moved(folders))
    path = folders / "data/trials.xlsx"
    book = workbook.sheets(path.read_bytes(), "it")
    needed = {
        name: {"study_id", *(c.name for c in tables()[name].columns if c.required)}
        for name in FIELDS
    }
    for name, sheet in SHEETS.items():
        width = len(book[sheet][0])
        lines = [[*line, *[""] * (width - len(line))] for line in book[sheet]]
        used = [i for i in range(width) if any(line[i] for line in lines[1:])]
        keep = [i for i in range(width) if i in used or lines[0][i] in needed[name]]
        book[sheet] = [[line[i] for i in keep] for line in lines]
    save(path, book)
    review = load_review(Path("config.yaml"), folders)
    assert [without_places(t) for t in review.trials] == [without_places(t) for t in before]


def test_a_source_is_a_reference_and_no_more(folders):
    moved(folders)
    path = folders / "data/trials.xlsx"
    book = workbook.sheets(path.read_bytes(), "it")
    book["sources"] = [line[:3] for line in book["sources"]]
    assert book["sources"][0] == ["study_id", "source_id", "reference"]
    save(path, book)
    trials = load_review(Path("config.yaml"), folders).trials
    assert {source.locator + source.quote for trial in trials for source in trial.sources} == {""}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"study_id,label\n"])
def test_what_is_no_workbook_is_one_fault(folders, content):
    moved(folders)
    path = folders / "data/trials.xlsx"
    path.write_bytes(content or path.read_bytes()[:2000])
    told = [one for one in faults(folders) if not one[0].startswith("config.yaml")]
    assert [cell for cell, *_ in told] == ["trials.xlsx"]


def keys(review: Path) -> dict[str, str]:
    loaded = load_review(Path("config.yaml"), review)
    made = stages(loaded, WORKFLOW, review)
    return {
        f"{one.stage} {one.name}": one.key for s in ("clean", "pool", "plot") for one in made[s]
    }


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_change_of_one_trial_makes_its_outcomes_anew_and_no_others(folders, kind):
    moved(folders, kind=kind)
    before = keys(folders)
    if kind == "xlsx":
        edited(folders, "results", 4, "mean", "30.5")  # pain, of alpha
    else:
        path = folders / "data/results.csv"
        path.write_text(path.read_text("utf-8").replace("31.5", "30.5"), "utf-8")
    after = keys(folders)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"clean alpha2001", "pool pain", "plot pain"}


def test_the_workbook_is_an_input_of_the_trials_and_of_the_report(folders):
    moved(folders)
    made = stages(load_review(Path("config.yaml"), folders), WORKFLOW, folders)
    assert {one.inputs["raw"] for one in made["clean"]} == {("data/trials.xlsx",)}
    assert all("data/trials.xlsx" in one.inputs["raw"] for one in made["report"])


def test_a_new_review_with_a_workbook(tmp_path):
    made = scaffold.with_workbook(scaffold.files(), trial_workbook.template())
    scaffold.create(tmp_path / "review", made)
    trials = sorted(path.name for path in (tmp_path / "review/data/raw/trials").iterdir())
    assert trials == [f"made_up_example_{letter}" for letter in "abc"]
    content = (tmp_path / "review/data/raw/trials.xlsx").read_bytes()
    book = workbook.sheets(content, "it")
    assert list(book) == list(SHEETS.values())
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for number, name in enumerate(SHEETS, start=1):
            sheet = parts.read(f"xl/worksheets/sheet{number}.xml").decode()
            comments = parts.read(f"xl/comments{number}.xml").decode()
            assert "<sheetProtection " in sheet
            for column in tables()[name].columns:
                if column.words:
                    assert ",".join(column.words) in sheet
                assert f"<t>{column.name}</t>" in sheet.replace(' xml:space="preserve"', "")
            assert comments.count("<comment ") == len(tables()[name].columns) + 1
    assert load_review(Path("config.yaml"), tmp_path / "review").made_up
    shutil.rmtree(tmp_path / "review/data/raw/trials")
    with pytest.raises(InvalidReview, match="a row for each trial"):
        load_review(Path("config.yaml"), tmp_path / "review")


TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cn"], whitelist_characters="\n"), max_size=12
)


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=5))
def test_every_text_comes_back_from_a_workbook(rows):
    columns = tuple(SheetColumn(name, f"about {name} & <b>") for name in "abc")
    content = written([Sheet("x & y", columns, rows, to_fill=True)])
    (found,) = workbook.sheets(content, "it").values()
    assert [[*line, *[""] * (3 - len(line))] for line in found] == [["a", "b", "c"], *rows]


NUMBERS = {
    # (what the cell holds, the code of its format, what is read)
    ("12.5", "0.00"): "12.50",
    ("12.346", "0.00"): "12.346",
    ("12.5", "General"): "12.5",
    ("3", "0.0"): "3.0",
    ("0.125", "0.00%"): "12.50%",
    ("1234", "#,##0"): "1234",
    ("37012", "yyyy-mm-dd"): "2001-05-01",
    ("37012.5", "dd/mm/yyyy hh:mm"): "2001-05-01 12:00:00",
    ("37012", '[$-409]mmm" "yy;@'): "2001-05-01",
    ("1e-7", "0.00"): "0.0000001",
    ("5", '0.0"kg"'): "5.0",
    ("-2", "0.0;[Red]-0.0"): "-2.0",
}


@pytest.mark.parametrize(("told", "read"), NUMBERS.items())
def test_a_number_is_read_as_it_is_shown_and_no_digit_is_lost(told, read):
    from xml.sax.saxutils import quoteattr

    value, code = told
    styles = (
        f'<styleSheet><numFmts><numFmt numFmtId="164" formatCode={quoteattr(code)}/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    assert cells(f'<c r="A1" s="1"><v>{value}</v></c>', styles) == [read]


def test_what_a_spreadsheet_makes_of_a_cell_is_told():
    styles = "<styleSheet><cellXfs><xf/></cellXfs></styleSheet>"
    row = (
        '<c r="A1" t="b"><v>1</v></c><c r="B1"><f>A2*2</f></c><c r="C1"><f>2</f><v>7</v></c>'
        '<c r="D1" t="e"><v>#REF!</v></c>'
    )
    assert cells(row, styles) == ["TRUE", "=A2*2", "7", "#REF!"]


def cells(row: str, styles: str) -> list[str]:
    """The first row of a workbook."""
    content = io.BytesIO(written([Sheet("s", (SheetColumn("a"),))]))
    out = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = f'<worksheet><sheetData><row r="1">{row}</row></sheetData></worksheet>'
            new.writestr(name, styles if name == "xl/styles.xml" else text)
    return workbook.sheets(out.getvalue(), "it")["s"][0]


def test_a_list_that_a_workbook_does_not_hold_is_refused():
    column = SheetColumn("a", choices=("x" * 100, "y" * 100, "z" * 100))
    with pytest.raises(ValueError, match="the list of a is longer"):
        written([Sheet("s", (column,))])


def test_a_workbook_that_is_none_is_refused_by_name():
    with pytest.raises(FileRefused, match=r"trials\.xlsx is no workbook"):
        workbook.sheets(b"no zip", "trials.xlsx")


@pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="no LibreOffice here"
)
def test_a_round_trip_through_libreoffice_keeps_every_cell(folders, tmp_path):
    moved(folders)
    path = folders / "data/trials.xlsx"
    edited(folders, "results", 2, "reported_percent", "64.00")
    edited(folders, "results", 2, "note", ' 1/2 "=A1" 007 +5 TRUE 2001-05-01')
    edited(folders, "results", 3, "note", "1/2")
    edited(folders, "results", 5, "note", "0012.50")
    raw = reader.read(folders / "data")
    path.write_bytes(trial_workbook.filled(raw.trials))
    before = workbook.sheets(path.read_bytes(), "it")
    profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir"]
    subprocess.run([*command, str(tmp_path / "out"), str(path)], check=True, capture_output=True)
    content = (tmp_path / "out/trials.xlsx").read_bytes()
    after = workbook.sheets(content, "it")
    assert {name: trimmed(rows) for name, rows in after.items()} == {
        name: trimmed(rows) for name, rows in before.items()
    }
    trials = reader.trials(raw)
    path.write_bytes(content)
    assert reader.trials(reader.read(folders / "data")) == trials


def trimmed(rows: list[list[str]]) -> list[str]:
    """Rows without the blank cells, and blank rows, at their ends."""
    lines = ["\t".join(line).rstrip("\t") for line in rows]
    while lines and not lines[-1]:
        lines.pop()
    return lines
