"""RevMan's comparisons as those of one review that share its trials.

RevMan names the two groups of each analysis, and nothing says whether two groups of one name are
the same: a word such as "Experimental" is another treatment in each comparison, one such as
"Placebo" the same. Comparisons of the same two groups are one. An outcome is shared by comparisons
only where every trial's numbers agree, and no comparison would take in a trial that its own
analysis does not have; else each has an outcome of its own, with the file's numbers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from metasynth.importers.found import ComparisonFound, LeftOut, OutcomeFound
from metasynth.importers.identifiers import LONGEST, identifier
from metasynth.importers.revman_records import Analysis
from metasynth.importers.source import Results, Sides
from metasynth.model.records import IN_COMPARISON
from metasynth.tables.table_schema import MOST_LETTERS

_NUMBERED = 3
"""Letters that tell an outcome from another of its name, as in death_2."""
_UNSAID = frozenset(
    f"{word}{group}"
    for word in ("experimental", "intervention", "treatment", "control", "comparator", "comparison")
    for group in ("", " group")
)
"""Names of a group that do not say which treatment it had."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an analysis stands: in which comparison, with which sides.

    `named` is its comparison in the file, where that stands in another of the same sides.
    """

    comparison: str
    sides: Sides
    named: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A place for each analysis, the comparisons where there are several, and remarks."""

    places: Sequence[Place]
    comparisons: Mapping[str, ComparisonFound]
    remarks: Sequence[LeftOut]


def place(analyses: Sequence[Analysis], names: Mapping[str, str], unnamed: Sides) -> Placed:
    """The place of each analysis; `names` are the file's of its comparisons, `unnamed` of sides."""
    told = _told(analyses, names)
    sides = _apart(analyses, _said(analyses, _spelt(analyses, unnamed), told))
    groups = {
        number: [i for i, one in enumerate(analyses) if one.comparison == number] for number in told
    }
    first: dict[frozenset[tuple[str, ...]], str] = {}
    within: dict[str, str] = {}
    for number, own in groups.items():
        both = _both(sides, own)
        earlier = first.get(frozenset(both))
        if earlier is not None and _both(sides, groups[earlier]) != both:  # turned round
            for i in own:
                sides[i] = _renamed(sides[i], told[number])
            both, earlier = _both(sides, own), None
        within[number] = earlier or number
        first.setdefault(frozenset(both), number)
    ids = _ids(analyses, [n for n in told if within[n] == n], told)
    places = [
        Place(
            ids[within[one.comparison]],
            own,
            told[one.comparison] if within[one.comparison] != one.comparison else "",
        )
        for one, own in zip(analyses, sides, strict=True)
    ]
    remarks = [
        LeftOut(None, told[n], f"the same sides as {told[other]}: one comparison here", kept=True)
        for n, other in within.items()
        if other != n
    ]
    return Placed(places, _found(places, ids, told) if len(ids) > 1 else {}, remarks)


def _told(analyses: Iterable[Analysis], names: Mapping[str, str]) -> dict[str, str]:
    """What the comparisons are called, each otherwise, by their numbers."""
    numbers = list(dict.fromkeys(one.comparison for one in analyses))
    times = Counter(names.get(number, "").casefold() for number in numbers)
    return {
        number: names[number]
        if names.get(number) and times[names[number].casefold()] == 1
        else " ".join(filter(None, (names.get(number, ""), f"comparison {number}".strip())))
        for number in numbers
    }


def _spelt(analyses: Iterable[Analysis], unnamed: Sides) -> list[Sides]:
    """The sides of each analysis, a name always spelt as it is first."""
    known: dict[str, str] = {}

    def spelling(name: str, otherwise: str) -> str:
        return known.setdefault((name or otherwise).casefold(), name or otherwise)

    return [
        Sides(
            spelling(one.intervention, unnamed.intervention),
            spelling(one.control, unnamed.control),
        )
        for one in analyses
    ]


def _said(
    analyses: Sequence[Analysis], sides: Sequence[Sides], told: Mapping[str, str]
) -> list[Sides]:
    """The sides, where a name that says nothing stands in several comparisons with each one's."""
    places: dict[str, set[str]] = {}
    for one, own in zip(analyses, sides, strict=True):
        for name in (own.intervention, own.control):
            places.setdefault(name, set()).add(one.comparison)
    unsaid = {name for name, of in places.items() if len(of) > 1 and name.casefold() in _UNSAID}
    return [
        Sides(*(f"{n} ({told[one.comparison]})" if n in unsaid else n for n in _names(own)))
        for one, own in zip(analyses, sides, strict=True)
    ]


def _names(sides: Sides) -> tuple[str, str]:
    return sides.intervention, sides.control


def _renamed(sides: Sides, more: str) -> Sides:
    return Sides(*(f"{name} ({more})" for name in _names(sides)))


def _apart(analyses: Sequence[Analysis], sides: Sequence[Sides]) -> list[Sides]:
    """The sides, without names that stand on both sides of a comparison."""
    taken: dict[tuple[str, int], set[str]] = {}
    made = []
    for one, own in zip(analyses, sides, strict=True):
        names = []
        for side, name in enumerate(_names(own)):
            other = taken.setdefault((one.comparison, 1 - side), set())
            number = ".".join(filter(None, (one.comparison, one.number)))
            names.append(f"{name} (analysis {number})" if name in other else name)
            taken.setdefault((one.comparison, side), set()).add(names[-1])
        made.append(Sides(*names))
    return made


def _both(sides: Sequence[Sides], own: Iterable[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the two sides of some analyses."""
    left, right = zip(*(_names(sides[i]) for i in own), strict=True)
    return tuple(sorted(set(left))), tuple(sorted(set(right)))


def _ids(
    analyses: Sequence[Analysis], numbers: Sequence[str], told: Mapping[str, str]
) -> dict[str, str]:
    """Ids of comparisons, short enough to follow that of any outcome: all by name, or by number."""
    lengthened = len(numbers) < len(told) or not all(one.total for one in analyses)
    longest = max(len(identifier(one.name, (), "outcome")) for one in analyses)
    room = MOST_LETTERS - len(IN_COMPARISON) - _NUMBERED - (LONGEST if lengthened else longest)
    named: dict[str, str] = {}
    for number in numbers:
        named[number] = identifier(told[number], named.values(), "comparison")
    if all(len(name) <= room for name in named.values()):
        return named
    return {number: f"c{n}" for n, number in enumerate(numbers, start=1)}


def _found(
    places: Iterable[Place], ids: Mapping[str, str], told: Mapping[str, str]
) -> dict[str, ComparisonFound]:
    own: dict[str, list[Sides]] = {}
    for one in places:
        own.setdefault(one.comparison, []).append(one.sides)
    return {
        name: ComparisonFound(
            told[number],
            tuple(dict.fromkeys(sides.intervention for sides in own[name])),
            tuple(dict.fromkeys(sides.control for sides in own[name])),
        )
        for number, name in ids.items()
    }


# --- outcomes -----------------------------------------------------------------------------------

Rows = Sequence[tuple[tuple[str, str], Results]]
"""The results of each study in an analysis, by its name and year."""


@dataclass(slots=True)
class Outcomes:
    """The outcomes of a file as they are found, each with the rows of its comparisons."""

    comparisons: Mapping[str, ComparisonFound]
    _known: dict[str, OutcomeFound] = field(default_factory=dict)
    _rows: dict[str, dict[str, Rows]] = field(default_factory=dict)
    _kinds: dict[str, str] = field(default_factory=dict)

    def add(self, found: OutcomeFound, at: Place, kind: str, rows: Rows) -> str:
        """The id of an outcome: a new one, or that of the same in another comparison."""
        for name, known in self._known.items() if self.comparisons else ():
            same = replace(found, id=name, comparisons=known.comparisons) == known
            together = {**self._rows[name], at.comparison: rows}
            if (
                same
                and self._kinds[name] == kind
                and at.comparison not in known.comparisons
                and agree(together, self.comparisons)
            ):
                more = (*known.comparisons, at.comparison)
                self._known[name], self._rows[name] = replace(known, comparisons=more), together
                return name
        name = identifier(found.label, self._known, "outcome")
        of = (at.comparison,) if self.comparisons else ()
        self._known[name] = replace(found, id=name, comparisons=of)
        self._rows[name], self._kinds[name] = {at.comparison: rows}, kind
        return name

    def used(self, ids: Iterable[str]) -> tuple[OutcomeFound, ...]:
        """The outcomes that have results."""
        wanted = set(ids)
        return tuple(one for name, one in self._known.items() if name in wanted)


def agree(rows: Mapping[str, Rows], comparisons: Mapping[str, ComparisonFound]) -> bool:
    """Whether one outcome can hold what several comparisons have, and each still selects its own.

    That is so where a group of a trial has the same numbers in all, and no comparison finds both
    of its sides in a trial that it does not have, or more than one group on a side. Nor may two
    have the same groups of a trial, whose rows would be taken for parts of it.
    """
    pairs = [(study, *(one.treatment for one in rs)) for own in rows.values() for study, rs in own]
    if len(set(pairs)) < len(pairs):
        return False
    numbers: dict[tuple[tuple[str, str], str, str], Mapping[str, str]] = {}
    groups: dict[tuple[str, str], set[str]] = {}
    for own in rows.values():
        if any(first == second for first, second in pairwise(sorted(study for study, _ in own))):
            return False  # a trial in parts
        for study, results in own:
            for one in results:
                key = (study, one.treatment, one.reference)
                if numbers.setdefault(key, one.numbers) != one.numbers:
                    return False
                groups.setdefault(study, set()).update({one.treatment, one.reference} - {""})
    return all(
        {study for study, found in groups.items() if all(_on(comparisons[name], found))}
        == {study for study, _ in own}
        and all(_on(comparisons[name], groups[study]) == (1, 1) for study, _ in own)
        for name, own in rows.items()
    )


def _on(comparison: ComparisonFound, treatments: set[str]) -> tuple[int, int]:
    """How many of a trial's groups are on each side of a comparison."""
    return (
        len(treatments.intersection(comparison.intervention)),
        len(treatments.intersection(comparison.control)),
    )
