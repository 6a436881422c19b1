"""The report put together: authored text, named numbers, tables and figures become one document."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from metasynth import formats
from metasynth.audit import Reproduction
from metasynth.bibliography import Entry
from metasynth.methods import PREDICTIONS
from metasynth.records import Config, OutcomeResult, Result, Trial
from metasynth.report import robustness, tables
from metasynth.report.document import (
    Block,
    Document,
    Figure,
    Landscape,
    References,
    Table,
    text,
)
from metasynth.report.markdown import Parser, UnknownNameError, escape
from metasynth.report.names import OutcomeNames, count, lowered, outcome_names, stated
from metasynth.report.pictures import OF_AN_OUTCOME, OF_THE_REVIEW, words
from metasynth.report.references import reference
from metasynth.report.terms import TERMS
from metasynth.sensitivity import Sensitivity

SKELETON = "review.md"


class ReportError(ValueError):
    """The authored text asks for something that does not exist; the message says where."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that the report is made of."""

    config: Config
    trials: tuple[Trial, ...]
    results: tuple[OutcomeResult, ...]
    reproductions: tuple[Reproduction, ...]
    bibliography: Mapping[str, Entry]
    figures: Mapping[str, str]
    sensitivities: Mapping[str, Sensitivity]
    versions: tuple[tuple[str, str], ...]


def compose(material: Material, skeleton: Path, prose: Path) -> Document:
    """The document, from the skeleton's folder and the folder of the review's own prose.

    Raises:
        ReportError: for a name, number, figure, table or reference that does not exist.
    """
    outcomes = _outcomes(material)
    markdown = _expand(_names(material, outcomes), skeleton, prose)
    builder = _Builder(material, outcomes)
    try:
        blocks = builder.blocks(markdown)
    except UnknownNameError as error:
        raise ReportError(str(error)) from error
    config = material.config
    return Document(
        title=config.title,
        subtitle=_subtitle(material, len(outcomes)),
        language=config.languages[0],
        version=config.version,
        date=config.date,
        blocks=blocks,
    )


def _subtitle(material: Material, outcomes: int) -> str:
    trials = count(len(_included(material)), "trial").capitalize()
    config = material.config
    made = f"Version {config.version} of {config.date}."
    people = f" {', '.join(config.authors)}." if config.authors else ""
    return f"{trials}, {count(outcomes, 'outcome')}. {made}{people}"


def _included(material: Material) -> list[Trial]:
    return [trial for trial in material.trials if trial.study.status == "included"]


def _outcomes(material: Material) -> tuple[OutcomeNames, ...]:
    """Primary outcomes in config order, each with its alternative readings."""
    included = [trial.study for trial in _included(material)]
    results = material.results
    return tuple(
        outcome_names(
            result,
            included,
            [item for item in results if item.outcome.sensitivity_of == result.outcome.id],
        )
        for result in results
        if not result.outcome.sensitivity_of
    )


def _names(material: Material, outcomes: Sequence[OutcomeNames]) -> dict[str, Any]:
    """What the authored text can name."""
    config, trials = material.config, material.trials
    included, used = _included(material), _used(material)
    named = {name.id: name for outcome in outcomes for name in (outcome, *outcome.alternatives)}
    return named | {
        "review": config,
        "analyses": config.analyses,
        "intervention": config.comparison.intervention_label,
        "control": config.comparison.control_label,
        "outcomes": outcomes,
        "trials": {
            "all": trials,
            "included": included,
            "other": [trial for trial in trials if trial not in included],
        },
        "multi_arm": _combined_arms(material.results),
        "has_claims": bool(material.reproductions),
        "is_missing": any(tables.is_missing(row) for trial in included for row in trial.results),
        "figures": frozenset(material.figures),
        "has_absolute": any(item.absolute for item in material.sensitivities.values()),
        "small_study": [o for o in outcomes if f"{o.id}/funnel" in material.figures],
        "further": [o for o in outcomes if f"{o.id}/leave_one_out" in material.figures],
        "used": used,
        "used_predictions": used.intersection(PREDICTIONS),
        "count": count,
        "terms": TERMS,
        "missing": formats.MISSING,
        "label_of": {trial.study.study: trial.study.label for trial in trials}.__getitem__,
        "printed_percentages": _percentages(trials),
    }


def _used(material: Material) -> frozenset[str]:
    """The names of the measures and methods that gave this report's results."""
    outcomes = {result.outcome for result in material.results}
    specs = [analysis.spec for result in material.results for analysis in result.analyses]
    rows = [
        row
        for result in material.results
        for analysis in result.analyses
        for row in analysis.estimates
    ]
    names = {name for o in outcomes for name in (o.measure, o.type)}
    names |= {name for row in rows for name in (row.model, row.tau2_method, row.ci_method)}
    names |= {f"{row.model} {row.measure}" for row in rows}
    if any(outcome.subgroup for outcome in outcomes):
        names |= {f"{spec.subgroup_tau2} tau2" for spec in specs if spec.model == "random"}
    names |= {name for s in specs for name in (s.study_ci, s.prediction or "")}
    if any(row.model in ("random", "IV") for row in rows):
        names |= {s.zero_cells for s in specs}
    how = material.config.comparison.multi_arm
    if how != "combine" or _combined_arms(material.results):
        names.add(how)
    return frozenset(names)


def _combined_arms(results: Sequence[OutcomeResult]) -> list[str]:
    groups = (
        (study.label, group)
        for result in results
        for study in result.studies
        for group in (study.intervention, study.control)
        if group is not None and len(group.arm_ids) > 1
    )
    return sorted({f"{label}: {group.label}" for label, group in groups})


def _percentages(trials: Sequence[Trial]) -> Callable[[str, OutcomeNames], str]:
    """Percentages printed without counts, as a sentence."""

    def sentence(study: str, names: OutcomeNames) -> str:
        spec = names.result.outcome
        printed = [
            f"{result.reported_percent}% ({arm.label})"
            for trial in trials
            if trial.study.study == study
            for result in trial.results
            for arm in trial.arms
            if (result.outcome, result.week, result.arm_id) == (spec.outcome, spec.week, arm.arm_id)
            and result.reported_percent
            and result.events is None
        ]
        return f"Printed are {' and '.join(printed)}." if printed else ""

    return sentence


def _expand(names: dict[str, Any], skeleton: Path, prose: Path) -> str:
    """The authored Markdown with its named numbers filled in; values are escaped, text is not."""
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(skeleton), FileSystemLoader(prose)]),
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else escape(str(value)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"lowered": lowered, "stated": stated}
    try:
        return environment.get_template(SKELETON).render(names)
    except TemplateError as error:
        raise ReportError(f"{_where(error)}: {error}") from error


def _where(error: TemplateError) -> str:
    """File and line of the authored text that an error comes from."""
    line = getattr(error, "lineno", None)
    if line is not None:
        return f"{getattr(error, 'name', SKELETON)}:{line}"
    frames = traceback.extract_tb(error.__traceback__)
    authored = [frame for frame in frames if frame.filename.endswith(".md")]
    return f"{authored[-1].filename}:{authored[-1].lineno}" if authored else SKELETON


class _Builder:
    """Resolves the placeholders of the text, numbering tables and figures as they come."""

    def __init__(self, material: Material, outcomes: Sequence[OutcomeNames]):
        self._material = material
        self._outcomes = {outcome.id: outcome for outcome in outcomes}
        self._numbers = {"figure": 0, "table": 0, "appendix": 0}
        self._parser = Parser(self._insert, frozenset(material.bibliography))

    def blocks(self, markdown: str) -> tuple[Block, ...]:
        blocks = self._parser.parse(markdown)
        entries = tuple(
            (f"ref-{key}", reference(self._material.bibliography[key]))
            for key in self._parser.cited
        )
        return tuple(References(entries) if isinstance(b, References) else b for b in blocks)

    def _number(self, kind: str) -> str:
        self._numbers[kind] += 1
        return f"{'A' if kind == 'appendix' else ''}{self._numbers[kind]}"

    def _insert(self, kind: str, name: str) -> tuple[Block, ...]:
        if kind == "list" and name == "references":
            return (References(),)
        if kind == "page" and name == "landscape":
            return (Landscape(),)
        if kind == "figure":
            return (self._figure(name),)
        if kind == "figures" and name in self._outcomes:
            keys = (key for key in self._material.figures if key.startswith(f"{name}/"))
            return tuple(self._figure(key) for key in keys if key != f"{name}/forest")
        if kind == "table":
            return (self._table(name),)
        raise UnknownNameError(f"there is no {kind} {name!r}")

    def _figure(self, key: str) -> Figure:
        """A figure of the review, of an outcome ("death/baujat"), or an outcome's forest plot."""
        key = f"{key}/forest" if key in self._outcomes else key
        if key not in self._material.figures:
            raise UnknownNameError(f"there is no figure {key!r}")
        outcome, _, name = key.rpartition("/")
        if outcome:
            names = self._outcomes[outcome]
            caption = OF_AN_OUTCOME[name].format(label=names.label, measure=names.measure)
        else:
            caption = OF_THE_REVIEW[name]
        path = self._material.figures[key]
        anchor = f"fig-{outcome}" if name == "forest" else f"fig-{key.replace('/', '-')}"
        return Figure(anchor, self._number("figure"), text(caption), path, *words(path))

    def _table(self, name: str) -> Table:
        caption, columns, rows, note = self._body(name)
        number = self._number("appendix" if name.startswith(("data_", "sources_")) else "table")
        return Table(f"table-{name}", number, caption, columns, rows, note)

    def _body(self, name: str) -> tables.TableBody:
        material, cite = self._material, self._parser.cite
        included = _included(material)
        comparison = material.config.comparison
        sides = (comparison.intervention_label, comparison.control_label)
        kind, _, part = name.partition("_")
        match kind, part:
            case "trials", "":
                return tables.trials_table(included, cite)
            case "arms", "":
                return tables.arms_table(included, cite)
            case "summary", "":
                return tables.summary_table(tuple(self._outcomes.values()), *sides)
            case "analyses", _ if part in self._outcomes:
                return tables.analyses_table(self._outcomes[part])
            case "subgroups", _ if part in self._outcomes:
                return tables.subgroups_table(self._outcomes[part])
            case "reproduction", "":
                labels = {analysis.name: analysis.label for analysis in material.config.analyses}
                return tables.reproduction_table(
                    material.reproductions, material.trials, labels, cite
                )
            case "absolute", "":
                return robustness.absolute_table(
                    tuple(self._outcomes.values()), dict(material.sensitivities)
                )
            case "asymmetry", _ if part in self._outcomes:
                return robustness.asymmetry_table(
                    self._outcomes[part], material.sensitivities[part]
                )
            case "undrawn", "":
                return tables.undrawn_table(tuple(self._outcomes.values()), material.figures)
            case "missing", "":
                return tables.missing_table(included, self._outcome_label)
            case "versions", "":
                return tables.versions_table(material.versions)
            case "data" | "sources", _:
                for trial in material.trials:
                    if trial.study.study == part:
                        if kind == "data":
                            return tables.data_table(trial, self._outcome_label, cite)
                        return tables.sources_table(trial, cite)
        raise UnknownNameError(f"there is no table {name!r}")

    def _outcome_label(self, result: Result) -> str:
        """The label of the outcome that a raw row belongs to, else its id in words."""
        specs = [outcome.result.outcome for outcome in self._outcomes.values()]
        exact = [s for s in specs if (s.outcome, s.week) == (result.outcome, result.week)]
        return exact[0].label if exact else result.outcome.replace("_", " ")
