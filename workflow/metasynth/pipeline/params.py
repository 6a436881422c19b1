"""What stages are told that has several parts; all else stands in stages.py."""

from dataclasses import dataclass

from metasynth.model.records import AnalysisSpec, Comparison, Judgement, OutcomeSpec


@dataclass(frozen=True, slots=True)
class Pooling:
    """What is pooled, and in which ways."""

    outcome: OutcomeSpec
    analyses: tuple[AnalysisSpec, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class JudgedStudy:
    """A study's judgements of risk of bias, as far as an outcome's forest plot shows them."""

    study: str
    judgements: tuple[Judgement, ...]
