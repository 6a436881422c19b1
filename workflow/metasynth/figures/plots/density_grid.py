"""The posteriors of all outcomes as small multiples: the effect at the left, tau at the right."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from metasynth.figures.canvas.axis import Scale
from metasynth.figures.canvas.graph import tick_labels
from metasynth.figures.canvas.legend import Entry, draw_symbols, lay_out_key
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import (
    HALF_CAP,
    MARGIN,
    Drawing,
    Label,
    Page,
    blank,
    breakable,
    write,
)
from metasynth.figures.canvas.panel import TICK
from metasynth.figures.canvas.style import LINE, NOTE_SIZE, VERMILION, WIDTH, isolated
from metasynth.figures.canvas.text import wrap
from metasynth.figures.outcome import measure_name
from metasynth.figures.plots.density_page import DensityPlan, draw_curves, note_labels
from metasynth.figures.plots.posterior import posterior_plan, posterior_words
from metasynth.figures.plots.posterior_tau import tau_plan, tau_words
from metasynth.figures.posteriors import Shown, priors_said, shown
from metasynth.language.compared import full_label
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import of_pool
from metasynth.model.methods import no_effect
from metasynth.model.records import OutcomeResult

CURVE, BETWEEN, AIR = 22.0, 24.0, 6.0
"""Height of a curve, from one column to the next, above a row; in points."""
INSET = 6.0
"""Room beside a panel for the outer half of its last tick's label."""
LINES, NOTE_LINES = 3, 6
_WIDE = (WIDTH - 2 * MARGIN - BETWEEN) / 2


class _Cell(NamedTuple):
    """A panel: what it is of and its result, in lines above it, and all that it shows."""

    lines: tuple[str, ...]
    plan: DensityPlan


class _Block(NamedTuple):
    """An outcome's panels, and where they begin."""

    label: str
    cells: tuple[_Cell, _Cell]
    top: float


@isolated
def all_posteriors(results: Sequence[OutcomeResult], *, language: Language = ENGLISH) -> Drawing:
    """Draw the densities of each outcome's mean effect and of its tau, a row for each outcome.

    Raises:
        ValueError: without outcomes.
        NoPosterior: where an outcome has no result of a Bayesian analysis.
    """
    if not results:
        raise ValueError("there are no outcomes to show")
    data = [shown(result) for result in results]
    return Drawing(_page(data, language), *_words(data, language))


def _page(data: Sequence[Shown], language: Language) -> Page:
    priors = list(dict.fromkeys(priors_said(one, language) for one in data))
    cells = [_cells(one, len(priors) == 1, language) for one in data]
    left, right = _scales(cells[0])
    key_top = MARGIN + 2.0
    keys = [
        lay_out_key(entries, (), scale.left, key_top, scale.right - scale.left)
        for entries, scale in zip(_entries(cells[0], language), (left, right), strict=True)
    ]
    foot = max(key.bottom for key in keys)
    blocks = list(_blocks(data, cells, foot, language))
    end = blocks[-1].top + _height(_lines(blocks[-1].cells))
    shared = priors if len(priors) == 1 else []
    notes = list(_notes(data, shared, end + 6.0, language))
    page = blank(max([end, *(label.box[3] for label in notes)]) + MARGIN)
    for key in keys:
        write(page, key.labels)
        draw_symbols(page, key)
    for number, block in enumerate(blocks, 1):
        _draw(page, block, number)
    write(page, notes)
    breakable(page, float(page.get_figheight() * 72), MARGIN, (b.top - AIR / 2 for b in blocks))
    return page


def _lines(cells: tuple[_Cell, _Cell]) -> int:
    """The lines of text above the panels."""
    return 1 + max(len(cell.lines) for cell in cells)


def _height(lines: int) -> float:
    """From the top of an outcome's rows to where the next can begin."""
    return lines * LINE + 2.0 + CURVE + TICK + LINE + 2.0


def _blocks(
    data: Sequence[Shown], cells: Sequence[tuple[_Cell, _Cell]], foot: float, language: Language
) -> Iterator[_Block]:
    y = foot + AIR
    for one, own in zip(data, cells, strict=True):
        yield _Block(name(full_label(one.result, language)), own, y)
        y += _height(_lines(own)) + AIR


def _scales(cells: tuple[_Cell, _Cell]) -> tuple[Scale, Scale]:
    """Both columns, of the same width."""
    first, second = (cell.plan.axis for cell in cells)
    start = MARGIN + _WIDE + BETWEEN
    return (
        Scale(first, MARGIN + INSET, MARGIN + _WIDE - INSET),
        Scale(second, start + INSET, start + _WIDE - INSET),
    )


def _cells(data: Shown, same_priors: bool, language: Language) -> tuple[_Cell, _Cell]:
    """An outcome's panels; its priors are said above them where others have other ones."""
    effect, tau = posterior_plan(data, language), tau_plan(data, language)
    measure = measure_name(data.result, data.analysis, language)
    line = f"{measure} {effect.intervals[0].text}"
    if no_effect(data.pooled.measure) is not None:
        p = of_pool(data.pooled, language.numbers).p("p_against", data.pooled.p_against)
        line += f"; {language.say('P against')} {p}"
    of_tau = f"{language.say('Tau')} {tau.intervals[0].text}"
    priors = () if same_priors else wrap(priors_said(data, language), _WIDE, LINES)
    return (
        _Cell(wrap(line, _WIDE, LINES), effect),
        _Cell((*wrap(of_tau, _WIDE, LINES), *priors), tau),
    )


def _entries(cells: tuple[_Cell, _Cell], language: Language) -> tuple[list[Entry], list[Entry]]:
    """The key: what both columns have at the left, and what only one has at the right."""
    effect, tau = (list(cell.plan.entries) for cell in cells)
    shared = effect[:2]
    others = tau[2:]
    if cells[0].plan.null is not None:
        against = language.say("No effect, or one in the other direction")
        others = [*others, Entry(against, fill=0.45, ground=VERMILION), effect[-1]]
    return shared, others


def _draw(page: Page, block: _Block, number: int) -> None:
    baseline = block.top + LINE / 2 + HALF_CAP
    write(page, [Label(block.label, MARGIN, baseline, bold=True)])
    top = block.top + _lines(block.cells) * LINE + 2.0
    foot = top + CURVE
    for place, (cell, scale) in enumerate(zip(block.cells, _scales(block.cells), strict=True)):
        at = enumerate(cell.lines, 1)
        write(page, (Label(s, scale.left - INSET, baseline + i * LINE) for i, s in at))
        mark = f"outcome-{number}-{('effect', 'tau')[place]}-"
        panel = draw_curves(page, cell.plan, scale, top, foot, mark)
        panel.spines(left=False)
        write(page, tick_labels(scale, foot + TICK + LINE / 2 + HALF_CAP + 1.0))


def _notes(
    data: Sequence[Shown], priors: Sequence[str], top: float, language: Language
) -> Iterator[Label]:
    """What the letters mean, and the priors that all have."""
    said = [
        language.say(
            "P against: posterior probability of no effect, or of one in the other direction."
        )
        if any(no_effect(one.pooled.measure) is not None for one in data)
        else "",
        *priors,
    ]
    text = " ".join(filter(None, said))
    return note_labels(wrap(text, WIDTH - 2 * MARGIN, NOTE_LINES, size=NOTE_SIZE), top)


def _words(data: Sequence[Shown], language: Language) -> tuple[str, str]:
    """What it is, and the words of the figures that each has for itself."""
    title = language.say("Posterior distributions of the effect and of tau, outcome by outcome.")
    each = (
        said
        for one in data
        for said in (posterior_words(one, language)[1], tau_words(one, language)[1])
    )
    return title, " ".join([title, *each])
