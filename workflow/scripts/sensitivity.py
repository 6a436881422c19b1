"""How far outcomes' results depend on single trials, on their data and on choices."""

from metasynth.core import store
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Doubting
from metasynth.pipeline.targets import Member
from metasynth.pipeline.trial_slices import pooled
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.extraction import extraction
from metasynth.sensitivity.multiverse import multiverse
from metasynth.sensitivity.sequential import sequential


def sensitivity(member: Member) -> dict[str, str]:
    """One outcome's files."""
    told = store.from_json(Doubting, member.choices)
    result, trials = pooled(member.inputs["trials"], told.pooling)
    return {
        "sensitivity.json": store.to_json(battery(result)),
        "extraction.json": store.to_json(extraction(result, trials)),
        "multiverse.json": store.to_json(multiverse(result, trials, told.multiverse)),
        "sequential.json": store.to_json(sequential(result)),
    }


jobs.run(sensitivity)
