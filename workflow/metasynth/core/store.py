"""Records to text and back: JSON for programs, CSV for people, the same bytes on every machine.

Floats are kept to 8 significant digits: more than any reader needs, and fewer than the last bits in
which processors differ. What is printed, drawn and tabulated all derives from these digits.
"""

import csv
import io
import json
import os
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Record = TypeVar("Record")
DIGITS = 8
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def number_text(value: float) -> str:
    """`value` in `DIGITS` significant digits, shortest form ("0.5", "1.2e-07"); never "-0"."""
    return f"{value + 0.0:.{DIGITS}g}"


def plain(value: Any, *, exact: bool = False) -> Any:
    """A record as JSON's own types, floats rounded to `DIGITS` significant digits or exact."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if exact else float(number_text(value))
    if isinstance(value, tuple | list):
        return [plain(item, exact=exact) for item in value]
    if isinstance(value, Mapping):
        return {name: plain(item, exact=exact) for name, item in value.items()}
    if is_dataclass(value):
        kind: Any = type(value)
        names = _names(kind)
        return {name: plain(getattr(value, name), exact=exact) for name in names}
    return value


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def to_json(value: Any, *, exact: bool = False) -> str:
    """A record, or a sequence of records, as indented JSON ending in a newline.

    `exact` keeps every digit of floats: for numbers that were extracted, not computed.

    Raises:
        ValueError: for NaN or an infinity, which no record may hold.
    """
    return (
        json.dumps(plain(value, exact=exact), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    )


def compact(value: Any) -> str:
    """A record as JSON in one line with every digit of its floats: what programs tell each other.

    Raises:
        ValueError: for NaN or an infinity, which no record may hold.
    """
    return json.dumps(value, default=_by_name, ensure_ascii=False, allow_nan=False)


def _by_name(record: Any) -> dict[str, Any]:
    kind: Any = type(record)
    return {name: getattr(record, name) for name in _names(kind)}


def _same(value: Any) -> Any:
    return value


def _record_reader(cls: Any) -> Callable[[Any], Any]:
    """The reader of a record; those of its fields are made late, as it may hold its like."""
    known: dict[str, Callable[[Any], Any]] = {}

    def read(value: Any) -> Any:
        if not known:
            known.update((name, _reader(one)) for name, one in typing.get_type_hints(cls).items())
        return cls(**{name: known[name](item) for name, item in value.items()})

    return read


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """What makes of JSON's own types a value of the annotation `hint`."""
    if typing.get_origin(hint) is types.UnionType:
        members = [member for member in typing.get_args(hint) if member is not type(None)]
        if len(members) > 1:  # a count, which JSON has told apart already
            return _same
        inner = _reader(members[0])
        return _same if inner is _same else lambda value: None if value is None else inner(value)
    if typing.get_origin(hint) is tuple:
        item = _reader(typing.get_args(hint)[0])
        return tuple if item is _same else lambda values: tuple(map(item, values))
    if typing.get_origin(hint) is Mapping:
        inner = _reader(typing.get_args(hint)[1])
        return lambda values: {name: inner(value) for name, value in values.items()}
    if is_dataclass(hint):
        return _record_reader(hint)
    return float if hint is float else _same


def typed(cls: type[Record], content: Any) -> Record:
    """The record of class `cls` that JSON's own types stand for."""
    hint: Any = cls
    return typing.cast(Record, _reader(hint)(content))


def from_json(cls: type[Record], text: str) -> Record:
    """The record of class `cls` that `to_json` wrote."""
    return typed(cls, json.loads(text))


def read_records(cls: type[Record], paths: Iterable[str]) -> tuple[Record, ...]:
    """The records of class `cls` that stand in JSON files, one or a sequence of them in each."""
    texts = (Path(path).read_text(encoding="utf-8") for path in paths)
    contents = (text if isinstance(text, list) else [text] for text in map(json.loads, texts))
    return tuple(typed(cls, item) for content in contents for item in content)


def guarded(text: str) -> str:
    """Text as a CSV cell: an apostrophe defuses what a spreadsheet would run as a formula.

    A number is none, whatever its sign, and stays a number for every reader.
    """
    runs = text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def _cell(value: Any, *, exact: bool) -> str:
    """One CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value) if exact else number_text(value)
    return guarded(str(value))


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], *, exact: bool = False) -> str:
    """A table as UTF-8 CSV text with `\\n` line ends; `exact` as in `to_json`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value, exact=exact) for value in row] for row in rows)
    return out.getvalue()


def records_csv(cls: type, records: Iterable[Any]) -> str:
    """Flat records of class `cls` as CSV, one column a field."""
    names = [field.name for field in fields(cls)]
    return to_csv(names, ([getattr(record, name) for name in names] for record in records))


def table_files(name: str, cls: type, records: Sequence[Any]) -> dict[str, str]:
    """Flat records of class `cls` as a table: as CSV and as JSON, by the files' names."""
    return {f"{name}.csv": records_csv(cls, records), f"{name}.json": to_json(records)}


def write(path: str | Path, content: str | bytes) -> None:
    """Write a whole file or none: to a neighbour of its own first, then moved into place."""
    write_all({path: content})


def write_all(contents: Mapping[str | Path, str | bytes]) -> None:
    """Write files that belong together: none is moved into place before all of them are written.

    So where there is no room, or no right to write, the earlier ones stay as they were.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, content in zip(map(Path, contents), contents.values(), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            parts[path] = path.with_name(f".{path.name}.{os.getpid()}.part")
            encoded = content.encode("utf-8") if isinstance(content, str) else content
            parts[path].write_bytes(encoded)
        for path, part in parts.items():
            os.replace(part, path)
    except BaseException:
        for part in parts.values():
            part.unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what was left of files whose writing was cut off, in a folder and all below it."""
    for part in folder.rglob(".*.part"):
        part.unlink(missing_ok=True)
