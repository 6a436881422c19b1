"""Small files that could keep a program busy for ever, or fill the memory: each gets an answer.

Each is read by a process of its own, which may have a minute of a processor, slow as that may be,
and 1.5 GB.
"""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import forks

from .conftest import TRIED
from .review import BIB, CONFIG, RESULTS, STUDY, clean, write

pytestmark = pytest.mark.slow

LIMITED = Path(__file__).with_name("limited.py")
DEEP, MANY = 100_000, 300_000
PROSE = "text/en/rationale.md"


def answered(folder: Path, *words: str) -> str:
    """What the command says, which ends by itself and without a traceback."""
    code, said = forks.run([str(LIMITED), *words], folder, os.environ)
    assert code in (0, 1), f"{code}: {said[-2000:]}"
    assert "Traceback" not in said
    TRIED["bombs, pipes and devices, each answered in bounded time and memory"] += 1
    return said


# --- within a review ------------------------------------------------------------------------------

CONTENTS: dict[str, tuple[str, bytes]] = {
    "a YAML nested deep": (CONFIG, b"[" * DEEP),
    "a YAML block nested deep": (CONFIG, b"\n".join(b" " * n + b"a:" for n in range(3000))),
    "a billion laughs of YAML": (
        CONFIG,
        b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d," % (n - 1) * 9)
                                    for n in range(1, 12)),
    ),
    "YAML keys without end": (CONFIG, b"".join(b"k%d: 1\n" % n for n in range(MANY // 10))),
    "a number of a million digits": (CONFIG, b"review: " + b"9" * MANY),
    "a cell of a million digits": (RESULTS, clean()[RESULTS].replace(b"24,", b"9" * MANY + b",")),
    "a cell of a million e": (RESULTS, clean()[RESULTS].replace(b"24,", b"1e" * MANY + b",")),
    "a line of a million commas": (STUDY, clean()[STUDY] + b"," * MANY),
    "a quote that is not closed": (STUDY, clean()[STUDY] + b'"' + b"x\n" * MANY),
    "a million blank lines": (STUDY, clean()[STUDY] + b"\n" * MANY),
    "braces nested deep": (BIB, b"@article{a, title = " + b"{" * DEEP),
    "entries that do not end": (BIB, b"@article{a, " * DEEP),
    "authors without end": (BIB, b"@article{a, author = {" + b"A and " * DEEP + b"}}"),
    "quotes nested deep": (PROSE, b">" * DEEP + b" x"),
    "lists nested deep": (PROSE, b"- " * DEEP + b"x"),
    "emphasis without end": (PROSE, b"*a_" * DEEP),
    "links without end": (PROSE, b"[" * DEEP),
    "links that open": (PROSE, b"[a](" * DEEP),
    "footnotes of brackets": (PROSE, b"![[]()" * DEEP),
    "an expression nested deep": (PROSE, b"{{ " + b"(" * DEEP + b"1" + b")" * DEEP + b" }}"),
    "minus signs": (PROSE, b"{{ " + b"-" * DEEP + b"1 }}"),
    "conditions nested deep": (PROSE, b"{% if a %}" * 5000),
    "names nested deep": (PROSE, b"{{ a" + b".a" * DEEP + b" }}"),
    "an expression that counts": (PROSE, b"{{ 9**9**9**9 }}"),
    "a range": (PROSE, b"{% for n in range(10**9) %}x{% endfor %}"),
    "a long string": (PROSE, b"{{ 'x' * 10**10 }}"),
    "citations without end": (PROSE, b"[" + b"@alpha; " * DEEP + b"]"),
    "a table": (PROSE, b"|a" * 20_000 + b"|\n" + b"|-" * 20_000 + b"|\n" + b"|b\n" * 2000),
    "code without end": (PROSE, b"`" * DEEP + b"a " + b"`" * (DEEP - 1)),
}  # fmt: skip


@pytest.mark.parametrize("bomb", CONTENTS)
def test_content(bomb: str, tmp_path: Path) -> None:
    name, content = CONTENTS[bomb]
    write({**clean(), name: content}, tmp_path)
    assert answered(tmp_path, "validate")


def duplicates(name: str) -> bytes:
    """A results.csv near the 50 MB that are read: 100,000 rows of one key, or each key twice."""
    header, first, *_ = clean()[RESULTS].split(b"\n")
    note = b"x" * (480 - len(first))
    if name == "one row":
        return b"\n".join([header, *[first + note] * 100_000])
    keys = [first.replace(b"response,24", b"response,%d" % n) + note for n in range(1, 5_001)]
    return b"\n".join([header, *keys * 20])


@pytest.mark.parametrize("name", ["one row", "every row twenty times"])
def test_a_table_of_48_mb_of_duplicates_needs_no_2_gb(name: str, tmp_path: Path) -> None:
    """It takes 5 seconds and 0.45 GB (docs/scale.md)."""
    content = duplicates(name)
    assert 45e6 < len(content) < 50e6
    write({**clean(), RESULTS: content}, tmp_path)
    told = answered(tmp_path, "validate")
    assert "no two rows alike" in told


PLACES = [STUDY, BIB, PROSE, "text/en/other.md", "claims.csv", "trials/alpha2001/extra.csv"]


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin", "/dev/tty"])
@pytest.mark.parametrize("place", PLACES)
def test_a_link_to_a_device(place: str, device: str, tmp_path: Path) -> None:
    write(clean(), tmp_path)
    path = tmp_path / "data" / place
    path.unlink(missing_ok=True)
    path.symlink_to(device)
    answered(tmp_path, "validate")


@pytest.mark.parametrize("place", PLACES)
def test_a_pipe(place: str, tmp_path: Path) -> None:
    write(clean(), tmp_path)
    path = tmp_path / "data" / place
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    answered(tmp_path, "validate")


# --- to be imported, or kept in a workbook --------------------------------------------------------

BOOK = b'<workbook xmlns:r="r"><sheets>%s</sheets></workbook>'
RELATIONS = b'<Relationships><Relationship Id="a" Target="one.xml"/></Relationships>'


def workbook(sheet: bytes, names: tuple[bytes, ...] = (b"studies",)) -> bytes:
    """A workbook whose sheets are all one part."""
    out, named = io.BytesIO(), (b'<sheet name="%s" r:id="a"/>' % name for name in names)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", BOOK % b"".join(named))
        book.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        book.writestr("xl/one.xml", b"<worksheet><sheetData>%s</sheetData></worksheet>" % sheet)
    return out.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members:
            package.writestr(name, content)
    return out.getvalue()


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
CELL = b'<c r="A1"><v>1</v></c>'
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a billion laughs": (
        "a.rm5",
        lambda: f'<!DOCTYPE a [<!ENTITY a0 "x">{LAUGHS}]><COCHRANE_REVIEW>&a11;'.encode(),
    ),
    "an entity of a file": (
        "a.rm5",
        lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///dev/zero">]><COCHRANE_REVIEW>&x;',
    ),
    "elements nested deep": ("a.rm5", lambda: b"<COCHRANE_REVIEW>" + b"<a>" * MANY),
    "elements without end": ("a.rm5", lambda: b"<COCHRANE_REVIEW>" + b"<a/>" * 3_000_000),
    "text in pieces": ("a.rm5", lambda: b"<a>" * 90 + b"x<b/>" * 400_000),
    "attributes without end": (
        "a.rm5",
        lambda: b"<COCHRANE_REVIEW " + b" ".join(b"a%d='1'" % n for n in range(MANY)) + b"/>",
    ),
    "a row far below": ("a.xlsx", lambda: workbook(b'<row r="999999999999">%s</row>' % CELL)),
    "a row of four thousand digits": (
        "a.xlsx",
        lambda: workbook(b'<row r="%s">%s</row>' % (b"9" * 5000, CELL)),
    ),
    "a column far to the right": (
        "a.xlsx",
        lambda: workbook(b'<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>'),
    ),
    "wide rows": ("a.xlsx", lambda: workbook(b'<row><c r="XFD1"><v>1</v></c></row>' * 200_000)),
    "cells without end": ("a.xlsx", lambda: workbook(b"<row>" + b"<c/>" * 3_000_000 + b"</row>")),
    "a sheet named a thousand times": (
        "a.xlsx",
        lambda: workbook(
            b"<row>%s</row>" % (CELL * 500_000), tuple(b"s%d" % n for n in range(1000))
        ),
    ),
    "zeros in a workbook": ("a.xlsx", lambda: zipped(("xl/workbook.xml", bytes(10**8)))),
    "zeros in a package": ("a.zip", lambda: zipped(("a-data-rows.csv", bytes(10**8)))),
    "many packages in one": (
        "a.zip",
        lambda: zipped(
            *((f"{n}-data.zip", zipped(("a-data-rows.csv", bytes(10**6)))) for n in range(9))
        ),
    ),
    "references without end": ("a.ris", lambda: b"TY  - JOUR\n" * MANY),
    "authors without end": ("a.ris", lambda: b"TY  - JOUR\nTI  - A\n" + b"AU  - B, C\n" * MANY),
    "a line without end": ("a.ris", lambda: b"TY  - JOUR\nTI  - " + b"ab " * 3_000_000),
    "commas": ("a.csv", lambda: b"Study" + b"," * MANY + b"\n" + b"," * MANY),
    "columns": ("a.csv", lambda: b",".join(b"c%d" % n for n in range(MANY)) + b"\nx"),
    "a quote": ("a.csv", lambda: b'Study,"' + b"x\n" * MANY),
}


@pytest.mark.parametrize("bomb", FILES)
def test_a_file_to_import(bomb: str, tmp_path: Path) -> None:
    name, content = FILES[bomb]
    write(clean(), tmp_path)
    path = tmp_path / name
    path.write_bytes(content())
    if name.endswith("ris"):
        assert answered(tmp_path, "import", "references", name)
    elif name.endswith("csv"):
        assert answered(tmp_path, "import", "rob2", name)
        assert answered(tmp_path, "new", "begun", "--from", name)
    else:
        assert answered(tmp_path, "new", "begun", "--from", name)
    if name.endswith("xlsx"):
        path.rename(tmp_path / "data/trials.xlsx")
        assert answered(tmp_path, "validate")


NEEDED = {
    "revman": ("--reference", "alpha"),
    "metafor": ("--reference", "alpha", "--outcome", "pain"),
    "covidence": ("--reference", "alpha", "--control", "placebo"),
    "rob2": (),
    "references": (),
}


@pytest.mark.parametrize("kind", NEEDED)
def test_no_file_at_all(kind: str, tmp_path: Path) -> None:
    write(clean(), tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder", "/dev/zero", "/dev/stdin", "nothing"):
        assert "file" in answered(tmp_path, "import", kind, *NEEDED[kind], name)
