"""Draw all further figures of outcomes, in each language of the review."""

from metasynth.pipeline import jobs
from metasynth.figures.files import outcome_files
from metasynth.language.studied import all_spoken
from metasynth.language.wording import Wording
from metasynth.model.records import OutcomeResult
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.sequential import Sequential


def plot(
    member: Member,
    result: OutcomeResult,
    sensitivity: Sensitivity,
    multiverse: Multiverse,
    sequential: Sequential,
    wording: Wording,
) -> dict[str, str]:
    """One outcome's figures but its forest plot."""
    spoken = all_spoken(wording)
    return outcome_files(member.files, result, spoken, sensitivity, multiverse, sequential)


jobs.run(plot)
