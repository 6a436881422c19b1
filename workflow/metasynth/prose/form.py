"""The form of a text: Markdown that reports do not have, placeholders, citations, typed results."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from metasynth.core.faults import Fault, nearest, of_line
from metasynth.prose.templates import replaced, without_tags
from metasynth.prose.texts import OwnText

# Each stops where another one opens, so that a text of nothing but opening marks takes no longer.
_BLANKED = re.compile(r"`[^`\n]*`|“[^“”]*”|„[^„”]*”|\]\([^()]*\)")
_TYPED = r"(?<![\w.,])\d+[{decimal}]\d{{2,}}(?![\d.,]*\d)"
_ANY_TYPED = re.compile(r"\d[.,]\d\d")
_CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE)
_SUSPECT = re.compile(
    r"^ {0,3}(?:`{3}|~{3})|^(?: {4}|\t)|!\[|<[A-Za-z/!?]"
    r"|^ {0,3}(?:(?:\* *){3,}|(?:_ *){3,}|(?:- *){3,})$|(?: {2}|\\)\n(?=[^\n])"
    r"|(?:[-*+>]|\d[.)])(?: {5}| *\t)",
    re.MULTILINE,
)
_TABLE = re.compile(
    r"^(?: *\|)?(?: *:?-{2,}:? *\|)+ *:?-{2,}:?(?: *\|)? *$|^ *\|(?: *:?-{2,}:? *\|)+ *$",
    re.MULTILINE,
)
_BRACED = re.compile(r"\{([A-Za-z_-]+):([^{}\n]*)\}")
_KINDS = ("figure", "figures", "table", "list", "page", "anchor", "prisma", "prisma-none")
_ALONE = ("figure", "figures", "table", "list", "page")
_ANCHOR = re.compile(r"[a-z0-9-]+")
_CITING = re.compile(r"\[@[^\[\]\n]*\]")
_CITATION = re.compile(r"\[(@[a-z0-9_]+(?:; ?@[a-z0-9_]+)*)\]")
_UNKNOWN = {
    "fence": ("no fenced block of code", "put code into single backticks, in a sentence"),
    "code_block": (
        "no line that begins with four blanks or a tab, which makes it a block of code",
        "begin the line at the left edge, or as an item of a list",
    ),
    "html_block": ("no HTML: it would be printed as it stands", "write Markdown"),
    "html_inline": ("no HTML: it would be printed as it stands", "write Markdown"),
    "image": ("no picture: figures are made from the data", "name one, as in {figure:summary}"),
    "hr": ("no rule across the page", "remove the line; headings part a text"),
    "hardbreak": (
        "no break within a paragraph, as two blanks or a backslash at its end make",
        "remove them, or leave a blank line between two paragraphs",
    ),
}
_FURTHER = (
    (
        re.compile(r"\[\^[^\[\]\s]+\]"),
        ("no footnote", "say it in the sentence, or cite a document as [@key]"),
    ),
    (re.compile(r"~~[^~\n]+~~"), ("no struck text", "remove what is no longer said")),
    (
        re.compile(r"^ *[-*+] \[[ xX]\] .*", re.MULTILINE),
        ("no list of tasks", "write a list without boxes"),
    ),
)
"""Marks of other kinds of Markdown, which would be printed as they stand."""
_UNFINISHED = re.compile(r"\b(?:TODO|TBD|FIXME|XXX|[Ll]orem ipsum)\b|\?\?\?")
_FORMULA = re.compile(r"(?<![\\$\w])\$(?=[^\s$\d])[^$\n]*[^\s$\\]\$(?![\w$])|\$\$[^$]+\$\$")
_TABLE_ADVICE = ("no table of its own", "name one, as in {table:summary}, or write a list")


@dataclass(frozen=True)
class Known:
    """What placeholders can name; None where the tables are too much at fault to tell."""

    figures: Callable[[], Collection[str]]
    tables: Callable[[], Collection[str]]
    outcomes: Collection[str]
    items: Callable[[], Collection[str]]
    references: Collection[str] | None
    decimal: Callable[[], str]


def faults(text: OwnText, known: Known | None) -> Iterator[Fault]:
    """What is wrong with the form of a text."""
    for found in _CONFLICT.finditer(text.text):
        expected = "no mark of a conflict between two versions (git left it)"
        yield _fault(
            text, found.start(), found[0].strip(), expected, "choose one version, remove the marks"
        )
    plain = without_tags(text.text)
    if _SUSPECT.search(plain):
        yield from _markdown(text, plain)
    for found in _TABLE.finditer(plain):
        yield _fault(text, found.start(), found[0].strip(), *_TABLE_ADVICE, plain)
    prose = _blanked(plain)
    for pattern, advice in _FURTHER:
        for found in pattern.finditer(prose):
            yield _fault(text, found.start(), found[0].strip(), *advice, prose)
    yield from _unfinished(text, prose)
    yield from _formulas(text, prose)
    yield from _placeholders(text, prose, known)
    yield from _citations(text, prose, known)
    if known and _ANY_TYPED.search(prose):
        yield from _typed(text, known.decimal())


def _unfinished(text: OwnText, prose: str) -> Iterator[Fault]:
    """A warning for each mark of what is still to write."""
    for found in _UNFINISHED.finditer(prose):
        expected = "a text that is written: this mark would be printed"
        told = _fault(text, found.start(), found[0], expected, "write the text", prose)
        yield replace(told, severity="warning")


def _formulas(text: OwnText, prose: str) -> Iterator[Fault]:
    """A warning for each formula between dollars, which are printed as they stand."""
    for found in _FORMULA.finditer(prose):
        expected = "no formula of TeX: dollars and all between them would be printed as typed"
        remedy = "write it in letters, as in *I*², tau² or `μ ± t √v`"
        told = _fault(text, found.start(), found[0], expected, remedy, prose)
        yield replace(told, severity="warning")


def _blank(text: str) -> str:
    """As many lines and letters, and nothing on them."""
    return re.sub(r"[^\n]", " ", text)


def _blanked(text: str) -> str:
    """The text without code, quotations and the addresses of links."""
    return _BLANKED.sub(lambda found: _blank(found[0]), text)


def _fault(
    text: OwnText, place: int, value: str, expected: str, remedy: str, within: str = ""
) -> Fault:
    line = (within or text.text).count("\n", 0, place) + 1
    return of_line(text.file, line, "", value, expected, remedy)


def _markdown(text: OwnText, plain: str) -> Iterator[Fault]:
    """Markdown that reports do not have, as its own parser finds it."""
    from markdown_it import MarkdownIt

    lines = plain.split("\n")
    for token in MarkdownIt("commonmark").parse(plain):
        first = token.map[0] if token.map else 0
        for one in (token, *(token.children or ())):
            if one.type in _UNKNOWN:
                line = _line_of(
                    one.type, one.content, first, token.map[1] if token.map else first, lines
                )
                shown = lines[line].strip() if line < len(lines) else ""
                yield of_line(text.file, line + 1, "", shown, *_UNKNOWN[one.type])


def _line_of(kind: str, content: str, first: int, last: int, lines: list[str]) -> int:
    """The line within a block's that holds what was found; else the block's first."""
    told = {"image": "![", "html_inline": content, "hardbreak": ""}.get(kind)
    if kind == "hardbreak":
        fitting = (n for n in range(first, last) if lines[n].endswith(("  ", "\\")))
    else:
        fitting = (n for n in range(first, last) if told and told in lines[n])
    return next(fitting, first)


def _placeholders(text: OwnText, prose: str, known: Known | None) -> Iterator[Fault]:
    for found in _BRACED.finditer(prose):
        kind, name = found[1], found[2].strip()
        if advice := _placeholder(kind, name, known) or _misplaced(prose, found, kind):
            yield _fault(text, found.start(), found[0], *advice, prose)


def _placeholder(kind: str, name: str, known: Known | None) -> tuple[str, str] | None:
    """Expectation and remedy for a placeholder that names nothing."""
    if kind not in _KINDS:
        near = nearest(kind, _KINDS)
        remedy = f"did you mean {{{near}:{name}}}?" if near else "use one of these"
        return f"a placeholder ({', '.join(_KINDS)})", remedy
    if kind == "anchor" and not _ANCHOR.fullmatch(name):
        return "an anchor of small letters, digits and hyphens", "write it so"
    if kind in ("list", "page") and name != (
        only := {"list": "references", "page": "landscape"}[kind]
    ):
        return f"{{{kind}:{only}}}, the only one of its kind", f"did you mean {only}?"
    if known is None or kind in ("anchor", "list", "page"):
        return None
    there: Collection[str] = {
        "figure": known.figures,
        "figures": lambda: known.outcomes,
        "table": known.tables,
    }.get(kind, known.items)()
    wanted = name.split() if kind.startswith("prisma") else [name]
    for one in wanted:
        if one not in there:
            longer = (name for name in sorted(there) if name.startswith(f"{one}_"))
            near = next(longer, None) or nearest(one, there)
            what = (
                "an item of PRISMA"
                if kind.startswith("prisma")
                else f"a {kind.rstrip('s')} that there is"
            )
            return (
                f"{what} ({_some(there)})",
                f"did you mean {near}?" if near else "use one of these",
            )
    return None


def _some(names: Collection[str]) -> str:
    shown = sorted(names)[:12]
    return ", ".join(shown) + (", …" if len(names) > len(shown) else "")


def _misplaced(prose: str, found: re.Match[str], kind: str) -> tuple[str, str] | None:
    """Advice for a placeholder that is named rightly and stands where it would be printed."""
    before = prose[prose.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
    after = prose[found.end() :].partition("\n")[0].strip()
    if kind in _ALONE and (before or after):
        return "a paragraph of its own", "put it on a line of its own, blank lines around it"
    if kind == "prisma-none" and before:
        return "the beginning of a paragraph, which is the reason", "begin a paragraph with it"
    if kind == "anchor" and before.lstrip("-*+0123456789.) ") and not before.startswith("#"):
        return "the beginning of a paragraph, or the end of a heading", "put it there"
    return None


def _citations(text: OwnText, prose: str, known: Known | None) -> Iterator[Fault]:
    for found in _CITING.finditer(prose):
        cited = _CITATION.fullmatch(found[0])
        if not cited:
            expected = "a citation such as [@cohen2002] or [@cohen2002; @cohen2004]"
            yield _fault(text, found.start(), found[0], expected, "write it so", prose)
            continue
        for key in (one.strip().removeprefix("@") for one in cited[1].split(";")):
            if known and known.references is not None and key not in known.references:
                near = nearest(key, known.references)
                remedy = f"did you mean {near}?" if near else "correct it, or add the document"
                expected = f"a key of references.bib ({_some(known.references)})"
                yield _fault(text, found.start(), f"@{key}", expected, remedy, prose)


def _typed(text: OwnText, decimal: str) -> Iterator[Fault]:
    """Results are named, never typed: a number with two decimals or more outside of quotes."""
    blanked = _blanked(replaced(text.text, lambda _, written: _blank(written)))
    for found in re.finditer(_TYPED.format(decimal=re.escape(decimal)), blanked):
        expected = "a result by its name: this one is typed by hand"
        remedy = "name it, such as {{ outcome.primary.estimate }}, or put a quotation into quotes"
        yield _fault(text, found.start(), found[0], expected, remedy, blanked)
