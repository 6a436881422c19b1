"""Pool one outcome: its trials' data and every analysis that config.yaml declares for it."""

import sys
from dataclasses import replace
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.comparison import study_data
from metasynth.export import metafor_csv, metafor_script
from metasynth.extraction import extraction
from metasynth.multiverse import multiverse
from metasynth.records import AnalysisSpec, Comparison, Omission, OutcomeSpec, Trial
from metasynth.robustness_choices import MultiverseChoices
from metasynth.sensitivity import battery
from metasynth.sequential import sequential
from metasynth.synthesis import synthesise

outcome = store.from_json(OutcomeSpec, snakemake.params.outcome)
analyses = [store.from_json(AnalysisSpec, text) for text in snakemake.params.analyses]
comparison = store.from_json(Comparison, snakemake.params.comparison)
trials = store.read_records(Trial, snakemake.input)

data = [study_data(trial, outcome, comparison) for trial in trials]
studies = [study for item in data if not isinstance(item, Omission) for study in item]
omitted = [item for item in data if isinstance(item, Omission)]
result = synthesise(outcome, analyses, comparison, studies)
result = replace(result, omissions=(*result.omissions, *omitted))
store.write(snakemake.output.result, store.to_json(result))
store.write(snakemake.output.sensitivity, store.to_json(battery(result)))
store.write(snakemake.output.extraction, store.to_json(extraction(result, trials)))
choices = store.from_json(MultiverseChoices, snakemake.params.multiverse)
store.write(snakemake.output.multiverse, store.to_json(multiverse(result, trials, choices)))
store.write(snakemake.output.sequential, store.to_json(sequential(result)))
store.write(snakemake.output.data, metafor_csv(result))
store.write(snakemake.output.script, metafor_script(result, Path(snakemake.output.data).name))
