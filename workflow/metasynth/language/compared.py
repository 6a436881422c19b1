"""What a comparison is called, and its sides; and an outcome in one of several comparisons."""

from collections.abc import Iterable

from metasynth.language.language import Language
from metasynth.language.sentences import lowered
from metasynth.model.records import Comparison, OutcomeResult, OutcomeSpec


def sides(comparison: Comparison, language: Language) -> tuple[str, str]:
    """The names of both sides, as declared, else these words; of one group all participants."""
    if not comparison.intervention:
        return language.say("Participants"), ""
    return (
        comparison.intervention_label or language.say("Intervention"),
        comparison.control_label or language.say("Control"),
    )


def comparison_name(comparison: Comparison, language: Language) -> str:
    """A comparison by its label, else by its sides: "High dose versus placebo"."""
    return language.label(comparison.label) or _versus(comparison, language)


def comparison_title(comparison: Comparison, language: Language) -> str:
    """A comparison by its label and its sides: "Head to head (drug versus standard drug)"."""
    versus = _versus(comparison, language)
    return f"{language.label(comparison.label)} ({lowered(versus)})" if comparison.label else versus


def _versus(comparison: Comparison, language: Language) -> str:
    intervention, control = map(language.label, sides(comparison, language))
    if not comparison.control:
        return intervention
    return language.say(
        "{intervention} versus {control}", intervention=intervention, control=lowered(control)
    )


def labelled(outcome: OutcomeSpec, comparison: Comparison, language: Language) -> str:
    """An outcome's label, with its comparison where the review has several.

    That of another reading stands where the outcome itself is named.
    """
    label = language.label(outcome.label)
    if not outcome.comparison or outcome.sensitivity_of:
        return label
    return f"{label} ({lowered(comparison_name(comparison, language))})"


def once_each(outcomes: Iterable[OutcomeSpec]) -> list[OutcomeSpec]:
    """Outcomes, each once, however many comparisons it is pooled in."""
    found: dict[str, OutcomeSpec] = {}
    for outcome in outcomes:
        found.setdefault(outcome.label if outcome.comparison else outcome.id, outcome)
    return list(found.values())


def full_label(result: OutcomeResult, language: Language) -> str:
    """The label of a pooled outcome, with its comparison where the review has several."""
    return labelled(result.outcome, result.comparison, language)
