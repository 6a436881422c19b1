"""The gate opens where jsonschema has nothing to say, and only there."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import Draft202012Validator

from metasynth.tables.table_schema import SCHEMAS
from metasynth.validation import configuration, schema_gate

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((SCHEMAS / "config.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
CONFIGS = {name: ROOT / name for name in ("config.yaml", ".test/config.yaml")}
ODD: list[Any] = [None, True, 0, 1, -1, 1.5, 2.0, 10**9, float("nan"), "", "x", "Ł y", [], {}]
ODD += [["a", "a"], [1, True], [0.5, 0.5, 0.5], {"x": 1}, {"Bad key": {}}, "2024-01-01"]


def read(name: str) -> Any:
    value = yaml.safe_load(CONFIGS[name].read_text("utf-8"))
    return configuration._with_numbers(value)


def spoilt(value: Any) -> Iterator[Any]:
    """The value with each of its parts replaced by each odd one, left out, or told twice."""
    yield from ODD
    if isinstance(value, dict):
        for key, item in value.items():
            yield {own: one for own, one in value.items() if own != key}
            yield from ({**value, key: other} for other in spoilt(item))
        yield from ({**value, "unknown": other} for other in ODD[:3])
    elif isinstance(value, list):
        yield [*value, *value]
        for place, item in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in spoilt(item))


@pytest.mark.parametrize("name", CONFIGS)
def test_it_opens_for_what_is_sound(name: str) -> None:
    value = read(name)
    assert VALIDATOR.is_valid(value)
    assert schema_gate.opens(value, SCHEMA, SCHEMA)


def test_it_opens_for_nothing_that_the_schema_is_against() -> None:
    """Whatever is spoilt, one thing at a time, in a configuration that says all there is to say."""
    whole = read(".test/config.yaml") | {
        key: value for key, value in read("config.yaml").items() if key != "outcomes"
    }
    whole["outcomes"] = dict(list(read("config.yaml")["outcomes"].items())[:2])
    tried = opened = 0
    for value in spoilt(copy.deepcopy(whole)):
        tried += 1
        if schema_gate.opens(value, SCHEMA, SCHEMA):
            opened += 1
            assert VALIDATOR.is_valid(value), value
    assert opened > 100
    assert tried > 5 * opened


@pytest.mark.parametrize("rule", [{"not": {}}, {"minLength": 1}, {"type": "null"}, {"enum": [1]}])
def test_what_it_does_not_know_shuts_it(rule: dict[str, Any]) -> None:
    assert not schema_gate.opens(1, rule, rule)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ([1, "a"], {"prefixItems": [{"type": "integer"}], "items": {"type": "integer"}}),
        ([1, 2], {"prefixItems": [{"type": "integer"}], "items": False}),
        (["a"], {"prefixItems": [{"type": "integer"}], "items": False}),
        ({"a": 1}, {"additionalProperties": {"type": "string"}}),
        ({"a b": 1}, {"propertyNames": {"pattern": "^[a-z]+$"}}),
        (1, {"exclusiveMinimum": 1}),
        (1, {"exclusiveMaximum": 1}),
        ([], {"minItems": 1}),
        ([1, 2], {"maxItems": 1}),
        ({}, {"minProperties": 1}),
        ([1, 1], {"uniqueItems": True}),
        ({}, {"required": ["a"]}),
    ],
)
def test_each_keyword_shuts_it(value: Any, rule: dict[str, Any]) -> None:
    assert not Draft202012Validator(rule).is_valid(value)
    assert not schema_gate.opens(value, rule, rule)
