"""What ran, from the records of what was made: each trial, outcome or table with its script.

How these are dealt into processes depends on the machine and is not told; what each was made from,
and into which files, does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from metasynth.pipeline import stamps

_RECORDS = "results/made"


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that was made; paths are relative to the review's folder, outputs sorted."""

    rule: str
    script: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def read(folder: Path) -> tuple[Job, ...]:
    """What was made in `folder`, that which others need first, otherwise by name.

    Raises:
        ValueError: for a record that cannot be read, or whose files are not those that it tells of.
    """
    return _in_order([_job(folder, path) for path in sorted((folder / _RECORDS).rglob("*.json"))])


def sources(jobs: Iterable[Job]) -> set[str]:
    """What the jobs read that none of them made: the review's own tables, texts and baseline."""
    ran = list(jobs)
    made = {output for job in ran for output in job.outputs}
    return {path for job in ran for path in job.inputs} - made


def _job(folder: Path, path: Path) -> Job:
    name, record = path.relative_to(folder).as_posix(), stamps.read(path)
    if record is None or stamps.damage(record, folder):
        raise ValueError(f"{name} does not tell of its files as they are")
    script = f"workflow/scripts/{record.stage}.py"
    inputs = tuple(dict.fromkeys(PurePosixPath(path).as_posix() for path in record.inputs))
    return Job(record.stage, script, inputs, tuple(sorted((*record.files, name))))


def _in_order(jobs: list[Job]) -> tuple[Job, ...]:
    """The jobs so that each comes after all that made its inputs."""
    ordered, waiting = list[Job](), list(jobs)
    while waiting:
        unmade = {output for job in waiting for output in job.outputs}
        ready = [job for job in waiting if unmade.isdisjoint(job.inputs)]
        ordered += ready
        waiting = [job for job in waiting if job not in ready]
    return tuple(ordered)
