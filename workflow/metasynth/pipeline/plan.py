"""What a run makes: members that do not stand as they should, dealt into a few jobs a stage.

A job has many members, since starting one costs more than its work. Members that stand are dealt
into jobs as well, which have no reason to run unless they are asked for.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path

from metasynth.pipeline import made
from metasynth.pipeline.members import Member, from_content

LARGEST = 100
"""The most members of a job: a job that is cut off loses no more, and starting it is 1 % of it."""
_LARGEST = {"clean": 500}
"""The same of stages whose members take next to no time."""

_SHOWN = 6
_FEWEST = {"clean": 50}
"""The fewest members that are worth a job of their own; one, where a stage is not named."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The members that one job makes, if they are `stale` or it is asked for."""

    stage: str
    rule: str
    stale: bool
    members: tuple[Member, ...]

    @property
    def inputs(self) -> list[str]:
        """Every file that the job reads."""
        return sorted({path for member in self.members for path in member.sources})

    @property
    def records(self) -> list[str]:
        """The records of its members, each of which stands for a member's files."""
        return [member.record for member in self.members]

    @property
    def outputs(self) -> list[str]:
        """All that the job writes: the records first, since they are what is asked for."""
        files = [path for member in self.members for path in member.files]
        return [*self.records, *files]


@dataclass(frozen=True, slots=True)
class Plan:
    """The batches of each stage, and why the stale members have to be made."""

    batches: Mapping[str, tuple[Batch, ...]]
    reasons: Mapping[str, Mapping[str, str]]

    def files(self, *stages: str) -> list[str]:
        """Everything that is to be there at the end, without the records."""
        named = [batch for stage in stages or self.batches for batch in self.batches[stage]]
        return [path for batch in named for member in batch.members for path in member.files]

    def records(self, *stages: str) -> list[str]:
        """The records of what is to be there at the end, each of which stands for its files."""
        named = [batch for stage in stages or self.batches for batch in self.batches[stage]]
        return [record for batch in named for record in batch.records]


def first_records(plan: Plan) -> dict[str, str]:
    """For each file that a job makes, the first record of that job."""
    batches = [batch for dealt in plan.batches.values() for batch in dealt]
    return {
        path: first
        for batch in batches
        for first in [batch.members[0].record]
        for path in batch.outputs
    }


def make(stages: Mapping[str, Sequence[Member]], workers: int, root: Path = Path()) -> Plan:
    """The plan for the members of all stages; `workers` is how many jobs can run at once."""
    reasons, batches = {}, {}
    for stage, members in stages.items():
        why = {member.name: made.why_stale(member, root) for member in members}
        reasons[stage] = {name: reason for name, reason in why.items() if reason}
        batches[stage] = tuple(_batches(stage, members, reasons[stage], workers))
    return Plan(batches, reasons)


def _batches(
    stage: str, members: Sequence[Member], stale: Mapping[str, str], workers: int
) -> Iterator[Batch]:
    """A stage of one nameless member is one job by the stage's own name."""
    if [member.name for member in members] == [""]:
        yield Batch(stage, stage, bool(stale), tuple(members))
        return
    for number, dealt in enumerate(_deal([m for m in members if m.name in stale], workers), 1):
        yield Batch(stage, f"{stage}_{number}", True, dealt)
    for number, dealt in enumerate(_deal([m for m in members if m.name not in stale], workers), 1):
        yield Batch(stage, f"{stage}_kept_{number}", False, dealt)


def _deal(members: Sequence[Member], workers: int) -> list[tuple[Member, ...]]:
    """Neighbours together, about as much work in each batch."""
    stage = members[0].stage if members else ""
    rounds = ceil(len(members) / (_LARGEST.get(stage, LARGEST) * workers))
    fewest = _FEWEST.get(stage, 1)
    count = min(ceil(len(members) / fewest), rounds * workers)
    total, so_far = sum(member.weight for member in members), 0
    dealt: list[list[Member]] = [[] for _ in range(count)]
    for member in members:
        dealt[count * (2 * so_far + member.weight) // (2 * total)].append(member)
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
    return "\n".join(["Not up to date:", *lines]) if lines else ""


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


# --- the plan as a file, for jobs that do not make it themselves ----------------------------------


def to_json(plan: Plan) -> str:
    """The plan as text that `from_json` reads."""
    return json.dumps(asdict(plan), ensure_ascii=False)


def from_json(text: str) -> Plan:
    """The plan that `to_json` wrote."""
    content = json.loads(text)
    batches = {
        stage: tuple(
            Batch(stage, item["rule"], item["stale"], tuple(map(from_content, item["members"])))
            for item in items
        )
        for stage, items in content["batches"].items()
    }
    return Plan(batches, content["reasons"])
