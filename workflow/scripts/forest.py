"""Draw outcomes' forest plots, in each language of the review."""

from metasynth.pipeline import jobs
from metasynth.figures.forest.files import forest_files
from metasynth.figures.plots.risk_of_bias import of_outcome
from metasynth.language.studied import all_spoken
from metasynth.language.wording import Wording
from metasynth.model.records import FigureChoices, OutcomeResult
from metasynth.pipeline.params import JudgedStudy
from metasynth.pipeline.targets import Member


def forest(
    member: Member,
    result: OutcomeResult,
    wording: Wording,
    look: FigureChoices,
    judged: tuple[JudgedStudy, ...],
) -> dict[str, str]:
    """One outcome's forest plot."""
    judgements = of_outcome({it.study: it.judgements for it in judged}, result.outcome.outcome)
    return forest_files(member.files, result, all_spoken(wording), look, judgements)


jobs.run(forest)
