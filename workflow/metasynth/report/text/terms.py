"""The names of methods, and of the domains of certainty, in words."""

from metasynth.language.languages import message
from metasynth.model.certainty_config import OVERALL

TERMS = {
    "IV": message("inverse-variance common-effect model"),
    "MH": message("Mantel–Haenszel common-effect model, without a continuity correction"),
    "Peto": message(
        "Peto's one-step method (common-effect odds ratio), without a continuity correction"
    ),
    "GLMM": message("binomial–normal mixed model of the odds ratio, a fixed level for each trial"),
    "GLMM-UM.RS": message(
        "binomial–normal mixed model of the odds ratio, random levels of the trials"
    ),
    "GLMM-CM.EL": message(
        "hypergeometric–normal mixed model of the odds ratio, given each trial's events"
    ),
    "bayes": message(
        "Bayesian random-effects model with the priors that its results name, its posterior by "
        "quadrature"
    ),
    "DL": message("DerSimonian and Laird"),
    "DL-MH": message("DerSimonian and Laird with Q about the Mantel–Haenszel estimate"),
    "DL2": message("DerSimonian and Laird in two steps"),
    "REML": message("restricted maximum likelihood"),
    "ML": message("maximum likelihood"),
    "PM": message("Paule and Mandel"),
    "EB": message("empirical Bayes"),
    "SJ": message("Sidik and Jonkman"),
    "HE": message("Hedges"),
    "HS": message("Hunter and Schmidt"),
    "Wald": message("Wald (normal quantiles)"),
    "HKSJ": message(
        "Hartung, Knapp, Sidik and Jonkman (t quantiles with k − 1 degrees of freedom)"
    ),
    "HKSJ-adhoc": message("Hartung, Knapp, Sidik and Jonkman, never narrower than Wald's"),
    "KR": message("Kenward and Roger"),
    "t_k-1": message("the t distribution with k − 1 degrees of freedom"),
    "t_k-2": message("the t distribution with k − 2 degrees of freedom"),
    "HK": message(
        "the t distribution with k − 1 degrees of freedom and the Hartung–Knapp variance"
    ),
}
DOMAINS = {
    "risk_of_bias": message("Risk of bias"),
    "inconsistency": message("Inconsistency"),
    "indirectness": message("Indirectness"),
    "imprecision": message("Imprecision"),
    "publication_bias": message("Publication bias"),
    "large_effect": message("Large effect"),
    "dose_response": message("Dose–response gradient"),
    "plausible_confounding": message("Plausible confounding"),
    OVERALL: message("All together"),
}
"""The domains of GRADE, and all of them together."""
