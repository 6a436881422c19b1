"""Sentences that are data: what is refused says why in words, in logs too."""

import pytest

from metasynth.core.messages import Refused, sentence, sentence_n
from metasynth.language.formats import POLISH, count, per_thousand
from metasynth.language.sentences import in_words

REFUSALS = [
    sentence("{n} steps do not reach the maximum at tau = {tau}", n=100, tau=0.25),
    sentence("left out: {why}", why=sentence("the contrast has no estimate")),
    sentence_n("{n} analysis of {kind}", "{n} analyses of {kind}", 1, kind="rates"),
    sentence_n("{n} analysis of {kind}", "{n} analyses of {kind}", 3, kind="rates"),
]


@pytest.mark.parametrize("why", REFUSALS)
def test_what_is_refused_says_why_in_words(why):
    assert str(Refused(why)) == in_words(why)
    assert "Sentence(" not in str(Refused(why))


@pytest.mark.parametrize(("n", "text"), [(12.5, "12,5"), (8.333, "8,33"), (8.999, "9"), (9, "9")])
def test_parts_of_a_shared_control_have_the_decimal_mark_of_the_language(n, text):
    assert count(n, POLISH) == text


@pytest.mark.parametrize(("x", "text"), [(9.1, "9,1"), (-3.26, "−3,3"), (10.4, "10"), (91, "91")])
def test_patients_in_a_thousand_are_rounded_by_one_rule(x, text):
    assert per_thousand(x, POLISH) == text
