"""The meta-regressions of an outcome on its declared moderators, or why there is none.

Mixed effects by REML with the declared tests, whatever the outcome's own analysis: trials differ in
more than the moderators (Cochrane Handbook 10.11.4). Where that knows clusters, it is its own model
that is regressed. Asked of fewer than ten trials, or clusters, they would answer by chance, and of
fewer than ten for each coefficient they may (10.11.5.1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray

from metasynth.core.arrays import Array
from metasynth.core.messages import Refused, Sentence, sentence
from metasynth.model import clusters
from metasynth.model.methods import CLUSTERED, ROBUST_CI, RVE, is_ratio, tests_of
from metasynth.model.moderated_effects import (
    Change,
    LinePoint,
    ModeratedEffects,
    PredictedEffect,
    TermLine,
    TermTest,
)
from metasynth.model.moderators import (
    ModeratorModel,
    Profile,
    ProfileContrast,
    Setting,
)
from metasynth.model.records import AnalysisSpec, OutcomeSpec, StudyData
from metasynth.model.resampling import PERMUTATION, WILD_BOOTSTRAP, Resampling
from metasynth.stats.clustered_regression import ClusteredRegression, clustered_regression
from metasynth.stats.covariate_fit import MetaRegression, meta_regression
from metasynth.stats.effects.scales import LARGEST_EXPONENT, finite, natural
from metasynth.stats.intervals import Interval
from metasynth.stats.least_squares import NotTestable
from metasynth.stats.moderator_terms import NumericTerm, dependent_columns
from metasynth.stats.moderator_tests import (
    combined,
    explained,
    inflation,
    omnibus,
    predicted,
    residual_i2,
)
from metasynth.stats.permutation import MOST_ORDERS, permuted_regression
from metasynth.stats.scaled_regression import ScaledRegression, scaled_regression
from metasynth.stats.wild_bootstrap import MOST, BootstrapTest, wild_bootstrap
from metasynth.synthesis.covariate_effects import LEAST
from metasynth.synthesis.moderator_design import (
    ModeratorDesign,
    NoDesign,
    dependence,
    moderator_design,
)
from metasynth.synthesis.selection import factors_of
from metasynth.synthesis.synthesise import size_of_pool

METHOD = "REML"
_FEW = sentence(
    "a meta-regression needs about ten studies with a value of each moderator, and there are fewer"
)
_FEW_CLUSTERS = sentence(
    "a meta-regression needs about ten clusters with a value of each moderator, and there are fewer"
)
POINTS = 41
"""Of a line and its limits, which are curves."""


def moderated(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], y: Array, v: Array
) -> tuple[ModeratedEffects, ...]:
    """Every declared meta-regression of the studies' effects.

    Parameters:
        outcome: whose moderators they are.
        spec: the analysis that the effects are of.
        studies: in the order of `y`.
        y: their effects on the analysis scale, shape (k,).
        v: the variances, infinite of what has none, shape (k,).
    """
    declared = len(outcome.moderators)
    tests = sum(
        len(one.terms) + len(one.interactions) + len(one.contrasts) for one in outcome.moderators
    )
    return tuple(
        replace(_moderated(outcome, spec, model, studies, y, v), declared=declared, tests=tests)
        for model in outcome.moderators
    )


def _moderated(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    model: ModeratorModel,
    studies: Sequence[StudyData],
    y: Array,
    v: Array,
) -> ModeratedEffects:
    start = ModeratedEffects(
        model.name,
        model.label,
        model=spec.model if spec.model in CLUSTERED else "random",
        ci_method=tests_of(model.ci, spec.model),
        tau2_method=_method(spec),
    )
    try:
        design = moderator_design(model, studies, v)
        start = replace(start, k=len(design.kept), left_out=design.left_out)
        fit = moderator_fit(outcome, spec, model, design, studies, y, v, _method(spec))
        return fit.told()
    except Refused as refused:
        return replace(start, reason=refused.why)


def _method(spec: AnalysisSpec) -> str:
    """The estimator of the residual variances; blank of weights that have moments of their own."""
    if spec.model in RVE:
        return ""
    return (spec.tau2 or METHOD) if spec.model in CLUSTERED else METHOD


def moderator_fit(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    model: ModeratorModel,
    design: ModeratorDesign,
    studies: Sequence[StudyData],
    y: Array,
    v: Array,
    method: str | None = METHOD,
    minimum: int = LEAST,
) -> "ModeratorFit":
    """The regression of the studies' effects on a design.

    Parameters:
        outcome: whose effects they are.
        spec: the analysis that the effects are of.
        model: what is declared.
        design: made of it and of these studies.
        studies: in the order of `y`.
        y: their effects on the analysis scale, shape (k,).
        v: the variances, infinite of what has none, shape (k,).
        method: the estimator of tau2; None for tau2 = 0. Clustered models have that of `spec`.
        minimum: studies, or clusters, below which it is refused.

    Raises:
        NoDesign: where there is none, with the reason.
    """
    kept = list(design.kept)
    own = [studies[i] for i in kept]
    fit = _fit(outcome, spec, model, design, own, y[kept], v[kept], method, minimum)
    if spec.model in CLUSTERED:
        method = _method(spec)
    return ModeratorFit(outcome, spec, model, design, fit, own, y[kept], v[kept], method)


def _fit(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    model: ModeratorModel,
    design: ModeratorDesign,
    own: Sequence[StudyData],
    y: Array,
    v: Array,
    method: str | None,
    minimum: int,
) -> MetaRegression:
    """The regression of the effects that a design is of."""
    matrix, clustered = design.matrix, spec.model in CLUSTERED
    cluster = clusters.numbers(own) if clustered else np.arange(len(y))
    units = len(np.unique(cluster))
    if units < minimum:
        raise NoDesign(_FEW_CLUSTERS if clustered else _FEW)
    if units <= matrix.shape[1]:
        raise NoDesign(
            sentence("there are no more clusters than coefficients")
            if clustered
            else sentence("there are no more studies than coefficients")
        )
    if why := dependence(design, matrix):
        raise NoDesign(why)
    tests = tests_of(model.ci, spec.model)
    try:
        if model.scale:
            return scaled_regression(y, v, matrix, _scale_design(model, own, v).matrix, tests)
        if not clustered:
            return meta_regression(y, v, matrix, method, tests)
        if tests in ROBUST_CI and (why := _of_one_cluster(design, matrix, cluster)):
            raise NoDesign(why)
        factors = factors_of(own, outcome, spec)
        return clustered_regression(spec, y, v, cluster, matrix, tests, factors)
    except NotTestable as exact:
        raise NoDesign(exact.why) from exact


def _scale_design(model: ModeratorModel, own: Sequence[StudyData], v: Array) -> ModeratorDesign:
    """The design of the scale over the studies of a fit.

    Raises:
        NoDesign: where its columns depend on each other.
    """
    design = moderator_design(ModeratorModel(model.name, model.label, model.scale), own, v)
    if why := dependence(design, design.matrix):
        raise NoDesign(why)
    return design


def _of_one_cluster(
    design: ModeratorDesign, matrix: Array, cluster: NDArray[np.intp]
) -> Sentence | None:
    """Which column one cluster alone tells of, whose residuals then say nothing of its error."""
    for number in range(int(cluster.max()) + 1):
        if places := dependent_columns(matrix[cluster != number]):
            return sentence(
                "one cluster alone tells of {column}, so that clusters’ residuals cannot tell its"
                " error",
                column=design.names[places[-1]],
            )
    return None


@dataclass(frozen=True, slots=True, eq=False)
class ModeratorFit:
    """A fit on its design, and what is said of it.

    `own` are the studies in it, `y` and `v` their effects and variances, of shape (k,).
    """

    outcome: OutcomeSpec
    spec: AnalysisSpec
    model: ModeratorModel
    design: ModeratorDesign
    fit: MetaRegression
    own: Sequence[StudyData]
    y: Array
    v: Array
    method: str | None

    def told(self) -> ModeratedEffects:
        """The record of it.

        Raises:
            Refused: for a declared profile that no study is like.
        """
        fit, model, effects = self.fit, self.model, (self.y, self.v)
        common, units = self.method is None, len(self.own)
        between = within = i2 = r2 = known = None
        if isinstance(fit, ClusteredRegression):
            units = known = fit.clusters
            between, within, i2, r2 = fit.between, fit.within, fit.i2, fit.r2
        elif self.method is not None and not model.scale:
            i2 = residual_i2(*effects, self.design.matrix, fit.tau2)
            r2 = explained(*effects, self.method, fit.tau2)
        found = ModeratedEffects(
            model.name,
            model.label,
            model=self.spec.model if known else "random",
            k=len(self.own),
            clusters=known,
            ci_method=tests_of(model.ci, self.spec.model),
            tau2_method=self.method or "",
            coefficients=tuple(self.coefficients()),
            terms=tuple(self.terms()),
            contrasts=tuple(self.contrast(one) for one in model.contrasts),
            predictions=tuple(self.prediction(one) for one in model.predictions),
            lines=tuple(self.lines(model)),
            qm=finite(fit.qm),
            qm_df=fit.qm_df,
            qm_df2=finite(fit.residual_df),
            qm_p=finite(fit.qm_p),
            qe=finite(fit.qe),
            qe_df=fit.qe_df,
            qe_p=finite(fit.qe_p),
            tau2=None if common else finite(fit.tau2),
            tau2_between=finite(between),
            tau2_within=finite(within),
            i2=finite(i2),
            r2=r2,
            studies=tuple((study.study, study.label) for study in self.own),
            left_out=self.design.left_out,
            few_per_coefficient=units < LEAST * (len(fit.coefficients) - 1),
        )
        return self._resampled(self._scaled(found))

    def _scaled(self, found: ModeratedEffects) -> ModeratedEffects:
        """The record with the scale's coefficients, where ln tau2 depends on covariates."""
        if not isinstance(self.fit, ScaledRegression):
            return found
        own, design = self.fit.scale, _scale_design(self.model, self.own, self.v)
        values = zip(design.names, own.scale, own.scale_intervals, design.parts, strict=True)
        statistic, df, df2, p = own.scale_test
        return replace(
            found,
            scale=tuple(
                Change(
                    name,
                    float(x),
                    at.se,
                    at.low,
                    at.high,
                    finite(at.statistic),
                    finite(at.df),
                    finite(at.p),
                    parts=parts,
                )
                for name, x, at, parts in values
            ),
            scale_test=TermTest("scale", (), statistic, df, df2, p),
            tau2_least=finite(float(own.tau2.min())),
            tau2_largest=finite(float(own.tau2.max())),
            tau2_each=tuple(own.tau2.tolist()),
        )

    def _resampled(self, found: ModeratedEffects) -> ModeratedEffects:
        """The record with p-values by resampling, where the model asks for them.

        Raises:
            NotTestable: where a resample has no fit.
        """
        if (asked := self.model.permutation) is not None:
            most = asked.most or MOST_ORDERS
            matrix, ci = self.design.matrix, found.ci_method
            test = permuted_regression(self.y, self.v, matrix, self.method, ci, most, asked.seed)
            own = zip(found.coefficients, test.p, strict=True)
            return replace(
                found,
                coefficients=tuple(replace(one, p_resampled=p) for one, p in own),
                resampling=PERMUTATION,
                p_resampled=test.omnibus,
                resamplings=test.permutations,
                all_resamplings=test.exact,
            )
        if self.model.wild_bootstrap is None:
            return found
        every = range(1, len(found.coefficients))
        whole = self.bootstrap(every)
        terms = zip(found.terms, self.design.layout.places(), strict=True)
        return replace(
            found,
            terms=tuple(
                replace(one, p_resampled=(self.bootstrap(at) if len(at) < len(every) else whole).p)
                for one, (_, at) in terms
            ),
            resampling=WILD_BOOTSTRAP,
            p_resampled=whole.p,
            resamplings=whole.choices,
            all_resamplings=whole.exact,
        )

    def bootstrap(self, places: Sequence[int], asked: Resampling | None = None) -> BootstrapTest:
        """The wild cluster bootstrap of the coefficients at some places.

        Parameters:
            places: of columns of the design.
            asked: how it is drawn; None as the model has it.

        Raises:
            NotTestable: where a resample has no fit.
        """
        asked = asked or self.model.wild_bootstrap
        assert asked is not None
        ci, cluster = tests_of(self.model.ci, self.spec.model), clusters.numbers(self.own)
        kind = ci if ci in ROBUST_CI else "CR2"
        most, matrix = asked.most or MOST, self.design.matrix
        return wild_bootstrap(
            self.spec, self.y, self.v, cluster, matrix, places, kind, most, asked.seed
        )

    def coefficients(self) -> Iterator[Change]:
        """Each with its test, the intercept first."""
        values = zip(self.design.names, self.fit.coefficients, self.fit.intervals, strict=True)
        for place, (name, value, limits) in enumerate(values):
            vif = inflation(self.fit, (place,)) if place else None
            found = self._change(name, float(value), limits)
            yield replace(found, vif=finite(vif), parts=self.design.parts[place])

    def _change(self, name: str, value: float, limits: Interval) -> Change:
        found = Change(
            name,
            value,
            limits.se,
            limits.low,
            limits.high,
            finite(limits.statistic),
            finite(limits.df),
            finite(limits.p),
        )
        if not is_ratio(self.outcome.measure):
            return found
        ratio, low, high = (_exp(number) for number in (value, limits.low, limits.high))
        return replace(found, ratio=ratio, ratio_low=low, ratio_high=high)

    def terms(self) -> Iterator[TermTest]:
        """The omnibus test of each term and interaction."""
        labels = {
            name: tuple(dict.fromkeys(part.label for part in self.design.parts[places[0]]))
            for name, places in self.design.layout.places()
        }
        for name, places in self.design.layout.places():
            found, gvif = omnibus(self.fit, places), inflation(self.fit, places)
            yield TermTest(
                name, labels[name], found.statistic, found.df, found.df2, found.p, finite(gvif)
            )

    def contrast(self, asked: ProfileContrast) -> Change:
        """The difference of two profiles."""
        row = self.design.row(asked.at) - self.design.row(asked.against)
        value, limits = combined(self.fit, row)
        return replace(self._change(asked.name, value, limits), label=asked.label)

    def prediction(self, asked: Profile) -> PredictedEffect:
        """The effect at a profile, on the natural scale."""
        found = predicted(self.fit, self.design.row(asked.at))
        size = size_of_pool(self.outcome, self.own, found.effect)
        measure, limits = self.outcome.measure, found.limits
        return PredictedEffect(
            asked.name,
            asked.label,
            self.design.whole(asked.at),
            natural(measure, found.effect, size),
            natural(measure, limits.low, size),
            natural(measure, limits.high, size),
            natural(measure, found.pi_low, size),
            natural(measure, found.pi_high, size),
            found.effect,
            limits.se,
            self.design.outside(asked.at),
        )

    def lines(self, model: ModeratorModel) -> Iterator[TermLine]:
        """The line of each number, all other terms held."""
        labels = {term.name: term.label for term in model.terms}
        for term in self.design.layout.terms:
            if not isinstance(term, NumericTerm):
                continue
            values = [float(value) for value in self.design.values[term.name]]
            steps = np.linspace(min(values), max(values), POINTS)
            held = tuple(one for one in self.design.whole(()) if one.term != term.name)
            points = tuple(self._point(term.name, float(x)) for x in steps)
            yield TermLine(term.name, labels[term.name], held, points, tuple(values))

    def _point(self, term: str, x: float) -> LinePoint:
        found = predicted(self.fit, self.design.row((Setting(term, number=x),)))
        limits = found.limits
        return LinePoint(x, found.effect, limits.low, limits.high, found.pi_low, found.pi_high)


def _exp(value: float) -> float | None:
    return exp(value) if value < LARGEST_EXPONENT else None
