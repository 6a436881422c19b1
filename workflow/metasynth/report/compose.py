"""The report put together: authored text, named numbers, tables and figures become one document."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from metasynth.language import Language
from metasynth.provenance.collect import collect
from metasynth.provenance.entry import Entry, UntracedNumberError
from metasynth.report import tables
from metasynth.report.claims import audit_names
from metasynth.report.document import (
    Block,
    Document,
    Figure,
    Landscape,
    References,
    Table,
    anchors,
    leading,
    numbers,
    text,
)
from metasynth.report.markdown import Parser, UnknownNameError
from metasynth.report.marks import marked
from metasynth.report.material import Material, Scope, primary_outcomes
from metasynth.report.names import trials
from metasynth.report.pictures import OF_AN_OUTCOME, OF_THE_REVIEW, words
from metasynth.report.references import references
from metasynth.report.sections import ReportError, Texts
from metasynth.report.vocabulary import vocabulary

__all__ = ["Material", "ReportError", "compose"]

REFERENCES = "references.csl"


def compose(material: Material, language: Language, templates: Path) -> Document:
    """The document in a language, from the folder of the report's templates.

    Raises:
        ReportError: for a name, number, figure, table or reference that does not exist.
    """
    said = material.within(language)
    texts = Texts(templates / language.code, Path(material.config.text) / language.code)
    builder = _Builder(said, language, templates / REFERENCES)
    blocks: list[Block] = []
    names = vocabulary(said, builder.scope.outcomes, language)
    names |= {"audit": audit_names(builder.scope)}
    for section, markdown in texts.filled(names):
        try:
            blocks += builder.blocks(markdown)
        except UnknownNameError as error:
            raise ReportError(f"{texts.place(section, error.written)}: {error}") from error
    config = said.config
    finished = builder.finished(blocks)
    subtitle = text(_subtitle(said, len(builder.scope.outcomes), language))
    provenance = _provenance((subtitle, *finished), said, language)
    targets = {key: entry.target for key, entry in provenance.items() if entry.target}
    return Document(
        title=config.title,
        subtitle=leading(subtitle, targets),
        language=language.code,
        version=config.version,
        date=config.date,
        blocks=leading(finished, targets),
        provenance=provenance,
    )


def _provenance(
    parts: tuple[object, ...], material: Material, language: Language
) -> Mapping[str, Entry]:
    """What is known of every number in these parts; links that lead nowhere here are left out."""
    book = collect(
        material.config,
        material.trials,
        material.results,
        material.sensitivities,
        material.claims,
        material.audit,
        language,
    )
    try:
        behind = book.behind(number.key for number in numbers(parts))
    except UntracedNumberError as error:
        raise ReportError(str(error)) from error
    there = {"", *anchors(parts)}
    return {
        key: replace(
            entry,
            target=entry.target if entry.target in there else "",
            formula=entry.formula if entry.formula in there else "",
        )
        for key, entry in behind.items()
    }


def _subtitle(material: Material, outcomes: int, language: Language) -> str:
    config, k = material.config, len(material.included)
    size = language.say(
        "{trials}, {outcomes}.",
        trials=trials(k, language, "review.trials"),
        outcomes=language.say_n(
            "{number} outcome",
            "{number} outcomes",
            outcomes,
            number=marked(str(outcomes), "review.outcomes"),
        ),
    )
    made = language.say("Version {version} of {date}.", version=config.version, date=config.date)
    people = f" {', '.join(config.authors)}." if config.authors else ""
    return f"{size[:1].upper()}{size[1:]} {made}{people}"


class _Builder:
    """Resolves the placeholders of the text, numbering tables and figures as they come."""

    def __init__(self, material: Material, language: Language, style: Path):
        self._style = style
        self._parser = Parser(self._insert, frozenset(material.bibliography))
        outcomes = primary_outcomes(material, language)
        self.scope = Scope(material, language, outcomes, self._parser.cite)
        self._numbers = {"figure": 0, "table": 0, "appendix": 0}

    def blocks(self, markdown: str) -> tuple[Block, ...]:
        """A section's blocks.

        Raises:
            UnknownNameError: for a figure, table or reference that does not exist.
        """
        return self._parser.parse(markdown)

    def finished(self, blocks: list[Block]) -> tuple[Block, ...]:
        """The blocks of all sections, with what only the whole text tells: the references cited."""
        keys = tuple(self._parser.cited)
        cited = [self.scope.material.bibliography[key] for key in keys]
        printed = references(cited, self._style, self.scope.language.code)
        entries = tuple(zip((f"ref-{key}" for key in keys), printed, strict=True))
        return tuple(References(entries) if isinstance(b, References) else b for b in blocks)

    def _number(self, kind: str) -> str:
        self._numbers[kind] += 1
        return f"{'A' if kind == 'appendix' else ''}{self._numbers[kind]}"

    def _insert(self, kind: str, name: str) -> tuple[Block, ...]:
        if kind == "list" and name == "references":
            return (References(),)
        if kind == "page" and name == "landscape":
            return (Landscape(),)
        if kind == "figure":
            return (self._figure(name),)
        if kind == "figures" and name in self.scope.outcomes:
            keys = (key for key in self.scope.material.figures if key.startswith(f"{name}/"))
            return tuple(self._figure(key) for key in keys if key != f"{name}/forest")
        if kind == "table" and (body := tables.build(name, self.scope)):
            appendix = name.partition("_")[0] in tables.APPENDIX
            number = self._number("appendix" if appendix else "table")
            return (Table(f"table-{name}", number, *body),)
        raise UnknownNameError(f"there is no {kind} {name!r}", f"{{{kind}:{name}}}")

    def _figure(self, name: str) -> Figure:
        """A figure of the review, of an outcome ("death/baujat"), or an outcome's forest plot."""
        say, figures = self.scope.language.say, self.scope.material.figures
        key = f"{name}/forest" if name in self.scope.outcomes else name
        if key not in figures:
            raise UnknownNameError(f"there is no figure {name!r}", f"{{figure:{name}}}")
        outcome, _, kind = key.rpartition("/")
        if outcome:
            names = self.scope.outcomes[outcome]
            caption = say(OF_AN_OUTCOME[kind], label=names.label, measure=names.measure)
        else:
            caption = say(OF_THE_REVIEW[kind])
        path = figures[key]
        anchor = f"fig-{outcome}" if kind == "forest" else f"fig-{key.replace('/', '-')}"
        return Figure(anchor, self._number("figure"), text(caption), path, *words(path))
