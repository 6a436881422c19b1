"""The report's material, and what its PDF carries: read from what earlier stages made."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from metasynth.audit.reproduction import Reproduction
from metasynth.audit.verdicts import Audited
from metasynth.core import bibtex, store
from metasynth.crosscheck.records import Crosscheck
from metasynth.grade.certainty import Rating
from metasynth.grade.conclusions import Conclusion
from metasynth.grade.summary_of_findings import Finding
from metasynth.living.changes import Changes
from metasynth.model import bounds
from metasynth.model.records import Config, OutcomeResult, Trial
from metasynth.pipeline.targets import Member
from metasynth.report.material import Material
from metasynth.report.render.pictures import by_language
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.extraction import Extraction
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.robustness import Stability
from metasynth.sensitivity.sequential import Sequential

Record = TypeVar("Record")


def material(member: Member, config: Config, language: str, versions: Sequence[str]) -> Material:
    """What the report in a language is made of, as earlier stages made it."""
    inputs = member.inputs
    references = Path(inputs["own"][0]).read_text("utf-8-sig")
    sensitivities = _records(Sensitivity, inputs["sensitivity"], "sensitivity.json")
    readings = {outcome.id for outcome in config.outcomes if outcome.sensitivity_of}
    figures = by_language(
        (*inputs["overview"], *inputs["forest"], *inputs["plot"]), config.languages
    )
    return Material(
        config=config,
        trials=store.read_records(Trial, inputs["clean"]),
        results=_records(OutcomeResult, inputs["pool"], "result.json"),
        reproductions=_records(Reproduction, inputs["audit"], "reproduction.json"),
        sensitivities={it.outcome: it for it in sensitivities if it.outcome not in readings},
        bibliography={it.key: it for it in bibtex.parse(references, "references.bib")[0]},
        figures=figures[language],
        versions=tuple((name, version) for name, version in map(str.split, versions)),
        audit=_records(Audited, inputs["audit"], "claims.json"),
        ratings=_records(Rating, inputs["certainty"], "certainty.json"),
        changes=_records(Changes, inputs["changes"], "changes.json")[0],
        findings=_records(Finding, inputs["certainty"], "findings.json"),
        conclusions=_records(Conclusion, inputs["certainty"], "conclusions.json"),
        stability=_stability(inputs["sensitivity"]),
        crosschecks=_records(Crosscheck, inputs["crosscheck"], "crosscheck.json"),
    )


def _stability(paths: Sequence[str]) -> dict[str, Stability]:
    """By outcome, how firmly its results stand."""
    records = zip(
        _records(Extraction, paths, "extraction.json"),
        _records(Multiverse, paths, "multiverse.json"),
        _records(Sequential, paths, "sequential.json"),
        strict=True,
    )
    return {item[0].outcome: Stability(*item) for item in records}


def _records(cls: type[Record], paths: Sequence[str], name: str) -> tuple[Record, ...]:
    return store.read_records(cls, (path for path in paths if path.endswith(f"/{name}")))


def attachments(member: Member) -> list[str]:
    """The tables that the PDF carries: every table of results, and every raw table.

    Typst reads below the review's folder only: raw tables that lie elsewhere are left out, and so
    are those of very many trials, which would be thousands of files.
    """
    stages = ("crosscheck", "tables", "moderators", "audit", "certainty")
    made = [path for stage in stages for path in member.inputs[stage]]
    if len(member.inputs["clean"]) > bounds.TOLD_ROWS:
        return [path for path in made if path.endswith(".csv")]
    raw = (path for path in map(Path, member.inputs["raw"]) if ".." not in path.parts)
    inside = [path.as_posix() for path in raw if not path.is_absolute()]
    return [*(path for path in made if path.endswith(".csv")), *inside]
