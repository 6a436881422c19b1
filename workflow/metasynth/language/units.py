"""The person-time that a rate is of, and the unit of means, in words."""

from metasynth.language import formats
from metasynth.language.languages import Language
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeSpec

_IN_UNITS = ("MD", "MN")


def with_time(measure: str, outcome: OutcomeSpec, language: Language) -> str:
    """A measure's name with the time of a rate or the unit of means.

    "Incidence rate per 100 person-years", "mean difference (mmol/l)". A ratio of rates has none,
    and neither has another measure.
    """
    if outcome.unit and outcome.measure in _IN_UNITS:
        unit = language.label(outcome.unit)
        return language.say("{measure} ({unit})", measure=measure, unit=unit)
    rated = outcome.type in ("rate", "incidence") and not is_ratio(outcome.measure)
    if not rated or (outcome.per == 1 and not outcome.time_unit):
        return measure
    unit = language.label(outcome.time_unit) or language.say("units of person-time")
    if outcome.per == 1:
        return language.say("{measure} (time in {unit})", measure=measure, unit=unit)
    number = formats.shortest(outcome.per, language.numbers)
    return language.say("{measure} per {number} {unit}", measure=measure, number=number, unit=unit)
