"""Dependent effects of a data frame: outcomes of a study that covary, crossed factors."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from metasynth.core.arrays import Array
from metasynth.interface.columns import BadData, measure_of, number, studies, table, text
from metasynth.interface.pooled import Summary
from metasynth.interface.regression import columns_of, terms_of, with_values
from metasynth.model.methods import require_combination
from metasynth.model.moderated_effects import Change
from metasynth.model.moderators import INTERCEPT, ModeratorModel
from metasynth.model.records import AnalysisSpec, OutcomeSpec
from metasynth.sensitivity.reduced_sets import pooled_studies
from metasynth.stats.declared_errors import Declared, Groups, declared_covariance
from metasynth.stats.intervals import interval
from metasynth.stats.moderator_terms import dependent_columns
from metasynth.stats.multivariate import (
    MultivariateFit,
    RandomEffect,
    fit_multivariate,
    intercepts,
    likelihood_ratio,
    outcomes_of,
)
from metasynth.synthesis.moderator_design import moderator_design
from metasynth.synthesis.selection import effects_of

if TYPE_CHECKING:
    import pandas as pd

EACH = "each effect"
"""A random effect of every row, in place of a column."""
TESTS = ("Wald", "t", "CR0", "CR1", "CR2")
ERRORS = (
    *("same_type", "other_type", "over_time", "type", "observation", "time"),
    *("groups", "sizes"),
)


class Multivariate:
    """A fitted model of dependent effects, on the analysis scale (the logarithm for ratios).

    `fit` is the engine's: `covariances`, `log_likelihood`, `i2`, `qe`. `outcomes` are in the order
    of the rows of its covariance, `left_out` the rows that lack something.
    """

    def __init__(
        self,
        fit: MultivariateFit,
        names: Sequence[str],
        factors: Sequence[str],
        outcomes: Sequence[str],
        cluster: "np.typing.NDArray[np.intp]",
        ci: str,
        left_out: Sequence[str],
    ) -> None:
        self.fit, self.ci = fit, ci
        self.names, self.factors, self.outcomes = tuple(names), tuple(factors), tuple(outcomes)
        self.left_out = tuple(left_out)
        self._robust = fit.robust(cluster, ci) if ci.startswith("CR") else None
        own = fit.df if self._robust is None else self._robust.df
        self._df: list[float] | None = None if ci == "Wald" else own.tolist()

    @property
    def coefficients(self) -> tuple[Change, ...]:
        """Each with its error, limits and test by the chosen `ci`."""
        covariance = self.fit.covariance if self._robust is None else self._robust.covariance
        errors = np.sqrt(np.diag(covariance)).tolist()
        found = []
        degrees: Sequence[float | None] = self._df or [None] * len(self.names)
        for name, b, se, df in zip(
            self.names, self.fit.coefficients.tolist(), errors, degrees, strict=True
        ):
            own = interval(b, se, df)
            found.append(Change(name, b, se, own.low, own.high, b / se, df, own.p))
        return tuple(found)

    def test(self, names: Sequence[str]) -> tuple[float | None, float | None]:
        """Whether coefficients are all 0: chi-squared, F (t), or Hotelling's T² (CR), with its p.

        None and None where the clusters' degrees of freedom do not suffice for a test.

        Raises:
            BadData: for a name that no coefficient has.
        """
        if unknown := [name for name in names if name not in self.names]:
            raise BadData(f"{', '.join(map(repr, unknown))} is not among {', '.join(self.names)}")
        places = [self.names.index(name) for name in names]
        if self._robust is not None:
            found = self._robust.test(places)
            return found.statistic, found.p
        return self.fit.wald(places, min(self._df[i] for i in places) if self._df else None)

    def against(self, simpler: "Multivariate") -> tuple[float, int, float]:
        """The likelihood-ratio test of a simpler model of the same effects: statistic, df, p.

        A variance that the simpler model has not lies at its limit of 0, so that p is too large.

        Raises:
            ValueError: where the two cannot be compared.
        """
        return likelihood_ratio(self.fit, simpler.fit)

    @property
    def variances(self) -> dict[str, float]:
        """The variance of the true effects of each factor and, of outcomes, of each of them."""
        found = {}
        for factor, g in zip(self.factors, self.fit.covariances, strict=True):
            if len(g) == 1:
                found[factor] = float(g[0, 0])
            else:
                found |= {o: float(x) for o, x in zip(self.outcomes, np.diag(g), strict=True)}
        return found

    @property
    def correlations(self) -> Array | None:
        """Of the outcomes' true effects, shape (n, n); NaN where a variance is 0, None without."""
        found = next((g for g in self.fit.covariances if len(g) > 1), None)
        if found is None:
            return None
        s = np.sqrt(np.diag(found))
        products: Array = np.outer(s, s)
        blank: Array = np.full_like(products, np.nan)
        return np.divide(found, products, out=blank, where=products > 0)

    def to_frame(self) -> "pd.DataFrame":
        """A pandas frame of the coefficients."""
        from metasynth.core import store

        frame: pd.DataFrame = table(store.plain(one, exact=True) for one in self.coefficients)
        return frame

    def summary(self) -> Summary:
        """Coefficients, variances and heterogeneity as a text of columns."""
        fit = self.fit
        lines = [
            f"{len(fit.y)} effects, {fit.method}, {self.ci}",
            *columns_of(self.coefficients),
        ]
        shares = fit.i2
        for i, (name, value) in enumerate(self.variances.items()):
            share = "" if shares is None else f", I2 = {shares[i]:.2f}%"
            lines.append(f"Variance of {name}: {value:.4f}{share}")
        if (correlations := self.correlations) is not None:
            lines += (
                (
                    f"Correlation of {one} and {self.outcomes[k]}: {correlations[j, k]:.4f}"
                    for j, one in enumerate(self.outcomes)
                    for k in range(j + 1, len(self.outcomes))
                )
                if len(self.outcomes) <= 6
                else ()
            )
        k, p = fit.design.shape
        lines.append(f"QE({k - p}) = {fit.qe:.4f}, log likelihood = {fit.log_likelihood:.4f}")
        lines += (f"Left out: {label}" for label in self.left_out)
        return Summary("\n".join(lines))

    def __repr__(self) -> str:
        """The summary, as a console shows what a line gives."""
        return self.summary()


def multivariate(
    data: Any,
    measure: str,
    *,
    study: str,
    outcome: str | None = None,
    structure: str | None = "UN",
    means: str = "outcome",
    factors: Sequence[str | Sequence[str]] = (),
    moderators: Sequence[str] | Mapping[str, Mapping[str, Any]] = (),
    interactions: Sequence[tuple[str, str]] = (),
    errors: Mapping[str, Any] | Any = None,
    tau2: str = "REML",
    ci: str = "Wald",
    columns: Mapping[str, str] | None = None,
    labels: str | None = None,
    zero_cells: str = "only0",
    double_zero: str = "auto",
    direction: str = "harm",
) -> Multivariate:
    """Pool effects that depend on each other: outcomes or times of a study, crossed factors.

    Parameters:
        data: as for `pool`, a row an effect, with the columns named below beside.
        measure: likewise.
        study: the column of the studies; by it sampling errors are correlated, and CR0 to CR2 hold.
        outcome: the column of the outcomes (or times, in their order) whose true effects covary
            within studies; None for none.
        structure: how: UN, CS, HCS, AR, HAR, CAR (of times, which then are numbers), DIAG, ID; None
            where outcomes only have averages of their own.
        means: outcome, for an average (and a slope of each moderator) of each outcome; or common.
        factors: columns whose values have a random effect each, side by side (crossed) or nested:
            ["district", ["district", "school"]]; "each effect" for one of every row.
        moderators: as for `regress`.
        interactions: likewise.
        errors: correlations of the sampling errors within a study: a number for any two;
            {"same_type": r, "other_type": r, "type": column, "observation": column},
            {"over_time": r, "time": column}, {"groups": (column, column), "sizes": (column,
            column)} for groups that effects share, or several of these; or a covariance matrix of
            all rows. Independent where it is left out.
        tau2: REML or ML.
        ci: Wald, t (degrees of freedom by containment), or CR0, CR1, CR2 (Satterthwaite's).
        columns: where the frame has other names than metafor's.
        labels: the column of the rows' names.
        zero_cells: where 0.5 is added, as for `pool`.
        double_zero: what becomes of studies without events, as for `pool`.
        direction: benefit or harm.

    Returns:
        The fit: `summary`, `coefficients`, `variances`, `correlations`, `test`, `against`.

    Raises:
        BadData: with what is wrong with the frame or a choice.
        Refused: where there is no such model, with the reason.
        UnsupportedCombination: when the analysis has no meaning for the measure.

    Example:
        >>> data = {"yi": [0.1, 0.3, 0.9, 0.7, 0.2, 0.4], "vi": [0.01] * 6}
        >>> data |= {"study": [1, 1, 2, 2, 3, 3], "scale": ["pain", "mood"] * 3}
        >>> found = multivariate(data, "SMD", study="study", outcome="scale", structure="CS",
        ...                      errors=0.5)
        >>> [(one.name, round(one.estimate, 4)) for one in found.coefficients]
        [('mood', 0.4667), ('pain', 0.4)]
    """
    present = [str(name) for name in data]
    plain = [[one] if isinstance(one, str) else list(one) for one in factors]
    asked = [study, outcome, *(name for own in plain for name in own if name != EACH)]
    if unknown := [name for name in asked if name is not None and name not in present]:
        raise BadData(f"no column {', '.join(map(repr, unknown))} among {', '.join(present)}")
    if ci not in TESTS or means not in ("outcome", "common"):
        raise BadData(f"ci {ci!r} of {', '.join(TESTS)}; means {means!r} of outcome, common")
    if tau2 not in ("REML", "ML"):
        raise BadData(f"tau2 {tau2!r} of REML, ML")
    chosen = measure_of(measure)
    type_, rows = studies(data, chosen, columns or {}, labels, None)
    given = moderators if isinstance(moderators, Mapping) else {name: {} for name in moderators}
    terms, values = terms_of(data, given)
    declared = ModeratorModel("model", "Model", terms, tuple(interactions))
    spec = OutcomeSpec(
        "outcome", "Outcome", "outcome", None, type_, chosen, direction, ("analysis",)
    )
    analysis = AnalysisSpec("analysis", "", zero_cells=zero_cells, double_zero=double_zero)
    require_combination(spec, analysis)
    pooled = pooled_studies(spec, analysis, with_values(rows, terms, values))
    effects = effects_of(pooled, spec, analysis)
    design = moderator_design(declared, pooled, effects.v)
    row_of = {one.study: i for i, one in enumerate(rows)}
    row = [row_of[one.study] for one in pooled]
    cells = [list(data[name]) for name in asked if name is not None]
    whole = [
        i for i, place in enumerate(design.kept) if all(text(own[row[place]]) for own in cells)
    ]
    own = np.array(whole, dtype=np.intp)
    places = np.array(design.kept, dtype=np.intp)[own]
    kept = [row[place] for place in places.tolist()]
    if not len(places):
        raise BadData("no row has an effect and all that is asked for")
    cluster = _codes(data, [study], kept)[0]
    matrix = design.matrix[own] if terms else np.ones((len(kept), 1))
    names = design.names
    random, called = list[RandomEffect](), list[str]()
    for one in plain:
        group = np.arange(len(kept)) if one == [EACH] else _codes(data, one, kept)[0]
        random.append(intercepts(group))
        called.append("/".join(one))
    levels: list[str] = []
    if outcome is not None:
        level, levels, times = _outcomes(data, outcome, kept, structure)
        if structure is not None:
            random.append(outcomes_of(cluster, level, structure, times))
            called.append(f"{outcome} | {study}")
        if means == "outcome":
            each = (level[:, None] == np.arange(len(levels))).astype(np.float64)
            matrix = (matrix[:, :, None] * each[:, None, :]).reshape(len(kept), -1)
            names = tuple(
                one if name == INTERCEPT else f"{one}:{name}" for name in names for one in levels
            )
    if alike := dependent_columns(matrix):
        raise BadData(f"the columns {', '.join(names[i] for i in alike)} depend on each other")
    covariance = _errors(data, errors, effects.v[places], cluster, kept, len(rows))
    fit = fit_multivariate(effects.y[places], covariance, random, matrix, tau2)
    had = set(kept)
    left_out = [one.label for i, one in enumerate(rows) if i not in had]
    return Multivariate(fit, names, called, levels, cluster, ci, left_out)


def _codes(
    data: Any, names: Sequence[str], kept: Sequence[int]
) -> tuple["np.typing.NDArray[np.intp]", list[tuple[str, ...]]]:
    """The number of each row's value, or of those of several columns, in the order they come in."""
    cells = [[text(x) for x in data[name]] for name in names]
    keys = [tuple(own[i] for own in cells) for i in kept]
    levels = list(dict.fromkeys(keys))
    place = {key: i for i, key in enumerate(levels)}
    return np.array([place[key] for key in keys], dtype=np.intp), levels


def _outcomes(
    data: Any, name: str, kept: Sequence[int], structure: str | None
) -> tuple["np.typing.NDArray[np.intp]", list[str], Array | None]:
    """The outcomes in their order: of numbers by size, of words by the alphabet."""
    cells = [list(data[name])[i] for i in kept]
    words = any(isinstance(cell, str) for cell in cells)
    if words and structure == "CAR":
        raise BadData(f"CAR needs numbers in column {name!r}")
    own = [text(x) if words else number(x) for x in cells]
    levels = sorted(set(own))  # type: ignore[type-var]
    place = {level: i for i, level in enumerate(levels)}
    times = None if words else np.array(levels, dtype=np.float64)
    shown = [str(x) if words else f"{x:g}" for x in levels]
    return np.array([place[x] for x in own], dtype=np.intp), shown, times


def _errors(
    data: Any,
    errors: Any,
    v: Array,
    cluster: "np.typing.NDArray[np.intp]",
    kept: Sequence[int],
    count: int,
) -> Array:
    """The sampling errors' covariance of the rows that are kept."""
    if errors is None:
        return np.diag(v)
    if isinstance(errors, int | float):
        return declared_covariance(v, cluster, Declared(same_type=float(errors)))
    if not isinstance(errors, Mapping):
        given = np.asarray(errors, dtype=np.float64)
        if given.shape != (count, count):
            raise BadData(f"a covariance of shape {given.shape} for {count} rows")
        return given[np.ix_(kept, kept)]
    if wrong := [key for key in errors if key not in ERRORS]:
        raise BadData(f"{', '.join(wrong)} of errors is not one of {', '.join(ERRORS)}")

    def codes(key: str) -> "np.typing.NDArray[np.intp] | None":
        return _codes(data, [errors[key]], kept)[0] if key in errors else None

    def numbers(name: str) -> Array:
        own = [number(x) for x in data[name]]
        if missing := [i for i in kept if own[i] is None]:
            raise BadData(f"column {name!r} is blank in row {missing[0] + 1}")
        return np.array([own[i] for i in kept], dtype=np.float64)

    time = numbers(errors["time"]) if "time" in errors else None
    groups = None
    if "groups" in errors:
        first, second = (
            [(cluster[j], text(data[name][i])) for j, i in enumerate(kept)]
            for name in errors["groups"]
        )
        place = {key: i for i, key in enumerate(dict.fromkeys([*first, *second]))}
        one, other = (np.array([place[key] for key in own]) for own in (first, second))
        ones = np.ones(len(kept)), np.ones(len(kept))
        first_size, second_size = map(numbers, errors["sizes"]) if "sizes" in errors else ones
        groups = Groups(one, other, first_size, second_size, time)
    # What is the same in all that was declared differs by nothing: its errors are one.
    default = 1.0 if "time" in errors or "groups" in errors else 0.0
    declared = Declared(
        same_type=errors.get("same_type", default),
        other_type=errors.get("other_type", default),
        over_time=errors.get("over_time", 1.0),
        type=codes("type"),
        observation=codes("observation"),
        time=time,
        groups=groups,
    )
    return declared_covariance(v, cluster, declared)
