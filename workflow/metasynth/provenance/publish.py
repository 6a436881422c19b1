"""A book's entries as JSON: for programs (results/report/provenance.json) and for the page."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from metasynth.core import store
from metasynth.provenance.entry import Entry


def provenance_json(entries: Mapping[str, Entry], printed: Iterable[tuple[str, str]]) -> str:
    """The entries by key, a line each, with the texts under which the report prints them.

    What is empty is left out; floats have 8 significant digits.
    """
    shown = texts(printed)
    rows = [
        f"{_dump(key)}: {_dump(record(entry) | ({'printed': shown[key]} if key in shown else {}))}"
        for key, entry in sorted(entries.items())
    ]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def texts(printed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The texts printed under each key, each once, in the order of the report."""
    found: dict[str, dict[str, None]] = {}
    for text, key in printed:
        found.setdefault(key, {})[text.replace("\u00a0", " ")] = None
    return {key: list(these) for key, these in found.items()}


def record(entry: Entry) -> dict[str, Any]:
    """An entry as JSON's own types, without its key and without what is empty."""
    values: dict[str, Any] = store.plain(entry)
    return {
        name: {inner: v for inner, v in value.items() if v not in (None, "")}
        if isinstance(value, dict)
        else value
        for name, value in values.items()
        if name != "key" and value not in (None, "", [])
    }


_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
