"""Write docs/tables.md and the template folder from the schema that the validator uses."""

import json
from pathlib import Path
from typing import Any

from metasynth.tables.scaffold import forms, template_tables

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "workflow" / "schemas" / "datapackage.json"
MANUAL = ROOT / "docs" / "tables.md"
TEMPLATE = ROOT / "data" / "raw" / "trials" / "_template"

_HEAD = """# The raw tables

<!-- Made by docs/make_tables.py from workflow/schemas/datapackage.json; edit that, not this. -->

A trial is a folder `data/raw/trials/<study id>`: copy `_template`, delete the second row of each
table, which explains its columns and begins with #, and fill in the rest. Tables are UTF-8 CSV with
one header row, one fact a row, in any column order. Cells are read as text exactly as they stand.
`snakemake -n` checks all of them and lists every fault at once.

## All trials in one workbook

Instead of folders, or beside them, trials may stand in `data/raw/trials.xlsx`: sheets `studies`,
`arms`, `results`, `sources`, `risk_of_bias`, `covariates` and `survival` with the columns below,
and in front of them `study_id`, which tells each row's trial. `python -m metasynth new <folder>
--xlsx` makes it, with lists to choose from, an explanation in each header, and headers that are
protected (without a password); with `--from FILE` it has the file's trials. Columns that are not
required may be left out, the last three sheets as well, and other sheets may be there for notes.
The same tables may be CSV files in `data/raw`: `studies.csv`, `arms.csv` and so on. A trial stands
in one place.

- Faults name the sheet, row and column (`trials.xlsx/results:17:F`), and so does the report.
- The columns are formatted as text, so that 12.50 keeps its zero and 1/2 does not become a date.
  Where a cell is a number all the same, zeros that its format shows are kept, and no digit is
  dropped.
- Only outcomes of the trials whose rows changed are made anew. A row's place belongs to what is
  told of it: rows put in between move all those below, so add them at the end.
- A source needs no more than `study_id`, `source_id` and `reference`.

Ids (of studies, arms, outcomes, readings, sources) are small letters, digits and `_`, and begin
with a letter.
"""


def manual(schema: dict[str, Any]) -> str:
    """The manual's Markdown."""
    return _HEAD + "".join(_table(resource) for resource in schema["resources"])


def _table(resource: dict[str, Any]) -> str:
    path = resource["path"].replace("_template", "<study id>")
    rows = "".join(_row(field) for field in resource["schema"]["fields"])
    return f"\n## {path}\n\n| column | must | what it holds |\n| --- | --- | --- |\n{rows}"


def _row(field: dict[str, Any]) -> str:
    limits = field.get("constraints", {})
    must = "yes" if limits.get("required") else ""
    text = field.get("description", "")
    if "enum" in limits:
        text += f" One of: {', '.join(value for value in limits['enum'] if value)}."
    if field["type"] != "string":
        text += f" ({field['type']})"
    return f"| `{field['name']}` | {must} | {text.replace('|', '&#124;')} |\n"


if __name__ == "__main__":
    MANUAL.write_text(manual(json.loads(SCHEMA.read_text("utf-8"))), encoding="utf-8")
    for name, text in template_tables().items():
        (TEMPLATE / name).write_text(text, encoding="utf-8")
    for name, text in forms().items():
        path = SCHEMA.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
