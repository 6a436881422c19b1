"""Figures as files: the SVG of each by its path, in the language that it names."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from metasynth.figures.canvas.style import isolated
from metasynth.figures.draw import draw
from metasynth.figures.overview import NOTHING, overview
from metasynth.figures.svg_files import Languages, named, svg
from metasynth.language.localised_records import localise
from metasynth.model.records import Claim, FlowCount, OutcomeResult, Trial
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.sequential import Sequential


@isolated
def outcome_files(
    paths: Iterable[str],
    result: OutcomeResult,
    languages: Languages,
    sensitivity: Sensitivity | None = None,
    multiverse: Multiverse | None = None,
    sequential: Sequential | None = None,
) -> dict[str, str]:
    """The SVG of each figure of an outcome; forest plots have a chosen look (`forest.files`).

    Raises:
        KeyError: when no figure, or no language, has the name in a path.
    """
    files, spoken = {}, {code: localise(result, one) for code, one in languages.items()}
    for path in paths:
        name, code = named(path)
        drawing = draw(
            spoken[code],
            name,
            sensitivity=sensitivity,
            multiverse=multiverse,
            sequential=sequential,
            language=languages[code],
        )
        files[path] = svg(drawing, result.outcome.id, name)
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
        files[path] = svg(drawing, "overview", name)
    return files
