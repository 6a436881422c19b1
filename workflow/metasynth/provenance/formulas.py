"""How each number is made, in words, and which formula of the report's appendix says it exactly."""

from metasynth.language.languages import message
from metasynth.model.methods import BAYES, GLMMS
from metasynth.model.records import AnalysisSpec, Estimate, OutcomeSpec, StudyEffect

ARMS = message("arms of one side combined")
ONE_ARM = message("as in the table, one arm")
SUM = message("sum")
TEST = {
    "statistic": message("test statistic"),
    "df": message("degrees of freedom"),
    "p": message("p-value, two-sided"),
}
_BACK = message("back-transformed from the analysis scale")
_WALD = message("Wald: effect ± 1.96 standard errors on the analysis scale")
_MODELS = {
    "random": message("inverse-variance average of the trials’ effects, random effects"),
    "IV": message("inverse-variance average of the trials’ effects, common effect"),
    "bayes": message("median of the posterior, by quadrature"),
    "MH": message("Mantel–Haenszel"),
    "Peto": message("Peto’s one-step method"),
    "GLMM": message("binomial–normal mixed model, maximum likelihood"),
    "GLMM-UM.RS": message("binomial–normal mixed model, maximum likelihood"),
    "GLMM-CM.EL": message("hypergeometric–normal mixed model, maximum likelihood"),
}
_MODEL_FORMULAS = {
    "random": "formula-iv",
    "IV": "formula-iv",
    "bayes": "formula-bayes",
    "Peto": "formula-peto",
    "GLMM": "formula-glmm",
    "GLMM-UM.RS": "formula-glmm",
    "GLMM-CM.EL": "formula-glmm-cm",
}
_INTERVALS = {
    "Wald": message("Wald interval (normal quantiles)"),
    "HKSJ": message("Hartung–Knapp–Sidik–Jonkman interval (t quantiles)"),
    "HKSJ-adhoc": message("Hartung–Knapp–Sidik–Jonkman interval, never narrower than Wald’s"),
    "KR": message("Kenward–Roger interval"),
}
_TAU2 = {
    "REML": message("restricted maximum likelihood"),
    "ML": message("maximum likelihood"),
    "DL": message("DerSimonian and Laird"),
    "DL-MH": message("DerSimonian and Laird with Q about the Mantel–Haenszel estimate"),
    "DL2": message("DerSimonian and Laird in two steps"),
    "PM": message("Paule and Mandel"),
    "EB": message("empirical Bayes"),
    "SJ": message("Sidik and Jonkman"),
    "HE": message("Hedges"),
    "HS": message("Hunter and Schmidt"),
}
_FIELDS = {
    "k": message("trials with data that inform this analysis, counted"),
    "q": message("weighted squares about the common-effect estimate"),
    "q_df": message("trials less one"),
    "q_p": message("from χ² with the degrees of freedom of Q"),
    "p": message("from the normal or t distribution, as the interval"),
    "statistic": message("effect over its standard error, on the analysis scale"),
    "df": message("by the method of the interval"),
    "h2": message("by the same convention as I²"),
    "tau2_low": message("Q profile"),
    "tau2_high": message("Q profile"),
    "i2_low": message("from the limit of tau²"),
    "i2_high": message("from the limit of tau²"),
}
_FORMULAS = {
    **dict.fromkeys(("q", "q_df", "q_p", "i2", "h2"), "formula-heterogeneity"),
    **dict.fromkeys(("tau2_low", "tau2_high", "i2_low", "i2_high"), "formula-limits"),
    **dict.fromkeys(("pi_low", "pi_high"), "formula-prediction"),
}
_CREDIBLE = message("central credible interval: posterior quantiles")
_OF_POSTERIOR = {
    **dict.fromkeys(("ci_low", "ci_high", "pi_low", "pi_high"), _CREDIBLE),
    **dict.fromkeys(("tau2_low", "tau2_high"), message("squares of posterior quantiles of tau")),
    "tau2": message("square of the posterior median of tau"),
    "se": message("standard deviation of the posterior"),
    "p_above": message("posterior probability, by quadrature"),
    "p_against": message("the smaller of the posterior probabilities of either direction"),
    "bayes_factor_common": message("ratio of marginal likelihoods, by quadrature"),
}
"""What model bayes has otherwise than the others."""
_I2 = {
    True: message("from tau² and the typical variance within trials"),
    False: message("from Q: (Q − df)/Q"),
}
_PREDICTION = message("effect ± t √(tau² + SE²)")
Explanation = tuple[str, str]
"""A message, and the anchor of a formula or nothing."""


def of_pooled(field: str, row: Estimate, spec: AnalysisSpec) -> Explanation:
    """How a field of a pooled estimate was made."""
    if field.startswith(("events_", "total_")):
        return SUM, ""
    if row.model == BAYES and field in _OF_POSTERIOR:
        return _OF_POSTERIOR[field], _MODEL_FORMULAS[BAYES]
    if field == "tau2":
        method = row.tau2_method
        return _TAU2.get(method, method), f"formula-{method.lower()}" if method else ""
    if field == "se" and row.ci_method != "Wald":
        return _INTERVALS.get(row.ci_method, row.ci_method), _interval_formula(row.ci_method)
    if field in ("ci_low", "ci_high", "statistic", "df", "p"):
        method = _FIELDS.get(field) or _INTERVALS.get(row.ci_method, row.ci_method)
        return method, _interval_formula(row.ci_method)
    if field in ("adhoc_low", "adhoc_high"):
        return _INTERVALS["HKSJ-adhoc"], _interval_formula("HKSJ-adhoc")
    if field in ("pi_low", "pi_high"):
        return _PREDICTION, _FORMULAS[field]
    if field == "i2":
        return _I2[row.tau2 is not None and row.model not in GLMMS], _FORMULAS[field]
    if field in _FIELDS:
        return _FIELDS[field], _FORMULAS.get(field, "")
    return _model(row)


def _model(row: Estimate) -> Explanation:
    formula = _MODEL_FORMULAS.get(row.model, f"formula-mh-{row.measure.lower()}")
    return _MODELS.get(row.model, row.model), formula


def _interval_formula(method: str) -> str:
    return f"formula-{method.removesuffix('-adhoc').lower()}"


def of_study(field: str, outcome: OutcomeSpec, spec: AnalysisSpec, row: StudyEffect) -> Explanation:
    """How a field of a study's own effect was made."""
    if field == "weight":
        return message("its share of the weights"), _MODEL_FORMULAS.get(
            spec.model, f"formula-mh-{outcome.measure.lower()}"
        )
    if field in ("ci_low", "ci_high"):
        if row.ci_method == "score":
            return message("score interval (Koopman)"), "formula-score"
        return _WALD, "formula-study-wald"
    if field == "estimate":
        return _BACK, _effect_formula(outcome, spec)
    return message("from the trial’s own numbers"), _effect_formula(outcome, spec)


def _effect_formula(outcome: OutcomeSpec, spec: AnalysisSpec) -> str:
    if spec.model == "Peto":
        return "formula-peto"
    if outcome.type in ("generic", "rate"):
        return f"formula-{outcome.type}"
    return f"formula-{outcome.measure.lower()}"
