"""A job: members of a stage, made one after the other, by a rule or by hand."""

import gc
import json
import os
import sys
import traceback
import typing
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from metasynth.core import store, streams
from metasynth.core.messages import Refused
from metasynth.pipeline import backups, lock, stamps
from metasynth.pipeline.progress import Progress
from metasynth.pipeline.targets import Batch, Member


def _ruled() -> bool:
    """Whether a rule called this script."""
    return sys.argv[1:2] == ["--batch"]


if _ruled():  # what is imported next stays: searching it for garbage, a tenth of a plot, finds none
    gc.disable()

Maker = Callable[..., Mapping[str, str | bytes]]
"""Makes a member's files; its parameters name what it is `given`."""


def run(make: Maker) -> None:
    """Make the members of this script's job by `make`, each whole before the next is begun.

    A rule calls it with `--batch` and the log, which has the batch's name. A member that fails is
    told by name, and leaves what there was; the others are made all the same. Called by hand, a
    script makes the members that are named, or all of its stage.
    """
    streams.say_anything()
    if not _ruled():
        _late("pipeline.by_hand").run(Path(sys.argv[0]).resolve(), make)
        return
    gc.freeze()
    gc.enable()
    made = _run(make, sys.argv[2])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(not made)  # all is written; to take the libraries apart would take 0.2 s of a plot


def _late(module: str) -> Any:
    """A module by name, as what it imports is nothing that members depend on (core/digest.py)."""
    return import_module(f"metasynth.{module}")


def _run(make: Maker, log: str) -> bool:
    """Whether all members of a job were made."""
    plan = json.loads(lock.PLAN.read_text("utf-8"))
    batches = [store.typed(Batch, content) for content in plan["batches"]]
    (batch,) = (batch for batch in batches if batch.name == Path(log).stem)
    backups.put_back(batch.outputs)
    alike = (one for one in batches if (one.stage, one.stale) == (batch.stage, batch.stale))
    progress = Progress(batch.stage, [m.record for one in alike for m in one.members], lock.PLAN)
    failed = 0
    for member in batch.members:
        try:
            contents = make(**given(make, member))
            with lock.writing():
                stamps.write(member, contents)
        except Exception as error:
            failed += 1
            traceback.print_exc()  # into the log
            told = _failure(member, error, log)
            print(told, flush=True)
            store.write(lock.FAILED / f"{member.stage} {member.name}", told)
        progress.tell()
    return not failed


def given(make: Maker, member: Member) -> dict[str, Any]:
    """What a maker's parameters name: the member, a choice, or an input, of which their types say
    whether it is its paths, the record in its file, or a tuple of all records in its files.
    """
    choices, found = json.loads(member.choices or "{}"), dict[str, Any]()
    for name, kind in typing.get_type_hints(make).items():
        if kind is Member:
            found[name] = member
        elif name in choices:
            found[name] = store.typed(kind, choices[name])
        elif name != "return":
            paths, of = member.inputs[name], (typing.get_args(kind) or (kind,))[0]
            records = paths if of is str else store.read_records(of, paths)
            found[name] = records if typing.get_args(kind) else records[0]
    return found


def _failure(member: Member, error: Exception, log: str) -> str:
    """What failed, why, and what to do; of what was refused the sentence, not the record of it."""
    what = f"{member.stage} {member.name}".strip()
    alone = f"python workflow/scripts/{member.stage}.py {member.name}".strip()
    said = _late("language.sentences").in_words(error.why) if isinstance(error, Refused) else error
    return (
        f"{what}: {', '.join(member.files[:1])} was not made. {str(said) or type(error).__name__}\n"
        "  Mend what it is made from (config.yaml, the review's tables or text) or leave it out.\n"
        f"  More is in {log}; it is made alone by: {alone}"
    )
