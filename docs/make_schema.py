"""Write the names of methods into workflow/schemas/config.schema.json, from their catalogue.

The schema is a file of its own so that editors can complete and check config.yaml by it. What it
says of a name stays; of a new one it says the label.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from metasynth.audit.kinds import KINDS, QUANTITIES
from metasynth.model import method_catalogue as catalogue
from metasynth.model import methods
from metasynth.model.measure_catalogue import MEASURE_RECORDS, ONE_GROUP, OUTCOME_TYPES
from metasynth.model.method_records import Method

SCHEMAS = Path(__file__).parents[1] / "workflow" / "schemas"
CONFIG, TABLES = SCHEMAS / "config.schema.json", SCHEMAS / "datapackage.json"
POOLED = tuple(
    record for record in MEASURE_RECORDS if set(record.types) - {"generic"} and not record.by_units
)
"""The measures that follow from the numbers of groups, which a multiverse can exchange."""
CONTRASTS = tuple(
    name for name, record in methods.MEASURE.items() if not set(record.types) <= set(ONE_GROUP)
)
OF_MULTIVERSE = tuple(r for r in catalogue.MODELS if not (r.bayesian or r.clustered))
"""A prior is an analysis's own: a multiverse has bayes where the primary analysis has it. Its
trials are independent."""
RECORDS: Mapping[str, Iterable[Method]] = {
    "measure": MEASURE_RECORDS,
    "measures": POOLED,
    "model": catalogue.MODELS,
    "models": OF_MULTIVERSE,
    "tau2": catalogue.TAU2_METHODS,
    "ci": catalogue.CI_METHODS,
    "prediction": catalogue.PREDICTIONS,
    "structure": catalogue.STRUCTURES,
    "tau2_ci": catalogue.TAU2_CIS,
    "study_ci": catalogue.STUDY_CIS,
    "zero_cells": catalogue.ZERO_CELLS,
    "double_zero": catalogue.DOUBLE_ZERO,
    "multi_arm": catalogue.MULTI_ARM,
}
"""The methods that a key of the configuration can name."""
NAMES: Mapping[str, tuple[str, ...]] = {
    **{key: tuple(record.name for record in records) for key, records in RECORDS.items()},
    "type": OUTCOME_TYPES,
    "subgroup_tau2": methods.SUBGROUP_TAU2,
    "means": methods.MEANS,
}
"""The names themselves, of methods and of what else such a key chooses."""

_KEY = re.compile(r' +"(\w+)": \{.*"enum": \[')
_DIFFERENCE = re.compile(r'( +)"[\w-]+": (\{.*"Smallest important difference, .* measure\.".*\})')


def tables(schema: str) -> str:
    """The tables' schema with the kinds of statement as metasynth.audit.kinds has them."""
    start = schema.index('"name": "claims"')
    head, claims = schema[:start], schema[start:]
    for column, names in (("kind", KINDS), ("quantity", QUANTITIES)):
        pattern = re.compile(rf'("name": "{column}",.*?"enum": )\[.*?\]', re.DOTALL)
        text = json.dumps(list(names))
        claims = pattern.sub(lambda match, to=text: match[1] + to, claims, count=1)
    return head + claims


def config(schema: str) -> str:
    """The configuration's schema with every list of methods as the catalogue has it."""
    return _differences("\n".join(map(_filled, schema.split("\n"))))


def _filled(line: str) -> str:
    """A line that describes a key, its list of names anew."""
    key = _KEY.match(line)
    if not key or key[1] not in NAMES:
        return line
    names = NAMES[key[1]]
    described = _list(line, "enumDescriptions")
    if described:
        known = dict(zip(_list(line, "enum"), described, strict=True))
        labels = {record.name: record.label for record in RECORDS.get(key[1], ())}
        words = [known.get(name) or labels[name] for name in names]
        line = _with(line, "enumDescriptions", words)
    if _list(line, "default"):
        line = _with(line, "default", [r.name for r in RECORDS[key[1]] if r.by_default])
    return _with(line, "enum", names)


def _list(line: str, keyword: str) -> list[str]:
    found = re.search(rf'"{keyword}": (\[.*?\])[,}}]', line)
    return list(json.loads(found[1])) if found else []


def _with(line: str, keyword: str, words: Iterable[str]) -> str:
    text = json.dumps(list(words), ensure_ascii=False)
    return re.sub(rf'("{keyword}": )\[.*?\](?=[,}}])', lambda match: match[1] + text, line)


def _differences(schema: str) -> str:
    """The schema with a smallest important difference for each measure that compares."""
    lines = list(_DIFFERENCE.finditer(schema))
    (indent, rule), start, end = lines[0].groups(), lines[0].start(), lines[-1].end()
    entries = ",\n".join(f'{indent}"{name}": {rule}' for name in CONTRASTS)
    return schema[:start] + entries + schema[end:]


if __name__ == "__main__":
    for path, made in ((CONFIG, config), (TABLES, tables)):
        path.write_text(made(path.read_text("utf-8")), encoding="utf-8")
