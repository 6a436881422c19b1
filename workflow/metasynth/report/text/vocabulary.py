"""What the authored text can name besides outcomes: the trials, the choices, what this run used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from metasynth.figures.catalogue import OF_ALL_OUTCOMES, PRINTED_FROM
from metasynth.figures.posteriors import prior_name
from metasynth.language import formats, keys
from metasynth.language.compared import sides
from metasynth.language.languages import Language, message
from metasynth.language.sentences import in_words, lowered
from metasynth.language.tracked import bare, capitalised, marked
from metasynth.model import bounds
from metasynth.model.certainty_config import main_outcomes
from metasynth.model.forms import PUBLISHED
from metasynth.model.method_records import Tau2Method
from metasynth.model.methods import (
    BAYESIAN,
    CLUSTERED,
    PREDICTIONS,
    STRUCTURE,
    TAU2,
    TAU2_CI,
    WEIGHTED,
)
from metasynth.model.priors import OtherPriors
from metasynth.model.records import Config, StudyData, Trial
from metasynth.model.resampling import KINDS
from metasynth.model.robustness_config import DEFAULT_SMALL_STUDY
from metasynth.report.facts import facts
from metasynth.report.material import Material, printed_figures
from metasynth.report.tables.base import raw
from metasynth.report.tables.certainty import rule_words
from metasynth.report.tables.conversions import used_conversions
from metasynth.report.tables.stability import stability_names
from metasynth.report.tables.studies import is_missing
from metasynth.report.text.change_names import change_names
from metasynth.report.text.compared_names import combined_arms, compared_names, shared_arms
from metasynth.report.text.interval_readings import readings
from metasynth.report.text.method_references import of_analyses
from metasynth.report.text.names import OutcomeNames, joined, stated, trials
from metasynth.report.text.raw_names import StudyNames, search_names
from metasynth.report.text.terms import TERMS
from metasynth.sensitivity.absolute import is_of_scores
from metasynth.sensitivity.battery import Sensitivity
from metasynth.stats.bayes_fit import priors_in_words

STATUSES = {
    "excluded": message("excluded"),
    "awaiting": message("awaiting assessment"),
    "ongoing": message("ongoing"),
}
"""What became of studies that are not included."""


def vocabulary(
    material: Material, outcomes: Mapping[str, OutcomeNames], language: Language
) -> dict[str, Any]:
    """Every name that a template may use, with what it stands for."""
    config, included, primary = material.config, material.included, tuple(outcomes.values())
    named = {name.id: name for outcome in primary for name in (outcome, *outcome.alternatives)}
    used = used_methods(material)
    labels = {trial.study.study: trial.study.label for trial in material.trials}
    main = _main(material, outcomes)
    stability = stability_names(material, primary, language)
    return named | {
        "review": config,
        "analyses": config.analyses,
        "intervention": _side(config, 0, language),
        "control": _side(config, 1, language),
        "comparisons": compared_names(material, language),
        "shared_arms": shared_arms(material),
        "compared": [outcome for outcome in primary if outcome.compared],
        "outcomes": primary,
        "main": main,
        "readings": readings(
            [outcome for outcome in main if outcome.k > 0],
            config.certainty.one_degree == "common",
            stability["steady"],
        ),
        "primaries": _labels(main, slice(0, 1)),
        "besides": _labels(main, slice(1, None)),
        "cited_methods": _cited_methods(material, outcomes),
        "trials": {
            "all": material.trials,
            "included": included,
            "randomised": _randomised(included, language),
            "size": _size(material, language),
            "all_randomised": material.randomised,
            "designs": list(dict.fromkeys(t.study.design for t in included if t.study.design)),
            "other": [t for t in material.trials if t.study.status != "included"],
        },
        "names_excluded": _names_excluded(material),
        "many_trials": len(material.trials) > bounds.TOLD_ROWS,
        "study": {trial.study.study: StudyNames(trial, language) for trial in material.trials},
        "search": search_names(material.search),
        "tools": tools(included),
        "multi_arm": combined_arms(material.results),
        "changes": change_names(material.changes, language) if material.changes else None,
        "grown": [o for o in primary if f"{o.id}/cumulative" in material.figures],
        "has_claims": bool(material.reproductions),
        "is_missing": any(is_missing(row) for trial in included for row in trial.results),
        "figures": frozenset(material.figures),
        "has_superiority": any(f.superiority is not None for f in material.findings),
        "has_instrument": any(f.units is not None for f in material.findings),
        "has_absolute": any(item.absolute for item in material.sensitivities.values()),
        "risks_of_scores": any(
            material.sensitivities[o.id].absolute and is_of_scores(o.result.outcome)
            for o in primary
            if o.id in material.sensitivities
        ),
        "covariates": [
            (o.label, one.label) for o in primary if (one := o.result.outcome.covariate)
        ],
        "moderated": (moderated := [o for o in primary if o.result.outcome.moderators]),
        "profiled": [o for o in moderated if _has_profiles(material.sensitivities[o.id])],
        "explored": "subgroups" in used
        or any(o.result.outcome.covariate or o.result.outcome.moderators for o in primary),
        "regressed": [o for o in primary if f"{o.id}/bubble" in material.figures],
        "small_study_from": _small_study_from(config),
        "small_study": [o for o in primary if f"{o.id}/funnel" in material.figures],
        "further": [o for o in primary if printed_figures(o, material.figures)],
        "only_files": any(
            f"{o.id}/{name}" in material.figures and o.k < least
            for o in primary
            for name, least in PRINTED_FROM.items()
        ),
        "sectioned": [o for o in primary if o.k > 1 or o.alternatives or o.subgroups],
        "headed": [o for o in primary if len(printed_figures(o, material.figures)) > 1],
        "of_all": [name for name in OF_ALL_OUTCOMES if name in material.figures],
        "used": used,
        "used_tau2": [_said(m, language) for m in TAU2.values() if m.name in used],
        "used_conversions": used_conversions(_pooled(material), language),
        "used_predictions": used.intersection(PREDICTIONS),
        "limits_of_tau2": {name: language.say(m.label) for name, m in TAU2_CI.items()},
        "structures": {name: language.say(m.label) for name, m in STRUCTURE.items()},
        "terms": {name: language.say(words) for name, words in TERMS.items()},
        "missing": formats.MISSING,
        "label_of": labels.get,
        "labels_of": lambda studies: [labels[study] for study in studies],
        "certainty": rule_words(config.certainty, material.ratings, language),
        "printed_percentages": _percentages(material.trials, language),
        "measures": _measures(primary),
        "statuses": {name: language.say(words) for name, words in STATUSES.items()},
        "stability": stability,
        "draft": material.draft,
        "crosschecks": material.crosschecks,
        "facts": facts(material),
        "priors": _priors(config, language),
        "other_priors": _other_priors(config, language),
        "correlations": _correlations(config, language),
        "several_effects": [
            (o.label, [language.label(one.name) for one in o.result.outcome.effects])
            for o in primary
            if o.result.outcome.effects
        ],
        "choose": language.choose,
        "count_trials": lambda n, key="review.trials": trials(n, language, key),
    }


def _small_study_from(config: Config) -> str:
    """From how many trials small-study effects are looked at, where it is not ten."""
    least = config.small_study.minimum
    if least == DEFAULT_SMALL_STUDY.minimum:
        return ""
    return marked(str(least), keys.small_study_minimum())


def _side(config: Config, side: int, language: Language) -> str:
    """What is on a side; of several comparisons all that is, each once."""
    names = [sides(one, language)[side] for one in config.comparisons.values()]
    first, *others = dict.fromkeys(names)
    return joined([first, *map(lowered, others)], language)


def _names_excluded(material: Material) -> bool:
    """Whether a trial's own folder or the flow says which reports were excluded, and why."""
    return any(trial.study.status == "excluded" for trial in material.trials) or any(
        row.box.endswith("assessed_excluded") and row.part and row.count for row in material.flow
    )


def _main(material: Material, outcomes: Mapping[str, OutcomeNames]) -> list[OutcomeNames]:
    """The outcomes that the article tells."""
    specs = [outcome.result.outcome for outcome in outcomes.values()]
    return [outcomes[name] for name in main_outcomes(material.config.certainty, specs)]


def _labels(outcomes: Sequence[OutcomeNames], which: slice) -> list[str]:
    """The names of some of the outcomes' analyses, each once, none of a published one."""
    every = (one for outcome in outcomes for one in outcome.analyses[which] if not one.published)
    return list(dict.fromkeys(lowered(one.label) for one in every))


def _cited_methods(material: Material, outcomes: Mapping[str, OutcomeNames]) -> Markup:
    """The references of the analyses that the article tells, as its Markdown cites them."""
    told = {name for one in _main(material, outcomes) for name in one.result.outcome.analyses}
    specs = [spec for spec in material.config.analyses if spec.name in told]
    keys = of_analyses(specs, material.bibliography)
    return Markup(f" [{'; '.join(f'@{key}' for key in keys)}]" if keys else "")


def _priors(config: Config, language: Language) -> dict[str, str]:
    """The priors of each Bayesian analysis in words, by its name."""
    return {
        analysis.name: in_words(priors_in_words(analysis.tau_prior, analysis.mu_prior), language)
        for analysis in config.analyses
        if analysis.tau_prior
    }


def _correlations(config: Config, language: Language) -> dict[str, str]:
    """The correlation of errors within clusters of each analysis that declares one."""
    return {
        analysis.name: marked(
            language.written(f"{analysis.correlation:g}"), keys.correlation(analysis.name)
        )
        for analysis in config.analyses
        if analysis.correlation
    }


def _other_priors(config: Config, language: Language) -> dict[str, str]:
    """The other priors of each Bayesian analysis that has such, by its name."""
    return {
        analysis.name: "; ".join(_prior(prior, language) for prior in analysis.other_priors)
        for analysis in config.analyses
        if analysis.other_priors
    }


def _prior(prior: OtherPriors, language: Language) -> str:
    """A prior in short, with the source of parameters that were learnt from reviews."""
    said = bare(prior_name(prior.tau_prior, prior.mu_prior, language))
    source = prior.tau_prior.source
    return f"{said} ({source})" if source else said


def _said(method: Tau2Method, language: Language) -> Tau2Method:
    """An estimator with its words in a language."""
    label, formula, source = map(language.say, (method.label, method.formula, method.source))
    return replace(method, label=label, formula=formula, source=source)


def _pooled(material: Material) -> list[StudyData]:
    """Every trial as an outcome pools it."""
    return [study for result in material.results for study in result.studies]


def filters(language: Language) -> dict[str, Callable[..., str]]:
    """What a template may do to a value: `{{ names | joined }}`. A number is as it is printed."""
    return {
        "capitalize": lambda value: capitalised(_text(value)),
        "joined": lambda items: joined([_text(item) for item in items], language),
        "lowered": lambda value: lowered(_text(value)),
        "stated": lambda value, symbol: stated(_text(value), symbol),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _measures(outcomes: Sequence[OutcomeNames]) -> dict[str, list[OutcomeNames]]:
    measures: dict[str, list[OutcomeNames]] = {}
    for outcome in outcomes:
        measures.setdefault(outcome.measure, []).append(outcome)
    return measures


def _randomised(included: Sequence[Trial], language: Language) -> str:
    """Patients randomised in all trials whose number is known; "–" where none is."""
    known = [n for trial in included if (n := trial.study.n_randomised) is not None]
    if not known:
        return formats.MISSING
    return marked(formats.count(sum(known), language.numbers), "review.randomised")


def _size(material: Material, language: Language) -> str:
    """ "four trials with 2,000 randomised patients", and no number where none is known."""
    included = material.included
    known = sum(trial.study.n_randomised is not None for trial in included)
    said = trials(len(included), language, "review.trials")
    if not known:
        return said
    n = _randomised(included, language)
    if known < len(included):
        some = marked(str(known), "review.sized")
        return language.say(
            "{trials}, with {n} patients in the {some} that state a number",
            trials=said,
            n=n,
            some=some,
        )
    if material.randomised:
        return language.say("{trials} with {n} randomised patients", trials=said, n=n)
    return language.say("{trials} with {n} patients", trials=said, n=n)


def tools(included: Sequence[Trial]) -> tuple[str, ...]:
    """The tools by which risk of bias was judged."""
    judgements = (judgement for trial in included for judgement in trial.risk_of_bias)
    return tuple(dict.fromkeys(judgement.tool for judgement in judgements))


def _has_profiles(found: Sensitivity) -> bool:
    """Whether a meta-regression predicts anything, or compares two profiles."""
    return any(model.predictions or model.contrasts for model in found.moderators)


def used_methods(material: Material) -> frozenset[str]:
    """The names of the measures and methods that gave this report's results."""
    outcomes = {result.outcome for result in material.results}
    specs = [analysis.spec for result in material.results for analysis in result.analyses]
    rows = [
        row
        for result in material.results
        for analysis in result.analyses
        for row in analysis.estimates
    ]
    names = {name for o in outcomes for name in (o.measure, o.type)}
    names |= {name for row in rows for name in (row.model, row.ci_method)}
    names |= {row.tau2_method for row in rows if row.model not in CLUSTERED}
    names |= {"clusters" for row in rows if row.model in CLUSTERED}
    names |= {f"{row.model} {row.tau2_method}" for row in rows}
    names |= {f"{row.model} {row.measure}" for row in rows}
    if any(outcome.subgroup for outcome in outcomes):
        names |= {f"{spec.subgroup_tau2} tau2" for spec in specs if spec.model == "random"}
        names |= {f"bayes {spec.subgroup_tau2} tau" for spec in specs if spec.model in BAYESIAN}
        names.add("subgroups")
    regressions = [found.regression for found in material.sensitivities.values()]
    if any(found.credible and found.slope is not None for found in regressions if found):
        names.add("bayes regression")
    if any(found.moderators for found in material.sensitivities.values()):
        names.add("moderators")
    regressed = [one for found in material.sensitivities.values() for one in found.moderators]
    if any(one.clusters is not None for one in regressed):
        names.add("moderators of clusters")
    names |= {kind for s in specs for kind in KINDS if getattr(s, kind)}
    names |= {one.resampling for one in regressed}
    if any(one.scale for one in regressed):
        names.add("location-scale")
    names |= {name for s in specs for name in (s.study_ci, s.prediction or "")}
    names |= {f"tau2_ci {s.tau2_ci}" for s in specs if s.model == "random"}
    if any(row.model in WEIGHTED for row in rows):
        names |= {s.zero_cells for s in specs}
    if names & {"binary", "rate"}:
        names |= {f"double zero {s.double_zero}" for s in specs}
    effects = (study for r in material.results for a in r.analyses for study in a.studies)
    if any(study.form in (*PUBLISHED, "o_minus_e") for study in effects):
        names.add("published")
    if any(result.comparison.strata == "keep" for result in material.results) and any(
        arm.stratum for trial in material.included for arm in trial.arms
    ):
        names.add("strata kept")
    names |= {result.comparison.multi_arm for result in material.results} - {"combine"}
    if combined_arms([r for r in material.results if r.comparison.multi_arm == "combine"]):
        names.add("combine")
    return frozenset(names)


def _percentages(every: Sequence[Trial], language: Language) -> Callable[[str, OutcomeNames], str]:
    """Percentages printed without counts, as a sentence."""

    def sentence(study: str, names: OutcomeNames) -> str:
        spec = names.result.outcome
        printed = [
            raw(result, "reported_percent", f"{language.written(result.reported_percent)}%")
            + f" ({arm.label})"
            for trial in every
            if trial.study.study == study
            for result in trial.results
            for arm in trial.arms
            if (result.outcome, result.week) in spec.topics
            and result.arm_id == arm.arm_id
            and result.reported_percent
            and result.events is None
        ]
        if not printed:
            return ""
        return language.say("Printed are {percentages}.", percentages=joined(printed, language))

    return sentence
