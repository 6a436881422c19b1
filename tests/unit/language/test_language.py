"""Messages, plural forms and numbers of the languages that a review speaks."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth.core import store
from metasynth.core.messages import Digits, Sentence, sentence, sentence_n
from metasynth.language import formats
from metasynth.language.languages import ENGLISH, Language, known, speak, suffix
from metasynth.language.localised_records import localise
from metasynth.language.sentences import in_words
from metasynth.model.records import AnalysisSpec, Cell, Group, Omission, Source


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
    assert ENGLISH.label("Death") == ENGLISH.remark("Death") == "Death"


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


def test_a_remark_of_the_review_is_translated_whole_or_sentence_by_sentence() -> None:
    labels = {"One study.": "Jedno badanie.", "Known. Words.": "Znane słowa."}
    language = Language(labels=labels)
    assert language.remark("One study. Unknown words.") == "Jedno badanie. Unknown words."
    assert language.remark("Known. Words.") == "Znane słowa."
    assert language.remark("Unknown. Words.") == "Unknown. Words."


def test_only_the_main_language_has_no_suffix() -> None:
    assert [suffix(code, ("pl", "en")) for code in ("pl", "en")] == ["", ".en"]
    assert {"en", "pl"} <= set(known())
    with pytest.raises(ValueError, match="no catalogue"):
        speak("xx")


def test_a_record_is_said_in_a_language_without_its_ids_and_quotes() -> None:
    language = Language(labels={"Death": "Zgon", "Drug": "Lek", "N: table1.": "N: tabela 1."})
    cell = Cell("a", 1)
    source = Source("a", "a", "Death", "Death", cell)
    assert localise(source, language) == Source("a", "a", "Zgon", "Death", cell)
    group = Group(("a",), "Drug + Death", 1, 2)
    assert localise((group,), language) == (Group(("a",), "Lek + Zgon", 1, 2),)
    spec = AnalysisSpec("a", "A", note="N: table1. Unknown.")
    assert localise(spec, language).note == "N: tabela 1. Unknown."
    omission = Omission("a", sentence("Death"))
    assert localise(omission, language) is omission
    assert localise(spec, ENGLISH) is spec


# --- sentences as data ----------------------------------------------------------------------------

POLISH = speak("pl")


def test_a_sentence_is_written_in_any_language_from_its_values() -> None:
    why = sentence("the {side} group has no participants", side="control")
    assert in_words(why) == "the control group has no participants"
    assert in_words(why, POLISH) == POLISH.say(why.message, side=POLISH.say("control"))
    assert in_words(None) == in_words(()) == ""
    assert in_words((why, why)) == f"{in_words(why)} {in_words(why)}"


@pytest.mark.parametrize(
    ("value", "english", "polish"),
    [(Digits("0.282"), "0.282", "0,282"), (12, "12", "12"), (0.5, "0.5", "0,5"),
     (1e-5, "1e-05", "1e-05"), (-0.25, "-0.25", "-0,25"), ("HKSJ", "HKSJ", "HKSJ")],
)  # fmt: skip
def test_a_number_has_the_language_s_decimal_mark(value: Any, english: str, polish: str) -> None:
    text = "an effect of {y} with variance {v} is beyond what can be computed with"
    said = sentence(text, y=value, v=1)
    assert in_words(said) == text.format(y=english, v=1)
    assert in_words(said, POLISH) == POLISH.say(text, y=polish, v=1)


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    inner = sentence("the likelihood still rises at tau = {tau}", tau=Digits("2.5"))
    outer = sentence("the likelihood’s maximum was not reached: {reason}", reason=inner)
    own = POLISH.say(inner.message, tau="2,5")
    assert in_words(outer, POLISH) == POLISH.say(outer.message, reason=own)
    assert store.from_json(Sentence, store.to_json(outer)) == outer


@given(st.integers(0, 10_000))
def test_a_count_chooses_the_form(n: int) -> None:
    rest = "an analysis of small-study effects needs {least}"
    forms = f"{{n}} study; {rest}", f"{{n}} studies; {rest}"
    said = store.from_json(Sentence, store.to_json(sentence_n(*forms, n, least=10)))
    number = "10\u202f000" if n == 10_000 else n
    assert in_words(said) == forms[n != 1].format(n=number, least=10)
    polish = POLISH.say_n(*forms, n, least=10).replace("10000", "10\u00a0000")
    assert in_words(said, POLISH) == polish


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Smith et al.", "By Smith et al."),
        ("Smith", "By Smith."),
        ("and so on...", "By and so on...."),
    ],
)
def test_a_sentence_ends_with_one_full_stop(name: str, said: str) -> None:
    assert Language().say("By {name}.", name=name) == said
