"""All defensible choices for an outcome at once: a multiverse of analyses, or specification curve.

Steegen et al., Perspect Psychol Sci 2016;11:702-12; Simonsohn, Simmons and Nelson, Nat Hum Behav
2020;4:1208-14; for meta-analysis: Voracek, Kossmeier and Tran, Z Psychol 2019;227:64-82.

Every combination of declared choices that has a meaning is one analysis. A choice that does not
change what is pooled (a rule for empty cells where no cell is empty) counts once, so that shares
are not swollen by copies; methods that merely agree (tau2 estimators at 0) count each. Where only
one trial is left, all models give its own result, which counts once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from metasynth.core.store import number_text
from metasynth.model.methods import CLUSTERED, no_effect
from metasynth.model.records import OutcomeResult, Trial
from metasynth.model.robustness_config import MultiverseChoices
from metasynth.sensitivity.specifications import Code, Found, Options, options_of, universe
from metasynth.stats.effects.scales import finite, natural

SEPARATOR = "."
"""Between the numbers of a code."""
NOT_APPLICABLE = "-"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A choice that was varied and its options, the outcome's own first."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many analyses: all, with estimates below and above no effect, with intervals there."""

    analyses: int
    below: int
    above: int
    ci_below: int
    ci_above: int


@dataclass(frozen=True, slots=True)
class Scale:
    """The analyses of one effect measure, on its natural scale.

    They stand at the places `first` and on of the specifications. `null` is no effect;
    None where the measure has none.
    """

    measure: str
    null: float | None
    first: int
    tally: Tally
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Specifications:
    """Analyses, one at each place of the tuples, sorted by measure and then by estimate.

    A code holds a number for each dimension, that of the option taken; `-` where the dimension has
    no meaning for the analysis. Estimates and limits are on the natural scale; p is None where a
    standard error is 0 or the measure has no value of no effect.
    """

    code: tuple[str, ...] = ()
    k: tuple[int, ...] = ()
    estimate: tuple[float, ...] = ()
    ci_low: tuple[float | None, ...] = ()
    ci_high: tuple[float | None, ...] = ()
    p: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Multiverse:
    """The multiverse of an outcome: results/outcomes/<outcome>/multiverse.json.

    `primary` is the place of the primary analysis, `lower` how many analyses of its measure have a
    lower estimate; `undefined` analyses have no result. `reason` says why there is no multiverse.
    """

    outcome: str
    dimensions: tuple[Dimension, ...] = ()
    tally: Tally = Tally(0, 0, 0, 0, 0)
    undefined: int = 0
    primary: int | None = None
    lower: int | None = None
    scales: tuple[Scale, ...] = ()
    specifications: Specifications = Specifications()
    reason: str = ""


class _Row(NamedTuple):
    """An analysis with a result; rows sort by measure, published digits of the estimate, code."""

    measure: int
    rounded: float
    code: str
    estimate: float
    low: float | None
    high: float | None
    p: float | None
    k: int
    side: int
    ci_side: int


def options_taken(found: Multiverse) -> dict[str, list[int | None]]:
    """For each dimension the number of the option that each analysis took; None where it has none.

    In the order of the specifications.
    """
    codes = [code.split(SEPARATOR) for code in found.specifications.code]
    return {
        dimension.name: [None if c[i] == NOT_APPLICABLE else int(c[i]) for c in codes]
        for i, dimension in enumerate(found.dimensions)
    }


def excluding(found: Multiverse) -> list[bool]:
    """Whether each analysis' interval excludes no effect."""
    rows = found.specifications
    nulls = [scale.null for scale in found.scales for _ in range(scale.tally.analyses)]
    return [
        null is not None
        and ((low is not None and low > null) or (high is not None and high < null))
        for null, low, high in zip(nulls, rows.ci_low, rows.ci_high, strict=True)
    ]


def multiverse(
    result: OutcomeResult, trials: Sequence[Trial], choices: MultiverseChoices
) -> Multiverse:
    """Analyse an outcome in every declared way; `trials` are those that report it."""
    outcome, spec = result.outcome, result.analyses[0].spec
    if outcome.sensitivity_of:
        reason = f"this reading is part of the multiverse of {outcome.sensitivity_of}"
        return Multiverse(outcome.id, reason=reason)
    if spec.model in CLUSTERED:
        reason = "trials of one cluster are not independent, as the other choices take them to be"
        return Multiverse(outcome.id, reason=reason)
    if _without_events(result):
        return Multiverse(outcome.id, reason="no trial has an event, and nothing is estimated")
    options = options_of(outcome, spec, result.comparison, trials, choices)
    found = list(universe(outcome, spec, result.comparison, trials, options))
    made = (_row(code, item, options["measure"]) for code, item in found)
    rows = sorted(row for row in made if row is not None)
    if not rows:
        return Multiverse(outcome.id, undefined=len(found), reason="no analysis has a result")
    primary, lower = _primary(rows, found, options, result)
    return Multiverse(
        outcome.id,
        tuple(Dimension(name, values) for name, values in options.items()),
        _tally(rows),
        len(found) - len(rows),
        primary,
        lower,
        tuple(_scales(rows, options["measure"])),
        _specifications(rows),
    )


def _without_events(result: OutcomeResult) -> bool:
    """Whether nobody has an event and the primary analysis, rightly, gives no estimate.

    What corrections of empty cells alone would make of it is no analysis that anybody defends.
    """
    groups = [g for s in result.studies for g in (s.intervention, s.control) if g is not None]
    counted = result.outcome.type in ("binary", "rate") and result.outcome.measure != "ASD"
    return (
        counted
        and result.analyses[0].estimates[0].estimate is None
        and bool(groups)
        and not any(group.events for group in groups)
    )


def _row(code: Code, found: Found, measures: Sequence[str]) -> _Row | None:
    """An analysis as it is published; None without a result."""
    place = code[0] or 0
    measure = measures[place]
    estimate, low, high = (
        natural(measure, x, found.size) for x in (found.mean, found.low, found.high)
    )
    if estimate is None:
        return None
    tested = no_effect(measure) is not None
    side = (found.mean > 0) - (found.mean < 0)
    ci_side = (found.low > 0) - (found.high < 0)
    return _Row(
        place,
        float(number_text(estimate)),
        _text(code),
        estimate,
        low,
        high,
        finite(found.p) if tested else None,
        found.k,
        side if tested else 0,
        ci_side if tested else 0,
    )


def _text(code: Code) -> str:
    return SEPARATOR.join(NOT_APPLICABLE if i is None else str(i) for i in code)


def _primary(
    rows: Sequence[_Row],
    found: Sequence[tuple[Code, Found]],
    options: Options,
    result: OutcomeResult,
) -> tuple[int | None, int | None]:
    """Where the primary analysis stands: it is the first that was made, if it has a result."""
    if result.analyses[0].estimates[0].estimate is None:
        return None, None
    own = _text(found[0][0])
    place = next(i for i, row in enumerate(rows) if row.code == own)
    lower = sum(row.measure == 0 and row.rounded < rows[place].rounded for row in rows)
    return place, lower


def _tally(rows: Iterable[_Row]) -> Tally:
    sides = [(row.side, row.ci_side) for row in rows]
    estimates, intervals = [s for s, _ in sides], [s for _, s in sides]
    return Tally(
        len(sides), estimates.count(-1), estimates.count(1), intervals.count(-1), intervals.count(1)
    )


def _scales(rows: Sequence[_Row], measures: Sequence[str]) -> Iterable[Scale]:
    for place, measure in enumerate(measures):
        own = [row for row in rows if row.measure == place]
        if own:
            values = [row.estimate for row in own]
            first = rows.index(own[0])
            null = no_effect(measure)
            ends = min(values), median(values), max(values)
            yield Scale(measure, null, first, _tally(own), *ends)


def _specifications(rows: Sequence[_Row]) -> Specifications:
    return Specifications(
        tuple(row.code for row in rows),
        tuple(row.k for row in rows),
        tuple(row.estimate for row in rows),
        tuple(row.low for row in rows),
        tuple(row.high for row in rows),
        tuple(row.p for row in rows),
    )
