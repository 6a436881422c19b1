"""The meta-regressions on moderators, of all outcomes in one table."""

from metasynth.pipeline import jobs
from metasynth.core.store import table_files
from metasynth.language.sentences import in_words
from metasynth.model.moderated_effects import ModeratorRow, rows
from metasynth.sensitivity.battery import Sensitivity


def tabulate(sensitivities: tuple[Sensitivity, ...]) -> dict[str, str]:
    """A row for each coefficient, test and prediction; why a model has no result, in English."""
    table = [
        row
        for item in sensitivities
        for model in item.moderators
        for row in rows(item.outcome, model, in_words(model.reason) if model.reason else "")
    ]
    return table_files("moderators", ModeratorRow, table)


jobs.run(tabulate)
