"""How each number is made, in words, and which formula of the report's appendix says it exactly."""

from collections.abc import Mapping

from metasynth.language.languages import message
from metasynth.model import methods
from metasynth.model.conversions import CONVERSIONS
from metasynth.model.forms import FORMS, PUBLISHED
from metasynth.model.method_records import Method
from metasynth.model.records import AnalysisSpec, Estimate, OutcomeSpec, StudyEffect
from metasynth.model.resampling import PERMUTATION, WILD_BOOTSTRAP

ARMS = message("arms of one side combined")
ONE_ARM = message("as in the table, one arm")
SUM = message("sum")
SUM_OF_WEIGHTS = message("1/(SE² + tau²), added up over the trials")
TEST = {
    "statistic": message("test statistic"),
    "df": message("degrees of freedom"),
    "p": message("p-value, two-sided"),
}
_COUNTED = message("effects, trials and clusters of the level or pair, or levels of the factor")
_BACK = message("back-transformed from the analysis scale")
_FIELDS = {
    "k": message("trials with data that inform this analysis, counted"),
    "trials": message("trials with effects in this analysis, counted"),
    "clusters": message("clusters that hold trials of this analysis, counted"),
    "q": message("weighted squares about the common-effect estimate"),
    "q_df": message("trials less one"),
    "q_p": message("from χ² with the degrees of freedom of Q"),
    "p": message("from the normal or t distribution, as the interval"),
    "statistic": message("effect over its standard error, on the analysis scale"),
    "df": message("by the method of the interval"),
    "h2": message("by the same convention as I²"),
    "i2_low": message("from the limit of tau²"),
    "i2_high": message("from the limit of tau²"),
}
_LEVELS = {
    **dict.fromkeys(
        tuple(f"tau2_{level}_{end}" for level in ("between", "within") for end in ("low", "high")),
        message("profile likelihood"),
    ),
    **dict.fromkeys(
        ("i2_between", "i2_within"),
        message("from both variances and the typical variance within trials"),
    ),
    "i2": message("sum of the shares between and within clusters"),
    "h2": message("by the same convention as I²"),
}
"""What a three-level pool has, with the formula of its model."""
_FORMULAS = {
    **dict.fromkeys(("q", "q_df", "q_p", "i2", "h2"), "formula-heterogeneity"),
    **dict.fromkeys(("pi_low", "pi_high"), "formula-prediction"),
}
_OF_POSTERIOR = {
    **dict.fromkeys(
        ("ci_low", "ci_high", "pi_low", "pi_high"), methods.OF_POSTERIOR[methods.CREDIBLE].label
    ),
    **dict.fromkeys(("tau2_low", "tau2_high"), message("squares of posterior quantiles of tau")),
    "tau2": methods.OF_POSTERIOR[methods.POSTERIOR].label,
    "se": message("standard deviation of the posterior"),
    "p_above": message("posterior probability, by quadrature"),
    "p_against": message("the smaller of the posterior probabilities of either direction"),
    "bayes_factor_common": message("ratio of marginal likelihoods, by quadrature"),
}
"""What a posterior has otherwise than the other results; a single trial has none."""
_I2 = {
    True: message("from tau² and the typical variance within trials"),
    False: message("from Q: (Q − df)/Q"),
}
_PREDICTION = message("effect ± t √(tau² + SE²)")
_PREDICTION_OF_LEVELS = message("effect ± t √(variances between and within clusters + SE²)")
_PREDICTION_OF_ALL = message("effect ± t √(all variances of true effects + SE²)")
_VARIANCES = ("tau2_between", "tau2_within")
_MOMENTS = {
    False: message("by moments: what weighted squares are expected to have of it"),
    True: message("weighted squares beyond their expectation, as a share of them"),
}
Explanation = tuple[str, str]
"""A message, and the anchor of a formula or nothing."""
P_RESAMPLED = message("p-value by resampling, two-sided")
RESAMPLINGS = message("resamplings of the test")
RESAMPLED: Mapping[str, Explanation] = {
    PERMUTATION: (message("permutation test"), "formula-permutation"),
    WILD_BOOTSTRAP: (message("wild cluster bootstrap"), "formula-wild-bootstrap"),
}
"""Tests by resampling, by the keys that ask for them."""


def of_pooled(field: str, row: Estimate, spec: AnalysisSpec) -> Explanation:
    """How a field of a pooled estimate was made."""
    if field.startswith(("events_", "total_")):
        return SUM, ""
    if row.ci_method == methods.CREDIBLE and field in _OF_POSTERIOR:
        return _OF_POSTERIOR[field], methods.MODEL[row.model].anchor
    if row.model in methods.RVE and field in ("tau2", *_VARIANCES, "i2"):
        return _MOMENTS[field == "i2"], methods.MODEL[row.model].anchor
    if field in ("p_resampled", "resamplings"):
        return RESAMPLED[WILD_BOOTSTRAP if row.clusters is not None else PERMUTATION]
    if row.model == methods.MULTIVARIATE and (field in ("tau2", "rho", "i2") or row.component):
        return _of_multivariate(field, row)
    if field in _VARIANCES:
        return methods.TAU2[row.tau2_method].label, methods.MODEL[row.model].anchor
    if row.clusters is not None and field in _LEVELS:
        return _LEVELS[field], methods.MODEL[row.model].anchor
    if field == "tau2":
        return _of(methods.TAU2, row.tau2_method)
    if field in ("tau2_low", "tau2_high"):
        return _of(methods.TAU2_CI, spec.tau2_ci)
    if field in ("i2_low", "i2_high"):
        return _FIELDS[field], methods.TAU2_CI[spec.tau2_ci].anchor
    if field == "se" and row.ci_method != "Wald":
        return _of(methods.CI, row.ci_method)
    if field in ("ci_low", "ci_high", "statistic", "df", "p"):
        method, formula = _of(methods.CI, row.ci_method)
        return _FIELDS.get(field, method), formula
    if field in ("adhoc_low", "adhoc_high"):
        return _of(methods.CI, "HKSJ-adhoc")
    if field in ("pi_low", "pi_high"):
        if spec.prediction == "NNF":
            return _of(methods.PREDICTION, "NNF")
        if row.model == methods.MULTIVARIATE:
            return _PREDICTION_OF_ALL, _FORMULAS[field]
        levels = row.clusters is not None
        return _PREDICTION_OF_LEVELS if levels else _PREDICTION, _FORMULAS[field]
    if field == "i2":
        return _I2[row.tau2 is not None and row.model not in methods.GLMMS], _FORMULAS[field]
    if field in _FIELDS:
        return _FIELDS[field], _FORMULAS.get(field, "")
    return methods.MODEL[row.model].pooling, _pooling_formula(row.model, row.measure)


def _of_multivariate(field: str, row: Estimate) -> Explanation:
    """What a multivariate pool has of its own, and all of a level, a pair or a crossed factor."""
    anchor = methods.MODEL[row.model].anchor
    if field in ("tau2", "rho"):
        return methods.TAU2[row.tau2_method].label, anchor
    if field == "i2":
        return message(
            "all variances of true effects beside the typical variance within trials"
        ), anchor
    if field in ("k", "trials", "clusters"):
        return _COUNTED, ""
    if field in ("estimate", "log_estimate"):
        return message("average of the level, in the model that has one of each"), anchor
    method, formula = _of(methods.CI, row.ci_method)
    return _FIELDS.get(field, method), formula


def _of(records: Mapping[str, Method], name: str) -> Explanation:
    return (records[name].label, records[name].anchor) if name else ("", "")


def _pooling_formula(model: str, measure: str) -> str:
    return methods.MODEL[model].anchor.format(measure=measure.lower())


def of_study(field: str, outcome: OutcomeSpec, spec: AnalysisSpec, row: StudyEffect) -> Explanation:
    """How a field of a study's own effect was made."""
    if field == "weight":
        return message("its share of the weights"), _pooling_formula(spec.model, outcome.measure)
    if field in ("ci_low", "ci_high"):
        return _of(methods.STUDY_CI, row.ci_method)
    if field == "estimate":
        return _BACK, _effect_formula(outcome, spec, row)
    how = message("from the trial’s own numbers")
    if row.form in FORMS and row.form not in ("groups", "converted"):
        how = FORMS[row.form]
    return how, _effect_formula(outcome, spec, row)


def _effect_formula(outcome: OutcomeSpec, spec: AnalysisSpec, row: StudyEffect) -> str:
    if spec.model == "Peto":
        return _pooling_formula(spec.model, outcome.measure)
    if row.form == "other_kind":
        rule = "odds-ratio-of-smd" if outcome.type == "binary" else "smd-of-odds-ratio"
        return CONVERSIONS[rule].anchor
    if row.form == "paired" and outcome.type == "binary":
        return CONVERSIONS["paired-counts"].anchor
    if outcome.type == "generic" or row.form in (*PUBLISHED, "o_minus_e"):
        return methods.MEASURE["other"].anchor
    return methods.MEASURE[outcome.measure].anchor
