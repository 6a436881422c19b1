"""What a check is, what it looks at, and the doubts that it finds."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from metasynth.core.faults import Fault
from metasynth.core.strict_yaml import Keys
from metasynth.model.records import (
    Arm,
    Cell,
    Comparison,
    Config,
    OutcomeSpec,
    Result,
    Topic,
    Trial,
)
from metasynth.synthesis.comparison import makes, selected_rows, takes_part, topics
from metasynth.tables.raw_table import Row
from metasynth.tables.reader import RawTables

Chosen = tuple[Trial, tuple[Result, ...]]
"""An included trial and those of its rows that an outcome selects, numbers all of them."""
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something doubtful at one place: a row of a table, an entry of config.yaml, or a file.

    `column` and `value` belong to a row's cell and to an entry; a file needs neither. A doubt that
    is `about` rows is told of only where no check before has doubted one of them.
    """

    place: Cell | Keys | str
    column: str
    expected: str
    remedy: str
    value: object = None
    about: tuple[Cell, ...] = ()


@dataclass(frozen=True, eq=False)
class View:
    """A review without faults, as checks look at it; without a configuration, its tables alone."""

    config: Config | None
    raw: RawTables
    trials: tuple[Trial, ...]

    @cached_property
    def outcomes(self) -> tuple[OutcomeSpec, ...]:
        """The outcomes of config.yaml."""
        return self.config.outcomes if self.config else ()

    @cached_property
    def comparisons(self) -> Mapping[str, Comparison]:
        """What is compared, by name, the arms of one side taken together."""
        known = self.config.comparisons if self.config else {"": Comparison((), ())}
        return {
            name: replace(sides, multi_arm="combine", strata="add") for name, sides in known.items()
        }

    def comparison_of(self, outcome: OutcomeSpec) -> Comparison:
        """What an outcome compares, the arms of one side taken together."""
        return self.comparisons[outcome.comparison]

    def takes_part(self, arm: Arm) -> bool:
        """Whether an arm is on a side of any comparison."""
        return any(takes_part(arm, one) for one in self.comparisons.values())

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The treatments of all comparisons, each once."""
        sides = (side for one in self.comparisons.values() for side in one.sides)
        return tuple(dict.fromkeys(treatment for side in sides for treatment in side))

    @cached_property
    def included(self) -> tuple[Trial, ...]:
        """The trials that are pooled."""
        return tuple(trial for trial in self.trials if trial.study.status == "included")

    @cached_property
    def _by_topic(self) -> dict[Topic, list[Trial]]:
        """The included trials that say something of an outcome at a week, reduced to that."""
        found: dict[Topic, list[Trial]] = {}
        for trial in self.included:
            for topic, part in topics(trial).items():
                found.setdefault(topic, []).append(part)
        return found

    @cached_property
    def _chosen(self) -> dict[tuple[str, tuple[Topic, ...]], tuple[Chosen, ...]]:
        return {}

    def chosen(self, outcome: OutcomeSpec) -> tuple[Chosen, ...]:
        """The included trials with numbers for an outcome, and the rows that it selects there.

        Of several effects a trial comes once for each of which it has numbers.
        """
        key = outcome.id, outcome.topics
        if key not in self._chosen:
            parts = [part for topic in outcome.topics for part in self._by_topic.get(topic, ())]
            chosen = self.comparison_of(outcome)
            rows = ((part, tuple(selected_rows(part, outcome, chosen))) for part in parts)
            asked = (pair for pair in rows if not outcome.comparison or makes(pair[0], chosen))
            self._chosen[key] = tuple(pair for pair in asked if pair[1])
        return self._chosen[key]

    def results(self) -> Iterator[tuple[Trial, Result]]:
        """Every row of results with a number, of included trials."""
        for trial in self.included:
            for row in trial.results:
                if row.provenance != "missing":
                    yield trial, row

    @cached_property
    def _looked_up(self) -> dict[Callable[["View"], Any], Any]:
        return {}

    def once(self, look: Callable[["View"], Found]) -> Found:
        """What `look` finds in this view; it is asked once, however many checks need it."""
        if look not in self._looked_up:
            self._looked_up[look] = look(self)
        found: Found = self._looked_up[look]
        return found

    @cached_property
    def _rows(self) -> dict[tuple[str, int], Row]:
        return {(t.file, row.number): row for t in self.raw.each() for row in t.rows}

    def row(self, cell: Cell) -> Row:
        """The row of a table as text."""
        return self._rows[cell.file, cell.row]

    @cached_property
    def primary(self) -> tuple[OutcomeSpec, ...]:
        """Outcomes that do not read another one's rows again; each effect of several by itself."""
        own = (outcome for outcome in self.outcomes if not outcome.sensitivity_of)
        return tuple(one for outcome in own for one in outcome.each)


Find = Callable[[View], Iterable[Doubt]]


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of slip: its name, where it stands, what is looked for, and what finds it.

    `find` is None for what the rules of single rows and files find on their way (result_rules,
    flow_rules, protocol_rules, changelog). A doubt of severity "error" is certain: it cannot be
    answered, only mended.
    """

    name: str
    table: str
    looks_for: str
    find: Find | None = None
    severity: str = "warning"


def of_kind(fault: Fault, check: Check) -> Fault:
    """A fault that says which check has found it."""
    return replace(fault, kind=check.name, severity=check.severity)


def trial_name(trial: Trial) -> str:
    """A trial as messages call it."""
    return f"{trial.study.study} ({trial.study.label})"


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names in a row, cut where there are many."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more
