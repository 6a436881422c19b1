"""Joined views of all trials, one CSV for each kind of raw table, for people and their tools."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from metasynth.core.store import to_csv
from metasynth.model.records import Arm, Result, Source, Study, Trial


def views(trials: Sequence[Trial]) -> dict[str, str]:
    """CSV text by view name; each row begins with the study and ends with its raw file and line."""
    return {
        "studies": _view(Study, ((trial, [trial.study]) for trial in trials)),
        "arms": _view(Arm, ((trial, trial.arms) for trial in trials)),
        "results": _view(Result, ((trial, trial.results) for trial in trials)),
        "sources": _view(Source, ((trial, trial.sources) for trial in trials)),
    }


def _view(cls: type, rows: Iterable[tuple[Trial, Sequence[Any]]]) -> str:
    columns = [field.name for field in fields(cls) if field.name not in ("study", "cell")]
    body = (
        [trial.study.study, *(getattr(row, name) for name in columns), row.cell.file, row.cell.row]
        for trial, records in rows
        for row in records
    )
    return to_csv(["study", *columns, "file", "row"], body, exact=True)
