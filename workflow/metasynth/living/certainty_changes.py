"""How an outcome's certainty changed between two states: domain by domain, and why.

A panel's rating changes by its row of certainty.csv. A rule's changes by what the rule reads: the
outcome's numbers, the trials' risk of bias, the rule's own limits, or the software that rates.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from metasynth.core.messages import Sentence
from metasynth.grade.certainty import Rating
from metasynth.living.attribution import Attribution, Cause, named
from metasynth.living.input_changes import Inputs
from metasynth.living.state import Rated, State
from metasynth.model.certainty_config import OVERALL

_PANEL = "panel"
RULES_READ = {
    "risk_of_bias": ("risk_of_bias", "one_degree"),
    "inconsistency": ("inconsistency", "imprecision.important", "one_degree", "control_risk"),
    "indirectness": ("indirectness", "one_degree"),
    "imprecision": ("imprecision", "one_degree", "control_risk"),
    "publication_bias": ("publication_bias",),
    OVERALL: ("start",),
}
"""Keys of `certainty` in config.yaml that each domain's rule reads (grade/domains.py)."""
_BY_IMPORTANCE = ("inconsistency", "imprecision")
"""Domains whose rule reads the smallest important differences of `living` as well."""
_JUDGED = frozenset({"outcome", "domain", "judgement"})
"""Columns of risk_of_bias.csv that the rule of risk of bias reads."""


@dataclass(frozen=True, slots=True)
class DomainChange:
    """A domain whose rating changed, in levels (None: not rated), why it is rated so, and causes.

    "overall" stands for the level that certainty begins with, or for the sum of the domains where
    none of them moved.
    """

    domain: str
    before: int | None
    after: int | None
    reasons: tuple[Sentence, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class CertaintyChange:
    """An outcome's certainty before and after, and the domains that moved it."""

    before: str
    after: str
    domains: tuple[DomainChange, ...]


class CertaintyAttribution:
    """The changes of certainty between two states, looked up outcome by outcome."""

    def __init__(self, before: State, after: State, inputs: Inputs, numbers: Attribution) -> None:
        self._sides = _by_outcome(before.ratings), _by_outcome(after.ratings)
        self._inputs = inputs
        self._numbers = numbers

    def change(self, outcome: str, numbers: Iterable[Cause]) -> CertaintyChange | None:
        """How the outcome's certainty changed; None where a state does not rate it, or neither did.

        `numbers` are the causes of its change of numbers, none if these are the same.
        """
        old, new = (side.get(outcome, {}) for side in self._sides)
        if not (_level(old) and _level(new)):
            return None
        causes = tuple(numbers)
        moved = tuple(self._moved(outcome, old, new, causes))
        elsewhere = _start(old) != _start(new)
        if _level(old) != _level(new) and (not moved or elsewhere):
            reasons = new[OVERALL].reasons[:1]
            due = self._of_the_rule(outcome, OVERALL, causes if elsewhere else ())
            moved += (DomainChange(OVERALL, None, None, reasons, due),)
        return CertaintyChange(_level(old), _level(new), moved) if moved else None

    def _moved(
        self,
        outcome: str,
        old: Mapping[str, Rated],
        new: Mapping[str, Rated],
        numbers: tuple[Cause, ...],
    ) -> Iterator[DomainChange]:
        """The domains with another rating; one that raises is rated only where it does."""
        for domain in dict.fromkeys((*new, *old)):
            pair = [rated for side in (old, new) if (rated := side.get(domain))]
            before, after = (side[domain].rating if domain in side else None for side in (old, new))
            if domain == OVERALL or (before or 0) == (after or 0):
                continue
            if _PANEL in {rated.source for rated in pair}:
                causes = named({"data": self._panel(outcome, domain)})
            else:
                causes = self._of_the_rule(outcome, domain, numbers)
            reasons = new[domain].reasons if domain in new else ()
            yield DomainChange(domain, before, after, reasons, causes)

    def _panel(self, outcome: str, domain: str) -> list[str]:
        """The changed rows of certainty.csv that rate the domain."""
        key = f"{outcome} {domain}"
        return [r.name for r in self._inputs.rows if (r.table, r.key) == ("certainty", key)]

    def _of_the_rule(
        self, outcome: str, domain: str, numbers: tuple[Cause, ...]
    ) -> tuple[Cause, ...]:
        """What differs among the things that the domain's rule reads."""
        found = {kind: list[str]() for kind in ("data", "config", "code", "library")}
        for cause in numbers:
            found.setdefault(cause.kind, []).extend(cause.items)
        if domain == "risk_of_bias":
            found["data"] += self._judgements(outcome)
        if domain == OVERALL:
            found["data"] += self._designs(outcome)
        found["config"] += [c.name for c in self._inputs.choices if reads(domain, outcome, c.name)]
        found["code"] += [c.name for c in self._inputs.software if c.name == "rating"]
        return named(found)

    def _judgements(self, outcome: str) -> list[str]:
        """The changed judgements of the risk of bias of the outcome's trials."""
        concerned = {"", *self._numbers.choices(outcome, "outcome")}
        return [
            f"{row.study} {row.name}"
            for row in self._inputs.rows
            if row.table == "risk_of_bias"
            and _JUDGED & {cell.name for cell in row.cells}
            and self._numbers.reads(outcome, row.study)
            and row.key.partition(" ")[0].removeprefix("-") in concerned
        ]

    def _designs(self, outcome: str) -> list[str]:
        """The changed designs of the outcome's trials."""
        return [
            f"{row.study} {row.name}"
            for row in self._inputs.rows
            if row.table == "study"
            and any(cell.name == "design" for cell in row.cells)
            and self._numbers.reads(outcome, row.study)
        ]


def kept(ratings: Iterable[Rating]) -> tuple[Rated, ...]:
    """What a state keeps of ratings."""
    names = [field.name for field in fields(Rated)]
    return tuple(Rated(**{name: getattr(row, name) for name in names}) for row in ratings)


def reads(domain: str, outcome: str, choice: str) -> bool:
    """Whether the domain's rule reads a choice, by its dotted key, for the outcome."""
    declared = "certainty.indirectness.outcomes."
    if choice.startswith(declared) and not choice.startswith(f"{declared}{outcome}."):
        return False
    if domain in _BY_IMPORTANCE and choice.startswith("living.important_difference."):
        return choice.split(".")[2:3] == ["measures"] or choice.split(".")[3:] == [outcome]
    keys = (f"certainty.{key}" for key in RULES_READ.get(domain, ()))
    return any(choice == key or choice.startswith(f"{key}.") for key in keys)


def _level(ratings: Mapping[str, Rated]) -> str:
    """The certainty of an outcome's ratings; blank where it is not rated."""
    overall = ratings.get(OVERALL)
    return overall.certainty if overall and overall.rating is not None else ""


def _start(ratings: Mapping[str, Rated]) -> str:
    """The level that certainty begins with, which its first reason begins with."""
    return ratings[OVERALL].reasons[0].message.partition(" ")[0]


def _by_outcome(ratings: Iterable[Rated]) -> dict[str, dict[str, Rated]]:
    found: dict[str, dict[str, Rated]] = {}
    for rated in ratings:
        found.setdefault(rated.outcome, {})[rated.domain] = rated
    return found
