"""Clusters of trials in words."""

from collections.abc import Sequence

from metasynth.language.languages import Language
from metasynth.model import clusters
from metasynth.model.records import OutcomeResult, StudyData, StudyEffect


def heading(members: Sequence[StudyData], language: Language) -> str:
    """The name of what studies belong to: their trial, the cluster by its name, or by its number.

    Without a number it is a trial.
    """
    if named := next((one.heading for one in members if one.heading), ""):
        return named
    if not members[0].cluster:
        return members[0].label
    return language.say("Cluster {cluster}", cluster=members[0].cluster)


def cluster_label(study: str, result: OutcomeResult, language: Language) -> str:
    """The name of the cluster of a trial in the primary analysis; of a trial alone, its label."""
    effects = left_together(study, result.analyses[0].studies)
    members = {(effect.study, effect.label) for effect in effects}
    own = [one for one in result.studies if (one.study, one.label) in members]
    return heading(own, language) if len(own) > 1 else own[0].label


def left_together(study: str, effects: Sequence[StudyEffect]) -> list[StudyEffect]:
    """The effects of an analysis that leave, or join, together with those of a trial.

    Those of its cluster in models that know clusters, else its own.
    """
    own = {clusters.name(effect) for effect in effects if effect.study == study}
    return [effect for effect in effects if clusters.name(effect) in own]


def of_several(study: str, result: OutcomeResult, language: Language) -> str:
    """The label of a trial with what leaves or joins with it in the primary analysis.

    The trials of one cluster do so under the label of its first; of several effects of one trial
    the label is the trial's.
    """
    effects = left_together(study, result.analyses[0].studies)
    known = {effect.study for effect in effects} or {study}
    members = [one for one in result.studies if one.study in known]
    first = next(one for one in members if one.study == study)
    if len(known) < 2:
        whole = len(members) > 1 and any(effect.cluster for effect in effects)
        return heading(members, language) if whole else first.label
    cluster = next((one.heading for one in members if one.heading), first.cluster)
    return language.say("{study} (whole cluster {cluster})", study=first.label, cluster=cluster)
