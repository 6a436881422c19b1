"""Draw one outcome's forest plot: its trials, and its first two analyses as diamonds."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.figures import drawn
from metasynth.figures.describe import forest_alt
from metasynth.figures.forest import forest
from metasynth.figures.svg import render
from metasynth.records import OutcomeResult

result = store.from_json(OutcomeResult, Path(snakemake.input[0]).read_text("utf-8"))
title, description = forest_alt(result, drawn(result))
figure = forest(result, drawn(result))
prefix = f"forest-{result.outcome.id}"
store.write(
    snakemake.output[0], render(figure, id_prefix=prefix, title=title, description=description)
)
