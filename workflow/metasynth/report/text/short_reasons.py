"""The reasons of a rating as a footnote says them: what was found, without the rule's own numbers.

Each stands beside the sentence of `grade` that it shortens, by that sentence's message.
"""

from collections.abc import Mapping
from dataclasses import replace

from metasynth.core.messages import Sentence
from metasynth.language.languages import message

_HIGH = (
    "trials at high risk of bias carry {high} of the weight, with those of some concern {some}; "
    "certainty is lowered from {limit}"
)
_SOME = (
    "no trial is at high risk of bias, and those of some concern carry {some} of the weight; "
    "certainty is lowered from {limit}"
)
_INDIRECT = "{trials}: {share} of the weight; certainty is lowered from {limit}"
_INDIRECT_EVENTS = (
    "{trials}: {share} of the weight and {events} of the events; certainty is lowered from "
    "{limit} of either"
)
_FEWER_EVENTS = message("fewer events ({found}) than the optimal information size of {needed}")
_FAR_FEWER_EVENTS = message(
    "far fewer events ({found}) than the optimal information size of {needed}"
)
_FEWER = message("fewer participants ({found}) than the optimal information size of {needed}")
_FAR_FEWER = message(
    "far fewer participants ({found}) than the optimal information size of {needed}"
)
_BOTH = message("the interval includes an important reduction as well as an important increase")
_REDUCTION = message("the interval includes {null} and an important reduction")
_INCREASE = message("the interval includes {null} and an important increase")
_BELOW, _FAR = "below the optimal", "less than {share} of the optimal"

SHORT: Mapping[str, str] = {
    _HIGH: message(
        "trials at high risk of bias carry {high} of the weight, with those of some concern {some}"
    ),
    _SOME: message("trials of some concern carry {some} of the weight"),
    "trials that are not judged carry {share}, and count as at low risk": message(
        "trials not judged ({share} of the weight) count as at low risk"
    ),
    "trials that are not judged carry {share}, and count as of some concern": message(
        "trials not judged ({share} of the weight) count as of some concern"
    ),
    "I² {i2}, heterogeneity p {p}, and the trials' effects differ in what they mean": message(
        "the trials' effects differ in what they would mean (I² {i2})"
    ),
    "I² {i2}, heterogeneity p {p}, and the intervals of some trials do not overlap": message(
        "the intervals of some trials do not overlap (I² {i2})"
    ),
    _INDIRECT: message("{trials} ({share} of the weight)"),
    _INDIRECT_EVENTS: message("{trials} ({share} of the weight and {events} of the events)"),
    **{
        f"{{found}} {unit}{plural}, {how} information size of {{needed}}": short
        for unit, how, short in (
            ("event", _BELOW, _FEWER_EVENTS),
            ("event", _FAR, _FAR_FEWER_EVENTS),
            ("participant", _BELOW, _FEWER),
            ("participant", _FAR, _FAR_FEWER),
            ("event", "at least the optimal", ""),
            ("participant", "at least the optimal", ""),
        )
        for plural in ("", "s")
    },
    **{
        f"the {kind}interval, {{low}} to {{high}}, {included}": short
        for kind in ("", "credible ")
        for included, short in (
            ("includes an important reduction and an important increase", _BOTH),
            ("includes {null} and an important reduction", _REDUCTION),
            ("includes {null} and an important increase", _INCREASE),
            ("includes {null}", message("the interval includes {null}")),
            ("excludes {null}", ""),
        )
    },
    "that size is GRADE's rule of thumb": "",
    "test of asymmetry ({test}): p {p}": message("the funnel plot is asymmetric ({test}: p {p})"),
}
"""What a footnote says in place of a message; nothing where it leaves that out."""

_ALL_OF_SOME_CONCERN = message("all trials are of some concern")
_OTHERS_OF_SOME_CONCERN = message(
    "trials at high risk of bias carry {high} of the weight, and all others are of some concern"
)
_ALL = {_SOME: _ALL_OF_SOME_CONCERN, _HIGH: _OTHERS_OF_SOME_CONCERN}
"""The same where no trial is at low risk."""

MEANINGS: Mapping[str, str] = {
    "important is judged by GRADE's convention of risk ratios of {low} and {high}, as no smallest "
    "important difference is declared": message(
        "important, by GRADE's convention: a risk ratio below {low} or above {high}"
    ),
}
"""What explains a word of the reasons, said behind them."""


def shortened(reason: Sentence) -> Sentence | None:
    """A reason in short, as it is where there is no shorter one; None where it is left out."""
    if reason.message in MEANINGS:
        return None
    of = {value.name: value.number for value in reason.values}
    short = SHORT.get(reason.message, reason.message)
    if reason.message in _ALL and (of.get("some") or 0.0) >= 99.95:
        short = _ALL[reason.message]
    same = short == reason.message
    return (reason if same else replace(reason, message=short, plural="")) if short else None
