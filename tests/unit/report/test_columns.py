"""Tables without columns that say nothing: none of a trial's words is lost by it."""

from itertools import product

import pytest

from metasynth.language.languages import ENGLISH
from metasynth.report.document import Column, Row, plain, text
from metasynth.report.tables.base import RIGHT, filled, group, row
from metasynth.report.tables.claims import abridged
from metasynth.report.tables.trials import _shared

COLUMNS = (Column("Trial"), Column("Design"), Column("Weeks", RIGHT), Column("Note"))


@pytest.mark.parametrize("cells", [*product(("", "–", "x"), repeat=3)])
def test_what_some_row_says_stays_and_the_first_column_always(cells: tuple[str, ...]) -> None:
    rows = [row("", "–", "", "–"), group("A heading"), row("a", *cells)]
    columns, kept = filled(COLUMNS, rows)
    said = [column.title for column in columns]
    told = [c.title for c, cell in zip(COLUMNS[1:], cells, strict=True) if cell == "x"]
    assert said == ["Trial", *told]
    assert kept[1] == rows[1]
    assert [len(one.cells) for one in kept if not one.heading] == [len(columns)] * 2
    assert [plain(cell) for cell in kept[2].cells] == ["a", *("x" for _ in told)]


def test_what_all_trials_share_is_said_once() -> None:
    rows = [row(name, "randomised", "12", "") for name in ("a", "b")]
    same, note = _shared(COLUMNS, rows, ENGLISH)
    assert same == [1]  # numbers keep their column, each with its source
    assert plain(note) == "The same for all: Design: randomised. "


@pytest.mark.parametrize(
    "rows",
    [
        [row("a", "randomised", "", "")],
        [row("a", "randomised", "", ""), row("b", "crossover", "", "")],
        [row("a", "–", "", ""), row("b", "–", "", "")],
    ],
    ids=["one trial", "different", "nothing"],
)
def test_nothing_is_said_for_all_that_they_do_not_share(rows: list[Row]) -> None:
    assert _shared(COLUMNS, rows, ENGLISH) == ([], ())


@pytest.mark.parametrize(
    ("quote", "short"),
    [
        ("a b c d e f g h i j k l m n o p", "a b c d e f g h i j k l m n o p"),
        ("a b c d e f g h i j k l m n o p q", "a b c d e f g h i j k l m n …"),
        ("a b, c d e f g h, i j k l m n o p q", "a b, c d e f g h …"),
        ("a b c d e f g h … i j k l m n o p", "a b c d e f g h …"),
        ("a b, c d e f g h i j k l m n o p q", "a b, c d e f g h i j k l m n …"),
        ("", ""),
    ],
)
def test_a_quote_that_was_printed_is_cut_at_a_clause_or_a_word(quote: str, short: str) -> None:
    assert abridged(quote) == short
    assert plain(text(short)) == short
