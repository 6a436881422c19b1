"""Rate the certainty of each outcome's evidence, and write the lines of the summary of findings."""

import sys

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.certainty import COLUMNS, assess_all
from metasynth.certainty_rules import CertaintyRules
from metasynth.findings import Finding, summary
from metasynth.records import CertaintyRating, OutcomeResult, Trial
from metasynth.sensitivity import Sensitivity

rules = store.from_json(CertaintyRules, snakemake.params.rules)
results = store.read_records(OutcomeResult, snakemake.input.results)
ratings = assess_all(
    results,
    rules,
    store.list_from_json(CertaintyRating, snakemake.params.panel),
    store.read_records(Trial, snakemake.input.trials),
    store.read_records(Sensitivity, snakemake.input.sensitivities),
)
findings = summary(results, rules, ratings)

rows = ([getattr(rating, column) for column in COLUMNS] for rating in ratings)
store.write(snakemake.output.certainty, store.to_csv(COLUMNS, rows))
store.write(snakemake.output.certainty_json, store.to_json(ratings))
store.write(snakemake.output.findings, store.records_csv(Finding, findings))
store.write(snakemake.output.findings_json, store.to_json(findings))
