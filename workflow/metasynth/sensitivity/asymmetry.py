"""Tests of funnel asymmetry of an outcome's primary analysis, or why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from metasynth.core.messages import Refused, Sentence, sentence
from metasynth.model.methods import CLUSTERED, tau2_of_effects
from metasynth.model.records import AnalysisSpec, OutcomeSpec, StudyData
from metasynth.sensitivity.diagnostics import NOT_INDEPENDENT
from metasynth.stats.effects.binary import Array, Effects
from metasynth.stats.rank_test import begg
from metasynth.stats.small_study import AsymmetryTest, egger, harbord, peters
from metasynth.stats.small_study_variants import deeks, macaskill, pustejovsky, thompson_sharp
from metasynth.synthesis.selection import counted, tables_of

DEGENERATE = sentence("the effects, or their errors, leave nothing to tell it by")
STANDARDISED = ("SMD", "SMD-RevMan", "SMD-UB", "SMD-LS2")
"""Measures whose variances grow with the differences themselves."""


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """A test of funnel asymmetry, or the reason why there is none.

    `coefficient` is the slope of a regression, with `se` and t (`statistic`, `df`), or Kendall's
    tau.
    """

    name: str
    coefficient: float | None = None
    se: float | None = None
    statistic: float | None = None
    df: int | None = None
    p: float | None = None
    reason: Sentence | None = None


def asymmetry(
    outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData], effects: Effects | None
) -> list[Asymmetry]:
    """Egger's, Begg's and Thompson and Sharp's tests, and those of the outcome's measure."""
    if effects is None:
        return []
    tests = _tests(outcome, spec, used, effects)
    if spec.model in CLUSTERED:
        return [Asymmetry(name, reason=NOT_INDEPENDENT) for name in tests]
    return [_or_reason(name, test) for name, test in tests.items()]


def _tests(
    outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData], effects: Effects
) -> dict[str, Callable[[], Asymmetry]]:
    """Every test by its name: the usual three, of odds ratios four, of standardised means one."""
    least = outcome.small_study.minimum
    known = np.isfinite(effects.v)
    y, v = effects.y[known], effects.v[known]
    method = tau2_of_effects(spec) or "REML"
    tests = {
        "Egger": lambda: _line("Egger", egger(y, v, least)),
        "Begg": lambda: _ranks(y, v, least),
    }
    if outcome.type == "binary" and outcome.measure == "OR" and counted(used, outcome):
        tables = tables_of(used)
        tests |= {
            "Harbord": lambda: _line("Harbord", harbord(tables, least)),
            "Peters": lambda: _line("Peters", peters(tables, least)),
            "Deeks": lambda: _line("Deeks", deeks(tables, least)),
            "Macaskill": lambda: _line("Macaskill", macaskill(tables, least)),
        }
    tests["Thompson–Sharp"] = lambda: _line("Thompson–Sharp", thompson_sharp(y, v, method, least))
    if outcome.measure in STANDARDISED and (sizes := _sizes(used)) is not None:
        n1, n2 = sizes[:, known]
        tests["Pustejovsky"] = lambda: _line("Pustejovsky", pustejovsky(y, v, n1, n2, least))
    return tests


def _sizes(used: Sequence[StudyData]) -> Array | None:
    """Patients of both groups, shape (2, k); none where a trial does not state them."""
    rows = [
        [getattr(group, "total", None) for group in (study.intervention, study.control)]
        for study in used
    ]
    if any(not n for row in rows for n in row):
        return None
    return np.array(rows, dtype=float).T


def _or_reason(name: str, test: Callable[[], Asymmetry]) -> Asymmetry:
    try:
        return test()
    except (Refused, ValueError) as refusal:
        return Asymmetry(name, reason=why(refusal))


def why(refusal: Exception) -> Sentence:
    """What was refused; of numbers that depend on each other the algebra only says that they do."""
    return refusal.why if isinstance(refusal, Refused) else DEGENERATE


def _line(name: str, found: AsymmetryTest) -> Asymmetry:
    return Asymmetry(name, found.coefficient, found.se, found.statistic, found.df, found.p)


def _ranks(y: Array, v: Array, least: int) -> Asymmetry:
    found = begg(y, v, least)
    return Asymmetry("Begg", coefficient=found.tau, p=found.p)
