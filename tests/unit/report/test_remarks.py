"""What is remarked of an analysis: its numbers have their origin, in each language all is said."""

import pytest
from tests.unit.synthesis.test_cautions import IDENTICAL, TINY, one_group, two_groups

from metasynth.language.languages import ENGLISH, speak
from metasynth.language.localised_records import localise
from metasynth.language.tracked import bare, pieces
from metasynth.model.records import AnalysisSpec, Comparison, OutcomeSpec
from metasynth.report.text.names import numbers
from metasynth.synthesis.synthesise import synthesise

POLISH = speak("pl")
HKSJ = {"tau2": "REML", "ci": "HKSJ", "prediction": "t_k-1"}
RARE, UNEQUAL = [(1, 200, 0, 200), (2, 300, 1, 300)], [(9, 400, 1, 20), (30, 300, 1, 40)]
CASES = {
    "without width": ("binary", "RR", list(two_groups(*IDENTICAL)), HKSJ),
    "narrower than Wald's": ("continuous", "SMD", TINY, HKSJ),
    "one trial": ("binary", "RR", list(two_groups(*IDENTICAL))[:1], HKSJ),
    "two trials, rare": ("binary", "RR", list(two_groups(*RARE)), HKSJ),
    "an empty cell": ("binary", "OR", list(two_groups((3, 50, 0, 50), (5, 60, 1, 61))), HKSJ),
    "unequal": ("binary", "OR", list(two_groups(*UNEQUAL)), {"model": "Peto"}),
    "a proportion": ("proportion", "PFT", list(one_group((1, 9), (3, 5000))), HKSJ),
    "beyond one": ("binary", "RD", list(two_groups((3, 3, 0, 2), (2, 3, 1, 3))), HKSJ),
}


def remark(case, language):
    """The analysis's numbers as a report in this language has them."""
    kind, measure, studies, choices = CASES[case]
    outcome = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    spec = AnalysisSpec("p", "", **choices)
    found = synthesise(outcome, [spec], Comparison((), ()), studies)
    row = localise(found, language).analyses[0].estimates[0]
    return row, numbers(outcome, spec, row, ("drug", "placebo"), language).note


@pytest.mark.parametrize("language", [ENGLISH, POLISH], ids=["en", "pl"])
@pytest.mark.parametrize("case", ["without width", "narrower than Wald's"])
def test_the_limits_that_are_never_narrower_are_printed_with_their_keys(case, language):
    row, note = remark(case, language)
    assert row.adhoc_low is not None
    assert [key for _, key in pieces(note) if key] == ["o.p.adhoc_low", "o.p.adhoc_high"]
    rest = "".join(printed for printed, key in pieces(note) if not key)
    assert not any(letter.isdigit() for letter in rest)


@pytest.mark.parametrize("case", CASES)
def test_every_sentence_of_a_remark_is_said_in_polish(case):
    """Remarks are translated sentence by sentence, so that a message of two would stay English."""
    english, polish = (bare(remark(case, language)[1]) for language in (ENGLISH, POLISH))
    assert english
    said = polish.replace("Wald", "").split(". ")
    assert [s for s in said if any(f" {word} " in f" {s} " for word in ("the", "is", "of"))] == []
