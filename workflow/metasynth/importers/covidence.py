"""The files "Study results" and "Study arms" of Covidence's "Export to RevMan Web"."""

from collections.abc import Mapping
from pathlib import Path

from metasynth.importers.found import ArmResult, ImportRefused, Item, LeftOut, OutcomeFound, Reading
from metasynth.importers.identifiers import identifier
from metasynth.importers.revman import MEANS, measure_of
from metasynth.importers.source import Line, sheet, with_variance, year_of
from metasynth.model.methods import MEASURES

_ARMS = "Study", "Arm", "Intervention"


def read(path: Path, arms: Path | None, control: str, encoding: str = "") -> Reading:
    """All results of the file "Study results", with the treatments of the file "Study arms".

    `control` is the name of the control arm, or of its intervention in the file of the arms.

    Raises:
        ImportRefused: when no arm is called `control`.
    """
    found = sheet(path, "Study", "Outcome", "Arm", "Sample size", encoding=encoding)
    treatments = {
        (line["Study"], line["Arm"]): line["Intervention"]
        for line in (sheet(arms, *_ARMS, encoding=encoding) if arms else ())
    }
    names = {line["Arm"] for line in found} | {*treatments.values()}
    if control not in names:
        known = ", ".join(sorted(names - {""}))
        raise ImportRefused(f"{path} has no arm {control}, only {known}: choose one with --control")
    items, left_out = [], []
    outcomes: dict[str, str] = {}
    kinds: dict[str, OutcomeFound] = {}
    for line in found:
        study, name = line["Study"], line["Outcome"]
        if name not in outcomes:
            outcomes[name] = identifier(name, outcomes.values(), "outcome")
        treatment = treatments.get((study, line["Arm"])) or line["Arm"]
        role = "control" if control in (treatment, line["Arm"]) else "intervention"
        numbers, note = _covidence_numbers(line)
        if not numbers:
            left_out.append(LeftOut(line.row, study, f"{name}, {line['Arm']}: {note}"))
            continue
        kinds.setdefault(outcomes[name], _outcome(outcomes[name], line, numbers))
        note = f"{note} {line['Footnotes']}".strip()
        arm, reference = line["Arm"], line["Reference arm"]
        given = treatments.get((study, reference), "")
        result = ArmResult(arm, role, treatment, numbers, reference, given, note=note)
        items.append(Item(line.row, study, year_of(study), outcomes[name], (result,)))
    return Reading(items, left_out, outcomes=tuple(kinds.values()))


def _outcome(name: str, line: Line, numbers: Mapping[str, str]) -> OutcomeFound:
    """The outcome as its first row with numbers has it."""
    type_ = (
        "generic" if line["Reference arm"] else "binary" if "events" in numbers else "continuous"
    )
    kind = MEANS if type_ == "continuous" else ""
    measure = measure_of(line["Effect measure"], kind)
    doubts = ["the file does not say whether more is good (benefit) or bad (harm)"]
    if measure not in MEASURES[type_]:
        if line["Effect measure"]:
            doubts.append(f"its measure is {line['Effect measure']}")
        measure = {"binary": "RR", "continuous": "MD"}.get(type_, "other")
        doubts.append(f"measure {measure} was assumed")
    return OutcomeFound(name, line["Outcome"], type_, measure, doubt="; ".join(doubts))


def _covidence_numbers(line: Line) -> tuple[dict[str, str], str]:
    """What stands in one row, and a remark on it; without numbers, the reason why."""
    if line["Reference arm"]:
        return _covidence_contrast(line)
    if line.has("Cases"):
        return line.numbers(events="Cases", total="Sample size"), ""
    if line.has("Mean", "SD"):
        return line.numbers(mean="Mean", sd="SD", total="Sample size"), ""
    if line.has("Mean", "SE"):
        return line.numbers(mean="Mean", se="SE", total="Sample size"), ""
    return {}, "neither cases nor a mean with its standard deviation or error"


def _covidence_contrast(line: Line) -> tuple[dict[str, str], str]:
    """Mean and error are on the scale of the analysis, "Exp mean" and its limits as printed."""
    if line.has("Mean", "SE"):
        return line.numbers(estimate="Mean", se="SE"), ""
    if line.has("Mean", "Variance"):
        return with_variance(line["Mean"], line["Variance"])
    if line.has("Exp mean", "Exp CI start", "Exp CI end"):
        if line["CI level"] not in ("95", "95.0", "0.95", ""):
            return {}, f"its interval is one of {line['CI level']} %, not of 95 %"
        limits = {"ci_low": "Exp CI start", "ci_high": "Exp CI end"}
        return line.numbers(estimate="Exp mean", **limits), ""
    return {}, "no standard error and no interval of the ratio"
