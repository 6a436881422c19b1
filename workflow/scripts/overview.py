"""Draw the figures of the whole review: all outcomes, the flow of studies, the risk of bias."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.figures.files import review_files
from metasynth.language import speak_all
from metasynth.records import FlowCount, OutcomeResult, Trial

files = review_files(
    snakemake.output,
    store.read_records(OutcomeResult, snakemake.input.results),
    store.read_records(Trial, snakemake.input.trials),
    store.list_from_json(FlowCount, snakemake.params.flow),
    speak_all(snakemake.params.languages, Path(snakemake.params.text)),
)
for path, svg in files.items():
    store.write(path, svg)
