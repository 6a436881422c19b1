"""Finished blocks as the report's two documents, each knowing the other and its own numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from metasynth.language.compared import once_each
from metasynth.language.languages import Language, suffix
from metasynth.language.tracked import capitalised, marked
from metasynth.model import bounds
from metasynth.model.records import OutcomeResult
from metasynth.provenance.collect import collect
from metasynth.provenance.entry import Book, Entry, UntracedNumberError
from metasynth.report.byline import authors, byline
from metasynth.report.document import (
    Block,
    Document,
    Figure,
    References,
    Table,
    anchors,
    leading,
    numbers,
    text,
    without_dead_links,
)
from metasynth.report.exploration import Explored, of_results
from metasynth.report.material import Material, Scope
from metasynth.report.text.names import trials
from metasynth.report.text.phrases import unfinished
from metasynth.report.text.sections import ReportError

Blocks = tuple[Block, ...]
NAMES = ("review", "supplement")
"""The files of article and supplement."""


class Report(NamedTuple):
    """A report's two documents, which lead to each other."""

    article: Document
    supplement: Document


def documents(scope: Scope, parts: tuple[Blocks, Blocks]) -> Report:
    """The two documents of finished blocks."""
    material, language = scope.material, scope.language
    config = material.config
    there = {*anchors(parts)}
    if len(material.trials) > bounds.TOLD_ROWS:  # whose rows are not printed: no link finds them
        parts = without_dead_links(parts, there)
    subtitle = text(_subtitle(material, language))
    people = authors(config)
    book = _book(scope)
    mark = suffix(language.code, config.languages)
    stems = [f"{name}{mark}" for name in NAMES]
    titles = (config.title, language.say("Supplement: {title}", title=config.title))
    made = []
    for place, blocks in enumerate(parts):
        provenance = _provenance((subtitle, *blocks), book, there)
        targets = {key: entry.target for key, entry in provenance.items() if entry.target}
        made.append(
            Document(
                title=titles[place],
                subtitle=leading(subtitle, targets),
                language=language.code,
                version=config.version,
                date=config.date,
                blocks=leading(blocks, targets),
                provenance=provenance,
                draft=unfinished(bool(material.draft), material.made_up, language),
                authors=people,
                byline=byline(people, language),
                forms=config.formats,
                languages=tuple(
                    (code, f"{NAMES[place]}{suffix(code, config.languages)}")
                    for code in config.languages
                ),
                stem=stems[place],
                sibling=stems[1 - place],
                elsewhere=_only_there(parts[1 - place], blocks),
                explored=_explored(material.results, blocks),
            )
        )
    return Report(*made)


def _book(scope: Scope) -> Book:
    """What is known of every number of the review."""
    material = scope.material
    book = collect(
        material.config,
        material.trials,
        material.results,
        material.sensitivities,
        material.claims,
        material.audit,
        scope.language,
        material.findings,
        material.ratings,
        material.stability,
        material.flow,
        material.figures,
        material.crosschecks,
    )
    book.add(scope.counts.values())
    return book


def _provenance(parts: tuple[object, ...], book: Book, there: set[str]) -> Mapping[str, Entry]:
    """What is known of the numbers in these parts; links that lead nowhere are left out."""
    try:
        behind = book.behind(number.key for number in numbers(parts))
    except UntracedNumberError as error:
        raise ReportError(str(error)) from error
    known = {"", *there}
    return {
        key: replace(
            entry,
            target=entry.target if entry.target in known else "",
            formula=entry.formula if entry.formula in known else "",
        )
        for key, entry in behind.items()
    }


def _outcomes(material: Material, language: Language) -> str:
    """How many outcomes there are, and in how many comparisons where there are several."""
    specs = [spec for spec in material.config.outcomes if not spec.sensitivity_of]
    outcomes, compared = len(once_each(specs)), len({spec.comparison for spec in specs})
    said = language.say_n(
        "{number} outcome",
        "{number} outcomes",
        outcomes,
        number=marked(str(outcomes), "review.outcomes"),
    )
    if "" in material.config.comparisons:
        return said
    n = marked(str(compared), "review.comparisons")
    return language.say_n(
        "{outcomes} in {n} comparison",
        "{outcomes} in {n} comparisons",
        compared,
        outcomes=said,
        n=n,
    )


def _subtitle(material: Material, language: Language) -> str:
    config, k = material.config, len(material.included)
    size = language.say(
        "{trials}, {outcomes}.",
        trials=trials(k, language, "review.trials"),
        outcomes=_outcomes(material, language),
    )
    made = language.say("Version {version} of {date}.", version=config.version, date=config.date)
    return f"{capitalised(size)} {made}"


def _explored(results: Iterable[OutcomeResult], blocks: Blocks) -> dict[str, Explored]:
    """The outcomes whose forest plots stand in this document."""
    here = {*anchors(blocks)}
    return {anchor: one for anchor, one in of_results(results).items() if anchor in here}


def _only_there(there: Blocks, here: Blocks) -> dict[str, str]:
    """The anchors of the other document that are not here, with the number of what has one."""
    known = dict.fromkeys(anchors(there), "")
    for block in there:
        if isinstance(block, Table | Figure):
            known[block.anchor] = block.number
        elif isinstance(block, References):
            known |= {anchor: str(n) for n, (anchor, _) in enumerate(block.entries, start=1)}
    own = {*anchors(here)}
    return {anchor: number for anchor, number in known.items() if anchor not in own}
