"""The review's figures as the report shows them: captions, and the words that each SVG carries."""

from pathlib import Path
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"

OF_AN_OUTCOME = {
    "forest": "{label}: forest plot ({measure}).",
    "leave_one_out": "{label}: the primary analysis with each trial left out in turn.",
    "cumulative": "{label}: the primary analysis as trials were added, by year.",
    "influence": "{label}: influence of each trial on the primary analysis.",
    "baujat": "{label}: each trial’s share of heterogeneity, and its pull on the result (Baujat).",
    "galbraith": "{label}: radial plot (Galbraith).",
    "labbe": "{label}: risk under the intervention against risk under control (L’Abbé).",
    "drapery": "{label}: p-value functions of the trials and of the pooled effect (drapery plot).",
    "gosh": "{label}: the pooled effect of every subset of trials (GOSH plot).",
    "funnel": "{label}: funnel plot with contours of significance.",
    "bubble": "{label}: meta-regression.",
}
OF_THE_REVIEW = {
    "summary": "All outcomes in one view, by the primary analysis and the one named second.",
    "flow": "Flow of studies (PRISMA 2020). What the sources do not state says so.",
    "traffic_light": "Risk of bias: every judgement.",
    "risk_bars": "Risk of bias: judgements by domain.",
}


def words(path: str) -> tuple[str, str]:
    """The title and the description that a figure carries inside."""
    root = ElementTree.fromstring(Path(path).read_text(encoding="utf-8"))
    found = (root.find(f"{_SVG}{name}") for name in ("title", "desc"))
    title, description = ("" if element is None else element.text or "" for element in found)
    return title, description
