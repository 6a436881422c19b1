"""What RevMan's files say, whichever of their forms they have: analyses, their rows, studies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from metasynth.importers.found import About, LeftOut


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis of the file, as its settings have it.

    `total` says whether its subgroups are pooled together, `log` whether contrasts are logarithms
    (None: not said), `left` what the left side of its forest plot favours, `unit` that of means.
    """

    comparison: str
    number: str
    name: str
    kind: str
    measure: str = ""
    method: str = ""
    random: bool = False
    tau2: str = "DL"
    ci: str = "Wald"
    intervention: str = ""
    control: str = ""
    total: bool = True
    swapped: bool = False
    log: bool | None = None
    left: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study's numbers in an analysis, by the names events_1, total_1, mean_1, sd_1, …

    Contrasts are estimate and se, or o_minus_e and variance. `effect` is what the file itself has
    computed from them, blank if nothing.
    """

    row: int
    study: str
    year: str
    subgroup: str
    numbers: Mapping[str, str]
    effect: str = ""
    note: str = ""


Entry = tuple[Analysis, Sequence[StudyRow]]
"""An analysis with its rows."""


@dataclass(frozen=True, slots=True)
class File:
    """A file's analyses, each with its rows, and its studies."""

    analyses: Sequence[Entry]
    comparisons: Mapping[str, str]
    studies: tuple[About, ...] = ()
    left_out: list[LeftOut] = field(default_factory=list)
    title: str = ""
    part: str = ""
    unit: str = "row"
