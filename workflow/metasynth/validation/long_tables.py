"""What must hold in the tables of all trials, beside what holds in each trial's part of them."""

from collections.abc import Iterator

from metasynth.core.faults import Fault, of_file
from metasynth.tables.reader import RawTables
from metasynth.tables.table_schema import STUDY_ID
from metasynth.validation.trials import not_among


def faults(raw: RawTables) -> Iterator[Fault]:
    """Faults of the tables' form and cells, and rows of trials that the studies do not name."""
    for tables in raw.long:
        for table in tables.tables:
            yield from table.faults
        if not tables.knows_all:
            continue
        known, where = set(tables.rows), tables.studies.file
        for table in tables.tables[1:]:
            for row in table.rows:
                if row[STUDY_ID.name] not in known and STUDY_ID.name not in row.bad:
                    advice = not_among(row[STUDY_ID.name], known, f"a study_id of {where}")
                    yield row.fault(STUDY_ID.name, *advice)
    if raw.long and not raw.trials and raw.whole:
        file = raw.long[0].studies.file
        remedy = "add a row to it, and the trial's arms, results and sources to theirs"
        yield of_file(file, "", "a row for each trial, but there is none", remedy)
