"""What figures and their descriptions ask of an outcome's result, in the words they share."""

from collections.abc import Sequence
from functools import lru_cache

from metasynth.core.messages import Sentence
from metasynth.figures.canvas.one_line import name
from metasynth.language import keys
from metasynth.language.languages import Language
from metasynth.language.printed import Printed
from metasynth.language.sentences import lowered
from metasynth.language.tracked import capitalised
from metasynth.language.units import with_unit
from metasynth.model import methods
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult, StudyData, StudyEffect


def chosen_analyses(
    result: OutcomeResult, names: Sequence[str] | None
) -> tuple[AnalysisResult, ...]:
    """The analyses to show, all of them by default.

    Raises:
        KeyError: when the result has no analysis of that name.
    """
    by_name = {analysis.spec.name: analysis for analysis in result.analyses}
    return tuple(by_name[name] for name in (by_name if names is None else names))


def overall(analysis: AnalysisResult) -> Estimate | None:
    """The pooled estimate of all studies, where there is one."""
    of_all = (e for e in analysis.estimates if e.subgroup == "all")
    return next((e for e in of_all if e.estimate is not None), None)


def studies_with_effects(
    result: OutcomeResult, analysis: AnalysisResult | None
) -> list[tuple[StudyData, StudyEffect | None]]:
    """Every study in the order of the data, with its effect where it has an estimable one."""
    effects = analysis.effects if analysis else {}
    pairs = ((study, effects.get((study.study, study.label))) for study in result.studies)
    return [(study, e if e and e.estimate is not None else None) for study, e in pairs]


def left_out_of(
    result: OutcomeResult, analysis: AnalysisResult | None
) -> dict[tuple[str, str], Sentence]:
    """Why the analysis does not pool a study that has data, by the study's id and label.

    Of a trial that counts as several an omission without a label is of all of them.
    """
    if analysis is None:
        return {}
    why = {
        (item.study, item.label): item.reason
        for item in result.omissions
        if item.analysis in ("", analysis.spec.name)
    }
    own = (((s.study, s.label), why.get((s.study, s.label))) for s in result.studies)
    whole = {s.study: why.get((s.study, "")) for s in result.studies}
    found = {key: reason or whole[key[0]] for key, reason in own}
    return {key: reason for key, reason in found.items() if reason}


def compares(result: OutcomeResult) -> bool:
    """Whether two groups are compared; a single proportion has no other side to compare."""
    return methods.compares(result.outcome)


_AXES = {"proportion": "share", "incidence": "amount", "mean": "anywhere"}


def one_group(result: OutcomeResult) -> str:
    """The axis of one group: a share from 0 to 1, an amount, anywhere; blank for effects.

    A correlation, which may be none, stands about 0 as a difference does.
    """
    return _AXES.get(result.outcome.type, "")


def of_what(result: OutcomeResult, language: Language) -> str:
    """The outcome and the groups, as titles and descriptions name them."""
    intervention, control = group_names(result, language)
    intervention, control = lowered(intervention), lowered(control)
    outcome = lowered(name(result.outcome.label))
    if not result.comparison.intervention:
        return outcome
    if not compares(result):
        return language.say("{outcome}, {group}", outcome=outcome, group=intervention)
    return language.say(
        "{outcome}, {intervention} compared with {control}",
        outcome=outcome,
        intervention=intervention,
        control=control,
    )


def analysis_label(analysis: AnalysisResult) -> str:
    """An analysis as it was labelled, or by its name."""
    return name(analysis.spec.label) or name(analysis.spec.name)


def study_label(study: StudyData) -> str:
    """A study as it was labelled, or by its id."""
    return name(study.label) or name(study.study)


def part_label(study: StudyData) -> str:
    """What a study is of its trial, below the name of that."""
    return name(study.part) or study_label(study)


class _Same:
    """A result as the key of a cache: by what it is, not by all that it holds."""

    def __init__(self, result: OutcomeResult) -> None:
        self.result = result

    def __hash__(self) -> int:
        return id(self.result)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.result is self.result


@lru_cache(maxsize=4)
def _parts(of: _Same) -> dict[tuple[str, str], int]:
    """`keys.parts` of a result's studies, counted once for all of them."""
    return keys.parts(of.result.studies)


def of_side(
    result: OutcomeResult, study: StudyData | StudyEffect, side: str, language: Language
) -> Printed:
    """Prints what a study's intervention or control group has."""
    part = _parts(_Same(result))[study.study, study.label]
    return Printed(keys.group(result.outcome.id, study.study, side, part), language.numbers)


def of_effect(result: OutcomeResult, effect: StudyEffect, language: Language) -> Printed:
    """Prints a study's own effect in an analysis."""
    part = _parts(_Same(result))[effect.study, effect.label]
    key = keys.effect(result.outcome.id, effect.analysis, effect.study, part)
    return Printed(key, language.numbers)


def measure_name(result: OutcomeResult, analysis: AnalysisResult | None, language: Language) -> str:
    """The effect measure in full; Peto's method estimates an odds ratio of its own."""
    if analysis is not None and analysis.spec.model == "Peto":
        return capitalised(language.say("Peto odds ratio"))
    title = measure_title(result.outcome.measure, language)
    return name(with_unit(title, result.outcome, language))


def measure_title(measure: str, language: Language) -> str:
    """An effect measure by its full name, as the beginning of a line."""
    label = language.say(methods.MEASURE[measure].label)
    return label[:1].upper() + label[1:]


def group_names(result: OutcomeResult, language: Language) -> tuple[str, str]:
    """The intervention's and the control's names; of one group, all who were studied."""
    if not result.comparison.intervention:
        return language.say("Participants"), ""
    return (
        name(result.comparison.intervention_label) or language.say("Intervention"),
        name(result.comparison.control_label) or language.say("Control"),
    )
