"""The effects of an outcome's primary analysis, as arrays: what figures show and entries tell."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from metasynth.core.arrays import Array
from metasynth.model.methods import is_ratio, tau2_of_effects
from metasynth.model.records import AnalysisResult, OutcomeResult, StudyEffect


def is_logarithmic(result: OutcomeResult) -> bool:
    """Whether the effects are ratios, which figures show on a logarithmic axis."""
    return is_ratio(result.outcome.measure)


@dataclass(frozen=True, slots=True, eq=False)
class PrimaryEffects:
    """The studies of the primary analysis that have an effect: `y` with variances `v`.

    Both are on the analysis scale: logarithms of ratios, differences as they are.
    """

    result: OutcomeResult
    studies: tuple[StudyEffect, ...]
    y: Array
    v: Array

    @classmethod
    def of(cls, result: OutcomeResult) -> Self:
        """Those of the first analysis; none where there is no analysis."""
        studies = tuple(
            study
            for study in (result.analyses[0].studies if result.analyses else ())
            if None not in (study.log_estimate, study.se, study.estimate)
        )
        y = np.array([study.log_estimate for study in studies], dtype=float)
        v = np.array([study.se for study in studies], dtype=float) ** 2
        return cls(result, studies, y, v)

    @property
    def analysis(self) -> AnalysisResult:
        """The primary analysis."""
        return self.result.analyses[0]

    @property
    def logarithmic(self) -> bool:
        """Whether effects are ratios."""
        return is_logarithmic(self.result)

    @property
    def tau2_method(self) -> str | None:
        """The estimator of tau2 of the primary analysis; None under a common effect."""
        return tau2_of_effects(self.analysis.spec)

    def natural(self, y: float) -> float:
        """A value of the analysis scale on the natural scale."""
        return float(np.exp(y)) if self.logarithmic else float(y)
