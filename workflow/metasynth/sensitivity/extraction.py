"""How far a pooled result depends on what the sources leave open about the numbers themselves.

The primary analysis, and the one that repeats the audited review, are made of every table that the
sources admit (see `admissible`): the range of the results stands beside the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metasynth.model import bounds
from metasynth.model.methods import BAYES, CLUSTERED, EXACT_BAYES, GLMMS, no_effect
from metasynth.model.records import AnalysisSpec, OutcomeResult, OutcomeSpec, Trial
from metasynth.sensitivity.admissible import (
    EXACT,
    SEED,
    Reading,
    admissible,
    chosen_tables,
    pools_of,
)
from metasynth.sensitivity.assumptions import Assumed, assumptions
from metasynth.stats.columns import Results, closed, fit_many
from metasynth.stats.effects.binary import Array
from metasynth.stats.effects.scales import natural
from metasynth.synthesis.synthesise import size_of_pool

SLOW_EXACT = 500
"""The limit of an exact enumeration for models that are fitted one table at a time."""

UNCOUNTED = 10**15
"""So many tables, or more: programs cannot hold the count of many trials as a number."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest of a number over tables; None where no table gives it."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ExtractionRange:
    """One analysis over the admissible tables; estimates and limits on the natural scale.

    `tables` are all that the sources admit (`UNCOUNTED` for that many and more) and `pooled` those
    that were analysed: all of them where `exact`, else the corners and a sample with `seed`, whose
    range is at least so wide. `below`, `inconclusive` and `above` count the tables whose confidence
    interval lies below no effect, includes it, lies above it; in `undefined` ones nothing can be
    pooled. `changes` says whether any table's conclusion is another than that of the extracted
    numbers.
    """

    analysis: str
    tables: int
    pooled: int
    exact: bool
    seed: int | None
    estimate: Range
    ci_low: Range
    ci_high: Range
    p: Range
    below: int
    inconclusive: int
    above: int
    undefined: int
    changes: bool


@dataclass(frozen=True, slots=True)
class Extraction:
    """The extraction uncertainty of an outcome: results/outcomes/<outcome>/extraction.json.

    `readings` are the readings that were taken ("" is the primary one), `uncertain` the trials that
    have more than one admissible table in one of them. `reason` says why there are no ranges.
    `assumed` are the primary analysis with numbers computed otherwise from what is printed.
    """

    outcome: str
    readings: tuple[str, ...]
    uncertain: tuple[str, ...]
    ranges: tuple[ExtractionRange, ...]
    reason: str
    assumed: tuple[Assumed, ...] = ()


def extraction(result: OutcomeResult, trials: Sequence[Trial], limit: int = EXACT) -> Extraction:
    """Pool every admissible table of an outcome by its primary and its as-published analysis.

    `trials` are those that report it. Of more than `limit` tables (for models without a closed form
    `SLOW_EXACT`) the corners and a sample are pooled.
    """
    outcome = result.outcome
    readings = admissible(trials, outcome, result.comparison)
    names = (result.analyses[0].spec.name, outcome.as_published)
    specs = [
        a.spec
        for a in result.analyses
        if a.spec.name in names and a.spec.model not in CLUSTERED  # a column has no clusters
    ]
    uncertain = {
        variants[0][0].study
        for reading in readings
        for variants in reading.variants
        if len(variants) > 1
    }
    known = any(reading.variants for reading in readings)
    return Extraction(
        outcome.id,
        tuple(reading.name for reading in readings),
        tuple(sorted(uncertain)),
        tuple(_range_of(outcome, spec, readings, limit) for spec in specs) if known else (),
        "" if known else "no trial reports numbers",
        assumptions(result, trials),
    )


def _range_of(
    outcome: OutcomeSpec, spec: AnalysisSpec, readings: Sequence[Reading], limit: int
) -> ExtractionRange:
    trials = max(len(reading.variants) for reading in readings)
    limit = bounds.sets(limit, trials)
    if spec.model in (*GLMMS, BAYES) or not closed(spec):
        limit = min(limit, bounds.slow_sets(SLOW_EXACT, trials))
    total = sum(reading.tables for reading in readings)
    if spec.model == EXACT_BAYES:
        limit = min(limit, bounds.LEAST_SLOW)
    parts = []
    for reading in readings:
        chosen = chosen_tables(reading, limit, total)
        found = [
            fit_many([spec], outcome.measure, pools)[0]
            for pools in pools_of(reading, chosen, outcome, spec)
        ]
        studies = [v[0][0] for v in reading.variants if v[0]]
        size = size_of_pool(outcome, studies, float(found[0].mean[0]))
        parts += [(part, size) for part in found]
    return _summary(outcome, spec, parts, total, total <= limit)


def _summary(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    parts: Sequence[tuple[Results, float | None]],
    total: int,
    exact: bool,
) -> ExtractionRange:
    null = None if no_effect(outcome.measure) is None else 0.0
    side = np.concatenate([sides(part.low, part.high, null) for part, _ in parts])
    defined = np.isfinite(np.concatenate([part.mean for part, _ in parts]))
    below, inconclusive, above = (int((side[defined] == which).sum()) for which in (-1, 0, 1))
    return ExtractionRange(
        spec.name,
        min(total, UNCOUNTED),
        len(defined),
        exact,
        None if exact else SEED,
        _spread(outcome.measure, parts, "mean"),
        _spread(outcome.measure, parts, "low"),
        _spread(outcome.measure, parts, "high"),
        Range(None, None) if null is None else _spread("", parts, "p"),
        below,
        inconclusive,
        above,
        int((~defined).sum()),
        bool((defined != defined[0]).any() or (side[defined] != side[0]).any()),
    )


def _spread(measure: str, parts: Sequence[tuple[Results, float | None]], name: str) -> Range:
    """The ends of a number over all tables, on the natural scale of its measure."""
    ends = []
    for part, size in parts:
        values = getattr(part, name)
        known = values[np.isfinite(values)]
        if len(known):
            ends += [natural(measure, float(x), size) for x in (known.min(), known.max())]
    numbers = [end for end in ends if end is not None]
    return Range(min(numbers, default=None), max(numbers, default=None))


def sides(low: Array, high: Array, null: float | None) -> Array:
    """-1 where an interval lies below no effect, 1 where above, 0 where it includes it.

    A limit at no effect includes it. 0 everywhere for a measure without such a value.
    """
    if null is None:
        return np.zeros(low.shape)
    return np.where(high < null, -1.0, np.where(low > null, 1.0, 0.0))
