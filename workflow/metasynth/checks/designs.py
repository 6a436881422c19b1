"""Trials whose patients are not independent, analysed as if they were."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View, trial_name
from metasynth.model.designs import CLUSTER, PAIRS, layout
from metasynth.model.records import Omission, Trial
from metasynth.synthesis.comparison import study_data

_REMEDY = {
    CLUSTER: (
        "design_effect, or cluster_size with icc, in its results; {study} is randomised by"
        " clusters, and as if its patients were independent intervals are too narrow"
    ),
    PAIRS: (
        "pair_correlation, or a paired t, p or interval in a row of both arms; {study} has the same"
        " patients under both treatments, and as if they were others it counts for less than it"
        " should"
    ),
}


def _unheeded(wanted: str, view: View) -> Iterator[Doubt]:
    """One doubt a trial, whatever the number of its outcomes."""
    told = set[str]()
    for outcome in view.primary:
        for trial, _ in view.chosen(outcome):
            if trial.study.study in told or layout(trial.study.design) != wanted:
                continue
            data = study_data(trial, outcome, view.comparison_of(outcome))
            if not isinstance(data, Omission) and any(s.layout == wanted for s in data):
                told.add(trial.study.study)
                yield _doubt(trial, wanted)


def _doubt(trial: Trial, wanted: str) -> Doubt:
    remedy = "add it, or say in checked why the numbers are right as they are"
    if wanted == PAIRS:
        remedy = "add it, or give the first period alone and say so in checked"
    expected = _REMEDY[wanted].format(study=trial_name(trial))
    return Doubt(trial.study.cell, "design", expected, remedy)


CHECKS = (
    Check(
        "clusters_as_patients",
        "study",
        "a trial randomised by clusters, analysed as if its patients were independent",
        lambda view: _unheeded(CLUSTER, view),
    ),
    Check(
        "pairs_as_groups",
        "study",
        "a crossover or split-body trial, analysed as if its groups were of other patients",
        lambda view: _unheeded(PAIRS, view),
    ),
)
