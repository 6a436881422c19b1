"""The columns of a forest plot: their headings, and the data that studies and pools put in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Literal

from metasynth.figures.outcome import compares, group_names, measure_name, of_side
from metasynth.language.languages import Language, message
from metasynth.language.printed import Printed
from metasynth.model.methods import BY_BASELINE
from metasynth.model.records import AnalysisResult, Estimate, Group, OutcomeResult, StudyData

_TIME = message("Person-time")
_GROUP_HEADINGS = {
    "binary": (message("Events"), message("Total")),
    "proportion": (message("Events"), message("Total")),
    "rate": (message("Events"), _TIME),
    "continuous": (message("Mean"), message("SD"), message("Total")),
    "incidence": (message("Events"), _TIME),
    "mean": (message("Mean"), message("SD"), message("Total")),
    "correlation": (message("Total"),),
}
"""What each group has by outcome type; published contrasts come without group data."""


_CHANGES = (message("Change"), message("SD before"), message("Total"))


def _headings(result: OutcomeResult, language: Language) -> tuple[str, ...]:
    """Each group's columns; person-time by its unit, where the review names that."""
    spec = result.outcome
    by_baseline = spec.measure in BY_BASELINE
    titles = _CHANGES if by_baseline else _GROUP_HEADINGS.get(spec.type, ())
    time = language.label(spec.time_unit)
    in_time = f"{time[:1].upper()}{time[1:]}" or language.say(_TIME)
    return tuple(in_time if title == _TIME else language.say(title) for title in titles)


ColumnKind = Literal["data", "weight", "effect"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers under its own heading, and under that of a group where it has one."""

    heading: str
    group: str = ""
    kind: ColumnKind = "data"
    side: Literal["left", "right"] = "left"


def abbreviated(
    columns: Sequence[Column], language: Language
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The columns with events as n and totals as N, and what these are in words, if any is."""
    short = {
        language.say("Events"): ("n", language.say("n: number of events.")),
        language.say("Total"): ("N", language.say("N: number in the group.")),
    }
    found = dict.fromkeys(column.heading for column in columns if column.heading in short)
    brief = (
        replace(one, heading=short[one.heading][0]) if one.heading in found else one
        for one in columns
    )
    return tuple(brief), tuple(short[heading][1] for heading in found)


def columns(
    result: OutcomeResult, analysis: AnalysisResult | None, language: Language, heading: str = ""
) -> tuple[Column, ...]:
    """The data of both groups, then weight, then effect under a `heading` of its own."""
    data = (
        Column(title, group)
        for group in group_names(result, language)[: groups(result)]
        for title in _headings(result, language)
    )
    measure = measure_name(result, analysis, language)
    weight = Column(language.say("Weight"), kind="weight")
    return (*data, weight, Column(heading, measure, "effect"))


def groups(result: OutcomeResult) -> int:
    """How many groups an outcome compares; a proportion is of one."""
    return 2 if compares(result) else 1


def study_cells(result: OutcomeResult, study: StudyData, language: Language) -> tuple[str, ...]:
    """What one study brings to the data columns, as it was extracted."""
    sides = {"intervention": study.intervention, "control": study.control}
    return tuple(
        cell
        for side, group in list(sides.items())[: groups(result)]
        for cell in _group_cells(
            result, group or Group((), ""), of_side(result, study, side, language)
        )
    )


def _group_cells(result: OutcomeResult, group: Group, said: Printed) -> tuple[str, ...]:
    decimals = _decimals(result)
    match result.outcome.type:
        case "binary" | "proportion":
            return said.count("events", group.events), said.count("total", group.total)
        case "correlation":
            return (said.count("total", group.total),)
        case "rate" | "incidence":
            time = said.number("person_time", group.person_time, decimals)
            return said.count("events", group.events), time
        case "continuous" | "mean":
            mean = said.number("mean", group.mean, decimals)
            spread = "sd" if group.baseline_sd is None else "baseline_sd"
            sd = said.number(spread, getattr(group, spread), decimals)
            return mean, sd, said.count("total", group.total)
    return ()


def pooled_cells(result: OutcomeResult, pooled: Estimate, said: Printed) -> tuple[str, ...]:
    """A pooled result's events, totals and times; means are not summed."""
    events, totals = (
        [said.count(f, getattr(pooled, f)) for f in (f"{what}_intervention", f"{what}_control")]
        for what in ("events", "total")
    )
    match result.outcome.type:
        case "binary" | "proportion":
            pairs = list(zip(events, totals, strict=True))
            return tuple(cell for pair in pairs[: groups(result)] for cell in pair)
        case "rate":
            sides = zip(("intervention", "control"), _times(result, pooled), strict=True)
            decimals = _decimals(result)
            times = [said.number(f"person_time_{side}", time, decimals) for side, time in sides]
            return events[0], times[0], events[1], times[1]
        case "incidence":
            time = _times(result, pooled)[0]
            said_time = said.number("person_time_intervention", time, _decimals(result))
            return events[0], said_time
        case "continuous":
            return ("", "", totals[0], "", "", totals[1])
        case "mean":
            return "", "", totals[0]
        case "correlation":
            return (totals[0],)
    return ()


def _times(result: OutcomeResult, pooled: Estimate) -> tuple[float | None, float | None]:
    """The time at risk of both groups, summed over the studies of a pool."""
    (analysis,) = (a for a in result.analyses if a.spec.name == pooled.analysis)
    of = {(e.study, e.label) for e in analysis.studies if pooled.subgroup in ("all", e.subgroup)}
    studies = [study for study in result.studies if (study.study, study.label) in of]
    return _total([s.intervention for s in studies]), _total([s.control for s in studies])


def _total(sides: Sequence[Group | None]) -> float | None:
    times = [side.person_time if side else None for side in sides]
    known = [time for time in times if time is not None]
    return fsum(known) if known and len(known) == len(times) else None


def _measured(side: Group) -> tuple[float | None, ...]:
    return side.mean, side.sd, side.baseline_sd, side.person_time


def _decimals(result: OutcomeResult) -> int:
    """As many decimals as the most precise mean, SD or time was given with, at most two."""
    sides = (side for study in result.studies for side in (study.intervention, study.control))
    values = [x for s in sides if s for x in _measured(s) if x is not None]
    return next((n for n in (0, 1) if all(round(x, n) == x for x in values)), 2)
