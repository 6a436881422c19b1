"""Authored Markdown into document blocks.

The dialect is CommonMark without raw HTML, plus three things: `[@key]` or `[@key; @other]` cites,
a paragraph that is just `{figure:…}`, `{table:…}`, `{list:…}` or `{page:…}` is what it names, and
one that begins with `{anchor:name}` can be linked to by that name.
Values that templates put into the text are escaped first: a label is text whatever it holds.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from markdown_it import MarkdownIt
from markdown_it.token import Token

from metasynth.report.document import (
    Block,
    Citation,
    Heading,
    Inline,
    Inlines,
    Link,
    Listing,
    Paragraph,
    Quote,
    Styled,
    Text,
    plain,
    text,
)
from metasynth.report.text.method_references import Finder

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_PLACEHOLDER = re.compile(r"\{(figure|figures|table|list|page):([a-z0-9_]+)\}")
_ANCHOR = re.compile(r"\{anchor:([a-z0-9-]+)\} *")
_HEADING_ANCHOR = re.compile(r" *\{anchor:([a-z0-9-]+)\}")
_ITEMS = re.compile(r" *\{prisma:([A-Za-z0-9. ]+)\}")
_NO_ITEM = re.compile(r"\{prisma-none:([A-Za-z0-9. ]+)\} *")
_CITATION = re.compile(r" ?\[(@[a-z0-9_]+(?:; ?@[a-z0-9_]+)*)\]")
_STYLES = {"strong": "strong", "em": "emphasis"}


def escape(value: str) -> str:
    """Text as Markdown that renders to exactly that text (CommonMark 2.4, backslash escapes)."""
    return _PUNCTUATION.sub(r"\\\1", re.sub(r"[ \t\r\n]+", " ", value).strip())


class UnknownNameError(ValueError):
    """A text cites a reference, or asks for a figure or table, that does not exist.

    `written` is how the text names it.
    """

    def __init__(self, message: str, written: str):
        super().__init__(message)
        self.written = written


class Parser:
    """Turns Markdown into blocks, numbering citations in the order in which they first appear."""

    def __init__(
        self,
        insert: Callable[[str, str], Sequence[Block]],
        known: frozenset[str],
        items: frozenset[str] = frozenset(),
        named: Finder | None = None,
        once: frozenset[str] = frozenset(),
    ):
        """`insert(kind, name)` gives the blocks of a placeholder.

        `known` are the citable keys, `items` those of the checklists. Paragraphs cite what they
        name, as `named` finds it, where `naming` is on; what is named `once` is cited where it is
        named first. After parsing, `cited` holds
        the numbers of citations, `places` the anchors where each item is answered (a paragraph's
        own, or its heading's), and `reasons` why items have no place.
        """
        self._insert = insert
        self._known = known
        self._items = items
        self._named = named
        self._once = once
        self.naming = True
        self.cited: dict[str, int] = {}
        self.places: dict[str, list[str]] = {}
        self.reasons: dict[str, Inlines] = {}
        self._anchors: set[str] = set()
        self._marked: list[str] = []
        self._heading = ""

    def parse(self, source: str) -> tuple[Block, ...]:
        """Blocks of a Markdown source.

        Raises:
            UnknownNameError: for a citation or placeholder that names nothing.
        """
        # Without text_join an escaped character stays a token of its own: \\[@key] is no citation.
        markdown = MarkdownIt("commonmark", {"html": False}).disable("text_join")
        return tuple(self._blocks(iter(markdown.parse(source)), ""))

    def _blocks(self, tokens: Iterator[Token], closing: str) -> Iterator[Block]:
        for token in tokens:
            kind = token.type
            if kind == closing:
                return
            if kind == "heading_open":
                with self._unnamed():
                    content = self._inlines(next(tokens))
                yield self._titled(int(token.tag[1]), content)
            elif kind == "paragraph_open":
                yield from self._paragraph(next(tokens))
            elif kind in ("bullet_list_open", "ordered_list_open"):
                yield self._listing(tokens, kind.replace("open", "close"))
            elif kind == "blockquote_open":
                yield Quote(tuple(self._blocks(tokens, "blockquote_close")))
            elif kind not in ("heading_close", "paragraph_close"):
                raise _unfit(token)

    def _titled(self, level: int, content: Inlines) -> Heading:
        """A heading with its anchor: the one written behind it, or one made of its words."""
        last = content[-1] if content else None
        own = _HEADING_ANCHOR.search(last.text) if isinstance(last, Text) else None
        if own and isinstance(last, Text):
            content = (*content[:-1], *text(last.text[: own.start()]))
        self._heading = self._anchor(own[1] if own else plain(content))
        self._place_items(self._heading)
        return Heading(level, self._heading, content)

    def _anchor(self, title: str) -> str:
        """A title's ASCII letters and digits joined by hyphens, made unique."""
        folded = unicodedata.normalize("NFKD", title.lower().replace("ł", "l"))
        letters = folded.encode("ascii", "ignore").decode("ascii")
        name = "-".join(re.findall(r"[a-z0-9]+", letters)) or "section"
        while name in self._anchors:
            name += "-more"
        self._anchors.add(name)
        return name

    def _place_items(self, anchor: str) -> None:
        """Items marked in what was just read are answered there."""
        for item in self._marked:
            self.places.setdefault(item, []).append(anchor)
        self._marked.clear()

    def _checked(self, items: str, written: str) -> list[str]:
        unknown = [item for item in items.split() if item not in self._items]
        if unknown:
            raise UnknownNameError(f"PRISMA has no item {', '.join(unknown)}", written)
        return items.split()

    def _paragraph(self, token: Token) -> Iterator[Block]:
        placeholder = _PLACEHOLDER.fullmatch(token.content.strip())
        if placeholder:
            yield from self._insert(*placeholder.groups())
        elif _PLACEHOLDER.search(token.content):
            message = f"{token.content!r} must stand in a paragraph of its own"
            raise UnknownNameError(message, token.content)
        elif no_item := _NO_ITEM.match(token.content):
            first, *others = self._inlines(token)
            rest = text(plain((first,)).removeprefix(no_item[0]))
            for item in self._checked(no_item[1], no_item[0].strip()):
                self.reasons[item] = (*rest, *others)
        else:
            paragraph = self._anchored(self._inlines(token))
            self._place_items(paragraph.anchor or self._heading)
            if paragraph.content:
                yield paragraph

    def _anchored(self, content: Inlines) -> Paragraph:
        """A paragraph, with the name that it may begin with as its anchor."""
        first = content[0] if content else None
        if not isinstance(first, Text) or not (found := _ANCHOR.match(first.text)):
            return Paragraph(content)
        self._anchors.add(found[1])
        return Paragraph((*text(first.text[found.end() :]), *content[1:]), found[1])

    def _listing(self, tokens: Iterator[Token], closing: str) -> Listing:
        items = []
        for token in tokens:
            if token.type == closing:
                break
            items.append(tuple(self._blocks(tokens, "list_item_close")))
        return Listing(closing.startswith("ordered"), tuple(items))

    def _inlines(self, token: Token) -> Inlines:
        return _joined(self._children(iter(token.children or ()), ""))

    def _children(self, tokens: Iterator[Token], closing: str) -> Iterator[Inline]:
        run = ""
        for token in tokens:
            kind = token.type
            if kind == "text":
                run += token.content
                continue
            if kind == "softbreak":
                run += " "
                continue
            yield from self._cited(run)
            run = ""
            if kind == closing:
                return
            if kind == "text_special":
                yield Text(token.content)
            elif kind == "code_inline":
                yield Styled("code", text(token.content))
            elif kind == "link_open":
                with self._unnamed():
                    children = _joined(self._children(tokens, "link_close"))
                yield Link(str(token.attrs["href"]), children)
            elif kind.removesuffix("_open") in _STYLES:
                children = _joined(self._children(tokens, kind.replace("open", "close")))
                yield Styled(_STYLES[kind.removesuffix("_open")], children)
            else:
                raise _unfit(token)
        yield from self._cited(run)

    def _cited(self, run: str) -> Iterator[Inline]:
        """Plain text with its citations; every second part of the split is a citation's inside.

        The space that authors leave before a citation goes: its number stands at the word.
        """
        for found in _ITEMS.finditer(run):
            self._marked += self._checked(found[1], found[0].strip())
        for index, part in enumerate(_CITATION.split(_ITEMS.sub("", run))):
            if index % 2:
                yield self.cite(*(key.strip().removeprefix("@") for key in part.split(";")))
            elif part:
                yield from self._naming(part)

    def _naming(self, part: str) -> Iterator[Inline]:
        """Text, with a citation behind each name of a method or guideline."""
        start = 0
        for end, key in self._named(part) if self._named and self.naming else ():
            if key not in self._once or key not in self.cited:
                yield Text(part[start:end])
                yield self.cite(key)
                start = end
        if part[start:]:
            yield Text(part[start:])

    @contextmanager
    def _unnamed(self) -> Iterator[None]:
        """Within headings and links nothing is cited by its name."""
        before, self.naming = self.naming, False
        try:
            yield
        finally:
            self.naming = before

    def cite(self, *keys: str) -> Citation:
        """A citation of bibliography keys; numbers are given on first use."""
        unknown = [key for key in keys if key not in self._known]
        if unknown:
            message = f"the bibliography has no {', '.join(unknown)}"
            raise UnknownNameError(message, f"@{unknown[0]}")
        return Citation(
            tuple((key, self.cited.setdefault(key, len(self.cited) + 1)) for key in keys)
        )


def _unfit(token: Token) -> UnknownNameError:
    written = token.content.strip().partition("\n")[0]
    return UnknownNameError(f"this Markdown is not for reports: {token.type} {written}", written)


def _joined(items: Iterable[Inline]) -> Inlines:
    """Inlines with neighbouring texts made one, and the numbers that are marked in them told."""
    joined: list[Inline] = []
    for item in items:
        if isinstance(item, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + item.text)
        else:
            joined.append(item)
    parts = (text(item.text) if isinstance(item, Text) else (item,) for item in joined)
    return tuple(part for each in parts for part in each)
