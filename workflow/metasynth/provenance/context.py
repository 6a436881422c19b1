"""What the entries of an outcome have in common, and the studies that its numbers rest on."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metasynth.language import keys
from metasynth.language.compared import full_label
from metasynth.language.languages import Language, message
from metasynth.model.conversions import CONVERSIONS
from metasynth.model.methods import LOGARITHMIC
from metasynth.model.records import AnalysisResult, Contrast, OutcomeResult, StudyData, StudyEffect
from metasynth.provenance.entry import COMPUTED, Entry

GROUP = {
    "events": message("patients with the event, arms of one side together"),
    "total": message("patients analysed, arms of one side together"),
    "mean": message("mean of the arms of one side together"),
    "sd": message("standard deviation of the arms of one side together"),
    "person_time": message("person-time, arms of one side together"),
    "correlation": message("correlation, arms of one side together"),
    "baseline_sd": message("standard deviation before, arms of one side together"),
    "change_correlation": message(
        "correlation of the values before and after, arms of one side together"
    ),
}
_CONTRAST = (
    *("estimate", "se", "ci_low", "ci_high", "o_minus_e", "variance", "ci_level", "reported_p"),
    *("reported_z", "reported_t", "reported_f"),
)
_ASSUMED = {"correlation": "change_correlation", "pairs": "pair_correlation", "icc": "icc"}
"""The choices of config.yaml that rules read, by what these assume."""
_NATURAL = {"estimate", "ci_low", "ci_high", "pi_low", "pi_high", "adhoc_low", "adhoc_high"}
_ANALYSIS = {
    *("log_estimate", "se", "tau2", "tau2_low", "tau2_high"),
    *("tau2_between", "tau2_between_low", "tau2_between_high"),
    *("tau2_within", "tau2_within_low", "tau2_within_high"),
}
"""Which fields are on which scale; others have none."""


@dataclass(frozen=True, slots=True)
class Context:
    """What all entries of an outcome have in common."""

    result: OutcomeResult
    language: Language
    cells: Container[str]

    @property
    def id(self) -> str:
        """The outcome's id."""
        return self.result.outcome.id

    @property
    def label(self) -> str:
        """The outcome's label."""
        return full_label(self.result, self.language)

    def entry(self, key: str, label: str, of: str, value: Any, **more: Any) -> Entry:
        """An entry of a computed number, whose data stand in the outcome's table of inputs."""
        said = self.language.say(label)
        outcome = self.result.outcome
        more = {"target": f"table-inputs_{outcome.sensitivity_of or outcome.id}", **more}
        return Entry(key=key, kind=COMPUTED, label=said, of=of, value=value, **more)

    def scale(self, field: str) -> str:
        """On which scale a field is: "natural", "log", or none."""
        if field in _NATURAL:
            return "natural"
        if field not in _ANALYSIS:
            return ""
        return "log" if self.result.outcome.measure in LOGARITHMIC else "natural"


@dataclass(frozen=True, slots=True)
class Study:
    """A study in an analysis: its effect's key, its row, and the keys of its groups' numbers."""

    key: str
    row: StudyEffect
    raw: tuple[str, ...]
    provenance: str

    def effect(self) -> tuple[str, ...]:
        """Its effect and standard error, else what these would be computed from."""
        if self.row.log_estimate is None or self.row.se is None:
            return self.raw
        return f"{self.key}.log_estimate", f"{self.key}.se"


def studies_of(
    context: Context, analysis: AnalysisResult, parts: Mapping[tuple[str, str], int]
) -> list[Study]:
    """The studies of an analysis, with the keys of what each was computed from."""
    known = {(study.study, study.label): study for study in context.result.studies}
    return [
        Study(
            keys.effect(context.id, analysis.spec.name, row.study, parts[row.study, row.label]),
            row,
            _study_inputs(context, known[row.study, row.label], parts[row.study, row.label]),
            known[row.study, row.label].provenance,
        )
        for row in analysis.studies
    ]


def _study_inputs(context: Context, study: StudyData, part: int) -> tuple[str, ...]:
    """What a study's effect is computed from: its groups, or the cells of a published contrast."""
    contrast: Contrast | None = study.contrast
    if contrast and contrast.cells:
        read = (column for rule in contrast.rules for column in CONVERSIONS[rule].columns)
        columns = dict.fromkeys((*_CONTRAST, *read))
        cells = tuple(
            key
            for cell in contrast.cells
            for column in columns
            if (key := keys.cell(cell, column)) in context.cells
        )
        own = _of_groups(context, study, part) if contrast.form == "paired" else ()
        declared = (keys.outcome_choice(context.id),) if contrast.form == "other_kind" else ()
        return (*own, *cells, *assumed_keys(contrast.rules), *declared)
    return _of_groups(context, study, part)


def assumed_keys(rules: Sequence[str]) -> tuple[str, ...]:
    """The keys of what is declared for the review and these rules assume."""
    found = (_ASSUMED.get(CONVERSIONS[rule].assumes, "") for rule in rules)
    return tuple(keys.conversion(name) for name in dict.fromkeys(found) if name)


def _of_groups(context: Context, study: StudyData, part: int) -> tuple[str, ...]:
    return tuple(
        f"{keys.group(context.id, study.study, side, part)}.{field}"
        for side in ("intervention", "control")
        for field in GROUP
        if (group := getattr(study, side)) and getattr(group, field) is not None
    )
