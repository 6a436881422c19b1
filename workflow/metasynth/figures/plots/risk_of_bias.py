"""Judgements of risk of bias as signs: a colour, a symbol and a rank for each word of the tools."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from metasynth.figures.canvas.one_line import clean
from metasynth.figures.canvas.page import Label, points, write
from metasynth.language.languages import Language, message
from metasynth.model import judgement_levels
from metasynth.model.judgement_levels import NAMES, Judgements, domain_names, of_outcome
from metasynth.model.records import Judgement

__all__ = ["Judgements", "domain_names", "of_outcome"]

BLACK = "#000000"
_SYMBOL_SIZE = 0.82


@dataclass(frozen=True, slots=True)
class Level:
    """How a level of risk looks: colour-blind readers have the symbol, everybody the word."""

    name: str
    symbol: str
    colour: str


_SIGNS = (("+", "#56B4E9"), ("?", "#F0E442"), ("−", "#E69F00"), ("×", "#D55E00"), ("", "#BBBBBB"))
LEVELS = tuple(Level(name, *sign) for name, sign in zip(NAMES, _SIGNS, strict=True))
LOW, SOME, HIGH, CRITICAL, UNKNOWN = LEVELS
"""From the best, ordered as in judgement_levels.

Each ground is light enough for a black symbol, on light pages and dark ones.
"""

_MEANS = (
    message("low risk"),
    message("some concerns"),
    message("high risk"),
    message("critical risk"),
    message("no information"),
)
"""What the signs mean, within a sentence."""
NOT_JUDGED = message("A study without a circle was not judged in that domain.")

_SAID = {
    "low": message("Low"),
    "some concerns": message("Some concerns"),
    "unclear": message("Unclear"),
    "moderate": message("Moderate"),
    "high": message("High"),
    "serious": message("Serious"),
    "critical": message("Critical"),
    "no information": message("No information"),
}
"""The words of the tools that have a translation."""


def level(judgement: str) -> Level:
    """The level that a tool's word means; words like "no information" mean no level at all."""
    rank = judgement_levels.risk(clean(judgement))
    return UNKNOWN if rank is None else LEVELS[rank]


def signs_note(signs: Sequence[Level], language: Language) -> str:
    """What the signs in a figure's circles mean: "In the circles ? means some concerns, …"."""
    found = list[str]()
    for sign in signs:
        symbol = sign.symbol or language.say("an empty one")
        said = message("{sign} {meaning}") if found else message("{sign} means {meaning}")
        means = language.say(_MEANS[LEVELS.index(sign)])
        found.append(language.say(said, sign=symbol, meaning=means))
    return language.say("In the circles {signs}.", signs=", ".join(found)) if found else ""


def tells(judgements: Judgements | None) -> bool:
    """Whether any judgement says more than that there is no information."""
    each = (j.judgement for own in (judgements or {}).values() for j in own)
    return any(level(judgement) is not UNKNOWN for judgement in each)


def judgement_word(judgement: Judgement, language: Language) -> str:
    """A judgement in the words of its tool, in the language where the catalogue has them."""
    word = clean(judgement.judgement)
    return language.say(_SAID[word.lower()]) if word.lower() in _SAID else language.label(word)


def is_overall(domain: str) -> bool:
    """Whether a domain is the overall judgement, which tools write in several ways."""
    return judgement_levels.is_overall(domain)


def draw_dots(
    figure: Figure, dots: Iterable[tuple[str, float, float]], size: float, name: str
) -> None:
    """A disc with its symbol for each judgement that is not blank, at x, y on the page."""
    transform = points(figure)
    symbols = []
    for i, (judgement, x, y) in enumerate(dots, 1):
        if not judgement:
            continue
        sign = level(judgement)
        disc = Line2D([x], [y], marker="o", markersize=size, color=sign.colour, linestyle="none")
        disc.set(markeredgewidth=0.0, gid=f"{name}-{i}", transform=transform)
        figure.add_artist(disc)
        text_size = _SYMBOL_SIZE * size
        baseline = y + 0.32 * text_size
        symbols.append(Label(sign.symbol, x, baseline, "center", True, text_size, colour=BLACK))
    write(figure, (symbol for symbol in symbols if symbol.text))
