"""The declared moderators of a model as a design matrix over the studies that have all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metasynth.core.arrays import Array
from metasynth.core.messages import Refused, Sentence, sentence
from metasynth.model.covariates import Level, is_category, level_of, level_order
from metasynth.model.moderated_effects import Part
from metasynth.model.moderators import (
    INTERCEPT,
    ModeratorModel,
    ModeratorTerm,
    Setting,
    all_terms,
)
from metasynth.model.records import StudyData
from metasynth.stats.moderator_terms import (
    CategoricalTerm,
    Layout,
    NumericTerm,
    Term,
    dependent_columns,
)


class NoDesign(Refused):
    """Moderators that make no design, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class ModeratorDesign:
    """The terms over the studies at the places `kept`, which have a value of each and an effect.

    `names` of the columns are "latitude", "allocation[alternate]", "dose[spline 2]" and, of
    interactions, two such joined by ":"; `parts` say the same for people, the intercept having
    none. `left_out` are the labels of the other studies.
    """

    layout: Layout
    values: dict[str, list[Level]]
    kept: tuple[int, ...]
    left_out: tuple[str, ...]
    names: tuple[str, ...]
    parts: tuple[tuple[Part, ...], ...]

    @property
    def matrix(self) -> Array:
        """Shape (k, p)."""
        return self.layout.matrix(self.values)  # type: ignore[arg-type]

    def whole(self, settings: Sequence[Setting]) -> tuple[Setting, ...]:
        """A value of every term: those that are set, else the mean, or the reference."""
        known = {setting.term: setting for setting in settings}
        return tuple(known.get(term.name, self._held(term)) for term in self.layout.terms)

    def _held(self, term: Term) -> Setting:
        if isinstance(term, CategoricalTerm):
            return Setting(term.name, level=term.levels[0])
        return Setting(term.name, number=float(np.mean(np.array(self.values[term.name]))))

    def row(self, settings: Sequence[Setting]) -> Array:
        """The row of the design at some settings, the other terms being held; shape (p,).

        Raises:
            NoDesign: for a level that no study has.
        """
        at: dict[str, list[Level]] = {}
        for setting, term in zip(self.whole(settings), self.layout.terms, strict=True):
            if isinstance(term, CategoricalTerm) and setting.level not in term.levels:
                raise NoDesign(_no_level(setting.level))
            at[term.name] = [setting.level if setting.number is None else setting.number]
        return np.asarray(self.layout.matrix(at)[0])  # type: ignore[arg-type]

    def outside(self, settings: Sequence[Setting]) -> tuple[str, ...]:
        """The names of terms that are set to a number outside the range of the studies."""
        return tuple(
            one.term
            for one in settings
            if one.number is not None
            and not min(self.values[one.term]) <= one.number <= max(self.values[one.term])  # type: ignore[operator]
        )


def moderator_design(
    model: ModeratorModel, studies: Sequence[StudyData], v: Array
) -> ModeratorDesign:
    """The design of a declared model.

    Parameters:
        model: whose terms it is of.
        studies: in the order of `v`.
        v: variances of their effects, infinite of what has none, shape (k,).

    Raises:
        NoDesign: when no study has the reference level, or columns depend on each other.
    """
    found = [_values(all_terms(model), study) for study in studies]
    kept = [i for i, own in enumerate(found) if own is not None and np.isfinite(v[i])]
    left_out = tuple(s.label for s, own in zip(studies, found, strict=True) if own is None)
    values = {
        term.name: [own[term.name] for i in kept if (own := found[i]) is not None]
        for term in model.terms
    }
    terms = tuple(_term(term, values[term.name]) for term in model.terms)
    labels = {term.name: term.label for term in model.terms}
    columns = {term.name: _columns(term, labels[term.name]) for term in terms}
    named = [(INTERCEPT, ()), *(own for term in terms for own in columns[term.name])]
    for one, other in model.interactions:
        named += [
            (f"{a}:{b}", (*first, *second))
            for b, second in columns[other]
            for a, first in columns[one]
        ]
    names, parts = zip(*named, strict=True)
    layout = Layout(terms, model.interactions)
    return ModeratorDesign(layout, values, tuple(kept), left_out, names, parts)


def dependence(design: ModeratorDesign, matrix: Array) -> Sentence | None:
    """What makes the columns of a design depend on each other, by their names; None if none do.

    Parameters:
        design: which names the columns.
        matrix: its columns over the studies that are looked at, shape (k, p).
    """
    places = dependent_columns(matrix)
    if not places:
        return None
    *others, last = (design.names[i] for i in places)
    levels = any(part.level for part in design.parts[places[-1]])
    if not others and levels:
        return sentence("no study has {column}", column=last)
    if others in ([], [INTERCEPT]):  # a number of which nothing is left once it is centred
        return sentence("all studies have the same value of {column}", column=last)
    return sentence(
        "the columns {columns} and {last} depend on each other, so that their coefficients cannot"
        " be told apart",
        columns=", ".join(others),
        last=last,
    )


def _values(terms: Sequence[ModeratorTerm], study: StudyData) -> dict[str, Level] | None:
    """A study's value of each term; None where one is missing."""
    known = {value.column: value for value in study.values}
    found: dict[str, Level] = {}
    for term in terms:
        level = level_of(term, known[term.column]) if term.column in known else None
        if level is None:
            return None
        found[term.name] = level
    return found


def _term(term: ModeratorTerm, values: Sequence[Level]) -> Term:
    if is_category(term):
        return CategoricalTerm(term.name, _levels(term, values))
    x = np.array(values, dtype=float)
    centre = term.centre if term.centre is not None else float(x.mean()) if len(x) else 0.0
    return NumericTerm(term.name, centre, term.per, term.knots)


def _levels(term: ModeratorTerm, values: Sequence[Level]) -> tuple[str, ...]:
    """The levels that studies have, the reference first, the others as declared or by name."""
    there = {str(value) for value in values}
    order = level_order(term)
    own = [level for level in order if level in there] if order else sorted(there)
    reference = term.reference or (own[0] if own else "")
    if there and reference not in there:
        raise NoDesign(_no_level(reference))
    return (reference, *(level for level in own if level != reference))


def _no_level(level: str) -> Sentence:
    return sentence("no study has the level {level}", level=level)


def _columns(term: Term, label: str) -> list[tuple[str, tuple[Part, ...]]]:
    """The names of a term's columns, and what they are of it."""
    if isinstance(term, CategoricalTerm):
        return [
            (f"{term.name}[{level}]", (Part(label, level, term.levels[0]),))
            for level in term.levels[1:]
        ]
    if not term.knots:
        return [(term.name, (Part(label, centre=term.centre, per=term.per),))]
    return [
        (f"{term.name}[spline {bend}]", (Part(label, bend=bend, centre=term.centre, per=term.per),))
        for bend in range(1, len(term.knots))
    ]
