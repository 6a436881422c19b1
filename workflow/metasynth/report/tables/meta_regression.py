"""The report's table of a meta-regression."""

from metasynth.language import formats, keys
from metasynth.language.languages import Language
from metasynth.language.sentences import in_words
from metasynth.language.tracked import marked
from metasynth.report.document import Column, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, NoTableError, TableBody, row
from metasynth.report.text.names import OutcomeNames
from metasynth.sensitivity.meta_regression import Regression


def regression_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """How an outcome's effects change with its covariate.

    Raises:
        NoTableError: where it has no covariate, or too few trials with a value.
    """
    language, say = scope.language, scope.language.say
    found = scope.material.sensitivities[outcome.id].regression
    if found is None or found.slope is None:
        raise NoTableError(f"{outcome.id} has no meta-regression")
    change = _change(found, language)
    if found.credible:
        return _with_prior(found, outcome, change, language)
    columns = (
        Column(say("Covariate"), width=2.4),
        Column(say("Trials"), RIGHT, 0.7),
        Column(change, RIGHT, 2.2),
        Column("t", RIGHT, 0.8),
        Column("df", RIGHT, 0.6),
        Column("p", RIGHT, 0.8),
        Column("Tau²", RIGHT, 0.8),
        Column("R²", RIGHT, 0.8),
    )
    body = row(language.label(found.label), *_numbers(found, outcome.id, language))
    caption = say("{outcome}: meta-regression.", outcome=outcome.label)
    note = say(
        "Mixed effects by REML with the interval of Knapp and Hartung. Tau² is what remains "
        "between trials of the same value; R² is the share of tau² that the covariate explains. "
        "The covariate was not randomised: other differences between trials may lie behind it."
    )
    return text(caption), columns, (body,), text(note)


def _change(found: Regression, language: Language) -> str:
    """The heading of what a unit of the covariate changes."""
    if not found.ratio:
        return language.say("Change per unit")
    if found.credible:
        return language.say("Ratio of effects per unit [95% CrI]")
    return language.say("Ratio of effects per unit [95% CI]")


def _with_prior(
    found: Regression, outcome: OutcomeNames, change: str, language: Language
) -> TableBody:
    """The same of a regression with a prior of tau, which is not tested."""
    say = language.say
    columns = (
        Column(say("Covariate"), width=2.4),
        Column(say("Trials"), RIGHT, 0.7),
        Column(change, RIGHT, 2.2),
        Column(say("P against"), RIGHT, 0.8),
        Column("Tau²", RIGHT, 0.8),
    )
    k, per_unit, *_, tau2, _ = _numbers(found, outcome.id, language)
    against = _marked(formats.p_value(found.p_against, language.numbers), outcome.id, "p_against")
    body = row(language.label(found.label), k, per_unit, against, tau2)
    note = say(
        "{priors} Posterior medians and central 95% credible intervals. P against: posterior "
        "probability of no change, or of one in the other direction. Tau² is what remains between "
        "trials of the same value. The covariate was not randomised: other differences between "
        "trials may lie behind it.",
        priors=in_words(found.priors, language),
    )
    caption = say("{outcome}: meta-regression.", outcome=outcome.label)
    return text(caption), columns, (body,), text(note)


def _numbers(found: Regression, outcome: str, language: Language) -> tuple[str, ...]:
    """The regression's numbers, each with the key of its provenance."""
    numbers = language.numbers
    names = ("ratio", "ratio_low", "ratio_high")
    if found.ratio is None:
        names = ("slope", "slope_low", "slope_high")
    change, low, high = (
        _marked(formats.number(getattr(found, name), 3, numbers), outcome, name) for name in names
    )
    return (
        _marked(str(found.k), outcome, "k"),
        f"{change} [{low}{numbers.separator}{high}]",
        _marked(formats.number(found.statistic, 2, numbers), outcome, "statistic"),
        _marked(formats.number(found.df, 0, numbers), outcome, "df"),
        _marked(formats.p_value(found.p, numbers), outcome, "p"),
        _marked(formats.positive(found.tau2, numbers), outcome, "tau2"),
        _marked(formats.percent(found.r2, 0, numbers), outcome, "r2"),
    )


def _marked(printed: str, outcome: str, name: str) -> str:
    return marked(printed, keys.regression(outcome, name))
