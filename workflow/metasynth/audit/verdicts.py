"""What an audit reads and what it finds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from metasynth.audit.reasons import REASONS
from metasynth.core.messages import message
from metasynth.model.importance import RISK_RATIO, Declared, Importance, of_measure, of_outcome
from metasynth.model.records import (
    Cell,
    Claim,
    Comparison,
    Count,
    OutcomeResult,
    OutcomeSpec,
    Trial,
)

REPRODUCED = message("reproduced")
UNSUPPORTED = message("significance reproduced, conclusion not supported")
DEPENDS_ON_TEST = message("depends on the test")
DEPENDS_ON_COUNTS = message("depends on the counts")
NOT_REPRODUCED = message("not reproduced")
CONTRADICTED = message("contradicted elsewhere in the review")
UNCHECKED = message("cannot be checked")
VERDICTS = (
    REPRODUCED,
    UNSUPPORTED,
    DEPENDS_ON_TEST,
    DEPENDS_ON_COUNTS,
    NOT_REPRODUCED,
    CONTRADICTED,
    UNCHECKED,
)

Judged = tuple[str, str]
"""A verdict, and the name of its reason (see reasons.py)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that statements are recomputed from; `declared` says which differences are important."""

    trials: Mapping[str, Trial]
    results: tuple[OutcomeResult, ...]
    comparisons: Mapping[str, Comparison]
    declared: Declared

    @property
    def included(self) -> tuple[Trial, ...]:
        """The trials that the review includes, by id."""
        return tuple(t for t in self.trials.values() if t.study.status == "included")

    def outcome(self, claim: Claim) -> OutcomeSpec | None:
        """The outcome of config.yaml that a statement is about, none of its other readings."""
        wanted = (claim.outcome, claim.week, "")
        every = (result.outcome for result in self.results)
        own = (o for o in every if claim.comparison in ("", o.comparison))
        return next((o for o in own if (o.outcome, o.week, o.reading) == wanted), None)

    def compared(self, claim: Claim) -> Comparison:
        """The comparison that a statement names, else its outcome's, or the first."""
        own = self.outcome(claim)
        return self.comparisons[
            claim.comparison or (own.comparison if own else next(iter(self.comparisons)))
        ]

    def important(self, claim: Claim, measure: str) -> Importance | None:
        """From where on an effect of `measure` that a statement is about is important."""
        outcome = self.outcome(claim)
        found = of_outcome(outcome, self.declared) if outcome else None
        if found is None or found.scale not in (RISK_RATIO, measure):
            return of_measure(measure, self.declared)
        return found


@dataclass(frozen=True)
class Statement:
    """A published statement, as claims.csv has it; `printed` are its numbers in one text.

    `contradicts` names the statements that cannot be true together with this one.
    """

    claim_id: str
    reference: str
    locator: str
    quote: str
    kind: str
    study: str
    outcome: str
    week: int | None
    arm_id: str
    reference_arm_id: str
    assertion: str
    printed: str
    cited: str
    contradicts: str
    note: str


@dataclass(frozen=True)
class Finding:
    """What the check of one statement found; names of columns as in docs/results.md.

    `reason` names why the verdict is what it is.
    `result` and `analysis` are ids of config.yaml, for a statement about a pooled result.
    `margin_low` and `margin_high` are the effects of `margin_measure` that an absence was judged
    by. `holding` of `trials` trials bear out what is said of most.
    `tables` counts the combinations of whole numbers that the sources allow, `agreeing` those with
    the same verdict; `excluded` others fit the percentages, but not the published result in the
    rows `stated`. `differing` names other tests or analyses, and `readings` alternative readings
    of the data, with another verdict; `without` names trials whose counts no source states. `rows`
    are the rows of the raw tables that the numbers were read from, as "file:row".
    """

    verdict: str
    method: str
    reason: str
    result: str = ""
    analysis: str = ""
    measure: str = ""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    p_fisher: float | None = None
    p_midp: float | None = None
    p_score: float | None = None
    p_wald: float | None = None
    events_intervention: Count | None = None
    total_intervention: Count | None = None
    events_control: Count | None = None
    total_control: Count | None = None
    margin_low: float | None = None
    margin_high: float | None = None
    margin_measure: str = ""
    holding: int | None = None
    trials: int | None = None
    recomputed: str = ""
    tables: int | None = None
    agreeing: int | None = None
    excluded: int | None = None
    stated: str = ""
    differing: str = ""
    readings: str = ""
    without: str = ""
    rows: str = ""


@dataclass(frozen=True)
class Audited(Finding, Statement):
    """One statement and what was found; a row of results/tables/claims.csv.

    Without slots, as its columns are those of two records, the statement's first.
    """


def unchecked(method: str, reason: str, **numbers: object) -> Finding:
    """A statement that cannot be checked, with the reason's name."""
    return concluded((UNCHECKED, reason), method, **numbers)


def places(cells: Iterable[Cell]) -> str:
    """Rows of raw tables as text, each once."""
    return " ".join(dict.fromkeys(f"{cell.file}:{cell.row}" for cell in cells))


def judged(holds: bool, so: str, otherwise: str) -> Judged:
    """The verdict on what was recomputed, with that of two reasons which goes with it."""
    return (REPRODUCED, so) if holds else (NOT_REPRODUCED, otherwise)


def concluded(verdict: Judged, method: str, **numbers: object) -> Finding:
    """A finding from a verdict with its reason.

    Raises:
        KeyError: when the reason has no sentence.
    """
    if verdict[1] not in REASONS:
        raise KeyError(f"a verdict has the reason {verdict[1]!r}, which has no sentence")
    return Finding(verdict[0], method, verdict[1], **numbers)  # type: ignore[arg-type]
