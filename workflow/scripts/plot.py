"""Draw an outcome's figures: each output is one, named as in the catalogue of figures."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.figures.draw import draw
from metasynth.figures.svg import render
from metasynth.multiverse import Multiverse
from metasynth.records import OutcomeResult
from metasynth.sequential import Sequential

(result,) = store.read_records(OutcomeResult, [snakemake.input.result])
(multiverse,) = store.read_records(Multiverse, [snakemake.input.multiverse])
(sequential,) = store.read_records(Sequential, [snakemake.input.sequential])
for path in snakemake.output:
    name = Path(path).stem
    drawing = draw(result, name, multiverse=multiverse, sequential=sequential)
    prefix = f"{result.outcome.id}-{name}".replace("_", "-")
    svg = render(
        drawing.figure,
        id_prefix=prefix,
        title=drawing.title,
        description=drawing.description,
    )
    store.write(path, svg)
