"""Compose the report once and render it twice: one self-contained HTML file and one PDF."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import bibliography, store
from metasynth.audit import Reproduction
from metasynth.records import Config, OutcomeResult, Trial
from metasynth.report import html, typst
from metasynth.report.compose import Material, ReportError, compose
from metasynth.sensitivity import Sensitivity

TEMPLATES = Path(__file__).parents[1] / "report"


config = store.from_json(Config, snakemake.params.config)
references, _ = bibliography.parse(
    Path(snakemake.input.bibliography).read_text("utf-8-sig"), "references.bib"
)
material = Material(
    config=config,
    trials=store.read_records(Trial, snakemake.input.trials),
    results=store.read_records(OutcomeResult, snakemake.input.results),
    reproductions=store.list_from_json(
        Reproduction, Path(snakemake.input.reproduction).read_text("utf-8")
    ),
    sensitivities={
        item.outcome: item
        for item in store.read_records(Sensitivity, snakemake.input.sensitivities)
    },
    bibliography={entry.key: entry for entry in references},
    figures={
        path.removeprefix("results/figures/").removesuffix(".svg"): path
        for path in snakemake.input.figures
    },
    versions=tuple(tuple(line.split(" ")) for line in snakemake.params.versions),
)
try:
    document = compose(material, TEMPLATES, Path(config.text))
except ReportError as error:
    sys.exit(f"The report cannot be written. {error}")
store.write(snakemake.output.html, html.render(document, TEMPLATES))
store.write(
    snakemake.output.pdf,
    typst.pdf(
        document, TEMPLATES, attachments=[snakemake.input.estimates, snakemake.input.studies]
    ),
)
