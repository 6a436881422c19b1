"""Write the table of meta-regressions on moderators."""

from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.moderated_effects import ModeratorRow, rows
from metasynth.pipeline import jobs
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity


def moderators(member: Member) -> dict[str, str]:
    """A row for each term of each model; why one has no result, in English."""
    found = [
        row
        for item in store.read_records(Sensitivity, member.inputs["moderated"])
        for model in item.moderators
        for row in rows(item.outcome, model, in_words(model.reason) if model.reason else "")
    ]
    return store.table_files("moderators", ModeratorRow, found)


jobs.run(moderators)
