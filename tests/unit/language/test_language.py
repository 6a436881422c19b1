"""Messages, plural forms and numbers of the languages that a review speaks."""

from pathlib import Path

import pytest

from metasynth.language import formats
from metasynth.language.languages import ENGLISH, Language, known, speak, suffix
from metasynth.language.localised_records import localise
from metasynth.model.records import Cell, Group, Omission, Source


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "pl").mkdir()
    catalogue = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    catalogue += 'msgid "Death"\nmsgstr "Zgon"\n'
    (tmp_path / "pl" / "labels.po").write_text(catalogue, encoding="utf-8")
    return tmp_path


def test_english_says_what_stands_in_the_code() -> None:
    assert ENGLISH.say("{n} of {m}", n="{x}", m=2) == "{x} of 2"
    assert ENGLISH.say_n("{n} trial", "{n} trials", 1) == "1 trial"
    assert ENGLISH.say_n("{n} trial", "{n} trials", 0) == "0 trials"
    assert ENGLISH.label("Death") == ENGLISH.again("Death") == "Death"


def test_polish_numbers_are_those_of_the_unicode_locale_data() -> None:
    assert speak("pl").numbers == formats.POLISH
    assert formats.number(1234.5, 1, speak("pl").numbers) == "1234,5"


@pytest.mark.parametrize(
    ("n", "noun"),
    [(0, "badań"), (1, "badanie"), (2, "badania"), (4, "badania"), (5, "badań"), (12, "badań"),
     (22, "badania"), (25, "badań"), (112, "badań"), (1002, "badania")],
)  # fmt: skip
def test_polish_has_three_plural_forms(n: int, noun: str) -> None:
    assert speak("pl").choose(n, "badanie", "badania", "badań") == noun


def test_labels_of_the_review_come_from_its_own_catalogue(own: Path) -> None:
    assert speak("pl", own).label("Death") == "Zgon"
    assert speak("pl", own).label("Birth") == "Birth"
    assert speak("en", own).label("Death") == "Death"


def test_sentences_of_earlier_stages_are_said_again() -> None:
    texts = {"One study.": "Jedno badanie.", "{k} needs {n} studies.": "{n} badań na {k}."}
    language = Language(
        gettext=lambda text: texts.get(text, text),
        templates=("{k} needs {n} studies.",),
        labels={"HKSJ": "HKSJ (pl)"},
    )
    assert language.again("One study. HKSJ needs two studies.") == (
        "Jedno badanie. two badań na HKSJ (pl)."
    )
    assert language.again("Unknown. Words.") == "Unknown. Words."


def test_only_the_main_language_has_no_suffix() -> None:
    assert [suffix(code, ("pl", "en")) for code in ("pl", "en")] == ["", ".en"]
    assert {"en", "pl"} <= set(known())
    with pytest.raises(ValueError, match="no catalogue"):
        speak("xx")


def test_a_record_is_said_in_a_language_without_its_ids_and_quotes() -> None:
    texts = {"A prediction interval needs three studies.": "Przedział wymaga trzech badań."}
    language = Language(
        gettext=lambda text: texts.get(text, text),
        labels={"Death": "Zgon", "Drug": "Lek", "N: {source}.": "N: {source}!", "a": "b"},
        templates=("N: {source}.",),
    )
    cell = Cell("a", 1)
    source = Source("a", "a", "Death", "Death", cell)
    assert localise(source, language) == Source("a", "a", "Zgon", "Death", cell)
    group = Group(("a",), "Drug + Death", 1, 2)
    assert localise((group,), language) == (Group(("a",), "Lek + Zgon", 1, 2),)
    note = "A prediction interval needs three studies. N: table1. Unknown."
    omission = Omission("a", note)
    assert (
        localise(omission, language).reason == "Przedział wymaga trzech badań. N: table1! Unknown."
    )
    assert localise(omission, ENGLISH) is omission


def test_hardly_a_word_is_no_pattern() -> None:
    texts = {"{a} to {b}": "{a} do {b}"}
    language = Language(gettext=lambda text: texts.get(text, text), templates=tuple(texts))
    assert language.again("Hard to say") == "Hard to say"
