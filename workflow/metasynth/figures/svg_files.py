"""Figures' files by their names, in each language of the review."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.svg import render
from metasynth.language.languages import Language

Languages = Mapping[str, Language]
"""Languages by their code; "" is the main one, whose files carry none."""


def named(path: str) -> tuple[str, str]:
    """A figure's name and its language's code: "death/forest.pl.svg" is ("forest", "pl")."""
    name, _, code = PurePosixPath(path).name.removesuffix(".svg").partition(".")
    return name, code


def svg(drawing: Drawing, of: str, name: str) -> str:
    """The SVG of a figure `of` an outcome, by its id, or of the overview."""
    prefix = f"{of}-{name}".replace("_", "-")
    return render(
        drawing.figure, id_prefix=prefix, title=drawing.title, description=drawing.description
    )
