"""What a run makes: members that do not stand as they should, dealt into a few jobs a stage.

A job has many members, since starting one costs more than its work. Members that stand are in jobs
of their own, which have no reason to run: Snakemake runs a job for an input that is newer than its
output, and a job that is to run has such an input, `MARK`, which is written when a run is planned.
"""

import json
import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from math import ceil
from pathlib import Path

from metasynth.core import store
from metasynth.pipeline import stamps
from metasynth.pipeline.targets import Batch, Member

MARK = ".snakemake/metasynth/stale"
"""An input of every job: one to be newer than of those that are to run, else one to be ignored."""
LARGEST = 100
"""The most members of a job: a job that is cut off loses no more, starting it is 1 % of it, and
Snakemake, which looks at each input once more for each output, takes no longer than the job."""

_SHOWN = 6
_WORTH = {"clean": 50, "pool": 40, "sensitivity": 8, "forest": 40, "plot": 20}
"""The weight of the members that take as long as starting a job; 1, where a stage is not named."""

Stages = Mapping[str, Sequence[Member]]


@dataclass(frozen=True)
class Plan:
    """The batches of all stages, each after those that it needs; why the stale members have to be
    made, by stage and name; `obsolete` files, which were made for what this review has no longer.
    """

    batches: tuple[Batch, ...]
    reasons: Mapping[str, Mapping[str, str]]
    obsolete: tuple[str, ...] = ()

    def of(self, *stages: str) -> list[Batch]:
        """The batches of some stages, or of all."""
        return [batch for batch in self.batches if not stages or batch.stage in stages]

    def members(self) -> list[Member]:
        """All that is to be there at the end."""
        return [member for batch in self.batches for member in batch.members]

    @cached_property
    def _named(self) -> dict[str, Batch]:
        return {batch.name: batch for batch in self.batches}

    def follow(self, names: Collection[str]) -> set[str]:
        """The names of the batches that are named, by themselves, their stage or an output, and of
        all that are made from them.
        """
        reached = set[str]()
        for batch in self.batches if names else ():
            own = {batch.stage, batch.name, *batch.outputs}
            if not (own.isdisjoint(names) and reached.isdisjoint(batch.after)):
                reached.add(batch.name)
        return reached

    def inputs(self, batch: Batch, runs: Collection[str], *, alone: bool) -> dict[str, bool]:
        """The inputs of a batch, and whether Snakemake is to heed how old each is.

        It heeds what makes a batch run: the mark, and the batches before it that run. Of each of
        these one file is named, as Snakemake looks at an input once more for each output; all that
        is read, if jobs stand `alone` without a folder that they share. What does not run waits
        for nothing, and so names files that are there.
        """
        running = batch.name in runs
        if batch.noted and not running:
            return {path: False for path in batch.noted if os.path.exists(path)}
        found = dict.fromkeys(batch.raw, False)
        for before in map(self._named.__getitem__, batch.after):
            if alone:
                named = sorted({*before.outputs} & batch.sources)
            elif running or before.name not in runs:
                named = before.outputs[:1]
            else:
                named = [*islice(filter(os.path.exists, before.outputs), 1)]
            found |= dict.fromkeys(named, running and before.name in runs)
        if running:
            found |= dict.fromkeys(sorted(self._awaited(batch, runs)), True)
        return found | {MARK: running}

    def _awaited(self, batch: Batch, runs: Collection[str]) -> set[str]:
        """Records of the next batches before this one that run, also behind some that do not:
        Snakemake takes what is behind one that runs to run with it, and asks no further.
        """
        found = set[str]()
        for before in map(self._named.__getitem__, batch.after):
            found |= {before.outputs[0]} if before.name in runs else self._awaited(before, runs)
        return found


def mark(plan: Plan, root: Path = Path()) -> None:
    """Write the file that is newer than all that stale batches made before.

    Its content is another each time, as Snakemake takes an input of the same content for the same.
    """
    outputs = (root / path for batch in plan.batches if batch.stale for path in batch.outputs)
    times = [path.stat().st_mtime_ns for path in outputs if path.exists()]
    store.write(root / MARK, str(time.time_ns()))
    for later in (10**7, 2 * 10**9):  # ns; some file systems count seconds by two
        if times and (root / MARK).stat().st_mtime_ns <= max(times):
            os.utime(root / MARK, ns=(max(times) + later,) * 2)


def make(
    stages: Stages,
    workers: int,
    root: Path = Path(),
    *,
    named: Collection[str] = (),
    left: Iterable[str] = (),
    whole: bool = False,
) -> Plan:
    """The plan for the members of all stages, each after those that it needs.

    Args:
        stages: The members by stage.
        workers: How many jobs can run at once.
        root: The review's folder.
        named: Files that were asked for by name; what they need is dealt apart from the rest.
        left: Obsolete files that an earlier run named and did not come to remove.
        whole: Whether each stage is to be one batch, as a picture shows it best.
    """
    reasons = {
        stage: {one.name: why for one in members if (why := stamps.why_stale(one, root))}
        for stage, members in stages.items()
    }
    wanted, before = _wanted(stages, named), dict[str, Batch]()
    batches = list[Batch]()
    for stage, members in stages.items():
        groups = _groups(members, reasons[stage], wanted, before, root)
        one = [Batch(stage, stage, bool(reasons[stage]), tuple(members))] if members else []
        dealt = one if whole else _dealt(stage, groups, workers)
        dealt = [_placed(batch, before) for batch in dealt]
        before |= {path: batch for batch in dealt for path in batch.outputs}
        batches += dealt
    again = {one.record for stage in stages for one in stages[stage] if one.name in reasons[stage]}
    return Plan(tuple(batches), reasons, stamps.obsolete(before, again, root, left))


def _placed(batch: Batch, before: Mapping[str, Batch]) -> Batch:
    """A batch with what it reads: files, and what other batches make."""
    sources = sorted(batch.sources)
    after = dict.fromkeys(before[path].name for path in sources if path in before)
    raw = tuple(path for path in sources if path not in before)
    return replace(batch, raw=raw, after=tuple(after))


def _wanted(stages: Stages, named: Collection[str]) -> dict[str, frozenset[str]]:
    """By record, for which of the named files a member is needed."""
    wanted, records = {name: frozenset([name]) for name in named}, dict[str, frozenset[str]]()
    for members in reversed([*stages.values()] if named else []):
        for member in members:
            own = (wanted.get(path, frozenset()) for path in (member.record, *member.files))
            if purposes := frozenset[str]().union(*own):
                records[member.record] = purposes
                wanted |= {path: wanted.get(path, purposes) | purposes for path in member.sources}
    return records


Noted = tuple[str, tuple[str, ...]]
"""The log and the inputs of the job that made something, as Snakemake has noted them."""
Group = tuple[bool, Noted, list[Member]]
"""Whether the members stand, what is noted of them, and the members."""
_NOTHING: Noted = ("", ())


def _groups(
    members: Sequence[Member],
    stale: Collection[str],
    wanted: Mapping[str, frozenset[str]],
    before: Mapping[str, Batch],
    root: Path,
) -> list[Group]:
    """Members that no job may mix, in order: what is to be made first, what is wanted most first.

    Apart are those that are wanted by name from those that are not, and, if they are more work than
    starting a job, by what they are wanted for; those that wait for something to be made, so that
    what fails holds up no others; and, of those that stand, what was not made by one job, so that
    what Snakemake has noted of them goes on being true.
    """
    groups: dict[tuple[bool, frozenset[str], bool, Noted], list[Member]] = {}
    asked = {one.name: wanted.get(one.record, frozenset()) for one in members}
    if sum(one.weight for one in members if asked[one.name] and one.name in stale) <= _worth(
        members
    ):
        every = frozenset[str]().union(*asked.values())
        asked = {name: aims and every for name, aims in asked.items()}
    for member in members:
        stands = member.name not in stale
        waits = not stands and any(p in before and before[p].stale for p in member.sources)
        noted = _noted(member.record, root) if stands else _NOTHING
        groups.setdefault((stands, asked[member.name], waits, noted), []).append(member)
    order = sorted(groups, key=lambda key: (key[0], -len(key[1]), sorted(key[1]), key[2]))
    return [(key[0], key[3], groups[key]) for key in order]


def _noted(record: str, root: Path) -> Noted:
    """What Snakemake has noted of something that it made; its notes are read, never written."""
    path = root / ".snakemake/metadata" / urlsafe_b64encode(record.encode()).decode()
    try:
        content = json.loads(path.read_bytes())
        return content["log"][0], tuple(content["input"])
    except (OSError, ValueError, TypeError, LookupError):
        return _NOTHING  # it has none, or keeps them elsewhere


def _dealt(stage: str, groups: Iterable[Group], workers: int) -> list[Batch]:
    """The batches of a stage: its own name, or that with a number for each of several."""
    dealt = list[Batch]()
    for stands, noted, members in groups:
        free = max(1, workers - len(dealt))
        parts = _deal(members, free) if noted == _NOTHING else [tuple(members)]
        dealt += [Batch(stage, stage, not stands, part, noted=noted[1]) for part in parts]
    numbered = (replace(batch, name=f"{stage}_{n}") for n, batch in enumerate(dealt, 1))
    return dealt if len(dealt) == 1 else [*numbered]


def _deal(members: Sequence[Member], workers: int) -> list[tuple[Member, ...]]:
    """Neighbours together, about as much work in each batch, and no less than starting it is."""
    total, so_far = sum(member.weight for member in members), 0
    most = workers * ceil(len(members) / (LARGEST * workers))
    number = min(ceil(total / _worth(members)), most)
    dealt: list[list[Member]] = [[] for _ in range(number)]
    for member in members:
        dealt[number * (2 * so_far + member.weight) // (2 * total)].append(member)
        so_far += member.weight
    return [tuple(batch) for batch in dealt if batch]


def _worth(members: Sequence[Member]) -> int:
    return _WORTH.get(members[0].stage, 1) if members else 1


def summary(plan: Plan) -> str:
    """What does not stand, and why, in a few lines; nothing if all stands."""
    lines, single = [], dict[str, list[str]]()
    for stage, why in plan.reasons.items():
        total = sum(len(batch.members) for batch in plan.of(stage))
        for reason in dict.fromkeys(why.values()):
            names = [name for name, own in why.items() if own == reason]
            if names == [""]:
                single.setdefault(reason, []).append(stage)
            else:
                which = f" ({_some(names)})" if len(names) < total else ""
                lines.append(f"  {stage}, {len(names)} of {total}: {reason}{which}")
    lines += [f"  {', '.join(stages)}: {reason}" for reason, stages in single.items()]
    if plan.obsolete:
        lines.append(f"  obsolete, removed when all is made: {', '.join(plan.obsolete)}")
    return "\n".join(["Not up to date:", *lines]) if lines else ""


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
