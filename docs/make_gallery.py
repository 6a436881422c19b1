"""Draw every figure of pooled outcomes into one self-contained page, to look at them together.

    python docs/make_gallery.py FOLDER RESULTS...

RESULTS are folders of pooled outcomes, such as results/outcomes; FOLDER gets gallery.html and each
figure as SVG. Every forest plot is drawn in all layouts; a meta-regression on the year of
publication is added where ten studies have one.
"""

import base64
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from metasynth import store
from metasynth.figures.bubble import Covariate
from metasynth.figures.catalogue import LEAST, planned
from metasynth.figures.describe import forest_alt
from metasynth.figures.draw import draw
from metasynth.figures.forest import forest
from metasynth.figures.page import Drawing
from metasynth.figures.preset import BMJ, JAMA
from metasynth.figures.style import FAMILY
from metasynth.figures.summary import summary
from metasynth.figures.svg import render
from metasynth.records import OutcomeResult

FONTS = Path(__file__).parents[1] / "workflow" / "report" / "fonts"
WEIGHTS = {"Regular": 400, "Bold": 700}
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Figures</title>
<meta name="viewport" content="width=device-width">
<style>{fonts}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font-family: {family}, sans-serif;
  color: #1a1a1a; background: #fff }}
svg {{ width: 100%; height: auto }}
figure {{ margin: 2rem 0 }}
@media (prefers-color-scheme: dark) {{ body {{ color: #e8e8e8; background: #161616 }} }}
</style>
<h1>Figures</h1>
{body}
</html>
"""


def drawings(result: OutcomeResult) -> Iterator[tuple[str, Drawing]]:
    """The figures of an outcome that have enough studies, the forest plot in every layout."""
    covariate = years(result)
    for figure in planned(result.outcome, len(result.studies), covariate.label):
        if figure.drawn:
            yield figure.name, draw(result, figure.name, covariate=covariate)
    for name, preset in (("jama", JAMA), ("bmj", BMJ)):
        first = [analysis.spec.name for analysis in result.analyses[:1]]
        figure = forest(result, first, preset=preset)
        yield f"forest_{name}", Drawing(figure, *forest_alt(result, first))


def years(result: OutcomeResult) -> Covariate:
    """The studies' years of publication; no label where too few are known."""
    known = tuple((s.study, float(s.year)) for s in result.studies if s.year is not None)
    return Covariate("Year of publication" if len(known) >= LEAST["bubble"] else "", known)


def section(folder: Path, heading: str, shown: Iterator[tuple[str, Drawing]]) -> str:
    """Write the figures as files, and say them as a section of the page."""
    parts = [f"<h2>{escape(heading)}</h2>"]
    for name, drawing in shown:
        prefix = f"{heading}-{name}".replace("_", "-")
        svg = render(
            drawing.figure,
            id_prefix=prefix,
            title=drawing.title,
            description=drawing.description,
        )
        store.write(folder / f"{prefix}.svg", svg)
        parts.append(f"<figure>{svg}<figcaption>{escape(drawing.title)}</figcaption></figure>")
    return "\n".join(parts)


def fonts() -> str:
    """The figures' font, within the page."""
    return "\n".join(
        f"@font-face {{ font-family: '{FAMILY}'; font-weight: {weight}; src: url(data:font/woff2;"
        f"base64,{_encoded(FONTS / f'SourceSans3-{name}.woff2')}) }}"
        for name, weight in WEIGHTS.items()
    )


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")


def main(folder: Path, results: list[Path]) -> None:
    """Write the page of all outcomes in all folders."""
    sections = []
    for root in results:
        found = [
            store.from_json(OutcomeResult, path.read_text("utf-8"))
            for path in sorted(root.glob("*/result.json"))
        ]
        declared = [result for result in found if not result.outcome.sensitivity_of]
        sections += [section(folder, r.outcome.id, drawings(r)) for r in declared]
        if len(declared) > 1:
            sections.append(section(folder, "all", iter([("summary", summary(declared))])))
    page = PAGE.format(fonts=fonts(), family=f"'{FAMILY}'", body="\n".join(sections))
    store.write(folder / "gallery.html", page)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
