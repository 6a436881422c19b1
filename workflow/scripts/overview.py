"""Draw the figures of the whole review: all outcomes, the flow of studies, the risk of bias."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.figures.overview import overview
from metasynth.figures.svg import render
from metasynth.records import FlowCount, OutcomeResult, Trial

results = store.read_records(OutcomeResult, snakemake.input.results)
trials = store.read_records(Trial, snakemake.input.trials)
flow = store.list_from_json(FlowCount, snakemake.params.flow)
for path in snakemake.output:
    name = Path(path).stem
    drawing = overview(name, results, trials, flow)
    svg = render(
        drawing.figure,
        id_prefix=f"overview-{name}".replace("_", "-"),
        title=drawing.title,
        description=drawing.description,
    )
    store.write(path, svg)
