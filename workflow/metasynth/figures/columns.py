"""The columns of a forest plot: their headings, and the data that studies and pools put in them."""

from dataclasses import dataclass
from typing import Literal

from metasynth.figures.outcome import group_names, measure_name
from metasynth.formats import count, number
from metasynth.language import Language, message
from metasynth.records import AnalysisResult, Estimate, Group, OutcomeResult, StudyData

_GROUP_HEADINGS = {
    "binary": (message("Events"), message("Total")),
    "continuous": (message("Mean"), message("SD"), message("Total")),
}
"""What each group has by outcome type; published contrasts come without group data."""


ColumnKind = Literal["data", "weight", "effect"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers under its own heading, and under that of a group where it has one."""

    heading: str
    group: str = ""
    kind: ColumnKind = "data"
    side: Literal["left", "right"] = "left"


def columns(
    result: OutcomeResult, analysis: AnalysisResult | None, language: Language
) -> tuple[Column, ...]:
    """The data of both groups, then weight, then effect."""
    data = (
        Column(language.say(heading), group)
        for group in group_names(result, language)
        for heading in _GROUP_HEADINGS.get(result.outcome.type, ())
    )
    measure = measure_name(result, analysis, language)
    weight = Column(language.say("Weight"), kind="weight")
    return (*data, weight, Column(language.say("[95% CI]"), measure, "effect"))


def study_cells(result: OutcomeResult, study: StudyData, language: Language) -> tuple[str, ...]:
    """What one study brings to the data columns, as it was extracted."""
    groups = (study.intervention or Group((), ""), study.control or Group((), ""))
    if result.outcome.type == "binary":
        return tuple(count(n) for group in groups for n in (group.events, group.total))
    if result.outcome.type == "continuous":
        decimals = _decimals(result)
        return tuple(
            cell
            for group in groups
            for cell in (
                number(group.mean, decimals, language.numbers),
                number(group.sd, decimals, language.numbers),
                count(group.total),
            )
        )
    return ()


def pooled_cells(result: OutcomeResult, pooled: Estimate) -> tuple[str, ...]:
    """A pooled result's events and totals; means are not summed."""
    intervention = (count(pooled.events_intervention), count(pooled.total_intervention))
    control = (count(pooled.events_control), count(pooled.total_control))
    if result.outcome.type == "binary":
        return (*intervention, *control)
    if result.outcome.type == "continuous":
        return ("", "", intervention[1], "", "", control[1])
    return ()


def _decimals(result: OutcomeResult) -> int:
    """As many decimals as the most precise mean or SD was given with, at most two."""
    groups = (group for study in result.studies for group in (study.intervention, study.control))
    values = [x for group in groups if group for x in (group.mean, group.sd) if x is not None]
    return next((n for n in (0, 1) if all(round(x, n) == x for x in values)), 2)
