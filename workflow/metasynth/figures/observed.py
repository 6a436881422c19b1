"""The effects behind an outcome's figures, as arrays on the analysis scale."""

from dataclasses import dataclass

import numpy as np

from metasynth import keys
from metasynth.effects import Array
from metasynth.figures.outcome import is_logarithmic, measure_name, of_effect, of_what, overall
from metasynth.figures.text import name
from metasynth.language import Language
from metasynth.methods import DEFAULT_TAU2
from metasynth.printed import Printed
from metasynth.records import AnalysisResult, Estimate, OutcomeResult, StudyEffect


class TooFewStudies(ValueError):  # noqa: N818 - it names the fault, as the message does
    """Fewer studies with an effect than the figure can be drawn from."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """The studies of the primary analysis that have an effect: `y` with variances `v`."""

    result: OutcomeResult
    studies: tuple[StudyEffect, ...]
    y: Array
    v: Array

    @property
    def analysis(self) -> AnalysisResult:
        """The primary analysis."""
        return self.result.analyses[0]

    @property
    def logarithmic(self) -> bool:
        """Whether effects are ratios."""
        return is_logarithmic(self.result)

    @property
    def labels(self) -> tuple[str, ...]:
        """The studies' names."""
        return tuple(name(study.label) or name(study.study) for study in self.studies)

    @property
    def null(self) -> float:
        """No effect, on the natural scale."""
        return 1.0 if self.logarithmic else 0.0

    @property
    def tau2_method(self) -> str | None:
        """The estimator of tau2 of the primary analysis; None under a common effect."""
        spec = self.analysis.spec
        return (spec.tau2 or DEFAULT_TAU2) if spec.model == "random" else None

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

    def natural(self, y: float) -> float:
        """A value of the analysis scale on the natural scale."""
        return float(np.exp(y)) if self.logarithmic else float(y)


def observed(result: OutcomeResult, least: int = 1) -> Observed:
    """The effects of the first analysis.

    Raises:
        TooFewStudies: when fewer than `least` studies have an effect.
    """
    studies = tuple(
        study
        for study in (result.analyses[0].studies if result.analyses else ())
        if study.log_estimate is not None and study.se is not None and study.estimate is not None
    )
    if len(studies) < least:
        raise TooFewStudies(f"{len(studies)} studies with an effect; the figure needs {least}")
    y = np.array([study.log_estimate for study in studies], dtype=float)
    v = np.array([study.se for study in studies], dtype=float) ** 2
    return Observed(result, studies, y, v)


def subject(figure: str, result: OutcomeResult, language: Language) -> str:
    """What a figure is and of what: the beginning of its alternative text."""
    return language.say("{figure} of {outcome}", figure=figure, outcome=of_what(result, language))


def effect_title(data: Observed, language: Language) -> str:
    """The title of an axis of effects."""
    measure = measure_name(data.result, data.analysis, language)
    return language.say("{measure} (log scale)", measure=measure) if data.logarithmic else measure
