"""What a run makes: members that do not stand as they should, dealt into a few jobs a stage.

A job has many members, since starting one costs more than its work. Members that stand are in jobs
of their own, which have no reason to run: Snakemake runs a job for an input that is newer than its
output, and a job that is to run has such an input, `MARK`, which is written when a run is planned.
"""

import json
import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any

from metasynth.core import store
from metasynth.pipeline import stamps
from metasynth.pipeline.batching import Deal
from metasynth.pipeline.targets import Member, from_content

MARK = ".snakemake/metasynth/stale"
"""An input of every job: one to be newer than of those that are to run, else one to be ignored."""
LARGEST = 100
"""The most members of a job: a job that is cut off loses no more, starting it is 1 % of it, and
Snakemake, which looks at each input once more for each output, takes no longer than the job."""

_SHOWN = 6
_FEWEST = {"clean": 50}
"""The fewest members that are worth a job of their own; one, where a stage is not named."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The members that one job makes, if they are `stale` or it is asked for.

    It reads the files `raw`, and what the batches named `after` make. `noted` are the inputs that
    Snakemake has noted of it, if it stands as it was made.
    """

    stage: str
    name: str
    stale: bool
    members: tuple[Member, ...]
    raw: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()

    @property
    def records(self) -> list[str]:
        """The records of its members, each of which stands for a member's files."""
        return [member.record for member in self.members]

    @property
    def outputs(self) -> list[str]:
        """All that the job writes: the records first, since they are what is asked for."""
        files = [path for member in self.members for path in member.files]
        return [*self.records, *files]

    @property
    def sources(self) -> list[str]:
        """Every file that the job reads."""
        return sorted({path for member in self.members for path in member.sources})


@dataclass(frozen=True)
class Plan:
    """The batches of each stage, and why the stale members have to be made.

    `obsolete` are files that were made for what this review has no longer.
    """

    batches: Mapping[str, tuple[Batch, ...]]
    reasons: Mapping[str, Mapping[str, str]]
    obsolete: tuple[str, ...] = ()

    def all(self, *stages: str) -> list[Batch]:
        """The batches of some stages, or of all, each after those that it needs."""
        return [batch for stage in stages or self.batches for batch in self.batches[stage]]

    def files(self) -> list[str]:
        """Everything that is to be there at the end, without the records."""
        return [path for batch in self.all() for member in batch.members for path in member.files]

    @cached_property
    def _named(self) -> dict[str, Batch]:
        return {batch.name: batch for batch in self.all()}

    def follow(self, names: Collection[str]) -> set[str]:
        """The names of the batches that are named, by themselves, their stage or an output, and of
        all that are made from them.
        """
        reached = set[str]()
        for batch in self.all() if names else ():
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
                named = sorted(set(before.outputs) & set(batch.sources))
            elif running or before.name not in runs:
                named = before.records[:1]
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
            found |= {before.records[0]} if before.name in runs else self._awaited(before, runs)
        return found


def mark(plan: Plan, root: Path = Path()) -> None:
    """Write the file that is newer than all that stale batches made before.

    Its content is another each time, as Snakemake takes an input of the same content for the same.
    """
    outputs = (root / path for batch in plan.all() if batch.stale for path in batch.outputs)
    times = [path.stat().st_mtime_ns for path in outputs if path.exists()]
    store.write(root / MARK, str(time.time_ns()))
    for later in (10**7, 2 * 10**9):  # ns; some file systems count seconds by two
        if times and (root / MARK).stat().st_mtime_ns <= max(times):
            os.utime(root / MARK, ns=(max(times) + later,) * 2)


def make(
    stages: Mapping[str, Sequence[Member]],
    workers: int,
    root: Path = Path(),
    *,
    named: frozenset[str] = frozenset(),
    left: Iterable[str] = (),
    deals: Sequence[Deal] = (),
    whole: bool = False,
) -> Plan:
    """The plan for the members of all stages.

    Args:
        stages: The members by stage, each stage after those that it needs.
        workers: How many jobs can run at once.
        root: The review's folder.
        named: Files that were asked for by name; what they need is dealt apart from the rest.
        left: Obsolete files that an earlier run named and did not come to remove.
        deals: How the members that stand were dealt when they were made, the last one last.
        whole: Whether each stage is to be one batch, as a picture shows it best.
    """
    reasons = {
        stage: {one.name: why for one in members if (why := stamps.why_stale(one, root))}
        for stage, members in stages.items()
    }
    wanted = _needed(stages, named)
    before: dict[str, Batch] = {}
    batches = {}
    for stage, members in stages.items():
        stale = reasons[stage]
        groups = [list(members)] if whole else _groups(members, stale, wanted, before, deals)
        dealt = list[Batch]()
        for group in groups:
            again = any(member.name in stale for member in group)
            kept = None if again or whole else _deal_of(group[0], deals)
            parts = [tuple(group)] if whole or kept else _deal(group, workers)
            noted = kept.inputs if kept else ()
            dealt += [_batch(stage, again, part, before, noted) for part in parts]
        names = _names(stage, len(dealt))
        batches[stage] = tuple(
            replace(batch, name=name) for batch, name in zip(dealt, names, strict=True)
        )
        before |= {path: batch for batch in batches[stage] for path in batch.outputs}
    stale_records = {
        member.record
        for stage, members in stages.items()
        for member in members
        if member.name in reasons[stage]
    }
    return Plan(batches, reasons, stamps.obsolete(before, stale_records, root, left))


def _batch(
    stage: str,
    stale: bool,
    members: tuple[Member, ...],
    before: Mapping[str, Batch],
    noted: tuple[str, ...],
) -> Batch:
    batch = Batch(stage, "", stale, members, noted=noted)
    raw = tuple(path for path in batch.sources if path not in before)
    after = dict.fromkeys(before[path].name for path in batch.sources if path in before)
    return replace(batch, raw=raw, after=tuple(after))


def _names(stage: str, number: int) -> list[str]:
    """The stage's own name, or that with a number for each of several batches."""
    return [stage] if number == 1 else [f"{stage}_{each + 1}" for each in range(number)]


def _needed(stages: Mapping[str, Sequence[Member]], named: frozenset[str]) -> set[str]:
    """The records of the members that make files of these names, and of all that they need."""
    wanted, records = set(named), set[str]()
    for members in reversed([*stages.values()]):
        for member in members:
            if not wanted.isdisjoint((member.record, *member.files)):
                wanted.update(member.sources)
                records.add(member.record)
    return records


def _groups(
    members: Sequence[Member],
    stale: Mapping[str, str],
    wanted: set[str],
    before: Mapping[str, Batch],
    deals: Sequence[Deal],
) -> list[list[Member]]:
    """Members that no job may mix, in order: what is to be made before what stands.

    Apart are those that are wanted by name; those that wait for something to be made, so that what
    fails holds up no others; and, of those that stand, what was not made by one job.
    """

    def kind(member: Member) -> tuple[bool, bool, int]:
        asked = member.record not in wanted
        if member.name not in stale:
            deal = _deal_of(member, deals)
            return True, asked, deals.index(deal) if deal else -1
        waits = any(path in before and before[path].stale for path in member.sources)
        return False, asked, waits

    groups: dict[tuple[bool, bool, int], list[Member]] = {}
    for member in members:
        groups.setdefault(kind(member), []).append(member)
    return [groups[key] for key in sorted(groups, key=lambda key: key[: 2 if key[0] else 3])]


def _deal_of(member: Member, deals: Sequence[Deal]) -> Deal | None:
    return next((deal for deal in reversed(deals) if member.record in deal.records), None)


def _deal(members: Sequence[Member], workers: int) -> list[tuple[Member, ...]]:
    """Neighbours together, about as much work in each batch."""
    stage = members[0].stage if members else ""
    rounds = ceil(len(members) / (LARGEST * workers))
    fewest = _FEWEST.get(stage, 1)
    number = min(ceil(len(members) / fewest), rounds * workers)
    total, so_far = sum(member.weight for member in members), 0
    dealt: list[list[Member]] = [[] for _ in range(number)]
    for member in members:
        dealt[number * (2 * so_far + member.weight) // (2 * total)].append(member)
        so_far += member.weight
    return [tuple(batch) for batch in dealt if batch]


# --- the plan in words ----------------------------------------------------------------------------


def summary(plan: Plan) -> str:
    """What does not stand, and why, in a few lines; nothing if all stands."""
    lines, single = [], dict[str, list[str]]()
    for stage, why in plan.reasons.items():
        total = sum(len(batch.members) for batch in plan.batches[stage])
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


# --- the plan as a file, for jobs that do not make it themselves ----------------------------------


def to_json(plan: Plan) -> str:
    """The plan as text that `from_json` reads."""
    return store.compact(plan)


def from_json(text: str) -> Plan:
    """The plan that `to_json` wrote."""
    content = json.loads(text)
    batches = {stage: tuple(map(_read, items)) for stage, items in content["batches"].items()}
    return Plan(batches, content["reasons"], tuple(content["obsolete"]))


def _read(content: Mapping[str, Any]) -> Batch:
    lists = {name: tuple(content[name]) for name in ("raw", "after", "noted")}
    return Batch(**{**content, **lists, "members": tuple(map(from_content, content["members"]))})
