"""Studies that are not independent: effects nested in clusters, several parts of one study."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View, listed
from metasynth.model.clusters import CLUSTER, stated
from metasynth.model.methods import CLUSTERED
from metasynth.model.records import AnalysisSpec, CovariateValue, OutcomeSpec, Trial

OfCluster = tuple[Trial, CovariateValue]


def _several(view: View, outcome: OutcomeSpec) -> list[list[OfCluster]]:
    """The clusters of which an outcome pools several trials."""
    groups: dict[float, list[OfCluster]] = {}
    for trial, _ in view.chosen(outcome):
        for row in trial.covariates:
            if row.covariate == CLUSTER:
                groups.setdefault(row.value, []).append((trial, row))
    return [own for own in groups.values() if len(own) > 1]


def _analyses(view: View) -> dict[str, AnalysisSpec]:
    return {spec.name: spec for spec in view.config.analyses} if view.config else {}


def _nested_effects(view: View) -> Iterator[Doubt]:
    """Outcomes that pool several studies of one cluster as if they were independent; told once."""
    found: dict[str, list[Trial]] = {}
    first: CovariateValue | None = None
    analyses = _analyses(view)
    for outcome in view.outcomes:
        if analyses[outcome.analyses[0]].model in CLUSTERED:
            continue
        if several := _several(view, outcome):
            found[outcome.id] = [trial for own in several for trial, _ in own]
            first = first or several[0][1][1]
    if first:
        most = max(found.values(), key=len)
        expected = (
            f"a cluster of its own: {listed(found)} {'pools' if len(found) == 1 else 'pool'}"
            f" studies of one cluster ({listed(trial.study.study for trial in most)}) as if they"
            " were independent, so that intervals are too narrow"
        )
        remedy = (
            "let an analysis of model three_level lead the outcome (docs/clusters.md), or pool each"
            " cluster to one study first"
        )
        yield Doubt(first.cell, "value", expected, remedy)


def _two_levels(view: View, outcome: OutcomeSpec) -> bool:
    """Whether trials are told apart by cluster, and within one; of one trial nothing is asked.

    Nor is it where the parts of a trial are a cluster, too. Several effects of one trial are.
    """
    names = [stated(trial) or trial.study.study for trial, _ in view.chosen(outcome)]
    sides = view.config.comparison_of(outcome) if view.config else None
    if sides is not None and (sides.multi_arm == "split" or sides.strata == "keep"):
        return True
    return len(names) < 2 or 1 < len(set(names)) < len(names)


def _nothing_nested(view: View) -> Iterator[Doubt]:
    """Three-level analyses of outcomes without two clusters, or without several trials in one."""
    found: dict[str, list[tuple[str, int]]] = {}
    analyses = _analyses(view)
    for outcome in view.outcomes:
        named = [
            (place, name)
            for place, name in enumerate(outcome.analyses)
            if analyses[name].model in CLUSTERED
        ]
        if named and not _two_levels(view, outcome):
            for place, name in named:
                found.setdefault(name, []).append((outcome.id, place))
    for name, places in found.items():
        expected = (
            f"outcomes with two clusters or more, one of several trials, as {name} is of a model"
            f" of clusters: {listed(outcome for outcome, _ in places)} has not, and nothing tells"
            " the variances between and within clusters apart"
        )
        remedy = (
            f"give the trials that belong together one number as the covariate {CLUSTER} in their"
            " covariates.csv, list several effects of a trial under effects (docs/clusters.md), or"
            " choose model random"
        )
        outcome_id, place = places[0]
        yield Doubt(("outcomes", outcome_id, "analyses", place), "analyses", expected, remedy, name)


CHECKS = (
    Check(
        "effects_in_clusters",
        "covariates",
        "studies of one cluster, or parts of one study, pooled as if they were independent",
        _nested_effects,
    ),
    Check(
        "nothing_in_clusters",
        "config",
        "a three-level analysis of trials each alone in its cluster, or all of one",
        _nothing_nested,
        "error",
    ),
)
