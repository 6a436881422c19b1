"""The report's table of a multivariate pool: levels, pairs of them, crossed factors."""

from metasynth.language import formats
from metasynth.language.printed import of_pool
from metasynth.report.document import Column, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, NoTableError, TableBody, row
from metasynth.report.text.names import OutcomeNames


def components_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """Variances, correlations and averages of an outcome's primary analysis.

    Raises:
        NoTableError: where it has none.
    """
    say, language = scope.language.say, scope.language
    analysis = outcome.result.analyses[0]
    if not analysis.components:
        raise NoTableError(f"{outcome.id} has no components")
    columns = (
        Column(say("True effects"), width=2.2),
        Column(say("Effects"), RIGHT, 0.7),
        Column(say("Clusters"), RIGHT, 0.8),
        Column(say("Average [95% CI]"), RIGHT, 1.8),
        Column(say("Variance"), RIGHT, 0.9),
        Column(say("Correlation"), RIGHT, 0.9),
    )
    rows = []
    for place, one in enumerate(analysis.components, len(analysis.estimates)):
        at = of_pool(one, language.numbers, place)
        average = ""
        if one.estimate is not None:
            middle, low, high = (
                at.number(name, getattr(one, name)) for name in ("estimate", "ci_low", "ci_high")
            )
            average = formats.bracketed(middle, low, high, language.numbers)
        label = language.label(one.subgroup)
        if one.component == "factor":
            label = say("{factor} (crossed)", factor=label)
        rows.append(
            row(
                label,
                at.count("k", one.k),
                at.count("clusters", one.clusters),
                average,
                at.positive("tau2", one.tau2) if one.tau2 is not None else "",
                at.number("rho", one.rho) if one.rho is not None else "",
            )
        )
    caption = say("{outcome}: true effects by level.", outcome=outcome.label)
    note = say(
        "Variances and correlations of true effects on the scale of the analysis; of a crossed "
        "factor its levels stand in place of clusters."
    )
    if analysis.spec.means == "each":
        note += " " + say(
            "Averages, variances and correlations of levels are of a model with an average of "
            "each; the pooled effect is of one without."
        )
    return text(caption), columns, tuple(rows), text(note)
