"""All tables that the sources of an outcome admit: integers behind percentages, other readings.

A printed percentage often fits several integers (`events_low` to `events_high`), and a trial may
have declared alternative readings. A table takes one reading for the whole review, and one of the
admissible integers for every group of every trial.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from metasynth.model import bounds
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Count,
    Group,
    Omission,
    OutcomeSpec,
    Result,
    StudyData,
    Trial,
)
from metasynth.stats.columns import COLUMNS, NO_TABLE, Pools
from metasynth.stats.models import counted_as
from metasynth.synthesis.comparison import selected_rows, study_data
from metasynth.synthesis.selection import counted, effects_of, missing_data, uninformative
from metasynth.synthesis.stated_results import Events, events_left, says_of_counts

EXACT = 50_000
"""Up to so many tables all are pooled; of more, the corners and a sample.

Of more than 64 trials fewer (`bounds.sets`)."""
SAMPLE = 10_000
CORNERS = 4_096
SEED = 20131120
"""Of the sample (PCG64): the same tables at every run."""
BLOCKS = 8
"""Blocks of tables whose arrays are held together."""
ROW_VARIANTS = 1_000
"""Of a trial whose arms are kept apart: with more combinations only the ends of each range."""

Variant = tuple[StudyData, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the outcome: for each trial, the data that it may have brought.

    A trial's first variant is the one that was extracted; `corners` says which of its variants have
    every group at an end of its range.
    """

    name: str
    variants: tuple[tuple[Variant, ...], ...]
    corners: tuple[tuple[int, ...], ...]

    @property
    def tables(self) -> int:
        """How many tables this reading admits."""
        return prod(len(variants) for variants in self.variants)


def readings_of(trials: Sequence[Trial], outcome: OutcomeSpec) -> tuple[str, ...]:
    """The outcome's own reading, then every other that a trial declares for it (primary: "")."""
    named = {
        row.reading
        for trial in trials
        for row in trial.results
        if (row.outcome, row.week) in outcome.topics
    }
    others = sorted(({"", *named} if outcome.reading == "" else set()) - {outcome.reading})
    return (outcome.reading, *others)


def admissible(
    trials: Sequence[Trial], outcome: OutcomeSpec, comparison: Comparison
) -> tuple[Reading, ...]:
    """Everything that the trials' sources admit for this outcome, reading by reading.

    An outcome that is itself an alternative reading keeps to it. Readings that change nothing are
    left out.
    """
    found: dict[tuple[tuple[Variant, ...], ...], Reading] = {}
    for name in readings_of(trials, outcome):
        read = replace(outcome, reading=name)
        pairs = [_variants(trial, read, comparison) for trial in trials]
        known = [pair for pair in pairs if pair[0]]
        variants = tuple(pair[0] for pair in known)
        found.setdefault(variants, Reading(name, variants, tuple(pair[1] for pair in known)))
    return tuple(found.values())


def _variants(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison
) -> tuple[tuple[Variant, ...], tuple[int, ...]]:
    """What the trial may bring, the extracted data first, and which of it are corners."""
    own = study_data(trial, outcome, comparison)
    if isinstance(own, Omission):
        return (), ()
    if outcome.type not in ("binary", "proportion"):
        return (own,), (0,)
    if len(own) == 1 and own[0].contrast is None:
        return _with_corners(own, list(_of_groups(own[0])))
    return _with_corners(own, list(_of_arms(trial, outcome, comparison)))


def _with_corners(
    own: Variant, found: Sequence[tuple[Variant, bool]]
) -> tuple[tuple[Variant, ...], tuple[int, ...]]:
    corner = {own: False}
    for variant, is_corner in found:
        corner[variant] = corner.get(variant, False) or is_corner
    return tuple(corner), tuple(i for i, at_end in enumerate(corner.values()) if at_end)


def _of_groups(study: StudyData) -> Iterator[tuple[Variant, bool]]:
    """Every admissible number of events on either side of one comparison."""
    sides = (_range(study.intervention), _range(study.control))
    pairs: Sequence[tuple[Count | None, Count | None]] = study.tables or [*product(*sides)]
    by_control = _ends((c, a) for a, c in pairs)
    by_intervention = _ends(pairs)
    for a, c in pairs:
        varied = replace(
            study, intervention=_with(study.intervention, a), control=_with(study.control, c)
        )
        yield (varied,), a in by_control[c] and c in by_intervention[a]


def _ends(
    pairs: Iterable[tuple[Count | None, Count | None]],
) -> dict[Count | None, tuple[Count | None, Count | None]]:
    """The first and the last of what stands beside each number."""
    found: dict[Count | None, tuple[Count | None, Count | None]] = {}
    for key, beside in pairs:
        found[key] = (found.get(key, (beside,))[0], beside)
    return found


def _range(group: Group | None) -> tuple[Count | None, ...]:
    if group is None or group.events is None:
        return (None,)
    if group.events_low is None or group.events_high is None:
        return (group.events,)
    return tuple(range(group.events_low, group.events_high + 1))


def _with(group: Group | None, events: Count | None) -> Group | None:
    return group if group is None or events is None else replace(group, events=events)


def _of_arms(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison
) -> Iterator[tuple[Variant, bool]]:
    """The same for arms that are kept apart, where a shared control belongs to several rows."""
    rows = selected_rows(trial, outcome, comparison)
    ranges = [_row_range(row) for row in rows]
    left = None
    if prod(map(len, ranges)) > ROW_VARIANTS:
        ranges = [tuple(dict.fromkeys((r[0], r[-1]))) for r in ranges]
    else:
        left = _left(rows)
    ends = [{r[0], r[-1]} for r in ranges]
    for events in product(*ranges):
        if left is not None and tuple(e for e in events if e is not None) not in left:
            continue
        changed = dict(zip(map(id, rows), events, strict=True))
        varied = tuple(
            replace(row, events=changed[id(row)]) if id(row) in changed else row
            for row in trial.results
        )
        data = study_data(replace(trial, results=varied), outcome, comparison)
        if not isinstance(data, Omission):
            yield data, all(e in end for e, end in zip(events, ends, strict=True))


def _left(rows: Sequence[Result]) -> set[Events] | None:
    """The events of the arms with counts that published results leave; None: all of them."""
    stated = [row for row in rows if says_of_counts(row)]
    counted = [row for row in rows if row.events is not None]
    return {*events_left(counted, stated)} if stated else None


def _row_range(row: Result) -> tuple[int | None, ...]:
    if row.events is None:
        return (None,)
    low, high = (row.events if x is None else x for x in (row.events_low, row.events_high))
    return tuple(range(low, high + 1))


# --- choosing tables ------------------------------------------------------------------------------


def chosen_tables(reading: Reading, limit: int, total: int) -> NDArray[np.intp]:
    """Numbers of variants, a row a trial and a column a table, the extracted table first.

    All tables where the outcome has at most `limit` of them in `total`; else the corners, and this
    reading's share of a random sample in which every table is as likely as the next.
    """
    sizes = [len(variants) for variants in reading.variants]
    if total <= limit:
        return _all(sizes)
    draw = np.random.Generator(np.random.PCG64(SEED))
    count = max(1, round(min(SAMPLE, limit) * (reading.tables / total)))
    sample = np.stack([draw.integers(0, size, count) for size in sizes])
    first = np.zeros((len(sizes), 1), dtype=np.intp)
    return np.concatenate([first, _corners(reading, limit, draw), sample], axis=1)


def _corners(reading: Reading, limit: int, draw: np.random.Generator) -> NDArray[np.intp]:
    sizes = [len(corners) for corners in reading.corners]
    most = min(CORNERS, limit)
    if prod(sizes) <= most:
        places = _all(sizes)
    else:
        places = np.stack([draw.integers(0, size, most) for size in sizes])
    return np.stack(
        [np.array(corners)[row] for corners, row in zip(reading.corners, places, strict=True)]
    )


def _all(sizes: Sequence[int]) -> NDArray[np.intp]:
    """Every combination of places, the last trial's changing fastest; one of no trials."""
    rest = np.arange(prod(sizes))
    found = np.zeros((len(sizes), len(rest)), dtype=np.intp)
    for row in range(len(sizes) - 1, -1, -1):
        if sizes[row] > 1:
            rest, found[row] = np.divmod(rest, sizes[row])
    return found


# --- from tables to arrays ------------------------------------------------------------------------


def pools_of(
    reading: Reading, chosen: NDArray[np.intp], outcome: OutcomeSpec, spec: AnalysisSpec
) -> Iterator[Pools]:
    """The chosen tables as the analysis `spec` sees them; uninformative studies are masked.

    They come in parts of whole blocks, so that memory does not grow with tables times trials.
    """
    known = [variant_arrays(variants, outcome, spec) for variants in reading.variants]
    rows = sum(part.shape[1] for part in known)
    wide = BLOCKS * bounds.columns(COLUMNS, rows)
    for start in range(0, chosen.shape[1], wide):
        here = chosen[:, start : start + wide]
        parts = [part[:, :, here[i]] for i, part in enumerate(known)]
        stacked = np.concatenate(parts, axis=1) if parts else np.zeros((7, 0, here.shape[1]))
        y, v, mask, *cells = stacked
        yield Pools(y, v, mask, counted_as(outcome.type, tuple(cells)))


def variant_arrays(
    variants: Sequence[Variant], outcome: OutcomeSpec, spec: AnalysisSpec
) -> NDArray[np.float64]:
    """y, v, mask and the four cells of a trial: these, by its rows, by its variants."""
    rows = max(len(variant) for variant in variants)
    found = np.empty((7, rows, len(variants)))
    found[:] = np.array([0.0, 1.0, 0.0, *NO_TABLE])[:, None, None]
    usable = [
        (row, column, study)
        for column, variant in enumerate(variants)
        for row, study in enumerate(variant)
        if missing_data(study, outcome) is None and uninformative(study, outcome, spec) is None
    ]
    if usable:
        studies = [study for _, _, study in usable]
        effects = effects_of(studies, outcome, spec)
        at = [row for row, _, _ in usable], [column for _, column, _ in usable]
        found[0][at], found[1][at], found[2][at] = effects.y, effects.v, 1.0
        if (numbers := counted(studies, outcome)) is not None:
            found[3 : 3 + len(numbers.cells), at[0], at[1]] = np.array(numbers.cells)
    return found
