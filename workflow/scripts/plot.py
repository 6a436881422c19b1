"""Draw an outcome's figures: each output is one, named as in the catalogue of figures."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.figures.draw import draw
from metasynth.figures.svg import render
from metasynth.records import OutcomeResult

result = store.from_json(OutcomeResult, Path(snakemake.input[0]).read_text("utf-8"))
for path in snakemake.output:
    name = Path(path).stem
    drawing = draw(result, name)
    prefix = f"{result.outcome.id}-{name}".replace("_", "-")
    svg = render(
        drawing.figure,
        id_prefix=prefix,
        title=drawing.title,
        description=drawing.description,
    )
    store.write(path, svg)
