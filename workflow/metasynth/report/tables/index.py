"""The report's tables by the names that texts use: `{table:summary}`, `{table:analyses_death}`.

A table is of the whole review, of an outcome (`<name>_<outcome id>`), of one of several
comparisons, or of a trial.
"""

from collections.abc import Callable, Mapping

from metasynth.model.records import Trial
from metasynth.report.material import Scope
from metasynth.report.tables import (
    appendix,
    audit_in_short,
    certainty,
    changes,
    claims,
    cluster_influence,
    components,
    conversions,
    inputs,
    meta_regression,
    moderators,
    results,
    robustness,
    search,
    small_study,
    stability,
    studies,
    trials,
)
from metasynth.report.tables.base import TableBody
from metasynth.report.text.names import OutcomeNames

OF_THE_REVIEW: Mapping[str, Callable[[Scope], TableBody]] = {
    "absolute": robustness.absolute_table,
    "arms": studies.arms_table,
    "audit_contradictions": claims.contradictions_table,
    "audit_findings": audit_in_short.findings_table,
    "audit_statements": claims.statements_table,
    "audit_verdicts": claims.verdicts_table,
    "certainty": certainty.certainty_table,
    "conversions": conversions.assumptions_table,
    "findings": certainty.findings_table,
    "crosscheck": appendix.crosscheck_table,
    "changes_choices": changes.of_the_report(changes.choices_table),
    "changes_outcomes": changes.of_the_report(changes.outcomes_table),
    "changes_reasons": changes.of_the_report(changes.reasons_table),
    "changes_rows": changes.of_the_report(changes.rows_table),
    "extraction": stability.extraction_table,
    "missing": studies.missing_table,
    "multiverse": stability.multiverse_table,
    "reasons": certainty.reasons_table,
    "reproduction": results.reproduction_table,
    "risk_of_bias": studies.risk_of_bias_table,
    "search": search.search_table,
    "sequential": stability.sequential_table,
    "summary": results.summary_table,
    "trials": trials.trials_table,
    "versions": appendix.versions_table,
}
OF_AN_OUTCOME: Mapping[str, Callable[[Scope, OutcomeNames], TableBody]] = {
    "analyses": results.analyses_table,
    "adjusted": small_study.adjusted_table,
    "asymmetry": small_study.asymmetry_table,
    "clusters": cluster_influence.clusters_table,
    "components": components.components_table,
    "inputs": inputs.inputs_table,
    "moderators": moderators.moderators_table,
    "profiles": moderators.profiles_table,
    "regression": meta_regression.regression_table,
    "subgroups": results.subgroups_table,
}
OF_A_COMPARISON: Mapping[str, Callable[[Scope, str], TableBody]] = {
    "findings": certainty.findings_of,
}
OF_A_TRIAL: Mapping[str, Callable[[Scope, Trial], TableBody]] = {
    "data": appendix.data_table,
    "sources": appendix.sources_table,
}
STACKED = frozenset({"findings", "trials"})
"""Tables whose rows become cards where a page is narrow."""


def is_stacked(name: str) -> bool:
    """Whether a table's rows become cards; one of a comparison is as that of the review."""
    return name in STACKED or name.partition("_")[0] in STACKED & OF_A_COMPARISON.keys()


def build(name: str, scope: Scope) -> TableBody | None:
    """The table of this name; nothing when there is none.

    Raises:
        NoTableError: where the review has not what the table is of.
    """
    if name in OF_THE_REVIEW:
        return OF_THE_REVIEW[name](scope)
    kind, _, part = name.partition("_")
    if kind in OF_AN_OUTCOME and part in scope.outcomes:
        return OF_AN_OUTCOME[kind](scope, scope.outcomes[part])
    if kind in OF_A_COMPARISON and part in scope.material.config.comparisons:
        return OF_A_COMPARISON[kind](scope, part)
    if kind in OF_A_TRIAL:
        for trial in scope.material.trials:
            if trial.study.study == part:
                return OF_A_TRIAL[kind](scope, trial)
    return None
