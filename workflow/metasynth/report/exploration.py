"""The numbers of a forest plot with which readers of the page try pools of their own.

What they make is computed and drawn in the page (workflow/report/explore.js) and is no part of the
review.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from metasynth.core import lazy_special as special
from metasynth.language import formats
from metasynth.language.languages import Language, message
from metasynth.model.methods import MEASURE, is_ratio
from metasynth.model.primary_effects import PrimaryEffects
from metasynth.model.records import OutcomeResult, StudyEffect

MOST = 60
"""Trials of an outcome with which a page stays quick and its list can be looked through."""

MODELS = {
    "HKSJ": message("Random effects (REML, HKSJ)"),
    "REML": message("Random effects (REML, Wald)"),
    "DL": message("Random effects (DerSimonian–Laird, Wald)"),
    "IV": message("Common effect (inverse variance)"),
    "MH": message("Common effect (Mantel–Haenszel)"),
}
"""The models that a reader may choose, the first one chosen."""

WORDS = {
    "explore": message("Try other trials and models"),
    "own": message(
        "A pool of your own, computed in this page from the trials’ numbers. It is no result of the"
        " review, which says what it says above."
    ),
    "trials": message("Trials"),
    "measure": message("Measure"),
    "model": message("Model"),
    "pooled": message("Pooled"),
    "nothing": message("These trials allow no such pool."),
}
"""What the panel says; `pooled` is short for its place beside the trials' names."""


@dataclass(frozen=True, slots=True)
class Explored:
    """An outcome's trials; `log`: effects are logarithms, `counts`: 2×2 tables are there.

    A study is its label, its effect and standard error on the scale of the analysis (None where it
    has none), and then, with counts, events and totals of intervention and control.
    """

    measure: str
    log: bool
    counts: bool
    studies: tuple[tuple[str | float | None, ...], ...]


def explored(result: OutcomeResult) -> Explored | None:
    """The trials of an outcome's primary analysis; None without two groups and two trials."""
    effects = PrimaryEffects.of(result)
    if not result.comparison.intervention or not 2 <= len(effects.studies) <= MOST:
        return None
    own, measure = result.analyses[0].studies, result.outcome.measure
    counts = measure in ("RR", "OR", "RD") and all(map(_whole, own))
    studies = own if counts else effects.studies
    rows = tuple(
        (study.label, study.log_estimate, study.se, *(_table(study) if counts else ()))
        for study in studies
    )
    return Explored(measure, effects.logarithmic, counts, rows)


def _table(study: StudyEffect) -> tuple[Any, ...]:
    return (
        *(study.events_intervention, study.total_intervention),
        *(study.events_control, study.total_control),
    )


def _whole(study: StudyEffect) -> bool:
    """Whether a study is a table of whole counts."""
    return study.form in ("", "groups") and all(
        count is not None and float(count).is_integer() for count in _table(study)
    )


def known(outcomes: Mapping[str, Explored], language: Language) -> dict[str, Any]:
    """What the page's script is told, by the anchors of the forest plots; nothing without any."""
    if not outcomes:
        return {}
    trials = max(len(outcome.studies) for outcome in outcomes.values())
    return {
        "explored": {
            anchor: {name: getattr(outcome, name) for name in Explored.__slots__}
            for anchor, outcome in outcomes.items()
        },
        "written": {measure: _written(measure, language) for measure in _measures(outcomes)},
        "models": [[name, language.say(text)] for name, text in MODELS.items()],
        "t": [float(special.stdtrit(df, 0.975)) for df in range(1, trials)],
    }


def _measures(outcomes: Mapping[str, Explored]) -> list[str]:
    """Those that a reader can choose, sorted."""
    counted = ("OR", "RD", "RR") if any(one.counts for one in outcomes.values()) else ()
    return sorted({*counted, *(one.measure for one in outcomes.values())})


def _written(measure: str, language: Language) -> dict[str, Any]:
    """How the page writes effects of a measure: as its tables do (formats.estimate)."""
    declared = dict(language.numbers.decimals).get(measure)
    usual = formats.usual_decimals(measure)
    return {
        "decimals": usual if declared is None else declared,
        "declared": declared is not None,
        "isPositive": MEASURE[measure].positive,
        "isRatio": is_ratio(measure),
    }


def of_results(results: Iterable[OutcomeResult]) -> dict[str, Explored]:
    """Those of all outcomes that can be explored, by the anchor of their forest plot."""
    found = {f"fig-{result.outcome.id}": explored(result) for result in results}
    return {anchor: outcome for anchor, outcome in found.items() if outcome}
