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
BCG = ROOT / ".test"


@cache
def led(folder):
    """A review with its policy of few trials."""
    return load_review(folder / "config.yaml", folder)


def without_policy(config):
    """The same choices without a policy of few trials: the analysis named first always leads."""
    outcomes = tuple(
        replace(o, few=None, analyses=o.analyses[:-1] if o.few and o.few.added else o.analyses)
        for o in config.outcomes
    )
    return replace(config, few=None, outcomes=outcomes)


@cache
def review(folder):
    """A review without its policy of few trials, for what is true of any analysis."""
    whole = led(folder)
    return replace(whole, config=without_policy(whole.config))


def pooled(config, trials, outcome):
    """An outcome's result and the trials that report it."""
    used = [trial for trial in trials if reports(trial, outcome, config.comparison_of(outcome))]
    data = [study_data(trial, outcome, config.comparison_of(outcome)) for trial in used]
    studies = [study for item in data if not isinstance(item, Omission) for study in item]
    analyses = {analysis.name: analysis for analysis in config.analyses}
    specs = [analyses[name] for name in outcome.analyses]
    return synthesise(outcome, specs, config.comparison_of(outcome), studies), used


@cache
def led_outcome(folder, name):
    """An outcome's result, led as the review declares, and its trials."""
    whole = led(folder)
    (outcome,) = (o for o in whole.config.outcomes if o.id == name)
    return pooled(whole.config, whole.trials, outcome)


@cache
def outcomes(folder, **changes):
    """Every outcome of a review by its id: its result and its trials."""
    whole = review(folder)
    config = replace(
        whole.config, comparisons={"": replace(whole.config.comparisons[""], **changes)}
    )
    return {outcome.id: pooled(config, whole.trials, outcome) for outcome in config.outcomes}
