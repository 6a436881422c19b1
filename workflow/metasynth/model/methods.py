"""The names of the methods that config.yaml may choose, and which of them go together.

Imports nothing heavy, so that a whole configuration can be checked before anything is computed.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from metasynth.model import method_catalogue as catalogue
from metasynth.model.measure_catalogue import MEASURE_RECORDS, ONE_GROUP, OUTCOME_TYPES
from metasynth.model.method_records import Choice, Measure, Method, Model, Tau2Method
from metasynth.model.priors import VAGUE, MuPrior, TauPrior, moment_exists
from metasynth.model.records import AnalysisSpec, OutcomeSpec

M = TypeVar("M", bound=Method)


def _by_name(records: Iterable[M]) -> dict[str, M]:
    return {record.name: record for record in records}


MEASURE: Mapping[str, Measure] = _by_name(MEASURE_RECORDS)
MODEL: Mapping[str, Model] = _by_name(catalogue.MODELS)
TAU2: Mapping[str, Tau2Method] = _by_name(catalogue.TAU2_METHODS)
CI: Mapping[str, Choice] = _by_name(catalogue.CI_METHODS)
PREDICTION: Mapping[str, Choice] = _by_name(catalogue.PREDICTIONS)
TAU2_CI: Mapping[str, Choice] = _by_name(catalogue.TAU2_CIS)
STUDY_CI: Mapping[str, Choice] = _by_name(catalogue.STUDY_CIS)
ASYMMETRY: Mapping[str, Method] = _by_name(catalogue.ASYMMETRY_TESTS)
ADJUSTMENT: Mapping[str, Method] = _by_name(catalogue.ADJUSTMENTS)
FAIL_SAFE: Mapping[str, Method] = _by_name(catalogue.FAIL_SAFE_NUMBERS)
OF_POSTERIOR: Mapping[str, Method] = _by_name(catalogue.OF_POSTERIOR)
STRUCTURE: Mapping[str, Method] = _by_name(catalogue.STRUCTURES)
"""The records of each kind of method by their names in config.yaml."""

MEASURES = {
    kind: tuple(name for name, record in MEASURE.items() if kind in record.types)
    for kind in OUTCOME_TYPES
}
"""The names of the effect measures of each outcome type."""

MEASURES_OF_ANY_TYPE = tuple(MEASURE)

RATIO_MEASURES = frozenset(name for name, record in MEASURE.items() if record.ratio)
"""Measures whose analysis scale is the natural logarithm."""

LOGARITHMIC = frozenset(name for name, record in MEASURE.items() if record.back == "exp(x)")
"""These, and what of one group is analysed on that scale."""

DIFFERENCES = frozenset(name for name, record in MEASURE.items() if record.informed_by_zeros)
"""Measures of two groups on which a study without events has information: see `zero_events`."""

OF_TABLES = tuple(name for name, record in MEASURE.items() if record.of_tables)
BY_BASELINE = frozenset(name for name, record in MEASURE.items() if record.by_baseline)
"""Measures of changes in standard deviations before: see `method_records.Measure`."""
BY_UNITS = frozenset(name for name, record in MEASURE.items() if record.by_units)
"""Measures of means in standard deviations that config.yaml declares, likewise."""
COVARIANCE_MEASURES = tuple(name for name, record in MEASURE.items() if record.covariance)
MODELS, TAU2_METHODS, CI_METHODS = tuple(MODEL), tuple(TAU2), tuple(CI)
PREDICTIONS, STUDY_CIS, TAU2_CIS = tuple(PREDICTION), tuple(STUDY_CI), tuple(TAU2_CI)
ZERO_CELLS, DOUBLE_ZERO, MULTI_ARM = (
    tuple(_by_name(records))
    for records in (catalogue.ZERO_CELLS, catalogue.DOUBLE_ZERO, catalogue.MULTI_ARM)
)
SUBGROUP_TAU2 = catalogue.SUBGROUP_TAU2
MEANS = ("common", "each")
"""Averages of model multivariate: one of all effects, and beside it one of each inner level."""
GLMMS = frozenset(name for name, record in MODEL.items() if record.mixed)
WEIGHTED = tuple(name for name, record in MODEL.items() if record.weighted)
"""Models that take effects and their variances, whatever the measure."""
INVERSE_VARIANCE = ("random", "IV")
"""Models whose pool is the mean of independent effects by their variances."""

CLUSTERED = frozenset(name for name, record in MODEL.items() if record.clustered)
"""Models in which studies of one cluster are not taken to be independent."""
RVE = frozenset(name for name, record in MODEL.items() if record.metafor == "robumeta")
"""Those with weights of robust variance estimation."""
MULTIVARIATE = "multivariate"
UNEQUAL = frozenset({"HCS", "UN", "HAR"})
"""Structures that give each of a cluster's effects a variance of its own."""
IN_ORDER = frozenset({"AR", "HAR", "CAR"})
"""Those of times, of which a cluster has one effect each."""
ROBUST_CI = tuple(name for name, record in CI.items() if record.metafor == "clubSandwich")
LEAST_DF = 4.0
"""Degrees of freedom below which a robust test errs: Tipton, Psychol Methods 2015;20:375-93."""

BAYESIAN = frozenset(name for name, record in MODEL.items() if record.bayesian)
BAYES, EXACT_BAYES, ONE_GROUP_GLMM = "bayes", "bayes-exact", "GLMM-RI"
_NUMBERS = {
    ("binary",): "counts",
    ("rate",): "events in person-time",
    ("binary", "rate"): "counts",
    ("proportion", "incidence"): "one group's events",
}
"""The numbers that a model takes, by the outcome types that have them."""
CREDIBLE, POSTERIOR = OF_POSTERIOR
"""The names of the interval and of the tau2 of model bayes."""
WIDEST_TAU = {"ratio": 4.0, "RD": 1.0, "ASD": 1.6}
"""A typical tau beyond which a prior is on another scale than the effects: ratios of true effects
of e^(2 × 1.96 × 4), or differences of risks (and of their arcsines) larger than there are."""

DEFAULT_TAU2 = "REML"
Q_PROFILE = "QP"
"""The limits of tau2 unless others are chosen."""


class UnsupportedCombination(ValueError):  # noqa: N818 - it names the fault, as the message does
    """An analysis was asked of an outcome for which it has no meaning, or a name is unknown."""


def tau2_of_effects(analysis: AnalysisSpec) -> str | None:
    """The estimator for what has effects and variances alone; None under a common effect.

    That is the analysis's own, or DL in place of DL-MH, which needs counts; a posterior has no
    estimator, but trials that differ.
    """
    if analysis.model in BAYESIAN:
        return DEFAULT_TAU2
    if analysis.model != "random":
        return None
    return "DL" if analysis.tau2 == "DL-MH" else analysis.tau2 or DEFAULT_TAU2


def is_ratio(measure: str) -> bool:
    """Whether `measure` is analysed on the log scale (and shown after exp)."""
    return measure in RATIO_MEASURES


def letters(measure: str) -> str:
    """The letters of a measure, whichever variance it has: SMD of SMD-RevMan; blank of none."""
    record = MEASURE.get(measure)
    return measure if record is None or record.code is None else record.code


def no_effect(measure: str) -> float | None:
    """Give the natural value of `measure` that means no effect; a proportion has none (None)."""
    if not MEASURE[measure].null:
        return None
    return 1.0 if is_ratio(measure) else 0.0


def compares(outcome: OutcomeSpec) -> bool:
    """Whether two groups are compared; a proportion is of one, and so favours nobody."""
    return outcome.type not in ONE_GROUP


def excludes_no_effect(measure: str, low: float | None, high: float | None) -> bool | None:
    """Whether limits (natural scale) exclude no effect; None where there is no such thing."""
    null = no_effect(measure)
    if null is None or low is None or high is None:
        return None
    return not low <= null <= high


_WHOSE = {
    "random": "the random-effects model",
    "IV": "the common-effect model IV",
    "three_level": "the three-level model",
}


def tests_offered(model: str) -> tuple[str, ...]:
    """The tests of a meta-regression on moderators of an outcome that a model leads.

    The first is that of a regression that names none.

    Example:
        >>> tests_offered("random"), tests_offered("RVE-CORR")
        (('HKSJ', 'Wald'), ('CR2', 'CR1', 'CR0'))
    """
    if model not in CLUSTERED:
        return ("HKSJ", "Wald")
    robust = tuple(reversed(ROBUST_CI))
    return robust if model in RVE else (*robust, "Wald")


def tests_of(declared: str, model: str) -> str:
    """The tests of a meta-regression: those declared, else the first that a model offers.

    Example:
        >>> tests_of("", "three_level"), tests_of("Wald", "three_level")
        ('CR2', 'Wald')
    """
    return declared or tests_offered(model)[0]


def intervals_of(model: str) -> tuple[str, ...]:
    """The names of the intervals that a pool by this model can have."""
    if model in RVE:
        return ROBUST_CI
    of = "three_level" if model == MULTIVARIATE else model
    return tuple(name for name, record in CI.items() if name == "Wald" or record.of == of)


def check_combination(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Say in one sentence why `analysis` cannot be applied to `outcome`; None when it can."""
    return (
        _unknown_name(outcome, analysis)
        or _model_clash(outcome, analysis)
        or _random_effects_clash(analysis)
        or _tau2_ci_clash(analysis)
        or _clusters_clash(analysis)
        or _resampling_clash(outcome, analysis)
        or _structure_clash(outcome, analysis)
        or _effects_clash(outcome, analysis)
        or _prior_clash(outcome, analysis)
    )


def check_multi_arm(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Why arms correlated through a shared control cannot be so analysed; None when they can."""
    if outcome.type == "generic" or not compares(outcome):
        return None
    if analysis.model not in WEIGHTED:
        known = ", ".join(WEIGHTED)
        return f"multi_arm covariance needs a model of {known}; {analysis.model} takes counts only"
    if analysis.tau2 == "DL-MH":
        return "multi_arm covariance leaves several-armed trials without the counts of DL-MH"
    if analysis.study_ci == "score":
        return "multi_arm covariance leaves several-armed trials without the counts of a score"
    if outcome.measure not in COVARIANCE_MEASURES:
        known = ", ".join(COVARIANCE_MEASURES)
        return f"multi_arm covariance is defined here for {known}, not for {outcome.measure}"
    return None


def require_combination(outcome: OutcomeSpec, analysis: AnalysisSpec) -> None:
    """Raise `UnsupportedCombination` with the reason when `check_combination` gives one."""
    if reason := check_combination(outcome, analysis):
        raise UnsupportedCombination(f"{outcome.id}, analysis {analysis.name}: {reason}")


def _unknown_name(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Look every chosen name up in its list."""
    if outcome.type not in MEASURES:
        return f"outcome type {outcome.type!r} is not one of {', '.join(MEASURES)}"
    choices: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
        (f"measure of a {outcome.type} outcome", outcome.measure, MEASURES[outcome.type]),
        ("model", analysis.model, MODELS),
        ("tau2", analysis.tau2, TAU2_METHODS),
        ("ci", analysis.ci, CI_METHODS),
        ("prediction", analysis.prediction, PREDICTIONS),
        ("tau2_ci", analysis.tau2_ci, TAU2_CIS),
        ("study_ci", analysis.study_ci, STUDY_CIS),
        ("zero_cells", analysis.zero_cells, ZERO_CELLS),
        ("double_zero", analysis.double_zero, DOUBLE_ZERO),
        ("subgroup_tau2", analysis.subgroup_tau2, SUBGROUP_TAU2),
        ("structure", analysis.structure, tuple(STRUCTURE)),
        ("means", analysis.means, MEANS),
    )
    for what, name, allowed in choices:
        if name is not None and name not in allowed:
            return f"{what} {name!r} is not one of {', '.join(allowed)}"
    return None


def _model_clash(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Find a model or study interval that the outcome's measure does not have."""
    binary, measure, model = outcome.type == "binary", outcome.measure, MODEL[analysis.model]
    if not model.weighted and not (outcome.type in model.of and measure in model.measures):
        known, numbers = ", ".join(model.measures), _NUMBERS[model.of]
        clash = f"model {model.name} pools {known} of {numbers}, not {measure}"
        if compares(outcome) or model.name == ONE_GROUP_GLMM:
            return clash
        other = f"of one group {ONE_GROUP_GLMM} pools PLO and IRLN, random and IV any measure"
        return f"{clash}; {other}"
    if analysis.tau2 == "DL-MH" and not (binary and measure in OF_TABLES):
        return f"tau2 DL-MH takes Q about the Mantel-Haenszel estimate, which {measure} has not"
    proportion = outcome.type == "proportion"
    score = proportion or (binary and measure in OF_TABLES)
    if analysis.study_ci == "score" and not score:
        return f"study_ci score is defined for RR, OR and RD of counts, not for {measure}"
    if analysis.zero_cells == "treatment_arm" and (not compares(outcome) or outcome.type == "rate"):
        return f"zero_cells treatment_arm is defined for 2×2 tables, not for {measure}"
    return None


_OF_EFFECTS = ("HK", "t_KR-1", "NNF")
"""Prediction intervals that are made of effects and variances, of model random."""


def _random_effects_clash(analysis: AnalysisSpec) -> str | None:
    """Find a choice that only the random-effects model, or only REML, has."""
    if analysis.subgroup_tau2 == "common":
        if analysis.model not in ("random", BAYES):
            return (
                f"model {analysis.model} cannot share one tau2 among subgroups, as random and "
                "bayes can"
            )
        if analysis.ci == "KR" or analysis.prediction == "t_KR-1":
            return "Kenward and Roger's interval takes tau2 from one group, not from all subgroups"
        if analysis.prediction == "NNF":
            return "prediction NNF has the distribution of one group's tau2, not of all subgroups'"
        if analysis.tau2 == "DL-MH":
            return "tau2 DL-MH is that of one group; subgroups that share one can have DL"
    if analysis.model in BAYESIAN:
        chosen = (analysis.tau2 is not None, analysis.prediction is not None, analysis.ci != "Wald")
        for name, is_chosen in zip(("tau2", "prediction", "ci"), chosen, strict=True):
            if is_chosen:
                return (
                    f"model {analysis.model} has its own {name}, from its posterior; leave {name} "
                    "out"
                )
    elif analysis.model in GLMMS:
        if analysis.tau2 is not None:
            return "a mixed model has its own tau2, by maximum likelihood"
        if analysis.ci != "Wald":
            return f"ci {analysis.ci} needs effects and variances, which a mixed model has not"
        if analysis.prediction in _OF_EFFECTS:
            return (
                f"prediction {analysis.prediction} needs effects and variances, which a mixed "
                "model has not"
            )
    elif analysis.model in CLUSTERED:
        return _clustered_clash(analysis)
    elif analysis.model != "random":
        if analysis.tau2 is not None:
            return f"model {analysis.model} has no between-study variance, so tau2 has no meaning"
        if analysis.prediction is not None:
            return f"model {analysis.model} has no between-study variance to predict from"
        if analysis.ci not in intervals_of(analysis.model):
            return f"ci {analysis.ci} is an interval of {_WHOSE[CI[analysis.ci].of]}"
    elif analysis.ci not in intervals_of("random"):
        return f"ci {analysis.ci} is an interval of {_WHOSE[CI[analysis.ci].of]}"
    elif (analysis.ci == "KR" or analysis.prediction == "t_KR-1") and (
        (analysis.tau2 or DEFAULT_TAU2) != "REML"
    ):
        return f"Kenward and Roger's interval is derived for REML, not for tau2 {analysis.tau2}"
    return None


def _tau2_ci_clash(analysis: AnalysisSpec) -> str | None:
    """Find limits of tau2 of a model that has none to choose, or of an estimator without them."""
    name = analysis.tau2_ci
    if name != Q_PROFILE and analysis.model != "random":
        return f"tau2_ci {name} is that of the model random, not of {analysis.model}"
    if name in ("PL", "Wald") and (analysis.tau2 or DEFAULT_TAU2) not in ("REML", "ML"):
        return f"tau2_ci {name} is of a likelihood, REML or ML, not of tau2 {analysis.tau2}"
    return None


def _clustered_clash(analysis: AnalysisSpec) -> str | None:
    """Find a choice that a model of clusters has not."""
    if analysis.model in RVE and (analysis.tau2 or analysis.prediction):
        what = "tau2" if analysis.tau2 else "prediction interval"
        return f"model {analysis.model} has no {what} to choose, only variances by moments"
    if analysis.tau2 not in (None, "REML", "ML"):
        return f"model {analysis.model} is fitted by REML or ML, not by tau2 {analysis.tau2}"
    if analysis.prediction in _OF_EFFECTS:
        name = analysis.prediction
        return f"prediction {name} is that of the model random, not of {analysis.model}"
    if analysis.ci not in intervals_of(analysis.model):
        known = ", ".join(intervals_of(analysis.model))
        if analysis.ci == "Wald":
            return f"ci Wald takes the weights for exact; {analysis.model} has {known}"
        whose = _WHOSE[CI[analysis.ci].of]
        return f"ci {analysis.ci} is an interval of {whose}; {analysis.model} has {known}"
    return None


def _clusters_clash(analysis: AnalysisSpec) -> str | None:
    """Find a correlation within clusters of a model that has none, or one that cannot be."""
    if analysis.correlation and analysis.model == "RVE-HIER":
        return "hierarchical weights take sampling errors to be independent: leave correlation out"
    if analysis.correlation and analysis.model not in CLUSTERED:
        known = ", ".join(sorted(CLUSTERED - {"RVE-HIER"}))
        return f"correlation is that of trials of one cluster, which only {known} have"
    if not 0 <= analysis.correlation < 1:
        return f"correlation {analysis.correlation:g} is not from 0 to below 1"
    return None


def _resampling_clash(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Find a test by resampling of a pool that has none."""
    model, ci = analysis.model, analysis.ci
    if not (analysis.permutation or analysis.wild_bootstrap):
        return None
    if no_effect(outcome.measure) is None:
        return f"no value of {outcome.measure} means no effect, so that there is no test of it"
    if analysis.permutation and model != "random":
        other = "; wild_bootstrap is that of clusters" if model in CLUSTERED else ""
        return f"permutation is a test of the model random, not of {model}{other}"
    if analysis.permutation and ci not in ("Wald", "HKSJ", "HKSJ-adhoc"):
        return f"permutation has the statistic of ci Wald, HKSJ or HKSJ-adhoc, not of {ci}"
    if analysis.permutation and analysis.tau2 == "DL-MH":
        return "permutation turns signs of effects, and tau2 DL-MH is of counts; DL is of effects"
    if analysis.wild_bootstrap and model not in CLUSTERED - {MULTIVARIATE}:
        known = ", ".join(sorted(CLUSTERED - {MULTIVARIATE}))
        return f"wild_bootstrap is a test of {known}, not of {model}; permutation is that of random"
    if analysis.wild_bootstrap and ci not in ROBUST_CI:
        return f"wild_bootstrap has the statistic of ci CR0, CR1 or CR2, not of {ci}"
    return None


def _structure_clash(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Find a structure of a model that has none, or one that data or choices do not allow."""
    structure, crossed = analysis.structure, outcome.crossed
    if analysis.model != MULTIVARIATE:
        named = "structure" if structure else "means" if analysis.means != "common" else ""
        return f"{named} is that of model multivariate, not of {analysis.model}" if named else None
    if structure is None:
        if not crossed:
            return (
                "model multivariate needs a structure (CS, HCS, UN, AR, HAR, CAR), or crossed "
                "factors of the outcome; a variance between and one within clusters is three_level"
            )
        if analysis.means == "each":
            return "means of each level need a structure, which says what the levels are"
    elif not outcome.inner and not outcome.effects:
        return (
            f"structure {structure} needs to know what each effect of a cluster is: list effects "
            "of the outcome, or name the covariate that says so as its inner"
        )
    elif structure == "CAR" and not outcome.inner:
        weeks = [effect.week for effect in outcome.effects]
        if None in weeks or len(set(weeks)) < len(weeks):
            return "structure CAR needs a week of each effect, no two alike, or times as inner"
    if structure in UNEQUAL and analysis.prediction:
        return (
            f"structure {structure} has a variance of each effect, and no one prediction interval;"
            " CS, AR and CAR have one"
        )
    if crossed and analysis.ci != "Wald":
        return (
            f"ci {analysis.ci} takes clusters to be independent, which crossed factors "
            f"({', '.join(crossed)}) tie together; Wald does not"
        )
    return None


def _effects_clash(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Find a model that would take several effects of one trial to be independent."""
    if outcome.effects and analysis.model not in CLUSTERED:
        known = ", ".join(sorted(CLUSTERED))
        return (
            f"several effects of one trial are not independent, as model {analysis.model} takes "
            f"them to be; {known} do not"
        )
    return None


def _prior_clash(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Find a prior that is missing, belongs to another model, or is on another scale."""
    prior, others = analysis.tau_prior, analysis.other_priors
    if analysis.model not in BAYESIAN:
        if prior is not None or analysis.mu_prior != VAGUE or others:
            return f"model {analysis.model} has no prior, as bayes has"
        return None
    if prior is None:
        return (
            f"model {analysis.model} needs tau_prior, such as {{family: half_normal, scale: 0.5}}"
        )
    if analysis.model == EXACT_BAYES and any(
        known.family == "jeffreys" for known in (prior, *(other.tau_prior for other in others))
    ):
        return (
            "the prior jeffreys of tau is made of the variances of effects, which the tables of "
            "bayes-exact have not; half_normal needs none"
        )
    if outcome.measure == "PFT":
        return "model bayes has no back-transformation of double arcsines; PLO has one"
    if clash := _scale_clash(outcome, prior, analysis.mu_prior):
        return clash
    clashes = ((other, _scale_clash(outcome, other.tau_prior, other.mu_prior)) for other in others)
    return next((f"of other_priors, {other.name}: {why}" for other, why in clashes if why), None)


def _scale_clash(outcome: OutcomeSpec, prior: TauPrior, mu: MuPrior) -> str | None:
    """Find priors that leave no posterior, or that are on another scale than the effects."""
    if not moment_exists(prior, mu, 2, 0):
        return (
            f"with two trials the prior {prior.family} of tau leaves no posterior distribution; "
            "half_normal is a prior that does"
        )
    if prior.measure and outcome.measure != prior.measure:
        return (
            f"{prior.source} is of {prior.measure}, on another scale than {outcome.measure}; "
            "name a family with its scale instead"
        )
    kind = "ratio" if is_ratio(outcome.measure) else outcome.measure
    widest, about = WIDEST_TAU.get(kind), prior.about
    if widest is not None and about is not None and about > widest:
        return (
            f"a prior of tau of about {about:g} is not on the scale of {outcome.measure}, on which "
            f"tau is below {widest:g}"
            + (" (ratios are pooled as logarithms)" if kind == "ratio" else "")
        )
    return None
