"""The rules from what a trial prints to what is pooled, and what config.yaml chooses of them.

A rule has a name, by which provenance calls it, the columns of results.csv that it reads, and where
it comes from. What a rule assumes (a distribution, a correlation) is varied, by `assumes`, where
the report tells how firmly results stand.
"""

from dataclasses import dataclass

from metasynth.core.messages import message
from metasynth.model.units import RULE

DEFAULT_MEDIANS = "luo-wan-shi"
_MEDIAN = ("median", "q1", "q3", "minimum", "maximum", "total")


@dataclass(frozen=True, slots=True)
class Conversion:
    """A rule: its words, its formula, its source, the columns that it reads, and what it assumes.

    `label` says what is made of what; `assumes` is median or logistic (a distribution),
    correlation, spread (the same in both arms), icc, pairs, hazards (within intervals of a survival
    curve), censoring (as well, when follow-up ends), or nothing.
    """

    name: str
    label: str
    formula: str
    source: str
    columns: tuple[str, ...]
    assumes: str = ""

    @property
    def anchor(self) -> str:
        """The anchor of its formula in the report."""
        return f"formula-{self.name}"


RECORDS = (
    Conversion(
        name=RULE,
        label=message("means and standard deviations in the unit of the outcome"),
        formula=message(
            "a mean *x* becomes `f x + a`, a standard deviation `|f|` times itself, with *f* and"
            " *a* of its unit or instrument as config.yaml declares them"
        ),
        source="",
        columns=("unit",),
    ),
    Conversion(
        name="sd-of-error",
        label=message("standard deviation from the standard error of the mean"),
        formula=message("`s = SE √n`"),
        source="Cochrane Handbook, section 6.5.2.2",
        columns=("se", "total"),
    ),
    Conversion(
        name="sd-of-limits",
        label=message("standard deviation from the confidence interval of the mean"),
        formula=message(
            "`s = √n (upper − lower)/(2t)`, *t* with *n* − 1 degrees of freedom at the level of the"
            " interval"
        ),
        source="Cochrane Handbook, section 6.5.2.2",
        columns=("ci_low", "ci_high", "ci_level", "total"),
    ),
    Conversion(
        name="sd-of-spread",
        label=message("standard deviation from quartiles or extremes"),
        formula=message(
            "`s = (q₃ − q₁)/η` or `(max − min)/ξ`, of five numbers weighted as by Shi; `ξ = 2Φ⁻¹((n"
            " − 0.375)/(n + 0.25))`, `η = 2Φ⁻¹((0.75n − 0.125)/(n + 0.25))`"
        ),
        source="Wan et al. 2014; Shi et al. 2020",
        columns=("q1", "q3", "minimum", "maximum", "total"),
        assumes="median",
    ),
    Conversion(
        name="luo-wan-shi",
        label=message(
            "mean and standard deviation from a median with quartiles or extremes (Luo, Wan, Shi)"
        ),
        formula=message(
            "with *ξ* and *η* as by Wan: of a range, `m = w(min + max)/2 + (1 − w) median`, `w = "
            "4/(4 + n^0.75)`, `s = (max − min)/ξ`; of quartiles, `m = w(q₁ + q₃)/2 + (1 − w) "
            "median`, `w = 0.7 + 0.39/n`, `s = (q₃ − q₁)/η`; of both, `m = w₁(min + max)/2 + w₂(q₁ "
            "+ q₃)/2 + (1 − w₁ − w₂) median`, `w₁ = 2.2/(2.2 + n^0.75)`, `w₂ = 0.7 − 0.72/n^0.55`, "
            "`s = w(max − min)/ξ + (1 − w)(q₃ − q₁)/η`, `w = 1/(1 + 0.07n^0.6)`; `ξ = 2Φ⁻¹((n − "
            "0.375)/(n + 0.25))`, `η = 2Φ⁻¹((0.75n − 0.125)/(n + 0.25))`"
        ),
        source="Wan et al. 2014; Luo et al. 2018; Shi et al. 2020",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="mean-of-median",
        label=message("mean from a median with quartiles or extremes"),
        formula=message("as for a median without a standard deviation, by the method declared"),
        source="Wan et al. 2014; Luo et al. 2018",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="wan",
        label=message("mean and standard deviation from a median with quartiles or extremes (Wan)"),
        formula=message(
            "of a range, `m = (min + 2 median + max)/4`, `s = (max − min)/ξ`; of quartiles, `m = "
            "(q₁ + median + q₃)/3`, `s = (q₃ − q₁)/η`; of both, `m = (min + 2q₁ + 2 median + 2q₃ + "
            "max)/8`, *s* the mean of the two; `ξ = 2Φ⁻¹((n − 0.375)/(n + 0.25))`, `η = 2Φ⁻¹((0.75n"
            " − 0.125)/(n + 0.25))`"
        ),
        source="Wan et al. 2014",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="hozo",
        label=message(
            "mean and standard deviation from a median with quartiles or extremes (Hozo)"
        ),
        formula=message(
            "`m = (min + 2 median + max)/4` up to 25 patients, else the median; `s = √(((min − 2 "
            "median + max)²/4 + (max − min)²)/12)` up to 15 patients, `(max − min)/4` up to 70, "
            "else `(max − min)/6`"
        ),
        source="Hozo, Djulbegovic and Hozo 2005",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="bland",
        label=message(
            "mean and standard deviation from a median with quartiles or extremes (Bland)"
        ),
        formula=message(
            "`m = (min + 2q₁ + 2 median + 2q₃ + max)/8`, `s² = (min² + 2q₁² + 2 median² + 2q₃² + "
            "max²)/16 + (min q₁ + q₁ median + median q₃ + q₃ max)/8 − m²`"
        ),
        source="Bland 2015",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="lognormal",
        label=message(
            "mean and standard deviation from a median with quartiles or extremes, logarithms being"
            " normal (Shi)"
        ),
        formula=message(
            "mean and variance of the logarithms by Luo and by Wan or Shi, turned back with Shi’s "
            "corrections for few patients"
        ),
        source="Shi, Tong, Wang and Genton 2020",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="mcgrath",
        label=message(
            "mean and standard deviation from a median with quartiles or extremes, of the "
            "distribution that fits best (McGrath)"
        ),
        formula=message(
            "those of the normal, lognormal, gamma or Weibull distribution whose quantiles have the"
            " least sum of squared distances from *q₁*, median and *q₃*, and from *min* and *max* "
            "as the quantiles `1/n` and `1 − 1/n`; the normal one where a number is below 0"
        ),
        source="McGrath et al. 2020",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="box-cox",
        label=message(
            "mean and standard deviation from a median with quartiles or extremes, a power being "
            "normal (McGrath)"
        ),
        formula=message(
            "with `x = (y^λ − 1)/λ`, or `ln y` for `λ = 0`, *λ* from 0 to 3 such that quartiles and"
            " extremes are most symmetric about the median: mean *m* by Luo and standard deviation "
            "*s* by Wan of the *x*, then mean and standard deviation of *y* for *x* normal between "
            "`−1/λ` and `2m + 1/λ`; only of numbers above 0"
        ),
        source="McGrath et al. 2020",
        columns=_MEDIAN,
        assumes="median",
    ),
    Conversion(
        name="sd-of-difference-error",
        label=message("standard deviation from the standard error of the difference of means"),
        formula=message("`s = SE/√(1/n₁ + 1/n₂)`, the same in both arms"),
        source="Cochrane Handbook, section 6.5.2.3",
        columns=("estimate", "se", "mean", "total"),
        assumes="spread",
    ),
    Conversion(
        name="sd-of-difference-limits",
        label=message("standard deviation from the confidence interval of the difference of means"),
        formula=message(
            "`s = SE/√(1/n₁ + 1/n₂)` with `SE = (upper − lower)/(2t)`, *t* with *N* − 2 degrees of "
            "freedom; the same in both arms"
        ),
        source="Cochrane Handbook, section 6.5.2.3",
        columns=("estimate", "ci_low", "ci_high", "ci_level", "mean", "total"),
        assumes="spread",
    ),
    Conversion(
        name="sd-of-t",
        label=message("standard deviation from t of the difference of means"),
        formula=message("`s = |m₁ − m₂|/(|t| √(1/n₁ + 1/n₂))`, the same in both arms"),
        source="Cochrane Handbook, section 6.5.2.3",
        columns=("reported_t", "estimate", "mean", "total"),
        assumes="spread",
    ),
    Conversion(
        name="sd-of-f",
        label=message("standard deviation from F of the difference of means"),
        formula=message("`s = |m₁ − m₂|/√(F (1/n₁ + 1/n₂))`, the same in both arms"),
        source="Cochrane Handbook, section 6.5.2.3",
        columns=("reported_f", "estimate", "mean", "total"),
        assumes="spread",
    ),
    Conversion(
        name="sd-of-p",
        label=message("standard deviation from the p-value of the difference of means"),
        formula=message(
            "`s = |m₁ − m₂|/(t √(1/n₁ + 1/n₂))`, *t* with *N* − 2 degrees of freedom having this "
            "p-value; the same in both arms"
        ),
        source="Cochrane Handbook, section 6.5.2.3",
        columns=("reported_p", "estimate", "mean", "total"),
        assumes="spread",
    ),
    Conversion(
        name="change-of-means",
        label=message("mean change from the means before and after"),
        formula=message("`m = m_after − m_before`"),
        source="Cochrane Handbook, section 6.5.2.8",
        columns=("baseline_mean", "final_mean"),
    ),
    Conversion(
        name="sd-of-change",
        label=message("standard deviation of changes from those before and after"),
        formula=message("`s² = s_before² + s_after² − 2r s_before s_after`"),
        source="Cochrane Handbook, section 6.5.2.8",
        columns=("baseline_sd", "final_sd", "change_correlation"),
    ),
    Conversion(
        name="sd-of-change-assumed",
        label=message("standard deviation of changes with a correlation that is assumed"),
        formula=message(
            "`s² = s_before² + s_after² − 2r s_before s_after`, *r* as declared for the review"
        ),
        source="Cochrane Handbook, section 6.5.2.8",
        columns=("baseline_sd", "final_sd"),
        assumes="correlation",
    ),
    Conversion(
        name="correlation-of-change",
        label=message(
            "correlation of the values before and after from the standard deviations before, after "
            "and of the changes"
        ),
        formula=message("`r = (s_before² + s_after² − s²)/(2 s_before s_after)`"),
        source="Cochrane Handbook, section 6.5.2.8",
        columns=("baseline_sd", "final_sd", "sd", "se", "ci_low", "ci_high", "ci_level", "total"),
    ),
    Conversion(
        name="correlation-of-change-assumed",
        label=message("a correlation of the values before and after that is assumed"),
        formula=message("*r* as declared for the review"),
        source="Cochrane Handbook, section 6.5.2.8",
        columns=("baseline_sd",),
        assumes="correlation",
    ),
    Conversion(
        name="means-of-total",
        label=message("means of both arms from that of all patients and their difference"),
        formula=message(
            "`m₁ = m + d n₂/N`, `m₂ = m − d n₁/N`, *m* the mean of all and *d* the difference"
        ),
        source="Cochrane Handbook, section 6.5.2.10",
        columns=("mean_both", "estimate", "total"),
    ),
    Conversion(
        name="mean-of-difference",
        label=message("mean of one arm from that of the other and their difference"),
        formula=message("`m₁ = m₂ + d`"),
        source="Cochrane Handbook, section 6.5.2.3",
        columns=("mean", "estimate"),
    ),
    Conversion(
        name="events-of-total",
        label=message("events of one arm from those of both and of the other"),
        formula=message("`a = (a + c) − c`"),
        source="Cochrane Handbook, section 6.4",
        columns=("events_both", "events"),
    ),
    Conversion(
        name="events-of-effect",
        label=message("events of both arms from their sum and a published effect"),
        formula=message(
            "the whole numbers of the given sum with which the effect is as printed; of several the"
            " nearest, and all of them as a range"
        ),
        source="as conv.2x2 of the R package metafor",
        columns=("events_both", "estimate", "total"),
    ),
    Conversion(
        name="design-effect",
        label=message("effective numbers of patients by a design effect"),
        formula=message(
            "numbers of patients and events over `1 + (m − 1) ICC`, *m* the mean size of a cluster;"
            " of a published effect, the standard error times its root"
        ),
        source="Cochrane Handbook, section 23.1.4",
        columns=("design_effect", "cluster_size", "icc"),
    ),
    Conversion(
        name="design-effect-assumed",
        label=message(
            "effective numbers of patients by a design effect with an ICC that is assumed"
        ),
        formula=message(
            "numbers of patients and events over `1 + (m − 1) ICC`, *m* the mean size of a cluster,"
            " the ICC as declared for the review; of a published effect, the standard error times "
            "its root"
        ),
        source="Cochrane Handbook, section 23.1.4",
        columns=("cluster_size",),
        assumes="icc",
    ),
    Conversion(
        name="log-rank",
        label=message("O − E and V from a log-rank test and the numbers of events"),
        formula=message(
            "`O − E = z √V`; `V = O₁O₂/(O₁ + O₂)` from the events of both arms, or "
            "`V = O n₁n₂/(n₁ + n₂)²` from all events *O* and the patients of both arms"
        ),
        source="Tierney et al. 2007",
        columns=("reported_z", "reported_p", "events_both", "events", "total"),
    ),
    Conversion(
        name="error-of-events",
        label=message("standard error of a hazard ratio from the numbers of events"),
        formula=message(
            "`SE = 1/√V`, *V* from the events of both arms, or from all events and the patients of "
            "both, as for a log-rank test"
        ),
        source="Tierney et al. 2007",
        columns=("estimate", "events_both", "events", "total"),
    ),
    Conversion(
        name="curve-at-risk",
        label=message("O − E and V from survival curves with numbers at risk"),
        formula=message(
            "in each interval between times of both curves, *S* without the event and *R* at risk "
            "at its start, *S*′ and *R*′ at its end: `n = (R + R′) S/(S + S′)` at risk, of whom "
            "`d = n(1 − S′/S)` with the event; `y = ln((d₁/n₁)/(d₂/n₂))`, `v = 1/d₁ − 1/n₁ + 1/d₂ "
            "− 1/n₂`, `O − E = Σ y/v`, `V = Σ 1/v`; intervals in which one arm alone has an event "
            "are joined to the next"
        ),
        source="Parmar et al. 1998; Williamson et al. 2002; Tierney et al. 2007",
        columns=("time", "survival", "at_risk", "total"),
        assumes="hazards",
    ),
    Conversion(
        name="curve-follow-up",
        label=message("O − E and V from survival curves with shortest and longest follow-up"),
        formula=message(
            "as with numbers at risk, these being `R′ = R (S′/S)(1 − c)`, *c* the share of "
            "follow-ups that end in the interval, evenly from the shortest *f* to the longest *F*: "
            "`c = (t′ − u)/(F − u)` with `u = max(t, f)` for an interval from *t* to `t′ > f`, "
            "else 0"
        ),
        source="Parmar et al. 1998; Tierney et al. 2007",
        columns=("time", "survival", "total", "follow_up_min", "follow_up_max"),
        assumes="censoring",
    ),
    Conversion(
        name="strata-averaged",
        label=message("published effects of a trial’s strata, averaged"),
        formula=message(
            "`y = Σwᵢyᵢ/Σwᵢ` over the strata of a trial, `wᵢ = 1/vᵢ`, variance `1/Σwᵢ`"
        ),
        source="Cochrane Handbook, section 10.3.1",
        columns=("estimate", "se", "ci_low", "ci_high"),
    ),
    Conversion(
        name="smd-of-odds-ratio",
        label=message("standardised mean difference from an odds ratio"),
        formula=message(
            "`y = ±(√3/π) ln OR`, `v = (3/π²) v_OR`, with plus where patients with the event have "
            "the higher scores, as declared; of counts `ln OR = ln(a/b) − ln(c/d)`, `v_OR = 1/a + "
            "1/b + 1/c + 1/d` for *a* with and *b* without the event under the intervention, *c* "
            "and *d* under control, 0.5 added to each where one is empty"
        ),
        source="Chinn 2000",
        columns=("events", "total"),
        assumes="logistic",
    ),
    Conversion(
        name="odds-ratio-of-smd",
        label=message("odds ratio from a standardised mean difference"),
        formula=message(
            "`ln OR = ±(π/√3) d`, `v = (π²/3) v_d`, with plus where patients with the event have "
            "the higher scores, as declared; of means `d = (m₁ − m₂)/s`, *s* the standard deviation"
            " within groups, `v_d = 1/n₁ + 1/n₂ + d²/(2(n₁ + n₂))`"
        ),
        source="Chinn 2000",
        columns=("mean", "sd", "total"),
        assumes="logistic",
    ),
    Conversion(
        name="paired",
        label=message("paired differences by their correlation"),
        formula=message(
            "of *n* patients each, `y = m₁ − m₂` with `v = (s₁² + s₂² − 2r s₁s₂)/n`; standardised, "
            "`y = (m₁ − m₂)/√((s₁² + s₂²)/2)` with `v = (1/n + y²/(2n)) 2(1 − r)`; of a ratio of "
            "means, `y = ln(m₁/m₂)` with `v = (s₁²/m₁² + s₂²/m₂² − 2r s₁s₂/(m₁m₂))/n`"
        ),
        source="Cochrane Handbook, section 23.2.7; Lajeunesse 2011",
        columns=("pair_correlation", "mean", "sd", "total"),
    ),
    Conversion(
        name="paired-counts",
        label=message("events of the same patients under both treatments by their correlation"),
        formula=message(
            "of *n* patients each, `v = v₁ + v₂ − 2r √(v₁v₂)`, *r* the correlation (φ) of both "
            "answers within a patient, *vᵢ* the variance of one share *p*: `1/(n p(1 − p))` of its "
            "log odds, `(1 − p)/(n p)` of its logarithm, `p(1 − p)/n` of itself; *y* as of two "
            "groups"
        ),
        source="Becker and Balagtas 1993; Elbourne et al. 2002",
        columns=("pair_correlation", "events", "total"),
    ),
    Conversion(
        name="paired-by-test",
        label=message("paired differences by the correlation that their test or interval gives"),
        formula=message(
            "`r = (s₁² + s₂² − n SE²)/(2 s₁ s₂)` from the standard error of the mean difference, "
            "with *n* − 1 degrees of freedom; then as with a correlation that is stated"
        ),
        source="Cochrane Handbook, section 23.2.7",
        columns=(
            "mean",
            "sd",
            "total",
            "estimate",
            "se",
            "ci_low",
            "ci_high",
            "reported_t",
            "reported_f",
            "reported_p",
        ),
    ),
    Conversion(
        name="paired-assumed",
        label=message("paired differences with a correlation that is assumed"),
        formula=message(
            "as with a correlation that is stated, the correlation as declared for the review"
        ),
        source="Cochrane Handbook, section 23.2.7",
        columns=("mean", "sd", "total"),
        assumes="pairs",
    ),
)
CONVERSIONS = {record.name: record for record in RECORDS}
MEDIANS = (DEFAULT_MEDIANS, "wan", "hozo", "bland", "lognormal", "mcgrath", "box-cox")
"""The methods for medians; one without a formula for what a trial prints leaves it to the first."""
DESIGNS = frozenset(("design-effect", "design-effect-assumed"))
STEP = 0.2
"""By how much a correlation that is assumed is varied where config.yaml says no other."""
HIGHEST = 0.95
TIMES = 2.0
"""By which an assumed ICC is divided and multiplied, likewise."""


CURVES = ("risks", "hazards", "uncensored")
"""How survival curves are read: risks or cumulative hazards within intervals are compared, or
nobody's follow-up ends before the last time."""


@dataclass(frozen=True, slots=True)
class ConversionChoices:
    """What config.yaml chooses: a method for medians, correlations of changes and pairs, an ICC.

    `change_correlation` is of the values before and after, where a trial states none; without it
    such a trial has no standard deviation. `pair_correlation` is of the same patients under both
    treatments, `icc` of patients of one cluster. The plurals are others that are tried, for the
    robustness of results, as are all `curves` but the first, which config.yaml does not choose.
    """

    medians: str = DEFAULT_MEDIANS
    change_correlation: float | None = None
    change_correlations: tuple[float, ...] = ()
    pair_correlation: float | None = None
    pair_correlations: tuple[float, ...] = ()
    icc: float | None = None
    iccs: tuple[float, ...] = ()
    curves: str = CURVES[0]

    @property
    def correlations(self) -> tuple[float, ...]:
        """The correlations of changes that are tried beside the assumed one."""
        return _around(self.change_correlation, self.change_correlations)

    @property
    def paired(self) -> tuple[float, ...]:
        """The correlations of pairs that are tried, likewise."""
        return _around(self.pair_correlation, self.pair_correlations)

    @property
    def clustered(self) -> tuple[float, ...]:
        """The intracluster correlations that are tried, likewise."""
        if self.icc is None:
            return ()
        found = self.iccs or (self.icc / TIMES, min(1.0, self.icc * TIMES))
        return tuple(icc for icc in found if icc != self.icc)


def _around(assumed: float | None, tried: tuple[float, ...]) -> tuple[float, ...]:
    if assumed is None:
        return ()
    around = (max(0.0, assumed - STEP), min(HIGHEST, assumed + STEP))
    return tuple(r for r in tried or tuple(round(x, 10) for x in around) if r != assumed)


DEFAULT_CONVERSIONS = ConversionChoices()
