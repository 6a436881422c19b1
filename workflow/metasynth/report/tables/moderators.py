"""The report's tables of meta-regressions on several moderators: coefficients, and profiles."""

from collections.abc import Iterator, Sequence

from metasynth.language import formats, keys
from metasynth.language.languages import Language
from metasynth.language.moderators import coefficient_name, level_name, term_name
from metasynth.language.printed import Printed
from metasynth.language.sentences import in_words
from metasynth.model.methods import LEAST_DF, RVE
from metasynth.model.moderated_effects import (
    Change,
    ModeratedEffects,
    PredictedEffect,
    TermTest,
)
from metasynth.model.moderators import REGRESSIONS, TESTS, Setting
from metasynth.report.document import Column, Row, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, NoTableError, TableBody, group, row
from metasynth.report.text.names import OutcomeNames, trials
from metasynth.report.text.phrases import joined
from metasynth.report.text.resampling import resampling_said

_BLANK = ""


def moderators_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """Coefficients and tests of an outcome's meta-regressions on moderators.

    Raises:
        NoTableError: where none is declared.
    """
    language, say = scope.language, scope.language.say
    models = _models(scope, outcome)
    ratios = any(one.ratio is not None for model in models for one in model.coefficients)
    columns: tuple[Column, ...] = (
        Column(say("Characteristic"), width=3.2),
        Column(_change(ratios, language), RIGHT, 2.2),
        Column(say("Statistic"), RIGHT, 1.4),
        Column("df", RIGHT, 0.8),
        Column("p", RIGHT, 0.8),
        Column("VIF", RIGHT, 0.6),
    )
    resampled = any(model.resampling for model in models)
    if resampled:
        columns += (Column(say("p, resampled"), RIGHT, 0.9),)
    rows = [r for model in models for r in _model(model, outcome.id, resampled, language)]
    caption = say("{outcome}: meta-regressions on declared moderators.", outcome=outcome.label)
    return text(caption), columns, tuple(rows), text(" ".join(_notes(models, outcome.id, language)))


def profiles_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """Predicted effects at declared profiles, and declared contrasts of two.

    Raises:
        NoTableError: where none is declared, or none has a result.
    """
    language, say = scope.language, scope.language.say
    models = [one for one in _models(scope, outcome) if one.predictions or one.contrasts]
    if not models:
        raise NoTableError(f"{outcome.id} has no predictions and no contrasts")
    measure = outcome.result.outcome.measure
    columns = (
        Column(say("Profile"), width=3.4),
        Column(say("Average effect or difference [95% CI]"), RIGHT, 2.2),
        Column(say("95% prediction interval"), RIGHT, 1.8),
        Column("p", RIGHT, 0.8),
    )
    rows: list[Row] = []
    for model in models:
        at = _at(outcome.id, model, language)
        rows.append(group(language.label(model.label)))
        rows += [_prediction(one, model, measure, at, language) for one in model.predictions]
        rows += [_contrast(one, at, language) for one in model.contrasts]
    caption = say("{outcome}: predicted effects and contrasts.", outcome=outcome.label)
    note = say(
        "Predictions are average effects of trials with these values; what a profile does not set "
        "is held at the mean of the trials, or at the reference. A new trial’s own effect is "
        "expected within the prediction interval."
    )
    said = [note]
    if any(one.ratio is not None for model in models for one in model.contrasts):
        said.append(say("Contrasts are ratios of two effects."))
    elif any(model.contrasts for model in models):
        said.append(say("Contrasts are differences of two effects, on the scale of the analysis."))
    return text(caption), columns, tuple(rows), text(" ".join([*said, *_beyond(models, language)]))


def _models(scope: Scope, outcome: OutcomeNames) -> tuple[ModeratedEffects, ...]:
    found = scope.material.sensitivities[outcome.id].moderators
    if not found:
        raise NoTableError(f"{outcome.id} has no moderators")
    return found


def _at(outcome: str, model: ModeratedEffects, language: Language) -> Printed:
    return Printed(keys.moderators(outcome, model.name), language.numbers)


def _change(ratios: bool, language: Language) -> str:
    if ratios:
        return language.say("Ratio of effects [95% CI]")
    return language.say("Change of the effect [95% CI]")


def _model(
    model: ModeratedEffects, outcome: str, resampled: bool, language: Language
) -> Iterator[Row]:
    """A model's heading, coefficients, tests of terms, and what remains; or why there is none."""
    say, at = language.say, _at(outcome, model, language)
    size = trials(model.k, language, f"{at.at}.k")
    if model.clusters is not None:
        many = language.say_n(
            "{n} cluster", "{n} clusters", model.clusters, n=at.count("clusters", model.clusters)
        )
        size = say("{trials} in {clusters}", trials=size, clusters=many)
    yield group(f"{language.label(model.label)}: {size}")
    blank = (_BLANK,) if resampled else ()

    def again(own: Printed, p: float | None) -> tuple[str, ...]:
        return blank if p is None else (own.p("p_resampled", p),)

    if model.reason is not None:
        why = say("Not estimated: {reason}.", reason=in_words(model.reason, language))
        yield row(why, *_nothing(5), *blank)
        return
    for place, one in enumerate(model.coefficients):
        own = Printed(f"{at.at}.coefficients.{place}", language.numbers)
        name = coefficient_name(one.parts, own, language) or say("Intercept")
        yield row(name, *_numbers(one, own), *again(own, one.p_resampled))
    for place, term in enumerate(model.terms):
        own = Printed(f"{at.at}.terms.{place}", language.numbers)
        if term.df > 1 or (term.p_resampled is not None and len(model.terms) > 1):
            yield row(*_term(term, own, language), *again(own, term.p_resampled))
    yield row(
        say("All moderators together"),
        _BLANK,
        _statistic("qm", model.qm, model.qm_df2, at),
        _degrees("qm_df", model.qm_df, model.qm_df2, at),
        at.p("qm_p", model.qm_p),
        _BLANK,
        *again(at, model.p_resampled),
    )
    if model.qe is not None:
        yield row(
            say("Residual heterogeneity"),
            _BLANK,
            f"Q = {at.number('qe', model.qe)}",
            at.count("qe_df", model.qe_df),
            at.p("qe_p", model.qe_p),
            _BLANK,
            *blank,
        )
    for place, one in enumerate(model.scale):
        own = Printed(f"{at.at}.scale.{place}", language.numbers)
        name = coefficient_name(one.parts, own, language) or say("Intercept")
        yield row(say("ln tau²: {term}", term=name), *_numbers(one, own), *blank)
    if (test := model.scale_test) is not None:
        own = Printed(f"{at.at}.scale_test", language.numbers)
        statistic = _statistic("statistic", test.statistic, test.df2, own)
        degrees = _degrees("df", test.df, test.df2, own)
        name = say("ln tau²: all together")
        yield row(name, _BLANK, statistic, degrees, own.p("p", test.p), _BLANK, *blank)
    yield row(_remains(model, at, language), *_nothing(5), *blank)


_ENDS = ("least", "largest")


def _remains(model: ModeratedEffects, at: Printed, language: Language) -> str:
    """The residual variances, and the shares that the model has."""
    shares = {"i2": at.percent("i2", model.i2), "r2": at.percent("r2", model.r2)}
    if model.scale:
        ends = {end: at.positive(f"tau2_{end}", getattr(model, f"tau2_{end}")) for end in _ENDS}
        return language.say("Residual tau² of the trials from {least} to {largest}", **ends)
    if model.tau2_between is None:
        tau2 = at.positive("tau2", model.tau2)
        if model.model in RVE:
            return language.say("Residual tau² {tau2}, I² {i2}", tau2=tau2, i2=shares["i2"])
        return language.say("Residual tau² {tau2}, I² {i2}, R² {r2}", tau2=tau2, **shares)
    levels = {
        "between": at.positive("tau2_between", model.tau2_between),
        "within": at.positive("tau2_within", model.tau2_within),
    }
    if model.model in RVE:
        return language.say("Residual tau² between clusters {between}, within {within}", **levels)
    return language.say(
        "Residual tau² between clusters {between}, within {within}, I² {i2}, R² {r2}",
        **levels,
        **shares,
    )


def _nothing(cells: int) -> tuple[str, ...]:
    return (_BLANK,) * cells


def _numbers(one: Change, at: Printed) -> tuple[str, ...]:
    """A coefficient's cells."""
    names = ("ratio", "ratio_low", "ratio_high")
    if one.ratio is None:
        names = ("estimate", "ci_low", "ci_high")
    middle, low, high = (at.number(name, getattr(one, name), 3) for name in names)
    return (
        formats.bracketed(middle, low, high, at.style),
        at.number("statistic", one.statistic),
        at.count("df", one.df) if one.df is not None else "",
        at.p("p", one.p),
        at.number("vif", one.vif, 1) if one.vif is not None else "",
    )


def _term(term: TermTest, at: Printed, language: Language) -> tuple[str, ...]:
    """The omnibus test of a term of several coefficients."""
    name = language.say("{term}, all coefficients", term=term_name(term.labels, language))
    return (
        name,
        _BLANK,
        _statistic("statistic", term.statistic, term.df2, at),
        _degrees("df", term.df, term.df2, at),
        at.p("p", term.p),
        at.number("gvif", term.gvif, 1) if term.gvif is not None else "",
    )


def _statistic(field: str, value: float | None, df2: float | None, at: Printed) -> str:
    return f"{'F' if df2 is not None else 'χ²'} = {at.number(field, value)}"


def _degrees(field: str, df: int | None, df2: float | None, at: Printed) -> str:
    first = at.count(field, df)
    return (
        first
        if df2 is None
        else f"{first}; {at.count('qm_df2' if field == 'qm_df' else 'df2', df2)}"
    )


def _notes(models: Sequence[ModeratedEffects], outcome: str, language: Language) -> Iterator[str]:
    """What must be known to read the coefficients."""
    say = language.say
    tests = joined([say(TESTS[ci]) for ci in dict.fromkeys(m.ci_method for m in models)], language)
    at, first = Printed(keys.moderators(outcome), language.numbers), models[0]
    yield say(REGRESSIONS[first.model], tau2=first.tau2_method, tests=tests)
    if any(model.scale for model in models):
        yield say(
            "Where ln tau² depends on moderators (location–scale model), coefficients of it are on "
            "its own scale, each trial has a tau² of its own, and there is no R², I² or prediction "
            "interval."
        )
    if first.model not in RVE and not all(model.scale for model in models):
        yield say(
            "R² is the share of tau² that the moderators explain; with few trials it says little."
        )
    yield say(
        "VIF is the variance inflation factor (of several coefficients together the generalised "
        "one): how much less certain a coefficient is because the moderators go together. "
        "Moderators are not randomised: other differences between trials may lie behind them."
    )
    if not any(one.ratio is not None for model in models for one in model.coefficients):
        yield say("Coefficients are on the scale of the analysis.")
    if first.tests > 1:
        yield say(
            "Declared for this outcome are {models} with {tests}; p-values are not adjusted for "
            "that number, and the more there are, the more of them are small by chance.",
            models=language.say_n(
                "{n} model",
                "{n} models",
                first.declared,
                n=at.count("declared", first.declared),
            ),
            tests=language.say_n(
                "{n} tested term or contrast",
                "{n} tested terms or contrasts",
                first.tests,
                n=at.count("tests", first.tests),
            ),
        )
    few = [language.label(model.label) for model in models if model.few_per_coefficient]
    if few and first.clusters is not None:
        yield say(
            "Fewer than ten clusters for each coefficient: {models}. Such a model fits these "
            "trials and may not hold for others.",
            models="; ".join(few),
        )
    elif few:
        yield say(
            "Fewer than ten trials for each coefficient: {models}. Such a model fits these trials "
            "and may not hold for others.",
            models="; ".join(few),
        )
    for model in models:
        if model.p_resampled is not None and model.resamplings is not None:
            place = Printed(keys.moderators(outcome, model.name), language.numbers)
            yield resampling_said(
                say("{model}, all moderators together", model=language.label(model.label)),
                model.resampling,
                model.all_resamplings,
                place,
                model.p_resampled,
                model.resamplings,
                language,
            )
    errors = [one.df for model in models for one in model.coefficients if model.clusters]
    if any(df is not None and df < LEAST_DF for df in errors):
        yield say("A test with fewer than four degrees of freedom says little.")
    tests_made = [(model.qm_df, model.qm_p) for model in models if model.reason is None]
    tests_made += [(term.df, term.p) for model in models for term in model.terms]
    if any(df and p is None for df, p in tests_made):
        yield say("Where F is missing, clusters are too few for the test.")
    for model in models:
        if model.left_out:
            yield say(
                "Left out of {model}, as a value is not stated: {trials}.",
                model=language.label(model.label),
                trials=joined([language.label(name) for name in model.left_out], language),
            )


def _prediction(
    one: PredictedEffect, model: ModeratedEffects, measure: str, at: Printed, language: Language
) -> Row:
    own = Printed(f"{at.at}.predictions.{one.name}", language.numbers)
    low, high = (
        own.estimate("pi_low", measure, one.pi_low),
        own.estimate("pi_high", measure, one.pi_high),
    )
    return row(
        f"{language.label(one.label)} ({_settings(one.at, model, own, language)})",
        own.bracketed(measure, one.estimate, one.ci_low, one.ci_high),
        formats.between(low, high, own.style),
        _BLANK,
    )


def _settings(
    at: Sequence[Setting], model: ModeratedEffects, own: Printed, language: Language
) -> str:
    """ "Latitude: 13; Allocation: random"; the numbers with their provenance."""
    labels = {term.name: term.labels[0] for term in model.terms if len(term.labels) == 1}

    def value(one: Setting) -> str:
        if one.number is None:
            return level_name(one.level, language)
        return own.text(f"at.{one.term}", formats.shortest(one.number, own.style))

    said = (f"{language.label(labels[one.term])}: {value(one)}" for one in at)
    return "; ".join(said)


def _contrast(one: Change, at: Printed, language: Language) -> Row:
    own = Printed(f"{at.at}.contrasts.{one.name}", language.numbers)
    effect, _, _, p, _ = _numbers(one, own)
    return row(language.label(one.label), effect, formats.MISSING, p)


def _beyond(models: Sequence[ModeratedEffects], language: Language) -> Iterator[str]:
    """Profiles beyond what trials have."""
    names = [
        language.label(one.label) for model in models for one in model.predictions if one.outside
    ]
    if names:
        yield language.say(
            "Beyond the values of all trials, and so an extrapolation: {profiles}.",
            profiles="; ".join(names),
        )
