"""What a specification curve shows, in words: titles, notes, and a description of its numbers."""

from collections.abc import Iterator

from metasynth.figures.choices import dimension_name, option_name, options_taken
from metasynth.figures.observed import subject
from metasynth.figures.outcome import MEASURES
from metasynth.formats import effect, estimate
from metasynth.language import Language
from metasynth.methods import is_ratio
from metasynth.multiverse import Multiverse, Scale, Tally
from metasynth.records import OutcomeResult
from metasynth.robustness_words import shares


def measure_title(scale: Scale, language: Language) -> tuple[str, str]:
    """A panel's title: the measure and its scale, and how many analyses."""
    name = language.say(MEASURES[scale.measure]) if scale.measure in MEASURES else scale.measure
    if is_ratio(scale.measure):
        name = language.say("{measure} (log scale)", measure=name)
    count = language.say_n("{n} analysis", "{n} analyses", scale.tally.analyses)
    return name, count


def notes(found: Multiverse, language: Language) -> list[str]:
    """How to read the figure."""
    said = [
        language.say(
            "Each column is an analysis, sorted by its estimate; below it the choices it took. "
            "Where analyses are closer than a point, a column holds several, and is as dark as the "
            "share of them that took the option. Intervals are cut at the ends of the axis."
        )
    ]
    if found.undefined:
        said.append(
            language.say_n(
                "{n} analysis has no result and is not drawn.",
                "{n} analyses have no result and are not drawn.",
                found.undefined,
            )
        )
    return said


def words(result: OutcomeResult, found: Multiverse, language: Language) -> tuple[str, str]:
    """A short alternative text, and a long one with the numbers of each measure and option."""
    title = language.say(
        "{subject}: {count}; {shares}.",
        subject=subject(language.say("Specification curve"), result, language),
        count=language.say_n("{n} analysis", "{n} analyses", found.tally.analyses),
        shares=_shares(found.tally, found.scales[0].null, language),
    )
    sentences = [*_measures(found, language), *_primary(found, language)]
    return title, " ".join([title, *sentences, *_options(result, found, language)])


def _shares(tally: Tally, null: float | None, language: Language) -> str:
    if null is None:
        return language.say("the measure has no value of no effect")
    return shares(tally, language)


def _measures(found: Multiverse, language: Language) -> Iterator[str]:
    for scale in found.scales:
        yield language.say(
            "{title}: estimates from {low} to {high}, half of them below {median}; {shares}.",
            title=", ".join(measure_title(scale, language)),
            low=estimate(scale.measure, scale.low, language.numbers),
            high=estimate(scale.measure, scale.high, language.numbers),
            median=estimate(scale.measure, scale.median, language.numbers),
            shares=_shares(scale.tally, scale.null, language),
        )


def _primary(found: Multiverse, language: Language) -> Iterator[str]:
    if found.primary is None or found.lower is None:
        return
    rows, place, scale = found.specifications, found.primary, found.scales[0]
    yield language.say(
        "The primary analysis, {effect}, has {lower} of the {count} estimates of its measure below "
        "it.",
        effect=effect(
            scale.measure,
            rows.estimate[place],
            rows.ci_low[place],
            rows.ci_high[place],
            language.numbers,
        ),
        lower=found.lower,
        count=scale.tally.analyses,
    )


def _options(result: OutcomeResult, found: Multiverse, language: Language) -> Iterator[str]:
    """For each dimension, how often each option was taken and excluded no effect."""
    taken = options_taken(found)
    excludes = excluding(found)
    for dimension in found.dimensions[1:]:
        chosen = taken[dimension.name]
        used = sorted({i for i in chosen if i is not None})
        if len(used) < 2:
            continue
        parts = [
            language.say(
                "{option} {part} of {whole}",
                option=option_name(dimension.name, dimension.options[i], result, language),
                part=sum(e for e, c in zip(excludes, chosen, strict=True) if c == i),
                whole=chosen.count(i),
            )
            for i in used
        ]
        yield language.say(
            "Intervals that exclude no effect, by {dimension}: {parts}.",
            dimension=dimension_name(dimension.name, language),
            parts=", ".join(parts),
        )


def excluding(found: Multiverse) -> list[bool]:
    """Whether each analysis' interval excludes no effect."""
    rows = found.specifications
    nulls = [scale.null for scale in found.scales for _ in range(scale.tally.analyses)]
    return [
        null is not None
        and ((low is not None and low > null) or (high is not None and high < null))
        for null, low, high in zip(nulls, rows.ci_low, rows.ci_high, strict=True)
    ]
