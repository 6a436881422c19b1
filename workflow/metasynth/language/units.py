"""What a pooled effect is in, in words: the unit of means, the person-time of a rate."""

from metasynth.language import formats
from metasynth.language.languages import Language
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeSpec

IN_UNITS = frozenset({"MD", "MN", "MNLN", "MC"})
"""The measures of means whose estimates are in the unit of these."""


def with_unit(measure: str, outcome: OutcomeSpec, language: Language) -> str:
    """A measure's name with what it is in.

    "mean difference (mmHg)", "incidence rate per 100 person-years". A ratio is in nothing, and
    neither is what is standardised.
    """
    if outcome.unit and outcome.measure in IN_UNITS:
        return f"{measure} ({language.label(outcome.unit)})"
    rated = outcome.type in ("rate", "incidence") and not is_ratio(outcome.measure)
    if not rated or (outcome.per == 1 and not outcome.time_unit):
        return measure
    unit = language.label(outcome.time_unit) or language.say("units of person-time")
    if outcome.per == 1:
        return language.say("{measure} (time in {unit})", measure=measure, unit=unit)
    number = formats.shortest(outcome.per, language.numbers)
    return language.say("{measure} per {number} {unit}", measure=measure, number=number, unit=unit)
