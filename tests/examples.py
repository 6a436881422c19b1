"""Outcomes of the repository's own reviews, pooled as the pipeline pools them."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from metasynth.model.records import Omission
from metasynth.review.load import load_review
from metasynth.synthesis.comparison import reports, study_data
from metasynth.synthesis.synthesise import synthesise

ROOT = Path(__file__).parents[1]
ANAKINRA = ROOT
BCG = ROOT / "tests/bcg"


@cache
def review(folder):
    return load_review(folder / "config.yaml", folder)


def pooled(config, trials, outcome):
    """An outcome's result and the trials that report it."""
    used = [trial for trial in trials if reports(trial, outcome, config.comparison)]
    data = [study_data(trial, outcome, config.comparison) for trial in used]
    studies = [study for item in data if not isinstance(item, Omission) for study in item]
    analyses = {analysis.name: analysis for analysis in config.analyses}
    specs = [analyses[name] for name in outcome.analyses]
    return synthesise(outcome, specs, config.comparison, studies), used


@cache
def outcomes(folder, **changes):
    """Every outcome of a review by its id: its result and its trials."""
    whole = review(folder)
    config = replace(whole.config, comparison=replace(whole.config.comparison, **changes))
    return {outcome.id: pooled(config, whole.trials, outcome) for outcome in config.outcomes}
