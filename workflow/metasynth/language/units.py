"""The person-time that a rate is of, in words."""

from metasynth.language import formats
from metasynth.language.languages import Language
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeSpec


def with_time(measure: str, outcome: OutcomeSpec, language: Language) -> str:
    """A measure's name with the time of a rate: "incidence rate per 100 person-years".

    A ratio of rates has none, and neither has another measure.
    """
    rated = outcome.type in ("rate", "incidence") and not is_ratio(outcome.measure)
    if not rated or (outcome.per == 1 and not outcome.time_unit):
        return measure
    unit = language.label(outcome.time_unit) or language.say("units of person-time")
    if outcome.per == 1:
        return language.say("{measure} (time in {unit})", measure=measure, unit=unit)
    number = formats.shortest(outcome.per, language.numbers)
    return language.say("{measure} per {number} {unit}", measure=measure, number=number, unit=unit)
