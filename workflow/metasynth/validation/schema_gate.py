"""Whether a JSON schema has nothing against a value, told in a fiftieth of the time.

jsonschema, which says what is wrong and where, takes longer to be imported than all tables to be
checked. So it is asked only where this gate is shut, and a test asks both about the same values. A
keyword that the gate does not know shuts it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

_REMARKS = {"$schema", "$defs", "title", "description", "default"}
_REMARKS |= {"examples", "x-when", "x-kind", "enumDescriptions"}
_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def opens(value: Any, schema: Schema, root: Schema) -> bool:
    """Whether `value` is as `schema`, a part of `root`, wants it. What it cannot judge is not."""
    return all(
        word in _REMARKS or (word in _JUDGES and _JUDGES[word](value, schema, root))
        for word in schema
    )


def _reference(value: Any, schema: Schema, root: Schema) -> bool:
    return opens(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)


def _properties(value: Any, schema: Schema, root: Schema) -> bool:
    known = schema["properties"]
    return not isinstance(value, dict) or all(
        opens(item, known[key], root) for key, item in value.items() if key in known
    )


def _others(value: Any, schema: Schema, root: Schema) -> bool:
    known, wanted = schema.get("properties", {}), schema["additionalProperties"]
    if not isinstance(value, dict):
        return True
    others = [item for key, item in value.items() if key not in known]
    return not others if wanted is False else all(opens(item, wanted, root) for item in others)


def _names(value: Any, schema: Schema, root: Schema) -> bool:
    return not isinstance(value, dict) or all(
        opens(key, schema["propertyNames"], root) for key in value
    )


def _items(value: Any, schema: Schema, root: Schema) -> bool:
    first, wanted = schema.get("prefixItems", ()), schema["items"]
    if not isinstance(value, list):
        return True
    rest = value[len(first) :]
    return not rest if wanted is False else all(opens(item, wanted, root) for item in rest)


def _first_items(value: Any, schema: Schema, root: Schema) -> bool:
    return not isinstance(value, list) or all(
        opens(item, wanted, root)
        for item, wanted in zip(value, schema["prefixItems"], strict=False)
    )


def _compared(word: str, holds: Callable[[Any, Any], bool], kind: str) -> Any:
    """A judge of values of a kind, by the keyword's own value; others are none of its business."""
    return lambda value, schema, _: not _TYPES[kind](value) or holds(value, schema[word])


def _no_two(items: Sequence[Any], wanted: bool) -> bool:
    return not wanted or all(item not in items[:place] for place, item in enumerate(items))


_JUDGES: dict[str, Callable[[Any, Schema, Schema], bool]] = {
    "$ref": _reference,
    "type": lambda value, schema, _: schema["type"] in _TYPES and _TYPES[schema["type"]](value),
    "enum": lambda value, schema, _: isinstance(value, str) and value in schema["enum"],
    "anyOf": lambda value, schema, root: any(opens(value, one, root) for one in schema["anyOf"]),
    "required": lambda value, schema, _: (
        not isinstance(value, dict) or all(key in value for key in schema["required"])
    ),
    "properties": _properties,
    "additionalProperties": _others,
    "propertyNames": _names,
    "items": _items,
    "prefixItems": _first_items,
    "pattern": _compared("pattern", lambda text, rule: bool(re.search(rule, text)), "string"),
    "maxLength": _compared("maxLength", lambda text, most: len(text) <= most, "string"),
    "minimum": _compared("minimum", lambda number, least: number >= least, "number"),
    "maximum": _compared("maximum", lambda number, most: number <= most, "number"),
    "exclusiveMinimum": _compared("exclusiveMinimum", lambda a, b: a > b, "number"),
    "exclusiveMaximum": _compared("exclusiveMaximum", lambda a, b: a < b, "number"),
    "minItems": _compared("minItems", lambda items, least: len(items) >= least, "array"),
    "maxItems": _compared("maxItems", lambda items, most: len(items) <= most, "array"),
    "minProperties": _compared("minProperties", lambda keys, n: len(keys) >= n, "object"),
    "uniqueItems": _compared("uniqueItems", _no_two, "array"),
}
