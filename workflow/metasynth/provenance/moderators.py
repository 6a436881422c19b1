"""Entries of meta-regressions on declared moderators: coefficients, tests, profiles."""

from collections.abc import Iterator, Mapping
from typing import Any

from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.model import covariates
from metasynth.model.moderated_effects import ModeratedEffects
from metasynth.model.moderators import ModeratorModel, all_terms
from metasynth.model.records import OutcomeResult
from metasynth.provenance import formulas
from metasynth.provenance.entry import Entry

_METHODS = {
    "random": message("meta-regression on declared moderators, mixed effects by REML"),
    "three_level": message("meta-regression on declared moderators, three levels"),
    "multivariate": message("meta-regression on declared moderators, multivariate"),
    "RVE-CORR": message(
        "meta-regression on declared moderators, robust variance estimation with weights of "
        "correlated effects"
    ),
    "RVE-HIER": message(
        "meta-regression on declared moderators, robust variance estimation with hierarchical "
        "weights"
    ),
}
_COUNTED = message("counted in config.yaml")
_CHANGE = {
    "estimate": message("coefficient on the analysis scale"),
    "ci_low": message("its lower 95% limit"),
    "ci_high": message("its upper 95% limit"),
    "ratio": message("ratio of effects"),
    "ratio_low": message("lower 95% limit of the ratio"),
    "ratio_high": message("upper 95% limit of the ratio"),
    "statistic": message("test statistic"),
    "df": message("degrees of freedom"),
    "p": message("p-value, two-sided"),
    "vif": message("variance inflation factor"),
}
_TERM = {
    "statistic": message("test statistic of all coefficients of a term"),
    "df": message("degrees of freedom"),
    "df2": message("degrees of freedom of the denominator"),
    "p": message("p-value"),
    "gvif": message("generalised variance inflation factor"),
}
_PREDICTION = {
    "estimate": message("average effect at a profile of moderators"),
    "ci_low": message("its lower 95% limit"),
    "ci_high": message("its upper 95% limit"),
    "pi_low": message("lower 95% prediction limit at the profile"),
    "pi_high": message("upper 95% prediction limit at the profile"),
}
_MODEL = {
    "k": message("trials with a value of every moderator"),
    "qm": message("test statistic of all moderators together"),
    "qm_df": message("degrees of freedom"),
    "qm_df2": message("degrees of freedom of the denominator"),
    "qm_p": message("p-value"),
    "qe": message("weighted squares about the regression"),
    "qe_df": message("trials less coefficients"),
    "qe_p": message("from χ² with the degrees of freedom of Q"),
    "clusters": message("clusters of these trials"),
    "tau2": message("residual variance between trials"),
    "tau2_between": message("residual variance of true effects between clusters"),
    "tau2_within": message("residual variance of true effects within clusters"),
    "i2": message("share of the variance about the regression that is tau², in per cent"),
    "r2": message("share of tau² that the moderators explain, in per cent"),
}
_SCALED = message("meta-regression of which ln tau² depends on moderators too, by REML")
_OF_SCALE = message("coefficient of ln tau²")
_TAU2 = {
    "tau2_least": message("smallest tau² of a trial"),
    "tau2_largest": message("largest tau² of a trial"),
}
_OF_ALL = {
    "declared": message("declared meta-regressions on moderators"),
    "tests": message("their terms, interactions and contrasts"),
}
_SET = message("value of a moderator at a profile: declared, or the mean of the trials")
_CENTRE = message("value from which a moderator counts: declared, or the mean of the trials")
_PER = message("units of a moderator for which a coefficient stands")


def moderator_entries(
    found: tuple[ModeratedEffects, ...],
    result: OutcomeResult,
    own: tuple[str, ...],
    common: Mapping[str, Any],
    language: Language,
) -> Iterator[Entry]:
    """Every number of an outcome's models; `own` are the trials' effects and the choices."""
    chosen = (keys.outcome_choice(result.outcome.id),)
    for name, label in _OF_ALL.items() if found else ():
        key = f"{keys.moderators(result.outcome.id)}.{name}"
        value = getattr(found[0], name)
        yield _entry(key, label, value, chosen, common, language, _COUNTED)
    for model, spec in zip(found, result.outcome.moderators, strict=True):
        yield from _model(model, spec, result, own, common, language)


def _model(
    model: ModeratedEffects,
    spec: ModeratorModel,
    result: OutcomeResult,
    own: tuple[str, ...],
    common: Mapping[str, Any],
    language: Language,
) -> Iterator[Entry]:
    columns = {term.column for term in all_terms(spec)}
    inputs = (*own, *_cells(result, columns))
    at = keys.moderators(result.outcome.id, model.name)
    formula = "formula-moderators" + ("" if model.clusters is None else "-clusters")
    how = inputs, common, language, _METHODS[model.model], formula

    def fields(prefix: str, record: object, labels: Mapping[str, str]) -> Iterator[Entry]:
        for name, label in labels.items():
            if (value := getattr(record, name)) is not None:
                yield _entry(f"{prefix}.{name}", label, value, *how)

    yield from fields(at, model, _MODEL)
    yield from _resampled(at, model, how[:3])
    for place, change in enumerate(model.coefficients):
        prefix = f"{at}.coefficients.{place}"
        yield from fields(prefix, change, _CHANGE)
        for n, part in enumerate(change.parts, start=1):
            yield _entry(f"{prefix}.per.{n}", _PER, part.per, *how)
            yield _entry(f"{prefix}.centre.{n}", _CENTRE, part.centre, *how)
    scaled = (*how[:3], _SCALED, "formula-location-scale")
    for place, change in enumerate(model.scale):
        prefix = f"{at}.scale.{place}"
        for name, label in _CHANGE.items():
            if (value := getattr(change, name)) is not None:
                said = _OF_SCALE if name == "estimate" else label
                yield _entry(f"{prefix}.{name}", said, value, *scaled)
        for n, part in enumerate(change.parts, start=1):
            yield _entry(f"{prefix}.per.{n}", _PER, part.per, *scaled)
            yield _entry(f"{prefix}.centre.{n}", _CENTRE, part.centre, *scaled)
    for name, label in _TERM.items() if model.scale_test else ():
        if (value := getattr(model.scale_test, name)) is not None:
            yield _entry(f"{at}.scale_test.{name}", label, value, *scaled)
    for name, label in _TAU2.items():
        if (value := getattr(model, name)) is not None:
            yield _entry(f"{at}.{name}", label, value, *scaled)
    for place, term in enumerate(model.terms):
        yield from fields(f"{at}.terms.{place}", term, _TERM)
    for contrast in model.contrasts:
        yield from fields(f"{at}.contrasts.{contrast.name}", contrast, _CHANGE)
    for line in model.lines:
        for setting in line.held:
            if setting.number is not None:
                key = f"{at}.line.{line.term}.held.{setting.term}"
                yield _entry(key, _SET, setting.number, *how)
    for one in model.predictions:
        prefix = f"{at}.predictions.{one.name}"
        yield from fields(prefix, one, _PREDICTION)
        for setting in one.at:
            if setting.number is not None:
                key = f"{prefix}.at.{setting.term}"
                yield _entry(key, _SET, setting.number, *how)


def _resampled(
    at: str, model: ModeratedEffects, how: tuple[tuple[str, ...], Mapping[str, Any], Language]
) -> Iterator[Entry]:
    """The p-values by resampling: of all moderators, of coefficients and of terms."""
    if not model.resampling:
        return
    made = formulas.RESAMPLED[model.resampling]
    p = formulas.P_RESAMPLED
    values = [(f"{at}.p_resampled", p, model.p_resampled)]
    values.append((f"{at}.resamplings", formulas.RESAMPLINGS, model.resamplings))
    for name in ("coefficients", "terms"):
        for place, one in enumerate(getattr(model, name)):
            values.append((f"{at}.{name}.{place}.p_resampled", p, one.p_resampled))
    for key, label, value in values:
        if value is not None:
            yield _entry(key, label, value, *how, *made)


def _cells(result: OutcomeResult, columns: set[str]) -> tuple[str, ...]:
    """Where the studies' values of some characteristics stand."""
    return tuple(
        keys.cell(value.cell, covariates.column(value.column))
        for study in result.studies
        for value in study.values
        if value.column in columns
    )


def _entry(
    key: str,
    label: str,
    value: float | int,
    inputs: tuple[str, ...],
    common: Mapping[str, Any],
    language: Language,
    method: str,
    formula: str = "formula-moderators",
) -> Entry:
    return Entry(
        key=key,
        label=language.say(label),
        value=value,
        method=language.say(method),
        inputs=inputs,
        formula=formula,
        **common,
    )
