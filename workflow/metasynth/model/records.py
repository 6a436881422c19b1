"""Every record that passes from one stage to the next, frozen and typed.

Raw tables become a `Trial`; config.yaml becomes a `Config`; an outcome's trials become `StudyData`
(arms already combined for the comparison); pooling turns those into an `OutcomeResult`, which is
all that figures and report ever read. `None` means "not stated" or "does not exist", never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from metasynth.core.messages import Sentence
from metasynth.model.authorship import AuthorDetails
from metasynth.model.certainty_config import DEFAULT_RULES, CertaintyRules
from metasynth.model.conversions import DEFAULT_CONVERSIONS, ConversionChoices
from metasynth.model.few_config import FewTrials
from metasynth.model.living_config import DEFAULT_LIVING, LivingRules
from metasynth.model.moderators import ModeratorModel
from metasynth.model.posteriors import NO_THRESHOLDS, Posterior, Thresholds
from metasynth.model.priors import VAGUE, MuPrior, OtherPriors, TauPrior
from metasynth.model.resampling import Resampling
from metasynth.model.robustness_config import (
    DEFAULT_MULTIVERSE,
    DEFAULT_SMALL_STUDY,
    MultiverseChoices,
    SequentialChoices,
    SmallStudyChoices,
)
from metasynth.model.units import Instrument, Unit


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a raw row stands: a file below data/raw, and its line in a spreadsheet (header = 1)."""

    file: str
    row: int


MADE_UP = "made_up_example"
"""How the ids of a new review's made-up trials begin: they show the form, and are read only as long
as the review has no trial of its own."""

# --- one trial, as extracted ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Study:
    """One row of study.csv; `study` is the folder's name."""

    study: str
    label: str
    year: int | None
    design: str
    status: str
    population: str
    background: str
    duration_weeks: int | None
    n_randomised: int | None
    registration: str
    reference: str
    note: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Arm:
    """One row of arms.csv."""

    arm_id: str
    role: str
    label: str
    treatment: str
    dose: float | None
    dose_unit: str
    n_randomised: int | None
    source_id: str
    note: str
    cell: Cell
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One row of results.csv: a result of one arm, or (with reference_arm_id) a contrast of two.

    estimate, se, ci_low and ci_high are on the analysis scale of the measure (log for ratios) when
    `se` is given, and as printed (natural scale) when limits are given; see the table's manual.
    A contrast may be o_minus_e and its variance instead: log ratio o_minus_e / variance. Its
    two-sided p-value stands in reported_p as it is printed ("0.004", "<0.05"). In a row of one arm
    se and limits are of its mean. What means, standard deviations and counts are computed from
    where they are not printed stands from `median` on; see synthesis/completed.py.
    """

    outcome: str
    week: int | None
    reading: str
    arm_id: str
    reference_arm_id: str
    events: int | None
    total: int | None
    events_low: int | None
    events_high: int | None
    reported_percent: str
    mean: float | None
    sd: float | None
    estimate: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    provenance: str
    source_id: str
    note: str
    cell: Cell
    person_time: float | None = None
    o_minus_e: float | None = None
    variance: float | None = None
    correlation: float | None = None
    reported_p: str = ""
    measure: str = ""
    adjusted_for: str = ""
    ci_level: float | None = None
    median: float | None = None
    q1: float | None = None
    q3: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    baseline_mean: float | None = None
    baseline_sd: float | None = None
    final_mean: float | None = None
    final_sd: float | None = None
    change_correlation: float | None = None
    reported_t: float | None = None
    reported_f: float | None = None
    reported_z: float | None = None
    events_both: int | None = None
    mean_both: float | None = None
    design_effect: float | None = None
    cluster_size: float | None = None
    icc: float | None = None
    pair_correlation: float | None = None
    follow_up_min: float | None = None
    follow_up_max: float | None = None
    unit: str = ""  # of its mean, or the instrument

    @property
    def level(self) -> float:
        """The coverage of its limits: 0.95 unless another is printed."""
        return (self.ci_level or 95.0) / 100


@dataclass(frozen=True, slots=True)
class Source:
    """One row of sources.csv: a place in a document, with a short quote."""

    source_id: str
    reference: str
    locator: str
    quote: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Judgement:
    """One row of risk_of_bias.csv."""

    outcome: str
    tool: str
    domain: str
    judgement: str
    support: str
    source_id: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class CovariateValue:
    """One row of covariates.csv: a characteristic of the study, as a number in a unit."""

    covariate: str
    value: float
    unit: str
    source_id: str
    note: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One row of survival.csv: the share of an arm's patients without the event at a time."""

    outcome: str
    week: int | None
    arm_id: str
    time: float
    survival: float
    at_risk: int | None
    source_id: str
    note: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial folder: all its tables, typed."""

    study: Study
    arms: tuple[Arm, ...]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    risk_of_bias: tuple[Judgement, ...] = ()
    covariates: tuple[CovariateValue, ...] = ()
    survival: tuple[CurvePoint, ...] = ()

    @property
    def made_up(self) -> bool:
        """Whether it is one with which a new review begins, and nobody made it."""
        return self.study.study.startswith(MADE_UP)


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of claims.csv: a published statement to audit; printed values keep their decimals.

    A blank `study_id` means a pooled result, or a statement about the whole review. Which of the
    other columns a statement fills depends on its kind: see metasynth.audit.kinds.
    """

    claim_id: str
    reference: str
    locator: str
    quote: str
    kind: str
    study_id: str
    outcome: str
    week: int | None
    measure: str
    estimate: str
    ci_low: str
    ci_high: str
    note: str
    cell: Cell
    arm_id: str = ""
    reference_arm_id: str = ""
    assertion: str = ""
    value: str = ""
    reference_value: str = ""
    total: int | None = None
    quantity: str = ""
    parts: str = ""
    cited: str = ""
    contradicts: str = ""
    comparison: str = ""  # by its name, of a review that has several


@dataclass(frozen=True, slots=True)
class ChangelogEntry:
    """One row of changelog.csv: a change of the review's data, choices or software, and why.

    `item` is a trial, an outcome, a table or a key, `row` a row's table and key, or its beginning;
    blank means all of them.
    """

    date: str
    version: str
    scope: str  # review | trial | outcome | config | code
    item: str
    row: str
    kind: str  # first_version | added | corrected | removed | changed
    reason: str
    who: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class SearchLine:
    """One row of search.csv: a source that was searched, a term, or a limit of the search."""

    part: str
    concept: str
    text: str
    reference: str
    note: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class CertaintyRating:
    """One row of certainty.csv: how far people move the certainty of an outcome's evidence.

    `rating` is in levels of GRADE: 0, -1 or -2 where a domain lowers it, +1 or +2 where one raises
    it. `judge` says who rated.
    """

    outcome: str
    domain: str
    rating: int
    reason: str
    judge: str
    reference: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class FlowCount:
    """One row of flow.csv: a number in a box of a PRISMA 2020 flow diagram, or of a part of it.

    A `count` of None was not reported.
    """

    box: str
    part: str
    count: int | None
    reference: str
    locator: str
    quote: str
    note: str
    cell: Cell


# --- the choices of config.yaml -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which treatments (arms.csv `treatment`) are compared; what to do with several arms or strata.

    Without an intervention nothing is compared, and every arm is of the one group.
    """

    intervention: tuple[str, ...]
    control: tuple[str, ...]
    multi_arm: str = "combine"  # combine | split | covariance
    intervention_label: str = ""
    control_label: str = ""
    strata: str = "add"  # add | keep: what becomes of results by stratum of a trial's patients
    label: str = ""  # its name, where a review has several; blank: that of its sides

    @property
    def sides(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The treatments of the intervention, and those of the control."""
        return self.intervention, self.control


@dataclass(frozen=True, slots=True)
class AnalysisSpec:
    """One way to pool, declared once under `analyses` and used by outcomes.

    Its methods are named as in the catalogue of methods (method_catalogue.py).
    """

    name: str
    label: str
    model: str = "random"
    tau2: str | None = None  # of the random model only; None there: methods.DEFAULT_TAU2
    ci: str = "Wald"
    prediction: str | None = None  # None: no prediction interval
    tau2_ci: str = "QP"  # limits of tau2; random model only
    study_ci: str = "Wald"
    zero_cells: str = "only0"  # where 0.5 is added
    double_zero: str = "auto"  # what becomes of studies with no or only events
    note: str = ""
    subgroup_tau2: str = "separate"  # separate | common: of the subgroups, random model only
    tau_prior: TauPrior | None = None  # of tau, on the analysis scale; model bayes only
    mu_prior: MuPrior = VAGUE  # of the mean effect, likewise
    other_priors: tuple[OtherPriors, ...] = ()  # under which the pool is made once more
    correlation: float = 0.0  # of sampling errors in a cluster; clustered models only
    permutation: Resampling | None = None  # of the pool, random model only
    wild_bootstrap: Resampling | None = None  # likewise, clustered models only
    structure: str | None = None  # of true effects in a cluster; model multivariate only
    means: str = "common"  # common | each: of the inner levels, likewise


@dataclass(frozen=True, slots=True)
class CovariateSpec:
    """What effects are regressed on: `name` as in covariates.csv, or of `covariates.BUILT_IN`."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class FigureChoices:
    """How forest plots look: a journal's layout, dots of risk of bias, which analyses.

    Without `analyses` an outcome's figure shows its primary one and the one named second.
    `posteriors` says of which Bayesian analyses the posterior is drawn: that which leads an outcome
    ("primary"), or any that it names ("any").
    """

    layout: str = "journal"  # journal | cochrane | jama | bmj
    risk_of_bias: bool = True
    analyses: tuple[str, ...] = ()
    posteriors: str = "primary"  # primary | any


@dataclass(frozen=True, slots=True)
class FigureFiles:
    """Files of figures for a journal beside their SVG: `width` in millimetres, `dpi` of pixels."""

    formats: tuple[str, ...] = ()  # pdf | png | tiff
    dpi: int = 600
    width: float = 178.0


@dataclass(frozen=True, slots=True)
class EffectSpec:
    """One of several effects of a trial in one pool; outcome and week select its rows."""

    name: str
    outcome: str
    week: int | None = None


Topic = tuple[str, int | None]
"""The outcome and week of rows of results.csv."""


@dataclass(frozen=True, slots=True)
class OutcomeSpec:
    """One outcome to pool; `id` names its folder; outcome, week and reading select its rows.

    Where it pools several `effects` of a trial, theirs do in place of its own outcome and week.
    """

    id: str
    label: str
    outcome: str
    week: int | None
    type: str  # see measure_catalogue.OUTCOME_TYPES
    measure: str  # see methods.MEASURES
    direction: str  # benefit | harm: whether more of it is good for the patient
    analyses: tuple[str, ...]  # the first is the primary
    reading: str = ""
    sensitivity_of: str = ""  # the id of the outcome that this one re-reads
    note: str = ""
    as_published: str = ""  # the analysis, among `analyses`, that repeats the audited review's own
    subgroup: str = ""  # the characteristic by which trials are grouped; see covariates.grouping
    subgroup_levels: tuple[tuple[str, float], ...] = ()  # what its numbers mean
    subgroup_cuts: tuple[float, ...] = ()  # numbers that divide it into classes
    baseline_risks: tuple[float, ...] = ()  # risks under control, for absolute effects
    per: float = 1.0  # the person-time that a rate is of, such as 1000 (person-years)
    time_unit: str = ""  # such as person-years
    covariate: CovariateSpec | None = None  # of the meta-regression
    moderators: tuple[ModeratorModel, ...] = ()  # meta-regressions on several characteristics
    sequential: SequentialChoices | None = None  # of a sequential analysis; None: there is none
    few: FewTrials | None = None  # which analysis leads with few trials; None: always the first
    favours: tuple[str, ...] = ()  # words left and right of no effect; none: those of the sides
    conversions: ConversionChoices = DEFAULT_CONVERSIONS  # the review's, as they stand there
    unit: str = ""  # in which means are pooled, as in results.csv
    units: tuple[Unit, ...] = ()  # how others become that one
    thresholds: Thresholds = NO_THRESHOLDS  # beyond which the probability of an effect is given
    instrument: Instrument | None = None  # in whose units a standardised difference is said
    comparison: str = ""  # by its name, of a review that has several
    events_mean: str = ""  # higher | lower: the scores of patients with the event; see other_kinds
    small_study: SmallStudyChoices = DEFAULT_SMALL_STUDY  # the review's, as they stand there
    effects: tuple[EffectSpec, ...] = ()  # of one trial, all pooled; none: the one of its rows
    inner: str = ""  # the characteristic that tells a cluster's effects apart; blank: `effects`
    crossed: tuple[str, ...] = ()  # characteristics whose values have a random effect each

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The outcome and week of the rows that it selects; those of each effect."""
        return tuple((e.outcome, e.week) for e in self.effects) or ((self.outcome, self.week),)

    def called(self, topic: Topic) -> str:
        """The label of rows of one topic: its own, with the name of one of several effects."""
        names = [e.name for e in self.effects if (e.outcome, e.week) == topic]
        return ", ".join([self.label, *names[:1]])

    @property
    def each(self) -> "tuple[OutcomeSpec, ...]":
        """As it is of each of its effects alone."""
        return tuple(
            replace(self, outcome=e.outcome, week=e.week, effects=(e,)) for e in self.effects
        ) or (self,)


IN_COMPARISON = "__"
"""Stands between the name of an outcome that is pooled in several comparisons and that of one."""

Count = int | float
"""Patients or events: whole, but for the parts of a shared control."""


def whole(count: Count) -> Count:
    """A count as an integer where it is one but for rounding."""
    nearest = round(count)
    return nearest if abs(count - nearest) < 1e-9 * max(1, nearest) else count


# --- what pooling reads ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """One side of a comparison in one study, arms combined; events_low/high: what sources allow.

    A part of a shared control (multi_arm: split) has fractions of events and participants. `rules`
    are those by which its numbers follow from what is printed (model/conversions.py); `skewed` says
    that a median is among that, and speaks against a normal distribution. Changes that are measured
    by the spread before have `baseline_sd` and `change_correlation`, and no `sd`.
    """

    arm_ids: tuple[str, ...]
    label: str
    events: Count | None = None
    total: Count | None = None
    events_low: int | None = None
    events_high: int | None = None
    mean: float | None = None
    sd: float | None = None
    cells: tuple[Cell, ...] = ()
    person_time: float | None = None
    correlation: float | None = None
    rules: tuple[str, ...] = ()
    skewed: bool = False
    baseline_sd: float | None = None
    change_correlation: float | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A published contrast of two arms on the analysis scale (log for ratios)."""

    estimate: float
    se: float
    cells: tuple[Cell, ...] = ()
    form: str = "covariance"  # what it is from: see forms.FORMS
    adjusted_for: str = ""
    rules: tuple[str, ...] = ()  # by which its error follows: see model/conversions.py


@dataclass(frozen=True, slots=True)
class StudyValue:
    """A characteristic of a study, a number or a word, by its name, and where it stands."""

    column: str
    cell: Cell
    number: float | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class StudyData:
    """What one study brings to one outcome; one group has no control.

    `tables` are the events of intervention and control that a published p-value or interval leaves
    of those that the two groups allow each by itself; none where it leaves all of them.
    """

    study: str
    label: str
    year: int | None
    intervention: Group | None = None
    control: Group | None = None
    contrast: Contrast | None = None
    subgroup: str = ""
    provenance: str = ""  # reported | external | derived: the weakest of the rows used
    covariate: float | None = None  # the study's value of the outcome's covariate
    covariate_cell: Cell | None = None
    values: tuple[StudyValue, ...] = ()  # of the outcome's moderators, those that are stated
    tables: tuple[tuple[int, int], ...] = ()
    layout: str = ""  # cluster | pairs, where that is not accounted for
    cluster: str = ""  # to which it belongs with others; blank: that of its own id
    part: str = ""  # the name of what it is of its trial: an effect, a stratum, an arm
    heading: str = ""  # the name of what it belongs to with others: its cluster, or its trial


@dataclass(frozen=True, slots=True)
class Omission:
    """A trial that is not in an outcome's pool, or a pool that could not be made, and why.

    `label` is that of the part of the trial that is left out; blank means all that it has.
    """

    study: str
    reason: Sentence
    analysis: str = ""
    label: str = ""


# --- what pooling writes --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StudyEffect:
    """One study's own effect in one analysis; a row of results/tables/studies.csv.

    estimate and limits are on the natural scale, log_estimate and se on the analysis scale (log for
    ratios, the same as natural for differences). weight is the percentage of the pooled estimate.
    blup is its true effect as all studies together predict it, of model random, with 95% limits.
    """

    outcome: str
    analysis: str
    subgroup: str
    study: str
    label: str
    year: int | None
    measure: str
    events_intervention: Count | None
    total_intervention: Count | None
    events_control: Count | None
    total_control: Count | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    ci_method: str
    log_estimate: float | None
    se: float | None
    weight: float | None
    corrected: bool
    note: tuple[Sentence, ...]
    form: str = ""  # how the study gives its effect: see forms.FORMS
    cluster: str = ""  # of clustered models, to which it belongs with others
    blup: float | None = None
    blup_low: float | None = None
    blup_high: float | None = None


def pooled_trials(k: int, trials: int | None) -> tuple[str, int]:
    """How many trials are pooled, and the field that says so; without `trials` each of k is one."""
    return ("k", k) if trials is None else ("trials", trials)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One pooled result; a row of results/tables/estimates.csv (see the results contract there).

    estimate, ci and pi are on the natural scale; log_estimate and se on the analysis scale;
    i2 values in per cent; p-values two-sided. What a model does not define is None. adhoc is the
    HKSJ interval kept from being narrower than Wald's, given where the plain one is narrower.

    Of model bayes, estimate is the posterior median, ci and pi are central credible intervals, se
    is the posterior standard deviation, tau2 the square of the posterior median of tau, with the
    squares of its central limits; p_above is the posterior probability of an effect above no
    effect, and bayes_factor_common is for a common effect against heterogeneity.

    Of model three_level there are `clusters`; the variance of true effects between them and within
    them stand in place of tau2, with profile-likelihood limits, and i2 is the sum of the shares of
    both. Participants are not added up, as trials of one cluster may have the same. Where it pools
    several effects of a trial, k counts effects. RVE-HIER has both variances by moments, without
    limits and shares; RVE-CORR has tau2. Neither has q.

    p_resampled is by so many resamplings: of trials permutations, which are all where there are
    2^k; of clusters a wild bootstrap, likewise.
    Of model multivariate tau2 is the one variance of its structure and `rho` the correlation of
    true effects that it has (of AR and HAR one step apart, of CAR one unit of time), None where
    there are several. A row of one `component` of it, a level, a pair of levels or a crossed
    factor, has that name as its subgroup, and what the component has: a variance (tau2), a
    correlation (rho), an average of its own.
    """

    outcome: str
    analysis: str
    subgroup: str
    measure: str
    model: str
    tau2_method: str
    ci_method: str
    k: int
    events_intervention: Count | None
    total_intervention: Count | None
    events_control: Count | None
    total_control: Count | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    pi_low: float | None
    pi_high: float | None
    log_estimate: float | None
    se: float | None
    statistic: float | None
    df: float | None
    p: float | None
    q: float | None
    q_df: int | None
    q_p: float | None
    i2: float | None
    i2_low: float | None
    i2_high: float | None
    h2: float | None
    tau2: float | None
    tau2_low: float | None
    tau2_high: float | None
    note: tuple[Sentence, ...]
    adhoc_low: float | None = None
    adhoc_high: float | None = None
    p_above: float | None = None
    bayes_factor_common: float | None = None
    clusters: int | None = None
    tau2_between: float | None = None
    tau2_between_low: float | None = None
    tau2_between_high: float | None = None
    tau2_within: float | None = None
    tau2_within_low: float | None = None
    tau2_within_high: float | None = None
    i2_between: float | None = None
    i2_within: float | None = None
    trials: int | None = None  # that it pools several effects of; None: each of k is a trial
    p_resampled: float | None = None
    resamplings: int | None = None
    component: str = ""  # level | pair | factor; blank: a pool
    rho: float | None = None

    @property
    def studies(self) -> tuple[str, int]:
        """How many trials it pools, and the field that says so."""
        return pooled_trials(self.k, self.trials)

    @property
    def p_against(self) -> float | None:
        """The posterior probability of no effect, or one on the other side of the median."""
        return None if self.p_above is None else min(self.p_above, 1 - self.p_above)


@dataclass(frozen=True, slots=True)
class SignificanceTest:
    """A test of an analysis: its name, statistic, degrees of freedom (None for z) and p."""

    name: str
    statistic: float
    df: float | None
    p: float
    note: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """One analysis of one outcome: pooled rows ("all", then subgroups) and each study's effect."""

    spec: AnalysisSpec
    estimates: tuple[Estimate, ...]
    studies: tuple[StudyEffect, ...]
    tests: tuple[SignificanceTest, ...] = ()
    posterior: Posterior | None = None  # of all studies, where a Bayesian model pools them
    components: tuple[Estimate, ...] = ()  # of all studies, where a model has such

    @property
    def rows(self) -> tuple[Estimate, ...]:
        """Its rows of estimates.csv: the pool, its subgroups, its components."""
        return (*self.estimates, *self.components)

    @property
    def effects(self) -> dict[tuple[str, str], StudyEffect]:
        """Each study's effect by its id and label, which parts of one trial have of their own."""
        return {(effect.study, effect.label): effect for effect in self.studies}


@dataclass(frozen=True, slots=True)
class OutcomeResult:
    """All that is known of one outcome after pooling; results/outcomes/<outcome>/result.json."""

    outcome: OutcomeSpec
    comparison: Comparison
    studies: tuple[StudyData, ...]
    analyses: tuple[AnalysisResult, ...]
    omissions: tuple[Omission, ...]

    @property
    def without_prior(self) -> AnalysisResult | None:
        """The first analysis that has no prior."""
        return next((a for a in self.analyses if a.spec.tau_prior is None), None)

    @property
    def under_primary(self) -> AnalysisResult | None:
        """What stands under the primary analysis: the second, or one without a prior."""
        primary, *others = self.analyses
        if primary.spec.tau_prior is not None:
            return self.without_prior
        return others[0] if others else None


# --- the whole review -----------------------------------------------------------------------------


REPORT_FORMS = ("html", "pdf", "docx")
"""The forms of a report that names none; JATS, "xml", and LaTeX, "tex", are made if asked for."""


@dataclass(frozen=True, slots=True)
class Config:
    """config.yaml, checked.

    `date` is that of the review's version (YYYY-MM-DD). `weeks` are those of the protocol, and each
    tuple of `nested` names raw outcomes from the narrowest to the widest, whose counts in one arm
    cannot decrease. `checked` are the entries, by their keys, about which doubts were answered.
    `comparisons` are known by their names, the only one of a review by a blank.
    """

    title: str
    version: str
    languages: tuple[str, ...]
    data: str
    text: str
    comparisons: Mapping[str, Comparison]
    analyses: tuple[AnalysisSpec, ...]
    outcomes: tuple[OutcomeSpec, ...]
    date: str = ""
    authors: tuple[str, ...] = ()
    weeks: tuple[int, ...] = ()
    nested: tuple[tuple[str, ...], ...] = ()
    figures: FigureChoices = FigureChoices()
    figure_files: FigureFiles = FigureFiles()
    certainty: CertaintyRules = DEFAULT_RULES
    multiverse: MultiverseChoices = DEFAULT_MULTIVERSE
    living: LivingRules = DEFAULT_LIVING
    checked: tuple[tuple[str, ...], ...] = ()
    few: FewTrials | None = None  # the review's policy; what holds for an outcome stands there
    conversions: ConversionChoices = DEFAULT_CONVERSIONS
    small_study: SmallStudyChoices = DEFAULT_SMALL_STUDY
    formats: tuple[str, ...] = REPORT_FORMS
    decimals: tuple[tuple[str, int], ...] = ()  # of effects and limits in print, by measure
    author_details: tuple[AuthorDetails, ...] = ()

    def comparison_of(self, outcome: OutcomeSpec) -> Comparison:
        """What an outcome compares."""
        return self.comparisons[outcome.comparison]
