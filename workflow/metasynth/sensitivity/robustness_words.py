"""The multiverse and sequential analyses in words that figures and tables share."""

from metasynth.language import keys
from metasynth.language.formats import percent
from metasynth.language.languages import Language
from metasynth.language.printed import Printed
from metasynth.language.tracked import NAME, marked
from metasynth.sensitivity.multiverse import Tally
from metasynth.sensitivity.sequential import Look, Sequential


def shares(tally: Tally, at: str, language: Language) -> str:
    """How many estimates and intervals lie on which side of no effect; `at` is the tally's key."""
    parts = {name: getattr(tally, name) for name in ("above", "below", "ci_above", "ci_below")}
    parts["rest"] = tally.analyses - tally.ci_above - tally.ci_below
    return language.say(
        "{above} of the estimates above no effect and {below} below; {ci_above} of the "
        "intervals entirely above it, {ci_below} entirely below, {rest} include it",
        **{
            name: marked(share(part, tally.analyses, language), f"{at}.{name}")
            for name, part in parts.items()
        },
    )


def share(part: int, whole: int, language: Language) -> str:
    """A share in per cent that reads 0% and 100% only where it is."""
    value = 100 * part / whole if whole else 0.0
    if 0 < value < 0.5:
        return "<" + percent(1.0, 0, language.numbers)
    if 99.5 <= value < 100:
        return ">" + percent(99.0, 0, language.numbers)
    return percent(value, 0, language.numbers)


def of_sequential(found: Sequential, language: Language) -> Printed:
    """Prints the numbers of a sequential analysis."""
    return Printed(keys.sequential(found.outcome), language.numbers)


def of_look(found: Sequential, look: Look, language: Language) -> Printed:
    """Prints the numbers of one of its looks."""
    place = found.looks.index(look) + 1
    return Printed(keys.sequential(found.outcome, place), language.numbers)


def planned_effect(found: Sequential, language: Language) -> str:
    """The planned effect as a relative reduction, or increase, of the risk."""
    reduction = found.relative_risk_reduction or 0.0
    size = of_sequential(found, language).percent("planned", 100 * abs(reduction))
    if reduction < 0:
        return language.say("a relative risk increase of {size}", size=size)
    return language.say("a relative risk reduction of {size}", size=size)


def year_name(look: Look, language: Language) -> str:
    """A look by its year."""
    return language.say("no year") if look.year is None else marked(str(look.year), NAME)


def verdict(found: Sequential, language: Language) -> str:
    """What the analysis says, in a sentence."""
    crossed = next((look for look in found.looks if look.crossed), None)
    last = found.looks[-1]
    share = of_look(found, last, language).percent("fraction", 100 * last.fraction)
    if crossed is not None:
        return language.say(
            "The boundary was crossed in {year}; {share} of the required participants have been "
            "analysed.",
            year=year_name(crossed, language),
            share=share,
        )
    if last.fraction >= 1:
        return language.say(
            "The required size was reached without crossing the boundary ({share} of it).",
            share=share,
        )
    return language.say(
        "No boundary was crossed, and {share} of the required participants have been analysed: "
        "the evidence does not suffice for a conclusion by this rule.",
        share=share,
    )
