"""What a reader finds in another program's file, before it becomes tables of this review."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class ImportRefused(ValueError):  # noqa: N818 - it is what the user is told
    """A file that cannot be imported at all; the message says why."""


@dataclass(frozen=True, slots=True)
class PointFound:
    """A point of a survival curve: a row of survival.csv to be."""

    row: int
    time: str
    survival: str
    at_risk: str


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One row of results.csv to be; `reference` is the control arm of a contrast, if it is one.

    `points` are those of the arm's survival curve.
    """

    arm: str
    role: str
    treatment: str
    numbers: Mapping[str, str]
    reference: str = ""
    reference_treatment: str = ""
    provenance: str = "external"
    note: str = ""
    points: tuple[PointFound, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What the file says of one outcome of a study, or of a part of it such as a subgroup.

    `row` is as a spreadsheet or an editor numbers it; `subgroup` the number of its part among those
    that its outcome is divided into, 0 where it is not.
    """

    row: int
    study: str
    year: str
    outcome: str
    results: tuple[ArmResult, ...]
    part: str = ""
    subgroup: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not imported, and why; without a row, the whole study or column.

    A row that was `kept` is imported, but must be looked at.
    """

    row: int | None
    what: str
    reason: str
    kept: bool = False

    def __str__(self) -> str:
        """One line for the console."""
        place = f"row {self.row}" if self.row else "       "
        return f"{place}  {self.what}: {self.reason}"


@dataclass(frozen=True, slots=True)
class JudgementFound:
    """A judgement of a study's risk of bias."""

    row: int
    tool: str
    domain: str
    judgement: str
    support: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class CovariateFound:
    """A number that describes a study, such as its latitude; `note` is what else is said of it."""

    row: int
    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What the file says of a study beside its results; `fields` are columns of study.csv."""

    study: str
    row: int
    fields: Mapping[str, str] = field(default_factory=dict)
    judgements: tuple[JudgementFound, ...] = ()
    covariates: tuple[CovariateFound, ...] = ()
    reference: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutcomeFound:
    """An outcome for config.yaml; `doubt` is what its author must look at, blank if nothing.

    `analysis` names how the file itself pools it: model, tau2 and ci as in config.yaml. Of several
    comparisons, `comparisons` are those that it is pooled in. `subgroups` are its trials' by which
    the file compares them, `unit` is that of its means.
    """

    id: str
    label: str
    type: str
    measure: str
    direction: str = "harm"
    doubt: str = ""
    analysis: tuple[tuple[str, str], ...] = ()
    comparisons: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ComparisonFound:
    """One of several comparisons of a file: its name there, and the treatments of its two sides."""

    label: str
    intervention: tuple[str, ...]
    control: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in a file: results, studies, outcomes, and what could not be mapped.

    `part` is the file within a package that has the results, `unit` what its `row`s are called.
    `comparisons` are there where the file has several.
    """

    items: list[Item]
    left_out: list[LeftOut]
    studies: tuple[About, ...] = ()
    outcomes: tuple[OutcomeFound, ...] = ()
    title: str = ""
    part: str = ""
    unit: str = "row"
    comparisons: Mapping[str, ComparisonFound] = field(default_factory=dict)
