"""The lines below the title, and what checks an author's ORCID iD."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import ANAKINRA, led

from metasynth.language.languages import speak
from metasynth.model.authorship import AuthorDetails, is_orcid
from metasynth.report.byline import authors, byline
from metasynth.report.document import Link, Styled, plain


@pytest.mark.parametrize(
    "known", ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"]
)
def test_the_examples_of_orcid_s_own_pages_are_right(known: str) -> None:
    assert is_orcid(known)


@given(digits=st.lists(st.integers(0, 9), min_size=15, max_size=15), data=st.data())
def test_one_wrong_digit_or_two_that_changed_places_are_found(
    digits: list[int], data: st.DataObject
) -> None:
    def spelt(own: list[int], check: str) -> str:
        text = "".join(map(str, own)) + check
        return "-".join(text[i : i + 4] for i in (0, 4, 8, 12))

    right = [check for check in "0123456789X" if is_orcid(spelt(digits, check))]
    assert len(right) == 1
    place = data.draw(st.integers(0, 14))
    other = [*digits]
    other[place] = data.draw(st.integers(0, 9).filter(lambda n: n != digits[place]))
    assert not is_orcid(spelt(other, right[0]))
    swapped = [*digits]
    swapped[place - 1], swapped[place] = swapped[place], swapped[place - 1]
    assert is_orcid(spelt(swapped, right[0])) == (swapped == digits)


@pytest.mark.parametrize(
    "text", ["", "0000000218250097", "0000-0002-1825-009x", "0000-0002-1825-00977"]
)
def test_another_form_is_none(text: str) -> None:
    assert not is_orcid(text)


def test_authors_stand_with_their_places_and_who_answers_letters() -> None:
    people = (
        AuthorDetails("Ann Smith", ("Here", "There"), "0000-0002-1825-0097", "ann@example.org"),
        AuthorDetails("Ben <b>", ("There",)),
        AuthorDetails("Cy"),
    )
    names, here, there, letters = byline(people, speak("en"))
    assert plain(names) == "Ann Smith1,2 ORCID, Ben <b>2, Cy"
    assert [link.target for link in names if isinstance(link, Link)] == [
        "https://orcid.org/0000-0002-1825-0097"
    ]
    assert (plain(here), plain(there)) == ("1Here", "2There")
    assert isinstance(here[0], Styled)
    assert plain(letters) == "Correspondence: Ann Smith, ann@example.org"


def test_one_place_needs_no_mark_and_no_author_is_said_to_be_open() -> None:
    names, place = byline(
        (AuthorDetails("Ann", ("Here",)), AuthorDetails("Ben", ("Here",))), speak("en")
    )
    assert (plain(names), plain(place)) == ("Ann, Ben", "Here")
    (line,) = byline((), speak("pl"))
    assert plain(line) == "Autorzy, afiliacje i adres do korespondencji: jeszcze niepodane."


def test_authors_without_details_keep_their_order() -> None:
    config = replace(
        led(ANAKINRA).config,
        authors=("B", "A"),
        author_details=(AuthorDetails("A", orcid="0000-0002-1825-0097"),),
    )
    assert [(one.name, bool(one.orcid)) for one in authors(config)] == [("B", False), ("A", True)]
