"""What footnotes of a summary of findings say once for several outcomes."""

from metasynth.core.messages import Sentence
from metasynth.grade.certainty import Rating
from metasynth.language.languages import ENGLISH
from metasynth.report.document import plain
from metasynth.report.tables.certainty_footnotes import footnotes

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
        rated("first", "imprecision", -1, "10 events", "as a rule of thumb"),
        rated("second", "imprecision", -2, "7 events", "as a rule of thumb"),
        rated("third", "imprecision", -1, "9 events", "as a rule of thumb"),
        rated("third", "risk_of_bias", -1, "no trial was blinded; all are old"),
        rated("fourth", "risk_of_bias", -1, "no trial was blinded; all are old"),
    )
    assert found == [
        "a\u00a0Imprecision −1: 10 events.",
        "b\u00a0Imprecision −2: 7 events.",
        "c\u00a0Imprecision −1: 9 events.",
        "a–c\u00a0Imprecision: as a rule of thumb.",
        "c,\u00a0d\u00a0Risk of bias −1: no trial was blinded; all are old.",
    ]


def test_levels_that_differ_are_said_of_each_outcome_even_of_one_reason() -> None:
    found = told(
        rated("first", "imprecision", -1, "few"), rated("second", "imprecision", -2, "few")
    )
    assert found == [
        "a\u00a0Imprecision −1.",
        "b\u00a0Imprecision −2.",
        "a,\u00a0b\u00a0Imprecision: few.",
        "c,\u00a0d\u00a0No domain lowered it.",
    ]


def test_a_panels_reason_is_never_divided() -> None:
    found = told(
        rated("first", "imprecision", -1, "few; odd", judge="AB"),
        rated("second", "imprecision", -1, "few; even", judge="AB"),
    )
    assert found[:2] == [
        "a\u00a0Imprecision −1: few; odd (AB).",
        "b\u00a0Imprecision −1: few; even (AB).",
    ]
