"""Hostile text through the whole pipeline: text stays text in HTML, PDF, SVG and CSV."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pytest

from .conftest import Review, copy_review

pytestmark = pytest.mark.slow

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '"><img src=x onerror=alert(1)>',
    "maths": r"$\badcmd{x}$ $x^2$",
    "path": "../../escaped",
    "shell": "; touch owned $(touch owned) `touch owned`",
    "formula": '=HYPERLINK("http://attacker.example","x")',
    "template": "{{7*7}} {% raw %} {# no #}",
    "typst": '#read("/etc/passwd") #let x = 1 *b* _i_ @x <y> [z] // ~',
    "markdown": "[link](javascript:alert(1)) **b** ![i](http://attacker.example/i.png)",
    "unicode": "Ελλάδα Ёлка Łódź \u200f(mark from right to left)",
}
BRACES = "{x} {figure:x} {{ config }}"


def spoil(review: Review) -> None:
    """Each hostile text as label of a study, and in every other place where text may stand."""
    trials = sorted(p for p in (review.folder / "data/raw/trials").iterdir() if p.name[0] != "_")
    everything = " ".join([*HOSTILE.values(), BRACES])
    for trial, text in zip(trials, HOSTILE.values(), strict=False):
        change(trial / "study.csv", label=text, note=text, population=text)
        change(trial / "arms.csv", label=f"{text} arm", note=text)
        change(trial / "results.csv", note=text)
        change(trial / "sources.csv", locator=text, quote=text)
    change(trials[-1] / "study.csv", note=everything)
    config = review.folder / "config.yaml"
    text = config.read_text("utf-8")
    for name, old in {
        "script": "title: BCG vaccine for the prevention of tuberculosis",
        "typst": "label: Tuberculosis",
        "template": "label: Random effects (REML, HKSJ)",
        "markdown": "label: Common effect (Mantel–Haenszel)",
        "formula": "intervention: BCG vaccine",
        "path": "control: No vaccination",
    }.items():
        assert text.count(old) == 1, old
        key, _ = old.split(":")
        quoted = HOSTILE[name].replace("'", "''")
        text = text.replace(old, f"{key}: '{quoted}'")
    config.write_text(text, encoding="utf-8")


def change(path: Path, **cells: str) -> None:
    """Put texts into every row of a table; the arms of a trial are told apart by a number."""
    header, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    for number, row in enumerate(rows, start=1):
        for name, text in cells.items():
            row[header.index(name)] = f"{text} {number}" if "arm" in text[-4:] else text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    path.write_text(out.getvalue(), encoding="utf-8")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder around the review, where nothing may appear."""
    return tmp_path_factory.mktemp("security")


@pytest.fixture(scope="module")
def spoilt(outside: Path) -> Review:
    """The hostile review after a whole run."""
    review = copy_review("bcg", outside / "a" / "b" / "review")
    spoil(review)
    review.run()
    return review


def test_nothing_is_written_elsewhere(spoilt: Review, outside: Path) -> None:
    given = copy_review("bcg", outside / "copy").folder
    new = files(spoilt.folder) - files(given)
    assert new
    assert {name.split("/")[0] for name in new} <= {"results", "logs", ".snakemake"}
    around = files(outside) - {f"copy/{name}" for name in files(given)}
    assert all(name.startswith("a/b/review/") for name in around)
    assert not any("owned" in name or "escaped" in name for name in around)


class Page(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def squeezed(text: str) -> str:
    """Text as compared: lines may be broken and words be put apart anywhere."""
    return re.sub(r"[\s\u00a0\u200b\u00ad\u2060\u200f\u200e]+", "", text)


def test_the_page_shows_text_and_runs_nothing(spoilt: Review) -> None:
    html = spoilt.report()
    page = Page(html)
    own = Page((Path(__file__).parents[2] / "workflow/report/review.html.j2").read_text("utf-8"))
    assert "script" not in page.tags - own.tags
    assert html.count("<script") <= 2 * own_scripts()
    assert "img" not in page.tags or not any("attacker" in value for _, value in page.attributes)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    for name, value in page.attributes:
        assert "javascript:" not in value, name
        if name in ("src", "srcset", "action", "data"):
            assert value.startswith(("data:", "#")), (name, value)
        if name == "href":
            assert "attacker" not in value
    for text in (*HOSTILE.values(), BRACES):
        assert squeezed(text) in squeezed(page.text), text
    assert "root:x:0" not in html


def own_scripts() -> int:
    """How many script elements the template itself has."""
    folder = Path(__file__).parents[2] / "workflow/report"
    return sum(path.read_text("utf-8").count("<script") for path in folder.glob("*.j2"))


def characters(font: pikepdf.Object) -> dict[int, str]:
    """What the glyphs of a PDF's font stand for, by its ToUnicode table."""
    table = font.ToUnicode.read_bytes().decode("ascii")
    known: dict[int, str] = {}

    def text(code: str) -> str:
        return bytes.fromhex(code).decode("utf-16-be", "replace")

    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, value in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            known[int(code, 16)] = text(value)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, value in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                known[int(first, 16) + step] = chr(ord(text(value)[-1]) + step)
    return known


def strings(operands: object) -> Iterator[bytes]:
    for operand in operands:  # type: ignore[attr-defined]
        if isinstance(operand, pikepdf.String):
            yield bytes(operand)
        elif isinstance(operand, pikepdf.Array):
            yield from strings(operand)


def pdf_text(pdf: pikepdf.Pdf) -> str:
    """The text of all pages, in the order in which it is set."""
    parts = []
    for page in pdf.pages:
        fonts = {name: characters(font) for name, font in page.Resources.get("/Font", {}).items()}
        known: dict[int, str] = {}
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                known = fonts[str(operands[0])]
            elif str(operator) in ("Tj", "TJ"):
                for one in strings(operands):
                    codes = (int.from_bytes(one[i : i + 2], "big") for i in range(0, len(one), 2))
                    parts += [known.get(code, "\ufffd") for code in codes]
    return "".join(parts)


def test_the_pdf_shows_text_and_does_nothing(spoilt: Review) -> None:
    text = ""
    for stem in ("review", "supplement"):
        with pikepdf.open(spoilt.folder / f"results/report/{stem}.pdf") as pdf:
            text += squeezed(pdf_text(pdf))
            for obj in pdf.objects:
                if isinstance(obj, pikepdf.Dictionary):
                    assert not {"/JS", "/JavaScript", "/Launch", "/OpenAction"} & set(obj.keys())
                    assert obj.get("/S") not in ("/JavaScript", "/Launch", "/SubmitForm")
                    assert "attacker" not in str(obj.get("/URI", ""))
            assert HOSTILE["script"] in str(pdf.docinfo.get("/Title", ""))
            assert all("/" not in name for name in pdf.attachments)
    for name, hostile in HOSTILE.items():
        if name != "unicode":  # written from right to left, and in more than one font
            assert squeezed(hostile) in text, name
    assert "root:x:0" not in text


def test_figures_show_text_and_run_nothing(spoilt: Review) -> None:
    figures = sorted((spoilt.folder / "results/figures").rglob("*.svg"))
    assert figures
    shown = ""
    for path in figures:
        tree = ET.fromstring(path.read_text("utf-8"))
        for element in tree.iter():
            kind = element.tag.rsplit("}", 1)[-1]
            assert kind not in ("script", "foreignObject", "image", "iframe"), path
            assert not any(name.startswith("on") for name in element.attrib)
            for name, value in element.attrib.items():
                if name.endswith("href"):
                    assert value.startswith("#"), path
        shown += "".join(tree.itertext())
    for name in ("script", "handler", "maths", "path", "shell", "formula", "template", "typst"):
        start = squeezed(HOSTILE[name])[:12]  # long names are cut or broken in a figure
        assert start in squeezed(shown), name


NUMBER = re.compile(r"[-+]?[0-9][0-9.]*(e[-+]?[0-9]+)?")


def test_no_cell_of_a_table_is_a_formula(spoilt: Review) -> None:
    tables = sorted((spoilt.folder / "results").rglob("*.csv"))
    assert tables
    cells = [
        cell
        for path in tables
        for row in csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
        for cell in row
    ]
    assert [c for c in cells if c[:1] in "=+-@\t\r" and c and not NUMBER.fullmatch(c)] == []
    assert f"'{HOSTILE['formula']}" in cells
    assert HOSTILE["shell"] in cells


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("results.csv", "tuberculosis,", "../../x,"),
        ("results.csv", "tuberculosis,", "; touch owned,"),
        ("arms.csv", "vaccinated,", "$(touch owned),"),
        ("sources.csv", "dat_bcg,", "{{7*7}},"),
        ("study.csv", "Aronson", "Aron\u202eson"),
        ("study.csv", "Aronson", "Aron\x1b[31mson"),
    ],
)
def test_ids_and_hidden_characters_are_refused(
    fresh: Callable[[str], Review], path: str, old: str, new: str
) -> None:
    review = fresh("bcg")
    file = review.folder / "data/raw/trials/aronson1948" / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = files(review.folder.parent)
    done = review.snakemake("--dry-run")
    assert done.code != 0
    assert f"trials/aronson1948/{path}" in done.output
    assert "\x1b[31mson" not in done.output
    assert "\u202e" not in done.output
    new_files = files(review.folder.parent) - before
    assert not [name for name in new_files if ".snakemake/" not in name]


@pytest.mark.parametrize("old", ["title: BCG vaccine", "label: Tuberculosis", "label: Random"])
def test_braces_in_the_choices_are_no_wildcards(fresh: Callable[[str], Review], old: str) -> None:
    review = fresh("bcg")
    config = review.folder / "config.yaml"
    key, word = old.split(": ")
    text = config.read_text("utf-8").replace(old, f"{key}: '{BRACES}' # {word}", 1)
    config.write_text(text, encoding="utf-8")
    review.run("--dry-run")


@pytest.mark.parametrize("name", ["../x", "x y", "x;touch owned", "-x", "{x}", "X"])
def test_names_of_folders_and_outcomes_are_refused(
    fresh: Callable[[str], Review], name: str
) -> None:
    review = fresh("bcg")
    config = review.folder / "config.yaml"
    config.write_text(
        config.read_text("utf-8").replace("  tuberculosis:", f"  '{name}':"), encoding="utf-8"
    )
    if "/" not in name:
        trials = review.folder / "data/raw/trials"
        (trials / "hart1977").rename(trials / name)
    done = review.snakemake("--dry-run")
    assert done.code != 0
    assert "an id: a small letter" in done.output
    assert "Traceback" not in done.output
