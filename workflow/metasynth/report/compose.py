"""The report put together: authored text, named numbers, tables and figures become documents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from metasynth.core.bibtex import Entry as Reference
from metasynth.figures import catalogue
from metasynth.language.languages import OWN, Language, shipped
from metasynth.report.document import (
    Block,
    Figure,
    Heading,
    Inlines,
    Landscape,
    Link,
    Paragraph,
    References,
    Styled,
    Table,
    plain,
    text,
)
from metasynth.report.documents import Blocks, Report, documents
from metasynth.report.material import Material, Scope, primary_outcomes, printed_figures
from metasynth.report.render.pictures import said
from metasynth.report.render.references import references
from metasynth.report.tables import index, prisma
from metasynth.report.tables.base import NoTableError, TableBody
from metasynth.report.tables.claims import audit_names
from metasynth.report.text import checklists, method_references
from metasynth.report.text.markdown import Parser, UnknownNameError
from metasynth.report.text.sections import ARTICLE, SUMMARIES, ReportError, Texts
from metasynth.report.text.vocabulary import filters, vocabulary

__all__ = ["Material", "Report", "ReportError", "compose"]

REFERENCES = "references.csl"


def compose(material: Material, language: Language, templates: Path) -> Report:
    """The article and its supplement in a language, from the folder of the report's templates.

    Raises:
        ReportError: for a name, number, figure, table or reference that does not exist.
    """
    methods = method_references.read(templates)
    said = replace(material.within(language), bibliography=methods | dict(material.bibliography))
    own = Path(material.config.text) / language.code
    shared = language.code in shipped()
    general = (templates / language.code,) if shared else (own / OWN, templates / "en")
    texts = Texts(general, own, filters(language), language.template)
    builder = _Builder(said, language, templates / REFERENCES, methods)
    article, supplement = list[Block](), list[Block]()
    names = vocabulary(said, builder.scope.outcomes, language)
    names |= {"audit": audit_names(builder.scope)}
    for section, markdown in texts.filled(names):
        if section not in ARTICLE:
            builder.begin_supplement()
        builder.name_methods(section not in SUMMARIES)
        try:
            (article if section in ARTICLE else supplement).extend(builder.blocks(markdown))
        except UnknownNameError as error:
            raise ReportError(f"{texts.place(section, error.written)}: {error}") from error
    builder.refuse_unanswered((*article, *supplement))
    return documents(builder.scope, builder.finished(tuple(article), tuple(supplement)))


def _title(block: Block) -> Inlines:
    """What a link to a block is called: a heading, or the strong words that begin a paragraph."""
    if isinstance(block, Heading):
        return block.content
    first = block.content[0] if isinstance(block, Paragraph) else None
    words = plain(first.children) if isinstance(first, Styled) else ""
    return text(words.rstrip("."))


def _is_checklist(block: Block) -> bool:
    return isinstance(block, Table) and block.anchor in checklists.CHECKLISTS


class _Builder:
    """Resolves the placeholders of the text, numbering tables and figures as they come."""

    def __init__(
        self, material: Material, language: Language, style: Path, methods: Mapping[str, Reference]
    ):
        self._style = style
        self._parser = Parser(
            self._insert,
            frozenset(material.bibliography),
            checklists.KNOWN,
            method_references.finder(methods),
            method_references.by_words(methods),
        )
        outcomes = primary_outcomes(material, language)
        self.scope = Scope(material, language, outcomes, self._parser.cite)
        self._cited: dict[str, int] = {}  # in the article, once the supplement has begun
        self._prefix = ""
        self._numbers = {"figure": 0, "table": 0}

    def begin_supplement(self) -> None:
        """From here on, if not before, figures, tables and references are the supplement's."""
        if self._prefix:
            return
        self._cited, self._parser.cited = self._parser.cited, {}
        self._prefix, self._numbers = "S", {"figure": 0, "table": 0}

    def name_methods(self, wanted: bool) -> None:
        """Whether what follows cites the methods that it names; summaries cite nothing."""
        self._parser.naming = wanted

    def blocks(self, markdown: str) -> tuple[Block, ...]:
        """A section's blocks.

        Raises:
            UnknownNameError: for a figure, table or reference that does not exist.
        """
        return self._parser.parse(markdown)

    def refuse_unanswered(self, blocks: Sequence[Block]) -> None:
        """Every item of PRISMA 2020 must have text, or a stated reason why not.

        So must those of a living review, if the report has their checklist.

        Raises:
            ReportError: naming the items that have neither.
        """
        answered = prisma.with_text(self._parser.places, blocks).keys() | self._parser.reasons
        asked = checklists.asked(b.anchor for b in blocks if isinstance(b, Table))
        if missing := checklists.missing(answered, asked):
            raise ReportError(
                f"these items of PRISMA have neither text nor a stated reason: "
                f"{', '.join(missing)}. Write the text and mark its place, such as {{prisma:24a}}, "
                f"or a paragraph that says why there is none: {{prisma-none:24a}} …"
            )

    def finished(self, article: Blocks, supplement: Blocks) -> tuple[Blocks, Blocks]:
        """The blocks with what only the whole text tells: references, checklists.

        The references come last, since checklists may cite.
        """
        every = (*article, *supplement)
        whole = tuple(self._checklist(b, every) if _is_checklist(b) else b for b in supplement)
        return self._listed(article, self._cited), self._listed(whole, self._parser.cited)

    def _listed(self, blocks: Blocks, cited: Mapping[str, int]) -> tuple[Block, ...]:
        """Blocks with the list of the references that are cited in them."""
        entries = [self.scope.material.bibliography[key] for key in cited]
        printed = references(entries, self._style, self.scope.language)
        listed = References(tuple(zip((f"ref-{key}" for key in cited), printed, strict=True)))
        return tuple(listed if isinstance(b, References) else b for b in blocks)

    def _checklist(self, table: Block, blocks: Sequence[Block]) -> Table:
        assert isinstance(table, Table)
        titles = {
            block.anchor: _title(block)
            for block in blocks
            if isinstance(block, Heading | Paragraph)
        }
        places = prisma.with_text(self._parser.places, blocks)
        items, caption = checklists.CHECKLISTS[table.anchor]
        language, reasons = self.scope.language, self._parser.reasons
        body = prisma.checklist(items, caption, places, reasons, titles, language, self._open())
        return Table(table.anchor, table.number, *body)

    def _open(self) -> frozenset[str]:
        """The items that rest on starter text in this language, or in what all languages share."""
        code, left = self.scope.language.code, self.scope.material.draft
        return frozenset(item for one in left if one.language in ("", code) for item in one.items)

    def _number(self, kind: str) -> str:
        self._numbers[kind] += 1
        return f"{self._prefix}{self._numbers[kind]}"

    def _insert(self, kind: str, name: str) -> tuple[Block, ...]:
        if kind == "list" and name == "references":
            return (References(),)
        if kind == "page" and name == "landscape":
            return (Landscape(),)
        if kind == "figure":
            return (self._figure(name),)
        if kind == "figures" and name in self.scope.outcomes:
            own = printed_figures(self.scope.outcomes[name], self.scope.material.figures)
            return tuple(map(self._figure, own))
        if kind == "table" and f"table-{name}" in checklists.CHECKLISTS:
            return (Table(f"table-{name}", self._number("table"), (), (), ()),)
        if kind == "table" and (body := self._body(name)):
            number = self._number("table")
            stacked = index.is_stacked(name)
            return (replace(Table(f"table-{name}", number, *body), stacked=stacked),)
        raise UnknownNameError(f"there is no {kind} {name!r}", f"{{{kind}:{name}}}")

    def _body(self, name: str) -> TableBody | None:
        """The table of this name; nothing when there is none."""
        try:
            return index.build(name, self.scope)
        except NoTableError as none:
            raise UnknownNameError(str(none), f"{{table:{name}}}") from none

    def _sampled(self, outcome: str, kind: str) -> bool:
        """Whether a figure shows a sample of the subsets of trials."""
        known = self.scope.material.sensitivities.get(outcome)
        subsets = known.diagnostics.subsets if known else None
        return kind == "gosh" and subsets is not None and not subsets.complete

    def _figure(self, name: str) -> Figure:
        """A figure of the review, of an outcome ("death/baujat"), or an outcome's forest plot."""
        say, figures = self.scope.language.say, self.scope.material.figures
        key = f"{name}/forest" if name in self.scope.outcomes else name
        if key not in figures:
            raise UnknownNameError(f"there is no figure {name!r}", f"{{figure:{name}}}")
        outcome, _, kind = key.rpartition("/")
        if outcome:
            names = self.scope.outcomes[outcome]
            record = catalogue.OF_OUTCOMES[kind]
            template = record.sampled if self._sampled(outcome, kind) else record.caption
            what = say(template, label=names.label, measure=names.measure)
            data = Link(f"#table-inputs_{outcome}", text(say("The numbers behind it.")))
            caption = (*text(f"{what} "), data)
        else:
            record = (catalogue.OF_THE_REVIEW | catalogue.OF_ALL_OUTCOMES)[kind]
            caption = text(say(record.caption))
        found, number = said(figures[key]), self._number("figure")
        anchor = f"fig-{outcome}" if kind == "forest" else f"fig-{key.replace('/', '-')}"
        own = (figures[key], found.title, found.description, found.numbers)
        return Figure(anchor, number, caption, *own)
