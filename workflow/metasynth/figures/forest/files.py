"""Forest plots as files, in the look that was chosen: all that a job needs that draws no others."""

from collections.abc import Iterable, Mapping, Sequence

from metasynth.figures import drawn
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.forest.describe import forest_alt
from metasynth.figures.forest.forest import forest
from metasynth.figures.forest.preset import PRESETS
from metasynth.figures.plots.risk_of_bias import Judgements, tells
from metasynth.figures.svg_files import Languages, named, svg
from metasynth.language.languages import Language
from metasynth.language.localised_records import localise
from metasynth.model.records import FigureChoices, Judgement, OutcomeResult


def forest_plot(
    result: OutcomeResult,
    choices: FigureChoices,
    judgements: Judgements | None,
    language: Language,
) -> Drawing:
    """The forest plot of an outcome; `judgements` of risk of bias by study."""
    shown, preset = drawn(result, choices.analyses), PRESETS[choices.layout]
    judged = judgements if choices.risk_of_bias and tells(judgements) else None
    figure = forest(result, shown, language=language, preset=preset, judgements=judged)
    return Drawing(figure, *forest_alt(result, shown, judged, language=language))


@isolated
def forest_files(
    paths: Iterable[str],
    result: OutcomeResult,
    languages: Languages,
    choices: FigureChoices,
    judgements: Mapping[str, Sequence[Judgement]],
) -> dict[str, str]:
    """The SVG of an outcome's forest plot in the language of each path.

    Raises:
        KeyError: when no language has the code in a path.
    """
    files = {}
    for path in paths:
        name, code = named(path)
        one = languages[code]
        judged = {study: localise(tuple(own), one) for study, own in judgements.items()}
        drawing = forest_plot(localise(result, one), choices, judged, one)
        files[path] = svg(drawing, result.outcome.id, name)
    return files
