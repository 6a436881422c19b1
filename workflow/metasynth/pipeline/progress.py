"""How far a stage is, for a person who waits: a line now and then, of all its jobs together."""

import time
from collections.abc import Sequence
from pathlib import Path

EVERY = 10.0
"""Seconds from one line to the next; what takes less is not spoken of."""


class Progress:
    """Counts the records of a stage that were written since the run was planned.

    Each of its jobs looks at all records, so any of them can tell, and `spoken`, a file that they
    share, sees to it that one does at a time.
    """

    def __init__(self, stage: str, records: Sequence[str], plan: Path) -> None:
        self._stage, self._records = stage, records
        self._planned = plan.stat().st_mtime
        self._spoken = plan.with_name("progress")
        self._begun, self._at_first = time.time(), self._done()

    def _done(self) -> int:
        return sum(_changed(record) >= self._planned for record in self._records)

    def tell(self) -> None:
        """Print how many are done and how long the rest will take, if it is time to."""
        now = time.time()
        if now - max(self._begun, _changed(self._spoken)) < EVERY:
            return
        self._spoken.touch()
        numbers = self._done(), self._at_first, len(self._records)
        print(line(self._stage, *numbers, now - self._begun), flush=True)


def line(stage: str, done: int, at_first: int, total: int, seconds: float) -> str:
    """The line: `at_first` were done `seconds` ago."""
    new = done - at_first
    if not new or done == total:
        return f"{stage}: {done} of {total} done"
    return f"{stage}: {done} of {total} done, about {_time((total - done) * seconds / new)} left"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def _changed(path: str | Path) -> float:
    """When a file was written; long ago where there is none."""
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0
