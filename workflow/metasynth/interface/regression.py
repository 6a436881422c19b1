"""Regress the effects of a data frame's studies on its columns; what is then asked of the fit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from metasynth.core import store
from metasynth.interface.columns import BadData, measure_of, number, studies, table, text
from metasynth.interface.pooled import Summary
from metasynth.model.methods import (
    CLUSTERED,
    DEFAULT_TAU2,
    MULTIVARIATE,
    require_combination,
    tests_offered,
)
from metasynth.model.moderated_effects import Change, ModeratedEffects, PredictedEffect
from metasynth.model.moderators import (
    ModeratorModel,
    ModeratorTerm,
    Profile,
    ProfileContrast,
    Setting,
)
from metasynth.model.records import AnalysisSpec, Cell, OutcomeSpec, StudyData, StudyValue
from metasynth.model.resampling import Resampling
from metasynth.sensitivity.reduced_sets import pooled_studies
from metasynth.stats.influence import RegressionInfluence, regression_influence
from metasynth.stats.permutation import MOST_ORDERS, PermutationTest, permuted_regression
from metasynth.stats.wild_bootstrap import MOST, BootstrapTest
from metasynth.synthesis.covariate_effects import LEAST
from metasynth.synthesis.moderated import ModeratorFit, moderator_fit
from metasynth.synthesis.moderator_design import moderator_design
from metasynth.synthesis.selection import effects_of

if TYPE_CHECKING:
    import pandas as pd

At = Mapping[str, float | str]
"""Values of moderators, by their columns."""
_MODELS = ("random", "IV", *sorted(CLUSTERED - {MULTIVARIATE}))
OPTIONS = ("centre", "per", "knots", "cuts", "reference")


class Regression:
    """A fitted meta-regression; nothing here fits anew.

    `effects` is the record of it: coefficients on the analysis scale (the logarithm for ratios),
    tests of each term and of all, what heterogeneity remains.
    """

    def __init__(self, fit: ModeratorFit) -> None:
        self.fit = fit
        self.effects: ModeratedEffects = fit.told()

    @property
    def coefficients(self) -> tuple[Change, ...]:
        """Each with its error, limits and test, the intercept first."""
        return self.effects.coefficients

    def predict(self, at: At | Sequence[At]) -> tuple[PredictedEffect, ...]:
        """The average effect at one profile or at several, on the natural scale.

        Parameters:
            at: values by column; what is not named is held at its mean, or at the reference.

        Returns:
            One for each, with the limits of the average and of a new study's effect.

        Raises:
            BadData: for a column that is no moderator.
            Refused: for a level that no study has.
        """
        several = [at] if isinstance(at, Mapping) else at
        return tuple(
            self.fit.prediction(Profile(f"{i}", f"Profile {i}", self._settings(one)))
            for i, one in enumerate(several, 1)
        )

    def contrast(self, at: At, against: At) -> Change:
        """The difference of the average effects at two profiles, on the analysis scale.

        Raises:
            BadData: for a column that is no moderator.
            Refused: for a level that no study has.
        """
        pair = self._settings(at), self._settings(against)
        return self.fit.contrast(ProfileContrast("contrast", "Contrast", *pair))

    def influence(self) -> RegressionInfluence:
        """Deletion diagnostics, one value a study, in the order of `effects.studies`.

        Raises:
            ValueError: where the regression is not possible without one of the studies.
            BadData: of a model of clusters.
        """
        fit = self.fit
        if self.effects.clusters:
            raise BadData(
                "these diagnostics leave one effect out at a time and take the others to be "
                "independent, which effects of one cluster are not: leave clusters out of the data"
            )
        return regression_influence(fit.y, fit.v, fit.design.matrix, fit.method)

    def permutation(self, most: int = MOST_ORDERS, seed: int = 1) -> PermutationTest:
        """The tests of the coefficients by permuting the studies' moderators, tau2 being made anew.

        Parameters:
            most: all orders that differ are made where they are no more; else so many are drawn.
            seed: the same ones are drawn for the same seed.

        Raises:
            BadData: of a model of clusters, for which there is `bootstrap`.
        """
        fit = self.fit
        if self.effects.clusters:
            raise BadData("effects of one cluster cannot change places: see bootstrap()")
        return permuted_regression(
            fit.y, fit.v, fit.design.matrix, fit.method, self.effects.ci_method, most, seed
        )

    def bootstrap(
        self, names: Sequence[str] = (), most: int = MOST, seed: int = 1
    ) -> BootstrapTest:
        """The wild cluster bootstrap: whether coefficients are all 0, by the clusters' own signs.

        Parameters:
            names: of coefficients; none for all but the intercept.
            most: fits. All 2^m choices of signs of m clusters are made where half of them are no
                more; else so many are drawn.
            seed: the same ones are drawn for the same seed.

        Raises:
            BadData: for a name that no coefficient has, and of a model that knows no clusters.
        """
        fit, known = self.fit, [one.name for one in self.coefficients]
        if not self.effects.clusters:
            raise BadData("there are no clusters to turn the signs of: see permutation()")
        if unknown := [name for name in names if name not in known]:
            raise BadData(f"{', '.join(map(repr, unknown))} is not among {', '.join(known)}")
        places = [known.index(name) for name in names] or list(range(1, len(known)))
        return fit.bootstrap(places, Resampling(seed, most))

    def _settings(self, at: At) -> tuple[Setting, ...]:
        known = {term.name: term for term in self.fit.model.terms}
        if unknown := [name for name in at if name not in known]:
            raise BadData(f"{', '.join(map(repr, unknown))} is not among {', '.join(known)}")
        return tuple(
            Setting(name, level=str(value))
            if known[name].levels or known[name].cuts
            else Setting(name, number=float(value))
            for name, value in at.items()
        )

    def to_frame(self, what: str = "coefficients") -> "pd.DataFrame":
        """A pandas frame of the coefficients, or of the tests of the terms.

        Raises:
            KeyError: for any other.
        """
        parts = {"coefficients": self.effects.coefficients, "terms": self.effects.terms}
        frame: pd.DataFrame = table(store.plain(one, exact=True) for one in parts[what])
        return frame

    def summary(self) -> Summary:
        """Coefficients, tests and heterogeneity as a text of columns."""
        own = self.effects
        known = f" in {own.clusters} clusters" if own.clusters else ""
        by = own.tau2_method or ("common effect" if own.model == "random" else own.model)
        lines = [
            f"Meta-regression of {own.k} studies{known} ({by})",
            *columns_of(self.coefficients),
        ]
        if own.qm is not None and own.qm_df:
            named = "F" if own.qm_df2 else "QM"
            lines.append(f"All moderators: {named} = {own.qm:.4f}, p = {_p(own.qm_p)}")
        if own.tau2 is not None:
            explained = "" if own.r2 is None else f", R2 = {own.r2:.2f}%"
            known = "" if own.i2 is None else f", I2 = {own.i2:.2f}%"
            lines.append(f"Residual tau2 = {own.tau2:.4f}{known}{explained}")
        if own.qe is not None:
            lines.append(f"QE({own.qe_df}) = {own.qe:.4f}, p = {_p(own.qe_p)}")
        lines += (f"Left out, without a value: {label}" for label in own.left_out)
        return Summary("\n".join(lines))

    def __repr__(self) -> str:
        """The summary, as a console shows what a line gives."""
        return self.summary()


def columns_of(coefficients: Sequence[Change]) -> list[str]:
    """A heading and a line for each coefficient, in columns of one width."""
    return [
        f"{'':<32} {'estimate':>10} {'se':>8} {'95% CI':>20} {'p':>8}",
        *(
            f"{one.name[:32]:<32} {one.estimate:>10.4f} {one.se:>8.4f}"
            f" {f'[{one.ci_low:.4f}, {one.ci_high:.4f}]':>20} {_p(one.p):>8}"
            for one in coefficients
        ),
    ]


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def regress(
    data: Any,
    measure: str,
    moderators: Sequence[str] | Mapping[str, Mapping[str, Any]],
    *,
    interactions: Sequence[tuple[str, str]] = (),
    columns: Mapping[str, str] | None = None,
    labels: str | None = None,
    model: str = "random",
    tau2: str | None = None,
    tests: str | None = None,
    cluster: str | None = None,
    correlation: float = 0.0,
    zero_cells: str = "only0",
    double_zero: str = "auto",
    minimum: int = LEAST,
    direction: str = "harm",
) -> Regression:
    """Regress the studies' effects on columns of a data frame.

    Parameters:
        data: as for `pool`, with the moderators' columns beside.
        measure: likewise.
        moderators: columns, of numbers or of words (a category, compared with its first level by
            the alphabet); or each with its choices: centre ("mean" or a number), per, knots, cuts,
            reference, as in a model of config.yaml (docs/moderators.md).
        interactions: pairs of them.
        columns: where the frame has other names than metafor's.
        labels: the column of the studies' names.
        model: random, IV for a common effect about the line, or with clusters three_level,
            RVE-CORR or RVE-HIER.
        tau2: the estimator of residual heterogeneity, REML by default.
        tests: HKSJ (Knapp and Hartung's t and F, the default), or Wald (z and chi-squared); with
            clusters CR2 (the default), CR1, CR0, and of three_level Wald.
        cluster: of models of clusters, the column whose equal values say what belongs together.
        correlation: likewise, of the sampling errors of any two effects of one cluster.
        zero_cells: where 0.5 is added, as for `pool`.
        double_zero: what becomes of studies without events, as for `pool`.
        minimum: studies, or clusters, below which it is refused.
        direction: benefit or harm.

    Returns:
        The fit: `summary`, `coefficients`, `predict`, `contrast`, `to_frame`.

    Raises:
        BadData: with all that is wrong with the frame.
        Refused: where there is no regression, with the reason.
        UnsupportedCombination: when the analysis has no meaning for the measure.

    Example:
        >>> data = {"yi": [0.0, 1.0, 2.0, 3.1], "vi": [0.01] * 4, "dose": [0, 1, 2, 3]}
        >>> found = regress(data, "MD", ["dose"], tests="Wald", minimum=4)
        >>> [round(one.estimate, 4) for one in found.coefficients]
        [-0.02, 1.03]
        >>> round(found.predict({"dose": 1.5})[0].estimate, 4)
        1.525
    """
    if model not in _MODELS:
        raise BadData(f"model {model!r} is not one of {', '.join(_MODELS)}")
    if tests and tests not in (offered := tests_offered(model)):
        raise BadData(f"tests {tests!r} of model {model} are not one of {', '.join(offered)}")
    chosen = measure_of(measure)
    type_, rows = studies(data, chosen, columns or {}, labels, None, cluster)
    asked = moderators if isinstance(moderators, Mapping) else {name: {} for name in moderators}
    terms, values = terms_of(data, asked)
    declared = ModeratorModel("model", "Model", terms, tuple(interactions), ci=tests or "")
    outcome = OutcomeSpec(
        "outcome", "Outcome", "outcome", None, type_, chosen, direction, ("analysis",)
    )
    analysis = AnalysisSpec(
        "analysis",
        "",
        model,
        tau2,
        "CR2" if model in CLUSTERED else "Wald",
        zero_cells=zero_cells,
        double_zero=double_zero,
        correlation=correlation,
    )
    require_combination(outcome, analysis)
    own = pooled_studies(outcome, analysis, with_values(rows, terms, values))
    effects = effects_of(own, outcome, analysis)
    design = moderator_design(declared, own, effects.v)
    method = None if model == "IV" else tau2 or DEFAULT_TAU2
    return Regression(
        moderator_fit(
            outcome, analysis, declared, design, own, effects.y, effects.v, method, minimum
        )
    )


def terms_of(
    frame: Any, asked: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[ModeratorTerm, ...], dict[str, list[float | None]]]:
    """The terms, and each column's values: of words the place among their levels."""
    present = [str(name) for name in frame]
    if unknown := [name for name in asked if name not in present]:
        raise BadData(f"no column {', '.join(map(repr, unknown))} among {', '.join(present)}")
    terms, values = list[ModeratorTerm](), dict[str, list[float | None]]()
    for name, options in asked.items():
        if wrong := [one for one in options if one not in OPTIONS]:
            raise BadData(f"{', '.join(wrong)} of {name!r} is not one of {', '.join(OPTIONS)}")
        cells = list(frame[name])
        words = any(isinstance(cell, str) for cell in cells)
        levels = sorted({text(cell) for cell in cells} - {""}) if words else []
        if words:
            values[name] = [float(levels.index(t)) if (t := text(c)) else None for c in cells]
        else:
            values[name] = [number(cell) for cell in cells]
        centre = options.get("centre", 0.0)
        terms.append(
            ModeratorTerm(
                name,
                name,
                name,
                tuple((level, float(i)) for i, level in enumerate(levels)),
                tuple(options.get("cuts", ())),
                str(options.get("reference", "")),
                None if centre == "mean" else float(centre),
                float(options.get("per", 1.0)),
                tuple(options.get("knots", ())),
            )
        )
    return tuple(terms), values


def with_values(
    rows: Sequence[StudyData],
    terms: Sequence[ModeratorTerm],
    values: Mapping[str, Sequence[float | None]],
) -> list[StudyData]:
    """The studies with what each row says of the moderators."""
    return [
        replace(
            study,
            values=tuple(
                StudyValue(term.name, Cell("", i), x)
                for term in terms
                if (x := values[term.name][i]) is not None
            ),
        )
        for i, study in enumerate(rows)
    ]
