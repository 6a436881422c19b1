"""Every combination of choices for an outcome, computed by the vectorised path.

Choices of data (measure, rules for arms, readings, empty cells, trials left out) make the columns
to be pooled, methods (model, tau2, interval) the ways to pool them. A column that two combinations
share is pooled once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from metasynth.model import bounds
from metasynth.model.methods import (
    BAYESIAN,
    BY_UNITS,
    COVARIANCE_MEASURES,
    DEFAULT_TAU2,
    MEASURES,
    TAU2,
    WEIGHTED,
    check_combination,
    intervals_of,
)
from metasynth.model.priors import VAGUE
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    OutcomeSpec,
    StudyData,
    Trial,
)
from metasynth.model.robustness_config import MultiverseChoices
from metasynth.sensitivity.admissible import readings_of
from metasynth.stats.columns import NO_TABLE, Pools, Results, fit_many
from metasynth.stats.effects.binary import Array
from metasynth.stats.effects.proportions import pooled_size
from metasynth.stats.models import counted_as
from metasynth.synthesis.comparison import brought
from metasynth.synthesis.selection import (
    counted,
    effects_of,
    missing_data,
    one_group,
    uninformative,
)

DIMENSIONS = (
    "measure",
    "model",
    "tau2",
    "ci",
    "zero_cells",
    "double_zero",
    "multi_arm",
    "reading",
    "left_out",
)
NOBODY = ""
"""The option of `left_out` that leaves no trial out."""
COMMON_EFFECT = ("IV", "MH", "Peto")
WEIGHTS = "weights"
"""The group of analyses that need effects and variances alone, whatever their measure."""

Options = Mapping[str, tuple[str, ...]]
Code = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One analysis on the analysis scale; NaN is what is not defined. `size` as in `natural`."""

    k: int
    mean: float
    low: float
    high: float
    p: float
    size: float | None


def options_of(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    comparison: Comparison,
    trials: Sequence[Trial],
    choices: MultiverseChoices,
) -> dict[str, tuple[str, ...]]:
    """The options of each dimension: first that of the outcome and its primary analysis `spec`.

    Of more than `bounds.ONE_BY_ONE` trials none is left out.
    """
    random = spec.model == "random"
    bound = outcome.type == "generic" or outcome.measure in BY_UNITS  # in units of its own
    measures = () if bound else choices.measures
    known = [m for m in measures if m in MEASURES[outcome.type]]
    left_out = choices.leave_one_out and not bounds.too_many(len(trials))
    studies = [trial.study.study for trial in trials] if left_out else []
    listed = {
        "measure": (outcome.measure, *known),
        "model": (spec.model, *choices.models),
        "tau2": (*((spec.tau2 or DEFAULT_TAU2,) if random else ()), *choices.tau2),
        "ci": (*((spec.ci,) if random or spec.ci != "Wald" else ()), *choices.ci),
        "zero_cells": (spec.zero_cells, *choices.zero_cells),
        "double_zero": (spec.double_zero, *choices.double_zero),
        "multi_arm": (comparison.multi_arm, *choices.multi_arm),
        "reading": readings_of(trials, outcome) if choices.readings else (outcome.reading,),
        "left_out": (NOBODY, *studies),
    }
    return {name: tuple(dict.fromkeys(listed[name])) for name in DIMENSIONS}


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The studies that one combination pools: effects, variances and tables, a row a study.

    `one_group` holds events and totals where a double arcsine has to be turned back.
    """

    y: Array
    v: Array
    cells: Array
    one_group: Array | None = None

    def size(self, mean: float) -> float | None:
        """By which the pooled value is turned back."""
        return None if self.one_group is None else pooled_size(mean, *self.one_group.T)


@dataclass(slots=True, eq=False)
class Group:
    """Columns of one kind, each once, and the analyses that are made of them, with their places."""

    measure: str
    type: str
    columns: list[Column] = field(default_factory=list)
    places: dict[tuple[bytes, ...], int] = field(default_factory=dict)
    analyses: dict[AnalysisSpec, int] = field(default_factory=dict)

    def column(self, key: tuple[bytes, ...], column: Column) -> int:
        """The place of a column."""
        place = self.places.setdefault(key, len(self.columns))
        if place == len(self.columns):
            self.columns.append(column)
        return place

    def analysis(self, spec: AnalysisSpec) -> int:
        """The place of an analysis; an estimator that always equals another is that one."""
        tau2 = (TAU2[spec.tau2].same_as or spec.tau2) if spec.tau2 else None
        method = AnalysisSpec(
            "", "", spec.model, tau2, spec.ci, tau_prior=spec.tau_prior, mu_prior=spec.mu_prior
        )
        return self.analyses.setdefault(method, len(self.analyses))


Place = tuple[str, int, int]
"""A group, a column of it, one of its analyses: what an analysis is, whatever it is called."""


def universe(
    outcome: OutcomeSpec,
    primary: AnalysisSpec,
    comparison: Comparison,
    trials: Sequence[Trial],
    options: Options,
) -> Iterator[tuple[Code, Found]]:
    """Each different analysis once, under the code of the first combination that makes it.

    The first is the primary analysis, unless it has nothing to pool. Where that has priors, they
    are of the outcome's own measure, and no other measure is analysed with them.
    """
    groups: dict[str, Group] = {}
    named: dict[Place, Code] = {}
    for data in _data(outcome, comparison, trials, options):
        for model_class, specs in _methods(data, primary, options).items():
            _enter(data, model_class, specs, options, groups, named)
    fitted = {name: _fit(group) for name, group in groups.items() if group.columns}
    for (name, column, analysis), code in named.items():
        r = fitted[name][analysis]
        mean, low, high, p = (float(x[column]) for x in (r.mean, r.low, r.high, r.p))
        size = groups[name].columns[column].size(mean)
        yield code, Found(int(r.k[column]), mean, low, high, p, size)


@dataclass(frozen=True, slots=True)
class Data:
    """One choice of data, before trials are left out."""

    outcome: OutcomeSpec
    studies: tuple[StudyData, ...]
    zero_cells: str
    double_zero: str
    code: Mapping[str, int]

    def named(self, model: int | None, tau2: int | None, ci: int | None) -> Code:
        """The code of an analysis, but for the trial that is left out."""
        code = {**self.code, "model": model, "tau2": tau2, "ci": ci}
        return tuple(code[dimension] for dimension in DIMENSIONS[:-1])


def _data(
    outcome: OutcomeSpec, comparison: Comparison, trials: Sequence[Trial], options: Options
) -> Iterator[Data]:
    """Every choice of data that can make a difference."""
    for measure, multi_arm, reading in product(
        *(enumerate(options[name]) for name in ("measure", "multi_arm", "reading"))
    ):
        read = replace(outcome, measure=measure[1], reading=reading[1])
        studies = _studies(read, replace(comparison, multi_arm=multi_arm[1]), trials)
        if studies is None:
            continue
        rules = [_that_matter(studies, name, options[name]) for name in _CELL_RULES]
        for zero_cells, double_zero in product(*rules):
            code = {
                "measure": measure[0],
                "multi_arm": multi_arm[0],
                "reading": reading[0],
                "zero_cells": zero_cells[0],
                "double_zero": double_zero[0],
            }
            yield Data(read, studies, zero_cells[1], double_zero[1], code)


def _studies(
    outcome: OutcomeSpec, comparison: Comparison, trials: Sequence[Trial]
) -> tuple[StudyData, ...] | None:
    """What the trials bring; None where their arms cannot be treated so."""
    kept_apart = outcome.type in ("binary", "continuous", "rate")
    if comparison.multi_arm == "covariance" and outcome.measure not in COVARIANCE_MEASURES:
        return None
    if comparison.multi_arm != "combine" and not kept_apart:
        return None
    try:
        studies, _ = brought(trials, outcome, comparison)
    except ValueError:  # more arms than participants to share, or no covariance
        return None
    return tuple(study for study in studies if missing_data(study, outcome) is None)


_CELL_RULES = ("zero_cells", "double_zero")


def _that_matter(
    studies: Sequence[StudyData], rule: str, options: Sequence[str]
) -> list[tuple[int, str]]:
    """The numbered options of a rule for empty cells; one where no cell is empty."""
    listed = list(enumerate(options))
    groups = [g for s in studies for g in (s.intervention, s.control) if g is not None]
    if any(g.events == 0 or (g.events is not None and g.events == g.total) for g in groups):
        return listed
    everywhere = [item for item in listed if item[1] == "all" and rule == "zero_cells"]
    return list(dict.fromkeys([listed[0], *everywhere]))


def _intervals(model: str, names: Sequence[str]) -> list[tuple[int | None, str]]:
    """Those that a model has, each with its place; none is a choice where there is Wald's alone."""
    own = [(place, name) for place, name in enumerate(names) if name in intervals_of(model)]
    chosen = model == "random" or any(name != "Wald" for _, name in own)
    return list(own) if chosen else [(None, "Wald")]


def _methods(
    data: Data, primary: AnalysisSpec, options: Options
) -> dict[str, list[tuple[AnalysisSpec, Code]]]:
    """The analyses that are possible of the data, by what they need: effects or counts."""
    correlated = any(study.contrast for study in data.studies) and data.outcome.type != "generic"
    found: dict[str, list[tuple[AnalysisSpec, Code]]] = {}
    for model in enumerate(options["model"]):
        random = model[1] == "random"
        tau2s = list(enumerate(options["tau2"])) if random else [(None, None)]
        cis = _intervals(model[1], options["ci"])
        if correlated and model[1] not in WEIGHTED:
            continue
        if model[1] in BAYESIAN and data.outcome.measure != options["measure"][0]:
            continue
        for tau2, ci in product(tau2s, cis):
            spec = AnalysisSpec(
                "",
                "",
                model[1],
                tau2[1],
                ci[1] or "Wald",
                zero_cells=data.zero_cells,
                double_zero=data.double_zero,
                tau_prior=primary.tau_prior if model[1] in BAYESIAN else None,
                mu_prior=primary.mu_prior if model[1] in BAYESIAN else VAGUE,
            )
            if check_combination(data.outcome, spec) is None:
                name = WEIGHTS if model[1] in WEIGHTED else model[1]
                name = tau2[1] if tau2[1] and TAU2[tau2[1]].of_counts else name
                found.setdefault(name, []).append((spec, (model[0], tau2[0], ci[0])))
    return found


def _enter(
    data: Data,
    model_class: str,
    specs: Sequence[tuple[AnalysisSpec, Code]],
    options: Options,
    groups: dict[str, Group],
    named: dict[Place, Code],
) -> None:
    """Put the columns of a choice of data into their group, and name the analyses of them."""
    first, outcome = specs[0][0], data.outcome
    used = [s for s in data.studies if uninformative(s, outcome, first) is None]
    whole = _column(used, outcome, first)
    name = WEIGHTS if model_class == WEIGHTS else f"{model_class} {outcome.measure}"
    group = groups.setdefault(name, Group(outcome.measure, outcome.type))
    analyses = [(group.analysis(spec), data.named(*method)) for spec, method in specs]
    # One study has its own result under every model: it is pooled, once, with the weights.
    alone = [(0, data.named(specs[0][1][0], None, None))]
    for place, left_out in enumerate(options["left_out"]):
        here = [i for i, study in enumerate(used) if study.study != left_out]
        if not here or (left_out and len(here) == len(used)):
            continue
        own = name if len(here) > 1 else WEIGHTS
        column = _without(whole, here)
        index = groups.setdefault(own, Group(outcome.measure, outcome.type)).column(
            _key(outcome.measure, column, own), column
        )
        for analysis, code in analyses if len(here) > 1 else alone:
            named.setdefault((own, index, analysis), (*code, place))


def _column(used: Sequence[StudyData], outcome: OutcomeSpec, spec: AnalysisSpec) -> Column:
    if not used:
        return Column(np.zeros(0), np.zeros(0), np.zeros((0, 4)))
    effects = effects_of(used, outcome, spec)
    found, turned = counted(used, outcome), outcome.measure == "PFT"
    cells = np.zeros((len(used), 4))
    if found is not None:
        cells[:, : len(found.cells)] = np.array(found.cells).T
    groups = np.array([one_group(s) for s in used], dtype=float) if turned else None
    return Column(effects.y, effects.v, cells, groups)


def _without(whole: Column, here: list[int]) -> Column:
    groups = None if whole.one_group is None else whole.one_group[here]
    return Column(whole.y[here], whole.v[here], whole.cells[here], groups)


def _key(measure: str, column: Column, group: str) -> tuple[bytes, ...]:
    """What a column is pooled from: equal keys have equal results."""
    if group == WEIGHTS:
        return measure.encode(), column.y.tobytes(), column.v.tobytes()
    return column.cells.tobytes(), column.y.tobytes(), column.v.tobytes()


def _fit(group: Group) -> list[Results]:
    """Fit all analyses of a group to all its columns."""
    columns = group.columns
    rows, wide = max(len(c.y) for c in columns), len(columns)
    y, v, mask = np.zeros((rows, wide)), np.ones((rows, wide)), np.zeros((rows, wide))
    cells = np.empty((4, rows, wide))
    cells[:] = np.array(NO_TABLE)[:, None, None]
    for i, column in enumerate(columns):
        k = len(column.y)
        y[:k, i], v[:k, i], mask[:k, i] = column.y, column.v, 1.0
        cells[:, :k, i] = column.cells.T
    # Columns of single studies may stand in a group of which no analysis was asked.
    specs = tuple(group.analyses) or (AnalysisSpec("", "", "IV"),)
    counts = counted_as(group.type, tuple(cells))
    return fit_many(specs, group.measure, Pools(y, v, mask, counts))
