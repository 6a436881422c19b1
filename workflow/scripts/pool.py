"""Pool outcomes: their trials' data by every analysis that config.yaml declares for them."""

from metasynth.pipeline import jobs
from metasynth.core import store
from metasynth.model.records import AnalysisSpec, Comparison, OutcomeSpec
from metasynth.pipeline.params import Pooling
from metasynth.pipeline.trial_slices import pooled
from metasynth.synthesis.meta_export import meta_csv, meta_script
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script


def pool(
    trials: tuple[str, ...],
    outcome: OutcomeSpec,
    analyses: tuple[AnalysisSpec, ...],
    comparison: Comparison,
) -> dict[str, str]:
    """One outcome's result, and the same for R."""
    result, _ = pooled(trials, Pooling(outcome, analyses, comparison))
    return {
        "result.json": store.to_json(result),
        "metafor.csv": metafor_csv(result),
        "metafor.R": metafor_script(result, "metafor.csv"),
        "meta.csv": meta_csv(result),
        "meta.R": meta_script(result, "meta.csv"),
    }


jobs.run(pool)
