"""What a specification curve shows, in words: titles, notes, and a description of its numbers."""

from collections.abc import Iterator

from metasynth.figures import outcome as of_outcome
from metasynth.figures.observed import subject
from metasynth.figures.plots.multiverse_choices import dimension_name, option_name
from metasynth.language import keys
from metasynth.language.formats import bracketed, named
from metasynth.language.languages import Language, message
from metasynth.language.printed import Printed
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.multiverse import Multiverse, Scale, Tally, excluding, options_taken
from metasynth.sensitivity.robustness_words import shares


def measure_title(outcome: str, scale: Scale, language: Language) -> tuple[str, str]:
    """A panel's title: the measure and its scale, and how many analyses."""
    title = of_outcome.measure_title(scale.measure, language)
    if is_ratio(scale.measure):
        title = language.say("{measure} (log scale)", measure=title)
    return title, _analyses(keys.multiverse(outcome, scale.measure), scale.tally, language)


def _analyses(at: str, tally: Tally, language: Language) -> str:
    n = Printed(at, language.numbers).count("analyses", tally.analyses)
    return language.say_n("{n} analysis", "{n} analyses", tally.analyses, n=n)


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
                n=Printed(keys.multiverse(found.outcome), language.numbers).count(
                    "undefined", found.undefined
                ),
            )
        )
    return said


def words(result: OutcomeResult, found: Multiverse, language: Language) -> tuple[str, str]:
    """A short alternative text, and a long one with the numbers of each measure and option."""
    at, null = keys.multiverse(found.outcome), found.scales[0].null
    said = {
        "subject": subject(language.say("Specification curve"), result, language),
        "count": _analyses(at, found.tally, language),
    }
    title = language.say("{subject}: {count}.", **said)
    if null is not None:
        title = language.say(
            "{subject}: {count}; {shares}.", shares=shares(found.tally, at, language), **said
        )
    sentences = [*_measures(found, language), *_primary(result, found, language)]
    return title, " ".join([title, *sentences, *_options(result, found, language)])


def _measures(found: Multiverse, language: Language) -> Iterator[str]:
    for scale in found.scales:
        at = keys.multiverse(found.outcome, scale.measure)
        said = Printed(at, language.numbers)
        ends = {
            end: said.estimate(end, scale.measure, getattr(scale, end))
            for end in ("low", "high", "median")
        }
        title = ", ".join(measure_title(found.outcome, scale, language))
        template = message("{title}: estimates from {low} to {high}, median {median}")
        if scale.low == scale.high:
            template = message("{title}: estimate {median}")
        text = language.say(template, title=title, **ends)
        beside = "" if scale.null is None else f"; {shares(scale.tally, at, language)}"
        yield f"{text}{beside}."


def _primary(result: OutcomeResult, found: Multiverse, language: Language) -> Iterator[str]:
    if found.primary is None or found.lower is None:
        return
    row = result.analyses[0].estimates[0]
    rows, place, scale = found.specifications, found.primary, found.scales[0]
    whole = Printed(keys.pooled(found.outcome, result.analyses[0].spec.name), language.numbers)
    values = {f: getattr(rows, f)[place] for f in ("estimate", "ci_low", "ci_high")}
    estimate, low, high = (whole.estimate(f, scale.measure, x) for f, x in values.items())
    all_of_them = Printed(keys.multiverse(found.outcome), language.numbers)
    own = Printed(keys.multiverse(found.outcome, scale.measure), language.numbers)
    yield language.say(
        "The primary analysis, {effect}, has {lower} of the {count} estimates of its measure below "
        "it.",
        effect=bracketed(estimate, low, high, language.numbers) + named(row.ci_method),
        lower=all_of_them.count("lower", found.lower),
        count=own.count("analyses", scale.tally.analyses),
    )


def _options(result: OutcomeResult, found: Multiverse, language: Language) -> Iterator[str]:
    """For each dimension, how often each option was taken and excluded no effect, if any."""
    if all(scale.null is None for scale in found.scales):
        return
    taken = options_taken(found)
    excludes = excluding(found)
    for dimension in found.dimensions[1:]:
        chosen = taken[dimension.name]
        used = sorted({i for i in chosen if i is not None})
        if len(used) < 2:
            continue
        parts = []
        for i in used:
            at = keys.option(found.outcome, dimension.name, i + 1)
            said = Printed(at, language.numbers)
            part = sum(e for e, c in zip(excludes, chosen, strict=True) if c == i)
            parts.append(
                language.say(
                    "{option} {part} of {whole}",
                    option=option_name(dimension.name, dimension.options[i], result, language),
                    part=said.count("excluding", part),
                    whole=said.count("analyses", chosen.count(i)),
                )
            )
        yield language.say(
            "Intervals that exclude the value of no effect, by {dimension}: {parts}.",
            dimension=dimension_name(dimension.name, language),
            parts=", ".join(parts),
        )
