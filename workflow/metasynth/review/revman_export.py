"""A review's outcomes for RevMan Web, in one zip of CSV files.

`study-arms.csv` and `study-results.csv` are what RevMan Web's import of study data takes: a row for
each group, as Covidence writes them for it. `review-data-rows.csv`, with its settings, says the
same as RevMan Web's own data package does, an analysis for each outcome ("Custom input"), so that
what reads such packages reads it. `not-as-here.csv` names what RevMan has no place for, and what it
computes otherwise. The columns are those of Cochrane's RevMan knowledge base, "Data package
specification".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metasynth.core import store
from metasynth.language.compared import full_label
from metasynth.language.languages import ENGLISH
from metasynth.model.methods import is_ratio
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
    StudyEffect,
)

ROWS = (
    *("Analysis group", "Analysis number", "Analysis name", "Subgroup", "Applicability", "Study"),
    *("Study year", "GIV Mean", "GIV SE", "Experimental mean", "Experimental SD"),
    *("Experimental cases", "Experimental N", "Control mean", "Control SD", "Control cases"),
    *("Control N", "O-E", "Variance", "Weight", "Mean", "CI start", "CI end", "Footnotes"),
)
SETTINGS = (
    *("Analysis group", "Analysis number", "Analysis name", "Analysis group name", "Data source"),
    *("Data type", "Log-scale data", "Experimental group label", "Control group label"),
    *("Statistical method", "Effect measure", "Analysis model", "Subgroup estimates"),
    *("Overall estimates", "Test for subgroup differences", "Swap event and non-event"),
    *("Study CI", "Estimate CI"),
)
ARMS = ("Study", "Arm", "Intervention")
RESULTS = (
    *("Study", "Outcome", "Arm", "Reference arm", "Effect measure", "Sample size", "Cases"),
    *("Mean", "SD", "SE", "Footnotes"),
)
NOT_AS_HERE = ("outcome", "study", "in_the_zip", "why")
_UNUSED = ROWS[7:19]
"""The columns of numbers, which hold 0 where their type of data is not used."""
_TYPES = {
    "binary": "Dichotomous",
    "continuous": "Continuous",
    "generic": "Generic inverse variance",
}
_MEASURES = {
    "RR": "Risk Ratio",
    "OR": "Odds Ratio",
    "RD": "Risk Difference",
    "MD": "Mean Difference",
    "SMD": "Standardized Mean Difference",
    "SMD-RevMan": "Standardized Mean Difference",
    "HR": "Hazard Ratio",
    "IRR": "Rate Ratio",
}
_PLAIN = ("IV", "MH", "Peto")
"""Models that RevMan's settings name; `random` is one where tau2 is RevMan's own."""
_SIDES = ("Experimental", "Control")


@dataclass(frozen=True, slots=True)
class Exported:
    """The rows of the files for one outcome, and what is not in them as here."""

    rows: list[dict[str, object]]
    settings: list[dict[str, object]]
    results: list[dict[str, object]]
    unlike: list[tuple[str, str, str, str]]


def revman_files(outcomes: Sequence[OutcomeSpec], folder: Path) -> dict[str, bytes]:
    """The files of the zip, by name, from the results below `folder` (results/outcomes).

    Raises:
        FileNotFoundError: when there is no result of an outcome yet.
    """
    made, numbers = [], dict.fromkeys((outcome.comparison for outcome in outcomes), 0)
    groups = {name: number for number, name in enumerate(numbers, start=1)}
    found = [_read(folder / outcome.id / "result.json") for outcome in outcomes]
    arms_of = _arm_names([result.comparison for result in found])
    for result in found:
        name = result.outcome.comparison
        numbers[name] += 1
        made.append(exported(result, numbers[name], groups[name], arms_of))
    results = {tuple(row.items()): row for one in made for row in one.results}  # shared arms once
    arms = {
        (row["Study"], row[name]): None
        for one in made
        for row in one.results
        for name in ("Arm", "Reference arm")
        if row.get(name)
    }
    tables = {
        "review-data-rows.csv": _csv(ROWS, (row for one in made for row in one.rows)),
        "review-overall-estimates-and-settings.csv": _csv(
            SETTINGS, (row for one in made for row in one.settings)
        ),
        "study-arms.csv": store.to_csv(ARMS, ((study, arm, arm) for study, arm in arms)),
        "study-results.csv": _csv(RESULTS, results.values()),
        "not-as-here.csv": store.to_csv(NOT_AS_HERE, (row for one in made for row in one.unlike)),
    }
    return {name: text.encode("utf-8") for name, text in tables.items()}


def _read(path: Path) -> OutcomeResult:
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}: metasynth run makes it.")
    return store.from_json(OutcomeResult, path.read_text("utf-8"))


Arms = Mapping[tuple[str, tuple[str, ...]], str]
"""What groups are called among a study's arms, by the name of their side and its treatments."""


def _arm_names(comparisons: Iterable[Comparison]) -> Arms:
    """The names of sides; those of one name and other treatments have these behind."""
    sides = {pair for one in comparisons for pair in zip(_labels(one), one.sides, strict=True)}
    names = [name for name, _ in sides]
    return {
        (name, side): name if names.count(name) == 1 else f"{name} ({', '.join(side)})"
        for name, side in sides
    }


def _csv(header: Sequence[str], rows: Iterable[dict[str, object]]) -> str:
    return store.to_csv(header, ([row.get(name, "") for name in header] for row in rows))


def exported(
    result: OutcomeResult, number: int, comparison: int = 1, arms: Arms | None = None
) -> Exported:
    """One outcome as the analysis `number` of RevMan's comparison, which has a number as well."""
    outcome, label = result.outcome, full_label(result, ENGLISH)
    where: dict[str, object] = {
        "Analysis group": comparison,
        "Analysis number": number,
        "Analysis name": outcome.label,
    }
    arms = arms or _arm_names([result.comparison])
    kind = outcome.type if outcome.type in _TYPES else "generic" if outcome.type == "rate" else ""
    if not kind or outcome.measure not in _MEASURES:
        why = f"RevMan has no analysis of {outcome.measure} of {outcome.type} outcomes"
        return Exported([], [], [], [(label, "", "no", why)])
    effects = result.analyses[0].effects
    names = _names(result.studies)
    out = Exported([], [where | _settings(result, kind)], [], list(_remarks(result)))
    for study, name in zip(result.studies, names, strict=True):
        effect = effects.get((study.study, study.label))
        why = _unfit(kind, study, effect)
        if why:
            out.unlike.append((label, name, "no", why))
            continue
        numbers = _numbers(kind, study, effect)
        out.rows.append(where | _row(name, study, effect, numbers))
        out.results.extend(_results(result, kind, name, numbers, arms))
    return out


def _names(studies: Sequence[StudyData]) -> list[str]:
    """Each study's label; two of one label have their ids behind."""
    labels = [study.label for study in studies]
    return [
        study.label if labels.count(study.label) == 1 else f"{study.label} ({study.study})"
        for study in studies
    ]


def _unfit(kind: str, study: StudyData, effect: StudyEffect | None) -> str:
    """Why a study has no row; blank where it has one."""
    if kind == "generic":
        unknown = effect is None or effect.log_estimate is None or not effect.se
        return "no effect with an error in the primary analysis" if unknown else ""
    if study.contrast is not None and study.contrast.form != "covariance":
        return "an effect of its own, which RevMan has no row for among groups"
    if study.contrast is not None:
        return "an average of several arms, which RevMan has no row for among groups"
    counts = [n for group in _groups(study) for n in (group.events, group.total)]
    if any(isinstance(count, float) and not count.is_integer() for count in counts):
        return "a part of a shared control, with no whole numbers of patients"
    return ""


def _groups(study: StudyData) -> list[Group]:
    return [group for group in (study.intervention, study.control) if group is not None]


def _numbers(kind: str, study: StudyData, effect: StudyEffect | None) -> dict[str, object]:
    """The row's numbers by RevMan's names, with all their digits."""
    if kind == "generic":
        assert effect is not None
        contrast = study.contrast
        pair = (contrast.estimate, contrast.se) if contrast else (effect.log_estimate, effect.se)
        return {"GIV Mean": _text(pair[0]), "GIV SE": _text(pair[1])}
    numbers: dict[str, object] = {}
    for side, group in zip(_SIDES, _groups(study), strict=True):
        numbers[f"{side} N"] = _text(group.total)
        if kind == "binary":
            numbers[f"{side} cases"] = _text(group.events)
        else:
            numbers |= {f"{side} mean": _text(group.mean), f"{side} SD": _text(group.sd)}
    return numbers


def _text(value: float | None) -> str:
    return "" if value is None else repr(int(value) if float(value).is_integer() else value)


def _row(
    name: str, study: StudyData, effect: StudyEffect | None, numbers: dict[str, object]
) -> dict[str, object]:
    shown = (effect.estimate, effect.ci_low, effect.ci_high) if effect else (None, None, None)
    return {
        **dict.fromkeys(_UNUSED, "0.0"),
        **numbers,
        "Subgroup": study.subgroup,
        "Applicability": "SUBGROUP_AND_OVERALL",
        "Study": name,
        "Study year": study.year,
        **dict(zip(("Mean", "CI start", "CI end"), shown, strict=True)),
    }


def _labels(comparison: Comparison) -> tuple[str, str]:
    return (
        comparison.intervention_label or ", ".join(comparison.intervention),
        comparison.control_label or ", ".join(comparison.control),
    )


def _settings(result: OutcomeResult, kind: str) -> dict[str, object]:
    spec, measure = result.analyses[0].spec, result.outcome.measure
    experimental, control = _labels(result.comparison)
    peto = spec.model == "Peto"
    stratified = spec.model == "MH" or (spec.model == "random" and spec.tau2 == "DL-MH")
    return {
        "Analysis group name": result.comparison.label or f"{experimental} versus {control}",
        "Data source": "Custom input",
        "Data type": _TYPES[kind],
        "Log-scale data": str(is_ratio(measure)).lower(),
        "Experimental group label": experimental,
        "Control group label": control,
        "Statistical method": "Peto" if peto else "MH" if stratified and kind == "binary" else "IV",
        "Effect measure": f"{'Peto ' if peto else ''}{_MEASURES[measure]}",
        "Analysis model": "Fixed effect" if spec.model in _PLAIN else "Random effects",
        **dict.fromkeys(SETTINGS[12:15], "true"),
        "Swap event and non-event": "false",
        "Study CI": "95%",
        "Estimate CI": "95%",
    }


def _remarks(result: OutcomeResult) -> Iterator[tuple[str, str, str, str]]:
    """What of an outcome RevMan computes otherwise, or has to be told by hand."""
    outcome, spec = result.outcome, result.analyses[0].spec
    label = full_label(result, ENGLISH)
    if outcome.type == "rate":
        yield label, "", "yes", "events and person-time are in it as effects and errors"
    if outcome.measure == "SMD":
        yield label, "", "yes", "RevMan has another variance of SMD (here SMD-RevMan)"
    if not _in_settings(spec):
        tau2 = f", tau2 {spec.tau2 or 'REML'}" if spec.model == "random" else ""
        how = f"model {spec.model}{tau2}, ci {spec.ci}"
        yield label, "", "yes", f"pooled here by {how}: choose in RevMan what is nearest"


def _in_settings(spec: AnalysisSpec) -> bool:
    """Whether the settings say all of how the primary analysis pools."""
    named = spec.model in _PLAIN or (spec.model == "random" and spec.tau2 in ("DL", "DL-MH"))
    return named and spec.ci == "Wald"


def _results(
    result: OutcomeResult, kind: str, name: str, numbers: dict[str, object], known: Arms
) -> Iterator[dict[str, object]]:
    """The rows of study-results.csv: one of a contrast, else one for each group."""
    pairs = zip(_labels(result.comparison), result.comparison.sides, strict=True)
    arms = [known[pair] for pair in pairs]
    about = {
        "Study": name,
        "Outcome": result.outcome.label,
        "Effect measure": _MEASURES[result.outcome.measure],
    }
    if kind == "generic":
        contrast = {"Mean": numbers["GIV Mean"], "SE": numbers["GIV SE"]}
        yield about | {"Arm": arms[0], "Reference arm": arms[1]} | contrast
        return
    for side, arm in zip(_SIDES, arms, strict=True):
        own = {key: numbers.get(f"{side} {key.lower()}", "") for key in ("Cases", "Mean")}
        own |= {"SD": numbers.get(f"{side} SD", ""), "Sample size": numbers[f"{side} N"]}
        yield about | {"Arm": arm} | own
