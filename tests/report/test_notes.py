"""Numbered notes of the PDF: from a number on paper to the raw table's file and row, and back.

Texts are compared without blanks and hyphens, since lines break anywhere.
"""

import csv
import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.report.test_provenance import Numbers, ends
from tests.reviews import Review

pytestmark = pytest.mark.slow

MARK = re.compile(r"\u202fn(\d+(?:,n\d+)*)")
TITLES = {"en": "Appendix: notes on the numbers", "pl": "Dodatek: przypisy do liczb"}
AFTER = {"en": "Appendix: data by outcome", "pl": "Dodatek: dane według punktów końcowych"}
FILE = re.compile(r"([a-z0-9_/]+\.csv)")
ROWS = re.compile(r"(?:rows?|wiersze?)((?:\d+(?:–\d+)?,?)+)")


def squeezed(text: str) -> str:
    """A text without blanks, hyphens and soft hyphens; a mark's own blank stays."""
    return re.sub(r"[^\S\u202f]|[-\u00ad\u2010]", "", text.replace("\u200b", ""))


class Paragraphs(HTMLParser):
    """The paragraphs and list items of the page's text, each with its numbers' keys and places."""

    def __init__(self, page: str) -> None:
        super().__init__()
        data = re.search(r'id="provenance">(.*?)</script>', page)
        assert data
        self.keys: list[str] = json.loads(data[1])["keys"]
        self.found: list[tuple[str, list[tuple[str, int]]]] = []
        self._text: list[str] | None = None
        self._numbers: list[tuple[str, int]] = []
        self._key = ""
        self._hidden = 0
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("table", "figure", "details", "script"):
            self._hidden += 1
        if tag in ("p", "li") and not self._hidden and given.get("class") is None:
            self._text, self._numbers = [], []
        if tag == "a" and given.get("class") == "n":
            self._key = self.keys[int(given["data-n"] or "")]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("table", "figure", "details", "script"):
            self._hidden -= 1
        if tag == "a" and self._key and self._text is not None:
            self._numbers.append((self._key, len(squeezed("".join(self._text)))))
        if tag == "a":
            self._key = ""
        if tag in ("p", "li") and self._text is not None:
            self.found.append((squeezed("".join(self._text)), self._numbers))
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._hidden:
            self._text.append(data)


Spot = tuple[int, float, float]
"""A page, and a place on it from its lower left corner."""


def printed(page: pypdf.PageObject) -> tuple[str, list[str]]:
    """A page's text, and the parts of it that begin beyond the paper."""
    beyond: list[str] = []
    left, bottom, right, top = map(float, page.mediabox)

    def see(text: str, outer: list[float], inner: list[float], *_: object) -> None:
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        if text.strip() and not (left <= x <= right and bottom <= y <= top):
            beyond.append(text)

    return page.extract_text(visitor_text=see), beyond


@dataclass
class Paper:
    """A PDF's text, squeezed, with its marks told apart, and its links."""

    path: Path

    @cached_property
    def reader(self) -> pypdf.PdfReader:
        return pypdf.PdfReader(self.path)

    @cached_property
    def language(self) -> str:
        return str(self.reader.root_object["/Lang"])[:2]

    @cached_property
    def printed(self) -> list[tuple[str, list[str]]]:
        """The text of each page, and what of it begins below or above the paper, or beside it."""
        return [printed(page) for page in self.reader.pages]

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page without its running head and foot."""
        found = []
        for place, (text, _) in enumerate(self.printed):
            lines = text.splitlines()
            kept = [line for line in lines if not re.fullmatch(r"\d+ / \d+", line.strip())]
            found.append("\n".join(kept[1:] if place else kept))
        return found

    @cached_property
    def section(self) -> range:
        """The pages of the notes."""
        first, last = (
            max(n for n, text in enumerate(self.pages) if titles[self.language] in text)
            for titles in (TITLES, AFTER)
        )
        return range(first, last + 1)

    @cached_property
    def before(self) -> str:
        """All before the notes."""
        return "\n".join(self.pages[: self.section.start])

    @cached_property
    def plain(self) -> str:
        """The same, squeezed and without marks."""
        return squeezed(MARK.sub("", self.before))

    @cached_property
    def marks(self) -> list[tuple[int, list[int]]]:
        """Each mark's place in the plain text, and its numbers."""
        found, place, at = [], 0, 0
        for mark in MARK.finditer(self.before):
            place += len(squeezed(self.before[at : mark.start()]))
            found.append((place, [int(n) for n in mark[1].split(",n")]))
            at = mark.end()
        return found

    @cached_property
    def notes(self) -> list[str]:
        """The notes in order; the number of the next one is looked for at a line's beginning."""
        whole = "\n".join(self.pages[n] for n in self.section)
        whole = whole[whole.index(TITLES[self.language]) : whole.index(AFTER[self.language])]
        starts = []
        while found := re.compile(rf"^n{len(starts) + 1} ", re.MULTILINE).search(
            whole, starts[-1] + 1 if starts else 0
        ):
            starts.append(found.start())
        return [whole[a:b] for a, b in pairwise([*starts, len(whole)])]

    @cached_property
    def named(self) -> list[set[tuple[str, int]]]:
        """The files and rows that each note names."""
        return [rows_named(note) for note in self.notes]

    @cached_property
    def links(self) -> list[tuple[Spot, Spot]]:
        """Every link within the document: its upper left corner, and where it leads."""
        numbers = {page.indirect_reference.idnum: n for n, page in enumerate(self.reader.pages)}  # type: ignore[union-attr]
        found = []
        for place, page in enumerate(self.reader.pages):
            for reference in page.get("/Annots", []):
                link: Any = reference.get_object()
                if link.get("/Subtype") == "/Link" and "/Dest" in link:
                    left, _, _, top = map(float, link["/Rect"])
                    goal = link["/Dest"]
                    if isinstance(goal, list):  # else a heading, by its name
                        spot = (
                            numbers[list.__getitem__(goal, 0).idnum],
                            float(goal[2]),
                            float(goal[3]),
                        )
                        found.append(((place, left, top), spot))
        return found


@pytest.fixture(scope="module", params=["anakinra", "bcg"])
def review(request: pytest.FixtureRequest, finished: Callable[[str], Review]) -> Review:
    return finished(request.param)


@pytest.fixture(scope="module")
def papers(review: Review) -> list[Paper]:
    found = [
        Paper(path) for path in sorted((review.folder / "results/report").glob("supplement*.pdf"))
    ]
    assert found
    return found


@pytest.fixture(scope="module")
def entries(review: Review) -> dict[str, dict[str, Any]]:
    text = (review.folder / "results/report/provenance.json").read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def rows_named(note: str) -> set[tuple[str, int]]:
    """The files and rows that a note names."""
    found = set()
    _, *parts = FILE.split(squeezed(note.partition(" ")[2]))
    for file, said in zip(parts[::2], parts[1::2], strict=True):
        for rows in ROWS.findall(said):
            for low, _, high in (part.partition("–") for part in rows.strip(",").split(",")):
                found |= {(file, row) for row in range(int(low), int(high or low) + 1)}
    return found


def cells(entries: dict[str, dict[str, Any]], key: str) -> set[tuple[str, int]]:
    """The files and rows that a number rests on."""
    behind = [entries[end] for end in ends(entries, key)]
    return {(e["place"]["file"], e["place"]["row"]) for e in behind if e["kind"] == "raw"}


LEAST = 20
"""Letters of the least part of a paragraph that a page ends or a figure interrupts."""


def located(text: str, plain: str) -> Iterator[tuple[int, int, int]]:
    """Where the parts of a paragraph stand: how much of it is before, its place, its length."""
    done, after = 0, 0
    while done < len(text):
        rest, behind = text[done:], plain[after:]
        # Of a text that is found, each beginning is: the longest that is, by halving.
        length = bisect_left(range(len(rest)), True, key=lambda n: rest[: n + 1] not in behind)
        assert length >= min(LEAST, len(rest)), rest
        place = plain.index(rest[:length], after)
        yield done, place, length
        done, after = done + length, place + length


def marked(review: Review, paper: Paper) -> Iterator[tuple[str, str, list[int]]]:
    """Every number of the text: its key, what stands around it, and the notes it is marked with."""
    (page,) = (
        text
        for path in (review.folder / "results/report").glob("supplement*.html")
        if f'<html lang="{paper.language.partition("-")[0]}-' in (text := path.read_text("utf-8"))
    )
    for text, numbers in Paragraphs(page).found:
        if not numbers:
            continue
        here = [
            (at - start + offset, notes)
            for offset, start, length in located(text, paper.plain)
            for at, notes in paper.marks
            if start <= at <= start + length
        ]
        for key, end in numbers:
            found = next((notes for at, notes in here if at >= end), [])
            yield key, text[max(end - 30, 0) : end], found


def test_every_number_of_the_text_has_a_note_that_names_all_its_files_and_rows(
    review: Review, papers: list[Paper], entries: dict[str, dict[str, Any]]
) -> None:
    for paper in papers:
        found = list(marked(review, paper))
        assert found
        behind = {key: cells(entries, key) for key in {key for key, _, _ in found}}
        for key, around, notes in found:
            assert notes, f"{key}: no mark behind “{around}”"
            rows = set().union(*(paper.named[n - 1] for n in notes))
            assert behind[key] <= rows, f"{key}: n{notes} at “{around}”"


def test_every_note_names_a_row_of_a_raw_table_or_what_was_declared(papers: list[Paper]) -> None:
    for paper in papers:
        assert paper.notes
        for note, rows in zip(paper.notes, paper.named, strict=True):
            assert rows or "config.yaml" in note, note


def test_rows_that_notes_name_are_there(review: Review, papers: list[Paper]) -> None:
    rows: dict[str, int] = {}
    for paper in papers:
        for file, row in set().union(*paper.named):
            if file not in rows:
                table = (review.folder / "data/raw" / file).open(encoding="utf-8-sig", newline="")
                with table:
                    rows[file] = len(list(csv.reader(table)))
            assert 2 <= row <= rows[file]


def later_marks(paper: Paper) -> list[int]:
    """The notes whose numbers are marked behind the notes, in order."""
    behind = MARK.findall("\n".join(paper.pages[paper.section.stop - 1 :]))
    return [int(n) for notes in behind for n in notes.split(",n")]


def test_notes_are_numbered_in_the_order_of_their_first_marks(papers: list[Paper]) -> None:
    for paper in papers:
        first = dict.fromkeys(n for _, notes in paper.marks for n in notes)
        later = dict.fromkeys(later_marks(paper))
        assert list(first | later) == list(range(1, len(first | later) + 1))


def test_every_number_of_the_article_has_a_note_in_the_supplement(
    review: Review, papers: list[Paper], entries: dict[str, dict[str, Any]]
) -> None:
    """The article has no marks; its numbers' notes are among those of its supplement."""
    for paper in papers:
        path = paper.path.with_name(paper.path.name.replace("supplement", "review"))
        page = Numbers(path.with_suffix(".html").read_text("utf-8"))
        assert page.found
        for key in {key for key, _ in page.found}:
            behind = cells(entries, key)
            assert any(behind <= rows for rows in paper.named), key


def test_marks_lead_to_their_notes_and_notes_lead_back(papers: list[Paper]) -> None:
    for paper in papers:
        there = {goal for spot, goal in paper.links if spot[0] not in paper.section}
        starts = {goal for goal in there if goal[0] in paper.section}
        on_page, leading = defaultdict(list), defaultdict(list)
        for spot, goal in paper.links:
            on_page[spot[0]].append((spot, goal))
            leading[goal].append(spot)
        back = [
            (start, goal)
            for start in starts
            for spot, goal in on_page[start[0]]
            if abs(spot[1] - start[1]) < 1 and abs(spot[2] - start[2]) < 12
        ]
        told = {n for _, notes in paper.marks for n in notes} | {*later_marks(paper)}
        assert len(told) <= len(back)
        returned = 0
        for start, goal in back:
            returned += any(
                spot[0] == goal[0] and abs(spot[1] - goal[1]) < 2 and abs(spot[2] - goal[2]) < 14
                for spot in leading[start]
            )
        assert returned == len(told)


def test_no_text_runs_off_the_paper(review: Review, papers: list[Paper]) -> None:
    """A block that may not break and is higher than a page would lose its end."""
    articles = (review.folder / "results/report").glob("review*.pdf")
    for paper in (*papers, *map(Paper, sorted(articles))):
        for number, (_, beyond) in enumerate(paper.printed, start=1):
            assert beyond == [], f"{paper.path.name}, page {number}"
