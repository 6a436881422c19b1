"""A job: its members, taken from the plan and made one after the other."""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from metasynth.core import store, streams
from metasynth.core.messages import Refused
from metasynth.pipeline import backups, lock, stamps
from metasynth.pipeline.progress import Progress
from metasynth.pipeline.targets import Member, from_content

Maker = Callable[[Member], Mapping[str, str | bytes]]


def run(make: Maker) -> None:
    """Make the members of this script's job by `make`, each whole before the next is begun.

    A rule calls it with `--batch` and the log, which has the batch's name. A member that fails is
    told by name, and leaves what there was; the others are made all the same. Called by hand, a
    script makes the members that are named, or all of its stage.
    """
    streams.say_anything()
    script, *words = sys.argv
    if words[:1] == ["--batch"]:
        sys.exit(not _run(make, words[1]))
    _late("pipeline.by_hand").run(Path(script).resolve(), make)


def _late(module: str) -> Any:
    """A module by name, as what it imports is nothing that members depend on (core/digest.py)."""
    return import_module(f"metasynth.{module}")


def _run(make: Maker, log: str) -> bool:
    """Whether all members of a job were made."""
    batch, others = _batches(Path(log).stem)
    members = [from_content(content) for content in batch["members"]]
    backups.put_back(path for member in members for path in (member.record, *member.files))
    records = [from_content(content).record for content in others]
    progress = Progress(batch["stage"], records, lock.PLAN)
    whole = True
    for member in members:
        try:
            contents = make(member)
            with lock.writing():
                stamps.write(member, contents)
        except Exception as error:
            whole = False
            traceback.print_exc()  # into the log
            told = _failure(member, error, log)
            print(told, flush=True)
            store.write(lock.FAILED / f"{member.stage} {member.name}", told)
        progress.tell()
    return whole


def _batches(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The batch of a name, and the members of all batches of its stage that run with it.

    How the plan deals them is no concern of a job.
    """
    plan = json.loads(lock.PLAN.read_text("utf-8"))["batches"]
    for batches in plan.values():
        for batch in batches:
            if batch["name"] == name:
                alike = [other for other in batches if other["stale"] is batch["stale"]]
                return batch, [member for other in alike for member in other["members"]]
    raise KeyError(name)


def _failure(member: Member, error: Exception, log: str) -> str:
    """What failed, why, and what to do."""
    what = f"{member.stage} {member.name}".strip()
    script = f"python workflow/scripts/{member.stage}.py {member.name}".strip()
    reason = _said(error) or type(error).__name__
    return (
        f"{what}: {', '.join(member.files[:1])} was not made. {reason}\n"
        "  Mend what it is made from (config.yaml, the review's tables or text) or leave it out.\n"
        f"  More is in {log}; it is made alone by: {script}"
    )


def _said(error: Exception) -> str:
    """What an error says for people: of what was refused the sentence, not the record of it."""
    if isinstance(error, Refused):
        return str(_late("language.sentences").in_words(error.why))
    return str(error)
