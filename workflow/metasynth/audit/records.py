"""What an audit reads and what it finds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from metasynth.records import Cell, Comparison, Count, OutcomeResult, Trial

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
CONTRADICTED = "contradicted elsewhere in the review"
UNCHECKED = "cannot be checked"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, CONTRADICTED, UNCHECKED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that statements are recomputed from."""

    trials: Mapping[str, Trial]
    results: tuple[OutcomeResult, ...]
    comparison: Comparison

    @property
    def included(self) -> tuple[Trial, ...]:
        """The trials that the review includes, by id."""
        return tuple(t for t in self.trials.values() if t.study.status == "included")


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

    `result` and `analysis` are ids of config.yaml, for a statement about a pooled result.
    `tables` counts the combinations of whole numbers that the sources allow, `agreeing` those with
    the same verdict. `differing` names other tests or analyses, and `readings` alternative readings
    of the data, with another verdict; `without` names trials whose counts no source states. `rows`
    are the rows of the raw tables that the numbers were read from, as "file:row".
    """

    verdict: str
    method: str
    reason: str = ""
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
    recomputed: str = ""
    tables: int | None = None
    agreeing: int | None = None
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
    """A statement that cannot be checked, with the reason's name (see report/claims.py)."""
    return Finding(UNCHECKED, method, reason, **numbers)  # type: ignore[arg-type]


def places(cells: Iterable[Cell]) -> str:
    """Rows of raw tables as text, each once."""
    return " ".join(dict.fromkeys(f"{cell.file}:{cell.row}" for cell in cells))


def judged(holds: bool) -> str:
    """The verdict on a statement that was recomputed."""
    return REPRODUCED if holds else NOT_REPRODUCED
