"""What a result would be if numbers that were computed from others had been computed otherwise.

Where a rule assumes something (model/conversions.py), the primary analysis is made again without
the trials that rest on it, with each other method for medians, with survival curves read
otherwise, and with each other correlation of changes that the review tries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from metasynth.model.conversions import CONVERSIONS, CURVES, MEDIANS
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Estimate,
    Omission,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
    Trial,
)
from metasynth.sensitivity.reduced_sets import pooled_studies
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.estimates import is_skewed, rules_of
from metasynth.synthesis.synthesise import pool_studies


@dataclass(frozen=True, slots=True)
class Assumed:
    """The primary analysis of an outcome under another assumption.

    `kind` is without (the trials that rest on any), skewed (without those whose medians are),
    median (another method, `name`), hazards or uncensored (survival curves read so), correlation,
    pairs or icc (another one, `value`); `trials` are those concerned.
    """

    kind: str
    name: str
    value: float | None
    trials: tuple[str, ...]
    estimate: Estimate


def assumptions(result: OutcomeResult, trials: Sequence[Trial]) -> tuple[Assumed, ...]:
    """Every other assumption that changes a pooled trial's numbers, with what it gives."""
    outcome, spec = result.outcome, result.analyses[0].spec
    used = pooled_studies(outcome, spec, result.studies)
    return (*_left_out(outcome, spec, used), *_otherwise(result, spec, used, trials))


def rests_on(study: StudyData) -> bool:
    """Whether a study's numbers rest on an assumption."""
    return any(CONVERSIONS[rule].assumes for rule in rules_of(study))


def _left_out(
    outcome: OutcomeSpec, spec: AnalysisSpec, used: Sequence[StudyData]
) -> Iterator[Assumed]:
    """Without the studies that rest on an assumption, and without those with skewed medians."""
    for kind, concerned in (
        ("without", [s for s in used if rests_on(s)]),
        ("skewed", [s for s in used if is_skewed(s)]),
    ):
        kept = [study for study in used if study not in concerned]
        if concerned and kept:
            estimate = pool_studies(outcome, spec, kind, kept)[0]
            yield Assumed(kind, "", None, _names(concerned), estimate)


def _otherwise(
    result: OutcomeResult, spec: AnalysisSpec, used: Sequence[StudyData], trials: Sequence[Trial]
) -> Iterator[Assumed]:
    """With the studies' numbers computed by each other method or correlation."""
    own = {trial.study.study: trial for trial in trials}
    studies = [s for s in used if rests_on(s) and s.study in own]
    for kind, name, value, other in _alternatives(result.outcome) if studies else ():
        changed = {s.study: _again(own[s.study], other, result.comparison) for s in studies}
        differ = [s for s in used if s.study in changed and s not in changed[s.study]]
        if differ:
            pooled = pooled_studies(other, spec, _exchanged(used, changed))
            estimate = pool_studies(other, spec, kind, pooled)[0]
            yield Assumed(kind, name, value, _names(differ), estimate)


def _alternatives(
    outcome: OutcomeSpec,
) -> Iterator[tuple[str, str, float | None, OutcomeSpec]]:
    chosen = outcome.conversions
    for method in MEDIANS:
        if method != chosen.medians:
            choices = replace(chosen, medians=method)
            yield "median", method, None, replace(outcome, conversions=choices)
    others = (
        *(("correlation", r, replace(chosen, change_correlation=r)) for r in chosen.correlations),
        *(("pairs", r, replace(chosen, pair_correlation=r)) for r in chosen.paired),
        *(("icc", icc, replace(chosen, icc=icc)) for icc in chosen.clustered),
    )
    for way in CURVES[1:]:
        yield way, "", None, replace(outcome, conversions=replace(chosen, curves=way))
    for kind, value, choices in others:
        yield kind, "", value, replace(outcome, conversions=choices)


def _again(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> tuple[StudyData, ...]:
    data = study_data(trial, outcome, comparison)
    return () if isinstance(data, Omission) else data


def _exchanged(
    used: Sequence[StudyData], changed: Mapping[str, tuple[StudyData, ...]]
) -> list[StudyData]:
    """The studies in their order, those of changed trials as they are otherwise."""
    others = {(one.study, one.label): one for data in changed.values() for one in data}
    return [others.get((study.study, study.label), study) for study in used]


def _names(studies: Sequence[StudyData]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(study.study for study in studies))
