"""The key `sequential` of config.yaml: choices of the review, which an outcome may change.

An outcome has a sequential analysis if it is a binary one, not an alternative reading, and the
review or the outcome itself has the key.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.core.strict_yaml import Keys
from metasynth.model.robustness_config import SequentialChoices

KEY = "sequential"
_EFFECT = "relative_risk_reduction"


def sequential_choices(
    outcome: Mapping[str, Any], review: Mapping[str, Any]
) -> SequentialChoices | None:
    """The choices of an outcome, its own before those of the review; None without an effect."""
    keys = {**review.get(KEY, {}), **outcome.get(KEY, {})}
    return SequentialChoices(**keys) if _EFFECT in keys and _possible(outcome) else None


def _possible(outcome: Mapping[str, Any]) -> bool:
    return outcome["type"] == "binary" and "sensitivity_of" not in outcome


def sequential_faults(mapping: Mapping[str, Any], lines: Lines) -> Iterator[Fault]:
    """What is impossible about a document's sequential analyses; of the review's own once."""
    shared = mapping.get(KEY, {})
    inherited = False
    for id_, keys in mapping["outcomes"].items():
        path: Keys = ("outcomes", id_, KEY)
        if KEY not in keys:
            inherited = inherited or _possible(keys)
        elif not _possible(keys):
            expected = "a binary outcome that is no other's reading, for a sequential analysis"
            yield lines.fault(path, None, expected, "remove the key from this outcome")
        else:
            yield from _faults({**shared, **keys[KEY]}, path, lines)
    if KEY in mapping and inherited:
        yield from _faults(shared, (KEY,), lines)


def _faults(keys: Mapping[str, Any], path: Keys, lines: Lines) -> Iterator[Fault]:
    effect, risk = keys.get(_EFFECT), keys.get("control_risk")
    if effect is None:
        expected = "the effect that is planned for, 1 - RR: 0.2 for a fifth fewer events"
        yield lines.fault((*path, _EFFECT), None, expected, f"add {_EFFECT}: and its value")
    elif effect == 0:
        yield lines.fault((*path, _EFFECT), effect, "an effect, not 0", "correct the value")
    elif risk is not None and not risk * (1 - effect) < 1:
        expected = f"an effect after which the risk of {risk:g} stays below 1"
        yield lines.fault((*path, _EFFECT), effect, expected, "correct it, or control_risk")
