"""How members were dealt into jobs when they were made: what Snakemake has noted of their files.

Snakemake notes with each file the inputs of the job that made it. Members that stand are therefore
kept in the job that made them, as far as they still do, and so its notes go on being true.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from metasynth.core import store
from metasynth.core.digest import text_digest

FOLDER = Path(".snakemake/metasynth/deals")


@dataclass(frozen=True, slots=True)
class Deal:
    """The records of a job's members, and the inputs that Snakemake gave the job."""

    records: frozenset[str]
    inputs: tuple[str, ...]


def note(records: Sequence[str], inputs: Iterable[str], since: float = 0.0) -> None:
    """Note how a job was dealt, if it has made all of its records `since` (seconds, as stat's)."""
    if all(os.path.isfile(path) and os.stat(path).st_mtime >= since for path in records):
        content = {"records": sorted(records), "inputs": list(inputs)}
        path = FOLDER / f"{text_digest(*content['records'])}.json"
        store.write(path, json.dumps(content))


def read(root: Path = Path()) -> list[Deal]:
    """All that is noted, the last one last; a deal whose members were all dealt anew is dropped."""
    paths = sorted((root / FOLDER).glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    seen, deals = set[str](), list[Deal]()
    for path in reversed(paths):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            records = frozenset(content["records"])
        except (OSError, ValueError, TypeError, KeyError):
            continue  # cut short; the jobs are dealt as if it were not known
        if not records <= seen:
            deals.append(Deal(records, tuple(content["inputs"])))
        seen |= records
    return deals[::-1]
