"""The catalogue of effect measures: a part of that of methods (method_catalogue.py)."""

from metasynth.core.messages import message
from metasynth.model.method_records import Measure

_COUNTS, _MEANS, _PROPORTION, _RATE = (
    ("binary", "generic"),
    ("continuous", "generic"),
    ("proportion",),
    ("rate", "generic"),
)
_INCIDENCE, _MEAN, _CORRELATION = ("incidence",), ("mean",), ("correlation", "generic")
_GENERIC = ("generic",)

ONE_GROUP = ("proportion", "incidence", "mean", "correlation")
"""Outcome types of one group of people, where nothing is compared."""
OUTCOME_TYPES = ("binary", "continuous", "rate", "generic", *ONE_GROUP)

MEASURE_RECORDS = (
    Measure(
        name="RR", label=message("risk ratio"), types=_COUNTS, anchor="formula-rr", metafor="RR",
        source="Cochrane Handbook, 6.4.1.2", ratio=True, of_tables=True, covariance=True,
        by_default=True, back="exp(x)",
    ),
    Measure(
        name="OR", label=message("odds ratio"), types=_COUNTS, anchor="formula-or", metafor="OR",
        source="Woolf 1955", ratio=True, of_tables=True, covariance=True, by_default=True,
        back="exp(x)",
    ),
    Measure(
        name="RD", label=message("risk difference"), types=_COUNTS, anchor="formula-rd",
        metafor="RD", source="Cochrane Handbook, 6.4.1", of_tables=True, covariance=True,
        by_default=True, informed_by_zeros=True,
    ),
    Measure(
        name="ASD", label=message("arcsine difference"), types=("binary",), anchor="formula-asd",
        metafor="AS", source="Rücker et al. 2009", informed_by_zeros=True, always_defined=True,
        covariance=True,
    ),
    Measure(
        name="MD", label=message("mean difference"), types=_MEANS, anchor="formula-md",
        metafor="MD", source="Cochrane Handbook, 6.5.1.1", covariance=True,
    ),
    Measure(
        name="SMD", label=message("standardised mean difference"), types=_MEANS,
        anchor="formula-smd", metafor="SMD", source="Hedges 1981", covariance=True,
        standardised=True,
    ),
    Measure(
        name="SMD-RevMan", label=message("standardised mean difference"), types=("continuous",),
        anchor="formula-smd-revman", source="Deeks and Higgins 2010", code="SMD", covariance=True,
        standardised=True,
    ),
    Measure(
        name="ROM", label=message("ratio of means"), types=_MEANS, anchor="formula-rom",
        metafor="ROM", source="Hedges, Gurevitch and Curtis 1999", ratio=True, back="exp(x)",
        covariance=True,
    ),
    Measure(
        name="SMD-UB", label=message("standardised mean difference"), types=("continuous",),
        anchor="formula-smd-ub", source="Hedges 1983", code="SMD",
        standardised=True, covariance=True,
    ),
    Measure(
        name="SMD-LS2", label=message("standardised mean difference"), types=("continuous",),
        anchor="formula-smd-ls2", source="Borenstein 2009", code="SMD",
        standardised=True, covariance=True,
    ),
    Measure(
        name="SMDH", label=message("standardised mean difference"), types=("continuous",),
        anchor="formula-smdh", source="Bonett 2008",
        standardised=True, covariance=True,
    ),
    Measure(
        name="ROM-BC", label=message("ratio of means"), types=("continuous",),
        anchor="formula-rom-bc", source="Lajeunesse 2015", ratio=True, back="exp(x)", code="ROM",
        covariance=True,
    ),
    Measure(
        name="VR", label=message("variability ratio"), types=("continuous",),
        anchor="formula-vr", metafor="VR", source="Nakagawa et al. 2015", ratio=True,
        back="exp(x)", covariance=True,
    ),
    Measure(
        name="CVR", label=message("ratio of coefficients of variation"), types=("continuous",),
        anchor="formula-cvr", source="Senior, Viechtbauer and Nakagawa 2020", ratio=True,
        back="exp(x)", covariance=True,
    ),
    Measure(
        name="SMD-SD", label=message("standardised mean difference"), types=("continuous",),
        anchor="formula-smd-sd", metafor="MD", by_units=True,
        standardised=True, covariance=True,
    ),
    Measure(
        name="SMD-PPC", label=message("standardised difference of mean changes"),
        types=("continuous",), anchor="formula-smd-ppc", source="Morris 2008", by_baseline=True,
        standardised=True,
    ),
    Measure(
        name="PLO", label=message("proportion"), types=_PROPORTION, null=False,
        anchor="formula-plo", metafor="PLO", back="transf.ilogit(x)",
    ),
    Measure(
        name="PAS", label=message("proportion"), types=_PROPORTION, null=False,
        anchor="formula-pas", metafor="PAS", source="Anscombe 1948", always_defined=True,
        back="transf.iarcsin(x)",
    ),
    Measure(
        name="PFT", label=message("proportion"), types=_PROPORTION, null=False,
        anchor="formula-pft", metafor="PFT", source="Freeman and Tukey 1950", always_defined=True,
        back="transf.ipft.hm(x, targs = list(ni = dat$ni))",
    ),
    Measure(
        name="PR", label=message("proportion"), types=_PROPORTION, anchor="formula-pr",
        metafor="PR", source="Barendregt et al. 2013", null=False,
    ),
    Measure(
        name="PLN", label=message("proportion"), types=_PROPORTION, anchor="formula-pln",
        metafor="PLN", source="Barendregt et al. 2013", back="exp(x)", null=False,
    ),
    Measure(
        name="HR", label=message("hazard ratio"), types=_GENERIC, anchor="formula-generic",
        source="Cochrane Handbook, 6.3.1", ratio=True, back="exp(x)",
    ),
    Measure(
        name="IRR", label=message("incidence rate ratio"), types=_RATE, anchor="formula-rate",
        metafor="IRR", ratio=True, back="exp(x)", covariance=True,
    ),
    Measure(
        name="IRD", label=message("incidence rate difference"), types=_RATE,
        anchor="formula-rate", metafor="IRD", informed_by_zeros=True, covariance=True,
    ),
    Measure(
        name="IRLN", label=message("incidence rate"), types=_INCIDENCE, anchor="formula-irln",
        metafor="IRLN", source="Hasselblad and McCrory 1995", back="exp(x)", null=False,
    ),
    Measure(
        name="IR", label=message("incidence rate"), types=_INCIDENCE, anchor="formula-ir",
        metafor="IR", source="Hasselblad and McCrory 1995", null=False,
    ),
    Measure(
        name="IRS", label=message("incidence rate"), types=_INCIDENCE, anchor="formula-irs",
        metafor="IRS", source="Rothman, Greenland and Lash 2008", always_defined=True,
        back="transf.isqrt(x)", null=False,
    ),
    Measure(
        name="MN", label=message("mean"), types=_MEAN, anchor="formula-mn", metafor="MN",
        source="Cochrane Handbook, 6.5.1.1", null=False,
    ),
    Measure(
        name="MNLN", label=message("mean"), types=_MEAN, anchor="formula-mnln", metafor="MNLN",
        source="Lajeunesse 2011", back="exp(x)", null=False,
    ),
    Measure(
        name="MC", label=message("mean change"), types=_MEAN, anchor="formula-mc", metafor="MN",
        source="Cochrane Handbook, 6.5.2.8",
    ),
    Measure(
        name="SMCC", label=message("standardised mean change"), types=_MEAN, anchor="formula-smcc",
        metafor="SMN", source="Gibbons, Hedeker and Davis 1993",
    ),
    Measure(
        name="SMCR", label=message("standardised mean change"), types=_MEAN, anchor="formula-smcr",
        metafor="SMCR", source="Becker 1988", by_baseline=True,
    ),
    Measure(
        name="ZCOR", label=message("correlation"), types=_CORRELATION, anchor="formula-zcor",
        metafor="ZCOR", source="Fisher 1921", back="transf.ztor(x)",
    ),
    Measure(
        name="COR", label=message("correlation"), types=_CORRELATION, anchor="formula-cor",
        metafor="COR", source="Hedges 1989",
    ),
    Measure(
        name="other", label=message("effect"), types=_GENERIC, anchor="formula-generic",
        source="Cochrane Handbook, 6.3.1", code="",
    ),
)  # fmt: skip
"""The effect measures; `other` is any contrast on its own scale.

What is of one group (a proportion, a rate, a mean, a correlation) is that of the intervention side
alone, or, in a review that compares nothing, of every arm.
"""
