"""Write the tables of all outcomes, and the audit of published statements."""

import sys

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.audit.records import Audited
from metasynth.audit.reproduction import Reproduction, reproduce
from metasynth.audit.run import audit
from metasynth.records import Claim, Comparison, Estimate, OutcomeResult, StudyEffect, Trial

results = store.read_records(OutcomeResult, snakemake.input.results)
trials = store.read_records(Trial, snakemake.input.trials)
comparison = store.from_json(Comparison, snakemake.params.comparison)
analyses = [analysis for result in results for analysis in result.analyses]
estimates = [row for analysis in analyses for row in analysis.estimates]
studies = [row for analysis in analyses for row in analysis.studies]
claims = [store.from_json(Claim, text) for text in snakemake.params.claims]
reproductions = reproduce(claims, results)
audited = audit(claims, results, trials, comparison)

store.write(snakemake.output.estimates, store.records_csv(Estimate, estimates))
store.write(snakemake.output.estimates_json, store.to_json(estimates))
store.write(snakemake.output.studies, store.records_csv(StudyEffect, studies))
store.write(snakemake.output.studies_json, store.to_json(studies))
store.write(snakemake.output.reproduction, store.records_csv(Reproduction, reproductions))
store.write(snakemake.output.reproduction_json, store.to_json(reproductions))
store.write(snakemake.output.claims, store.records_csv(Audited, audited))
store.write(snakemake.output.claims_json, store.to_json(audited))
