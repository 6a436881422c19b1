"""A job: its members, taken from the plan and made one after the other."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from metasynth.pipeline import made, turn
from metasynth.pipeline.members import Member, from_content
from metasynth.pipeline.progress import Progress

Maker = Callable[[Member], Mapping[str, str | bytes]]


def run(rule: str, make: Maker) -> None:
    """Make the members of a rule's job by `make`, each whole before the next is begun.

    A member that fails ends the job with its name and the reason.
    """
    batch, others = _batches(rule)
    members = [from_content(content) for content in batch["members"]]
    records = [from_content(content).record for content in others]
    progress = Progress(batch["stage"], records, turn.PLAN)
    for member in members:
        try:
            contents = make(member)
            with turn.writing():
                made.write(member, contents)
        except Exception as error:
            where = f"This happened in {member.stage}: {member.name or 'the whole review'}."
            error.add_note(where)
            print(f"{error!r}\n{where}", file=sys.__stderr__)  # in sight; the log has the rest
            raise
        progress.tell()


def _batches(rule: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The batch that the plan deals to a rule, and the members of all batches of its stage.

    How it deals them is no concern of a job.
    """
    for batches in json.loads(turn.PLAN.read_text("utf-8"))["batches"].values():
        for batch in batches:
            if batch["rule"] == rule:
                alike = [other for other in batches if other["stale"] is batch["stale"]]
                return batch, [member for other in alike for member in other["members"]]
    raise KeyError(rule)
