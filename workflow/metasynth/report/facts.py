"""What is true of one review and not of every other: sections of any review say it only then."""

from dataclasses import dataclass

from metasynth.language import keys
from metasynth.language.tracked import marked
from metasynth.model.records import OutcomeSpec
from metasynth.report.material import Material

Few = tuple[int, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a review's sections may presuppose.

    `audited` says that published statements are set beside the results, `repeats_published` that
    an analysis is declared as the published one, and `readings` that another reading of the data
    is declared. `analyses` are the names of those that some outcome uses, `few` the policies of few
    trials: the largest number of trials that are few, also as printed, the label of what then
    leads, and the labels of the outcomes that a policy is for if not for all. `always_first` are
    those without a policy, whose first analysis leads, where others have one. `provenances` are
    those of the included trials' results ("reported", "external", "derived").
    """

    audited: bool
    repeats_published: bool
    readings: bool
    analyses: frozenset[str]
    few: tuple[Few, ...]
    always_first: tuple[str, ...]
    provenances: frozenset[str]


def facts(material: Material) -> Facts:
    """The facts of a review, from its results and its tables."""
    outcomes = [result.outcome for result in material.results]
    return Facts(
        audited=bool(material.claims or material.audit or material.reproductions),
        repeats_published=any(outcome.as_published for outcome in outcomes),
        readings=any(outcome.sensitivity_of for outcome in outcomes),
        few=_few(material),
        always_first=tuple(
            dict.fromkeys(o.label for o in outcomes if not (o.few or o.sensitivity_of))
        ),
        analyses=frozenset(name for outcome in outcomes for name in outcome.analyses),
        provenances=frozenset(
            result.provenance for trial in material.included for result in trial.results
        ),
    )


def _few(material: Material) -> tuple[Few, ...]:
    """Every policy of few trials that some outcome has, once."""
    labels = {analysis.name: analysis.label for analysis in material.config.analyses}
    outcomes = [r.outcome for r in material.results if not r.outcome.sensitivity_of]
    found: dict[tuple[int, str], list[OutcomeSpec]] = {}
    for outcome in outcomes:
        if few := outcome.few:
            found.setdefault((few.trials, few.primary), []).append(outcome)
    policies = []
    for (most, primary), of in found.items():
        own = "" if of[0].few and of[0].few.same_as(material.config.few) else of[0].id
        printed = marked(str(most), keys.few_trials(own))
        named = (
            tuple(dict.fromkeys(outcome.label for outcome in of)) if len(of) < len(outcomes) else ()
        )
        policies.append((most, printed, labels[primary], named))
    return tuple(policies)
