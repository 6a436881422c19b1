"""What changed between two states of a review (see state.py), outcome by outcome.

Nothing here computes an effect: two states are compared by their text and numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from metasynth.living.attribution import Attribution, Cause
from metasynth.living.certainty_changes import CertaintyAttribution, CertaintyChange
from metasynth.living.changelog import Unexplained, new_entries, unexplained
from metasynth.living.flags import Flag, flags
from metasynth.living.growth import Step
from metasynth.living.input_changes import (
    CellChange,
    Inputs,
    RowChange,
    TrialChange,
    compare_inputs,
)
from metasynth.living.state import Measured, State
from metasynth.model.living_config import LivingRules
from metasynth.model.records import ChangelogEntry


@dataclass(frozen=True, slots=True)
class AnalysisChange:
    """One analysis (or one of its subgroups) before and after; None where it is not there."""

    analysis: str
    subgroup: str
    before: Measured | None
    after: Measured | None


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """An outcome before and after: its primary analysis first, then all of its analyses.

    `reading_of` is the label of the outcome that this one reads in another way, blank if none.
    `causes` are those of its numbers, `certainty` how and why its certainty changed. `comparison`
    is the label of its own, of several, or the names of its sides.
    """

    outcome: str
    label: str
    reading_of: str
    kind: str  # added | removed | changed | unchanged
    primary: AnalysisChange
    analyses: tuple[AnalysisChange, ...]
    flags: tuple[Flag, ...]
    causes: tuple[Cause, ...]
    certainty: CertaintyChange | None = None
    comparison: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the review, and its date."""

    version: str
    date: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed since the baseline; `baseline` is None for a review's first version.

    `reasons` are the entries of changelog.csv since then (if the baseline is of this version, all
    of this version), `unexplained` the changes that none of
    them covers; `cumulative` is how each outcome's primary analysis grew by year.
    """

    version: Version
    baseline: Version | None
    trials: tuple[TrialChange, ...] = ()
    rows: tuple[RowChange, ...] = ()
    choices: tuple[CellChange, ...] = ()
    software: tuple[CellChange, ...] = ()
    outcomes: tuple[OutcomeChange, ...] = ()
    reasons: tuple[ChangelogEntry, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()
    cumulative: tuple[Step, ...] = ()


def compare(before: State | None, after: State, rules: LivingRules) -> Changes:
    """What changed from one state to another; everything is empty without an earlier one."""
    version = Version(after.version, after.date)
    if before is None:
        return Changes(version, None, reasons=after.changelog)
    inputs = compare_inputs(before, after)
    outcomes = compare_outcomes(before, after, inputs, rules)
    software = any(map(_by_software, outcomes))
    return Changes(
        version,
        Version(before.version, before.date),
        inputs.trials,
        inputs.rows,
        inputs.choices,
        inputs.software,
        outcomes,
        _reasons(before, after),
        unexplained(before, after, inputs, software=software),
    )


def _reasons(before: State, after: State) -> tuple[ChangelogEntry, ...]:
    """The entries since the baseline; with a baseline of the same version, all of this version."""
    same = [e for e in after.changelog if before.version == after.version == e.version]
    return tuple(dict.fromkeys((*same, *new_entries(before, after))))


def _by_software(outcome: OutcomeChange) -> bool:
    """Whether other code or another library may have changed the outcome's numbers or ratings."""
    domains = outcome.certainty.domains if outcome.certainty else ()
    causes = chain(outcome.causes, *(domain.causes for domain in domains))
    return any(cause.kind in ("code", "library") for cause in causes)


def compare_outcomes(
    before: State, after: State, inputs: Inputs, rules: LivingRules
) -> tuple[OutcomeChange, ...]:
    """Every outcome of two states, in the order of the later one, then those that are no more."""
    old, new = _by_outcome(before.estimates), _by_outcome(after.estimates)
    numbers = Attribution(before, after, inputs)
    certainty = CertaintyAttribution(before, after, inputs, numbers)
    return tuple(
        _outcome(
            _Pair(name, tuple(old.get(name, ())), tuple(new.get(name, ())), before, after),
            numbers,
            certainty,
            rules,
        )
        for name in dict.fromkeys((*new, *old))
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """One outcome's rows in two states; the first row is that of the primary analysis."""

    name: str
    old: tuple[Measured, ...]
    new: tuple[Measured, ...]
    before: State
    after: State

    @property
    def kind(self) -> str:
        if not self.old:
            return "added"
        if not self.new:
            return "removed"
        return "unchanged" if set(self.old) == set(self.new) and self.same_primary else "changed"

    @property
    def same_primary(self) -> bool:
        return self.old[:1] == self.new[:1]

    @property
    def label(self) -> str:
        return self._choice(self.name, "label") or self.name

    @property
    def reading_of(self) -> str:
        return self._choice(self._choice(self.name, "sensitivity_of"), "label")

    @property
    def comparison(self) -> tuple[str, ...]:
        name = self._choice(self.name, "comparison")
        if not name or self.reading_of:
            return ()
        at = f"comparisons.{name}"
        sides = (f"{at}.labels.{side}" for side in ("intervention", "control"))
        label = self._said(f"{at}.label")
        return (label,) if label else tuple(filter(None, map(self._said, sides)))

    def _choice(self, outcome: str, key: str) -> str:
        """What the later state says of an outcome, else the earlier one."""
        return self._said(f"outcomes.{outcome}.{key}")

    def _said(self, name: str) -> str:
        return self.after.choices.get(name) or self.before.choices.get(name, "")

    @property
    def analyses(self) -> tuple[AnalysisChange, ...]:
        old, new = ({(r.analysis, r.subgroup): r for r in rows} for rows in (self.old, self.new))
        keys = dict.fromkeys((*new, *old))
        return tuple(AnalysisChange(*key, old.get(key), new.get(key)) for key in keys)


def _outcome(
    pair: _Pair, numbers: Attribution, certainty: CertaintyAttribution, rules: LivingRules
) -> OutcomeChange:
    first, last = next(iter(pair.old), None), next(iter(pair.new), None)
    named = last or first
    assert named is not None, "an outcome has rows in one state at least"
    both = bool(first and last)
    causes = numbers.causes(pair.name) if pair.kind == "changed" else ()
    rated = certainty.change(pair.name, causes) if both else None
    return OutcomeChange(
        pair.name,
        pair.label,
        pair.reading_of,
        pair.kind,
        AnalysisChange(named.analysis, named.subgroup, first, last),
        pair.analyses,
        flags(first, last, rated, rules) if both else (),
        causes,
        rated,
        pair.comparison,
    )


def _by_outcome(estimates: Iterable[Measured]) -> dict[str, list[Measured]]:
    found: dict[str, list[Measured]] = {}
    for row in estimates:
        found.setdefault(row.outcome, []).append(row)
    return found
