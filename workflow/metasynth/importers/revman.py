"""RevMan's analyses as results of trials, whichever of its files they come from.

A data package, an `.rm5` file and an analysis CSV say the same in three forms: comparisons, their
analyses with a type of data, and rows of studies in which the columns of every other type hold 0.
So the analysis's type alone decides what a row means; never which of its cells are filled.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from metasynth.importers.found import ImportRefused, Item, LeftOut, OutcomeFound, Reading
from metasynth.importers.revman_comparisons import Outcomes, place
from metasynth.importers.revman_records import Analysis, Entry, File, StudyRow
from metasynth.importers.source import Results, Sides, year_of
from metasynth.model.methods import is_ratio

COUNTS, MEANS, CONTRAST, O_MINUS_E = "counts", "means", "contrast", "O-E and variance"
_KINDS = (
    (re.compile(r"^dic", re.I), COUNTS),
    (re.compile(r"cont(?!rast)|^con$", re.I), MEANS),
    (re.compile(r"inverse|contrast|^giv$|^iv$", re.I), CONTRAST),
    (re.compile(r"o\s*[-−–_]\s*e|observed|^ipd$|individual", re.I), O_MINUS_E),
)
_TYPES = {COUNTS: "binary", MEANS: "continuous", CONTRAST: "generic", O_MINUS_E: "generic"}
_MEASURES = (
    (r"(peto[ _])?odds ratio|or|peto_or", "OR"),
    (r"risk ratio|relative risk|rr", "RR"),
    (r"risk difference|rd", "RD"),
    (r"std\.? mean difference|standardi[sz]ed mean difference|smd", "SMD"),
    (r"mean difference|weighted mean difference|md|wmd", "MD"),
    (r"hazards? ratio|hr", "HR"),
    (r"(incidence )?rate ratio|irr", "IRR"),
    (r"ratio of means|rom", "ROM"),
)
_NOTED = "its subgroups stand in the notes of its rows alone, as the file has several comparisons"
_NO_TOTAL = "the file does not pool its subgroups together: each is an outcome of its own"


def kind_of(name: str) -> str:
    """The type of data that a file's word means; blank for one that is not known."""
    return next((kind for pattern, kind in _KINDS if pattern.search(name.strip())), "")


def measure_of(name: str, kind: str) -> str:
    """The measure of config.yaml for a file's word; RevMan's SMD of means has its own variance."""
    plain = re.sub(r"\s*\(.*\)$", "", name.strip().casefold()).removeprefix("log ")
    found = next((ours for words, ours in _MEASURES if re.fullmatch(words, plain)), "other")
    return "SMD-RevMan" if (found, kind) == ("SMD", MEANS) else found


def reading(file: File, comparison: str, sides: Sides) -> Reading:
    """The results of all comparisons, or of one, with the names of `sides` where the file has none.

    Raises:
        ImportRefused: when the file has no analyses, or `comparison` is none of its comparisons.
    """
    chosen, left_out = _chosen(file, comparison)
    placed = place([analysis for analysis, _ in chosen], file.comparisons, sides)
    items: list[Item] = []
    left_out = [*file.left_out, *left_out, *placed.remarks]
    outcomes = Outcomes(placed.comparisons)
    for (analysis, rows), at in zip(chosen, placed.places, strict=True):
        for name, part, group in _pooled_together(analysis, rows):
            label = f"{name} ({at.named})" if at.named else name
            fit: list[tuple[StudyRow, Results]] = []
            for row in group:
                results, reason = _results(analysis, row, at.sides)
                if reason:
                    left_out.append(LeftOut(row.row, row.study, f"{label}: {reason}"))
                else:
                    fit.append((row, results))
            found = _outcome(analysis, label, group)
            kinds = _compared_subgroups(group) if part else ()
            if kinds and not placed.comparisons:
                found = replace(found, subgroups=kinds)
            elif kinds:
                left_out.append(LeftOut(None, label, _NOTED, kept=True))
            outcome = outcomes.add(found, at, analysis.kind, [_of_a_study(*one) for one in fit])
            for row, results in fit:
                piece = row.subgroup if part else ""
                number = found.subgroups.index(piece) + 1 if found.subgroups else 0
                items.append(Item(row.row, row.study, _year(row), outcome, results, piece, number))
                left_out += _remarks(analysis, row, label, found)
    found_outcomes = outcomes.used({item.outcome for item in items})
    return Reading(
        items, left_out, file.studies, found_outcomes, file.title, file.part, file.unit,
        comparisons=placed.comparisons,
    )  # fmt: skip


def _chosen(file: File, comparison: str) -> tuple[list[Entry], list[LeftOut]]:
    """The analyses of all comparisons or of the one that is asked for, and the rows of others."""
    known = list(dict.fromkeys(analysis.comparison for analysis, _ in file.analyses))
    if not known:
        raise ImportRefused("the file has no analyses: is it that of a review with data?")
    if comparison and comparison not in known:
        named = ", ".join(
            f"{n} ({name})" if (name := file.comparisons.get(n)) else n for n in known
        )
        raise ImportRefused(f"the file has the comparisons {named}: choose one with --comparison")
    chosen = [one for one in file.analyses if comparison in ("", one[0].comparison)]
    others = (row for one in file.analyses if one not in chosen for row in one[1])
    return chosen, [LeftOut(row.row, row.study, "of another comparison") for row in others]


def _of_a_study(row: StudyRow, results: Results) -> tuple[tuple[str, str], Results]:
    return (row.study.casefold(), _year(row)), results


def _year(row: StudyRow) -> str:
    return row.year or year_of(row.study)


def _pooled_together(
    analysis: Analysis, rows: Sequence[StudyRow]
) -> list[tuple[str, bool, Sequence[StudyRow]]]:
    """Labels of outcomes with the rows that the file pools; whether subgroups are parts of one."""
    subgroups = list(dict.fromkeys(row.subgroup for row in rows))
    if analysis.total or subgroups == [""]:
        return [(analysis.name, True, rows)]
    return [
        (f"{analysis.name}: {name}" if name else analysis.name, False, own)
        for name in subgroups
        if (own := [row for row in rows if row.subgroup == name])
    ]


def _compared_subgroups(rows: Sequence[StudyRow]) -> tuple[str, ...]:
    """The subgroups that all rows of one pool are divided into, in the file's order; else none."""
    names = tuple(dict.fromkeys(row.subgroup for row in rows))
    return names if len(names) > 1 and all(names) else ()


def _outcome(analysis: Analysis, label: str, rows: Sequence[StudyRow]) -> OutcomeFound:
    measure = measure_of(analysis.measure, analysis.kind)
    doubts = []
    if analysis.kind == CONTRAST and is_ratio(measure) and not _logarithms(analysis, rows):
        measure = "other"
        doubts.append(f"{analysis.measure} that the file does not pool as logarithms")
    if analysis.swapped:
        doubts.append("the file analyses patients without the event; here events are pooled")
    direction, said = _direction(analysis)
    return OutcomeFound(
        id="",
        label=label,
        type=_TYPES.get(analysis.kind, "generic"),
        measure=measure,
        direction=direction,
        doubt="; ".join([*doubts, said]),
        analysis=_pooling(analysis),
        unit=analysis.unit if (analysis.kind, measure) == (MEANS, "MD") else "",
    )


def _direction(analysis: Analysis) -> tuple[str, str]:
    """Whether more is good, by what the left side of the plot favours, and how that is known."""
    left = analysis.left.casefold()
    good = {analysis.intervention.casefold(), "experimental", "treatment", "intervention"} - {""}
    bad = {analysis.control.casefold(), "control", "placebo", "comparator"} - {""}
    if "favour" in left or "favor" in left:
        favoured = left.split("favo", 1)[1]
        if any(word in favoured for word in bad):
            return "benefit", f'direction by the label "{analysis.left}" on the left'
        if any(word in favoured for word in good):
            return "harm", f'direction by the label "{analysis.left}" on the left'
    return "harm", "the file does not say whether more is good (benefit) or bad (harm)"


def _pooling(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    """How the file pools, in the words of config.yaml."""
    method = analysis.method.strip().casefold()
    if "peto" in method or "exp" in method:
        common = "Peto" if analysis.kind == COUNTS else "IV"
        return (("model", common),)
    mantel_haenszel = analysis.kind == COUNTS and (method.startswith("m") or not method)
    if analysis.random:
        tau2 = "DL-MH" if mantel_haenszel and analysis.tau2 == "DL" else analysis.tau2
        return (("model", "random"), ("tau2", tau2), ("ci", analysis.ci))
    return (("model", "MH" if mantel_haenszel else "IV"),)


def _results(analysis: Analysis, row: StudyRow, sides: Sides) -> tuple[Results, str]:
    """The row as results of arms or of a contrast, or the reason why it is none."""
    given = row.numbers
    note = f"Subgroup: {row.subgroup}. {row.note}".strip() if row.subgroup else row.note
    if analysis.kind in (COUNTS, MEANS):
        names = ("events", "total") if analysis.kind == COUNTS else ("mean", "sd", "total")
        reason = _no_pair(analysis.kind, given, names)
        arms = [{name: given.get(f"{name}_{side}", "") for name in names} for side in (1, 2)]
        return (() if reason else sides.pair(arms[0], arms[1], note)), reason
    if analysis.kind == CONTRAST:
        pair = {name: given.get(name, "") for name in ("estimate", "se")}
        reason = _no_contrast(pair, "se", "a standard error") or _scale_unknown(analysis, row)
        return (() if reason else sides.contrast(pair, note)), reason
    if analysis.kind == O_MINUS_E:
        pair = {name: given.get(name, "") for name in ("o_minus_e", "variance")}
        reason = _no_contrast(pair, "variance", "a variance")
        return (() if reason else sides.contrast(pair, note)), reason
    return (), "the type of its data is not known, so that its numbers could mean anything"


def _no_pair(kind: str, given: Mapping[str, str], names: Sequence[str]) -> str:
    missing = [
        f"{name}_{side}" for name in names for side in (1, 2) if not given.get(f"{name}_{side}")
    ]
    if missing:
        return f"no {kind}: {', '.join(missing)} blank"
    if any(_value(given[f"total_{side}"]) == 0 for side in (1, 2)):
        return "a group without participants"
    if kind == MEANS and all(_value(given[f"sd_{side}"]) == 0 for side in (1, 2)):
        return "both standard deviations are 0, as where none was entered"
    return ""


def _no_contrast(pair: Mapping[str, str], error: str, called: str) -> str:
    if not all(pair.values()):
        return f"no {' and '.join(name for name, text in pair.items() if not text)}"
    return f"{called} of 0, as where none was entered" if _value(pair[error]) == 0 else ""


def _value(text: str) -> float:
    """The number that a text is; NaN for any other text, which the tables' contract refuses."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _near(first: float, second: float) -> bool:
    """Whether two numbers are the same but for how files round (six decimals)."""
    return abs(first - second) <= 2e-6 + 1e-4 * abs(second)


def entered(effect: str, low: str, high: str, *, log: bool | None) -> str:
    """What was entered of a contrast where only its effect and limits as displayed are at hand.

    The estimate lies in the middle of its limits on the scale on which it was entered; `log` is
    what the settings say of that. Blank where neither tells.
    """
    middle, bottom, top = (_value(text) for text in (effect, low, high))
    if log is None and middle > 0 and bottom > 0:
        on_log = _near(math.sqrt(bottom * top), middle)
        on_natural = _near((bottom + top) / 2, middle)
        log = on_log if on_log != on_natural else None
    elif log is None and bottom <= 0:
        log = False
    if log is None:
        return ""
    return repr(math.log(middle)) if log and middle > 0 else effect


def _scale(row: StudyRow) -> str:
    """On which scale a row's estimate is, by the effect that the file computed: log or natural."""
    estimate, effect = _value(row.numbers.get("estimate", "")), _value(row.effect)
    if math.isnan(estimate) or math.isnan(effect) or effect <= 0 or abs(estimate) > 100:
        return ""
    return (
        "log" if _near(math.exp(estimate), effect) else "natural" if _near(estimate, effect) else ""
    )


def _logarithms(analysis: Analysis, rows: Sequence[StudyRow]) -> bool:
    """Whether a ratio's contrasts are logarithms: the numbers tell before the settings do."""
    scales = {_scale(row) for row in rows} - {""}
    return "log" in scales or (not scales and analysis.log is not False)


def _scale_unknown(analysis: Analysis, row: StudyRow) -> str:
    """Why nobody can tell whether a ratio's estimate is a logarithm; blank where that is known."""
    if (
        is_ratio(measure_of(analysis.measure, CONTRAST))
        and analysis.log is None
        and not _scale(row)
    ):
        return f"the file does not say whether the {analysis.measure} is a logarithm"
    return ""


def _remarks(analysis: Analysis, row: StudyRow, label: str, outcome: OutcomeFound) -> list[LeftOut]:
    """What is imported, but does not give the effect that the file prints beside it."""
    printed, own = _value(row.effect), effect(analysis, row, outcome.measure)
    if own is None or math.isnan(printed) or printed == 0 or _near(own, printed):
        return []
    said = f"the file has the effect {row.effect} where these numbers give {own:.6g}"
    return [LeftOut(row.row, row.study, f"{label}: {said}", kept=True)]


def effect(analysis: Analysis, row: StudyRow, measure: str) -> float | None:
    """The effect of a row's numbers as RevMan prints it; None where it depends on corrections."""
    given = {name: _value(text) for name, text in row.numbers.items()}
    if analysis.kind == COUNTS and "peto" not in analysis.method.casefold():
        a, n, c, m = (given[name] for name in ("events_1", "total_1", "events_2", "total_2"))
        if analysis.swapped:
            a, c = n - a, m - c
        if min(a, c, n - a, m - c) <= 0:
            return None
        return {"OR": a * (m - c) / (c * (n - a)), "RR": a * m / (c * n), "RD": a / n - c / m}.get(
            measure
        )
    if analysis.kind == MEANS and measure == "MD":
        return given["mean_1"] - given["mean_2"]
    if analysis.kind == CONTRAST:
        return math.exp(given["estimate"]) if is_ratio(measure) else given["estimate"]
    if analysis.kind == O_MINUS_E and is_ratio(measure):
        return math.exp(given["o_minus_e"] / given["variance"])
    return None
