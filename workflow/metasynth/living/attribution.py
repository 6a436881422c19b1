"""To what the change of an outcome's numbers is due: data, choices, code, or a library.

An outcome's change is put down to whatever differs among the things that its pooled numbers are
made from. Where several differ all are named, since two states alone cannot part them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from metasynth.living.input_changes import Inputs, RowChange
from metasynth.living.state import State

_COUNTED = frozenset(
    [
        *("events", "total", "person_time", "mean", "sd"),
        *("estimate", "se", "ci_low", "ci_high", "o_minus_e", "variance", "correlation"),
        *("measure", "ci_level", "reported_p", "median", "q1", "q3", "minimum", "maximum"),
        *("baseline_mean", "baseline_sd", "final_mean", "final_sd", "change_correlation"),
        *("reported_t", "reported_f", "reported_z", "events_both", "mean_both"),
        *("design_effect", "cluster_size", "icc", "pair_correlation", "unit"),
        *("follow_up_min", "follow_up_max", "provenance"),
    ]
)
"""Columns of results.csv that reach a pool; provenance does by saying that a number is missing."""
_DRAWN = frozenset(("survival", "at_risk"))
"""Columns of survival.csv that do; another time is another row."""
_SELECTING = frozenset(
    [
        *("outcome", "week", "reading", "comparison", "type", "measure", "per", "subgroup"),
        *("analyses", "few", "units", "effects"),
    ]
)
"""Choices of an outcome that its numbers depend on; labels and notes are none of them."""
_WORDS = frozenset({"label", "note"})
_NAMES = frozenset({"label", "labels"})
_CODE = frozenset({"code", "rating"})


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of thing that differs among what an outcome is made from, and which of them.

    unknown: the numbers differ and nothing that they are made from does.
    """

    kind: str  # data | config | code | library | unknown
    items: tuple[str, ...]


def named(found: Mapping[str, Sequence[str]]) -> tuple[Cause, ...]:
    """The causes of these kinds, each with what differs; unknown where nothing does."""
    causes = tuple(Cause(kind, tuple(items)) for kind, items in found.items() if items)
    return causes or (Cause("unknown", ()),)


class Attribution:
    """The causes of changes between two states, looked up outcome by outcome."""

    def __init__(self, before: State, after: State, inputs: Inputs) -> None:
        self._inputs = inputs
        self._sides = _Side(before), _Side(after)
        self._rows = [
            row for row in inputs.rows if row.table in ("results", "survival", "study", "arms")
        ]

    def causes(self, outcome: str) -> tuple[Cause, ...]:
        """What differs among the things that the outcome's numbers are made from."""
        libraries = (item for item in self._inputs.software if item.name not in _CODE)
        found = {
            "data": [
                f"{row.study} {row.name}" for row in self._rows if self._informs(row, outcome)
            ],
            "config": [c.name for c in self._inputs.choices if self._is_input(c.name, outcome)],
            "code": [item.name for item in self._inputs.software if item.name == "code"],
            "library": [f"{c.name} {c.before or '–'} → {c.after or '–'}" for c in libraries],
        }
        return named(found)

    def reads(self, outcome: str, study: str) -> bool:
        """Whether the outcome reads any row of the study's results, in either state."""
        return any(side.selects_any(outcome, study) for side in self._sides)

    def choices(self, outcome: str, key: str) -> set[str]:
        """What either state says of the outcome."""
        return {side.choice(outcome, key) for side in self._sides}

    def _informs(self, row: RowChange, outcome: str) -> bool:
        """Whether a changed row can change the outcome's numbers.

        A trial or arm that comes or goes does so by its results, which are rows of their own.
        """
        changed = {cell.name for cell in row.cells}
        if row.table == "results":
            return bool(changed & _COUNTED) and any(
                row.study in side.included and side.selects(outcome, row.study, row.key)
                for side in self._sides
            )
        if row.table == "survival":
            return bool(changed & _DRAWN) and any(
                row.study in side.included and side.draws(outcome, row.study, row.key)
                for side in self._sides
            )
        watched = {"treatment", "stratum"}
        if row.table == "study":
            watched = {"status", "design", *self.choices(outcome, "subgroup")}
        return (
            row.kind == "corrected" and bool(changed & watched) and self.reads(outcome, row.study)
        )

    def _is_input(self, key: str, outcome: str) -> bool:
        """Whether a choice, by its dotted key, reaches the outcome's numbers."""
        section, _, rest = key.partition(".")
        name, _, last = rest.partition(".")
        if section == "outcomes":
            return name == outcome and last.split(".")[0] in _SELECTING
        if section == "few":
            return any(side.has_policy_of_review(outcome) for side in self._sides)
        if section == "analyses":
            used = any(name in side.analyses(outcome) for side in self._sides)
            return used and last not in _WORDS
        if section == "comparisons":
            return name in self.choices(outcome, "comparison") and last.split(".")[0] not in _NAMES
        return section == "conversions" or (section == "comparison" and name != "labels")


class _Side:
    """One state: which rows of results.csv an outcome reads, by study and key.

    Rows that only say that a number is missing are read by none.
    """

    def __init__(self, state: State) -> None:
        self._choices = state.choices
        self._results: dict[str, dict[str, _Place]] = {}
        self._treatments: dict[str, dict[str, str]] = {}
        self._curves: dict[tuple[str, str], _Place] = {}
        self.included = set[str]()
        for row in state.rows:
            cells = row.cells
            if row.table == "arms":
                own = self._treatments.setdefault(row.study, {})
                own[cells["arm_id"]] = cells.get("treatment", "")
            elif row.table == "results" and cells.get("provenance") != "missing":
                self._results.setdefault(row.study, {})[row.key] = _place(cells)
            elif row.table == "survival":
                self._curves[row.study, row.key] = _place(cells)
            elif row.table == "study" and cells.get("status") == "included":
                self.included.add(row.study)

    def _is_compared(self, outcome: str, study: str, arm: str) -> bool:
        """Whether an arm is on a side of the comparison, or may be: a list is one text.

        As comparison.takes_part, and comparison.makes: where there are several, of a trial that has
        an arm on each side.
        """
        name, own = self.choice(outcome, "comparison"), self._treatments.get(study, {})
        at = f"comparisons.{name}" if name else "comparison"
        found = (self._choices.get(f"{at}.{side}", "") for side in ("intervention", "control"))
        sides = [side for side in found if side]
        made = all(any(treatment in side for treatment in own.values()) for side in sides)
        if arm not in own or (name and not made):
            return False
        return not sides or any(own[arm] in side for side in sides)

    def choice(self, outcome: str, key: str) -> str:
        """What config.yaml says of the outcome; blank where it says nothing."""
        return self._choices.get(f"outcomes.{outcome}.{key}", "")

    def has_policy_of_review(self, outcome: str) -> bool:
        """Whether the review's policy of few trials is that of the outcome."""
        own = self.choice(outcome, "few") or self.choice(outcome, "few.primary")
        return not own and "few.primary" in self._choices

    def analyses(self, outcome: str) -> set[str]:
        """The names of those that the outcome has, one of them perhaps by a policy."""
        by_policy = self.choice(outcome, "few.primary")
        if self.has_policy_of_review(outcome):
            by_policy = self._choices["few.primary"]
        return {*self.choice(outcome, "analyses").split(", "), by_policy}

    def selects(self, outcome: str, study: str, key: str) -> bool:
        """Whether the outcome reads this row of the study's results, if there is such a row.

        As comparison.selected_rows: of two readings of an arm, the one that the outcome names.
        """
        place = self._results.get(study, {}).get(key)
        if place is None or not all(
            self._is_compared(outcome, study, arm) for arm in (place.arm, place.reference) if arm
        ):
            return False
        reading = self.choice(outcome, "reading")
        if (place.outcome, place.week) not in self._topics(outcome) or place.reading not in (
            "",
            reading,
        ):
            return False
        named = replace(place, reading=reading)
        return place == named or named not in self._results[study].values()

    def draws(self, outcome: str, study: str, key: str) -> bool:
        """Whether this row of the study's survival curves, if there is one, is of the outcome."""
        place = self._curves.get((study, key))
        if place is None or not self._is_compared(outcome, study, place.arm):
            return False
        return (place.outcome, place.week) in self._topics(outcome)

    def _topics(self, outcome: str) -> set[tuple[str, str]]:
        """The outcome and week of the rows that it reads; those of each of several effects."""
        start = f"outcomes.{outcome}.effects."
        own = (key[: -len(".outcome")] for key in self._choices if key.startswith(start))
        effects = {key for key in own if f"{key}.outcome" in self._choices}
        found = {
            (self._choices[f"{e}.outcome"], self._choices.get(f"{e}.week", "")) for e in effects
        }
        return found or {(self.choice(outcome, "outcome"), self.choice(outcome, "week"))}

    def selects_any(self, outcome: str, study: str) -> bool:
        """Whether the outcome reads any row of the study's results."""
        return any(self.selects(outcome, study, key) for key in self._results.get(study, {}))


@dataclass(frozen=True, slots=True)
class _Place:
    """What a row of results.csv is about."""

    outcome: str
    week: str
    reading: str
    arm: str
    reference: str


def _place(cells: Mapping[str, str]) -> _Place:
    names = ("outcome", "week", "reading", "arm_id", "reference_arm_id")
    return _Place(*(cells.get(name, "") for name in names))
