"""Each number that statsmodels can recompute beside the one here: too large a difference stops."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from metasynth.core.messages import message
from metasynth.crosscheck.by_statsmodels import Pair, Recomputed, recomputed, regression
from metasynth.crosscheck.records import Crosscheck
from metasynth.model.methods import INVERSE_VARIANCE, compares
from metasynth.model.records import AnalysisResult, OutcomeResult
from metasynth.sensitivity.meta_regression import regress
from metasynth.stats.least_squares import NotTestable
from metasynth.stats.small_study import MINIMUM, egger
from metasynth.synthesis.covariate_effects import valued
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import synthesise

TOLERANCE = 1e-8
"""The largest difference that passes, as a share of the number or of 1, whichever is larger."""
PRINTED = 1e-6
"""How far a stored result, of eight digits, may be from the same one computed again."""
_STEPS = (1e-12, 1e-11, 1e-10, 1e-9, TOLERANCE)
"""Differences are told as less than one of these: their digits are of the processor's making."""


class Disagreement(ArithmeticError):  # noqa: N818 - it names what was found, as the message does
    """A result here and that of statsmodels are too far apart for rounding."""


def crosscheck(result: OutcomeResult) -> tuple[Crosscheck, ...]:
    """Compute an outcome again with all digits, and compare all that statsmodels can compute.

    Raises:
        Disagreement: when a number differs by more than `TOLERANCE`, or a stored one by more than
            rounding from the same one computed again.
    """
    specs = [analysis.spec for analysis in result.analyses]
    again = synthesise(result.outcome, specs, result.comparison, result.studies)
    found: dict[tuple[str, str, str], list[float]] = {}
    for stored, analysis in zip(result.analyses, again.analyses, strict=True):
        _require_the_same(stored, analysis)
        pairs = _pairs(again, analysis)
        if result.comparison.multi_arm == "covariance" and _repeated(pairs):
            continue  # effects that are correlated are beyond statsmodels' pools
        rows = [*recomputed(analysis, pairs), *_regressions(again, analysis, pairs)]
        for subgroup, (quantity, here, there) in rows:
            if here is not None:
                off = abs(here - there) / max(1.0, abs(there))
                if not off <= TOLERANCE:
                    where = " ".join(filter(None, (analysis.spec.name, subgroup)))
                    raise Disagreement(
                        f"{result.outcome.id}, {where}: the {quantity} is {here!r} here, and"
                        f" {there!r} by statsmodels. Nothing of this run can be relied upon."
                    )
                found.setdefault((analysis.spec.name, subgroup, quantity), []).append(off)
    return tuple(
        Crosscheck(result.outcome.id, *place, len(offs), _below(max(offs)))
        for place, offs in found.items()
    )


def _below(off: float) -> float:
    return next(step for step in _STEPS if off <= step)


def _pairs(result: OutcomeResult, analysis: AnalysisResult) -> list[Pair]:
    """The studies that an analysis pools, each with its effect."""
    studies = {(study.study, study.label): study for study in result.studies}
    return [
        (studies[row.study, row.label], row)
        for row in analysis.studies
        if row.log_estimate is not None and (row.study, row.label) in studies
    ]


def _repeated(pairs: Sequence[Pair]) -> bool:
    return len({study.study for study, _ in pairs}) < len(pairs)


def _require_the_same(stored: AnalysisResult, again: AnalysisResult) -> None:
    """What is printed is what is compared here."""
    for old, new in zip(stored.estimates, again.estimates, strict=True):
        for field in ("log_estimate", "se", "tau2", "q"):
            a, b = getattr(old, field), getattr(new, field)
            if a is not b and (a is None or b is None or abs(a - b) > PRINTED * max(1.0, abs(b))):
                raise Disagreement(
                    f"{old.outcome}, {old.analysis}: {field} is {a!r} in the results, and {b!r}"
                    " when it is computed again from the same studies."
                )


def _regressions(
    result: OutcomeResult, analysis: AnalysisResult, pairs: Sequence[Pair]
) -> Iterator[tuple[str, Recomputed]]:
    """Of the primary analysis: Egger's regression, and that on the outcome's covariate."""
    if analysis.spec != result.analyses[0].spec or analysis.spec.model not in INVERSE_VARIANCE:
        return
    studies = [study for study, _ in pairs]
    if len(studies) < 2:
        return
    effects = effects_of(studies, result.outcome, analysis.spec)
    y, v = effects.y, effects.v
    if compares(result.outcome) and len(y) >= MINIMUM and np.ptp(v) > 0:
        with suppress(NotTestable):  # where effects all agree there is nothing to compare
            found = egger(y, v)
            _, slope = regression(y, v, np.sqrt(v), 0.0)
            yield "", (message("slope of Egger’s regression"), found.coefficient, slope)
    told = regress(result.outcome, analysis.spec, studies, y, v)
    if told is not None and told.slope is not None and told.tau2 is not None:
        known = valued(studies, v)
        x = np.array([studies[i].covariate for i in known], dtype=float)
        _, slope = regression(y[known], v[known], x, told.tau2)
        yield "", (message("slope of the meta-regression"), told.slope, slope)
