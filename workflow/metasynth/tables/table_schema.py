"""The contract of the raw tables, read from the Table Schema in workflow/schemas/datapackage.json.

Column names, types, patterns, bounds and lists of words stand there and nowhere else. See the
Frictionless standards, Table Schema v1 (specs.frictionlessdata.io/table-schema).
"""

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from metasynth.core.paths import WORKFLOW

SCHEMAS = WORKFLOW / "schemas"
TRIAL_TABLES = ("study", "arms", "results", "sources", "risk_of_bias", "covariates", "survival")
IMPORT_PART = ".import.part"
"""A folder among the trials' in which an import waits until all of it is there."""
OPTIONAL_TABLES = frozenset({"risk_of_bias", "covariates", "survival"})
REVIEW_TABLES = ("claims", "changelog", "certainty", "search", "flow")
"""Tables of the whole review; each may be left out."""
MOST_LETTERS = 64
ID = re.compile(rf"[a-z][a-z0-9_]{{0,{MOST_LETTERS - 1}}}")
RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that Windows keeps for devices: ids, but none of a folder."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: `type` is string, integer or number; a blank cell is only wrong if `required`.

    An `optional` column may be absent, which means the same as all its cells being blank.
    """

    name: str
    type: str
    description: str
    required: bool
    pattern: re.Pattern[str] | None
    words: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    optional: bool = False

    @property
    def is_id(self) -> bool:
        """Whether the column holds ids, which name folders, files and rows."""
        return self.pattern is not None and self.pattern.pattern.strip("^$") == ID.pattern

    @property
    def explanation(self) -> str:
        """What the column holds, in words for whoever fills it in."""
        kind = {"integer": " A whole number.", "number": " A number."}.get(self.type, "")
        words = f" One of: {', '.join(self.words)}." if self.words else ""
        letters = " Small letters, digits and _." if self.is_id else ""
        return f"{'Required. ' if self.required else ''}{self.description}{words}{letters}{kind}"

    @property
    def is_prose(self) -> bool:
        """Whether anything may stand in the column."""
        return self.type == "string" and not (self.pattern or self.words)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table: its columns in order, and the columns that together tell its rows apart."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


@cache
def tables() -> dict[str, Table]:
    """Every table of the contract by name."""
    package = json.loads((SCHEMAS / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["name"]: _table(resource) for resource in package["resources"]}


STUDY_ID = Column(
    name="study_id",
    type="string",
    description="The trial that the row is about, by its id.",
    required=True,
    pattern=ID,
    words=(),
    minimum=None,
    maximum=None,
)


@cache
def long_table(name: str) -> Table:
    """A trial's table as one that holds all trials: study_id first, columns that may be blank
    may be absent."""
    own = tables()[name]
    columns = (replace(column, optional=not column.required) for column in own.columns)
    return Table(name, (STUDY_ID, *columns), own.key)


def _table(resource: dict[str, Any]) -> Table:
    schema = resource["schema"]
    columns = tuple(_column(field) for field in schema["fields"])
    return Table(resource["name"], columns, tuple(schema.get("primaryKey", ())))


def _column(field: dict[str, Any]) -> Column:
    rules = field.get("constraints", {})
    pattern = rules.get("pattern")
    return Column(
        name=field["name"],
        type=field["type"],
        description=field["description"],
        required=rules.get("required", False),
        pattern=re.compile(pattern, re.DOTALL) if pattern else None,
        words=tuple(rules.get("enum", ())),
        minimum=rules.get("minimum"),
        maximum=rules.get("maximum"),
        optional=field.get("optional", False),
    )
