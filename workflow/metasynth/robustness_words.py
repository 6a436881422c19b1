"""The multiverse and sequential analyses in words that figures and tables share."""

from metasynth.formats import percent
from metasynth.language import Language
from metasynth.multiverse import Tally
from metasynth.sequential import Look, Sequential


def shares(tally: Tally, language: Language) -> str:
    """How many estimates and intervals lie on which side of no effect."""
    return language.say(
        "{above} of the estimates above no effect and {below} below; {ci_above} of the confidence "
        "intervals entirely above it, {ci_below} entirely below, {rest} include it",
        above=share(tally.above, tally.analyses, language),
        below=share(tally.below, tally.analyses, language),
        ci_above=share(tally.ci_above, tally.analyses, language),
        ci_below=share(tally.ci_below, tally.analyses, language),
        rest=share(tally.analyses - tally.ci_above - tally.ci_below, tally.analyses, language),
    )


def share(part: int, whole: int, language: Language) -> str:
    """A share in per cent that reads 0% and 100% only where it is."""
    value = 100 * part / whole if whole else 0.0
    if 0 < value < 0.5:
        return "<" + percent(1.0, 0, language.numbers)
    if 99.5 <= value < 100:
        return ">" + percent(99.0, 0, language.numbers)
    return percent(value, 0, language.numbers)


def planned_effect(found: Sequential, language: Language) -> str:
    """The planned effect as a relative reduction, or increase, of the risk."""
    reduction = found.relative_risk_reduction or 0.0
    size = percent(100 * abs(reduction), 0, language.numbers)
    if reduction < 0:
        return language.say("a relative risk increase of {size}", size=size)
    return language.say("a relative risk reduction of {size}", size=size)


def year_name(look: Look, language: Language) -> str:
    """A look by its year."""
    return language.say("no year") if look.year is None else str(look.year)


def verdict(found: Sequential, language: Language) -> str:
    """What the analysis says, in a sentence."""
    crossed = next((look for look in found.looks if look.crossed), None)
    last = found.looks[-1]
    share = percent(100 * last.fraction, 0, language.numbers)
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
