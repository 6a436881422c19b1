"""The meta-regressions on moderators, of all outcomes in one table."""

from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.moderated_effects import ModeratorRow, rows
from metasynth.pipeline import jobs
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity


def tabulate(member: Member) -> dict[str, str]:
    """A row for each coefficient, test and prediction; why a model has no result, in English."""
    found = store.read_records(Sensitivity, member.inputs["sensitivities"])
    table = [
        row
        for item in found
        for model in item.moderators
        for row in rows(item.outcome, model, in_words(model.reason) if model.reason else "")
    ]
    return store.table_files("moderators", ModeratorRow, table)


jobs.run(tabulate)
