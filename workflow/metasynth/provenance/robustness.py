"""How firmly a result stands, as entries: ranges over tables, the multiverse, sequential looks."""

from collections.abc import Iterator
from typing import Any

from metasynth.language import keys
from metasynth.language.compared import full_label
from metasynth.language.languages import Language, message
from metasynth.model.records import OutcomeResult
from metasynth.provenance.entry import COMPUTED, Entry
from metasynth.provenance.outcome import counts
from metasynth.sensitivity.extraction import ExtractionRange
from metasynth.sensitivity.multiverse import Multiverse, Scale, Tally, excluding, options_taken
from metasynth.sensitivity.robustness import Stability
from metasynth.sensitivity.sequential import Sequential

_OVER_TABLES = message("the analysis of every table of counts that the sources admit")
_OVER_SAMPLE = message("the analysis of corner tables and of a sample drawn with a fixed seed")
_OVER_CHOICES = message("every combination of the choices declared for the multiverse")
_SEQUENTIAL = message("alpha spending of O’Brien–Fleming type (Lan and DeMets)")
_RANGES = {
    "estimate": message("pooled effect"),
    "ci_low": message("lower 95% limit"),
    "ci_high": message("upper 95% limit"),
    "p": message("p-value, two-sided"),
}
_LEAST, _GREATEST = (
    message("{what}: the least over tables"),
    message("{what}: the greatest over tables"),
)
_COUNTS = {
    "tables": message("tables of counts that the sources admit"),
    "pooled": message("tables that were analysed"),
}
_EXCLUDING = message("tables whose interval excludes the value of no effect")
_TALLY = {
    "analyses": message("analyses"),
    "above": message("analyses with an estimate above no effect, in per cent"),
    "below": message("analyses with an estimate below no effect, in per cent"),
    "ci_above": message("analyses with an interval above no effect, in per cent"),
    "ci_below": message("analyses with an interval below no effect, in per cent"),
    "rest": message("analyses with an interval that includes the value of no effect, in per cent"),
}
_SCALE = {
    "low": message("lowest estimate of the multiverse"),
    "median": message("median estimate of the multiverse"),
    "high": message("highest estimate of the multiverse"),
}
_LOWER = message("analyses with a lower estimate than the primary one")
_UNDEFINED = message("analyses without a result")
_OPTION = {
    "analyses": message("analyses that took the option"),
    "excluding": message(
        "of these, analyses with an interval that excludes the value of no effect"
    ),
}
_LOOK = {
    "participants": message("participants analysed"),
    "fraction": message("participants over the required ones, in per cent"),
    "z": message("Z of all trials up to then"),
    "boundary": message("boundary of the look"),
}
_DESIGN = {
    "planned": message("relative change of the risk that is planned for, in per cent"),
    "alpha": message("two-sided alpha"),
    "power": message("power, in per cent"),
    "control_risk": message("risk under control, in per cent"),
}
_DECLARED = message("declared in config.yaml, else its default")
_PLANNED = {
    "required": message("required participants"),
    "diversity": message("diversity D², in per cent"),
    "estimate": message("pooled effect"),
    "adjusted_low": message("lower limit adjusted for the looks"),
    "adjusted_high": message("upper limit adjusted for the looks"),
}


def stability_entries(
    result: OutcomeResult, found: Stability, language: Language
) -> Iterator[Entry]:
    """Every number of these that the report prints."""
    outcome = result.outcome.id
    common: dict[str, Any] = {
        "of": full_label(result, language),
        "kind": COMPUTED,
        "inputs": (*counts(result), keys.outcome_choice(outcome)),
    }
    for own in found.extraction.ranges:
        yield from _extraction(f"{outcome}.extraction.{own.analysis}", own, common, language)
    yield from _multiverse(keys.multiverse(outcome), found.multiverse, common, language)
    if found.sequential.looks:
        yield from _sequential(keys.sequential(outcome), found.sequential, common, language)
        yield from _looks(found.sequential, common, language)


def _extraction(
    at: str, own: ExtractionRange, common: dict[str, Any], language: Language
) -> Iterator[Entry]:
    method = language.say(_OVER_TABLES if own.exact else _OVER_SAMPLE)
    more = common | {"method": method, "target": "table-extraction"}
    for name, label in _COUNTS.items():
        value = getattr(own, name)
        yield Entry(key=f"{at}.{name}", label=language.say(label), value=value, **more)
    value = own.below + own.above
    yield Entry(key=f"{at}.excluding", label=language.say(_EXCLUDING), value=value, **more)
    for name, label in _RANGES.items():
        ends, what = getattr(own, name), language.say(label)
        for end, words in (("low", _LEAST), ("high", _GREATEST)):
            said = language.say(words, what=what)
            yield Entry(key=f"{at}.{name}.{end}", label=said, value=getattr(ends, end), **more)


def _multiverse(
    at: str, found: Multiverse, common: dict[str, Any], language: Language
) -> Iterator[Entry]:
    more = common | {"method": language.say(_OVER_CHOICES), "target": "table-multiverse"}
    yield Entry(key=f"{at}.lower", label=language.say(_LOWER), value=found.lower, **more)
    undefined = language.say(_UNDEFINED)
    yield Entry(key=f"{at}.undefined", label=undefined, value=found.undefined, **more)
    yield from _tally(at, found.tally, more, language)
    yield from _options(found, more, language)
    for scale in found.scales:
        yield from _scale(f"{at}.{scale.measure}", scale, more, language)


def _scale(at: str, scale: Scale, more: dict[str, Any], language: Language) -> Iterator[Entry]:
    own = more | {"measure": scale.measure}
    yield from _tally(at, scale.tally, own, language)
    for name, label in _SCALE.items():
        said = language.say(label)
        yield Entry(key=f"{at}.{name}", label=said, value=getattr(scale, name), **own)


def _tally(at: str, tally: Tally, more: dict[str, Any], language: Language) -> Iterator[Entry]:
    n = tally.analyses
    for name, label in _TALLY.items():
        rest = n - tally.ci_above - tally.ci_below
        value = rest if name == "rest" else getattr(tally, name)
        if name != "analyses":
            value = 100 * value / n if n else None
        yield Entry(key=f"{at}.{name}", label=language.say(label), value=value, **more)


def _options(found: Multiverse, more: dict[str, Any], language: Language) -> Iterator[Entry]:
    """How many analyses took each option, and how many of their intervals exclude no effect."""
    excludes = excluding(found)
    for dimension, chosen in options_taken(found).items():
        for i in sorted({i for i in chosen if i is not None}):
            values = {
                "analyses": chosen.count(i),
                "excluding": sum(e for e, c in zip(excludes, chosen, strict=True) if c == i),
            }
            at = keys.option(found.outcome, dimension, i + 1)
            for name, value in values.items():
                label = language.say(_OPTION[name])
                yield Entry(key=f"{at}.{name}", label=label, value=value, **more)


def _looks(found: Sequential, common: dict[str, Any], language: Language) -> Iterator[Entry]:
    """Every look, and what the analysis was planned with."""
    more = common | {"method": language.say(_SEQUENTIAL), "target": "table-sequential"}
    for place, look in enumerate(found.looks, 1):
        at = keys.sequential(found.outcome, place)
        for name, label in _LOOK.items():
            value = 100 * look.fraction if name == "fraction" else getattr(look, name)
            yield Entry(key=f"{at}.{name}", label=language.say(label), value=value, **more)
    planned = {
        "planned": 100 * abs(found.relative_risk_reduction or 0.0),
        "alpha": found.alpha,
        "power": 100 * (found.power or 0.0),
        "control_risk": 100 * (found.control_risk or 0.0),
    }
    more |= {"method": language.say(_DECLARED)}
    for name, label in _DESIGN.items():
        key = f"{keys.sequential(found.outcome)}.{name}"
        yield Entry(key=key, label=language.say(label), value=planned[name], **more)


def _sequential(
    at: str, found: Sequential, common: dict[str, Any], language: Language
) -> Iterator[Entry]:
    more = common | {"method": language.say(_SEQUENTIAL), "target": "table-sequential"}
    for name, label in _PLANNED.items():
        said = language.say(label)
        value = getattr(found, name)
        value = 100 * (value or 0.0) if name == "diversity" else value
        yield Entry(key=f"{at}.{name}", label=said, value=value, **more)
    last = found.looks[-1]
    boundary = next((x.boundary for x in reversed(found.looks) if x.boundary is not None), None)
    for name, label, value in (
        ("participants", message("participants analysed"), last.participants),
        ("z", message("Z of all trials"), last.z),
        ("boundary", message("boundary of the last look"), boundary),
    ):
        yield Entry(key=f"{at}.{name}", label=language.say(label), value=value, **more)
