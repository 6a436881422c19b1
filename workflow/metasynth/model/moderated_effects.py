"""What a meta-regression on several moderators says, in sensitivity.json and as table rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from metasynth.core.messages import Sentence
from metasynth.model.moderators import Setting


@dataclass(frozen=True, slots=True)
class Part:
    """What a column of the design is of a term: a level against the reference, or a bend (from 1).

    A straight number has neither; `centre` and `per` say how it is counted.
    """

    label: str
    level: str = ""
    reference: str = ""
    bend: int = 0
    centre: float = 0.0
    per: float = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """A coefficient, or a difference of two profiles, with its test, on the analysis scale.

    `ratio` and its limits are the same as a ratio of effects (of the intercept, the effect itself),
    of ratios only; `vif` is its variance inflation factor, of coefficients but the intercept where
    there are others. A contrast has a `label`, a coefficient `parts`.
    """

    name: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float | None = None
    df: float | None = None
    p: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    vif: float | None = None
    label: str = ""
    parts: tuple[Part, ...] = ()
    p_resampled: float | None = None


@dataclass(frozen=True, slots=True)
class TermTest:
    """An omnibus test of all coefficients of a term: χ² with `df`, or F with `df` and `df2`.

    Statistic and p are None where clusters are too few for a test, `df2` then being 0 or less.

    `gvif` is the generalised variance inflation factor of the term, where there are others.
    """

    name: str
    labels: tuple[str, ...]
    statistic: float | None
    df: int
    df2: float | None
    p: float | None
    gvif: float | None = None
    p_resampled: float | None = None


@dataclass(frozen=True, slots=True)
class PredictedEffect:
    """The average effect at a profile with its limits, and those of a new study's effect.

    The estimate and the limits are on the natural scale, None where that has no such value;
    `log_estimate` and `se` are on the analysis scale. `at` are the values of all terms, `outside`
    the names of those beyond the studies' own.
    """

    name: str
    label: str
    at: tuple[Setting, ...]
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    pi_low: float | None
    pi_high: float | None
    log_estimate: float
    se: float
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinePoint:
    """A point of the line of a single term: the average effect and both kinds of limits.

    On the analysis scale.
    """

    value: float
    effect: float
    low: float
    high: float
    pi_low: float | None
    pi_high: float | None


@dataclass(frozen=True, slots=True)
class TermLine:
    """How the average effect changes with one number, all other terms held as `held` says."""

    term: str
    label: str
    held: tuple[Setting, ...]
    points: tuple[LinePoint, ...]
    values: tuple[float, ...]  # of the studies, in the order of `ModeratedEffects.studies`


@dataclass(frozen=True, slots=True)
class ModeratedEffects:
    """A meta-regression on declared moderators, or the `reason` why there is none.

    `model` is that of pooling where it knows clusters, of which there are `clusters` then, else
    random. `qm` tests all coefficients but the intercept (χ² with `qm_df`, or F with `qm_df` and
    `qm_df2`), `qe` the residual heterogeneity. `tau2` and `i2` are what remains, `r2` the share of
    tau2 that the moderators explain, in per cent; of clusters tau2 is the sum of `tau2_between` and
    `tau2_within` them, where a model has both. `left_out` are the studies without a value of some
    term, by label, `studies` those of the model by id and label. `declared` is how many models the
    outcome declares and `tests` how many terms, interactions and contrasts they test. `p_resampled`
    of all moderators together, of coefficients or of terms, is by `resampling` (permutation or
    wild_bootstrap), with so many `resamplings`, which may be all that there are.
    `scale` are the coefficients of ln tau2, `scale_test` is of all but the first; then tau2 is from
    `tau2_least` to `tau2_largest` among the studies.
    """

    name: str
    label: str
    model: str = "random"
    k: int = 0
    clusters: int | None = None
    ci_method: str = ""
    tau2_method: str = ""
    coefficients: tuple[Change, ...] = ()
    terms: tuple[TermTest, ...] = ()
    contrasts: tuple[Change, ...] = ()
    predictions: tuple[PredictedEffect, ...] = ()
    lines: tuple[TermLine, ...] = ()
    qm: float | None = None
    qm_df: int | None = None
    qm_df2: float | None = None
    qm_p: float | None = None
    qe: float | None = None
    qe_df: int | None = None
    qe_p: float | None = None
    tau2: float | None = None
    tau2_between: float | None = None
    tau2_within: float | None = None
    i2: float | None = None
    r2: float | None = None
    studies: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    reason: Sentence | None = None
    few_per_coefficient: bool = False
    declared: int = 1
    tests: int = 1
    scale: tuple[Change, ...] = ()
    scale_test: TermTest | None = None
    tau2_least: float | None = None
    tau2_largest: float | None = None
    tau2_each: tuple[float, ...] = ()  # in the order of `studies`
    resampling: str = ""
    p_resampled: float | None = None
    resamplings: int | None = None
    all_resamplings: bool = False


@dataclass(frozen=True, slots=True)
class ModeratorRow:
    """A row of results/tables/moderators.csv.

    `kind` is model (the omnibus test of all moderators, with what remains), residual (the test of
    residual heterogeneity), term, coefficient, scale (of ln tau2), scale_test (of these together),
    contrast or prediction. Estimates and limits are on
    the analysis scale (log for ratios), `ratio` and its limits of ratios only, `natural` and its
    limits of predictions only. `df2` is the F test's second. Of a model that knows clusters there
    are `clusters`, and of one with both variances of true effects `tau2_between` and `tau2_within`.
    """

    outcome: str
    model: str
    kind: str
    name: str
    k: int
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    statistic: float | None = None
    df: float | None = None
    df2: float | None = None
    p: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    natural: float | None = None
    natural_low: float | None = None
    natural_high: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    vif: float | None = None
    tau2: float | None = None
    i2: float | None = None
    r2: float | None = None
    ci_method: str = ""
    note: str = ""
    clusters: int | None = None
    tau2_between: float | None = None
    tau2_within: float | None = None
    p_resampled: float | None = None
    resamplings: int | None = None


def rows(outcome: str, found: ModeratedEffects, reason: str = "") -> Iterator[ModeratorRow]:
    """The rows of a model of an outcome; `reason` is why it has no result, in words."""
    common, k = (outcome, found.name), found.k
    yield ModeratorRow(
        *common, "model", "", k, statistic=found.qm, df=found.qm_df, df2=found.qm_df2,
        p=found.qm_p, tau2=found.tau2, i2=found.i2, r2=found.r2, ci_method=found.ci_method,
        note=reason, clusters=found.clusters, tau2_between=found.tau2_between,
        tau2_within=found.tau2_within, p_resampled=found.p_resampled,
        resamplings=found.resamplings,
    )  # fmt: skip
    if found.reason is not None:
        return
    if found.qe is not None:
        yield ModeratorRow(
            *common, "residual", "", k, statistic=found.qe, df=found.qe_df, p=found.qe_p
        )
    for term in found.terms:
        yield ModeratorRow(
            *common, "term", term.name, k, statistic=term.statistic, df=term.df, df2=term.df2,
            p=term.p, vif=term.gvif, p_resampled=term.p_resampled,
        )  # fmt: skip
    yield from (_change(common, "coefficient", k, one) for one in found.coefficients)
    yield from (_change(common, "scale", k, one) for one in found.scale)
    if (test := found.scale_test) is not None:
        yield ModeratorRow(
            *common, "scale_test", "", k, statistic=test.statistic, df=test.df, df2=test.df2,
            p=test.p,
        )  # fmt: skip
    yield from (_change(common, "contrast", k, one) for one in found.contrasts)
    for one in found.predictions:
        yield ModeratorRow(
            *common, "prediction", one.name, k, one.log_estimate, one.se, natural=one.estimate,
            natural_low=one.ci_low, natural_high=one.ci_high, pi_low=one.pi_low,
            pi_high=one.pi_high,
        )  # fmt: skip


def _change(common: tuple[str, str], kind: str, k: int, one: Change) -> ModeratorRow:
    return ModeratorRow(
        *common, kind, one.name, k, one.estimate, one.se, one.ci_low, one.ci_high,
        one.statistic, one.df, None, one.p, one.ratio, one.ratio_low, one.ratio_high, vif=one.vif,
        p_resampled=one.p_resampled,
    )  # fmt: skip
