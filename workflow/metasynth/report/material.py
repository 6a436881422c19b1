"""What the report is made of, and what a table's builder can draw on."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from metasynth.audit.reproduction import Reproduction
from metasynth.audit.verdicts import Audited
from metasynth.core.bibtex import Entry as Reference
from metasynth.crosscheck.records import Crosscheck
from metasynth.figures import catalogue
from metasynth.grade.certainty import Rating
from metasynth.grade.conclusions import Conclusion
from metasynth.grade.summary_of_findings import Finding
from metasynth.language import formats
from metasynth.language.languages import Language
from metasynth.language.localised_records import localise
from metasynth.language.tracked import marked
from metasynth.living.changes import Changes
from metasynth.model.designs import is_randomised
from metasynth.model.records import (
    Claim,
    Config,
    CurvePoint,
    FlowCount,
    OutcomeResult,
    Result,
    SearchLine,
    Trial,
)
from metasynth.prose.unwritten import Unwritten
from metasynth.provenance.collect import counted
from metasynth.provenance.entry import Entry
from metasynth.report.document import Citation
from metasynth.report.text.absences import in_language
from metasynth.report.text.names import OutcomeNames, outcome_names
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.robustness import Stability
from metasynth.synthesis.absence import Absence, absences

Cite = Callable[..., Citation]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that the report is made of; `figures` are paths of SVGs by their names.

    `absences` are the trials without a number for an outcome, by its id, and `randomised` whether
    all included trials call themselves so: both are found before words are translated (`within`).
    """

    config: Config
    trials: tuple[Trial, ...]
    results: tuple[OutcomeResult, ...]
    reproductions: tuple[Reproduction, ...]
    bibliography: Mapping[str, Reference]
    figures: Mapping[str, str]
    sensitivities: Mapping[str, Sensitivity]
    versions: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...] = ()
    audit: tuple[Audited, ...] = ()
    search: tuple[SearchLine, ...] = ()
    flow: tuple[FlowCount, ...] = ()
    ratings: tuple[Rating, ...] = ()
    findings: tuple[Finding, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()
    changes: Changes | None = None
    stability: Mapping[str, Stability] = field(default_factory=dict)
    absences: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)
    randomised: bool = False
    draft: tuple[Unwritten, ...] = ()
    crosschecks: tuple[Crosscheck, ...] = ()

    @property
    def included(self) -> tuple[Trial, ...]:
        """The trials of the review, without those excluded, ongoing or awaiting."""
        return tuple(trial for trial in self.trials if trial.study.status == "included")

    @property
    def made_up(self) -> bool:
        """Whether the trials are those of a new review, which nobody made."""
        return any(trial.made_up for trial in self.trials)

    def within(self, language: Language) -> "Material":
        """The same with the review's own words in a language; numbers and ids stay."""
        sensitivities = {key: localise(it, language) for key, it in self.sensitivities.items()}
        return replace(
            self,
            config=localise(self.config, language),
            trials=localise(self.trials, language),
            results=localise(self.results, language),
            sensitivities=sensitivities,
            search=tuple(_limit(line, language) for line in self.search),
            audit=tuple(replace(a, note=language.remark(a.note)) for a in self.audit),
            absences=dict(self._absences(language)),
            randomised=all(is_randomised(trial.study.design) for trial in self.included),
        )

    def _absences(self, language: Language) -> Iterator[tuple[str, tuple[Absence, ...]]]:
        """Found by the treatments as the tables have them, which languages translate."""
        for result in self.results:
            found = absences(self.included, result.outcome, result.comparison)
            yield result.outcome.id, tuple(in_language(item, language) for item in found)


def _limit(line: SearchLine, language: Language) -> SearchLine:
    """A source or limit in a language; terms stay as they were searched."""
    return line if line.part == "term" else replace(line, text=language.label(line.text))


@dataclass(frozen=True, slots=True)
class Scope:
    """What a builder of tables draws on: the material, in the language that it is to be said in.

    `outcomes` are the primary outcomes by id, in order; `cite` gives a reference its number.
    """

    material: Material
    language: Language
    outcomes: Mapping[str, OutcomeNames]
    cite: Cite
    counts: dict[str, Entry] = field(default_factory=dict)

    def counted(self, key: str, label: str, inputs: Sequence[str], n: int | None = None) -> str:
        """How many there are of something that a table counts, with its provenance.

        `inputs` are the keys of what is counted, one or several each; `label` says what that is.
        """
        n = len(inputs) if n is None else n
        self.counts[key] = counted(key, label, n, inputs, self.language)
        return marked(formats.count(n, self.language.numbers), key)

    @property
    def by_comparison(self) -> Mapping[str, tuple[OutcomeNames, ...]]:
        """The outcomes of each comparison, by its name; of a review of one all, by a blank."""
        every = tuple(self.outcomes.values())
        return {
            name: tuple(o for o in every if o.result.outcome.comparison == name)
            for name in self.material.config.comparisons
        }

    @property
    def compared(self) -> bool:
        """Whether any outcome of the review compares groups; proportions are of one."""
        return any(outcome.compared for outcome in self.outcomes.values())

    def outcome_label(self, result: Result | CurvePoint) -> str:
        """The label of the outcome that a raw row belongs to, else its id in words."""
        specs = [outcome.result.outcome for outcome in self.outcomes.values()]
        topic = result.outcome, result.week
        exact = [s.called(topic) for s in specs if topic in s.topics]
        return exact[0] if exact else self.language.label(result.outcome.replace("_", " "))


def primary_outcomes(material: Material, language: Language) -> dict[str, OutcomeNames]:
    """Primary outcomes in config order, each with alternative readings and what is concluded."""
    return {
        result.outcome.id: outcome_names(
            result,
            language,
            _readings(material.results, result.outcome.id),
            material.absences.get(result.outcome.id, ()),
            material.conclusions,
        )
        for result in material.results
        if not result.outcome.sensitivity_of
    }


def printed_figures(outcome: OutcomeNames, figures: Collection[str]) -> tuple[str, ...]:
    """The figures of an outcome that the report prints beside its forest plot, by their names.

    `figures` are the names of all there are; `catalogue.printed` says which are files alone.
    """
    own = (name for name in figures if name.startswith(f"{outcome.id}/"))
    kinds = ((name, name.rpartition("/")[2]) for name in own)
    return tuple(
        name
        for name, kind in kinds
        if kind != "forest" and catalogue.printed(kind, outcome.k, figures)
    )


def _readings(results: Sequence[OutcomeResult], outcome: str) -> list[OutcomeResult]:
    return [item for item in results if item.outcome.sensitivity_of == outcome]
