"""What a forest plot shows, in words made from its numbers: for those who cannot see it."""

from collections.abc import Iterator, Sequence

from metasynth.figures.canvas.one_line import clean, name
from metasynth.figures.forest.columns import study_cells
from metasynth.figures.forest.statistics import heterogeneity, overall_effect, subgroup_differences
from metasynth.figures.observed import ELSEWHERE, STUDIES_TABLE
from metasynth.figures.outcome import (
    analysis_label,
    chosen_analyses,
    compares,
    group_names,
    measure_name,
    of_effect,
    of_what,
    overall,
    studies_with_effects,
    study_label,
)
from metasynth.figures.plots.risk_of_bias import Judgements, judgement_word
from metasynth.grade.case import excludes_alone, rests_on_one_degree
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.moderators import group_name
from metasynth.language.printed import of_pool, predicts_more
from metasynth.language.sentences import lowered, noun
from metasynth.model import bounds
from metasynth.model.methods import BY_BASELINE
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult, StudyData, StudyEffect

_DATA = {
    "binary": message("{events} of {total}"),
    "proportion": message("{events} of {total}"),
    "rate": message("{events} in {total} of person-time"),
    "continuous": message("mean {mean} (SD {sd}, n = {total})"),
    "incidence": message("{events} in {total} of person-time"),
    "mean": message("mean {mean} (SD {sd}, n = {total})"),
    "correlation": message("n = {total}"),
}
_CHANGES = message("change {mean} (SD before {sd}, n = {total})")
_NAMES = {
    "continuous": ("mean", "sd", "total"),
    "mean": ("mean", "sd", "total"),
    "correlation": ("total",),
}
"""What a group has, in words, by outcome type."""


def forest_alt(
    result: OutcomeResult,
    analyses: Sequence[str] | None = None,
    judgements: Judgements | None = None,
    *,
    language: Language = ENGLISH,
) -> tuple[str, str]:
    """A short alternative text with the first analysis' result, and a long one with every number.

    Both are plain text of sentences; names stand in full where the figure had to shorten them.

    Raises:
        KeyError: when an analysis is named that the result does not have.
    """
    chosen = chosen_analyses(result, analyses)
    short = f"{_subject(result, language)}: {_finding(result, chosen, language)}."
    details = [*_studies(result, chosen, language), *_pools(result, chosen, language)]
    details += _risks(result, judgements, language)
    return short, " ".join([short, *details])


def _subject(result: OutcomeResult, language: Language) -> str:
    return language.say("Forest plot of {outcome}", outcome=of_what(result, language))


def _finding(result: OutcomeResult, chosen: Sequence[AnalysisResult], language: Language) -> str:
    """The first analysis' result, and whom it favours."""
    pooled = overall(chosen[0]) if chosen else None
    if pooled is None:
        return language.say("not estimable")
    measure = measure_name(result, chosen[0], language)
    said = f"{measure} {_pooled(pooled, language)}"
    return f"{said}, {_direction(result, pooled, language)}" if compares(result) else said


def _studies(
    result: OutcomeResult, chosen: Sequence[AnalysisResult], language: Language
) -> Iterator[str]:
    """A sentence for each study, in the order of the figure's data; of very many one for all."""
    if len(result.studies) > bounds.DRAWN_ROWS:
        yield language.say(ELSEWHERE, file=name(STUDIES_TABLE))
        return
    for study, own in studies_with_effects(result, chosen[0] if chosen else None):
        parts = [*_data(result, study, language), _own_effect(result, own, language)]
        yield f"{study_label(study)}: {', '.join(parts)}."


def _data(result: OutcomeResult, study: StudyData, language: Language) -> list[str]:
    cells = study_cells(result, study, language)
    kind = result.outcome.type
    if kind not in _DATA or study.intervention is None:
        return []
    names = _NAMES.get(kind, ("events", "total"))
    words = _CHANGES if result.outcome.measure in BY_BASELINE else _DATA[kind]
    sides = [cells[: len(names)], cells[len(names) :]]
    said = [language.say(words, **dict(zip(names, side, strict=True))) for side in sides if side]
    if len(said) == 1:
        return said
    return [language.say("{data} compared with {control}", data=said[0], control=said[1])]


def _own_effect(result: OutcomeResult, own: StudyEffect | None, language: Language) -> str:
    if own is None:
        return language.say("not estimable")
    said = of_effect(result, own, language)
    weight = said.percent("weight", own.weight, 1)
    return language.say("{effect}, weight {weight}", effect=said.effect(own), weight=weight)


def _pools(
    result: OutcomeResult, chosen: Sequence[AnalysisResult], language: Language
) -> Iterator[str]:
    """A sentence for each pooled estimate of each analysis, subgroups included."""
    for analysis in chosen:
        for place, pooled in enumerate(analysis.estimates):
            names = [analysis_label(analysis)]
            if pooled.subgroup != "all":
                names.append(name(group_name(pooled.subgroup, language)))
            if pooled.estimate is None:
                said = language.say("not estimable")
            else:
                measure = measure_name(result, analysis, language)
                said = f"{measure} {'. '.join(_statistics(pooled, language, place))}"
            yield f"{', '.join(names)}: {said}."
        if differences := subgroup_differences(analysis, language):
            yield f"{analysis_label(analysis)}: {differences}."


def _risks(
    result: OutcomeResult, judgements: Judgements | None, language: Language
) -> Iterator[str]:
    """A sentence for each study's judgements of risk of bias, where there are any."""
    for study in result.studies if len(result.studies) <= bounds.DRAWN_ROWS else ():
        own = [j for j in (judgements or {}).get(study.study, ()) if j.judgement]
        if own:
            said = "; ".join(
                f"{clean(language.label(j.domain))}: {judgement_word(j, language)}" for j in own
            )
            label = study_label(study)
            yield language.say(
                "Risk of bias of {study}: {judgements}.", study=label, judgements=said
            )


def _statistics(pooled: Estimate, language: Language, place: int) -> Iterator[str]:
    """The pooled effect, its prediction interval, heterogeneity and test."""
    yield _pooled(pooled, language, place)
    if predicts_more(pooled, language):
        limits = of_pool(pooled, language.numbers, place).limits(pooled, "pi")
        yield language.say("95% prediction interval: {limits}", limits=limits)
    yield heterogeneity(pooled, language, place)
    if test := overall_effect(pooled, language, place):
        yield test


def _pooled(pooled: Estimate, language: Language, place: int = 0) -> str:
    said = of_pool(pooled, language.numbers, place)
    k = said.count(*pooled.studies)
    return language.say("{effect}, number of studies {k}", effect=said.effect(pooled), k=k)


def _direction(result: OutcomeResult, pooled: Estimate, language: Language) -> str:
    """Whom the pooled interval favours, if it lies on one side of no effect."""
    if rests_on_one_degree(pooled):
        return language.say("an interval of one degree of freedom")
    null = 1.0 if is_logarithmic(result) else 0.0
    more = pooled.ci_low is not None and pooled.ci_low > null
    less = pooled.ci_high is not None and pooled.ci_high < null
    if not (more or less):
        return language.say("the interval includes {null}", null=f"{null:.0f}")
    intervention, control = group_names(result, language)
    better = more == (result.outcome.direction == "benefit")
    text = message("in favour of {group}")
    if excludes_alone(pooled):
        text = message("in favour of {group}, but not by an interval never narrower than Wald’s")
    return language.say(text, group=noun(lowered(intervention if better else control), language))
