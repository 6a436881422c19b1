"""Write the review's state, and what changed since the baseline as JSON and as a small page."""

import sys
from dataclasses import replace
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import baseline, store, tables
from metasynth.certainty import Rating, levels
from metasynth.changes import compare
from metasynth.growth import growth
from metasynth.language import speak
from metasynth.records import ChangelogEntry, Config, OutcomeResult, Trial
from metasynth.report import html
from metasynth.report.changes_page import page
from metasynth.state import state

TEMPLATES = Path(__file__).parents[1] / "report"

config = store.from_json(Config, snakemake.params.config)
results = store.read_records(OutcomeResult, snakemake.input.results)
now = state(
    config,
    store.read_records(Trial, snakemake.input.trials),
    tables.of_the_review(Path(snakemake.params.data)),
    [store.from_json(ChangelogEntry, text) for text in snakemake.params.changelog],
    [row for result in results for analysis in result.analyses for row in analysis.estimates],
    levels(store.list_from_json(Rating, Path(snakemake.input.certainty).read_text("utf-8"))),
)
text = baseline.to_text(now)
before = next((baseline.read(Path(path)) for path in snakemake.input.baseline), None)
changes = compare(before, baseline.from_text(text), config.living)
store.write(snakemake.output.state, text)
changes = replace(changes, cumulative=growth(results))
store.write(snakemake.output.changes, store.to_json(changes))
language = speak(config.languages[0], Path(config.text))
document = page(config, changes, language)
store.write(snakemake.output.page, html.render(document, TEMPLATES, language))
