"""Write the review's state, and what changed since the baseline as JSON and as a small page."""

import sys
from dataclasses import replace
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import baseline, store, tables
from metasynth.changes import compare
from metasynth.growth import growth
from metasynth.records import ChangelogEntry, Config, OutcomeResult, Trial
from metasynth.state import state

config = store.from_json(Config, snakemake.params.config)
results = store.read_records(OutcomeResult, snakemake.input.results)
now = state(
    config,
    store.read_records(Trial, snakemake.input.trials),
    tables.of_the_review(Path(snakemake.params.data)),
    [store.from_json(ChangelogEntry, text) for text in snakemake.params.changelog],
    [row for result in results for analysis in result.analyses for row in analysis.estimates],
)
text = baseline.to_text(now)
before = baseline.read(Path(snakemake.input.baseline)) if snakemake.input.baseline else None
changes = compare(before, baseline.from_text(text), config.living)
store.write(snakemake.output.state, text)
store.write(snakemake.output.changes, store.to_json(replace(changes, cumulative=growth(results))))
