"""The names of methods in words, for the report's list of methods."""

TERMS = {
    "IV": "inverse-variance common-effect model",
    "MH": "Mantel–Haenszel common-effect model, without a continuity correction",
    "Peto": "Peto's one-step method (common-effect odds ratio), without a continuity correction",
    "GLMM": "binomial–normal generalised linear mixed model",
    "DL": "DerSimonian and Laird",
    "DL2": "DerSimonian and Laird in two steps",
    "REML": "restricted maximum likelihood",
    "ML": "maximum likelihood",
    "PM": "Paule and Mandel",
    "EB": "empirical Bayes",
    "SJ": "Sidik and Jonkman",
    "HE": "Hedges",
    "HS": "Hunter and Schmidt",
    "Wald": "Wald (normal quantiles)",
    "HKSJ": "Hartung, Knapp, Sidik and Jonkman (t quantiles with k − 1 degrees of freedom)",
    "HKSJ-adhoc": "Hartung, Knapp, Sidik and Jonkman, never narrower than Wald's",
    "KR": "Kenward and Roger",
    "t_k-1": "the t distribution with k − 1 degrees of freedom",
    "t_k-2": "the t distribution with k − 2 degrees of freedom",
    "HK": "the t distribution with k − 1 degrees of freedom and the Hartung–Knapp variance",
}
