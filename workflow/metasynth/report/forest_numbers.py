"""The numbers that stand in a forest plot, so that the page can open them where they are drawn.

A figure is text in places: nothing in it says what a number is. But what a row must say is known,
and a row is linked only if it says just that.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape

from metasynth import formats, keys
from metasynth.provenance.outcome import study_parts
from metasynth.records import StudyData, StudyEffect
from metasynth.report.document import Drawn, Inlines, Number, plain, text
from metasynth.report.marks import marked
from metasynth.report.material import Scope
from metasynth.report.names import OutcomeNames, pooled

_TEXT = re.compile(r'(<text[^>]* y="([^"]*)"[^>]*>)([^<]*)(</text>)')
_PADDING = "\u2007"


def forest_numbers(outcome: OutcomeNames, scope: Scope) -> tuple[Drawn, ...]:
    """What each row of an outcome's forest plot says: a trial's numbers, a pooled effect."""
    result, primary = outcome.result, outcome.result.analyses[0]
    parts = study_parts(outcome.studies)
    effects = {(row.study, row.label): row for row in primary.studies}
    rows = []
    for study in outcome.studies:
        name = study.study, study.label
        key = keys.effect(outcome.id, primary.spec.name, study.study, parts[name])
        own = effects.get(name)
        cells = [*_counts(study, outcome.id, parts[name]), *(_own(own, key, scope) if own else ())]
        rows.append(Drawn(study.label, tuple(map(text, cells))))
    for place, analysis in enumerate(result.analyses):
        at, row = pooled(analysis.estimates[0]), analysis.estimates[0]
        fields = [f"{what}_{side}" for side in _SIDES for what in ("events", "total")]
        known = [at(f, str(getattr(row, f))) for f in fields if getattr(row, f) is not None]
        cells = [*(known if place == 0 else ()), outcome.analyses[place].effect]
        rows.append(Drawn(analysis.spec.label, tuple(map(text, cells))))
    return tuple(rows)


_SIDES = ("intervention", "control")


def _counts(study: StudyData, outcome: str, part: int) -> Iterator[str]:
    for side in _SIDES:
        group, key = getattr(study, side), keys.group(outcome, study.study, side, part)
        for field in ("events", "total"):
            if group is not None and getattr(group, field) is not None:
                yield marked(str(getattr(group, field)), f"{key}.{field}")


def _own(effect: StudyEffect, key: str, scope: Scope) -> Iterator[str]:
    style = scope.language.numbers
    if effect.weight is not None:
        yield marked(formats.percent(effect.weight, 1, style), f"{key}.weight")
    if effect.estimate is not None:
        estimate, low, high = (
            marked(formats.estimate(effect.measure, getattr(effect, name), style), f"{key}.{name}")
            for name in ("estimate", "ci_low", "ci_high")
        )
        yield formats.bracketed(estimate, low, high, style)


def link(svg: str, rows: Sequence[Drawn], places: dict[str, int]) -> str:
    """The figure with its numbers as links, by their places among the page's entries.

    A row is found by its label and then needs all of its cells, each in a text of its own.
    """
    texts = list(_TEXT.finditer(svg))
    changes: dict[int, str] = {}
    for row in rows:
        for label in (i for i, t in enumerate(texts) if _is_label(t[3], row.label)):
            line = [i for i, t in enumerate(texts) if t[2] == texts[label][2] and i != label]
            found = _matched(row.cells, [(i, texts[i][3]) for i in line if i not in changes])
            if found:
                linked = {i: _linked(texts[i][3], cell, places) for i, cell in found}
                changes |= {i: f"{texts[i][1]}{new}{texts[i][4]}" for i, new in linked.items()}
                break
    if not changes:
        return svg
    parts, place = [], 0
    for i, new in sorted(changes.items()):
        parts += [svg[place : texts[i].start()], new]
        place = texts[i].end()
    # An image's parts are nothing to a screen reader; a group's are.
    return ("".join(parts) + svg[place:]).replace('role="img"', 'role="group"', 1)


def _is_label(shown: str, label: str) -> bool:
    """Whether a text is a row's label, or the first line of it."""
    shown = shown.removesuffix(" †").rstrip("…")
    return bool(shown) and escape(label, quote=False).startswith(shown)


def _matched(
    cells: Sequence[Inlines], texts: Sequence[tuple[int, str]]
) -> list[tuple[int, Inlines]]:
    """Each cell with the text that says it, from the left; nothing unless all are there."""
    left, found = list(texts), []
    for cell in cells:
        wanted = escape(plain(cell), quote=False).replace(" ", "")
        same = [t for t in left if t[1].replace(_PADDING, "").replace(" ", "") == wanted]
        if not same:
            return []
        left.remove(same[0])
        found.append((same[0][0], cell))
    return found


def _linked(shown: str, cell: Inlines, places: dict[str, int]) -> str:
    """A text with the numbers of its cell, in their order, as links."""
    made, place = "", 0
    for number in cell:
        if isinstance(number, Number):
            words = escape(number.text, quote=False)
            start = shown.index(words, place)
            goal, n = number.target or "numbers", places[number.key]
            made += f'{shown[place:start]}<a class="n" href="#{goal}" data-n="{n}">{words}</a>'
            place = start + len(words)
    return made + shown[place:]
