"""What is true of one review and not of every other: sections of any review say it only then."""

from dataclasses import dataclass

from metasynth.language import keys
from metasynth.language.tracked import marked
from metasynth.report.material import Material


@dataclass(frozen=True, slots=True)
class Facts:
    """What a review's sections may presuppose.

    `audited` says that published statements are set beside the results, `repeats_published` that
    an analysis is declared as the published one, and `readings` that another reading of the data
    is declared. `analyses` are the names of those that some outcome uses, `few` the largest
    numbers of trials that are few, also as printed, with the labels of what then leads,
    `provenances` those of the included trials' results ("reported", "external", "derived").
    """

    audited: bool
    repeats_published: bool
    readings: bool
    analyses: frozenset[str]
    few: tuple[tuple[int, str, str], ...]
    provenances: frozenset[str]


def facts(material: Material) -> Facts:
    """The facts of a review, from its results and its tables."""
    outcomes = [result.outcome for result in material.results]
    return Facts(
        audited=bool(material.claims or material.audit or material.reproductions),
        repeats_published=any(outcome.as_published for outcome in outcomes),
        readings=any(outcome.sensitivity_of for outcome in outcomes),
        few=_few(material),
        analyses=frozenset(name for outcome in outcomes for name in outcome.analyses),
        provenances=frozenset(
            result.provenance for trial in material.included for result in trial.results
        ),
    )


def _few(material: Material) -> tuple[tuple[int, str, str], ...]:
    """Every policy of few trials that some outcome has, once."""
    labels = {analysis.name: analysis.label for analysis in material.config.analyses}
    found: dict[tuple[int, str], tuple[int, str, str]] = {}
    for outcome in (result.outcome for result in material.results):
        if few := outcome.few:
            own = "" if few.same_as(material.config.few) else outcome.id
            printed = marked(str(few.trials), keys.few_trials(own))
            found.setdefault((few.trials, few.primary), (few.trials, printed, labels[few.primary]))
    return tuple(found.values())
