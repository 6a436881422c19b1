"""The review's figures as the report shows them: captions, and the words that each SVG carries."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from metasynth.language import message

FOLDER = "results/figures/"
_SVG = "{http://www.w3.org/2000/svg}"

OF_AN_OUTCOME = {
    "forest": message("{label}: forest plot ({measure})."),
    "leave_one_out": message("{label}: the primary analysis with each trial left out in turn."),
    "cumulative": message("{label}: the primary analysis as trials were added, by year."),
    "influence": message("{label}: influence of each trial on the primary analysis."),
    "baujat": message(
        "{label}: each trial’s share of heterogeneity, and its pull on the result (Baujat)."
    ),
    "galbraith": message("{label}: radial plot (Galbraith)."),
    "labbe": message("{label}: risk under the intervention against risk under control (L’Abbé)."),
    "drapery": message(
        "{label}: p-value functions of the trials and of the pooled effect (drapery plot)."
    ),
    "gosh": message("{label}: the pooled effect of every subset of trials (GOSH plot)."),
    "multiverse": message("{label}: all declared analyses, sorted (specification curve)."),
    "sequential": message("{label}: cumulative Z with sequential boundaries."),
    "funnel": message("{label}: funnel plot with contours of significance."),
    "bubble": message("{label}: meta-regression."),
}
OF_THE_REVIEW = {
    "summary": message(
        "All outcomes in one view, by the primary analysis and the one named second."
    ),
    "flow": message("Flow of studies (PRISMA 2020). What the sources do not state says so."),
    "traffic_light": message("Risk of bias: every judgement."),
    "risk_bars": message("Risk of bias: judgements by domain."),
}


def by_language(paths: Sequence[str], languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The figures of each language by name: "death/forest" → "results/figures/death/forest.svg"."""
    figures: dict[str, dict[str, str]] = {code: {} for code in languages}
    for path in paths:
        name, _, code = path.removeprefix(FOLDER).removesuffix(".svg").partition(".")
        figures[code or languages[0]][name] = path
    main = figures[languages[0]]
    return {code: main | own for code, own in figures.items()}


def words(path: str) -> tuple[str, str]:
    """The title and the description that a figure carries inside."""
    root = ElementTree.fromstring(Path(path).read_text(encoding="utf-8"))
    found = (root.find(f"{_SVG}{name}") for name in ("title", "desc"))
    title, description = ("" if element is None else element.text or "" for element in found)
    return title, description
