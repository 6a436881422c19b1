"""What must hold between the rows of flow.csv, and between them and the included trials."""

from collections.abc import Iterator

from metasynth.core.faults import Fault
from metasynth.model.records import FlowCount, Trial
from metasynth.tables.raw_table import RawTable, Row
from metasynth.tables.trial_flow import disagreements, flow_of

_CHECK = "check these numbers against the source"


def faults(table: RawTable, rows: tuple[FlowCount, ...] | None) -> Iterator[Fault]:
    """Counts without a source, and sums that fail, each told at the number that should follow.

    `rows` are the table's records, None where it has faults that hide a number.
    """
    for row in table.rows:
        if row["count"] and not row["reference"] and not row.bad & {"count", "reference"}:
            remedy = "name the key of references.bib, and where it says so in locator and quote"
            yield row.fault("reference", "a source, as the row has a number", remedy)
    for wrong in disagreements(flow_of(rows)) if rows is not None else ():
        row = _place(table, wrong.box)
        expected = f"{wrong.expected}, which follows from {_listed(wrong.because)}"
        expected += f"; with the other parts it is {wrong.found}" if row["part"] else ""
        yield row.fault("count", expected, _CHECK)


def warnings(
    table: RawTable, rows: tuple[FlowCount, ...], trials: tuple[Trial, ...]
) -> Iterator[Fault]:
    """A diagram that ends with other studies than the tables have, as after a trial was added."""
    included = sum(trial.study.status == "included" for trial in trials)
    stated = flow_of(rows).get("studies")
    if stated not in (None, included):
        expected = f"{included} studies in all, as many as there are included trials"
        place = _place(table, "studies")
        yield place.fault("count", expected, _CHECK, "warning", "flow_off_trials")


def _place(table: RawTable, box: str) -> Row:
    """The row of the box as a whole, else of its last part."""
    rows = [row for row in table.rows if row["box"] == box]
    return next((row for row in rows if not row["part"]), rows[-1])


def _listed(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
