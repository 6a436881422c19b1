"""A review with any starter text left is a draft: no item that rests on it is certified."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.examples import ANAKINRA, BCG, review

from metasynth import __main__
from metasynth.core.config_lines import Lines
from metasynth.core.paths import CONFIG
from metasynth.language.languages import ENGLISH, speak
from metasynth.model.records import Cell, SearchLine
from metasynth.prose import drafts
from metasynth.prose.drafts import unwritten
from metasynth.prose.texts import OwnText
from metasynth.report.document import plain, text
from metasynth.report.tables import prisma
from metasynth.report.text import checklists
from metasynth.review.load import load_review
from metasynth.tables import scaffold

NO_LINES = Lines("config.yaml", {})
STARTERS = {
    path.stem: path.read_text("utf-8")
    for path in sorted((scaffold.TEXTS / "data/text/en").glob("*.md"))
}
FINISHED = replace(review(BCG).config, title="A review", authors=("Ann Smith",))


def left_in(name: str, content: str, code: str = "en") -> list[drafts.Unwritten]:
    own = OwnText(f"data/text/{code}/{name}.md", code, name, content)
    return list(unwritten(FINISHED, NO_LINES, [own], [], []))


def test_finished_reviews_have_none() -> None:
    assert review(ANAKINRA).draft == ()
    assert review(BCG).draft == ()


@pytest.mark.parametrize("name", STARTERS)
def test_every_starter_text_is_told_of(name: str) -> None:
    """Each paragraph of each, wherever it stands, in any language's folder."""
    for code in ("en", "pl"):
        left = left_in(name, STARTERS[name], code)
        lines = {one.row for one in left}
        paragraphs = [
            number
            for number, line in enumerate(STARTERS[name].split("\n"), start=1)
            if line and not line.startswith("#")
        ]
        assert sorted(lines) == paragraphs
        assert {one.language for one in left} == {code}


def test_items_of_starter_texts_are_those_that_no_section_answers() -> None:
    left = [one for name, content in STARTERS.items() for one in left_in(name, content)]
    items = {item for one in left for item in one.items}
    asked = {"2", "3", "4", "5", "6", "7", "8", "23a", "23b", "23c", "23d", "24a", "24b", "24c"}
    abstract = {f"a{n}" for n in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12)}
    assert items == asked | {"25", "26"} | abstract


def test_each_sentence_goes_by_itself() -> None:
    """What was written opens no item; what was left does, also beside what was written."""
    ours = STARTERS["abstract"].replace("What was eligible.", "Trials in adults.")
    gone = {one.text for one in left_in("abstract", STARTERS["abstract"])}
    assert gone - {one.text for one in left_in("abstract", ours)} == {"What was eligible."}
    (left,) = left_in("declarations", "## F {prisma:25}\n\nX paid.\nWho paid for the review. Y.\n")
    assert (left.text, left.items, left.row) == ("Who paid for the review.", ("25",), 3)


@pytest.mark.parametrize(
    "written",
    [
        "**Funding.** None. {prisma:a11}",
        "No funding. {prisma:a11} Not registered. {prisma:a12}",
        "Funding. {prisma:25}",
        "{{ count_trials(trials.included | length) | capitalize }} were included. {prisma:a7}",
        "Who paid for the review is not stated.",
    ],
)
def test_what_authors_write_is_none(written: str) -> None:
    assert left_in("abstract", f"{written}\n") == []


def test_choices_and_the_search(tmp_path: Path) -> None:
    config = yaml.safe_load((CONFIG).read_text("utf-8"))["review"]
    assert config["title"] == drafts.TITLE
    assert tuple(config["authors"]) == drafts.AUTHORS
    search = (scaffold.TEXTS / "data/raw/search.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(search)) if row["text"] != "English"]
    assert tuple(row["text"] for row in rows) == drafts.SEARCHED
    lines = [
        SearchLine(row["part"], row["concept"], row["text"], "", "", Cell("search.csv", number))
        for number, row in enumerate(rows, start=2)
    ]
    new = replace(FINISHED, title=drafts.TITLE, authors=("Ann Smith", "Second Author"))
    left = unwritten(new, NO_LINES, [], lines, [])
    assert [(one.file, one.items) for one in left] == [
        ("config.yaml", ("1", "a1")),
        ("config.yaml", ()),
        *[("data/raw/search.csv", ("6", "7", "a4"))] * 3,
    ]


@pytest.mark.parametrize("code", ["en", "pl"])
def test_an_item_that_rests_on_starter_text_is_open(code: str) -> None:
    places = {item: ["here"] for names in checklists.ITEMS.values() for item in names}
    language = speak(code)
    _, _, rows, _ = prisma.checklist(
        checklists.ITEMS, "x", places, {}, {"here": text("Here")}, language, frozenset({"25", "1"})
    )
    cells = {plain(row.cells[0]): plain(row.cells[2]) for row in rows if not row.heading}
    opened = language.say("Open: still to be written")
    assert {item for item, where in cells.items() if where == opened} == {"25", "1"}
    assert (opened == "Open: still to be written") == (code == "en")


def test_validate_lists_what_is_still_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.bad_input.review import CONFIG, clean, write

    files = clean()
    files[CONFIG] = files[CONFIG].replace(b"A clean review", drafts.TITLE.encode())
    files["text/en/selection.md"] = STARTERS["selection"].encode()
    write(files, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert __main__.main(["validate"]) == 0
    said = capsys.readouterr().out
    assert "draft" in said
    assert re.search(r"config\.yaml:\d+  Title of the review\n", said)
    assert "data/text/en/selection.md:1  How many people screened" in said
    assert said.endswith("2 trials and all choices are in order.\n")
    assert len(load_review(Path(CONFIG), tmp_path).draft) == 2
    assert ENGLISH.code == "en"
