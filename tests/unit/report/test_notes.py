"""Where the marks of numbered notes stand, and which numbers share a note."""

from metasynth.language.languages import ENGLISH
from metasynth.provenance.entry import COMPUTED, RAW, Entry, Place
from metasynth.report.document import (
    Block,
    Citation,
    Column,
    Document,
    Inlines,
    Marks,
    Notes,
    Number,
    Paragraph,
    Row,
    Table,
    Text,
    plain,
)
from metasynth.report.render.notes import origin, with_notes

CELL = "trials/x/results/3/events"
ENTRIES = {
    CELL: Entry(CELL, RAW, "events", "x", 5, place=Place("trials/x/results.csv", 3, "events")),
    **{
        key: Entry(key, COMPUTED, "effect", key, 1.5, method="how", inputs=(CELL,))
        for key in ("a.main.estimate", "a.main.ci_low", "b.main.estimate", "c.main.estimate")
    },
    "a.patients": Entry("a.patients", COMPUTED, "all", "a", 9, inputs=("a.main.estimate",)),
    "review.trials": Entry("review.trials", COMPUTED, "trials", "", 1, inputs=(CELL,)),
}
A, LOW, B, C = (Number("1.5", key) for key in list(ENTRIES)[1:5])


def noted(*blocks: Block) -> Document:
    document = Document("T", (), "en", "1", "2020-01-31", blocks, ENTRIES)
    return with_notes(document, ENGLISH)


def shown(content: Inlines) -> str:
    """Text with its marks in braces, the new ones with a star."""
    return "".join(
        f"{{{','.join(str(n) + '*' * new for n, new in item.items)}}}"
        if isinstance(item, Marks)
        else plain((item,))
        for item in content
    )


def paragraph(*content: Number | Text | Citation) -> str:
    (first, *_) = noted(Paragraph(content)).blocks
    assert isinstance(first, Paragraph)
    return shown(first.content)


def table(*rows: Row) -> tuple[str, list[str]]:
    (first, *_) = noted(Table("table-x", "1", (Text("All."),), (Column(""),), rows)).blocks
    assert isinstance(first, Table)
    return shown(first.caption), [shown(row.cells[0]) for row in first.rows]


def test_numbers_of_an_analysis_in_a_sentence_share_a_mark_behind_the_bracket() -> None:
    assert paragraph(A, Text(" (from "), LOW, Text("), and so")) == "1.5 (from 1.5){1*}, and so"


def test_the_next_sentence_has_a_mark_of_its_own_with_the_same_number() -> None:
    assert paragraph(A, Text(". Then "), A, Text(".")) == "1.5{1*}. Then 1.5{1}."


def test_another_origin_between_ends_a_run() -> None:
    assert paragraph(A, Text(" v "), B, Text(" v "), A) == "1.5{1*} v 1.5{2*} v 1.5{1}"


def test_a_mark_stands_behind_a_citation() -> None:
    assert paragraph(A, Citation((("x", 7),)), Text(" say")) == "1.5[7]{1*} say"


def test_a_table_of_one_origin_is_marked_at_its_caption() -> None:
    assert table(Row(((Text("r"),), (A,))), Row(((Text("s"),), (LOW,)))) == ("All.{1*}", ["r", "s"])


def test_rows_under_a_heading_that_share_an_origin_are_marked_there() -> None:
    rows = (
        Row(((Text("First"),),), heading=True),
        *(Row(((Text("r"),), (number,))) for number in (A, LOW)),
        Row(((Text("Second"),),), heading=True),
        *(Row(((Text("s"),), (number,))) for number in (B, C)),
    )
    expected = ["First{1*}", "r", "r", "Second", "s{2*}", "s{3*}"]
    assert table(*rows) == ("All.", expected)


def test_a_row_has_a_mark_for_each_of_its_origins() -> None:
    rows = (Row(((Text("r"),), (A,), (B,))), Row(((), (A,), (B,))), Row(((Text("s"),), (C,))))
    assert table(*rows) == ("All.", ["r{1*,2*}", "", "s{3*}"])


def test_tables_of_the_data_appendix_stay_as_they_are() -> None:
    data = Table("table-inputs_x", "A1", (), (Column(""),), (Row(((A,),)),))
    assert noted(data).blocks == (data,)


def test_a_note_says_what_how_and_which_file_and_row() -> None:
    (_, *_, notes) = noted(Paragraph((A,))).blocks
    assert isinstance(notes, Notes)
    said = "a.main.estimate: effect: how. trials/x/results.csv row 3 (events)."
    assert [plain(entry) for entry in notes.entries] == [said]


def test_a_sum_of_an_outcome_goes_with_what_it_adds_up() -> None:
    assert origin("a.patients", ENTRIES) == "a.main"
    assert origin("review.trials", ENTRIES) == "review"
    assert origin(CELL, ENTRIES) == "trials/x/results"
