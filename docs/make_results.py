"""Write workflow/schemas/results.json, the data package of results/tables, from the records.

Every run lays it beside its tables, so that they can be read and checked by their types.
"""

import json
from pathlib import Path
from typing import Any, get_type_hints

from metasynth.audit.reproduction import Reproduction
from metasynth.audit.verdicts import Audited
from metasynth.crosscheck.records import Crosscheck
from metasynth.grade import summary_of_findings
from metasynth.grade.certainty import COLUMNS, Rating
from metasynth.grade.conclusions import Conclusion
from metasynth.model.moderated_effects import ModeratorRow
from metasynth.model.records import Estimate, StudyEffect

PACKAGE = Path(__file__).parents[1] / "workflow" / "schemas" / "results.json"
TABLES: dict[str, tuple[str, type]] = {
    "estimates": ("Pooled results: a row an outcome, analysis and subgroup", Estimate),
    "studies": ("Each trial's own effect: a row an outcome, analysis and trial", StudyEffect),
    "moderators": (
        "Meta-regressions on moderators: tests, coefficients, predictions",
        ModeratorRow,
    ),
    "reproduction": ("Published estimates beside the recomputed ones", Reproduction),
    "claims": ("Audited statements, each with its verdict", Audited),
    "crosscheck": ("What was computed twice, and how far both agree", Crosscheck),
    "certainty": ("Ratings of the certainty of evidence", Rating),
    "findings": ("The summary of findings", summary_of_findings.Finding),
    "conclusions": ("What is concluded of each outcome", Conclusion),
}


def package() -> dict[str, Any]:
    """The descriptor: a resource for each table, a field for each column."""
    return {
        "profile": "tabular-data-package",
        "name": "result-tables",
        "title": "Result tables of a systematic review",
        "description": "What the columns mean is said in docs/results.md. An empty cell means that"
        " the value does not exist.",
        "resources": [_resource(name, *told) for name, told in TABLES.items()],
    }


def _resource(name: str, title: str, record: type) -> dict[str, Any]:
    hints = get_type_hints(record)
    columns = COLUMNS if record is Rating else tuple(hints)
    return {
        "name": name,
        "path": f"{name}.csv",
        "title": title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": [_field(column, hints[column]) for column in columns]},
    }


def _field(name: str, hint: Any) -> dict[str, Any]:
    words = {word.__name__ for word in getattr(hint, "__args__", (hint,)) if word is not Ellipsis}
    if "bool" in words:
        return {"name": name, "type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}
    if "float" in words:
        return {"name": name, "type": "number"}
    return {"name": name, "type": "integer" if "int" in words else "string"}


def text() -> str:
    """The descriptor as its file has it."""
    return json.dumps(package(), indent=1) + "\n"


if __name__ == "__main__":
    PACKAGE.write_text(text(), encoding="utf-8")
