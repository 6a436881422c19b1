"""The sentence that says why each statement has its verdict."""

from metasynth.audit.reasons import REASONS
from metasynth.audit.verdicts import Audited
from metasynth.language import formats, keys
from metasynth.language.languages import Language
from metasynth.language.tracked import marked
from metasynth.model.methods import MEASURE

_OF_INCREASE = ("excluded", "not_excluded", "not_excluded_in_most")


def reason(item: Audited, language: Language) -> str:
    """The sentence that says why a statement has its verdict."""
    name = item.reason
    if item.assertion == "not_higher" and name in _OF_INCREASE:
        name = f"increase_{name}"
    low, high = (_margin(item, end, language) for end in (0, 1))
    measure = language.say(MEASURE[item.margin_measure].label) if item.margin_measure else ""
    return language.say(REASONS[name], low=low, high=high, measure=measure)


def _margin(item: Audited, end: int, language: Language) -> str:
    """A limit of the margin that an absence was judged by."""
    column = ("margin_low", "margin_high")[end]
    value = getattr(item, column)
    if value is None:
        return ""
    printed = formats.estimate(item.margin_measure, value, language.numbers)
    return marked(printed, keys.claim(item.claim_id, column))
