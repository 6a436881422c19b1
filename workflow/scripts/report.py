"""Compose the report in each language and render it twice: a self-contained HTML file and a PDF."""

import sys
from dataclasses import replace
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import bibliography, store
from metasynth.audit.records import Audited
from metasynth.audit.reproduction import Reproduction
from metasynth.certainty import Rating
from metasynth.changes import Changes
from metasynth.findings import Finding
from metasynth.language import speak
from metasynth.provenance.publish import provenance_json
from metasynth.records import Claim, Config, OutcomeResult, SearchLine, Trial
from metasynth.report import docx, html, typst
from metasynth.report.compose import Material, ReportError, compose
from metasynth.report.document import numbers
from metasynth.report.pictures import by_language
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
    figures={},
    audit=store.list_from_json(Audited, Path(snakemake.input.claims).read_text("utf-8")),
    versions=tuple(tuple(line.split(" ")) for line in snakemake.params.versions),
    claims=tuple(store.from_json(Claim, text) for text in snakemake.params.claims),
    search=tuple(store.from_json(SearchLine, text) for text in snakemake.params.search),
    ratings=store.list_from_json(Rating, Path(snakemake.input.certainty).read_text("utf-8")),
    findings=store.list_from_json(Finding, Path(snakemake.input.findings).read_text("utf-8")),
    changes=store.from_json(Changes, Path(snakemake.input.changes).read_text("utf-8")),
)
figures = by_language(snakemake.input.figures, config.languages)
tables = [snakemake.input.estimates, snakemake.input.studies]
outputs = (snakemake.output.html, snakemake.output.pdf, snakemake.output.docx)
for code, page, paper, word in zip(config.languages, *outputs, strict=True):
    language = speak(code, Path(config.text))
    try:
        document = compose(replace(material, figures=figures[code]), language, TEMPLATES)
    except ReportError as error:
        sys.exit(f"The report cannot be written. {error}")
    if code == config.languages[0]:
        printed = [(number.text, number.key) for number in numbers(document)]
        store.write(snakemake.output.provenance, provenance_json(document.provenance, printed))
    store.write(page, html.render(document, TEMPLATES, language))
    store.write(paper, typst.pdf(document, TEMPLATES, language, attachments=tables))
    store.write(word, docx.docx(document, TEMPLATES, language))
