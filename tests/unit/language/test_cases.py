"""Labels in the grammatical case that a translation asks for."""

from dataclasses import replace
from pathlib import Path

import pytest

from metasynth.language.languages import speak
from metasynth.language.sentences import noun

UNCERTAIN = "The evidence is very uncertain about the effect of {intervention} on {outcome}."
CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Drug"
msgstr "Lek"

msgctxt "genitive"
msgid "Drug"
msgstr "leku"

msgctxt "accusative"
msgid "Pain"
msgstr "ból"
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "labels.po").write_text(CATALOGUE, "utf-8")
    return tmp_path


def test_a_case_is_that_of_the_translated_label_and_leaves_the_label_as_it_is(text: Path) -> None:
    polish = speak("pl", text)
    assert polish.label("Drug") == "Lek"
    assert polish.cases == {"lek": {"genitive": "leku"}, "pain": {"accusative": "ból"}}
    said = polish.say(UNCERTAIN, intervention=noun("Lek", polish), outcome=noun("Pain", polish))
    assert said == "Dane o wpływie leku na ból są bardzo niepewne."


def test_what_has_no_case_stands_beside_a_word_that_has_it(text: Path) -> None:
    polish = replace(speak("pl", text), cases={})
    said = polish.say(UNCERTAIN, intervention=noun("lek", polish), outcome=noun("ból", polish))
    assert said == ("Dane o wpływie interwencji („lek”) na punkt końcowy „ból” są bardzo niepewne.")


def test_english_has_no_cases() -> None:
    english = speak("en")
    said = english.say(UNCERTAIN, intervention=noun("drug", english), outcome=noun("pain", english))
    assert said == "The evidence is very uncertain about the effect of drug on pain."


def test_a_conclusion_in_polish_is_a_sentence_and_no_label_with_a_colon() -> None:
    """A label, a colon and a sentence read as a row of a log."""
    polish = speak("pl")
    starts = {
        polish.gettext(message)
        for message in (
            UNCERTAIN,
            "{intervention} results in {effect} in {outcome}.",
            "{intervention} likely results in {effect} in {outcome}.",
            "{intervention} may result in {effect} in {outcome}.",
            "The certainty of this estimate of {outcome} is {certainty}.",
        )
    }
    assert not any(text.startswith("{outcome") for text in starts)
    assert all("{outcome:" in text for text in starts)
