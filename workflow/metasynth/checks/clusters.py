"""Studies that are not independent: effects nested in clusters, several parts of one study."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View, listed
from metasynth.model.records import CovariateValue, Trial

CLUSTER = "cluster"
"""The covariate whose equal values say which studies belong together."""


def _nested_effects(view: View) -> Iterator[Doubt]:
    """Outcomes that pool several studies of one cluster as if they were independent; told once."""
    found: dict[str, list[Trial]] = {}
    first: CovariateValue | None = None
    for outcome in view.outcomes:
        groups: dict[float, list[tuple[Trial, CovariateValue]]] = {}
        for trial, _ in view.chosen(outcome):
            for row in trial.covariates:
                if row.covariate == CLUSTER:
                    groups.setdefault(row.value, []).append((trial, row))
        several = [own for own in groups.values() if len(own) > 1]
        if several:
            found[outcome.id] = [trial for own in several for trial, _ in own]
            first = first or several[0][1][1]
    if first:
        most = max(found.values(), key=len)
        expected = (
            f"a cluster of its own: {listed(found)} {'pools' if len(found) == 1 else 'pool'}"
            f" studies of one cluster ({listed(trial.study.study for trial in most)}) as if they"
            " were independent, so that intervals are too narrow"
        )
        remedy = "pool each cluster to one study first, or fit a three-level model elsewhere"
        yield Doubt(first.cell, "value", expected, remedy)


CHECKS = (
    Check(
        "effects_in_clusters",
        "covariates",
        "studies of one cluster, or parts of one study, pooled as if they were independent",
        _nested_effects,
    ),
)
