"""What footnotes of a summary of findings say once for several outcomes."""

from babel.messages.pofile import read_po

from metasynth.core.messages import Sentence, Value
from metasynth.grade.certainty import Rating
from metasynth.language.languages import ENGLISH, LOCALES
from metasynth.report.document import plain
from metasynth.report.tables.certainty_footnotes import footnotes
from metasynth.report.text import short_reasons

MARKS = {"first": "a", "second": "b", "third": "c", "fourth": "d"}


def rated(outcome: str, domain: str, rating: int, *reasons: str, judge: str = "") -> Rating:
    said = tuple(map(Sentence, reasons))
    source = "panel" if judge else "rule"
    return Rating(outcome, domain, rating, True, "", source, judge, "", "; ".join(reasons), said)


def told(*ratings: Rating) -> list[str]:
    of = {name: [one for one in ratings if one.outcome == name] for name in MARKS}
    return [plain(line) for line in footnotes(of, MARKS, ENGLISH)]


def test_what_several_outcomes_share_stands_once_behind_their_letters() -> None:
    found = told(
        rated("first", "imprecision", -1, "few events"),
        rated("second", "imprecision", -2, "few events"),
        rated("third", "imprecision", -1, "few events"),
        rated("third", "risk_of_bias", -1, "no trial was blinded; all are old"),
        rated("fourth", "risk_of_bias", -1, "no trial was blinded; all are old"),
    )
    assert found == [
        "b\u00a0Imprecision −2: few events.",
        "a,\u00a0c\u00a0Imprecision −1: few events.",
        "c,\u00a0d\u00a0Risk of bias −1: no trial was blinded; all are old.",
    ]


def test_an_outcome_that_nothing_lowered_says_so() -> None:
    assert told(rated("first", "imprecision", -1, "few"))[1] == ("b–d\u00a0No domain lowered it.")


def test_reasons_are_short_and_what_their_words_mean_stands_behind() -> None:
    """What certainty is lowered from, and limits that the row has, are left out."""

    def reason(text: str, **numbers: float) -> Sentence:
        forms = {"found": "count", "needed": "count", "low": "ratio", "high": "ratio"}
        values = (Value(n, forms.get(n, "percent"), x) for n, x in numbers.items())
        return Sentence(text, tuple(values))

    bias = reason(short_reasons._SOME, some=100.0, limit=50.0)
    events = reason(
        "{found} events, below the optimal information size of {needed}", found=126, needed=300
    )
    includes = reason(
        "the interval, {low} to {high}, includes an important reduction and an important increase",
        low=0.51,
        high=2.3,
    )
    meaning = reason(next(iter(short_reasons.MEANINGS)), low=0.75, high=1.25)
    ratings = [
        Rating("first", "risk_of_bias", -1, True, "", "rule", "", "", "", (bias,)),
        Rating(
            "first", "imprecision", -2, True, "", "rule", "", "", "", (events, includes, meaning)
        ),
    ]
    assert told(*ratings)[0] == (
        "a\u00a0Risk of bias −1: all trials are of some concern. Imprecision −2: fewer events "
        "(126) than the optimal information size of 300; the interval includes an important "
        "reduction as well as an important increase. Important, by GRADE's convention: a risk "
        "ratio below 0.75 or above 1.25."
    )


def test_what_is_shortened_is_still_said() -> None:
    """Each key is a message of the catalogues, or the singular or plural of one."""
    with (LOCALES / "pl.po").open("rb") as file:
        ids = [item.id for item in read_po(file) if item.id]
    known = {text for one in ids for text in ([one] if isinstance(one, str) else one)}
    for said in (*short_reasons.SHORT, *short_reasons.MEANINGS):
        assert said in known, said


def test_a_panels_reason_is_never_divided() -> None:
    found = told(
        rated("first", "imprecision", -1, "few; odd", judge="AB"),
        rated("second", "imprecision", -1, "few; even", judge="AB"),
    )
    assert found[:2] == [
        "a\u00a0Imprecision −1: few; odd (AB).",
        "b\u00a0Imprecision −1: few; even (AB).",
    ]
