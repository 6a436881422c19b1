"""What qualifies a primary analysis, as entries: absolute effects, fragility, small-study tests."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from metasynth.figures import catalogue
from metasynth.language import keys
from metasynth.language.cluster_names import cluster_label
from metasynth.language.languages import Language, message
from metasynth.model import covariates, methods
from metasynth.model.records import OutcomeResult, OutcomeSpec
from metasynth.provenance.entry import COMPUTED, Entry
from metasynth.provenance.moderators import moderator_entries
from metasynth.provenance.outcome import counts, effects
from metasynth.sensitivity.absolute import AbsoluteEffect, is_of_scores, limit_behind
from metasynth.sensitivity.battery import Absolute, Sensitivity

ABSOLUTE = {
    "baseline_risk": message("risk under control"),
    "risk": message("risk under the intervention, by the pooled effect"),
    "difference": message("difference in events per 1000 patients"),
    "difference_low": message("difference per 1000 at the lower limit of the pooled effect"),
    "difference_high": message("difference per 1000 at the upper limit of the pooled effect"),
    "number_needed": message("patients treated for one event more or fewer"),
    "number_needed_at_low": message("number needed at the lower limit of the pooled effect"),
    "number_needed_at_high": message("number needed at the upper limit of the pooled effect"),
}
_RISK = message("patients with the event over all patients, control groups together")
_DECLARED = message("declared in config.yaml")
_APPLIED = message("the pooled effect applied to the risk under control")
_NEEDED = message("1 over the difference in risks")
_FRAGILE = message(
    "patients changed one at a time until the interval reaches, or leaves, no effect"
)
ASYMMETRY = {
    "coefficient": message("coefficient"),
    "se": message("standard error"),
    "statistic": message("test statistic"),
    "df": message("degrees of freedom"),
    "p": message("p-value, two-sided"),
}
INFLUENCE = {
    "cooks_distance": message("Cook’s distance of the cluster"),
    "dfbetas": message("DFBETAS of the cluster"),
}
_WITHOUT_CLUSTER = message(
    "change of the pooled effect without the cluster, all variances estimated anew, over its "
    "variance or standard error"
)
REGRESSION = {
    "k": message("trials with a value of the covariate"),
    "slope": message("change of the effect per unit"),
    "slope_low": message("lower 95% limit of the change per unit"),
    "slope_high": message("upper 95% limit of the change per unit"),
    "ratio": message("ratio of effects per unit"),
    "ratio_low": message("lower 95% limit of the ratio per unit"),
    "ratio_high": message("upper 95% limit of the ratio per unit"),
    "statistic": message("test statistic"),
    "df": message("degrees of freedom"),
    "p": message("p-value, two-sided"),
    "p_against": message("posterior probability of no change, or of one in the other direction"),
    "tau2": message("residual variance between trials"),
    "r2": message("share of tau² that the covariate explains, in per cent"),
}
_WITH_PRIOR = message("meta-regression with the primary analysis’s prior of tau, by quadrature")
_ADJUSTED = {
    "estimate": message("effect adjusted for small-study effects"),
    "ci_low": message("its lower 95% limit"),
    "ci_high": message("its upper 95% limit"),
    "p": message("p-value, two-sided"),
    "selection_p": message("p-value of selection, likelihood ratio"),
}
_WEIGHT = message("chance of being seen, against that of the smallest p-values")
_FILLED = {
    "filled": message("trials added by trim and fill"),
    "estimate": message("pooled effect with the added trials"),
    "ci_low": message("its lower 95% limit"),
    "ci_high": message("its upper 95% limit"),
}


def sensitivity_entries(
    item: Sensitivity, result: OutcomeResult, language: Language
) -> Iterator[Entry]:
    """Every number of an outcome's sensitivity analyses that the report prints."""
    own, groups = effects(result), counts(result)
    chosen = (keys.outcome_choice(item.outcome), keys.analysis_choice(item.analysis))
    common: dict[str, Any] = {
        "of": language.label(result.outcome.label),
        "target": f"table-inputs_{item.outcome}",
        "kind": COMPUTED,
    }
    for place, absolute in enumerate(item.absolute, start=1):
        yield from _absolute(item, result.outcome, absolute, place, common, language)
    if item.fragility:
        yield Entry(
            key=f"{item.outcome}.fragility.index",
            label=language.say("fragility index"),
            value=item.fragility.index,
            method=language.say(_FRAGILE),
            inputs=(*groups, *chosen),
            **common,
        )
    for test in item.asymmetry:
        at = keys.asymmetry(item.outcome, test.name)
        more = {
            "inputs": (*own, *chosen),
            "method": language.say(methods.ASYMMETRY[test.name].label),
        }
        yield from _fields(at, test, ASYMMETRY, common | more, language)
    yield from _small_study(item, (*own, *chosen), common, language)
    for one in item.clusters:
        at = keys.influence(item.outcome, item.analysis, one.study)
        more = {
            "inputs": (*own, *chosen),
            "method": language.say(_WITHOUT_CLUSTER),
            "of": f"{common['of']}; {cluster_label(one.study, result, language)}",
        }
        yield from _fields(at, one, INFLUENCE, common | more, language)
    if item.regression:
        values = tuple(
            keys.cell(study.covariate_cell, covariates.column(item.regression.covariate))
            for study in result.studies
            if study.covariate_cell
        )
        more = {
            "inputs": (*own, *values, *chosen),
            "method": language.say(catalogue.OF_AN_OUTCOME["bubble"].method),
        }
        if item.regression.credible:
            more |= {"method": language.say(_WITH_PRIOR), "formula": "formula-bayes-regression"}
        yield from _fields(
            f"{item.outcome}.regression", item.regression, REGRESSION, common | more, language
        )
    yield from moderator_entries(item.moderators, result, (*own, *chosen), common, language)
    more = {"inputs": (*own, *chosen), "method": language.say("trim and fill")}
    at = f"{item.outcome}.trim_and_fill"
    yield from _fields(at, item.trim_and_fill, _FILLED, common | more, language)


def _small_study(
    item: Sensitivity, inputs: tuple[str, ...], common: Mapping[str, Any], language: Language
) -> Iterator[Entry]:
    """Adjusted estimates with their weights of selection, and fail-safe numbers."""
    for one in item.adjusted:
        record = methods.ADJUSTMENT[one.name]
        more = {
            **common,
            "inputs": inputs,
            "method": language.say(record.label),
            "formula": record.anchor,
        }
        at = keys.adjusted(item.outcome, one.name)
        yield from _fields(at, one, _ADJUSTED, more, language)
        for place, weight in enumerate(one.weights, start=1):
            key = f"{at}.weights.{place}"
            yield Entry(key=key, label=language.say(_WEIGHT), value=weight, **more)
    for number in item.fail_safe:
        record = methods.FAIL_SAFE[number.name]
        if number.trials is not None:
            yield Entry(
                key=f"{keys.fail_safe(item.outcome, number.name)}.trials",
                label=language.say("fail-safe number of trials"),
                value=number.trials,
                method=language.say(record.label),
                inputs=inputs,
                formula=record.anchor,
                **common,
            )


def _absolute(
    item: Sensitivity,
    outcome: OutcomeSpec,
    absolute: Absolute,
    place: int,
    common: Mapping[str, Any],
    language: Language,
) -> Iterator[Entry]:
    """An absolute effect: the pooled effect at one risk under control."""
    at, prefix = f"{item.outcome}.absolute.{place}", keys.pooled(item.outcome, item.analysis)
    scores = (keys.outcome_choice(outcome.id),) if is_of_scores(outcome) else ()
    observed = absolute.origin == "observed"
    declared = sum(other.origin != "observed" for other in item.absolute[:place])
    risk = (
        (f"{prefix}.events_control", f"{prefix}.total_control")
        if observed
        else (keys.baseline_risk(item.outcome, declared),)
    )
    for field in fields(AbsoluteEffect):
        value = getattr(absolute.effect, field.name)
        if value is None or field.name not in ABSOLUTE:
            continue
        end = field.name.rpartition("_")[2]
        source = limit_behind(outcome, end) if end in ("low", "high") else "estimate"
        applied = (f"{at}.baseline_risk", f"{prefix}.{source}", *scores)
        baseline = field.name == "baseline_risk"
        needed = field.name.startswith("number_needed")
        method = (_RISK if observed else _DECLARED) if baseline else _NEEDED if needed else _APPLIED
        yield Entry(
            key=f"{at}.{field.name}",
            label=language.say(ABSOLUTE[field.name]),
            value=value,
            method=language.say(method),
            inputs=risk if baseline else applied,
            formula="" if baseline else "formula-absolute",
            **common,
        )


def _fields(
    at: str, record: Any, labels: Mapping[str, str], common: Mapping[str, Any], language: Language
) -> Iterator[Entry]:
    for name, label in labels.items():
        value = getattr(record, name)
        if value is not None:
            yield Entry(key=f"{at}.{name}", label=language.say(label), value=value, **common)
