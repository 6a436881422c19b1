"""The report's table and sentence of how single clusters bear on a pool."""

from metasynth.language import formats, keys
from metasynth.language.cluster_names import cluster_label
from metasynth.language.languages import Language
from metasynth.language.tracked import marked
from metasynth.model.methods import RVE
from metasynth.report.document import Column, text
from metasynth.report.material import Material, Scope
from metasynth.report.tables.base import RIGHT, NoTableError, TableBody, row
from metasynth.report.text.names import OutcomeNames
from metasynth.report.text.phrases import joined
from metasynth.sensitivity.cluster_diagnostics import MUCH, ClusterDiagnostics


def clusters_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """Cook's distance and DFBETAS of each cluster of an outcome's primary analysis.

    Raises:
        NoTableError: where no model leads it that knows clusters.
    """
    say, language = scope.language.say, scope.language
    found = _known(scope.material, outcome)
    if not found:
        raise NoTableError(f"{outcome.id} has no clusters")
    columns = (
        Column(say("Cluster left out"), width=2.6),
        Column(say("Cook’s distance"), RIGHT, 1.2),
        Column("DFBETAS", RIGHT, 1.0),
    )
    rows = [
        row(
            cluster_label(one.study, outcome.result, language),
            _number(one, "cooks_distance", outcome, language),
            _number(one, "dfbetas", outcome, language),
        )
        for one in found
    ]
    caption = say("{outcome}: influence of each cluster.", outcome=outcome.label)
    note = say(
        "The change of the pooled effect without the cluster: squared, over its variance (Cook’s "
        "distance), and in standard errors (DFBETAS), above 0 where the cluster raises the effect."
    )
    if outcome.result.analyses[0].spec.model in RVE:
        note += " " + say(
            "Variance and standard error are cluster-robust, the latter without the cluster."
        )
    return text(caption), columns, tuple(rows), text(note)


def influence_sentence(outcome: OutcomeNames, material: Material, language: Language) -> str:
    """Which clusters change the pooled effect by more than its standard error; else the most."""
    known = [one for one in _known(material, outcome) if one.dfbetas is not None]
    if not known:
        return ""
    much = [one for one in known if abs(one.dfbetas or 0.0) > MUCH]
    if much:
        clusters = joined([_named(one, outcome, language) for one in much], language)
        return language.say(
            "The pooled effect changes by more than its standard error where one of these clusters "
            "is left out: {clusters}.",
            clusters=clusters,
        )
    most = max(known, key=lambda one: abs(one.dfbetas or 0.0))
    return language.say(
        "No cluster that is left out changes the pooled effect by more than its standard error; "
        "the largest change is that of {cluster}.",
        cluster=_named(most, outcome, language),
    )


def _known(material: Material, outcome: OutcomeNames) -> tuple[ClusterDiagnostics, ...]:
    found = material.sensitivities.get(outcome.id)
    return found.clusters if found else ()


def _named(one: ClusterDiagnostics, outcome: OutcomeNames, language: Language) -> str:
    label = cluster_label(one.study, outcome.result, language)
    return f"{label} (DFBETAS {_number(one, 'dfbetas', outcome, language)})"


def _number(one: ClusterDiagnostics, field: str, outcome: OutcomeNames, language: Language) -> str:
    at = keys.influence(outcome.id, outcome.result.analyses[0].spec.name, one.study)
    printed = formats.number(getattr(one, field), 2, language.numbers)
    return marked(printed, f"{at}.{field}")
