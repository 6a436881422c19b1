"""A document as JATS XML, which journals' own systems take: tag set Journal Publishing 1.3.

What only a journal knows (its name, its ISSN, the article's numbers in it) is left blank for it to
fill in. Text stays data: all of it goes through ElementTree. Documentation of the tag set:
https://jats.nlm.nih.gov/publishing/tag-library/1.3/.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as Tree

from metasynth.language.languages import Language
from metasynth.report.byline import ORCID, affiliations
from metasynth.report.document import (
    Block,
    Citation,
    Document,
    Figure,
    Heading,
    Inline,
    Inlines,
    Link,
    Listing,
    Number,
    Paragraph,
    Quote,
    References,
    Row,
    Styled,
    Table,
    Text,
    anchors,
    plain,
)

_DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) '
    'Journal Publishing DTD with MathML3 v1.3 20210610//EN" '
    '"JATS-journalpublishing1-3-mathml3.dtd">\n'
)
_LINK = "http://www.w3.org/1999/xlink"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_STYLES = {"strong": "bold", "emphasis": "italic", "superscript": "sup", "code": "monospace"}
SUMMARIES = {"abstract": "", "plain-language-summary": "plain-language-summary"}
"""The chapters that stand before the text, by their anchors, with the type of abstract they are."""


def render(document: Document, language: Language) -> str:
    """The XML text of an article or its supplement."""
    Tree.register_namespace("xlink", _LINK)
    return _DOCTYPE + Tree.tostring(_Writer(document, language).article(), "unicode") + "\n"


class _Writer:
    """Builds the tree of one document; `kinds` are those of what has an anchor here."""

    def __init__(self, document: Document, language: Language) -> None:
        self.document, self.language = document, language
        self.kinds = dict.fromkeys(anchors(document.blocks), "other")
        for block in document.blocks:
            if isinstance(block, Heading | Table | Figure):
                kind = {Heading: "sec", Table: "table", Figure: "fig"}[type(block)]
                self.kinds[block.anchor] = kind

    def article(self) -> Tree.Element:
        """The whole: front, body and back."""
        known = {"article-type": "systematic-review", "dtd-version": "1.3"}
        article = Tree.Element("article", known | {_LANGUAGE: self.document.language})
        front, body = _add(article, "front"), _add(article, "body")
        self._journal(front)
        summaries = self._meta(_add(front, "article-meta"))
        self._chapters(body, summaries)
        lists = [block for block in self.document.blocks if isinstance(block, References)]
        for entries in lists:
            self._references(_add(article, "back"), entries)
        return article

    def _journal(self, front: Tree.Element) -> None:
        journal = _add(front, "journal-meta")
        _add(journal, "journal-id", {"journal-id-type": "publisher-id"})
        _add(journal, "issn")

    def _meta(self, meta: Tree.Element) -> dict[str, Tree.Element]:
        """Title, people and date; gives the elements that the summaries go into, by anchor."""
        document = self.document
        _add(meta, "article-version").text = document.version
        subjects = _add(
            _add(meta, "article-categories"), "subj-group", {"subj-group-type": "heading"}
        )
        _add(subjects, "subject").text = self.language.say("Systematic review")
        _add(_add(meta, "title-group"), "article-title").text = document.title
        self._people(meta)
        year, month, day = document.date.split("-")
        date = _add(meta, "pub-date", {"date-type": "pub", "iso-8601-date": document.date})
        for name, number in (("day", day), ("month", month), ("year", year)):
            _add(date, name).text = number
        told = [b.anchor for b in document.blocks if isinstance(b, Heading) and b.level == 1]
        return {
            anchor: _add(meta, "abstract", {"abstract-type": kind} if kind else {})
            for anchor, kind in SUMMARIES.items()
            if anchor in told
        }

    def _people(self, meta: Tree.Element) -> None:
        people = self.document.authors
        if not people:
            return
        places = affiliations(people)
        group = _add(meta, "contrib-group")
        for one in people:
            answers = {"corresp": "yes"} if one.email else {}
            author = _add(group, "contrib", {"contrib-type": "author"} | answers)
            if one.orcid:
                identity = {"contrib-id-type": "orcid"}
                _add(author, "contrib-id", identity).text = ORCID + one.orcid
            _add(author, "string-name").text = one.name
            for place in one.affiliations:
                known = {"ref-type": "aff", "rid": f"aff{places.index(place) + 1}"}
                _add(author, "xref", known).text = str(places.index(place) + 1)
        for number, place in enumerate(places, start=1):
            where = _add(meta, "aff", {"id": f"aff{number}"})
            label = _add(where, "label")
            label.text, label.tail = str(number), place
        if writers := [one for one in people if one.email]:
            notes = _add(meta, "author-notes")
            for one in writers:
                letters = _add(notes, "corresp")
                letters.text = f"{one.name}, "
                _add(letters, "email").text = one.email

    def _chapters(self, body: Tree.Element, summaries: dict[str, Tree.Element]) -> None:
        """Blocks below the heading that they belong to; the reference list has its own place."""
        open_at: list[tuple[int, Tree.Element]] = [(0, body)]
        for block in self.document.blocks:
            if isinstance(block, References):
                continue
            if isinstance(block, Heading):
                while open_at[-1][0] >= block.level:
                    open_at.pop()
                summary = summaries.get(block.anchor) if block.level == 1 else None
                section = summary
                if section is None:
                    section = _add(open_at[-1][1], "sec", {"id": block.anchor})
                self._said(_add(section, "title"), block.content)
                open_at.append((block.level, section))
            else:
                self._block(open_at[-1][1], block)
        for chapter in list(body):
            if len(chapter) < 2 and chapter.tag == "sec":  # of the reference list nothing is left
                body.remove(chapter)

    def _block(self, parent: Tree.Element, block: Block) -> None:
        match block:
            case Paragraph(content, anchor):
                self._said(_add(parent, "p", {"id": anchor} if anchor else {}), content)
            case Listing(ordered, items):
                kind = {"list-type": "order" if ordered else "bullet"}
                # A summary has paragraphs alone, and a list within one of them.
                around = _add(parent, "p") if parent.tag == "abstract" else parent
                points = _add(around, "list", kind)
                for item in items:
                    point = _add(points, "list-item")
                    for part in item:
                        self._block(point, part)
            case Quote(content):
                quote = _add(parent, "disp-quote")
                for part in content:
                    self._block(quote, part)
            case Table():
                self._table(parent, block)
            case Figure():
                self._figure(parent, block)
            case _:
                pass  # notes and turned pages are of paper alone

    def _table(self, parent: Tree.Element, table: Table) -> None:
        wrap = _add(parent, "table-wrap", {"id": table.anchor})
        self._caption(wrap, self.language.say("Table"), table)
        grid = _add(wrap, "table")
        head = _add(_add(grid, "thead"), "tr")
        for column in table.columns:
            _add(head, "th", {"align": column.align}).text = column.title
        rows = _add(grid, "tbody")
        for row in table.rows:
            self._row(rows, row, table)
        if notes := [note for note in (table.note, *table.footnotes) if note]:
            foot = _add(wrap, "table-wrap-foot")
            for note in notes:
                self._said(_add(foot, "p"), note)

    def _row(self, rows: Tree.Element, row: Row, table: Table) -> None:
        made = _add(rows, "tr", {"id": row.anchor} if row.anchor else {})
        if row.heading:
            cell = _add(made, "th", {"colspan": str(len(table.columns)), "align": "left"})
            self._said(cell, row.cells[0])
            return
        for column, content in zip(table.columns, row.cells, strict=True):
            self._said(_add(made, "td", {"align": column.align}), content)

    def _figure(self, parent: Tree.Element, figure: Figure) -> None:
        made = _add(parent, "fig", {"id": figure.anchor})
        self._caption(made, self.language.say("Figure"), figure)
        _add(made, "alt-text").text = figure.alt
        _add(made, "long-desc").text = plain(figure.description)
        file = figure.path.removeprefix("results/")
        known = {"mimetype": "image", "mime-subtype": "svg+xml", f"{{{_LINK}}}href": f"../{file}"}
        _add(made, "graphic", known)

    def _caption(self, parent: Tree.Element, word: str, block: Table | Figure) -> None:
        _add(parent, "label").text = f"{word} {block.number}"
        self._said(_add(_add(parent, "caption"), "p"), block.caption)

    def _references(self, back: Tree.Element, listed: References) -> None:
        entries = _add(back, "ref-list")
        for number, (anchor, content) in enumerate(listed.entries, start=1):
            entry = _add(entries, "ref", {"id": anchor})
            _add(entry, "label").text = str(number)
            self._said(_add(entry, "mixed-citation"), content)

    def _said(self, element: Tree.Element, content: Iterable[Inline]) -> None:
        """Inlines as an element's content."""
        for item in content:
            match item:
                case Text(words) | Number(words):
                    _append(element, words)
                case Styled(style, children):
                    self._said(_add(element, _STYLES[style]), children)
                case Link(target, children):
                    self._link(element, target, children)
                case Citation():
                    self._citation(element, item)
                case _:
                    pass  # marks of notes are of paper alone

    def _link(self, element: Tree.Element, target: str, children: Inlines) -> None:
        kind = self.kinds.get(target.removeprefix("#")) if target[:1] == "#" else None
        if kind:
            known = {"ref-type": kind, "rid": target[1:]}
            self._said(_add(element, "xref", known), children)
        elif target[:1] == "#":
            self._said(element, children)
        else:
            known = {"ext-link-type": "uri", f"{{{_LINK}}}href": target}
            self._said(_add(element, "ext-link", known), children)

    def _citation(self, element: Tree.Element, cited: Citation) -> None:
        parts = [part for run in cited.runs() for part in zip(",–", run, strict=False)]
        for place, (sign, (key, number)) in enumerate(parts):
            if place:
                _add(element, "sup").text = sign
            known = {"ref-type": "bibr", "rid": f"ref-{key}"}
            _add(_add(element, "xref", known), "sup").text = str(number)


def _add(parent: Tree.Element, tag: str, known: dict[str, str] | None = None) -> Tree.Element:
    return Tree.SubElement(parent, tag, known or {})


def _append(element: Tree.Element, words: str) -> None:
    """Words behind what an element has already."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + words
    else:
        element.text = (element.text or "") + words
