"""What the text can say of several comparisons: what they compare, and which arms serve in more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasynth.language.compared import comparison_name, comparison_title, sides
from metasynth.language.languages import Language
from metasynth.model.records import Comparison, OutcomeResult, StudyData, Trial
from metasynth.report.material import Material
from metasynth.synthesis.comparison import takes_part


@dataclass(frozen=True, slots=True)
class ComparedNames:
    """One of several comparisons, as authors name it.

    `title` has its sides behind its label, where `named` says that it has one of its own.
    `multi_arm` and `strata` are as in config.yaml, `combined` the trials of which several arms are
    one side, with these arms; `trials` are those with numbers for it, and `summarised` says whether
    the summary of findings has an outcome of it.
    """

    id: str
    label: str
    title: str
    named: bool
    intervention: str
    control: str
    multi_arm: str
    strata: str
    combined: tuple[str, ...]
    trials: tuple[str, ...]
    summarised: bool


def compared_names(material: Material, language: Language) -> tuple[ComparedNames, ...]:
    """The comparisons of a review that has several, in their order; none of another."""
    return tuple(
        _names(name, comparison, material, language)
        for name, comparison in material.config.comparisons.items()
        if name
    )


def _names(
    name: str, comparison: Comparison, material: Material, language: Language
) -> ComparedNames:
    results = [result for result in material.results if result.outcome.comparison == name]
    ids = {result.outcome.id for result in results}
    studies = {study.study for result in results for study in result.studies}
    intervention, control = sides(comparison, language)
    return ComparedNames(
        id=name,
        label=comparison_name(comparison, language),
        title=comparison_title(comparison, language),
        named=bool(comparison.label),
        intervention=intervention,
        control=control,
        multi_arm=comparison.multi_arm,
        strata=comparison.strata,
        combined=tuple(combined_arms(results)),
        trials=tuple(t.study.label for t in material.trials if t.study.study in studies),
        summarised=any(line.outcome in ids for line in material.findings),
    )


def combined_arms(results: Sequence[OutcomeResult]) -> list[str]:
    """Trials with several arms on one side, and these arms."""
    groups = (
        (study.label, group)
        for result in results
        for study in result.studies
        for group in (study.intervention, study.control)
        if group is not None and len(group.arm_ids) > 1
    )
    return sorted({f"{label}: {group.label}" for label, group in groups})


def shared_arms(material: Material) -> tuple[str, ...]:
    """Trials with arms that serve in more than one comparison, and these arms, in their order."""
    used: dict[tuple[str, str], set[str]] = {}
    trials = {trial.study.study: trial for trial in material.trials}
    for result in material.results:
        for study in result.studies:
            for arm in _arms(study, trials[study.study], result.comparison):
                used.setdefault((study.study, arm), set()).add(result.outcome.comparison)
    return tuple(_shared(material.trials, used))


def _arms(study: StudyData, trial: Trial, comparison: Comparison) -> Iterator[str]:
    """The arms that a trial brings; of a published contrast, those that are compared."""
    groups = [group for group in (study.intervention, study.control) if group]
    if groups:
        yield from (arm for group in groups for arm in group.arm_ids)
    else:
        yield from (arm.arm_id for arm in trial.arms if takes_part(arm, comparison))


def _shared(trials: Sequence[Trial], used: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    for trial in trials:
        own = ((arm, used.get((trial.study.study, arm.arm_id), ())) for arm in trial.arms)
        labels = [arm.label for arm, found in own if len(found) > 1]
        if labels:
            yield f"{trial.study.label}: {', '.join(labels)}"
