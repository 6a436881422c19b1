"""Pool outcomes: their trials' data and every analysis that config.yaml declares for them."""

from dataclasses import replace

from metasynth.core import store
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Pooling
from metasynth.pipeline.targets import Member
from metasynth.pipeline.trial_slices import trial_about
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.extraction import extraction
from metasynth.sensitivity.multiverse import multiverse
from metasynth.sensitivity.sequential import sequential
from metasynth.synthesis.comparison import brought
from metasynth.synthesis.meta_export import meta_csv, meta_script
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script
from metasynth.synthesis.synthesise import synthesise


def pool(member: Member) -> dict[str, str]:
    """One outcome's files; its trials are shown without what they say of other outcomes."""
    told = store.from_json(Pooling, member.choices)
    trials = [trial_about(path, told.outcome) for path in member.inputs["trials"]]
    studies, omitted = brought(trials, told.outcome, told.comparison)
    result = synthesise(told.outcome, told.analyses, told.comparison, studies)
    result = replace(result, omissions=(*result.omissions, *omitted))
    return {
        "result.json": store.to_json(result),
        "sensitivity.json": store.to_json(battery(result)),
        "extraction.json": store.to_json(extraction(result, trials)),
        "multiverse.json": store.to_json(multiverse(result, trials, told.multiverse)),
        "sequential.json": store.to_json(sequential(result)),
        "metafor.csv": metafor_csv(result),
        "metafor.R": metafor_script(result, "metafor.csv"),
        "meta.csv": meta_csv(result),
        "meta.R": meta_script(result, "meta.csv"),
    }


jobs.run(pool)
