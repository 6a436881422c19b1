"""What a name in a text stands for, as far as it can be known before anything is computed.

What tables and choices say is there at load, and is looked into itself: a trial, a row, an
analysis. Of what only the run will give, the kind is known, and by its annotations all that it will
have: `Kind(Numbers)` has an `estimate`, and no `estimat`.
"""

import typing
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any

from metasynth.core.faults import nearest
from metasynth.model.records import IN_COMPARISON

_SOME = 12
_LIKENESS = 0.7
"""Names are many and short: one that shares little more than half its letters is another."""


class Slip(Exception):  # noqa: N818 - it is a slip of the pen
    """A part of a text that will not do: what it is, what was expected, how to mend it."""

    def __init__(self, value: str, expected: str, remedy: str):
        super().__init__(value)
        self.value, self.expected, self.remedy = value, expected, remedy


class Anything:
    """What nothing is known of: all may be asked of it."""


ANYTHING = Anything()


@dataclass(frozen=True)
class Kind:
    """A value that only the run will give, by its type."""

    type: Any


@dataclass(frozen=True)
class Named:
    """A value that only the run will give, and that has names of this review besides."""

    type: Any
    names: Mapping[str, object]


TEXT, NUMBER = Kind(str), Kind(int)


def part(value: Any, name: str | int, written: object) -> object:
    """What `value`, which the text writes so, has by a name or a place.

    Raises:
        Slip: when it has no such thing, or no source states it.
    """
    if value is ANYTHING:
        return ANYTHING
    if isinstance(value, Kind | Named):
        return _of_kind(value, name, written)
    if isinstance(value, Mapping):
        return value[name] if name in value else _missing(name, value, written)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if isinstance(name, int) and -len(value) <= name < len(value):
            return value[name]
        return _missing(name, [], written)
    if not isinstance(name, str) or name not in _public(_hashable(type(value))):
        return _missing(name, _public(_hashable(type(value))), written)
    try:
        return getattr(value, name)
    except KeyError as error:
        raise Slip(
            f"{written}.{name}", f"a number that a source states: {_said(error)}", _GUARD
        ) from error


_GUARD = "name a number that is there, or leave the sentence out"


def _said(error: BaseException) -> str:
    return str(error.args[0]) if error.args else str(error)


def _of_kind(value: Kind | Named, name: str | int, written: object) -> object:
    names = value.names if isinstance(value, Named) else {}
    if isinstance(name, str) and name in names:
        return names[name]
    kind = _plain(value.type)
    item = _item(kind)
    if item is not None and (isinstance(name, int) or issubclass(typing.get_origin(kind), Mapping)):
        return _kind(item)
    known: dict[str, Any] = _parts(_hashable(kind)) if is_dataclass(kind) else {}
    if isinstance(name, str) and name in known:
        return _kind(known[name])
    return _missing(name, [*names, *sorted(known)], written)


def _kind(type_: Any) -> object:
    plain = _plain(type_)
    return ANYTHING if plain in (Any, object, frozenset) else Kind(plain)


def _plain(type_: Any) -> Any:
    """A type without the None that it may be instead."""
    if isinstance(type_, UnionType):
        (first, *_) = (one for one in typing.get_args(type_) if one is not type(None))
        return first
    return type_


def _item(type_: Any) -> Any:
    """The type of what a sequence or a mapping holds; None for anything else."""
    origin, given = typing.get_origin(type_), typing.get_args(type_)
    if not isinstance(origin, type) or not given:
        return None
    if issubclass(origin, Mapping):
        return given[1]
    return given[0] if issubclass(origin, Sequence | set | frozenset) else None


@cache
def _parts(cls: Hashable) -> dict[str, Any]:
    """What a record has, by name, with its type: its fields, properties and methods."""
    kind: Any = cls
    hints = typing.get_type_hints(kind)
    found: dict[str, Any] = {field.name: hints[field.name] for field in fields(kind)}
    for name, member in vars(kind).items():
        if isinstance(member, property) and member.fget and name[0] != "_":
            found[name] = typing.get_type_hints(member.fget)["return"]
    return found


@cache
def _public(cls: Hashable) -> frozenset[str]:
    """What a record of a class has by name: its fields, properties and methods."""
    if not is_dataclass(cls):
        return frozenset()
    kind: Any = cls
    classes: tuple[type, ...] = kind.__mro__[:-1]
    members = {name: it for base in classes for name, it in vars(base).items()}
    own = {name for name, it in members.items() if isinstance(it, property) or callable(it)}
    return frozenset(n for n in own | {field.name for field in fields(kind)} if n[0] != "_")


def _hashable(cls: Any) -> Hashable:
    return typing.cast(Hashable, cls)


def _missing(name: str | int, known: Iterable[str], written: object) -> object:
    raise unknown(f"{written}.{name}", str(name), known, str(written))


def unknown(value: str, name: str, known: Iterable[str], owner: str) -> Slip:
    """The slip of a name that is not among the known ones."""
    names = known if isinstance(known, list) else sorted(known)
    some = ", ".join(names[:_SOME]) + (", …" if len(names) > _SOME else "")
    what = f"a name that {owner} has" if owner else "a name that texts can use"
    expected = f"{what} ({some})" if names else f"{owner} as it is: there is nothing in it to name"
    in_one = (other for other in names if other.startswith(f"{name}{IN_COMPARISON}"))
    near = next(in_one, None) or nearest(name, names, _LIKENESS)
    return Slip(value, expected, f"did you mean {near}?" if near else _MANUAL)


_MANUAL = "see docs/write-the-text.md for the names that there are"


def items(value: object, written: object) -> object:
    """What a loop over `value` takes one by one."""
    if value is ANYTHING:
        return ANYTHING
    if isinstance(value, Kind) and (item := _item(value.type)) is not None:
        return _kind(item)
    if isinstance(value, Mapping):
        return TEXT
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        return next(iter(value), ANYTHING)
    raise Slip(str(written), "several things to go through", "name a list, such as trials.included")


def called(function: object, arguments: Sequence[object], written: object) -> object:
    """What a function gives for arguments; only functions that texts are offered are called."""
    if function is ANYTHING:
        return ANYTHING
    if not isinstance(function, Callable):  # type: ignore[arg-type]
        raise Slip(str(written), "a name alone: it is no function", "remove the brackets")
    try:
        return typing.cast(Callable[..., object], function)(*arguments)
    except Slip:
        raise
    except KeyError as error:
        raise Slip(str(written), f"what the tables have: {_said(error)}", _GUARD) from error
    except TypeError as error:
        raise Slip(str(written), f"other arguments ({error})", _MANUAL) from error


def is_printable(value: object) -> bool:
    """Whether a value can stand in a sentence: a text or a number, and not a whole record."""
    if isinstance(value, Kind):
        return value.type in (str, int, float, bool)
    return value is ANYTHING or isinstance(value, str | int | float)
