"""The main tables as LaTeX for an article of one's own: each file is there to be \\input.

A file needs `\\usepackage{longtable,array,natbib}` and, with pdfTeX, `\\usepackage[T1]{fontenc}`.
Sources are cited by the keys of the review's references.bib; `\\ref{table-findings}` is the number
of its table. Text is data, as in the whole documents (latex.py).
"""

import re
from collections.abc import Sequence

from metasynth.language.languages import Language
from metasynth.report.document import Citation, Document, Inline, Table
from metasynth.report.render.latex import Writer

TABLES = {
    "findings": ("table-findings",),
    "trials": ("table-trials",),
    "estimates": ("table-summary", "table-analyses_"),
}
"""The files by their names, and how the anchors of their tables begin."""
_HEAD = r"""% Made by the review's workflow: \input this file. It needs longtable, array and natbib.
\providecommand{\reviewplace}[1]{\label{#1}}
\providecommand{\reviewletter}[2]{\ifdefined\Umathchar #2\else [U+#1]\fi}
\providecommand{\citep}{\cite}
"""
_KEY = re.compile(r"[A-Za-z0-9_:.+-]+")


def render(report: Sequence[Document], name: str, language: Language) -> str:
    """The file `name` of `TABLES`: those of its tables that article and supplement have."""
    found = {
        block.anchor: [*_Tables(document, language).table(block)]
        for document in report
        for block in document.blocks
        if isinstance(block, Table) and block.rows and block.anchor.startswith(TABLES[name])
    }
    lines = [line for table in found.values() for line in table]
    return _HEAD + "\n".join(lines or ["% This review has no such table."]) + "\n"


class _Tables(Writer):
    """Writes tables alone: links lead nowhere, sources are those of the review's own keys."""

    def __init__(self, document: Document, language: Language) -> None:
        super().__init__(document, language)
        self.known = {}

    def inline(self, item: Inline) -> str:
        if isinstance(item, Citation):
            keys = [key for key, _ in item.items if _KEY.fullmatch(key)]
            return rf"\citep{{{','.join(keys)}}}" if keys else ""
        return super().inline(item)
