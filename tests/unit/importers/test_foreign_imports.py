"""Every importer, and every kind of file that is not what it should be: read rightly, or named."""

import csv
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from revman_files import ROWS, data_row
from tests.budget import examples

from metasynth import __main__
from metasynth.importers.found import ImportRefused
from metasynth.importers.source import lines_of

NAME = "Paweł 2001"
REVMAN_5 = (
    "Comparison Number,Outcome Number,Subgroup Number,Name,Data Type,Effect Measure,Events 1,"
    "Total 1,Events 2,Total 2,Effect Estimate,CI Start,CI End,Group Label 1,Group Label 2"
)


def table(*rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


NUMBERS = {
    "Experimental_mean": "5.5", "Experimental_SD": "4.7", "Experimental_N": "13",
    "Control_mean": "0.5", "Control_SD": "3.8", "Control_N": "14",
}  # fmt: skip
FILES = {
    "covidence": (
        "results.csv",
        table(
            ("Study", "Outcome", "Arm", "Sample size", "Mean", "SD"),
            (NAME, "Pain", "Drug", 30, 5.5, 1.5),
            (NAME, "Pain", "Placebo", 31, 6.5, 1.4),
        ),
    ),
    "metafor": ("data.csv", table(("study", "yi", "sei"), (NAME, "0.5", "0.1"))),
    "revman, analysis CSV": (
        "analyses.csv",
        REVMAN_5
        + "\n"
        + table(
            (1, 0, 0, "Drug or not"),
            (1, 1, 0, "Death", "DICHOTOMOUS", "OR", 0, 0, 0, 0, 0.5, 0.1, 2.5, "Drug", "Placebo"),
            (1, 1, 0, NAME, "", "", 3, 30, 5, 31, "0.577", "0.125", "2.67"),
        ),
    ),
    "revman, rows of a package": (
        "9-data-rows.csv",
        table(ROWS, data_row(NAME, "1", "Pain", **NUMBERS)),
    ),
    "rob2": ("bias.csv", table(("Study", "D1", "Overall"), (NAME, "Low", "High"))),
    "references": ("list.ris", f"TY  - JOUR\nTI  - A trial\nAU  - {NAME}\nPY  - 2001\nER  - \n"),
}
OPTIONS = {
    "covidence": ["--reference", "a", "--control", "Placebo"],
    "metafor": ["--reference", "a", "--outcome", "o"],
    "revman": ["--reference", "a"],
    "rob2": [],
    "references": [],
}


@pytest.fixture(params=FILES)
def importer(request, tmp_path, monkeypatch):
    """The file as it should be, and a run of the import of another content under its name."""
    monkeypatch.chdir(tmp_path)
    trial = tmp_path / "data/raw/trials/pawel"
    trial.mkdir(parents=True)
    (trial / "study.csv").write_text(f"label\n{NAME}\n", encoding="utf-8")
    (tmp_path / "data/raw/references.bib").write_text("@misc{a, title = {A}}\n", encoding="utf-8")
    program = request.param.partition(",")[0]
    name, content = FILES[request.param]

    def run(other, *options):
        (tmp_path / name).write_bytes(other)
        return __main__.main(["import", program, name, *OPTIONS[program], *options])

    return program, content, run, tmp_path / "data/raw"


def zipped(name, content="text"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(name, content)
    return out.getvalue()


def conflicted(text):
    head, *rest = text.encode().splitlines(keepends=True)
    return head + b"<<<<<<< HEAD\n" + rest[0] + b"=======\n" + rest[0] + b">>>>>>> b\n"


KINDS = {
    "in Windows-1250 it would read “Paweł": lambda text: text.encode("cp1250"),
    "in Windows-1252 or Latin-1 it would read “Müller": lambda text: text.replace(
        "Paweł", "Müller"
    ).encode("latin-1"),
    "this is UTF-16": lambda text: text.encode("utf-16"),
    "a workbook (xls)": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
    "a workbook (ods)": lambda _: zipped(
        "mimetype", "application/vnd.oasis.opendocument.spreadsheet"
    ),
    "a document (docx)": lambda _: zipped("word/document.xml"),
    "is a zip": lambda _: zipped("a.txt"),
    "a compressed file (gzip)": lambda _: b"\x1f\x8b\0\0",
    "a PDF": lambda _: b"%PDF-1.7\n\xff",
    "a document (rtf)": lambda _: b"{\\rtf1 study}",
    "a web page (HTML)": lambda _: b"<html><table><tr><td>Study</td></tr></table>",
    "line 2: expected one version of the text, but git has left two": conflicted,
    "a NUL byte": lambda text: text.encode() + b"\0",
    "is empty": lambda _: b" \n",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_file_is_instead_is_named_in_one_line_and_nothing_is_written(importer, capsys, kind):
    _, content, run, raw = importer
    before = {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()}
    assert run(KINDS[kind](content)) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert kind in said
    assert "has no column" not in said
    assert {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()} == before


def written(raw):
    """All that an import has left, without the names of columns' separators in it."""
    return {
        path.relative_to(raw).as_posix(): path.read_text("utf-8")
        for path in sorted(raw.rglob("*"))
        if path.is_file()
    }


def undone(raw):
    for path in [*raw.glob("trials/pawel_2001/*"), raw / "trials/pawel/risk_of_bias.csv"]:
        path.unlink(missing_ok=True)
    for folder in raw.glob("trials/pawel_2001"):
        folder.rmdir()
    (raw / "references.bib").write_text("@misc{a, title = {A}}\n", encoding="utf-8")


@pytest.mark.parametrize("encoding", ["cp1250", "utf-16", "UTF-8", "iso-8859-2"])
def test_a_declared_encoding_is_read_as_utf_8_is(importer, encoding):
    _, content, run, raw = importer
    assert run(content.encode()) == 0
    right = written(raw)
    undone(raw)
    assert run(content.encode(encoding), "--encoding", encoding) == 0
    assert written(raw) == right


@pytest.mark.parametrize("encoding", ["cp1250", "ascii", "nonsense"])
def test_an_encoding_that_it_is_not_is_refused(importer, capsys, encoding):
    _, content, run, _ = importer
    assert run(content.encode(), "--encoding", encoding) == 1
    told = capsys.readouterr().err
    assert ("an encoding of this name" if encoding == "nonsense" else "but this is UTF-8") in told


@pytest.mark.parametrize(
    "importer", [name for name in FILES if name != "references"], indirect=True
)
@pytest.mark.parametrize(("mark", "called"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("comma", [True, False])
def test_other_separators_are_read_and_told(importer, capsys, mark, called, comma):
    _, content, run, raw = importer
    assert run(content.encode()) == 0
    right = written(raw)
    undone(raw)
    capsys.readouterr()
    rows = csv.reader(io.StringIO(content))
    cells = [[cell.replace(".", ",") if comma else cell for cell in row] for row in rows]
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(cells)
    assert run(out.getvalue().encode()) == 0
    assert written(raw) == right
    said = capsys.readouterr().out
    assert f"{called} stand between its columns" in said
    assert ("decimals have commas" in said) is (comma and "." in content)


def numbers(decimal, thousands):
    def text(value):
        return f"{value:,f}".translate({ord(","): thousands, ord("."): decimal})

    return st.decimals(-99999, 99999, places=3, allow_nan=False).map(
        lambda value: (value.normalize(), text(value.normalize()))
    )


@pytest.mark.parametrize(("decimal", "thousands"), [(",", "."), (".", ","), (",", ""), (".", "")])
@pytest.mark.parametrize("mark", [";", "\t"])
@examples(50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_thousand_is_taken_for_a_fraction_nor_a_fraction_for_a_thousand(
    data, decimal, thousands, mark
):
    """A number is what its author wrote, or is refused here, or is no number to the tables."""
    found = data.draw(st.lists(numbers(decimal, thousands), min_size=1, max_size=6))
    text = "\n".join(f"a{mark}x{mark}{written_}" for _, written_ in found)
    try:
        lines = lines_of(f"study{mark}note{mark}yi\n{text}\n".encode(), "f.csv")
    except ImportRefused:
        return
    for line, (value, _) in zip(lines, found, strict=True):
        if not any(one in line["yi"] for one in (",", "..")) and line["yi"].count(".") < 2:
            assert Decimal(line["yi"]) == value


def test_a_doubtful_number_is_refused_where_it_stands():
    with pytest.raises(ImportRefused, match=r"f.csv, row 3: 1.234 may be a number with three"):
        lines_of(b"study;yi\na;0,5\nb;1.234\n", "f.csv")
    with pytest.raises(ImportRefused, match=r"f.csv, row 2: 1,234 may be"):
        lines_of(b"study;yi\na;1,234\n", "f.csv")
    sure = lines_of(b"study;yi\na;1,234\nb;0,5\n", "f.csv")
    assert [line["yi"] for line in sure] == ["1.234", "0.5"]
    assert [line["yi"] for line in lines_of(b"study,yi\na,1.234\n", "f.csv")] == ["1.234"]


def test_a_merge_in_a_file_of_revman_5_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "<?xml version='1.0' encoding='ISO-8859-1'?>\n<COCHRANE_REVIEW>\n</COCHRANE_REVIEW>\n"
    (tmp_path / "review.rm5").write_bytes(conflicted(text))
    assert __main__.main(["import", "revman", "review.rm5", "--reference", "a"]) == 1
    assert "review.rm5, line 2: expected one version of the text" in capsys.readouterr().err
