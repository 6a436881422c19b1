"""Draw an outcome's figures: each output is one, named as in the catalogue of figures."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store
from metasynth.figures.files import outcome_files
from metasynth.figures.risk_of_bias import of_outcome
from metasynth.language import speak_all
from metasynth.multiverse import Multiverse
from metasynth.records import FigureChoices, Judgement, OutcomeResult
from metasynth.sequential import Sequential

(result,) = store.read_records(OutcomeResult, [snakemake.input.result])
(multiverse,) = store.read_records(Multiverse, [snakemake.input.multiverse])
(sequential,) = store.read_records(Sequential, [snakemake.input.sequential])
judged = {
    study: store.list_from_json(Judgement, text)
    for study, text in snakemake.params.judgements.items()
}
files = outcome_files(
    snakemake.output,
    result,
    speak_all(snakemake.params.languages, Path(snakemake.params.text)),
    store.from_json(FigureChoices, snakemake.params.choices),
    of_outcome(judged, result.outcome.outcome),
    multiverse,
    sequential,
)
for path, svg in files.items():
    store.write(path, svg)
