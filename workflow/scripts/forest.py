"""Draw outcomes' forest plots, in each language of the review."""

from metasynth.core import store
from metasynth.figures.forest.files import forest_files
from metasynth.figures.plots.risk_of_bias import of_outcome
from metasynth.language.studied import all_spoken
from metasynth.model.records import OutcomeResult
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Forest
from metasynth.pipeline.targets import Member


def forest(member: Member) -> dict[str, str]:
    """One outcome's forest plot."""
    told = store.from_json(Forest, member.choices)
    (result,) = store.read_records(OutcomeResult, member.inputs["result"])
    judged = {one.study: one.judgements for one in told.judged}
    judgements = of_outcome(judged, result.outcome.outcome)
    return forest_files(member.files, result, all_spoken(told.wording), told.look, judgements)


jobs.run(forest)
