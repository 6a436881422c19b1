"""One kind of forest plot for all outcomes, each under its heading: a page in place of many."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.forest.forest import Composed, draw_panels
from metasynth.figures.forest.overview_rows import sides
from metasynth.figures.forest.preset import JOURNAL
from metasynth.figures.forest.prior_lines import priors_compared
from metasynth.figures.forest.rows import Forest, Row, interval_heading, limits, with_effects
from metasynth.figures.forest.sequence import grown, left_out
from metasynth.figures.forest.shrinkage import shrunken
from metasynth.figures.outcome import analysis_label, group_names
from metasynth.language.compared import full_label
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.units import with_unit
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.battery import Sensitivity

PITCH = 16.0
"""The height of a row at most: two marks still stand apart in it."""

Found = tuple[OutcomeResult, Sensitivity]

KINDS: dict[str, Callable[[Found, Language], Composed]] = {
    "all_shrinkage": lambda found, language: shrunken(found[0], language),
    "all_priors": lambda found, language: priors_compared(found[0], language),
    "all_leave_one_out": lambda found, language: left_out(*found, language),
    "all_cumulative": lambda found, language: grown(*found, language),
}
"""What composes the plot of one outcome, by the figure of all."""


@isolated
def together(kind: str, found: Sequence[Found], *, language: Language = ENGLISH) -> Drawing:
    """Draw the plots of these outcomes below each other, on one axis those of one measure.

    Raises:
        KeyError: when there is no such kind.
        ValueError: without outcomes.
    """
    parts = [(result, KINDS[kind]((result, own), language)) for result, own in found]
    if not parts:
        raise ValueError("there are no outcomes to show")
    shared = _shared(composed.forest for _, composed in parts)
    panels = [_panel(alike, shared, language) for alike in _alike(parts)]
    panels[-1] = replace(panels[-1], notes=shared)
    title = language.say("Forest plots of several outcomes below each other.")
    words = " ".join([title, *(composed.description for _, composed in parts)])
    return Drawing(draw_panels(panels, language, whole_groups=True), title, words)


Part = tuple[OutcomeResult, Composed]


def _alike(parts: Iterable[Part]) -> Iterable[list[Part]]:
    """The plots that can share their columns and their axis."""
    found: dict[tuple[object, ...], list[Part]] = {}
    for result, composed in parts:
        said = composed.forest
        columns = tuple(column.heading for column in said.columns[:-1])
        outcome = result.outcome
        measure = with_unit(outcome.measure, outcome, ENGLISH)
        key = outcome.comparison, measure, columns, said.logarithmic, said.one_group
        found.setdefault(key, []).append((result, composed))
    return found.values()


def _shared(forests: Iterable[Forest]) -> tuple[str, ...]:
    """The notes that all plots have, which are said once."""
    first, *others = [forest.notes for forest in forests]
    return tuple(note for note in first if all(note in notes for notes in others))


def _panel(parts: Sequence[Part], shared: Sequence[str], language: Language) -> Forest:
    """Plots of one measure as one, whose axis says no more of its ends than holds for all."""
    (first, composed), forests = parts[0], [composed.forest for _, composed in parts]
    look = limits(JOURNAL, composed.forest.logarithmic, language.numbers)
    bare = [row for result, one in parts for row in _rows(result, one.forest, shared, language)]
    rows = with_effects(bare, first.outcome.measure, look)
    *others, effects = composed.forest.columns
    if len({forest.columns[-1].heading for forest in forests}) > 1:
        effects = replace(effects, heading=interval_heading(rows, language))
    favours = composed.forest.favours
    if len({forest.favours for forest in forests}) > 1:
        favours = sides(group_names(first, language)[0], language)
    return replace(
        composed.forest,
        columns=(*others, effects),
        rows=rows,
        notes=(),
        favours=favours,
        reference=None,
        pitch=min(composed.forest.pitch, PITCH),
    )


def _rows(
    result: OutcomeResult, forest: Forest, shared: Sequence[str], language: Language
) -> Iterator[Row]:
    """An outcome's rows under its name; their effects are to be said among those of all.

    What is pooled is called so: by which analysis, notes and caption say.
    """
    analyses, pooled = {analysis_label(one) for one in result.analyses}, language.say("Pooled")
    yield Row("heading", name(full_label(result, language)))
    if own := " ".join(note for note in forest.notes if note not in shared):
        yield Row("note", own)
    for row in forest.rows:
        if row.kind == "prediction":
            continue
        label = pooled if row.kind == "total" and row.label in analyses else row.label
        yield replace(row, label=label, cells=(*row.cells[:-1], "") if row.mark else row.cells)
