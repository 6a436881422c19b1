"""Which studies of an outcome can be pooled, the reason for each that cannot, and their arrays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isfinite, isinf

import numpy as np

from metasynth.core.messages import Digits, Sentence, message, sentence
from metasynth.model import clusters
from metasynth.model.covariates import factors
from metasynth.model.methods import BY_BASELINE, CLUSTERED, MULTIVARIATE, WEIGHTED, compares
from metasynth.model.records import AnalysisSpec, Contrast, Count, Group, OutcomeSpec, StudyData
from metasynth.stats.effects.binary import (
    Array,
    Effects,
    Factors,
    Tables,
    binary_effects,
    peto_log_odds_ratio,
)
from metasynth.stats.effects.changes import (
    Changes,
    change_by_baseline,
    difference_by_baseline,
)
from metasynth.stats.effects.continuous import CONTINUOUS_EFFECTS, Means
from metasynth.stats.effects.one_group import (
    CORRELATION_EFFECTS,
    MEAN_EFFECTS,
    Events,
    incidence_effects,
)
from metasynth.stats.effects.proportions import proportion_effects
from metasynth.stats.effects.rates import Rates, rate_effects
from metasynth.stats.models import Counted
from metasynth.synthesis import zero_events

LEAST_CORRELATED = 4
"""People of whom a correlation has a variance on Fisher's scale."""
_PAIR = 2
"""Of no more patients a standardised change is 0 by its own correction."""
_UNCORRECTED_PAIR = sentence("a standardised change of two patients has no correction for its bias")
LARGEST = 1e60
"""Effects and variances, and the inverses of variances, stay below this."""
LONGEST = 1e20
"""Person-time and its inverse, means and standard deviations stay below this."""


def missing_data(study: StudyData, outcome: OutcomeSpec) -> Sentence | None:
    """Say what a study lacks for this type of outcome, whatever the analysis; None when nothing."""
    if outcome.type == "generic" or (study.contrast and study.intervention is None):
        return _missing_contrast(study)
    check = _missing_change if outcome.measure in BY_BASELINE else _MISSING[outcome.type]
    sides = [(message("intervention"), study.intervention), (message("control"), study.control)]
    if not compares(outcome):
        sides = [(message("one"), study.intervention)]
    for side, group in sides:
        if group is None:
            return sentence("no result for the {side} group", side=side)
        if reason := check(side, group):
            return reason
    if outcome.measure in BY_BASELINE:
        return _change_undefined(study, outcome)
    if outcome.type in ("mean", "correlation"):
        return _one_group_undefined(study, outcome)
    return _measure_undefined(study, outcome.measure) if outcome.type == "continuous" else None


def _missing_counts(side: str, group: Group) -> Sentence | None:
    if group.events is None and group.total is None:
        return sentence("neither events nor participants are given for the {side} group", side=side)
    if group.events is None:
        return sentence("the number of events in the {side} group is not given", side=side)
    if group.total is None:
        return sentence("the number of participants in the {side} group is not given", side=side)
    if group.total < 1:
        return sentence("the {side} group has no participants", side=side)
    if not 0 <= group.events <= group.total:
        return sentence(
            "the {side} group has {n} events among {total} participants",
            side=side,
            n=group.events,
            total=group.total,
        )
    return None


def _not_measured(side: str, group: Group, named: Mapping[str, float | None]) -> Sentence | None:
    """Say which of these numbers a group lacks, or that it is too small to have a spread."""
    for what, value in {**named, message("number of participants"): group.total}.items():
        if value is None:
            return sentence("the {what} of the {side} group is not given", what=what, side=side)
    if (group.total or 0) < 2:
        return sentence(
            "the {side} group has fewer than two participants, so no standard deviation", side=side
        )
    return None


def _missing_means(side: str, group: Group) -> Sentence | None:
    named = {message("mean"): group.mean, message("standard deviation"): group.sd}
    if lacking := _not_measured(side, group, named):
        return lacking
    mean, sd = group.mean or 0.0, group.sd or 0.0
    if not (abs(mean) < LONGEST and 0 <= sd < LONGEST):
        return sentence(
            "a mean of {mean} with standard deviation {sd} is beyond what can be computed",
            mean=Digits(f"{mean:g}"),
            sd=Digits(f"{sd:g}"),
        )
    return None


def _missing_change(side: str, group: Group) -> Sentence | None:
    named = {
        message("mean change"): group.mean,
        message("standard deviation before"): group.baseline_sd,
        message("correlation of the values before and after"): group.change_correlation,
    }
    if lacking := _not_measured(side, group, named):
        return lacking
    if not -1 < (group.change_correlation or 0.0) < 1:
        return sentence("a correlation lies between −1 and 1, and at them has no variance")
    if not 0 < (group.baseline_sd or 0.0) < LONGEST or not abs(group.mean or 0.0) < LONGEST:
        return sentence("changes are in standard deviations before, which are above 0")
    return None


def _missing_rate(side: str, group: Group) -> Sentence | None:
    if group.events is None:
        return sentence("the number of events in the {side} group is not given", side=side)
    if group.person_time is None:
        return sentence("the person-time of the {side} group is not given", side=side)
    if group.events < 0 or not 1 / LONGEST < group.person_time < LONGEST:
        return sentence(
            "the {side} group has {n} events in {person_time} person-time",
            side=side,
            n=group.events,
            person_time=Digits(f"{group.person_time:g}"),
        )
    return None


def _missing_correlation(side: str, group: Group) -> Sentence | None:
    if group.correlation is None or group.total is None:
        return sentence("a correlation needs its number of participants")
    if not -1 < group.correlation < 1:
        return sentence("a correlation lies between −1 and 1, and at them has no variance")
    if group.total < LEAST_CORRELATED:
        return sentence("a correlation of fewer than {n} has no variance", n=LEAST_CORRELATED)
    return None


_MISSING = {
    "binary": _missing_counts,
    "proportion": _missing_counts,
    "rate": _missing_rate,
    "incidence": _missing_rate,
    "continuous": _missing_means,
    "mean": _missing_means,
    "correlation": _missing_correlation,
}


def _missing_contrast(study: StudyData) -> Sentence | None:
    if study.contrast is None:
        return sentence("no contrast of intervention and control is given")
    if not (study.contrast.se > 0 and isfinite(study.contrast.se)):
        return sentence(
            "the standard error is {se}, not a number above 0", se=Digits(f"{study.contrast.se:g}")
        )
    if not isfinite(study.contrast.estimate):
        return sentence(
            "the estimate is {estimate}, not a number",
            estimate=Digits(f"{study.contrast.estimate:g}"),
        )
    return _beyond_computing(study.contrast.estimate, study.contrast.se * study.contrast.se)


def _beyond_computing(y: float, v: float) -> Sentence | None:
    """Say that an effect or its variance is so large or small that its powers are no floats."""
    if abs(y) < LARGEST and 1 / LARGEST < v < LARGEST:
        return None
    return sentence(
        "an effect of {y} with variance {v} is beyond what can be computed with",
        y=Digits(f"{y:g}"),
        v=Digits(f"{v:g}"),
    )


def _measure_undefined(study: StudyData, measure: str) -> Sentence | None:
    """Say why complete means have no effect of this measure."""
    m = means_of([study])
    if m.sd1[0] <= 0 and m.sd2[0] <= 0:
        return sentence("both standard deviations are 0")
    if measure in ("ROM", "ROM-BC", "CVR") and m.m1[0] * m.m2[0] <= 0:
        return sentence("a ratio of means needs two means of the same sign")
    if measure in ("VR", "CVR") and m.sd1[0] * m.sd2[0] <= 0:
        return sentence("a ratio of standard deviations needs two above 0")
    if measure == "SMD-UB" and m.n1[0] + m.n2[0] <= 4:
        return sentence("an unbiased variance needs more than four patients")
    with np.errstate(all="ignore"):
        y, v = CONTINUOUS_EFFECTS[measure](m)
    return _beyond_computing(float(y[0]), float(v[0]))


def _change_undefined(study: StudyData, outcome: OutcomeSpec) -> Sentence | None:
    """Say why complete changes have no effect of this measure."""
    if outcome.type == "mean" and study.intervention and (study.intervention.total or 0) <= _PAIR:
        return _UNCORRECTED_PAIR
    with np.errstate(all="ignore"):
        y, v = (float(x[0]) for x in _of_changes([study], outcome))
    return _beyond_computing(y, v)


def _one_group_undefined(study: StudyData, outcome: OutcomeSpec) -> Sentence | None:
    """Say why one group's mean or correlation has no effect of this measure."""
    group = study.intervention
    if group is not None and outcome.type == "mean":
        if (group.sd or 0.0) <= 0:
            return sentence("the standard deviation is 0")
        if outcome.measure == "SMCC" and (group.total or 0) <= _PAIR:
            return _UNCORRECTED_PAIR
        if outcome.measure == "MNLN" and (group.mean or 0.0) <= 0:
            return sentence("only a mean above 0 has a logarithm; MN pools it as it is")
    with np.errstate(all="ignore"):
        y, v = (float(x[0]) for x in _of_one_group([study], outcome))
    return _beyond_computing(y, v)


def uninformative(
    study: StudyData, outcome: OutcomeSpec, analysis: AnalysisSpec
) -> Sentence | None:
    """Say why a complete study has nothing to add to this analysis; None when it has.

    Studies with no events, or only events, in both groups go by `zero_events`.
    """
    if analysis.model == MULTIVARIATE and (lacking := _without_level(study, outcome, analysis)):
        return lacking
    if outcome.type not in ("binary", "proportion", "rate", "incidence"):
        return None
    if study.contrast and study.intervention is None:
        return _needs_counts(study.contrast, analysis)
    groups = [group for group in (study.intervention, study.control) if group]
    if left_out := zero_events.reason(outcome, analysis, [(g.events, g.total) for g in groups]):
        return left_out
    if analysis.model in WEIGHTED and isinf(effects_of([study], outcome, analysis).v[0]):
        return sentence(
            "an empty cell leaves the effect or its variance undefined, and zero_cells is none"
        )
    return None


def _without_level(
    study: StudyData, outcome: OutcomeSpec, analysis: AnalysisSpec
) -> Sentence | None:
    """Which characteristic that tells true effects apart a study does not state."""
    asked = factors(outcome) if analysis.structure else outcome.crossed
    for column in asked:
        if level(study, column) is None:
            return sentence("{column} is not stated, by which true effects differ", column=column)
    return None


def _needs_counts(contrast: Contrast, analysis: AnalysisSpec) -> Sentence | None:
    """Why an analysis has no use of a contrast without counts of two groups."""
    if analysis.model in WEIGHTED and analysis.tau2 != "DL-MH":
        return None
    if contrast.form == "paired":
        return sentence(
            "pairs of the same patients are no two groups, which {model} needs; random and IV can "
            "pool them",
            model=analysis.tau2 or analysis.model,
        )
    return sentence(
        "a published contrast has no counts, which {model} needs; random and IV can pool it",
        model=analysis.tau2 or analysis.model,
    )


def effects_of(
    studies: Sequence[StudyData], outcome: OutcomeSpec, analysis: AnalysisSpec
) -> Effects:
    """Each study's own effect as this analysis sees it; the studies must have passed the checks.

    A study that brings a contrast has that effect, whatever its groups: it was published so, or
    made from several arms that share a control.

    Returns:
        Shape (k,), on the analysis scale; with their clusters for a model that knows these.

    Raises:
        ValueError: where a study has not the numbers, which `missing_data` would have said.
    """
    found = _effects(studies, outcome, analysis)
    if analysis.model not in CLUSTERED:
        return found
    known = factors_of(studies, outcome, analysis)
    return replace(found, cluster=clusters.numbers(studies), factors=known)


def factors_of(
    studies: Sequence[StudyData], outcome: OutcomeSpec, analysis: AnalysisSpec
) -> Factors | None:
    """What tells true effects of studies apart, of model multivariate; None of any other.

    Levels of numbers are in their order, those of effects as the outcome lists them.

    Raises:
        ValueError: where a study states not all of it, which `uninformative` would have said.
    """
    if analysis.model != MULTIVARIATE:
        return None
    crossed = tuple(
        (name, clusters.numbered([level(s, name) for s in studies])) for name in outcome.crossed
    )
    if analysis.structure is None:
        return Factors(None, (), None, crossed)
    own = [inner_level(study, outcome) for study in studies]
    if None in own:
        raise ValueError("a study does not say which of its cluster’s effects it is")
    known = set(own)
    levels: list[float | str | None]
    if outcome.inner:
        levels = sorted(known)  # type: ignore[type-var]
        names = [f"{x:.15g}" if isinstance(x, float) else str(x) for x in levels]
        times = None if any(isinstance(x, str) for x in levels) else np.array(levels, dtype=float)
    else:
        present = [effect for effect in outcome.effects if effect.name in known]
        names = [effect.name for effect in present]
        levels = list(names)
        weeks = [effect.week for effect in present]
        times = None if None in weeks else np.array(weeks, dtype=float)
    place = {level: i for i, level in enumerate(levels)}
    return Factors(np.array([place[x] for x in own], dtype=np.intp), tuple(names), times, crossed)


def inner_level(study: StudyData, outcome: OutcomeSpec) -> float | str | None:
    """What a study is of its cluster: its value of `inner`, or the name of the effect."""
    if outcome.inner:
        return level(study, outcome.inner)
    named = (e.name for e in outcome.effects if f", {study.part}".endswith(f", {e.name}"))
    return max(named, key=len, default=None)


def level(study: StudyData, column: str) -> float | str | None:
    """A study's value of a characteristic, in words or a number; None where it states none.

    Parameters:
        study: with its values.
        column: the characteristic.
    """
    value = next((one for one in study.values if one.column == column), None)
    return None if value is None else value.word or value.number


def _effects(studies: Sequence[StudyData], outcome: OutcomeSpec, analysis: AnalysisSpec) -> Effects:
    if outcome.type == "generic":
        return _contrasts(studies)
    given = np.array([study.contrast is not None for study in studies])
    if not given.any():
        return _from_groups(studies, outcome, analysis)
    own = _from_groups([study for study in studies if not study.contrast], outcome, analysis)
    brought = _contrasts([study for study in studies if study.contrast])
    y, v, corrected = np.zeros(len(given)), np.zeros(len(given)), np.zeros(len(given), dtype=bool)
    y[given], v[given] = brought.y, brought.v
    y[~given], v[~given], corrected[~given] = own.y, own.v, own.corrected
    return Effects(y, v, corrected)


def _from_groups(
    studies: Sequence[StudyData], outcome: OutcomeSpec, analysis: AnalysisSpec
) -> Effects:
    if outcome.measure in BY_BASELINE:
        return _uncorrected(*_of_changes(studies, outcome))
    if outcome.type == "continuous":
        return _uncorrected(*CONTINUOUS_EFFECTS[outcome.measure](means_of(studies)))
    if outcome.type == "proportion":
        events, total = np.array([one_group(s) for s in studies], dtype=float).reshape(-1, 2).T
        return proportion_effects(events, total, outcome.measure, analysis.zero_cells)
    if outcome.type == "rate":
        return rate_effects(rates_of(studies, outcome.per), outcome.measure, analysis.zero_cells)
    if outcome.type == "incidence":
        one = _events_of(studies, outcome)
        return incidence_effects(one.x, one.size, outcome.measure, analysis.zero_cells)
    if outcome.type in ("mean", "correlation"):
        return _uncorrected(*_of_one_group(studies, outcome))
    tables = tables_of(studies)
    if analysis.model == "Peto":
        return _uncorrected(*peto_log_odds_ratio(tables))
    return binary_effects(tables, outcome.measure, analysis.zero_cells)


def _contrasts(studies: Sequence[StudyData]) -> Effects:
    contrasts = [s.contrast for s in studies if s.contrast is not None]
    y = np.array([c.estimate for c in contrasts])
    return _uncorrected(y, np.array([c.se for c in contrasts]) ** 2)


def _uncorrected(y: Array, v: Array) -> Effects:
    return Effects(y, v, np.zeros(y.shape, dtype=bool))


def tables_of(studies: Sequence[StudyData]) -> Tables:
    """Stack the studies' counts into arrays.

    Returns:
        Counts as they are, uncorrected, shape (k,).

    Raises:
        ValueError: where a study has none.
    """
    return Tables(*np.array([counts(s) for s in studies], dtype=float).reshape(-1, 4).T)


def counts(study: StudyData) -> tuple[Count, Count, Count, Count]:
    """Events and total of the intervention, then of control.

    Raises:
        ValueError: where the study has none.
    """
    (a, n1), (c, n2) = _counts(study.intervention), _counts(study.control)
    return a, n1, c, n2


def one_group(study: StudyData) -> tuple[Count, Count]:
    """Events and total of the intervention side alone.

    Raises:
        ValueError: where the study has none.
    """
    return _counts(study.intervention)


def _of_one_group(studies: Sequence[StudyData], outcome: OutcomeSpec) -> tuple[Array, Array]:
    """Means or correlations of one group, and their variances."""
    if outcome.type == "mean":
        m, sd, n = np.array([_means(s.intervention) for s in studies], float).reshape(-1, 3).T
        return MEAN_EFFECTS[outcome.measure](m, sd, n)
    rows = [_correlation(s.intervention) for s in studies]
    r, n = np.array(rows, dtype=float).reshape(-1, 2).T
    return CORRELATION_EFFECTS[outcome.measure](r, n)


def _of_changes(studies: Sequence[StudyData], outcome: OutcomeSpec) -> tuple[Array, Array]:
    """Changes in standard deviations before, of one group or the difference of two."""
    sides = [[study.intervention for study in studies], [study.control for study in studies]]
    groups = map(_changes, sides if compares(outcome) else sides[:1])
    return OF_CHANGES[outcome.measure](*groups)


OF_CHANGES: dict[str, Callable[..., tuple[Array, Array]]] = {
    "SMCR": change_by_baseline,
    "SMD-PPC": difference_by_baseline,
}
"""Effects of changes in standard deviations before, of one group or two."""


def _changes(groups: Sequence[Group | None]) -> Changes:
    rows = [
        (g.mean, g.baseline_sd, g.change_correlation, g.total) if g else (None,) * 4 for g in groups
    ]
    if any(None in row for row in rows):
        raise ValueError("changes were asked of a study without them; see missing_data")
    return Changes(*np.array(rows, dtype=float).reshape(-1, 4).T)


def _correlation(group: Group | None) -> tuple[float, Count]:
    if group is None or group.correlation is None or group.total is None:
        raise ValueError("a correlation was asked of a study without one; see missing_data")
    return group.correlation, group.total


def rates_of(studies: Sequence[StudyData], per: float = 1.0) -> Rates:
    """Stack the studies' events, and person-time in units of `per`, into arrays.

    Parameters:
        studies: with events and person-time of both groups.
        per: the units of person-time that one unit of a rate is of, such as 100 patient-years.

    Returns:
        Shape (k,).

    Raises:
        ValueError: where a study has none.
    """
    x1, t1, x2, t2 = (
        np.array([(*_rate(s.intervention), *_rate(s.control)) for s in studies], dtype=float)
        .reshape(-1, 4)
        .T
    )
    return Rates(x1, t1 / per, x2, t2 / per)


def _events_of(studies: Sequence[StudyData], outcome: OutcomeSpec) -> Events:
    """Stack one group's events, with its patients or its person-time in units of `per`.

    Returns:
        Shape (k,).

    Raises:
        ValueError: where a study has none.
    """
    if outcome.type == "proportion":
        return Events(*np.array([one_group(s) for s in studies], float).reshape(-1, 2).T)
    x, time = np.array([_rate(s.intervention) for s in studies], float).reshape(-1, 2).T
    return Events(x, time / outcome.per)


def counted(studies: Sequence[StudyData], outcome: OutcomeSpec) -> Counted | None:
    """The studies' counts as they are, for the models that take these; None without any.

    Nor are there any where a study brings a published contrast in their place.

    Returns:
        Shape (k,), person-time in units of the outcome's `per`.

    Raises:
        ValueError: where a study has neither counts nor a contrast.
    """
    if any(study.contrast and study.intervention is None for study in studies):
        return None
    if outcome.type == "binary":
        return tables_of(studies)
    if outcome.type == "rate":
        return rates_of(studies, outcome.per)
    return _events_of(studies, outcome) if outcome.type in ("proportion", "incidence") else None


def _rate(group: Group | None) -> tuple[Count, float]:
    if group is None or group.events is None or group.person_time is None:
        raise ValueError("rates were asked of a study without them; see missing_data")
    return group.events, group.person_time


def _counts(group: Group | None) -> tuple[Count, Count]:
    if group is None or group.events is None or group.total is None:
        raise ValueError("counts were asked of a study without them; see missing_data")
    return group.events, group.total


def means_of(studies: Sequence[StudyData]) -> Means:
    """Stack the studies' means, standard deviations and sizes into arrays.

    Returns:
        Shape (k,).

    Raises:
        ValueError: where a study has none.
    """
    rows = [(*_means(s.intervention), *_means(s.control)) for s in studies]
    return Means(*np.array(rows, dtype=float).reshape(-1, 6).T)


def _means(group: Group | None) -> tuple[float, float, Count]:
    if group is None or group.mean is None or group.sd is None or group.total is None:
        raise ValueError("means were asked of a study without them; see missing_data")
    return group.mean, group.sd, group.total
