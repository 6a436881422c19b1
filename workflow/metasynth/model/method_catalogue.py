"""The catalogue of methods: one record for each model, estimator, interval, rule and test.

That of the effect measures has a module of its own (measure_catalogue.py).

A record holds all that is said of a method: its name in config.yaml, its words, formula, source,
needs and name in metafor. From the records are made the choices of config.yaml's schema
(docs/make_schema.py), those of the multiverse, the words of report and figures, provenance and the
R export. The functions that compute stand in `stats` under the same names;
tests/unit/model/test_methods.py names what lacks one. Imports nothing heavy.
"""

from metasynth.core.messages import message
from metasynth.model.method_records import Choice, Method, Model, Tau2Method

MODELS = (
    Model(
        name="random", label=message("inverse-variance random-effects model"), weighted=True,
        pooling=message("inverse-variance average of the trials’ effects, random effects"),
        option=message("random effects"), anchor="formula-iv", source="DerSimonian and Laird 1986",
        metafor="rma", by_default=True,
    ),
    Model(
        name="IV", label=message("inverse-variance common-effect model"), weighted=True,
        pooling=message("inverse-variance average of the trials’ effects, common effect"),
        option=message("common effect, inverse variance"), anchor="formula-iv",
        source="DerSimonian and Laird 1986", metafor="FE", by_default=True,
    ),
    Model(
        name="MH",
        label=message("Mantel–Haenszel common-effect model, without a continuity correction"),
        pooling=message("Mantel–Haenszel"), option=message("common effect, Mantel–Haenszel"),
        anchor="formula-mh-{measure}", source="Mantel and Haenszel 1959", metafor="rma.mh",
        by_default=True, measures=("RR", "OR", "RD", "IRR", "IRD"), of=("binary", "rate"),
    ),
    Model(
        name="Peto",
        label=message(
            "Peto's one-step method (common-effect odds ratio), without a continuity correction"
        ),
        pooling=message("Peto’s one-step method"), option=message("common effect, Peto"),
        anchor="formula-peto", source="Yusuf et al. 1985", metafor="rma.peto", by_default=True,
        measures=("OR",), of=("binary",),
    ),
    Model(
        name="GLMM",
        label=message(
            "binomial–normal mixed model of the odds ratio, a fixed level for each trial"
        ),
        pooling=message("binomial–normal mixed model, maximum likelihood"),
        option=message("binomial-normal, fixed levels"), anchor="formula-glmm", mixed=True,
        source="Jackson et al. 2018", metafor="UM.FS",
        measures=("OR",), of=("binary",),
    ),
    Model(
        name="GLMM-UM.RS",
        label=message("binomial–normal mixed model of the odds ratio, random levels of the trials"),
        pooling=message("binomial–normal mixed model, maximum likelihood"),
        option=message("binomial-normal, random levels"), anchor="formula-glmm", mixed=True,
        source="Jackson et al. 2018", metafor="UM.RS",
        measures=("OR",), of=("binary",),
    ),
    Model(
        name="GLMM-CM.EL",
        label=message(
            "hypergeometric–normal mixed model of the odds ratio, given each trial's events"
        ),
        pooling=message("hypergeometric–normal mixed model, maximum likelihood"),
        option=message("binomial-normal, conditional"), anchor="formula-glmm-cm", mixed=True,
        source="Stijnen, Hamza and Özdemir 2010", metafor="CM.EL",
        measures=("OR",), of=("binary",),
    ),
    Model(
        name="GLMM-IRR",
        label=message("Poisson–normal mixed model of the rate ratio, a fixed level for each trial"),
        pooling=message("Poisson–normal mixed model, maximum likelihood"),
        option=message("Poisson-normal, fixed levels"), anchor="formula-glmm-irr", mixed=True,
        source="Böhning, Mylona and Kimber 2015", metafor="UM.FS", measures=("IRR",), of=("rate",),
    ),
    Model(
        name="GLMM-IRR-UM.RS",
        label=message("Poisson–normal mixed model of the rate ratio, random levels of the trials"),
        pooling=message("Poisson–normal mixed model, maximum likelihood"),
        option=message("Poisson-normal, random levels"), anchor="formula-glmm-irr", mixed=True,
        source="Böhning, Mylona and Kimber 2015", metafor="UM.RS", measures=("IRR",), of=("rate",),
    ),
    Model(
        name="GLMM-IRR-CM.EL",
        label=message(
            "binomial–normal mixed model of the rate ratio, given each trial's events"
        ),
        pooling=message("binomial–normal mixed model given the events, maximum likelihood"),
        option=message("Poisson-normal, conditional"), anchor="formula-glmm-irr-cm", mixed=True,
        source="Stijnen, Hamza and Özdemir 2010", metafor="CM.EL", measures=("IRR",), of=("rate",),
    ),
    Model(
        name="GLMM-RI",
        label=message("mixed model of one group’s events, its level random (random intercept)"),
        pooling=message("mixed model with a random intercept, maximum likelihood"),
        option=message("random intercept"), anchor="formula-glmm-ri", mixed=True,
        source="Stijnen, Hamza and Özdemir 2010", metafor="UM.FS", measures=("PLO", "IRLN"),
        of=("proportion", "incidence"),
    ),
    Model(
        name="three_level",
        label=message(
            "three-level random-effects model (trials within clusters, and clusters, differ)"
        ),
        pooling=message("generalised least squares, effects of one cluster being correlated"),
        option=message("three levels"), anchor="formula-three-level", weighted=True,
        clustered=True, source="Konstantopoulos 2011", metafor="rma.mv",
    ),
    Model(
        name="multivariate",
        label=message(
            "multivariate random-effects model (the true effects of a cluster covary by a "
            "structure, or crossed factors differ, too)"
        ),
        pooling=message("generalised least squares, effects of one cluster being correlated"),
        option=message("multivariate"), anchor="formula-multivariate", weighted=True,
        clustered=True, source="Berkey et al. 1998",
        metafor="rma.mv",
    ),
    Model(
        name="RVE-CORR",
        label=message(
            "robust variance estimation with correlated-effects weights (the trials of a cluster "
            "share its weight), tau² by moments"
        ),
        pooling=message("mean by weights 1/(n (mean variance + tau²)), n trials of a cluster"),
        option=message("robust variance, correlated effects"), anchor="formula-rve-corr",
        weighted=True, clustered=True, source="Hedges, Tipton and Johnson 2010; Tipton 2015",
        metafor="robumeta",
    ),
    Model(
        name="RVE-HIER",
        label=message(
            "robust variance estimation with hierarchical weights (trials within clusters, and "
            "clusters, differ), both variances by moments"
        ),
        pooling=message("mean by weights 1/(variance + variances between and within clusters)"),
        option=message("robust variance, hierarchical effects"), anchor="formula-rve-hier",
        weighted=True, clustered=True, source="Hedges, Tipton and Johnson 2010; Tipton 2015",
        metafor="robumeta",
    ),
    Model(
        name="bayes",
        label=message(
            "Bayesian random-effects model with the priors that its results name, its posterior by "
            "quadrature"
        ),
        pooling=message("median of the posterior, by quadrature"), weighted=True,
        option=message("random effects with priors"), anchor="formula-bayes", source="Röver 2020",
        bayesian=True,
    ),
    Model(
        name="bayes-exact",
        label=message(
            "Bayesian random-effects model of the odds ratio with the exact likelihood of each "
            "trial's table given its margins, and the priors that its results name"
        ),
        pooling=message("median of the posterior, by quadrature"), bayesian=True,
        option=message("random effects with priors, exact likelihood"),
        anchor="formula-bayes-exact", source="Stijnen, Hamza and Özdemir 2010; Röver 2020",
        measures=("OR",), of=("binary",),
    ),
)  # fmt: skip
"""Random effects, the common-effect models, binomial-normal models, and random effects with priors.

Of these, GLMM has fixed study levels (UM.FS), GLMM-UM.RS random ones, GLMM-CM.EL none: it is
conditional.
"""

TAU2_METHODS = (
    Tau2Method(
        name="REML", label=message("restricted maximum likelihood (REML)"), anchor="formula-reml",
        formula=message(
            "the highest maximum of the restricted likelihood, `−½ Σ ln(v + tau²) − ½ ln Σw − "
            "½ Σw(y − μ)²`, at tau² ≥ 0; every maximum is located by a scan and refined as a root "
            "of the derivative"
        ),
        source="Viechtbauer 2005", metafor="REML", by_default=True,
    ),
    Tau2Method(
        name="DL", label=message("DerSimonian and Laird"), anchor="formula-dl",
        formula="`max(0, (Q − (k − 1)) / (Σw − Σw²/Σw))`, `w = 1/v`",
        source=message("DerSimonian and Laird 1986"), metafor="DL", by_default=True,
    ),
    Tau2Method(
        name="DL-MH", of_counts=True, anchor="formula-dl-mh",
        label=message("DerSimonian and Laird with Q about the Mantel–Haenszel estimate"),
        formula=message(
            "`max(0, (Q − (k − 1)) / (Σw − Σw²/Σw))`, `w = 1/v`, `Q = Σw (y − θ)²` about the "
            "Mantel–Haenszel estimate θ, as in RevMan; diagnostics that see effects alone "
            "(influence, trim and fill) use the usual one"
        ),
        source=message("Deeks and Higgins 2010"),
    ),
    Tau2Method(
        name="PM", label=message("Paule and Mandel"), anchor="formula-pm",
        formula=message("the root of `Q(tau²) = k − 1`, 0 where there is none"),
        source=message("Paule and Mandel 1982"), metafor="PM", by_default=True,
    ),
    Tau2Method(
        name="ML", label=message("maximum likelihood"), anchor="formula-ml",
        formula=message(
            "the highest maximum of `−½ Σ ln(v + tau²) − ½ Σw(y − μ)²`, at tau² ≥ 0"
        ),
        source=message("Hardy and Thompson 1996"), metafor="ML", by_default=True,
    ),
    Tau2Method(
        name="EB", label=message("empirical Bayes"), anchor="formula-eb", same_as="PM",
        formula=message("the root of `Q(tau²) = k − 1`, 0 where there is none"),
        source="Morris 1983", metafor="EB",
    ),
    Tau2Method(
        name="SJ", label=message("Sidik and Jonkman"), anchor="formula-sj",
        formula=message("`tau₀² Q(tau₀²)/(k − 1)` with `tau₀² = Σ(y − ȳ)²/k`"),
        source=message("Sidik and Jonkman 2005"), metafor="SJ", by_default=True,
    ),
    Tau2Method(
        name="HE", label=message("Hedges"), anchor="formula-he",
        formula="`max(0, Σ(y − ȳ)²/(k − 1) − Σv/k)`", source="Hedges 1983", metafor="HE",
    ),
    Tau2Method(
        name="HS", label=message("Hunter and Schmidt"), anchor="formula-hs",
        formula="`max(0, (Q − k)/Σw)`, `w = 1/v`", source=message("Hunter and Schmidt 1990"),
        metafor="HS",
    ),
    Tau2Method(
        name="HSk", label=message("Hunter and Schmidt with a correction for few trials"),
        anchor="formula-hsk", formula="`max(0, (Q k/(k − 1) − k)/Σw)`, `w = 1/v`",
        source=message("Brannick et al. 2019"), metafor="HSk",
    ),
    Tau2Method(
        name="DL2", label=message("DerSimonian and Laird in two steps"), anchor="formula-dl2",
        formula=message("the moment estimate with weights `1/(v + tau²)` from the first step"),
        source=message("DerSimonian and Kacker 2007"),
    ),
)  # fmt: skip
"""DL-MH is DerSimonian and Laird's with Q about the Mantel-Haenszel estimate, as in RevMan 5."""

CI_METHODS = (
    Choice(
        name="Wald", label=message("Wald (normal quantiles)"), option="Wald", anchor="formula-wald",
        source="DerSimonian and Laird 1986", metafor="z", by_default=True,
    ),
    Choice(
        name="HKSJ", option="HKSJ", anchor="formula-hksj", metafor="knha", by_default=True,
        label=message(
            "Hartung, Knapp, Sidik and Jonkman (t quantiles with k − 1 degrees of freedom)"
        ),
        source="Hartung and Knapp 2001; Sidik and Jonkman 2002",
    ),
    Choice(
        name="HKSJ-adhoc", anchor="formula-hksj", metafor="adhoc", by_default=True,
        label=message("Hartung, Knapp, Sidik and Jonkman, never narrower than Wald's"),
        option=message("HKSJ, not under Wald"), source="Hartung and Knapp 2001",
    ),
    Choice(
        name="KR", label=message("Kenward and Roger"), option="Kenward–Roger",
        anchor="formula-kr", source="Kenward and Roger 1997",
    ),
    Choice(
        name="UWLS", of="IV", option="UWLS", anchor="formula-uwls", metafor="knha",
        label=message(
            "unrestricted weighted least squares (the common-effect mean, its variance times "
            "Q/(k − 1), t quantiles)"
        ),
        source="Stanley and Doucouliagos 2015",
    ),
    Choice(
        name="IVhet", of="IV", option="IVhet", anchor="formula-ivhet", metafor="z",
        label=message(
            "inverse-variance heterogeneity (the common-effect mean, its variance with tau² of "
            "DerSimonian and Laird)"
        ),
        source="Doi et al. 2015",
    ),
    Choice(
        name="HC", of="IV", option="Henmi–Copas", anchor="formula-hc", metafor="hc",
        label=message("Henmi and Copas (the common-effect mean, the error of tau² allowed for)"),
        source="Henmi and Copas 2010",
    ),
    Choice(
        name="t", of="three_level", option="t", anchor="formula-three-level-t", metafor="t",
        label=message("t quantiles with the number of clusters less one degrees of freedom"),
        source="Pinheiro and Bates 2000",
    ),
    Choice(
        name="CR0", of="three_level", option="CR0", anchor="formula-robust",
        metafor="clubSandwich",
        label=message("cluster-robust variance CR0 with Satterthwaite’s degrees of freedom"),
        source="Hedges, Tipton and Johnson 2010",
    ),
    Choice(
        name="CR1", of="three_level", option="CR1", anchor="formula-robust",
        metafor="clubSandwich",
        label=message("cluster-robust variance CR1 with Satterthwaite’s degrees of freedom"),
        source="Hedges, Tipton and Johnson 2010",
    ),
    Choice(
        name="CR2", of="three_level", option="CR2", anchor="formula-robust",
        metafor="clubSandwich",
        label=message("cluster-robust variance CR2 with Satterthwaite’s degrees of freedom"),
        source="Pustejovsky and Tipton 2018",
    ),
)  # fmt: skip
"""Intervals of the pooled estimate; Wald's is every model's."""

STRUCTURES = (
    Method(
        name="CS", label=message("one variance, one correlation"), metafor="CS",
        anchor="formula-multivariate", source="Berkey et al. 1998",
    ),
    Method(
        name="HCS", label=message("a variance of each, one correlation"), metafor="HCS",
        anchor="formula-multivariate", source="Berkey et al. 1998",
    ),
    Method(
        name="UN", label=message("a variance of each, a correlation of any two"), metafor="UN",
        anchor="formula-multivariate", source="Berkey et al. 1998",
    ),
    Method(
        name="AR", metafor="AR", anchor="formula-multivariate", source="Ishak et al. 2007",
        label=message("one variance, a correlation to the power of the steps between"),
    ),
    Method(
        name="HAR", metafor="HAR", anchor="formula-multivariate", source="Ishak et al. 2007",
        label=message("a variance of each, a correlation to the power of the steps between"),
    ),
    Method(
        name="CAR", metafor="CAR", anchor="formula-multivariate", source="Ishak et al. 2007",
        label=message("one variance, a correlation to the power of the time between"),
    ),
)  # fmt: skip
"""How the true effects of one cluster covary, of model multivariate."""

OF_POSTERIOR = (
    Method(
        name="credible", label=message("central credible interval: posterior quantiles"),
        anchor="formula-bayes", source="Röver 2020",
    ),
    Method(
        name="posterior", label=message("square of the posterior median of tau"),
        anchor="formula-bayes", source="Röver 2020",
    ),
)  # fmt: skip
"""The interval and the tau2 that model bayes has; they follow from it and are not chosen."""

PREDICTIONS = (
    Choice(
        name="t_k-1", label=message("the t distribution with k − 1 degrees of freedom"),
        anchor="formula-prediction",
        source="Higgins, Thompson and Spiegelhalter 2009, who take k − 2",
    ),
    Choice(
        name="t_k-2", label=message("the t distribution with k − 2 degrees of freedom"),
        anchor="formula-prediction", source="Higgins, Thompson and Spiegelhalter 2009",
    ),
    Choice(
        name="HK",
        label=message(
            "the t distribution with k − 1 degrees of freedom and the Hartung–Knapp variance"
        ),
        anchor="formula-prediction",
        source="Higgins, Thompson and Spiegelhalter 2009, who take k − 2",
    ),
    Choice(
        name="t_KR-1", anchor="formula-prediction", source="Partlett and Riley 2017",
        label=message(
            "the t distribution with Kenward and Roger’s degrees of freedom less one, and their "
            "variance"
        ),
    ),
    Choice(
        name="NNF", anchor="formula-prediction-nnf", source="Nagashima, Noma and Furukawa 2019",
        label=message(
            "the confidence distribution of tau², integrated (Nagashima, Noma and Furukawa)"
        ),
    ),
)  # fmt: skip
TAU2_CIS = (
    Choice(
        name="QP", label=message("Q profile"), anchor="formula-limits", source="Viechtbauer 2007",
        metafor="QP",
    ),
    Choice(
        name="BJ", anchor="formula-limits-generalised-q", metafor="GENQ",
        source="Biggerstaff and Jackson 2008",
        label=message("distribution of Q with weights 1/v (Biggerstaff and Jackson)"),
    ),
    Choice(
        name="J", anchor="formula-limits-generalised-q", metafor="GENQ", source="Jackson 2013",
        label=message("distribution of Q with weights 1/√v (Jackson)"),
    ),
    Choice(
        name="PL", label=message("profile likelihood"), anchor="formula-limits-likelihood",
        source="Hardy and Thompson 1996", metafor="PL",
    ),
    Choice(
        name="Wald", anchor="formula-limits-wald", source="Viechtbauer 2007", metafor="Wald",
        label=message("Wald, by the expected information on tau²"),
    ),
)  # fmt: skip
"""Limits of tau2 of the random model, from which those of I2 follow."""

STUDY_CIS = (
    Choice(
        name="Wald", label=message("Wald: effect ± 1.96 standard errors on the analysis scale"),
        anchor="formula-study-wald",
    ),
    Choice(
        name="score", label=message("score interval (Koopman)"), anchor="formula-score",
        source="Koopman 1984",
    ),
)  # fmt: skip
"""Intervals of each study's own estimate."""

ZERO_CELLS = (
    Choice(name="only0", label=message("0.5 where one is empty"), by_default=True),
    Choice(name="treatment_arm", label=message("by the size of the arms"), by_default=True),
    Choice(name="all", label=message("0.5 in every trial")),
    Choice(name="none", label=message("no correction")),
)
DOUBLE_ZERO = (
    Choice(name="auto", label=message("by the measure"), by_default=True),
    Choice(name="exclude", label=message("excluded"), by_default=True),
    Choice(name="include", label=message("included"), by_default=True),
)
MULTI_ARM = (
    Choice(name="combine", label=message("combined"), by_default=True),
    Choice(name="split", label=message("control shared out"), by_default=True),
    Choice(name="covariance", label=message("covariance"), by_default=True),
)
SUBGROUP_TAU2 = ("separate", "common")

ASYMMETRY_TESTS = (
    Method(
        name="Egger", label=message("regression of effects on their standard errors"),
        source="Egger et al. 1997",
    ),
    Method(
        name="Begg", label=message("rank correlation of effects and their variances"),
        source="Begg and Mazumdar 1994",
    ),
    Method(
        name="Harbord", label=message("regression of efficient scores on their information"),
        source="Harbord et al. 2006",
    ),
    Method(
        name="Peters", label=message("regression of effects on the inverse of trials’ sizes"),
        source="Peters et al. 2006",
    ),
    Method(
        name="Thompson–Sharp", source="Thompson and Sharp 1999", metafor="regtest",
        label=message("regression of effects on their standard errors, heterogeneity remaining"),
    ),
    Method(
        name="Deeks", source="Deeks, Macaskill and Irwig 2005",
        label=message("regression of effects on the inverse root of trials’ effective sizes"),
    ),
    Method(
        name="Macaskill", label=message("regression of effects on trials’ sizes"),
        source="Macaskill, Walter and Irwig 2001",
    ),
    Method(
        name="Pustejovsky", source="Pustejovsky and Rodgers 2019",
        label=message("regression of standardised differences on what sizes alone say of errors"),
    ),
)  # fmt: skip
"""Tests of funnel asymmetry, in the order in which they are made."""

ADJUSTMENTS = (
    Method(
        name="PET", anchor="formula-pet-peese", source="Stanley and Doucouliagos 2014",
        label=message("effect of a study without error, by regression on standard errors (PET)"),
    ),
    Method(
        name="PEESE", anchor="formula-pet-peese", source="Stanley and Doucouliagos 2014",
        label=message("effect of a study without error, by regression on variances (PEESE)"),
    ),
    Method(
        name="3PSM", anchor="formula-selection", metafor="selmodel",
        source="McShane, Böckenholt and Hansen 2016",
        label=message("selection model with one step (three parameters)"),
    ),
    Method(
        name="steps", anchor="formula-selection", metafor="selmodel",
        source="Vevea and Hedges 1995",
        label=message("selection model with two steps"),
    ),
    Method(
        name="limit", anchor="formula-limit", source="Rücker et al. 2011",
        label=message("limit meta-analysis"),
    ),
)  # fmt: skip
"""Estimates adjusted for small-study effects, in the order in which they are made."""

FAIL_SAFE_NUMBERS = (
    Method(
        name="Rosenthal", anchor="formula-fail-safe", metafor="fsn", source="Rosenthal 1979",
        label=message("trials without effect that would leave the combined p at its limit"),
    ),
    Method(
        name="Orwin", anchor="formula-fail-safe", metafor="fsn", source="Orwin 1983",
        label=message("trials without effect that would halve the common effect"),
    ),
    Method(
        name="Rosenberg", anchor="formula-fail-safe", metafor="fsn", source="Rosenberg 2005",
        label=message("trials without effect that would leave the common effect’s p at its limit"),
    ),
)  # fmt: skip
"""Fail-safe numbers."""
