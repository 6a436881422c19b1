"""Clusters of trials in words."""

from collections.abc import Sequence

from metasynth.language.languages import Language
from metasynth.model import clusters
from metasynth.model.records import StudyEffect


def left_together(study: str, effects: Sequence[StudyEffect]) -> list[StudyEffect]:
    """The effects of an analysis that leave, or join, together with those of a trial.

    Those of its cluster in models that know clusters, else its own.
    """
    own = {clusters.name(effect) for effect in effects if effect.study == study}
    return [effect for effect in effects if clusters.name(effect) in own]


def of_several(label: str, effects: Sequence[StudyEffect], language: Language) -> str:
    """The label of the first of several trials that leave or join together, and their cluster."""
    if len({effect.study for effect in effects}) < 2:
        return label
    cluster = clusters.name(effects[0])
    return language.say("{study} (whole cluster {cluster})", study=label, cluster=cluster)
