"""The checklists of PRISMA filled in: where the report answers each item, or why it does not.

Texts mark the place of an item as `{prisma:13a}`, and state why one has no place as a paragraph
that begins with `{prisma-none:13e}`. Which items there are stands in report/text/checklists.py.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from metasynth.language.languages import Language
from metasynth.report.document import Block, Column, Heading, Inlines, Link, Row, Styled, text
from metasynth.report.tables.base import TableBody, group, row
from metasynth.report.text.checklists import ON_THE_TITLE_PAGE, Checklist


def with_text(places: Mapping[str, Sequence[str]], blocks: Sequence[Block]) -> dict[str, list[str]]:
    """The places of items that have text: a heading over nothing is no place."""
    empty = set(_empty(blocks))
    kept = {item: [p for p in anchors if p not in empty] for item, anchors in places.items()}
    return {item: anchors for item, anchors in kept.items() if anchors}


def _empty(blocks: Sequence[Block]) -> Iterable[str]:
    """Anchors of headings with nothing before the next heading of their level or above."""
    for block, following in zip(blocks, (*blocks[1:], None), strict=True):
        if isinstance(block, Heading) and (
            following is None or (isinstance(following, Heading) and following.level <= block.level)
        ):
            yield block.anchor


def checklist(
    items: Checklist,
    caption: str,
    places: Mapping[str, Sequence[str]],
    reasons: Mapping[str, Inlines],
    titles: Mapping[str, Inlines],
    language: Language,
    left: frozenset[str] = frozenset(),
) -> TableBody:
    """A filled checklist: each item with links to where the report answers it, or with the reason.

    `titles` are the headings by their anchors; items that are `left` rest on starter text.
    """
    say = language.say
    columns = (
        Column(say("Item"), width=0.5),
        Column(say("What it asks for"), width=3),
        Column(say("Where"), width=4),
    )
    rows: list[Row] = []
    for section, names in items.items():
        rows.append(group(say(section)))
        for item, name in names.items():
            where: Inlines = (Styled("strong", text(say("Open: still to be written"))),)
            if item not in left:
                where = _where(item, places, reasons, titles, say)
            rows.append(row(item.removeprefix("a").partition(".")[0], say(name), where))
    return text(say(caption)), columns, tuple(rows), ()


def _where(
    item: str,
    places: Mapping[str, Sequence[str]],
    reasons: Mapping[str, Inlines],
    titles: Mapping[str, Inlines],
    say: Callable[..., str],
) -> Inlines:
    if item in ON_THE_TITLE_PAGE:
        return text(say("Title page"))
    links: Inlines = ()
    for anchor in dict.fromkeys(places.get(item, ())):
        links += (*(text("; ") if links else ()), Link(f"#{anchor}", titles[anchor]))
    return links or reasons[item]
