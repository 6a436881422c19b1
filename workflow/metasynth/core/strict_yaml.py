"""YAML with the line of every entry, and without the traps that YAML lays for people who type.

YAML turns `no` into false, `12:30` into 750 and `010` into 8, and keeps the last of two equal keys.
Here each of these is a fault with words on how to write what was meant. Anchors, aliases and tags
are refused too: nobody needs them in a configuration, and they can make a small file huge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from metasynth.core.faults import Fault, of_line
from metasynth.core.text_files import HIDDEN, hidden_advice

Keys = tuple[str | int, ...]
"""The keys and list positions that lead to an entry: ("outcomes", "acr20", "analyses", 0)."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 20
_TAG = "tag:yaml.org,2002:"
_TRUTH = frozenset({"true", "false"})
_PLAIN_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")


class DecimalText(str):
    """The text of a decimal number written without quotes."""

    __slots__ = ()


@dataclass(slots=True)
class Document:
    """What a YAML text says: dicts, lists, str, int, bool and None, with their lines."""

    file: str
    value: object = None
    lines: dict[Keys, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, path: Keys, line: int, value: str, expected: str, remedy: str) -> None:
        """Add a fault at an entry."""
        self.faults.append(of_line(self.file, line, key_text(path), value, expected, remedy))


def key_text(path: Keys) -> str:
    """A path as people write it: outcomes.acr20.analyses[1], list positions counted from 1."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def parse(text: str, file: str) -> Document:
    """What `text` says.

    The value is None when the form is broken. An entry that falls into a trap is a fault and has
    its text as value, so that the rest can still be checked.
    """
    document = Document(file)
    try:
        _refuse_machinery(document, text)
        node = None if document.faults else yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        line, expected, remedy = _form_fault(error, text)
        document.add((), line, "", expected, remedy)
        return document
    if node is not None:
        document.value = _value(document, (), node)
    elif not document.faults:
        document.add((), 1, "", "the choices of a review", "the file is empty: fill it in")
    return document


def _refuse_machinery(document: Document, text: str) -> None:
    """Find anchors, aliases, tags and absurd nesting before anything is built."""
    depth = 0
    event: Any  # the stubs know neither anchors nor tags
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1
        opens = isinstance(event, yaml.CollectionStartEvent)
        depth += opens - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            remedy = "write the value itself, in quotes if it begins with & or *"
            document.add((), line, str(event.anchor), "no anchor (&) or alias (*)", remedy)
        elif str(getattr(event, "tag", None) or "").removeprefix("!"):
            remedy = "write the value in quotes if it begins with !"
            document.add((), line, event.tag, "no tag (!)", remedy)
        if depth > _MAX_DEPTH:
            expected = f"at most {_MAX_DEPTH} levels"
            document.add((), line, "", expected, "look for brackets that are not closed")
            return


def _form_fault(error: yaml.YAMLError, text: str) -> tuple[int, str, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    line = mark.line + 1 if mark else 1
    at_fault = "".join(text.splitlines()[line - 1 : line])
    if "\t" in at_fault:
        return line, f"valid YAML ({problem})", "indent with blanks, not with the tabulator"
    if "expected key" in problem and ('"' in at_fault or "'" in at_fault):
        remedy = "close a quotation mark that opens above, or check the indentation"
        return line, f"valid YAML ({problem})", remedy
    for sign, remedy in _FORM_REMEDIES:
        if sign in problem:
            return line, f"valid YAML ({problem})", remedy
    return line, f"valid YAML ({problem})", "look at this line and the one before"


_FORM_REMEDIES = (
    (
        "cannot start any token",
        "put a value with special characters, such as @ % or `, in quotes",
    ),
    (
        "mapping values are not allowed",
        "put a text that holds a colon in quotes; check the indentation",
    ),
    ("end of stream", "close the quotation mark"),
    ("expected ',' or", "close the bracket, or put a comma between the items"),
    ("another document", "remove the line ---: the file is one document"),
    (
        "did not find expected key",
        "check the indentation: entries of one level begin in one column",
    ),
    ("could not find expected ':'", "put a colon and a blank between key and value"),
)


def _value(document: Document, path: Keys, node: Any) -> object:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return dict(_items(document, path, node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, (*path, i), item) for i, item in enumerate(node.value)]
    return _scalar(document, path, node)


def _items(document: Document, path: Keys, node: Any) -> Iterator[tuple[str, object]]:
    first: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _key(document, path, key_node)
        if key is None:
            continue
        if key in first:
            expected = f"each key once; line {first[key]} has it too"
            document.add((*path, key), line, key, expected, "keep one of the two, or rename it")
            continue
        first[key] = line
        document.lines[*path, key] = line
        yield key, _value(document, (*path, key), value_node)


def _key(document: Document, path: Keys, node: Any) -> str | None:
    if isinstance(node, yaml.ScalarNode) and (node.style or node.tag == _TAG + "str"):
        return str(node.value)
    text = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
    expected, remedy = "a word as key", "put the key in quotes" if text else "write one word"
    document.add(path, node.start_mark.line + 1, text, expected, remedy)
    return None


def _scalar(document: Document, path: Keys, node: Any) -> object:
    """The value of one entry; what YAML would silently turn into something else is a fault.

    A decimal number stays text, as version 1.10 is not 1.1; `DecimalText` marks it, so that where
    a number is wanted it can become one.
    """
    text, kind = node.value, node.tag.removeprefix(_TAG)
    if hidden := HIDDEN.search(text):  # written as an escape, such as "\u202e"
        document.add(path, node.start_mark.line + 1, text, *hidden_advice(hidden))
    if node.style or kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool" and text in _TRUTH:
        return text == "true"
    if kind == "int" and _PLAIN_INT.fullmatch(text):
        return int(text)
    if kind == "float" and _DECIMAL.fullmatch(text):
        return DecimalText(text)
    document.add(path, node.start_mark.line + 1, text, *_trap(kind, text))
    return text


def _trap(kind: str, text: str) -> tuple[str, str]:
    quoted = f'write "{text}", in quotes, if you mean the text'
    if kind == "bool":
        return f"text or true/false; YAML reads {text} as true or false", quoted
    if kind == "timestamp":
        return "text; YAML makes a date of this", quoted
    if ":" in text:
        return f"text or a number; YAML reads {text} as a number to the base 60", quoted
    if re.fullmatch(r"[-+]?0[0-9_]+", text):
        plain = text.lstrip("+-0_") or "0"
        expected = f"a number; YAML reads {text}, with a zero in front, to the base 8"
        return expected, f"write {plain}, or {quoted.removeprefix('write ')}"
    return "a plain number, such as 24 or 0.5", f"write the number in full, or {quoted}"
