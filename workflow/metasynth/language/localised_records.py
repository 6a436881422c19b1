"""A record with the review's own words in another language: labels and remarks, nothing else."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import is_not
from typing import TypeVar, cast

from metasynth.language.languages import Language

Record = TypeVar("Record")

LABELS = frozenset(
    {
        *("title", "label", "intervention_label", "control_label", "treatment", "dose_unit"),
        *("design", "population", "background", "subgroup", "support", "locator"),
        "part",
    }
)
"""Fields that hold a label, translated whole."""

SHOWN = frozenset({"domain"})
"""Fields with a label that is translated where it is shown: in English it tells whether a judgement
is the overall one."""

REMARKS = frozenset({"note", "reason"})
"""Fields that hold remarks of authors, translated whole or sentence by sentence."""


def localise(record: Record, language: Language) -> Record:
    """A record, or a tuple of records, as `language` says its labels, notes and reasons.

    Ids, numbers and quotes stay. What the review's catalogue does not translate stays as it is.
    """
    if not language.labels:
        return record
    return cast(Record, _localised(record, language))


def _localised(value: object, language: Language) -> object:
    if isinstance(value, tuple):
        items = tuple(_localised(item, language) for item in value)
        return items if any(map(is_not, items, value)) else value
    if isinstance(value, Mapping):
        found = {name: _localised(item, language) for name, item in value.items()}
        return found if any(map(is_not, found.values(), value.values())) else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {}
    for name in _names(type(value)):
        old = getattr(value, name)
        if isinstance(old, str):
            new: object = _text(name, old, language)
        else:
            new = _localised(old, language)
        if new is not old:
            changed[name] = new
    return replace(value, **changed) if changed else value


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def _text(name: str, text: str, language: Language) -> str:
    if name in LABELS:
        return language.label(text)
    return language.remark(text) if text and name in REMARKS else text
