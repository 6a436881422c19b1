"""Write the tables of all outcomes, and published estimates beside the recomputed ones."""

import sys

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.audit import Reproduction, reproduce
from metasynth.records import Claim, Estimate, OutcomeResult, StudyEffect

results = store.read_records(OutcomeResult, snakemake.input)
analyses = [analysis for result in results for analysis in result.analyses]
estimates = [row for analysis in analyses for row in analysis.estimates]
studies = [row for analysis in analyses for row in analysis.studies]
claims = [store.from_json(Claim, text) for text in snakemake.params.claims]
reproductions = reproduce(claims, results)

store.write(snakemake.output.estimates, store.records_csv(Estimate, estimates))
store.write(snakemake.output.estimates_json, store.to_json(estimates))
store.write(snakemake.output.studies, store.records_csv(StudyEffect, studies))
store.write(snakemake.output.studies_json, store.to_json(studies))
store.write(snakemake.output.reproduction, store.records_csv(Reproduction, reproductions))
store.write(snakemake.output.reproduction_json, store.to_json(reproductions))
