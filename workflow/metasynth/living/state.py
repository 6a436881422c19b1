"""A state of the review: everything that its results were made from, and the results themselves.

Two states can be compared long after either was made (see changes.py), so that this holds plain
text and numbers only: raw cells, the choices that differ from what is usual, pooled estimates, and
the digests and versions of what computed them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from metasynth.core import digest
from metasynth.core.messages import Sentence
from metasynth.core.paths import PACKAGE
from metasynth.model.conversions import DEFAULT_CONVERSIONS
from metasynth.model.few_config import FewTrials
from metasynth.model.records import (
    ChangelogEntry,
    Config,
    Count,
    Estimate,
    OutcomeSpec,
    Trial,
    pooled_trials,
)
from metasynth.model.robustness_config import DEFAULT_SMALL_STUDY
from metasynth.tables.raw_table import CHECKED, RawTable
from metasynth.tables.table_schema import TRIAL_TABLES, tables

FORMAT = 2
"""Of the file that holds a state; another one is not compared."""

_ENGINE = ("synthesis/comparison.py", "synthesis/synthesise.py")
"""The modules through which every pooled number goes."""
_RATING = ("grade/certainty.py",)
"""The module through which every rating of certainty goes, after the numbers."""
_WORDING = ("language/sentences.py", "language/keys.py")
"""Modules that say why, and change no rating."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a raw table as text: its trial (blank: the whole review), table, key and cells.

    Only cells that say something are kept.
    """

    study: str
    table: str
    key: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """One pooled estimate: the numbers that two versions of a review are compared by.

    Effects and limits are on the natural scale, i2 in per cent, tau2 on the analysis scale.
    """

    outcome: str
    analysis: str
    subgroup: str
    measure: str
    k: int
    participants: Count | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    pi_low: float | None
    pi_high: float | None
    tau2: float | None
    i2: float | None
    ci_method: str = ""  # as in estimates.csv; blank in states of before it was kept
    # As in Estimate; not compared, as states of before it was kept have none.
    trials: int | None = field(default=None, compare=False)

    @property
    def studies(self) -> tuple[str, int]:
        """How many trials it pools, and the field that says so."""
        return pooled_trials(self.k, self.trials)


@dataclass(frozen=True, slots=True)
class Rated:
    """How one domain of an outcome's certainty was rated, or ("overall") all together.

    As certainty.Rating: `rating` in levels, `certainty` in the overall row alone; `source` is panel
    or rule.
    """

    outcome: str
    domain: str
    rating: int | None
    certainty: str
    source: str
    reasons: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Software:
    """What computed the results, as digests of this package's modules and libraries' versions.

    `code` is what pools, `rating` what rates certainty and pools nothing.
    """

    code: str
    rating: str
    libraries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class State:
    """One state of a review.

    `choices` are the entries of config.yaml by their dotted keys, `ratings` the certainty of
    evidence, domain by domain. `estimates` and `ratings` are empty before anything is pooled.
    """

    format: int
    version: str
    date: str
    rows: tuple[RawRow, ...]
    changelog: tuple[ChangelogEntry, ...]
    choices: Mapping[str, str]
    software: Software
    estimates: tuple[Measured, ...] = ()
    ratings: tuple[Rated, ...] = ()


def state(
    config: Config,
    trials: Iterable[Trial],
    whole_review: Iterable[RawTable],
    changelog: Sequence[ChangelogEntry],
    estimates: Iterable[Estimate] = (),
    ratings: Iterable[Rated] = (),
    made_by: Software | None = None,
) -> State:
    """The state of a review of these choices and tables.

    `made_by` is the software; without it the package as it is installed, whose digests take time.
    """
    rows = [row for trial in trials for row in _trial_rows(trial)]
    rows += [row for table in whole_review for row in _raw_rows(table)]
    return State(
        format=FORMAT,
        version=config.version,
        date=config.date,
        rows=tuple(rows),
        changelog=tuple(changelog),
        choices=choices(config),
        software=made_by or software(),
        estimates=tuple(measured(row) for row in estimates),
        ratings=tuple(ratings),
    )


def software() -> Software:
    """The digests and versions of what pools and rates, as it is installed."""
    engine, rating, wording = map(_files, (_ENGINE, _RATING, _WORDING))
    code, libraries = digest.software(engine)
    return Software(code, digest.software(rating, without=(*engine, *wording))[0], libraries)


def _files(names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(PACKAGE / name for name in names)


def measured(row: Estimate) -> Measured:
    """The compared numbers of a row of estimates.csv."""
    totals = [row.total_intervention, row.total_control]
    known = [total for total in totals if total is not None]
    same = {field.name for field in fields(Measured)} - {"participants"}
    return Measured(
        participants=sum(known) if known else None,
        **{name: getattr(row, name) for name in same},
    )


def _trial_rows(trial: Trial) -> Iterator[RawRow]:
    """A trial's rows, table by table; study.csv is the one with a single row."""
    study = trial.study.study
    for name in TRIAL_TABLES:
        found = getattr(trial, name)
        yield from _rows(study, name, found if isinstance(found, tuple) else (found,))


def _rows(study: str, table: str, records: Iterable[Any]) -> Iterator[RawRow]:
    """Typed rows as text, so that 12.50 and 12.5 are the same cell."""
    for record in records:
        names = [field.name for field in fields(record) if field.name not in ("study", "cell")]
        yield _row(study, table, {name: _text(getattr(record, name)) for name in names})


def _raw_rows(table: RawTable) -> Iterator[RawRow]:
    """The rows of a table of the whole review; the changelog, which tells of changes, has none."""
    if table.name != "changelog":
        yield from (_row("", table.name, row) for row in table.rows)


def _row(study: str, table: str, cells: Mapping[str, str]) -> RawRow:
    said = {name: text for name, text in cells.items() if text and name != CHECKED}
    key = " ".join(said.get(name, "-") for name in tables()[table].key)
    return RawRow(study, table, key.rstrip(" -"), said)


def _text(value: object) -> str:
    if value is None:
        return ""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


_ELSEWHERE = (
    (r"(title|languages|authors|formats)$", r"review.\1"),
    (r"comparisons\.\.", "comparison."),  # the only one of a review has no name
    (r"(comparison|comparisons\.\w+)\.(intervention|control)_label", r"\1.labels.\2"),
    (r"(living|certainty)\.important_(measures|outcomes)", r"living.important_difference.\2"),
    (r"(certainty\.indirectness\.trials\.\w+)\.reason", r"\1"),
)
"""Where config.yaml has a choice that its record has in another place: patterns of keys."""


_NO_CHOICES = frozenset({"version", "date", "living.baseline", "checked"})


def choices(config: Config) -> dict[str, str]:
    """Every choice by its dotted key in config.yaml, but for those that are as usual.

    A choice left at its default is left out: an option that a later version of the software adds
    is then no change of the review. The review's version, date and baseline are no choices.
    """
    outcomes = tuple(_as_declared(outcome, config.few) for outcome in config.outcomes)
    found = {_as_written(key): text for key, text in _flat("", replace(config, outcomes=outcomes))}
    for outcome in config.outcomes:
        if config.few and not outcome.few:
            found[f"outcomes.{outcome.id}.few"] = "none"
    found = {key: text for key, text in found.items() if text}
    return {key: found[key] for key in sorted(found) if key not in _NO_CHOICES}


def _as_declared(outcome: OutcomeSpec, policy: FewTrials | None) -> OutcomeSpec:
    """An outcome without what it has by the review's policies, and with its own alone."""
    outcome = replace(outcome, conversions=DEFAULT_CONVERSIONS, small_study=DEFAULT_SMALL_STUDY)
    few = outcome.few
    if few is None:
        return outcome
    named = outcome.analyses[:-1] if few.added else outcome.analyses
    own = None if few.same_as(policy) else replace(few, added=False)
    return replace(outcome, analyses=named, few=own)


def _as_written(key: str) -> str:
    """The key as config.yaml has it."""
    for pattern, place in _ELSEWHERE:
        key = re.sub(f"^{pattern}", place, key)
    return key


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """A choice, or what a record of choices holds, by dotted keys."""
    if is_dataclass(value):
        yield from _entries(path, value, fields(value))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{path}.{key}", item)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for item in value:  # the first field of such a record is what tells it apart
            first, *others = fields(item)
            yield from _entries(f"{path}.{getattr(item, first.name)}", item, others)
    elif isinstance(value, tuple):
        yield path, ", ".join(map(_listed, value))
    else:
        yield path, _text(value)


def _entries(path: str, record: Any, wanted: Iterable[Field[Any]]) -> Iterator[tuple[str, str]]:
    """The entries of a record that are not at their default."""
    for one in wanted:
        item, default = getattr(record, one.name), one.default
        if one.default_factory is not MISSING:
            default = one.default_factory()
        if item != default:
            yield from _flat(f"{path}.{one.name}".lstrip("."), item)


def _listed(value: object) -> str:
    return f"[{', '.join(map(_text, value))}]" if isinstance(value, tuple) else _text(value)
