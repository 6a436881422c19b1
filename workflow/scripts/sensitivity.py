"""How far outcomes' results depend on single trials, on their data and on choices."""

from metasynth.pipeline import jobs
from metasynth.core.store import to_json
from metasynth.model.robustness_config import MultiverseChoices
from metasynth.pipeline.params import Pooling
from metasynth.pipeline.trial_slices import pooled
from metasynth.sensitivity import multiverse as choices
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.extraction import extraction
from metasynth.sensitivity.sequential import sequential


def sensitivity(
    trials: tuple[str, ...], pooling: Pooling, multiverse: MultiverseChoices
) -> dict[str, str]:
    """One outcome's files: of what is pooled, and of what other choices could have been made."""
    result, read = pooled(trials, pooling)
    return {
        "sensitivity.json": to_json(battery(result)),
        "extraction.json": to_json(extraction(result, read)),
        "multiverse.json": to_json(choices.multiverse(result, read, multiverse)),
        "sequential.json": to_json(sequential(result)),
    }


jobs.run(sensitivity)
