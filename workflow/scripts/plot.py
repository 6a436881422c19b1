"""Draw all further figures of outcomes, in each language of the review."""

from metasynth.core import store
from metasynth.figures.files import outcome_files
from metasynth.language.studied import all_spoken
from metasynth.model.records import OutcomeResult
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Plotting
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.sequential import Sequential


def plot(member: Member) -> dict[str, str]:
    """One outcome's figures but its forest plot."""
    told = store.from_json(Plotting, member.choices)
    (result,) = store.read_records(OutcomeResult, member.inputs["result"])
    (sensitivity,) = store.read_records(Sensitivity, member.inputs["sensitivity"])
    (multiverse,) = store.read_records(Multiverse, member.inputs["multiverse"])
    (sequential,) = store.read_records(Sequential, member.inputs["sequential"])
    spoken = all_spoken(told.wording)
    return outcome_files(member.files, result, spoken, sensitivity, multiverse, sequential)


jobs.run(plot)
