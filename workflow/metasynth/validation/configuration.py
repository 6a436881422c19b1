"""config.yaml, checked against its schema and in itself, as a `Config`.

The schema (workflow/schemas/config.schema.json) says which keys there are and what may stand in
them; what must agree between keys is checked here. Every fault is found in one go, with its line.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from metasynth.core import strict_yaml
from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault, InvalidReview, of_file
from metasynth.core.strict_yaml import Keys
from metasynth.core.text_files import hidden_faults, read_text
from metasynth.model.authorship import AuthorDetails
from metasynth.model.bounds import TOLD_OUTCOMES
from metasynth.model.certainty_config import (
    BiasRule,
    CertaintyRules,
    ImprecisionRule,
    InconsistencyRule,
    IndirectnessRule,
    IndirectOutcome,
    IndirectTrial,
    PublicationRule,
)
from metasynth.model.conversions import ConversionChoices
from metasynth.model.living_config import LivingRules
from metasynth.model.methods import MEASURE, check_combination, check_multi_arm, is_ratio
from metasynth.model.posteriors import Thresholds
from metasynth.model.records import (
    REPORT_FORMS,
    AnalysisSpec,
    Config,
    CovariateSpec,
    EffectSpec,
    FigureChoices,
    FigureFiles,
    OutcomeSpec,
    Topic,
)
from metasynth.model.resampling import resampling
from metasynth.model.robustness_config import MultiverseChoices, SmallStudyChoices
from metasynth.model.units import Instrument, Unit
from metasynth.synthesis.other_kinds import convertible
from metasynth.tables.raw_table import CHECKED
from metasynth.validation import authors
from metasynth.validation.comparisons_config import (
    comparison_faults,
    comparisons,
    expanded,
    one_of,
    sides_faults,
)
from metasynth.validation.config_faults import schema_faults
from metasynth.validation.moderators_config import moderator_faults, moderator_models
from metasynth.validation.priors_config import (
    few_faults,
    few_trials,
    mu_prior,
    other_priors,
    policy,
    prior_faults,
    tau_prior,
    threshold_faults,
)
from metasynth.validation.sequential_config import sequential_choices, sequential_faults

_MAX_CHARACTERS = 1_000_000
_DATA, _TEXT = "data/raw", "data/text"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from config.yaml.

    `config` is None where its form is so wrong that the rest cannot be judged; `data` and `text`,
    the folders of the tables and of the prose, are known or guessed even then, so that these can be
    checked as well.
    """

    config: Config | None
    data: str
    faults: tuple[Fault, ...]
    lines: Lines
    text: str = _TEXT


def load(path: Path) -> Config:
    """The checked configuration of the file `path`.

    Raises:
        InvalidReview: with all faults, when there is any.
    """
    reading = read(path)
    if reading.config is None or reading.faults:
        raise InvalidReview(reading.faults)
    return reading.config


def read(path: Path) -> Reading:
    """The configuration in `path`, all its faults, and the lines of its entries."""
    name, real = (
        path.name,
        Path(os.path.realpath(path)),
    )  # whoever runs the review may link to its choices
    text, fault = read_text(real, name, real.parent, "YAML")
    if text is not None and len(text) > _MAX_CHARACTERS:
        expected = f"a configuration of at most {_MAX_CHARACTERS} characters"
        text, fault = None, of_file(name, "", expected, "is this the right file?")
    if text is None:
        return Reading(None, _DATA, (fault,) if fault else (), Lines(name, {}))
    if hidden := hidden_faults(text, name):
        return Reading(None, _DATA, tuple(hidden), Lines(name, {}))
    document = strict_yaml.parse(text, name)
    lines = Lines(name, document.lines)
    if document.value is None:
        return Reading(None, _DATA, tuple(document.faults), lines)
    config, faults = parse(document.value, lines)
    told = {fault.column for fault in document.faults}
    faults = [*document.faults, *(fault for fault in faults if fault.column not in told)]
    data, prose = _folder(document.value, "data", _DATA), _folder(document.value, "text", _TEXT)
    return Reading(config, data, tuple(faults), lines, prose)


def _folder(mapping: object, key: str, usual: str) -> str:
    found = mapping.get(key) if isinstance(mapping, dict) else None
    return found if isinstance(found, str) else usual


def parse(mapping: Any, lines: Lines) -> tuple[Config | None, list[Fault]]:
    """The configuration that a YAML document means, and all its faults."""
    mapping = _with_numbers(mapping)
    if faults := schema_faults(mapping, lines):
        return None, faults
    mapping, checked = _without_answers(mapping)
    if faults := [*prior_faults(mapping, lines), *few_faults(mapping, lines)]:
        return None, [*faults, *comparison_faults(mapping, lines)]
    faults = [
        *sequential_faults(mapping, lines),
        *comparison_faults(mapping, lines),
        *moderator_faults(mapping, lines),
    ]
    mapping, read = expanded(mapping, lines)
    outcomes = (path[1] for path in checked if path[0] == "outcomes")
    checked += tuple(("outcomes", new) for name in outcomes for new in read.get(name, ()))
    config = replace(_config(mapping), checked=checked)
    return config, list(dict.fromkeys([*_disagreements(config, lines), *faults]))


def _without_answers(
    mapping: Mapping[str, Any],
) -> tuple[dict[str, Any], tuple[tuple[str, ...], ...]]:
    """The document without its keys `checked`, and the entries that have one.

    They answer doubts and choose nothing, so that no result depends on them.
    """
    kept = dict(mapping)
    answered: list[tuple[str, ...]] = []
    if CHECKED in kept["review"]:
        answered.append(("review",))
    kept["review"] = _without_answer(kept["review"])
    for section in ("analyses", "outcomes"):
        answered += [(section, name) for name, keys in kept[section].items() if CHECKED in keys]
        kept[section] = {name: _without_answer(keys) for name, keys in kept[section].items()}
    return kept, tuple(answered)


def _without_answer(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if key != CHECKED}


_DECIMALS = (
    "certainty",
    "baseline_risks",
    "sequential",
    "important_difference",
    "tau_prior",
    "mu_prior",
    "other_priors",
    "thresholds",
    "per",
    "units",
    "instrument",
    "conversions",
    "correlation",
    "moderators",
    "subgroup_levels",
    "subgroup_cuts",
)
"""Keys below which a decimal number is a number, not a text such as a version."""


def _with_numbers(value: Any, wanted: bool = False) -> Any:
    """The document with decimal numbers as numbers where a choice can be one."""
    if isinstance(value, dict):
        items = value.items()
        return {key: _with_numbers(item, wanted or key in _DECIMALS) for key, item in items}
    if isinstance(value, list):
        return [_with_numbers(item, wanted) for item in value]
    return float(value) if wanted and isinstance(value, strict_yaml.DecimalText) else value


def _config(mapping: Mapping[str, Any]) -> Config:
    review, figures = mapping["review"], _frozen(mapping.get("figures", {}))
    analyses = (_analysis(name, keys) for name, keys in mapping["analyses"].items())
    living = _living(mapping.get("living", {}))
    return Config(
        title=review["title"],
        version=review["version"],
        languages=tuple(review.get("languages", ("en",))),
        data=mapping.get("data", _DATA),
        text=mapping.get("text", _TEXT),
        comparisons=comparisons(mapping),
        analyses=tuple(analyses),
        outcomes=tuple(_outcome(id_, keys, mapping) for id_, keys in mapping["outcomes"].items()),
        date=review["date"],
        authors=tuple(review.get("authors", ())),
        weeks=tuple(mapping.get("weeks", ())),
        nested=tuple(tuple(chain) for chain in mapping.get("nested", ())),
        certainty=_certainty(mapping.get("certainty", {}), living),
        figures=FigureChoices(**_chosen(figures, FigureChoices)),
        figure_files=FigureFiles(**_chosen(figures, FigureFiles)),
        multiverse=MultiverseChoices(**_frozen(mapping.get("multiverse", {}))),
        living=living,
        few=policy(mapping.get("few")),
        formats=tuple(review.get("formats", REPORT_FORMS)),
        decimals=tuple(review.get("decimals", {}).items()),
        conversions=_conversions(mapping),
        small_study=SmallStudyChoices(**mapping.get("small_study", {})),
        author_details=tuple(
            AuthorDetails(**_frozen(keys)) for keys in review.get("author_details", ())
        ),
    )


def _conversions(mapping: Mapping[str, Any]) -> ConversionChoices:
    """How numbers follow from others that are printed; what is left out keeps its default."""
    return ConversionChoices(**_frozen(mapping.get("conversions", {})))


_RULES: dict[str, Callable[..., Any]] = {
    "risk_of_bias": BiasRule,
    "inconsistency": InconsistencyRule,
    "imprecision": ImprecisionRule,
    "publication_bias": PublicationRule,
}


def _certainty(keys: Mapping[str, Any], living: LivingRules) -> CertaintyRules:
    """The rules that suggest a certainty; what is left out keeps its default."""
    rules = {name: rule(**_frozen(keys.get(name, {}))) for name, rule in _RULES.items()}
    indirect = _frozen(keys.get("indirectness", {}))
    trials = indirect.pop("trials", {}).items()
    outcomes = indirect.pop("outcomes", {}).items()
    rules["indirectness"] = IndirectnessRule(
        **indirect,
        trials=tuple(IndirectTrial(study, reason) for study, reason in trials),
        outcomes=tuple(IndirectOutcome(outcome, **rating) for outcome, rating in outcomes),
    )
    important = {
        name: getattr(living, name) for name in ("important_measures", "important_outcomes")
    }
    return CertaintyRules(**_frozen(keys) | rules | important)


def _living(keys: Mapping[str, Any]) -> LivingRules:
    """How the review is kept alive; what is left out keeps its default."""
    known = _frozen(keys)
    important = known.pop("important_difference", {})
    for name in ("measures", "outcomes"):
        known[f"important_{name}"] = {
            key: float(value) for key, value in important.get(name, {}).items()
        }
    return LivingRules(**known)


def _chosen(keys: Mapping[str, Any], record: type[Any]) -> dict[str, Any]:
    """The keys that a record has."""
    return {name: keys[name] for name in record.__slots__ if name in keys}


def _frozen(keys: Mapping[str, Any]) -> dict[str, Any]:
    """The keys with each list as a tuple."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in keys.items()}


def _analysis(name: str, keys: Mapping[str, Any]) -> AnalysisSpec:
    priors = {
        "tau_prior": tau_prior(keys.get("tau_prior")),
        "mu_prior": mu_prior(keys.get("mu_prior")),
        "other_priors": other_priors(keys),
    }
    numbers = {"correlation": float(keys.get("correlation", 0.0))}
    return AnalysisSpec(**{"name": name, **keys, **priors, **numbers, **resampling(keys)})


def _unit(name: str, how: Mapping[str, Any]) -> Unit:
    """A unit, or an instrument that is read in standard deviations of it."""
    sd, factor = how.get("sd"), float(how.get("factor", 1))
    known = None if sd is None else float(sd)
    return Unit(name, factor / known if known else factor, float(how.get("add", 0)), known)


def _effect(name: str, how: Mapping[str, Any], outcome: Mapping[str, Any]) -> EffectSpec:
    """One of several effects of a trial; what it does not say is as the outcome has it."""
    return EffectSpec(name, **{"outcome": outcome["outcome"], "week": outcome.get("week"), **how})


def _outcome(id_: str, keys: Mapping[str, Any], review: Mapping[str, Any]) -> OutcomeSpec:
    few = few_trials(keys, review)
    added = (few.primary,) if few and few.added else ()
    lists: dict[str, Any] = {
        "analyses": (*keys["analyses"], *added),
        "sequential": sequential_choices(keys, review),
        "few": few,
        "conversions": _conversions(review),
        "small_study": SmallStudyChoices(**review.get("small_study", {})),
    }
    if "baseline_risks" in keys:
        lists["baseline_risks"] = tuple(map(float, keys["baseline_risks"]))
    if "per" in keys:
        lists["per"] = float(keys["per"])
    if "favours" in keys:
        lists["favours"] = tuple(keys["favours"])
    if "thresholds" in keys:
        sides = {side: float(value) for side, value in keys["thresholds"].items()}
        lists["thresholds"] = Thresholds(**sides)
    if "units" in keys:
        lists["units"] = tuple(_unit(name, how) for name, how in keys["units"].items())
    if "instrument" in keys:
        known = keys["instrument"]
        lists["instrument"] = Instrument(known["label"], float(known["sd"]))
    if "effects" in keys:
        lists["effects"] = tuple(_effect(name, how, keys) for name, how in keys["effects"].items())
    if "crossed" in keys:
        lists["crossed"] = tuple(keys["crossed"])
    if "covariate" in keys:
        lists["covariate"] = CovariateSpec(**keys["covariate"])
    if "subgroup_levels" in keys:
        levels = keys["subgroup_levels"].items()
        lists["subgroup_levels"] = tuple((name, float(number)) for name, number in levels)
    if "subgroup_cuts" in keys:
        lists["subgroup_cuts"] = tuple(map(float, keys["subgroup_cuts"]))
    if "moderators" in keys:
        lists["moderators"] = moderator_models(keys)
    return OutcomeSpec(id=id_, **{"week": None, **keys, **lists})


def _disagreements(config: Config, lines: Lines) -> Iterator[Fault]:
    """What one entry says and another, or the calendar, makes impossible."""
    yield from _impossible_date(config, lines)
    yield from authors.faults(config, lines)
    yield from sides_faults(config, lines)
    for name in ("change_correlation", "pair_correlation", "icc"):
        if getattr(config.conversions, f"{name}s") and getattr(config.conversions, name) is None:
            tried: Keys = ("conversions", f"{name}s")
            expected = f"{name}, which these are tried in place of"
            yield lines.fault(tried, "", expected, "declare it, or remove these")
    used = list(dict.fromkeys(outcome.measure for outcome in config.outcomes))
    for measure, _ in config.decimals:
        if measure not in used:
            advice = one_of(measure, used, "under outcomes")
            yield lines.fault(("review", "decimals", measure), measure, *advice)
    for outcome in config.outcomes:
        yield from _time_without_rate(outcome, lines)
        yield from _kinds_not_convertible(outcome, lines)
        yield from _no_standardised_difference(outcome, lines)
        yield from _unknown_analyses(outcome, config, lines)
        yield from _unknown_primary(outcome, config, lines)
        yield from _weeks_not_planned(outcome, config, lines)
        yield from _effects_twice(outcome, lines)
    yield from _impossible_combinations(config, lines)
    yield from threshold_faults(config.outcomes, config.analyses, lines)
    yield from _certainty_faults(config, lines)
    yield from _unknown_in_figures(config, lines)
    yield from _important_faults(config, lines)
    yield from _untold(config, lines)


def _weeks_not_planned(outcome: OutcomeSpec, config: Config, lines: Lines) -> Iterator[Fault]:
    """A week of the outcome, or of one of its effects, that is none of the protocol's."""
    known = ", ".join(map(str, config.weeks))
    own: list[tuple[Keys, int | None]] = [(("week",), outcome.week)]
    own += [(("effects", e.name, "week"), e.week) for e in outcome.effects]
    for keys, week in own:
        if config.weeks and week not in (None, *config.weeks):
            advice = f"one of weeks ({known})", "correct it, or add it to weeks"
            yield lines.fault(("outcomes", outcome.id, *keys), week, *advice)


def _effects_twice(outcome: OutcomeSpec, lines: Lines) -> Iterator[Fault]:
    """Two effects of one pool that are of the same rows, which would count twice."""
    first: dict[Topic, str] = {}
    for effect in outcome.effects:
        known = first.setdefault((effect.outcome, effect.week), effect.name)
        if known != effect.name:
            expected = f"an outcome or week other than those of {known}, whose rows count once"
            path = ("outcomes", outcome.id, "effects", effect.name)
            yield lines.fault(path, effect.name, expected, "correct its outcome or week")


def _untold(config: Config, lines: Lines) -> Iterator[Fault]:
    """A report of more outcomes than anybody reads of."""
    count = sum(not outcome.sensitivity_of for outcome in config.outcomes)
    if config.formats and count > TOLD_OUTCOMES:
        expected = f"no report, as it can tell of {TOLD_OUTCOMES} outcomes, and there are {count}"
        remedy = "write formats: [], which makes all estimates, tables and figures, or share them "
        remedy += "out among several reviews"
        yield lines.fault(("review", "formats"), "", expected, remedy)


def _time_without_rate(outcome: OutcomeSpec, lines: Lines) -> Iterator[Fault]:
    """A person-time to count by, of an outcome that is no rate."""
    chosen = {"per": outcome.per != 1, "time_unit": bool(outcome.time_unit)}
    for key, given in chosen.items():
        if given and outcome.type not in ("rate", "incidence"):
            expected = (
                f"nothing: {outcome.id} is of type {outcome.type}, and only a rate has a time"
            )
            remedy = "remove the key, or choose type rate or incidence"
            yield lines.fault(
                ("outcomes", outcome.id, key), getattr(outcome, key), expected, remedy
            )


def _no_standardised_difference(outcome: OutcomeSpec, lines: Lines) -> Iterator[Fault]:
    """An instrument in whose units nothing can be said."""
    if outcome.instrument is not None and not MEASURE[outcome.measure].standardised:
        expected = (
            f"nothing: {outcome.id} pools {outcome.measure}, and only a standardised mean"
            " difference is said in units of an instrument"
        )
        remedy = "remove the key, or choose measure SMD"
        path = ("outcomes", outcome.id, "instrument")
        yield lines.fault(path, outcome.instrument.label, expected, remedy)


def _kinds_not_convertible(outcome: OutcomeSpec, lines: Lines) -> Iterator[Fault]:
    """A way from events to scores of an outcome with neither odds ratios nor differences."""
    if outcome.events_mean and not convertible(outcome):
        expected = (
            f"nothing: {outcome.id} pools {outcome.measure}, and only an odds ratio of counts and a"
            " standardised mean difference become each other"
        )
        remedy = "remove the key, or choose measure SMD or OR"
        path = ("outcomes", outcome.id, "events_mean")
        yield lines.fault(path, outcome.events_mean, expected, remedy)


def _important_faults(config: Config, lines: Lines) -> Iterator[Fault]:
    """Important differences of outcomes that are none, and ratios that are no difference."""
    path = ("living", "important_difference")
    measures = {outcome.id: outcome.measure for outcome in config.outcomes}
    for name, value in config.living.important_outcomes.items():
        if name not in measures:
            advice = one_of(name, list(measures), "under outcomes")
            yield lines.fault((*path, "outcomes", name), name, *advice)
        elif value == 1 and is_ratio(measures[name]):
            yield lines.fault((*path, "outcomes", name), value, *_NO_DIFFERENCE)
    for name, value in config.living.important_measures.items():
        if value == 1 and is_ratio(name):
            yield lines.fault((*path, "measures", name), value, *_NO_DIFFERENCE)


_NO_DIFFERENCE = "a ratio other than 1, which is no difference", "write one such as 1.25"


def _unknown_in_figures(config: Config, lines: Lines) -> Iterator[Fault]:
    declared = [analysis.name for analysis in config.analyses]
    for index, name in enumerate(config.figures.analyses):
        if name not in declared:
            advice = one_of(name, declared, "under analyses")
            yield lines.fault(("figures", "analyses", index), name, *advice)


def _certainty_faults(config: Config, lines: Lines) -> Iterator[Fault]:
    """Outcomes that the rules of certainty name but that are none, or only read another again."""
    rules, known = config.certainty, [o.id for o in config.outcomes if not o.sensitivity_of]
    where = "under outcomes that has no sensitivity_of"
    declared = (item.outcome for item in rules.indirectness.outcomes)
    named: list[tuple[Keys, str]] = [
        *((("certainty", "findings", i), name) for i, name in enumerate(rules.findings)),
        *((("certainty", "indirectness", "outcomes", name), name) for name in declared),
    ]
    for path, name in named:
        if name not in known:
            yield lines.fault(path, name, *one_of(name, known, where))
    serious, very_serious = rules.inconsistency.i2
    if serious > very_serious:
        expected = "the I2 that is serious first, then one at least as large"
        path = ("certainty", "inconsistency", "i2")
        yield lines.fault(path, list(rules.inconsistency.i2), expected, "exchange the two")


def _impossible_date(config: Config, lines: Lines) -> Iterator[Fault]:
    try:
        date.fromisoformat(config.date)
    except ValueError as error:
        expected = f"a date that the calendar has, year-month-day ({error})"
        yield lines.fault(("review", "date"), config.date, expected, "correct the date")


def _unknown_analyses(outcome: OutcomeSpec, config: Config, lines: Lines) -> Iterator[Fault]:
    known = [analysis.name for analysis in config.analyses]
    for index, name in enumerate(outcome.analyses):
        if name not in known:
            path = ("outcomes", outcome.id, "analyses", index)
            yield lines.fault(path, name, *one_of(name, known, "under analyses"))
    published = outcome.as_published
    if published and published not in outcome.analyses:
        advice = one_of(published, outcome.analyses, "in the outcome's own analyses")
        yield lines.fault(("outcomes", outcome.id, "as_published"), published, *advice)


def _unknown_primary(outcome: OutcomeSpec, config: Config, lines: Lines) -> Iterator[Fault]:
    """A sensitivity reading points to a primary outcome, not to itself nor to another reading."""
    primary = [other.id for other in config.outcomes if not other.sensitivity_of]
    name = outcome.sensitivity_of
    if name and name not in primary:
        path = ("outcomes", outcome.id, "sensitivity_of")
        where = "under outcomes that has no sensitivity_of itself"
        yield lines.fault(path, name, *one_of(name, primary, where))


def _impossible(config: Config, outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    reason = check_combination(outcome, analysis)
    if reason is None and config.comparison_of(outcome).multi_arm == "covariance":
        reason = check_multi_arm(outcome, analysis)
    return reason


def _impossible_combinations(config: Config, lines: Lines) -> Iterator[Fault]:
    """Analyses that cannot be made of an outcome; one impossible for several is told of once."""
    clashes: dict[tuple[str, str], list[tuple[str, int]]] = {}
    analyses = {analysis.name: analysis for analysis in config.analyses}
    for outcome in config.outcomes:
        for index, name in enumerate(outcome.analyses):
            reason = name in analyses and _impossible(config, outcome, analyses[name])
            if reason:
                clashes.setdefault((name, reason), []).append((outcome.id, index))
    for (name, reason), uses in clashes.items():
        outcome_id, index = uses[0]
        once = len(uses) == 1 and not _added(config, *uses[0])
        path = ("outcomes", outcome_id, "analyses", index) if once else ("analyses", name)
        expected = f"an analysis that is possible: {reason}"
        remedy = f"change the analysis {name}, or leave it out of this outcome"
        yield lines.fault(path, name, expected, remedy)


def _added(config: Config, outcome_id: str, index: int) -> bool:
    """Whether an outcome has an analysis by the policy of few trials, not by its own list."""
    (outcome,) = (item for item in config.outcomes if item.id == outcome_id)
    return bool(outcome.few and outcome.few.added and index == len(outcome.analyses) - 1)
