"""The effects behind an outcome's figures, as arrays on the analysis scale."""

from collections.abc import Iterable

from metasynth.figures.canvas.one_line import name
from metasynth.figures.outcome import measure_name, of_effect, of_what, overall
from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.language.printed import Printed
from metasynth.model import bounds
from metasynth.model.primary_effects import PrimaryEffects
from metasynth.model.records import Estimate, OutcomeResult

STUDIES_TABLE = "results/tables/studies.csv"
"""Where the numbers of each study stand that are too many for a figure."""
ELSEWHERE = message("The numbers of each study stand in {file}.")


class TooFewStudies(ValueError):  # noqa: N818 - it names the fault, as the message does
    """Fewer studies with an effect than the figure can be drawn from."""


class Observed(PrimaryEffects):
    """The studies of the primary analysis that have an effect, and how they are printed."""

    __slots__ = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The studies' names."""
        return tuple(name(study.label) or name(study.study) for study in self.studies)

    @property
    def null(self) -> float:
        """No effect, on the natural scale."""
        return 1.0 if self.logarithmic else 0.0

    @property
    def pooled(self) -> Estimate | None:
        """The pooled estimate of the primary analysis."""
        return overall(self.analysis)

    def said(self, language: Language) -> tuple[Printed, ...]:
        """Prints each study's numbers in the primary analysis."""
        return tuple(of_effect(self.result, study, language) for study in self.studies)

    def whole(self, language: Language) -> Printed:
        """Prints the numbers of the primary analysis's pooled estimate."""
        key = keys.pooled(self.result.outcome.id, self.analysis.spec.name)
        return Printed(key, language.numbers)


def observed(result: OutcomeResult, least: int = 1) -> Observed:
    """The effects of the first analysis.

    Raises:
        TooFewStudies: when fewer than `least` studies have an effect.
    """
    found = Observed.of(result)
    if len(found.studies) < least:
        held = len(found.studies)
        raise TooFewStudies(f"{held} studies with an effect; the figure needs {least}")
    return found


def subject(figure: str, result: OutcomeResult, language: Language) -> str:
    """What a figure is and of what: the beginning of its alternative text."""
    return language.say("{figure} of {outcome}", figure=figure, outcome=of_what(result, language))


def told(data: Observed, title: str, sentences: Iterable[str], language: Language) -> str:
    """The title and a sentence for each study; of very many studies where their numbers stand."""
    if len(data.studies) > bounds.TOLD_ROWS:
        sentences = [language.say(ELSEWHERE, file=name(STUDIES_TABLE))]
    return " ".join([title, *sentences])


def effect_title(data: Observed, language: Language) -> str:
    """The title of an axis of effects."""
    measure = measure_name(data.result, data.analysis, language)
    return language.say("{measure} (log scale)", measure=measure) if data.logarithmic else measure
