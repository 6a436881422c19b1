"""Figures as files: the SVG of each by its path, in the language and the look that were chosen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.canvas.svg import render
from metasynth.figures.draw import draw
from metasynth.figures.overview import NOTHING, overview
from metasynth.language.languages import Language
from metasynth.language.localised_records import localise
from metasynth.model.records import Claim, FigureChoices, FlowCount, Judgement, OutcomeResult, Trial
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.sequential import Sequential

Languages = Mapping[str, Language]
"""Languages by their code; "" is the main one, whose files carry none."""


def named(path: str) -> tuple[str, str]:
    """A figure's name and its language's code: "death/forest.pl.svg" is ("forest", "pl")."""
    name, _, code = PurePosixPath(path).name.removesuffix(".svg").partition(".")
    return name, code


@isolated
def outcome_files(
    paths: Iterable[str],
    result: OutcomeResult,
    languages: Languages,
    choices: FigureChoices,
    judgements: Mapping[str, Sequence[Judgement]],
    sensitivity: Sensitivity | None = None,
    multiverse: Multiverse | None = None,
    sequential: Sequential | None = None,
) -> dict[str, str]:
    """The SVG of each figure of an outcome; `judgements` of risk of bias by study.

    Raises:
        KeyError: when no figure, or no language, has the name in a path.
    """
    files, spoken = {}, {code: localise(result, one) for code, one in languages.items()}
    judged = {code: _localised(judgements, one) for code, one in languages.items()}
    for path in paths:
        name, code = named(path)
        drawing = draw(
            spoken[code],
            name,
            choices=choices,
            judgements=judged[code],
            sensitivity=sensitivity,
            multiverse=multiverse,
            sequential=sequential,
            language=languages[code],
        )
        files[path] = _svg(drawing, result.outcome.id, name)
    return files


@isolated
def review_files(
    paths: Iterable[str],
    results: Sequence[OutcomeResult],
    trials: Sequence[Trial],
    flow: Sequence[FlowCount],
    languages: Languages,
    main: Sequence[str] = (),
    claims: Sequence[Claim] = (),
    shared: Mapping[str, Collection[str]] = NOTHING,
    sensitivities: Sequence[Sensitivity] = (),
) -> dict[str, str]:
    """The SVG of each figure of the whole review; the summary shows the `main` outcomes.

    `claims` are the estimates of published figures (`catalogue.beside`), `shared` the outcomes in
    figures of all (`catalogue.together`), with their `sensitivities`.

    Raises:
        KeyError: when no figure, or no language, has the name in a path.
    """
    files = {}
    for path in paths:
        name, code = named(path)
        language = languages[code]
        drawing = overview(
            name,
            localise(tuple(results), language),
            localise(tuple(trials), language),
            localise(tuple(flow), language),
            main,
            claims,
            shared,
            sensitivities,
            language=language,
        )
        files[path] = _svg(drawing, "overview", name)
    return files


def _localised(
    judgements: Mapping[str, Sequence[Judgement]], language: Language
) -> dict[str, tuple[Judgement, ...]]:
    return {study: localise(tuple(own), language) for study, own in judgements.items()}


def _svg(drawing: Drawing, of: str, name: str) -> str:
    prefix = f"{of}-{name}".replace("_", "-")
    return render(
        drawing.figure, id_prefix=prefix, title=drawing.title, description=drawing.description
    )
