"""The report answers every item of PRISMA 2020, or says why not; texts fail with file and line."""

from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from metasynth.language.formats import MISSING
from metasynth.language.languages import ENGLISH, speak
from metasynth.report.document import Heading, Link, Paragraph, Table, Text, plain, text
from metasynth.report.tables import prisma
from metasynth.report.text import checklists
from metasynth.report.text.living_checklist import LIVING
from metasynth.report.text.markdown import Parser, UnknownNameError
from metasynth.report.text.sections import ReportError, Texts
from metasynth.report.text.vocabulary import filters


def parser() -> Parser:
    return Parser(
        lambda kind, name: (Table("t", "1", (), (), ()),), frozenset({"a"}), checklists.KNOWN
    )


def test_the_checklists_have_the_items_of_the_statement() -> None:
    items = [item for names in checklists.ITEMS.values() for item in names]
    assert len(items) == 42
    assert sorted({int("".join(filter(str.isdigit, item))) for item in items}) == [*range(1, 28)]
    assert [item for names in checklists.ABSTRACT.values() for item in names] == [
        f"a{n}" for n in range(1, 13)
    ]


def test_an_item_is_answered_under_its_heading_or_in_its_own_paragraph() -> None:
    reader = parser()
    heading, first, second = reader.parse(
        "# Methods {prisma:13a 13b} {anchor:methods}\n\nText. {prisma:12}\n\n"
        "{anchor:own}**Bias.** More. {prisma:11} And more.\n"
    )
    assert heading == Heading(1, "methods", (Text("Methods"),))
    assert first == Paragraph((Text("Text."),))
    assert isinstance(second, Paragraph)
    assert plain(second.content) == "Bias. More. And more."
    assert reader.places == {
        "13a": ["methods"],
        "13b": ["methods"],
        "12": ["methods"],
        "11": ["own"],
    }


def test_a_reason_stands_in_the_checklist_and_not_in_the_text() -> None:
    reader = parser()
    assert reader.parse("{prisma-none:24a 24b} Nothing was *registered* [@a].\n") == ()
    assert plain(reader.reasons["24b"]) == "Nothing was registered[1]."
    assert set(reader.reasons) == {"24a", "24b"}


def test_an_unknown_item_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no item 28") as refused:
        parser().parse("Text. {prisma:28}")
    assert refused.value.written == "{prisma:28}"


def test_a_heading_over_nothing_is_no_answer() -> None:
    reader = parser()
    blocks = reader.parse(
        "# One {prisma:3}\n\n## Two {prisma:4}\n\n# Three {prisma:5}\n\n## Four\n\nText.\n"
    )
    assert prisma.with_text(reader.places, blocks) == {"3": ["one"], "5": ["three"]}


def test_items_without_text_or_reason_are_named() -> None:
    done = checklists.KNOWN - {"24a", "a7"}
    asked = (checklists.ITEMS, checklists.ABSTRACT)
    assert checklists.missing(done, asked) == [
        "24a (registration)",
        "a7 (studies and participants)",
    ]
    assert checklists.missing(checklists.KNOWN - {"1", "a1"}, asked) == []


def test_a_living_review_has_to_answer_what_is_asked_of_it_besides() -> None:
    done = checklists.KNOWN - {"L1.3", "16a.1", "1.2"}
    assert checklists.missing(done, (checklists.ITEMS, checklists.ABSTRACT)) == []
    assert checklists.missing(done, (LIVING,)) == [
        "L1.3 (plan to end living mode, or that there is none)",
        "16a.1 (what led to this version)",
    ]


def test_the_checklist_of_living_reviews_has_the_elements_of_the_extension() -> None:
    """As many of each item as table 1 of Akl et al. lists (BMJ 2024;387:e079183)."""
    places = [element.partition(".") for items in LIVING.values() for element in items]
    assert Counter(item for item, _, _ in places) == {
        **{"1": 2, "2": 1, "3": 2, "4": 1},
        **{"L1": 3, "9": 1, "11": 1, "13d": 1, "L2": 3},
        **{"16a": 2, "20b": 1, "L3": 4},
        **{"23c": 1, "23d": 3},
        **{"25": 1, "26": 1, "27": 1, "L4": 1},
    }
    of_2020 = {item for names in checklists.ITEMS.values() for item in names}
    assert {item for item, _, _ in places if not item.startswith("L")} <= of_2020
    for item, group in groupby(places, key=lambda place: place[0]):
        numbers = [number for _, dot, number in group if dot]
        assert numbers == ([] if item == "L4" else [str(n + 1) for n in range(len(numbers))])


def test_the_checklist_links_to_the_places_and_prints_the_reasons() -> None:
    places = {"4": ["question", "more"]}
    reasons = {"3": text("Not needed.")}
    titles = {"question": text("Question"), "more": text("More")}
    items = {"Introduction": {"3": "why", "4": "question"}}
    _, _, rows, _ = prisma.checklist(items, "Items.", places, reasons, titles, ENGLISH)
    assert rows[0].heading
    assert rows[1].cells[2] == reasons["3"]
    links = [item.target for item in rows[2].cells[2] if isinstance(item, Link)]
    assert links == ["#question", "#more"]


MISSING_ONE = {"estimate": MISSING}


# --- authored texts -------------------------------------------------------------------------------


def texts(folder: Path, own: str, code: str = "en") -> Texts:
    general, mine = folder / "general", folder / "own"
    general.mkdir()
    mine.mkdir()
    section = '# Q\n\n{% include "own/question.md" ignore missing %}\n'
    (general / "introduction.md").write_text(section, encoding="utf-8")
    (mine / "question.md").write_text(own, encoding="utf-8")
    language = speak(code)
    return Texts([general], mine, filters(language))


@pytest.mark.parametrize("code", ["en", "pl"])
@pytest.mark.parametrize("name", ["nobody", "known.nothing", 'known["x"]', "known | nofilter"])
def test_a_name_that_does_not_exist_stops_with_file_and_line(
    tmp_path: Path, code: str, name: str
) -> None:
    authored = texts(tmp_path, f"One.\n\nTwo {{{{ {name} }}}}.\n", code)
    with pytest.raises(ReportError, match=r"question\.md:3"):
        list(authored.filled({"known": {}}))


def test_a_number_without_a_value_stops_with_file_and_line(tmp_path: Path) -> None:
    """It cannot be known at load that an outcome will not be pooled."""
    with pytest.raises(ReportError, match=r"question\.md:2: .* has no value"):
        list(texts(tmp_path, "One.\nTwo {{ known.estimate }}.\n").filled({"known": MISSING_ONE}))


def test_a_row_that_is_not_stated_stops_with_file_and_line(tmp_path: Path) -> None:
    def row() -> str:
        raise KeyError("results.csv, row 3: events is not stated")

    with pytest.raises(ReportError, match=r"question\.md:3: .*row 3: events is not stated"):
        list(texts(tmp_path, "One.\n\nTwo {{ row() }}.\n").filled({"row": row}))


def test_a_byte_order_mark_is_no_letter(tmp_path: Path) -> None:
    ((_, said),) = texts(tmp_path, "\ufeff## Heading {anchor:h}\n").filled({})
    assert "\n## Heading" in said


def test_where_an_unknown_reference_stands_is_told(tmp_path: Path) -> None:
    authored = texts(tmp_path, "One.\n\nTwo [@nobody].\n")
    assert authored.place("introduction", "@nobody").endswith("question.md:3")
    assert authored.place("introduction", "{table:generated}").endswith("introduction.md")
