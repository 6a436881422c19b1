"""A file that is not the text it should be is called by name, when checked and when imported."""

import pytest
from tests.bad_input.review import (
    BETA_RESULTS,
    BETA_STUDY,
    CONFIG,
    RESULTS,
    STUDY,
    bytes_of,
    cell,
    clean,
    text,
    write,
)

from metasynth.core.faults import InvalidReview
from metasynth.core.foreign_files import conflict, separator
from metasynth.review.load import load_review
from metasynth.tables import raw_table

CONFLICT = b"<<<<<<< HEAD\n%s=======\n%s>>>>>>> other\n"


def told(folder, *changes):
    """The cell, expectation and remedy of the only fault."""
    files = clean()
    for change in changes:
        change(files)
    write(files, folder)
    with pytest.raises(InvalidReview) as caught:
        load_review(folder / CONFIG, folder)
    (fault,) = caught.value.faults
    return fault.cell, f"{fault.expected}; {fault.remedy}"


def conflicted(content):
    head, first, *rest = content.splitlines(keepends=True)
    return head + CONFLICT % (first, first) + b"".join(rest)


@pytest.mark.parametrize("file", [RESULTS, STUDY])
def test_a_merge_that_was_not_finished_is_one_fault(tmp_path, file):
    place, words = told(tmp_path, bytes_of(file, conflicted))
    assert place == f"{file}:2"
    assert "git has left two" in words


def test_a_merge_that_was_not_finished_in_the_configuration(tmp_path):
    place, words = told(tmp_path, bytes_of(CONFIG, conflicted))
    assert place == f"{CONFIG}:2"
    assert "git has left two" in words


@pytest.mark.parametrize(
    ("encoding", "word", "name"),
    [("cp1250", "Paweł", "Windows-1250"), ("latin-1", "Müller", "Windows-1252 or Latin-1")],
)
def test_an_encoding_of_windows_is_named_with_a_word_of_it(tmp_path, encoding, word, name):
    change = cell(BETA_STUDY, 2, "population", word)
    place, words = told(
        tmp_path, change, bytes_of(BETA_STUDY, lambda c: c.decode().encode(encoding))
    )
    assert place == f"{BETA_STUDY}:2"
    assert f"in {name} it would read “{word}”" in words


def test_semicolons_and_decimal_commas_are_named_together(tmp_path):
    def spoil(content):
        return content.replace(b",", b";").replace(b"31.5", b"31,5")

    place, words = told(tmp_path, bytes_of(RESULTS, spoil))
    assert place == f"{RESULTS}:1:A"
    assert "there are semicolons, and decimals have commas" in words
    assert "a point as decimal mark" in words


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"PK\x03\x04\x14\0xl/workbook.xml", "a workbook (xlsx)"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "a workbook (ods)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "a workbook (xls)"),
        (b"%PDF-1.7 \xff", "a PDF"),
        (b"\xef\xbb\xbf\r\n<HTML><table><tr><td>1</td></tr></table>", "a web page (HTML)"),
    ],
)
def test_another_kind_of_file_is_named(tmp_path, content, name):
    place, words = told(tmp_path, bytes_of(RESULTS, lambda _: content))
    assert place == RESULTS
    assert f"this is {name}" in words


FOREIGN = {
    "git has left two": b"study_id,label\n<<<<<<< HEAD\na,A\n=======\na,B\n>>>>>>> b\n",
    "semicolons, and decimals have commas": b"study_id;outcome;mean\na;pain;1,5\n",
    "in Windows-1250 it would read “Paweł”": "study_id,label\na,Paweł\n".encode("cp1250"),
    "UTF-16": "study_id,label\na,A\n".encode("utf-16"),
    "a workbook (xls)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
    "a workbook (xlsx)": b"PK\x03\x04\x14\0xl/workbook.xml",
    "a web page (HTML)": b"<!DOCTYPE html>\n<table></table>",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_table_of_all_trials_is_named_too(tmp_path, name):
    files = clean() | {"results.csv": FOREIGN[name]}
    write(files, tmp_path)
    with pytest.raises(InvalidReview) as caught:
        load_review(tmp_path / CONFIG, tmp_path)
    assert any(name in f.expected for f in caught.value.faults if f.file == "results.csv")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (FOREIGN["a workbook (xls)"], "it is a workbook (xls)"),
        (FOREIGN["a web page (HTML)"], "it is a web page (HTML)"),
        (b"study_id;label\na;A\n", "it is a text, such as CSV"),
    ],
)
def test_a_workbook_that_is_none_is_named_too(tmp_path, content, name):
    write(clean() | {"trials.xlsx": content}, tmp_path)
    with pytest.raises(InvalidReview) as caught:
        load_review(tmp_path / CONFIG, tmp_path)
    (fault,) = caught.value.faults
    assert (fault.file, name in fault.expected) == ("trials.xlsx", True)


def test_what_only_looks_like_a_conflict_is_none():
    assert conflict("Title\n=======\ntext with <<<<<<< in it\n") is None
    assert conflict("a\n>>>>>>> b\n") == 2


def test_commas_need_no_other_separator():
    assert separator("a,b,c", ["1,2,3"]) == ""
    assert separator("outcome; week,arm", []) == ""
    assert separator("study;overall") == "semicolons"
    assert separator("a\tb\tc", ["1\t2,5\t3"]) == "tabs, and decimals have commas"


def test_a_table_without_end_is_read_to_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(raw_table, "MAX_ROWS", 12)
    line = b"harm,24,,placebo,,8,251,,,,,,,,,,external,page3,\n"
    files = clean()
    files[BETA_RESULTS] += line * 1000
    write(files, tmp_path)
    with pytest.raises(InvalidReview) as caught:
        load_review(tmp_path / CONFIG, tmp_path)
    same, end = caught.value.faults
    assert same.cell == f"{BETA_RESULTS}:6:A"
    assert "row 5 has outcome harm, week 24, arm_id placebo too (rows 7, 8, 9" in same.expected
    assert "at most 12 rows" in end.expected


def test_a_zero_that_a_spreadsheet_dropped_is_asked_for(tmp_path):
    """95 of 250 is 38.0 %: nobody is told to widen a range that is right."""
    files = clean()
    for change in (
        cell(BETA_RESULTS, 2, "events_low", "95"),
        cell(BETA_RESULTS, 2, "events_high", "95"),
    ):
        change(files)
    write(files, tmp_path)
    with pytest.raises(InvalidReview) as caught:
        load_review(tmp_path / CONFIG, tmp_path)
    (fault,) = caught.value.faults
    assert (fault.column, fault.value) == ("reported_percent", "38")
    assert fault.remedy.startswith("write 38.0, if the source prints it so")
    text(BETA_RESULTS, "95,250,95,95,38,", "95,250,95,95,38.0,")(files)
    write(files, tmp_path)
    assert load_review(tmp_path / CONFIG, tmp_path).warnings == ()
