"""Influence of single studies: four deletion diagnostics side by side, a row a study.

Viechtbauer and Cheung, Res Synth Methods 2010;1:112-25, and their cut-offs, which are guides to
look more closely and no tests.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from metasynth.core.distributions import chi2_quantile, normal_quantile
from metasynth.figures.canvas.axis import Axis, Scale
from metasynth.figures.canvas.graph import DASHED, tick_labels
from metasynth.figures.canvas.legend import MARKER
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
from metasynth.figures.canvas.panel import TICK, Panel
from metasynth.figures.canvas.style import (
    BLUE,
    INK,
    LINE,
    NOTE_SIZE,
    VERMILION,
    WIDTH,
    Z_REFERENCE,
    Z_SQUARE,
    isolated,
)
from metasynth.figures.canvas.text import shorten, width, wrap
from metasynth.figures.canvas.ticks import linear_axis
from metasynth.figures.forest.layout import PITCH_LEAST, TALL
from metasynth.figures.forest.rows import PITCH
from metasynth.figures.observed import Observed, observed, subject, told
from metasynth.language.formats import number
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.tracked import SCALE, marked
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.diagnostics import StudyDiagnostics

LEAST = 3
NAMES_WIDEST = 130.0
GAP = 12.0
TOP = MARGIN + LINE + 6.0


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A diagnostic of every study, and how far from 0 a value is remarkable.

    `field` is what it is called in results/outcomes/<outcome>/sensitivity.json.
    """

    name: str
    field: str
    values: tuple[float, ...]
    limit: float
    signed: bool

    def remarkable(self, i: int) -> bool:
        """Whether study `i` is beyond the limit."""
        return abs(self.values[i]) > self.limit


def diagnostics(
    studies: Sequence[StudyDiagnostics], language: Language = ENGLISH
) -> tuple[Diagnostic, ...]:
    """The studies' diagnostics with the cut-offs of Viechtbauer and Cheung for one coefficient.

    Studentised deleted residuals beyond ±1.96; |DFFITS| above 3 sqrt(1/(k - 1)); Cook's distance
    above the median of chi-squared with 1 df; hat values above 3/k.
    """
    k = len(studies)
    chosen = (
        (message("Studentised residual"), "rstudent", normal_quantile(), True),
        (message("DFFITS"), "dffits", 3 * sqrt(1 / (k - 1)), True),
        (message("Cook’s distance"), "cooks_distance", chi2_quantile(0.5, 1), False),
        (message("Hat value (weight)"), "hat", 3 / k, False),
    )
    return tuple(
        Diagnostic(
            language.say(name), field, tuple(getattr(one, field) for one in studies), limit, signed
        )
        for name, field, limit, signed in chosen
    )


@isolated
def influence_plot(
    result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH
) -> Drawing:
    """Draw residuals, DFFITS, Cook's distances and hat values when each study is left out.

    Raises:
        TooFewStudies: under three studies, where leaving one out leaves nothing to compare.
    """
    data = observed(result, LEAST)
    shown = diagnostics(found.diagnostics.studies, language)
    names = [shorten(label, NAMES_WIDEST) for label in data.labels]
    left = MARGIN + max(map(width, [*names, language.say("Study")])) + GAP
    pitch = max(PITCH_LEAST, min(PITCH, TALL / len(names)))
    bottom = TOP + len(names) * pitch
    text = [*_names(names, pitch, language), *_notes(bottom + TICK + LINE + 8.0, language)]
    height = max(label.box[3] for label in text) + MARGIN
    figure = blank(height)
    breakable(figure, height, TOP, (TOP + i * pitch for i in range(1, len(names))))
    write(figure, text)
    room = (WIDTH - MARGIN - 6.0 - left + GAP) / len(shown)
    for n, diagnostic in enumerate(shown):
        start = left + n * room
        scale = _scale(diagnostic, start, start + room - GAP - 6.0, language)
        _draw(figure, scale, bottom, diagnostic, f"diagnostic-{n + 1}")
    return Drawing(figure, *_words(data, shown, language))


def _names(names: Sequence[str], pitch: float, language: Language) -> Iterator[Label]:
    yield Label(language.say("Study"), MARGIN, MARGIN + LINE / 2 + HALF_CAP, bold=True)
    for i, name in enumerate(names):
        yield Label(name, MARGIN, TOP + (i + 0.5) * pitch + HALF_CAP)


def _notes(top: float, language: Language) -> Iterator[Label]:
    note = language.say(
        "Each study is left out in turn. Dashed lines: values beyond them call for a closer look "
        "(studentised residual ±{residual}, |DFFITS| {dffits}, Cook’s distance {distance}, hat "
        "value {hat}); diamonds are the studies beyond them.",
        residual=marked(number(normal_quantile(), 2, language.numbers), SCALE),
        dffits=marked("3/√(k\u00a0−\u00a01)", SCALE),
        distance=marked(number(chi2_quantile(0.5, 1), 2, language.numbers), SCALE),
        hat=marked("3/k", SCALE),
    )
    for i, line in enumerate(wrap(note, WIDTH - 2 * MARGIN, 3, size=NOTE_SIZE)):
        yield Label(line, MARGIN, top + (i + 0.8) * LINE, size=NOTE_SIZE, muted=True)


def _scale(diagnostic: Diagnostic, left: float, right: float, language: Language) -> Scale:
    """An axis that holds all values, and the limit where it does not squeeze them."""
    furthest = max(map(abs, diagnostic.values))
    reach = max(furthest, min(diagnostic.limit, 2 * furthest)) * 1.12 or 1.0
    low = -reach if diagnostic.signed else -0.03 * reach
    return Scale(linear_axis(low, reach, language.numbers, most=5), left, right)


def _draw(figure: Page, scale: Scale, bottom: float, diagnostic: Diagnostic, name: str) -> None:
    """One diagnostic's column: heading, axis, a point for each study, lines at 0 and the limits."""
    middle = (scale.left + scale.right) / 2
    heading = Label(diagnostic.name, middle, MARGIN + LINE / 2 + HALF_CAP, "center", bold=True)
    write(figure, [heading, *tick_labels(scale, bottom + TICK + LINE / 2 + HALF_CAP + 1.0)])
    k = len(diagnostic.values)
    rows = Axis(False, 0.0, float(k), (), ())
    axes = Panel(figure, scale, Scale(rows, TOP, bottom))
    axes.spines(left=False)
    axes.vlines(0.0, 0, k, color=INK, linewidth=0.6, zorder=Z_REFERENCE, gid=f"{name}-zero")
    for side in (-1, 1) if diagnostic.signed else (1,):
        if scale.axis.holds(limit := side * diagnostic.limit):
            line = axes.vlines(limit, 0, k, color=INK, linewidth=0.6, linestyle=DASHED)
            line.set(zorder=Z_REFERENCE, gid=f"{name}-limit-{'low' if side < 0 else 'high'}")
    for i, value in enumerate(diagnostic.values):
        special = diagnostic.remarkable(i)
        axes.plot(
            [0.0, value], [i + 0.5] * 2, color=INK, linewidth=0.6, alpha=0.5, zorder=Z_REFERENCE
        )
        axes.plot(
            [value],
            [i + 0.5],
            marker="D" if special else "o",
            markersize=MARKER,
            color=VERMILION if special else BLUE,
            markeredgewidth=0.0,
            linestyle="none",
            clip_on=False,
            zorder=Z_SQUARE,
            gid=f"{name}-study-{i + 1}",
        )


def _words(data: Observed, shown: Sequence[Diagnostic], language: Language) -> tuple[str, str]:
    beyond = [label for i, label in enumerate(data.labels) if any(d.remarkable(i) for d in shown)]
    title = language.say(
        "{subject}: {finding}.",
        subject=subject(language.say("Influence diagnostics"), data.result, language),
        finding=language.say("beyond a limit: {studies}", studies=", ".join(beyond))
        if beyond
        else language.say("no study is beyond the limits"),
    )
    sentences = (
        f"{label}: "
        + ", ".join(f"{d.name} {said.number(d.field, d.values[i], 3)}" for d in shown)
        + "."
        for i, (label, said) in enumerate(zip(data.labels, data.said(language), strict=True))
    )
    return title, told(data, title, sentences, language)
