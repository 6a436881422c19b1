"""Named numbers of single trials: `{{ study.cohen2004.result("acr20", 24, "anakinra").events }}`.

They are cells of the raw tables as they stand, in the language's way to write numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metasynth.language import formats, keys
from metasynth.language.languages import Language
from metasynth.language.tracked import marked
from metasynth.model.records import Cell, Result, SearchLine, Trial


@dataclass(frozen=True, slots=True)
class ResultNames:
    """One row of results.csv; what the row does not state cannot be named."""

    row: Result
    language: Language

    @property
    def events(self) -> str:
        """Patients with the event."""
        return _cell(self.row.events, self.row.cell, "events", self.language)

    @property
    def total(self) -> str:
        """Patients analysed."""
        return _cell(self.row.total, self.row.cell, "total", self.language)

    @property
    def of(self) -> str:
        """ "27 of 59"."""
        return self.language.say("{n} of {m}", n=self.events, m=self.total)

    @property
    def percent(self) -> str:
        """The percentage as the source prints it."""
        printed = self.language.written(self.row.reported_percent)
        _stated(printed or None, self.row.cell, "reported_percent")
        return marked(f"{printed}%", keys.cell(self.row.cell, "reported_percent"))


@dataclass(frozen=True, slots=True)
class StudyNames:
    """One trial, as authors name it."""

    trial: Trial
    language: Language

    @property
    def label(self) -> str:
        """The trial's name."""
        return self.trial.study.label

    @property
    def randomised(self) -> str:
        """Patients randomised."""
        study = self.trial.study
        return _cell(study.n_randomised, study.cell, "n_randomised", self.language)

    def result(self, outcome: str, week: int | None, arm: str, reading: str = "") -> ResultNames:
        """The row of an arm; `outcome`, `week`, `arm` and `reading` are those of results.csv."""
        for row in self.trial.results:
            if (row.outcome, row.week, row.arm_id, row.reading) == (outcome, week, arm, reading):
                return ResultNames(row, self.language)
        raise KeyError(f"{self.trial.study.study} has no row {outcome}, {week}, {arm} {reading}")


def _cell(value: int | None, cell: Cell, column: str, language: Language) -> str:
    _stated(value, cell, column)
    return marked(formats.count(value, language.numbers), keys.cell(cell, column))


def _stated(value: object, cell: Cell, column: str) -> None:
    if value is None:
        raise KeyError(f"{cell.file}, row {cell.row}: {column} is not stated")


@dataclass(frozen=True, slots=True)
class SearchNames:
    """The search of search.csv: its sources, and the terms and limits of each concept."""

    sources: tuple[str, ...]
    terms: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, tuple[str, ...]]
    references: tuple[str, ...]

    @property
    def strategy(self) -> str:
        """The terms as one Boolean query: OR within a concept, AND between concepts."""
        return " AND ".join(map(either, self.terms.values()))


def either(terms: Sequence[str]) -> str:
    """Terms joined by OR, in brackets where there are several."""
    return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"


def search_names(lines: Sequence[SearchLine]) -> SearchNames:
    """The search as authors and tables name it."""
    return SearchNames(
        tuple(line.text for line in lines if line.part == "source"),
        _by_concept(lines, "term"),
        _by_concept(lines, "limit"),
        tuple(dict.fromkeys(line.reference for line in lines if line.reference)),
    )


def _by_concept(lines: Sequence[SearchLine], part: str) -> dict[str, tuple[str, ...]]:
    concepts: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if line.part == part:
            concepts[line.concept] = (*concepts.get(line.concept, ()), line.text)
    return concepts
