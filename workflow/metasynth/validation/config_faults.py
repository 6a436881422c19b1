"""What the JSON schema finds wrong with a configuration, in words for its author."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault, nearest
from metasynth.core.strict_yaml import Keys, key_text
from metasynth.tables.cells import id_advice
from metasynth.tables.table_schema import ID, SCHEMAS
from metasynth.validation import schema_gate

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_KINDS = {
    "object": "keys with values, below it and indented",
    "array": "a list, such as [a, b]",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false, without quotes",
}

_OF_KEYS = ("additionalProperties", "required")
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
}


def schema_faults(mapping: object, lines: Lines) -> list[Fault]:
    """Every place where `mapping` is not as workflow/schemas/config.schema.json says."""
    schema = _schema()
    if schema_gate.opens(mapping, schema, schema):
        return []
    from jsonschema.validators import Draft202012Validator

    found: dict[object, list[ValidationError]] = {}
    for number, error in enumerate(Draft202012Validator(schema).iter_errors(mapping)):
        found.setdefault(_level(error) or number, []).append(error)
    faults = (fault for errors in found.values() for fault in _faults(errors, lines))
    return list(dict.fromkeys(faults))


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / "config.schema.json").read_text("utf-8"))
    return schema


def _level(error: "ValidationError") -> tuple[Keys, Keys] | None:
    """The place of keys that are unknown or missing, which has an error for each of these."""
    if error.validator not in _OF_KEYS:
        return None
    return tuple(error.absolute_path), tuple(error.absolute_schema_path)[:-1]


def _faults(errors: "Sequence[ValidationError]", lines: Lines) -> Iterator[Fault]:
    """Those of one error, or of all errors of one level of keys."""
    error = errors[0]
    path: Keys = tuple(error.absolute_path)
    value: Any = error.instance
    if error.validator in _OF_KEYS:
        yield from _key_faults(error, {str(one.validator) for one in errors}, path, lines)
    elif "propertyNames" in error.absolute_schema_path:
        yield lines.fault((*path, value), value, *id_advice(value))
    else:
        yield lines.fault(path, value, *_advice(error))


def _key_faults(
    error: "ValidationError", rules: set[str], path: Keys, lines: Lines
) -> Iterator[Fault]:
    """Unknown and missing keys of one level; where an unknown key explains a missing one, once.

    `rules` are those of the level that were broken.
    """
    schema: Any = error.schema
    present: Any = error.instance
    known = schema["properties"]
    unknown = [key for key in present if key not in known]
    missing = [key for key in schema.get("required", []) if key not in present]
    absent = [key for key in known if key not in present]
    nearest_of = {key: nearest(key, missing) or nearest(key, absent) for key in unknown}
    if "additionalProperties" in rules:
        for key, near in nearest_of.items():
            remedy = f"did you mean {near}?" if near else "remove it"
            yield lines.fault((*path, key), key, f"one of {', '.join(known)}", remedy)
    explained = {*nearest_of.values()}
    for key in missing if "required" in rules else ():
        if key not in explained:
            place = f"below {key_text(path)}" if path else "at the left edge"
            expected = f"a key {key} {place}"
            yield lines.fault((*path, key), None, expected, f"add {key}: and its value")


def _advice(error: "ValidationError") -> tuple[str, str]:
    rule = error.validator
    wanted: Any = error.validator_value
    value: Any = error.instance
    if value is None and rule in ("type", "enum"):
        expected = _KINDS[wanted] if rule == "type" else f"one of {', '.join(wanted)}"
        return expected, "write a value after the colon, or remove the key"
    if rule == "type":
        if wanted == "string" and isinstance(value, int | float):
            return _KINDS[wanted], "put the value in quotes"
        if wanted == "array" and isinstance(value, str | int):
            return _KINDS[wanted], f"write [{value}]"
        if wanted == "integer" and isinstance(value, str) and value.isdecimal():
            return _KINDS[wanted], f"write {value}, without quotes"
        return _KINDS[wanted], "see the manual for what stands here"
    if rule == "enum":
        near = nearest(str(value), wanted) or _abbreviated(str(value), wanted)
        remedy = f"did you mean {near}?" if near else "choose one of these"
        return f"one of {', '.join(wanted)}", remedy
    if rule == "pattern" and wanted.strip("^$") == ID.pattern:
        return id_advice(value)
    if rule == "pattern":
        return _described(error), "correct the value"
    if rule == "maxLength":
        return f"{_described(error)}, of at most {wanted} characters", "shorten it"
    if rule == "anyOf":
        return _described(error), "see the manual for what stands here"
    if rule == "uniqueItems":
        return "each item once", "remove the one that is there twice"
    if rule in ("minItems", "minProperties"):
        return f"at least {'one entry' if wanted == 1 else f'{wanted} entries'}", "add one"
    if rule == "maxItems":
        return f"at most {wanted} entries", "remove what is too much"
    return f"{_described(error)}, {_BOUNDS[str(rule)]} {wanted}", "correct the value"


def _abbreviated(name: str, known: Sequence[str]) -> str | None:
    """The known abbreviation that a full name begins like: DL for DerSimonian-Laird."""
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", name)).upper()
    fitting = (word for word in known if len(initials) > 1 and word.upper().startswith(initials))
    return next(fitting, None)


def _described(error: "ValidationError") -> str:
    schema: Any = error.schema
    text: str = schema["description"]
    return text[0].lower() + text[1:].rstrip(".")
