"""Draw every kind of figure into one page: of the BCG trials, and of this review.

    python docs/make_gallery.py [PAGE]

PAGE, by default docs/gallery/index.html, needs nothing beside it. Both reviews are pooled anew from
their raw tables, so that no earlier run is asked for anything. `snakemake gallery` does the same.
"""

import base64
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from metasynth.core import store
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import FAMILY
from metasynth.figures.canvas.svg import render
from metasynth.figures.catalogue import planned, posteriors, robustness
from metasynth.figures.draw import draw
from metasynth.figures.overview import overview
from metasynth.language.languages import ENGLISH, speak
from metasynth.language.localised_records import localise
from metasynth.language.tracked import bare
from metasynth.model.records import FigureChoices, Omission, OutcomeResult, OutcomeSpec
from metasynth.review.load import Review, load_review
from metasynth.sensitivity.battery import Sensitivity, battery
from metasynth.sensitivity.multiverse import Multiverse, multiverse
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "gallery" / "index.html"
FONTS = ROOT / "workflow" / "report" / "fonts"
WEIGHTS = {"Regular": 400, "Bold": 700}
HTML = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Gallery of the figures</title>
<meta name="viewport" content="width=device-width">
<style>{fonts}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 {family}, sans-serif;
  color: #1a1a1a; background: #fff }}
svg {{ width: 100%; height: auto }}
figure {{ margin: 2rem 0 3rem }}
figcaption {{ color: inherit; opacity: 0.8 }}
@media (prefers-color-scheme: dark) {{ body {{ color: #e8e8e8; background: #161616 }} }}
</style>
<h1>Gallery of the figures</h1>
{body}
</html>
"""


@dataclass(frozen=True, slots=True)
class Pooled:
    """An outcome of a review, pooled, with what qualifies it and all defensible analyses of it."""

    result: OutcomeResult
    sensitivity: Sensitivity
    multiverse: Multiverse


def pooled(review: Review, outcome: OutcomeSpec) -> Pooled:
    """Pool an outcome as the pipeline does."""
    config = review.config
    found = [study_data(trial, outcome, config.comparison_of(outcome)) for trial in review.trials]
    studies = [study for item in found if not isinstance(item, Omission) for study in item]
    analyses = {analysis.name: analysis for analysis in config.analyses}
    used = [analyses[name] for name in outcome.analyses]
    result = synthesise(outcome, used, config.comparison_of(outcome), studies)
    return Pooled(result, battery(result), multiverse(result, review.trials, config.multiverse))


def of_an_outcome(one: Pooled) -> Iterator[tuple[str, Drawing]]:
    """The figures of an outcome, all that it has trials for."""
    result, specs = one.result, [analysis.spec for analysis in one.result.analyses]
    known = sum(study.covariate is not None for study in result.studies)
    plans = planned(result.outcome, len(result.studies), known)
    possible = [plan.name for plan in plans if plan.drawn]
    possible += posteriors(result.outcome, specs, len(result.studies))
    possible += [n for n in robustness(result.outcome, len(result.studies)) if n == "multiverse"]
    for name in possible:
        yield name, draw(result, name, sensitivity=one.sensitivity, multiverse=one.multiverse)


def looks(result: OutcomeResult) -> Iterator[tuple[str, Drawing]]:
    """The forest plot in the other layouts, and in Polish."""
    for layout in ("jama", "bmj"):
        choices = FigureChoices(layout=layout, analyses=("none",))
        yield f"forest-{layout}", draw(result, "forest", choices=choices)
    polish = speak("pl", ROOT / "data" / "text")
    yield "forest-pl", draw(localise(result, polish), "forest", language=polish)


def of_a_review(review: Review, results: list[OutcomeResult]) -> Iterator[tuple[str, Drawing]]:
    """All outcomes in one view, and the flow of studies."""
    for name in ("summary", "flow"):
        yield name, overview(name, results, review.trials, review.flow, language=ENGLISH)


def section(heading: str, shown: Iterator[tuple[str, Drawing]]) -> str:
    """Figures under a heading."""
    parts = [f"<h2>{escape(heading)}</h2>"]
    for name, drawing in shown:
        prefix = f"{heading}-{name}".lower().replace(" ", "-").replace("_", "-")
        svg = render(
            drawing.figure,
            id_prefix=prefix,
            title=drawing.title,
            description=drawing.description,
            fonts=False,
        )
        caption = f"<figcaption>{escape(bare(drawing.title))}</figcaption>"
        parts.append(f"<figure>{svg}{caption}</figure>")
    return "\n".join(parts)


def page() -> str:
    """The whole page."""
    bcg, own = (load_review(Path("config.yaml"), at) for at in (ROOT / ".test", ROOT))
    vaccine = pooled(bcg, bcg.config.outcomes[0])
    primary = [outcome for outcome in own.config.outcomes if not outcome.sensitivity_of]
    each = [pooled(own, outcome) for outcome in primary]
    sections = (
        section("BCG", of_an_outcome(vaccine)),
        section("BCG layouts", looks(vaccine.result)),
        section("Anakinra", of_a_review(own, [one.result for one in each])),
        section("Anakinra outcome", of_an_outcome(each[0])),
    )
    return HTML.format(fonts=fonts(), family=f"'{FAMILY}'", body="\n".join(sections))


def fonts() -> str:
    """The figures' font, within the page."""
    return "\n".join(
        f"@font-face {{ font-family: '{FAMILY}'; font-weight: {weight}; src: url(data:font/woff;"
        f"base64,{_encoded(FONTS / f'ReviewPage-{name}.woff')}) }}"
        for name, weight in WEIGHTS.items()
    )


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")


if __name__ == "__main__":
    store.write(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE, page())
