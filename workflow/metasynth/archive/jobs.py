"""What ran, from Snakemake's own records: each job with its rule, script, inputs and outputs.

Snakemake keeps a record of every output in .snakemake/metadata, under the output's name in base64.
"""

import base64
import json
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

_RULES = "workflow/rules"


@dataclass(frozen=True, slots=True)
class Job:
    """One job that ran; paths are relative to the review's folder, outputs sorted."""

    rule: str
    script: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def read(folder: Path) -> tuple[Job, ...]:
    """The jobs of the run in `folder`, those that others need first, otherwise by name."""
    found: dict[tuple[str, str, tuple[str, ...], str], list[str]] = {}
    for file in (folder / ".snakemake" / "metadata").rglob("*"):
        if file.is_file():
            record = json.loads(file.read_text("utf-8"))
            if record["incomplete"]:
                raise ValueError(f"Snakemake did not finish {_name(folder, file)}")
            inputs = tuple(dict.fromkeys(record["input"]))
            key = (record["rule"], _script(record["code"]), inputs, str(record["log"]))
            found.setdefault(key, []).append(_name(folder, file))
    jobs = [
        Job(rule, script, inputs, tuple(sorted(outputs)))
        for (rule, script, inputs, _), outputs in found.items()
    ]
    return _in_order(sorted(jobs, key=lambda job: (job.rule, job.outputs)))


def _name(folder: Path, record: Path) -> str:
    """The output that a record is about; a long name is cut into folders, each marked by an @."""
    parts = record.relative_to(folder / ".snakemake" / "metadata").parts
    text = "".join(part.removeprefix("@") for part in parts[:-1]) + parts[-1]
    return base64.urlsafe_b64decode(text).decode("utf-8")


def _script(code: str) -> str:
    """The script, from the path that its rule names, which begins at the rule's own file."""
    (path,) = re.findall(r'"([^"]+)"', code)
    return posixpath.normpath(posixpath.join(_RULES, path))


def _in_order(jobs: list[Job]) -> tuple[Job, ...]:
    """The jobs so that each comes after all that made its inputs."""
    ordered, waiting = list[Job](), list(jobs)
    while waiting:
        unmade = {output for job in waiting for output in job.outputs}
        ready = [job for job in waiting if unmade.isdisjoint(job.inputs)]
        ordered += ready
        waiting = [job for job in waiting if job not in ready]
    return tuple(ordered)
