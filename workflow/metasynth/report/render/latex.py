"""A document as LaTeX source, for journals that take it: pdfTeX, XeTeX and LuaTeX read the same.

It needs what any LaTeX has (article, babel, natbib, longtable, graphicx, hyperref). Text is data:
every character stands as itself, by a command where TeX would take it for one. Figures are the
PDFs that `figures: {formats: [pdf]}` makes; one that is not there is named in a frame.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from metasynth.language.languages import Language
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
from metasynth.report.render.latex_text import escaped, target_name
from metasynth.report.render.pandoc import shares

_BABEL = {
    **{"en": "british", "pl": "polish", "de": "ngerman", "fr": "french", "es": "spanish"},
    **{"it": "italian", "pt": "portuguese", "nl": "dutch", "cs": "czech", "sv": "swedish"},
    **{"da": "danish", "nb": "norsk", "fi": "finnish", "hu": "hungarian", "sk": "slovak"},
}
_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
  \newcommand{\reviewletter}[2]{[U+#1]}
\else
  \usepackage{fontspec}
  \newcommand{\reviewletter}[2]{#2}
\fi
\IfFileExists{BABEL.ldf}{\usepackage[BABEL]{babel}}{%
  \usepackage{babel}\babelprovide[import,main]{BABEL}} % where the language's package is not there
\usepackage[margin=20mm]{geometry}
\usepackage{graphicx,longtable,array}
\usepackage[super,comma]{natbib}
\usepackage[hidelinks,unicode]{hyperref}
\setcounter{secnumdepth}{0}
\setlength{\emergencystretch}{3em}
\setlength{\LTcapwidth}{\linewidth}
\newcommand{\reviewplace}[1]{\leavevmode\raise1.5ex\hbox{\hypertarget{#1}{}}}
\newcommand{\reviewfigure}[1]{\IfFileExists{#1}%
  {\includegraphics[width=\linewidth,height=0.85\textheight,keepaspectratio]{#1}}%
  {\fbox{\parbox{0.9\linewidth}{\centering\footnotesize\detokenize{#1}}}}}
"""
_STYLES = {"strong": "textbf", "emphasis": "emph", "superscript": "textsuperscript"}
_SECTIONS = ("section", "subsection", "subsubsection", "paragraph")
_ALIGN = {"left": "raggedright", "right": "raggedleft", "center": "centering"}
SUMMARY = "abstract"
"""The chapter that is set as the abstract, by its anchor."""


def render(document: Document, language: Language) -> str:
    """The source of an article or its supplement."""
    return "\n".join(Writer(document, language).lines()) + "\n"


class Writer:
    """Writes one document; links lead to the anchors that it has."""

    def __init__(self, document: Document, language: Language) -> None:
        self.document, self.language = document, language
        self.known: Collection[str] = {*anchors(document.blocks)}
        self.over_references = {
            one.anchor
            for one, other in pairwise(document.blocks)
            if isinstance(one, Heading) and isinstance(other, References)
        }

    def lines(self) -> Iterator[str]:
        """The whole file, line by line."""
        document = self.document
        yield _PREAMBLE.replace("BABEL", _BABEL.get(document.language, "english"))
        yield from self._numbering()
        yield rf"\title{{{escaped(document.title)}}}"
        yield rf"\author{{{self._people()}}}"
        made = self.language.say(
            "Version {version} of {date}.", version=document.version, date=document.date
        )
        yield rf"\date{{{escaped(made)}}}"
        yield "\\begin{document}\n\\maketitle"
        if document.draft:
            yield rf"\textbf{{{escaped(document.draft)}}}" + "\n"
        yield from self._chapters()
        yield r"\end{document}"

    def _numbering(self) -> Iterator[str]:
        """Tables and figures are called as in the other forms: S1, S2 … in the supplement."""
        for kind, block in (("table", Table), ("figure", Figure)):
            numbers = [b.number for b in self.document.blocks if isinstance(b, block)]
            prefix = numbers[0].rstrip("0123456789") if numbers else ""
            if prefix:
                yield rf"\renewcommand{{\the{kind}}}{{{escaped(prefix)}\arabic{{{kind}}}}}"

    def _people(self) -> str:
        lines = (self._said(line) for line in self.document.byline)
        return r" \\ ".join(lines)

    def _chapters(self) -> Iterator[str]:
        """Blocks in order; the abstract in its own environment, closed by the next chapter."""
        in_summary = False
        for block in self.document.blocks:
            if isinstance(block, Heading) and block.level == 1:
                if in_summary:
                    yield "\\end{abstract}\n"
                in_summary = block.anchor == SUMMARY
                if in_summary:
                    yield r"\begin{abstract}"
                    continue
            yield from self._block(block)
        if in_summary:
            yield r"\end{abstract}"

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading(level, anchor, content):
                if anchor not in self.over_references:  # which have a heading of their own
                    command = _SECTIONS[min(level, len(_SECTIONS)) - 1]
                    yield rf"\{command}{{{self._said(content)}}}{_place(anchor)}" + "\n"
            case Paragraph(content, anchor):
                yield f"{_place(anchor)}{self._said(content)}\n"
            case Listing(ordered, items):
                yield from self._listing("enumerate" if ordered else "itemize", items)
            case Quote(content):
                yield r"\begin{quote}"
                for part in content:
                    yield from self._block(part)
                yield "\\end{quote}\n"
            case Table():
                yield from self.table(block)
            case Figure():
                yield from self._figure(block)
            case References():
                yield from self._references(block)
            case _:
                pass  # notes and turned pages are of the PDF alone

    def _listing(self, kind: str, items: Iterable[tuple[Block, ...]]) -> Iterator[str]:
        yield rf"\begin{{{kind}}}"
        for item in items:
            yield r"\item"
            for part in item:
                yield from self._block(part)
        yield rf"\end{{{kind}}}" + "\n"

    def table(self, table: Table) -> Iterator[str]:
        """A table with its caption and notes."""
        columns = "".join(
            rf">{{\{_ALIGN[column.align]}\arraybackslash}}"
            rf"p{{\dimexpr {share:.4f}\linewidth-2\tabcolsep\relax}}"
            for column, share in zip(table.columns, shares(table), strict=True)
        )
        titles = (rf"\textbf{{{escaped(column.title)}}}" for column in table.columns)
        yield r"\begingroup\footnotesize\setlength{\tabcolsep}{3pt}"
        yield rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}"
        head = rf"\hline {' & '.join(titles)} \\ \hline"
        # The caption on the first page alone: its label would be defined again on each other.
        yield rf"{self._caption(table)}\\" + "\n" + head + "\n" + r"\endfirsthead"
        yield head + "\n" + r"\endhead"
        for row in table.rows:
            yield self._row(row, len(table.columns))
        yield r"\hline"
        yield r"\end{longtable}"
        for note in (table.note, *table.footnotes):
            if note:
                yield rf"\noindent {self._said(note)}\par"
        yield "\\endgroup\n"

    def _row(self, row: Row, width: int) -> str:
        cells = [self._said(cell) for cell in row.cells]
        cells[0] = _place(row.anchor) + cells[0]
        if row.heading:
            whole = r"p{\dimexpr\linewidth-2\tabcolsep\relax}"
            return rf"\multicolumn{{{width}}}{{@{{}}{whole}}}{{\textbf{{{cells[0]}}}}} \\"
        return f"{' & '.join(cells)} \\\\"

    def _figure(self, figure: Figure) -> Iterator[str]:
        file = figure.path.removeprefix("results/").removesuffix("svg")
        yield r"\begin{figure}[htbp]\centering"
        yield rf"\reviewfigure{{../{file}pdf}}"
        yield self._caption(figure)
        yield "\\end{figure}\n"

    def _caption(self, block: Table | Figure) -> str:
        """A caption, and its words without links for a list of captions."""
        short, said = escaped(plain(block.caption)), self._said(block.caption)
        return rf"\caption[{{{short}}}]{{{said}}}{_place(block.anchor)}"

    def _references(self, listed: References) -> Iterator[str]:
        yield rf"\begin{{thebibliography}}{{{len(listed.entries)}}}"
        for anchor, content in listed.entries:
            yield rf"\bibitem{{{target_name(anchor.removeprefix('ref-'))}}} {self._said(content)}"
        yield r"\end{thebibliography}"

    def _said(self, content: Inlines) -> str:
        return "".join(map(self.inline, content))

    def inline(self, item: Inline) -> str:
        """A piece of a line."""
        match item:
            case Text(words) | Number(words):
                return escaped(words)
            case Styled("code", children):
                return rf"\texttt{{{self._said(children)}}}"
            case Styled(style, children):
                return rf"\{_STYLES[style]}{{{self._said(children)}}}"
            case Link(target, children):
                return self._link(target, self._said(children))
            case Citation(items):
                return rf"\citep{{{','.join(target_name(key) for key, _ in items)}}}"
            case _:
                return ""  # marks of notes are of the PDF alone

    def _link(self, target: str, said: str) -> str:
        """A link that LaTeX can follow: within the document, or to a page of the web."""
        if target[:1] == "#" and target[1:] in self.known:
            return rf"\hyperlink{{{target_name(target[1:])}}}{{{said}}}"
        if re.match("https?://", target):
            return rf"\href{{{_address(target)}}}{{{said}}}"
        return said


def _place(anchor: str) -> str:
    return rf"\reviewplace{{{target_name(anchor)}}}" if anchor else ""


def _address(target: str) -> str:
    """An address as \\href takes it, within other commands too."""
    return re.sub(r"[^\w./:?=@+,;()-]", lambda found: _percent(found[0]), target, flags=re.ASCII)


def _percent(letter: str) -> str:
    if letter in "%#&~":
        return f"\\{letter}" if letter != "~" else r"\string~"
    return "".join(rf"\%{byte:02X}" for byte in letter.encode())
