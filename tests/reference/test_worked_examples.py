"""Worked examples of metafor's manual and of metadat's data sets, replayed from Python.

See make_worked_examples_reference.R. What `metasynth.pool` and `metasynth.regress` can say is said
by them, the rest by the functions behind the report. Numbers agree to 1e-6; to 1e-4 those of mixed
models of counts, of selection models and three-level limits, as metafor's optimisers stop there.
"""

import csv
from collections import defaultdict
from math import log

import numpy as np
import pytest
from tests.reference.expected_tables import EXPECTED, read

import metasynth as ms
from metasynth.stats.fail_safe import orwin, rosenberg, rosenthal
from metasynth.stats.influence import baujat, influence
from metasynth.stats.intervals import interval
from metasynth.stats.pet_peese import pet
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.rank_test import begg
from metasynth.stats.selection import THREE_PARAMETERS, step_selection
from metasynth.stats.small_study import egger, regress
from metasynth.stats.tau2 import estimate_tau2
from metasynth.stats.trim_and_fill import trim_and_fill

LOOSE = (
    "conditional",
    "rma.glmm: UM",
    "rma.glmm: CM",
    "mixed logistic",
    "selection model",
    "step function",
    "trimfill: random effects",
    "confint.rma: variances",
)

SETS = defaultdict(dict)
for line in read("worked_examples_data.csv"):
    cells = line["values"].split(";")
    SETS[line["set"]][line["column"]] = cells
VALUES = defaultdict(dict)
for line in read("worked_examples.csv"):
    VALUES[line["example"]][line["quantity"]] = float(line["value"])


def numbers(cells):
    try:
        return [float(cell) if cell else None for cell in cells]
    except ValueError:
        return cells


def frame(name, **where):
    """A data set, or those of its rows that have these values, as `metasynth.pool` takes it."""
    columns = SETS[name]
    count = len(next(iter(columns.values())))
    kept = [i for i in range(count) if all(columns[c][i] in v for c, v in where.items())]
    return {name: numbers([cells[i] for i in kept]) for name, cells in columns.items()}


# ---- what is asked of metasynth.pool and metasynth.regress ----

EXAMPLES = {}
"""What makes the numbers of each example, by its name."""


def told(row):
    """A pool as metafor prints it: on the analysis scale, then back-transformed with its limits."""
    return {
        "estimate": row.log_estimate, "se": row.se, "natural": row.estimate, "low": row.ci_low,
        "high": row.ci_high, "statistic": row.statistic, "p": row.p, "tau2": row.tau2,
        "i2": row.i2, "h2": row.h2, "q": row.q, "q_p": row.q_p, "tau2_low": row.tau2_low,
        "tau2_high": row.tau2_high, "i2_low": row.i2_low, "i2_high": row.i2_high,
        "between": row.tau2_between, "within": row.tau2_within,
        "between_low": row.tau2_between_low, "between_high": row.tau2_between_high,
        "within_low": row.tau2_within_low, "within_high": row.tau2_within_high,
    }  # fmt: skip


def pool(example, data, measure, **options):
    def made():
        return told(ms.pool(data() if callable(data) else data, measure, **options).pooled)

    for name in [example] if isinstance(example, str) else example:
        EXAMPLES[name] = made


def numbered(name, values, start=1):
    return {f"{name}_{i}": value for i, value in enumerate(values, start)}


def fitted(data, measure, moderators, **options):
    return ms.regress(data, measure, moderators, **{"tests": "Wald", "minimum": 3} | options)


def coefficients(found):
    own, changes = found.effects, found.coefficients
    values = {
        "estimate": [c.estimate for c in changes], "se": [c.se for c in changes],
        "low": [c.ci_low for c in changes], "high": [c.ci_high for c in changes],
        "p": [c.p for c in changes],
    }  # fmt: skip
    each = {key: x for name, own in values.items() for key, x in numbered(name, own, 0).items()}
    return each | {
        "qm": own.qm, "qm_p": own.qm_p, "qe": own.qe, "qe_p": own.qe_p, "tau2": own.tau2,
        "i2": own.i2, "r2": own.r2, "between": own.tau2_between, "within": own.tau2_within,
    }  # fmt: skip


def predictions(found, profiles):
    return {
        f"at_{i}_{name}": value
        for i, one in enumerate(found.predict(profiles), 1)
        for name, value in {
            "effect": one.estimate, "low": one.ci_low, "high": one.ci_high,
            "pi_low": one.pi_low, "pi_high": one.pi_high,
        }.items()
    }  # fmt: skip


def logged(values):
    """Predictions of ratios on the scale of the analysis."""
    return {name: log(value) for name, value in values.items()}


def on(examples, data, measure, moderators, **options):
    """A meta-regression."""
    for name in [examples] if isinstance(examples, str) else examples:
        EXAMPLES[name] = lambda: coefficients(fitted(data, measure, moderators, **options))


def at(example, profiles, data, measure, moderators, scale=dict, **options):
    """Predictions of a meta-regression."""
    EXAMPLES[example] = lambda: scale(
        predictions(fitted(data, measure, moderators, **options), profiles)
    )


def of_rows(rows):
    """Pools of one set of studies after another, as metafor's cumul and leave1out print them."""
    told_of = ("estimate", "se", "statistic", "p", "low", "high", "q", "tau2", "i2")
    columns = {name: [told(row)[name] or 0.0 for row in rows] for name in told_of}
    return {key: x for name, own in columns.items() for key, x in numbered(name, own).items()}


def without_or_up_to(examples, which, data, measure, **options):
    def made():
        found = ms.pool(data, measure, **options).sensitivity()
        return of_rows(getattr(found, which))

    for name in [examples] if isinstance(examples, str) else examples:
        EXAMPLES[name] = made


def studies(data, measure, **options):
    return ms.pool(data, measure, **options).studies


def effects(examples, data, measure, **options):
    """Each study's own effect."""

    def made():
        found = studies(data, measure, model="IV", **options)
        return (
            numbered("estimate", [s.log_estimate for s in found])
            | numbered("variance", [s.se**2 for s in found])
            | numbered("natural", [s.estimate for s in found])
            | numbered("low", [s.ci_low for s in found])
            | numbered("high", [s.ci_high for s in found])
        )

    for name in examples:
        EXAMPLES[name] = made


def words(data, column):
    """The numbers of a column as the names of categories."""
    return data | {column: [None if x is None else f"{x:g}" for x in data[column]]}


def plus(data, **columns):
    return data | columns


def cells(**names):
    return {"columns": names}


# ---- pages of metadat ----

COUNTS = {"double_zero": "include"}  # as metafor has it, unless drop00
anand = {
    "high against control": (["high"], ["0"], ["0"]),
    "high or moderate against aspirin": (["high", "moderate"], ["0"], ["1"]),
    "moderate against control": (["moderate"], ["0"], ["0"]),
    "high or moderate with aspirin against aspirin": (["high", "moderate"], ["1"], ["1"]),
    "low with aspirin against aspirin": (["low"], ["1"], ["1"]),
}
for name, (intensity, treated, control) in anand.items():
    where = {"intensity": intensity, "asp.t": treated, "asp.c": control}
    pool(f"dat.anand1999: {name}", frame("anand1999", **where), "OR", model="MH")

arms = cells(
    ai="hcq_arm_event", n1i="hcq_arm_total", ci="control_arm_event", n2i="control_arm_total"
)
for drug in ("hcq", "cq"):
    pool(f"dat.axfors2021: {drug}", frame("axfors2021", hcq_cq=[drug]), "OR", **COUNTS, **arms)

quit_ = frame("baskerville2012")
quit_["contact"] = [
    None if a is None or b is None else a * b
    for a, b in zip(quit_["meetings"], quit_["hours"], strict=True)
]
scores = cells(yi="smd", sei="se")
pool("dat.baskerville2012: random effects", quit_, "SMD", tau2="DL", **scores)
for x in ("score", "alloconc", "blind", "itt", "duration", "tailor", "pperf", "contact"):
    on(f"dat.baskerville2012: on {x}", quit_, "SMD", [x], tau2="DL", **scores)
pool("selmodel: facilitation, before selection", quit_, "SMD", tau2="ML", **scores)
blinding = (quit_, "SMD", ["blind"])
on("selmodel: facilitation, on blinding", *blinding, tau2="ML", **scores)
at(
    "selmodel: facilitation, by blinding",
    [{"blind": 0}, {"blind": 1}],
    *blinding,
    tau2="ML",
    **scores,
)

tuberculosis = cells(ai="tpos", bi="tneg", ci="cpos", di="cneg")
BCG = frame("bcg")
degrees = [{"ablat": x, "year": 1970} for x in range(10, 70, 10)]
for page in ("bcg", "colditz1994"):
    data = frame(page)
    pool(f"dat.{page}: random effects", data, "RR", **tuberculosis)
    on(f"dat.{page}: on latitude and year", data, "RR", ["ablat", "year"], **tuberculosis)
    at(f"dat.{page}: predictions", degrees, data, "RR", ["ablat", "year"], **tuberculosis)

pool("dat.begg1989: differences of controlled studies", frame("begg1989"), "other", tau2="DL")
pool(
    "dat.bourassa1996: handedness and eyedness",
    frame("bourassa1996"),
    "OR",
    zero_cells="all",
    **cells(ai="lh.le", bi="lh.re", ci="rh.le", di="rh.re"),
)
pool(
    "dat.cannon2006: Mantel-Haenszel, endpoint 1",
    frame("cannon2006"),
    "OR",
    model="MH",
    **cells(ai="ep1t", n1i="nt", ci="ep1c", n2i="nc"),
)
pool("dat.cohen1981: correlations", frame("cohen1981"), "ZCOR")
pool("selmodel: student ratings, before selection", frame("cohen1981"), "ZCOR", tau2="ML")

bleeding = frame("collins1985a")
for what, letter in (("bleeding", "b"), ("surgery", "o"), ("death", "d")):
    own = cells(ai=f"{letter}.xti", n1i="nti", ci=f"{letter}.xci", n2i="nci")
    pool(f"dat.collins1985a: Peto, {what}", bleeding, "OR", model="Peto", **own)
own = cells(ai="b.xti", n1i="nti", ci="b.xci", n2i="nci")
pool("dat.collins1985a: conditional logistic", bleeding, "OR", model="GLMM-CM.EL", **own)

own = cells(ai="pre.xti", n1i="pre.nti", ci="pre.xci", n2i="pre.nci")
births = frame("collins1985b")
pool("dat.collins1985b: pre-eclampsia", births, "OR", model="Peto", **own)
pool(
    "dat.collins1985b: pre-eclampsia, oedema no criterion",
    frame("collins1985b", oedema=["0"]),
    "OR",
    model="Peto",
    **own,
)
effects(["dat.collins1985b: each study"], births, "OR", **own)
for death in ("ped", "stb", "ned"):
    own = cells(ai=f"{death}.xti", n1i="fup.nti", ci=f"{death}.xci", n2i="fup.nci")
    pool(f"dat.collins1985b: deaths, {death}", births, "OR", model="Peto", **own)

for which in ("grade", "gpa"):
    data = frame("crede2010", criterion=[which])
    pool(f"dat.crede2010: {which}", data, "ZCOR")
    on(f"dat.crede2010: {which} on year", data, "ZCOR", ["year"])
    pool(
        f"dat.crede2010: {which}, three levels",
        data,
        "ZCOR",
        model="three_level",
        cluster="studyid",
    )
data = frame("crede2010", criterion=["grade"])
on("dat.crede2010: grade on class", data, "ZCOR", ["class"])
at(
    "dat.crede2010: grade by class",
    [{"class": "nonscience"}, {"class": "science"}],
    data,
    "ZCOR",
    ["class"],
)

pool("dat.curtis1998: all", frame("curtis1998"), "ROM", tau2="DL")
for stress in ("FERT", "LIGHT"):
    pool(
        f"dat.curtis1998: low level of {stress}",
        frame("curtis1998", xtrt=[stress], level=["LOW"]),
        "ROM",
        tau2="DL",
    )
pool(
    "dat.dagostino1998: change of severity",
    frame("dagostino1998", outcome=["rnic1"]),
    "SMD",
    **cells(m1i="mt", sd1i="sdt", n1i="nt", m2i="mc", sd2i="sdc", n2i="nc"),
)
treated = cells(ai="xt", n1i="nt", ci="xc", n2i="nc")
pool(
    "dat.dagostino1998: goal of therapy",
    frame("dagostino1998", outcome=["rngoal1"]),
    "OR",
    zero_cells="all",
    **COUNTS,
    **treated,
)
pool("dat.damico2009: Mantel-Haenszel", frame("damico2009"), "OR", model="MH", **treated)
pool("dat.damico2009: random effects", frame("damico2009"), "OR", tau2="DL", **COUNTS, **treated)

pool("dat.debruin2009: proportions", frame("debruin2009"), "PR")
care = ["scq", "ethnicity", "patients", "select", "sens"]
on(
    "dat.debruin2009: on all",
    frame("debruin2009"),
    "PR",
    {name: {} for name in care} | {"sens": {"reference": "<400"}},
)
on("dat.debruin2009: on quality and ethnicity", frame("debruin2009"), "PR", care[:2])

own = cells(ai="x.a", n1i="n.a", ci="x.p", n2i="n.p")
pool("dat.dorn2007: as published", frame("dorn2007"), "RR", tau2="DL", **own)
pool("dat.dorn2007: study 5 changed", frame("dorn2007, study 5 changed"), "RR", tau2="DL")

magnesium = frame("egger2001")
for name, kept in (
    ("trials 1 to 7", range(7)),
    ("with LIMIT-2", [*range(7), 13]),
    ("without ISIS-4", range(15)),
    ("all", range(16)),
):
    own = {column: [x[i] for i in kept] for column, x in magnesium.items()}
    pool(f"dat.egger2001: {name}", own, "OR", model="Peto")
for page in ("gosh", "plot.gosh.rma"):
    pool(f"{page}: all trials", magnesium, "OR", model="IV", **COUNTS)


def genes(*alleles):
    data = frame("frank2008")
    sums = {
        group: [sum(x) for x in zip(*(data[f"{group}.{own}"] for own in alleles), strict=True)]
        for group in ("bc", "ct")
    }
    own = {"ai": sums["bc"], "ci": sums["ct"]}
    return own | {"bi": data["bc.ins.ins"], "di": data["ct.ins.ins"]}


for alleles in (["ins.del"], ["del.del"], ["ins.del", "del.del"]):
    pool(f"dat.frank2008: {' or '.join(alleles)}", genes(*alleles), "OR")

pool("dat.gibson2002: differences of means", frame("gibson2002"), "SMD", model="IV")
asthma = {column: frame("gibson2002")[column] for column in ("ai", "bi", "ci", "di")}
pool("dat.gibson2002: risk ratios", asthma, "RR", model="IV")
pool("dat.gibson2002: Mantel-Haenszel", asthma, "RR", model="MH")
pool("dat.graves2010: Mantel-Haenszel", frame("graves2010"), "RR", model="MH")
smoke = frame("hackshaw1998")
pool("dat.hackshaw1998: random effects", smoke, "OR", tau2="DL")
pool(
    ["selmodel: tobacco smoke, before selection", "plot.rma.uni.selmodel: tobacco smoke"],
    smoke,
    "OR",
    tau2="ML",
)
pool(
    ["dat.hahn2001: Mantel-Haenszel", "selmodel: rehydration, Mantel-Haenszel"],
    frame("hahn2001"),
    "OR",
    model="MH",
)
pool("selmodel: rehydration, before selection", frame("hahn2001"), "OR", model="IV")
pool("dat.hannum2020: all", frame("hannum2020"), "PR")
for which in ("Objective", "Subjective"):
    pool(f"dat.hannum2020: {which}", frame("hannum2020", objectivity=[which]), "PR")
pool("dat.hart1999: rate ratios", frame("hart1999"), "IRR")
pool("dat.hart1999: rate differences", frame("hart1999"), "IRD")

own = cells(ai="x.nrt", n1i="n.nrt", ci="x.ctrl", n2i="n.ctrl")
pool("dat.hartmannboyce2018: all", frame("hartmannboyce2018"), "RR", model="MH", **own)
for treatment in dict.fromkeys(SETS["hartmannboyce2018"]["treatment"]):
    pool(
        f"dat.hartmannboyce2018: {treatment}",
        frame("hartmannboyce2018", treatment=[treatment]),
        "RR",
        model="MH",
        **own,
    )
pool(
    ["dat.hine1989: risk differences", "profile.rma: risk differences, peak at 0"],
    frame("hine1989"),
    "RD",
)

test_of = cells(ai="tp", n1i="np", ci="fp", n2i="nn")
for patients in ("symptomatic", "asymptomatic"):
    pool(
        f"dat.kearon1998: {patients}",
        frame("kearon1998", patients=[patients]),
        "OR",
        zero_cells="all",
        **COUNTS,
        **test_of,
    )


def thrombosis():
    data = frame("kearon1998", patients=["asymptomatic"])
    found = studies(data, "OR", zero_cells="all", **COUNTS, **test_of)
    y, se = (np.array([getattr(s, x) for s in found]) for x in ("log_estimate", "se"))
    sizes = [(a, b) for a, b in zip(data["np"], data["nn"], strict=True) if a and b]
    return y, se**2, *np.array(sizes).T


def kearon_on_errors():
    y, v, _, _ = thrombosis()
    return egger_test(y, v)


def kearon_on_sizes():
    y, v, one, other = thrombosis()
    return verdict(regress(y, one + other, 1 / v, 10))


def kearon_on_effective_sizes():
    y, _, one, other = thrombosis()
    return verdict(egger(y, 1 / (4 * one) + 1 / (4 * other)))


EXAMPLES |= {
    "dat.kearon1998: asymmetry, standard error": kearon_on_errors,
    "dat.kearon1998: asymmetry, sample size": kearon_on_sizes,
    "dat.kearon1998: asymmetry, effective sample size": kearon_on_effective_sizes,
}

pool("dat.knapp2017: effects taken to be independent", frame("knapp2017"), "SMD")
pool("dat.knapp2017: three levels", frame("knapp2017"), "SMD", model="three_level", cluster="study")
schools = frame("konstantopoulos2011")
pool("dat.konstantopoulos2011: random effects", schools, "SMD")
districts = {"model": "three_level", "cluster": "district"}
pool(
    [
        "dat.konstantopoulos2011: three levels",
        "forest.rma: schools",
        "influence.rma.mv: schools",
        "robust: schools",
        "confint.rma: variances of schools",
    ],
    schools,
    "SMD",
    **districts,
)
for ci in ("CR1", "CR2"):
    pool(f"robust: schools, {ci}", schools, "SMD", ci=ci, **districts)

therapy = frame("landenberger2005")
own = cells(ai="n.cbt.non", bi="n.cbt.rec", ci="n.ctrl.non", di="n.ctrl.rec")
pool("dat.landenberger2005: random effects", therapy, "OR", **own)
on("dat.landenberger2005: on sessions", therapy, "OR", ["sessions"], **own)
at(
    "dat.landenberger2005: predictions",
    [{"sessions": x} for x in (1, 2, 5, 10)],
    therapy,
    "OR",
    ["sessions"],
    **own,
)
pool("dat.laopaiboon2015: Mantel-Haenszel", frame("laopaiboon2015"), "RR", model="MH")
pool("dat.laopaiboon2015: random effects", frame("laopaiboon2015"), "RR", **COUNTS)
pool("dat.lau1992: Mantel-Haenszel", frame("lau1992"), "OR", model="MH")
without_or_up_to("dat.lau1992: cumulative", "cumulative", frame("lau1992"), "OR", model="MH")
pool("dat.lee2004: risk ratios", frame("lee2004"), "RR", **COUNTS)
pool("hc: risk of nausea, random effects", frame("lee2004"), "OR", **COUNTS)
for who in ("Males", "Females"):
    pool(f"dat.lehmann2018: {who}", frame("lehmann2018", Gender=[who]), "SMD", ci="HKSJ")
heart = frame("li2007")
pool("dat.li2007: all", heart, "OR", model="IV", **COUNTS)
pool(
    "dat.li2007: without ISIS-4",
    {c: [*x[:13], *x[14:]] for c, x in heart.items()},
    "OR",
    model="IV",
    **COUNTS,
)
wort = words(frame("linde2005"), "group")
pool("dat.linde2005: random effects", wort, "RR", tau2="DL", **COUNTS)
at(
    "dat.linde2005: each stratum",
    [{"group": f"{i}"} for i in range(1, 5)],
    wort,
    "RR",
    ["group"],
    tau2="DL",
    **COUNTS,
)
pool("dat.mcdaniel1994: transformed correlations", frame("mcdaniel1994"), "ZCOR")
on("dat.mcdaniel1994: on type", frame("mcdaniel1994"), "ZCOR", ["type"])
on("dat.mcdaniel1994: on structure", frame("mcdaniel1994"), "ZCOR", ["struct"])
pool("dat.mcdaniel1994: raw correlations", frame("mcdaniel1994"), "COR")
brain = cells(
    m1i="Brain_m",
    sd1i="Brain_s",
    n1i="Brain_n",
    m2i="No_brain_m",
    sd2i="No_brain_s",
    n2i="No_brain_n",
)
pool("dat.michael2013: random effects", frame("michael2013"), "MD", **brain)
on("dat.michael2013: on critique", frame("michael2013"), "MD", ["Included_Critique"], **brain)
pool("dat.molloy2014: correlations", frame("molloy2014"), "ZCOR")
pool("dat.nielweise2007: random effects", frame("nielweise2007"), "OR")
pool("dat.nielweise2007: conditional logistic", frame("nielweise2007"), "OR", model="GLMM-CM.EL")
pool("dat.nielweise2008: random effects", frame("nielweise2008"), "IRR", **COUNTS)
pool(
    "dat.nielweise2008: conditional Poisson", frame("nielweise2008"), "IRR", model="GLMM-IRR-CM.EL"
)
for measure in ("MD", "SMD", "ROM"):
    pool(f"dat.normand1999: {measure}", frame("normand1999"), measure)
own = cells(ai="xi.1", n1i="ni.1", ci="xi.2", n2i="ni.2")
for drug in ("beta-blockers", "sclerotherapy"):
    pool(
        f"dat.pagliaro1992: {drug}",
        frame("pagliaro1992", **{"trt.1": [drug]}),
        "OR",
        model="MH",
        **own,
    )
for groups in ("1, 2, 3", "1", "2", "3"):
    data = frame("pignon2000", grp=groups.split(", "))
    pool(f"dat.pignon2000: groups {groups}", data, "HR", model="IV")
pool("baujat: chemoradiation", frame("pignon2000"), "HR", model="IV")
pool(["dat.pritz1997: raw proportions", "forest.rma: proportions"], frame("pritz1997"), "PR")
pool("dat.pritz1997: logits", frame("pritz1997"), "PLO")
pool("dat.pritz1997: mixed logistic model", frame("pritz1997"), "PLO", model="GLMM-RI")
pool("dat.raudenbush1985: random effects", frame("raudenbush1985"), "SMD")
on("dat.raudenbush1985: on weeks", frame("raudenbush1985"), "SMD", ["weeks.c"])
for outcome in ("DFS", "OS"):
    pool(f"dat.riley2003: {outcome}", frame("riley2003", outcome=[outcome]), "HR", tau2="DL")

tables = cells(ai="non.pos", bi="non.neg", ci="cir.pos", di="cir.neg")
pool("dat.vanhowe1999: random effects", frame("vanhowe1999"), "OR", tau2="DL", **COUNTS, **tables)
for category in ("high-risk group", "partner study", "population survey"):
    data = frame("vanhowe1999", category=[category])
    pool(f"dat.vanhowe1999: {category}", data, "OR", tau2="DL", **COUNTS, **tables)
    own = {column: [sum(data[name])] for column, name in tables["columns"].items()}
    pool(f"dat.vanhowe1999: counts added up, {category}", own, "OR", model="IV")
pool("dat.yusuf1985: table 6", frame("yusuf1985"), "OR", model="Peto")

# ---- several effects of one study ----

delinquency = frame("assink2016")
for rho in ("0", "0.6"):
    own = {"model": "three_level", "cluster": "study", "correlation": float(rho)}
    pool(f"dat.assink2016: three levels, rho {rho}", delinquency, "SMD", **own)
    pool(f"dat.assink2016: CR1, rho {rho}", delinquency, "SMD", ci="CR1", **own)
pool("anova.rma: delinquency, rho 0.6", delinquency, "SMD", **own)
pool("anova.rma: delinquency, CR2", delinquency, "SMD", ci="CR2", **own)
nested = {"model": "three_level", "cluster": "study"}
general = {"deltype": {"reference": "general"}}
for name, terms in {
    "publication": ["pubstatus"],
    "year": ["year"],
    "type": general,
    "year and type": {"year": {}} | general,
}.items():
    on(f"dat.assink2016: on {name}", delinquency, "SMD", terms, **nested)
awards = nested | cells(ai="waward", n1i="wtotal", ci="maward", n2i="mtotal")
pool("dat.bornmann2007: three levels", frame("bornmann2007"), "OR", **awards)
on("dat.bornmann2007: on type", frame("bornmann2007"), "OR", ["type"], **awards)
at(
    "dat.bornmann2007: by type",
    [{"type": "Fellowship"}, {"type": "Grant"}],
    frame("bornmann2007"),
    "OR",
    ["type"],
    **awards,
)
curve = {"bmicent": {"knots": frame("obrien2003 knots")["knots"]}}
on("dat.obrien2003: on BMI", frame("obrien2003"), "MD", ["bmicent"], **nested)
on("dat.obrien2003: on a curve of BMI", frame("obrien2003"), "MD", curve, **nested)
at(
    "dat.obrien2003: along the curve",
    [{"bmicent": x} for x in (-10, 0, 10)],
    frame("obrien2003"),
    "MD",
    curve,
    **nested,
)
pool(
    "dat.white2020: three levels",
    frame("white2020"),
    "ZCOR",
    model="three_level",
    cluster="study_id",
    **cells(ri="r", ni="n"),
)
criminal = {"model": "three_level", "cluster": "studyid", "correlation": 0.8}
pool("dat.tannersmith2016: CR2", frame("tannersmith2016"), "other", ci="CR2", **criminal)
ages, crossed_ages = ["aget1", "aget2"], {"interactions": [("aget1", "aget2")]}
for name, terms, more in (
    ("age", ages, {}),
    ("age, crossed", ages, crossed_ages),
    ("age and sex", [*ages, "sexmix"], crossed_ages),
):
    data, own = frame("tannersmith2016"), criminal | {"tests": "CR2"} | more
    on(f"dat.tannersmith2016: on {name}", data, "other", terms, **own)


def compound_symmetry():
    row = told(ms.pool(frame("tannersmith2016"), "other", **criminal).pooled)
    tau2 = row["between"] + row["within"]
    return row | {"tau2": tau2, "rho": row["between"] / tau2}


EXAMPLES["dat.tannersmith2016: compound symmetry"] = compound_symmetry

# ---- dependent effects: outcomes that covary, nested and crossed factors ----


def dependent_of(found):
    changes, fit = found.coefficients, found.fit
    values = {
        "estimate": [c.estimate for c in changes], "se": [c.se for c in changes],
        "low": [c.ci_low for c in changes], "high": [c.ci_high for c in changes],
        "p": [c.p for c in changes], "df": [c.df for c in changes],
        "sigma2": [float(g[0, 0]) for g in fit.covariances if len(g) == 1],
        "tau2": [x for g in fit.covariances if len(g) > 1 for x in np.diag(g).tolist()],
    }  # fmt: skip
    each = {key: x for name, own in values.items() for key, x in numbered(name, own, 0).items()}
    covariance = next((float(g[1, 0]) for g in fit.covariances if len(g) > 1), None)
    return each | {"qe": fit.qe, "loglik": fit.log_likelihood, "covariance": covariance}


def dependent(examples, data, measure, **options):
    def made():
        return dependent_of(ms.multivariate(data, measure, **options))

    for name in [examples] if isinstance(examples, str) else examples:
        EXAMPLES[name] = made


def likelihoods(example, full, reduced, data, measure, **options):
    def made():
        fits = (ms.multivariate(data, measure, **options, **own) for own in (full, reduced))
        one, other = fits
        return dict(zip(("statistic", "df", "p"), one.against(other), strict=True))

    EXAMPLES[example] = made


EACH = "each effect"
teenagers = frame("assink2016, moderators")
both = {"study": "study", "factors": ["study", EACH]}
for rho in ("0", "0.6"):
    own = {"study": "study", "errors": float(rho)}
    dependent(
        f"dat.assink2016: nested, rho {rho}", teenagers, "SMD", factors=["study", EACH], **own
    )
    page = "dat.assink2016" if rho == "0" else "anova.rma"
    for which, kept in ((2, "study"), (1, EACH)):
        likelihoods(
            f"{page}: without variance {which}, rho {rho}",
            {"factors": ["study", EACH]},
            {"factors": [kept]},
            teenagers,
            "SMD",
            **own,
        )
kinds = {"deltype": {"reference": "general"}}
for name, moderators in (
    ("pubstatus", ["pubstatus"]),
    ("year", ["year"]),
    ("deltype", kinds),
    ("year + deltype", {"year": {}} | kinds),
):
    dependent(
        f"dat.assink2016: dependent, on {name}", teenagers, "SMD", moderators=moderators, **both
    )
for name, ci in (("", "Wald"), (", CR2", "CR2")):
    dependent(
        f"anova.rma: on type of delinquency{name}",
        teenagers,
        "SMD",
        moderators=kinds,
        errors=0.6,
        ci=ci,
        **both,
    )
taught = frame("konstantopoulos2011, schools")
within = {"study": "district", "outcome": "school", "structure": "CS", "means": "common"}
for page in ("dat.konstantopoulos2011", "confint.rma"):
    dependent(f"{page}: schools covary within districts", taught, "SMD", **within)
for name, factors in (
    ("without districts", ["study"]),
    ("without schools", ["district"]),
    ("common effect", []),
):
    likelihoods(
        f"anova.rma: schools, {name}",
        {"factors": ["district", "study"]},
        {"factors": factors},
        taught,
        "SMD",
        study="district",
    )
for example, moderators in (
    ("anova.rma: latitude and year, likelihood ratio", ["ablat", "year"]),
    ("methods.anova.rma: allocation and latitude, likelihood ratio", ["alloc", "ablat"]),
):
    likelihoods(
        example,
        {"moderators": moderators},
        {},
        BCG,
        "RR",
        study="trial",
        factors=["trial"],
        tau2="ML",
        **tuberculosis,
    )
dependent(
    "dat.bornmann2007: dependent, on type",
    frame("bornmann2007, types"),
    "OR",
    moderators=["type"],
    **both,
    **cells(ai="waward", n1i="wtotal", ci="maward", n2i="mtotal"),
)
ages = frame("tannersmith2016, ages")
for name, moderators, interactions in (
    ("aget1 + aget2", ["aget1", "aget2"], []),
    ("aget1 * aget2", ["aget1", "aget2"], [("aget1", "aget2")]),
    ("aget1 * aget2 + sexmix", ["aget1", "aget2", "sexmix"], [("aget1", "aget2")]),
):
    dependent(
        f"dat.tannersmith2016: on {name}",
        ages,
        "other",
        study="studyid",
        factors=["studyid", EACH],
        errors=0.8,
        moderators=moderators,
        interactions=interactions,
        ci="CR2",
    )
dependent(
    "dat.obrien2003: on centred BMI", frame("obrien2003"), "MD", moderators=["bmicent"], **both
)
treated_or_not = frame("begg1989, arms")
chosen = {"study": "study", "factors": ["study"], "tau2": "ML"}
on_treatment = {"moderators": {"trt": {"reference": "CMO"}}} | chosen
dependent("dat.begg1989: on treatment", treated_or_not, "other", **on_treatment)
dependent(
    "dat.begg1989: random effects of arms, equal variances",
    treated_or_not,
    "other",
    outcome="trt",
    structure="ID",
    means="common",
    **on_treatment,
)
dependent(
    "dat.nakagawa2007: studies",
    frame("nakagawa2007"),
    "ZCOR",
    study="StudyID",
    factors=["StudyID"],
    **cells(ri="Correlation", ni="SampleSize"),
)


def covariance_of(name):
    return np.array([numbers(cells) for cells in SETS[name].values()])


gums = frame("berkey1998")
two = {"study": "trial", "outcome": "outcome"}
two |= {"errors": covariance_of("berkey1998, errors")}
for page in ("dat.berkey1998", "robust", "methods.confint.rma"):
    dependent(f"{page}: two outcomes", gums, "MD", **two)
dependent("robust: two outcomes, CR2", gums, "MD", ci="CR2", **two)
dependent(
    "dat.berkey1998: difference of the outcomes",
    gums,
    "MD",
    means="common",
    moderators=["outcome"],
    **two,
)
dependent(
    "dat.berkey1998: on year",
    gums,
    "MD",
    moderators={"year": {"centre": 1983}},
    tau2="ML",
    **two,
)
coached = frame("kalaian1996")
two = {"study": "study", "outcome": "outcome"}
two |= {"errors": {"other_type": 0.66, "type": "outcome"}}
dependent("dat.kalaian1996: two outcomes", coached, "SMD", **two)
dependent(
    "dat.kalaian1996: difference of the outcomes",
    coached,
    "SMD",
    means="common",
    moderators=["outcome"],
    **two,
)
dependent("dat.kalaian1996: on hours", coached, "SMD", moderators=["loghrs"], **two)
pair = {"study": "study", "outcome": "group"}
dependent("dat.kearon1998: sensitivity and specificity", frame("kearon1998, both"), "other", **pair)
for page in ("rma.mv", "profile.rma"):
    dependent(
        f"{page}: both arms",
        frame("bcg, arms"),
        "other",
        means="common",
        moderators={"group": {"reference": "con"}},
        **pair,
    )
pair = {"study": "trial", "outcome": "group", "tau2": "ML"}
dependent("matreg: both arms", frame("colditz1994, arms"), "other", **pair)
days = frame("dagostino1998, two days")
noses = {"study": "study", "errors": 0.7}
dependent("dat.dagostino1998: two days", days, "SMD", outcome="outcome", structure=None, **noses)
dependent("dat.dagostino1998: difference of two days", days, "SMD", moderators=["outcome"], **noses)
dependent(
    "dat.ishak2007: autoregressive",
    frame("ishak2007"),
    "MD",
    study="study",
    outcome="time",
    structure="HAR",
    errors={"over_time": 0.97, "time": "time"},
)
tasks = frame("knapp2017, tasks")
shared = {"study": "study", "factors": ["study", EACH]}
shared |= {"errors": covariance_of("knapp2017, errors")}
for name, own in (("shared groups", {}), ("on difficulty", {"moderators": ["difficulty"]})):
    for end, ci in (("", "Wald"), (", CR2", "CR2")):
        dependent(f"dat.knapp2017: {name}{end}", tasks, "SMD", ci=ci, **own, **shared)

# ---- pages of metafor ----

pool(
    [
        name
        for name in VALUES
        if name.split(": ")[-1] in ("random effects", "BCG", "average")
        and name.split(": ")[0]
        in (
            "rma.uni",
            "addpoly.rma",
            "forest.rma",
            "funnel",
            "labbe",
            "predict.rma",
            "transf",
            "update.rma",
            "permutest",
            "qqnorm.rma",
            "plot.rma",
            "reporter",
            "simulate.rma",
            "confint.rma",
            "methods.confint.rma",
        )
    ],
    BCG,
    "RR",
    **tuberculosis,
)
for alloc in ("alternate", "random", "systematic"):
    pool(
        [f"rma.uni: allocation, {alloc}", f"addpoly.rma: allocation, {alloc}"],
        frame("bcg", alloc=[alloc]),
        "RR",
        **tuberculosis,
    )
pool(
    [
        "rma.uni: common effect",
        "radial: BCG",
        "fsn: BCG, equal effects",
        "trimfill: BCG, equal effects",
    ],
    BCG,
    "RR",
    model="IV",
    **tuberculosis,
)
for measure in ("OR", "RR"):
    pool(f"rma.mh: {measure}", BCG, measure, model="MH", **tuberculosis)
pool("addpoly.rma: Mantel-Haenszel", BCG, "RR", model="MH", **tuberculosis)
pool("rma.peto: BCG", BCG, "OR", model="Peto", **tuberculosis)
pool(["rma.mv: BCG", "profile.rma: BCG"], BCG, "OR", **tuberculosis)
pool("rma.glmm: BCG, by inverse variances", BCG, "OR", tau2="ML", **tuberculosis)
for name, model in (("UM.FS", "GLMM"), ("CM.EL", "GLMM-CM.EL")):
    pool(f"rma.glmm: {name}", BCG, "OR", model=model, **tuberculosis)
writing = frame("bangertdrowns2004")
pool(
    [
        "dat.bangertdrowns2004: random effects",
        "robust: writing to learn",
        "rma.uni: writing to learn",
    ],
    writing,
    "SMD",
)
effects(
    [
        "escalc: BCG",
        "print.escalc: BCG",
        "forest.default: BCG",
        "print.escalc: BCG, limits",
        "forest.default: BCG, limits",
    ],
    BCG,
    "RR",
    **tuberculosis,
)


def aggregated():
    rows = ms.pool(schools, "SMD", model="IV", subgroup="district").subgroups
    variances = numbered("variance", [row.se**2 for row in rows])
    return numbered("estimate", [row.log_estimate for row in rows]) | variances


def tarone():
    tests = ms.pool(BCG, "OR", model="MH", **tuberculosis).result.analyses[0].tests
    return next(verdict(test) for test in tests if "Tarone" in test.name)


def plotted():
    data = frame("pignon2000")
    q, pull = baujat(np.array(data["yi"]), np.array(data["vi"]))
    return numbered("x", q) | numbered("y", pull)


EXAMPLES |= {
    "aggregate.escalc: schools of a district": aggregated,
    "rma.mh: Tarone": tarone,
    "baujat: plot": plotted,
}

for page in ("cumul", "forest.cumul.rma", "plot.cumul.rma"):
    without_or_up_to(f"{page}: random effects", "cumulative", BCG, "RR", **tuberculosis)
for page in ("cumul", "forest.cumul.rma"):
    without_or_up_to(
        f"{page}: Mantel-Haenszel", "cumulative", BCG, "RR", model="MH", **tuberculosis
    )
without_or_up_to("cumul: Peto", "cumulative", BCG, "OR", model="Peto", **tuberculosis)
for name, measure, model in (
    ("random effects", "RR", "random"),
    ("Mantel-Haenszel", "RR", "MH"),
    ("Peto", "OR", "Peto"),
):
    without_or_up_to(
        f"leave1out: {name}", "leave_one_out", BCG, measure, model=model, **tuberculosis
    )


def bcg_effects():
    found = studies(BCG, "RR", **tuberculosis)
    return np.array([s.log_estimate for s in found]), np.array([s.se for s in found]) ** 2


EXAMPLES["residuals.rma: BCG"] = lambda: numbered("z", influence(*bcg_effects()).rstudent)

latitude, both = ["ablat"], ["ablat", "year"]
risk = (BCG, "RR")
for page in (
    "rma.uni",
    "coef.rma",
    "dfround",
    "model.matrix.rma",
    "update.rma",
    "weights.rma",
    "regplot",
    "permutest",
):
    on(f"{page}: on latitude and year", *risk, both, **tuberculosis)
for page in ("predict.rma", "regplot", "forest.rma", "addpoly.default", "update.rma"):
    on(f"{page}: on latitude", *risk, latitude, **tuberculosis)
on("rma.uni: on allocation", *risk, ["alloc"], **tuberculosis)
on("formula.rma: on latitude and allocation", *risk, ["ablat", "alloc"], **tuberculosis)
on("rma.uni: on allocation, year and latitude", *risk, ["alloc", "year", "ablat"], **tuberculosis)
on("rma.uni: on latitude and year, common effect", *risk, both, model="IV", **tuberculosis)
on("update.rma: on latitude, ML", *risk, latitude, tau2="ML", **tuberculosis)
on("anova.rma: on latitude and year, ML", *risk, both, tau2="ML", **tuberculosis)
on(
    "anova.rma: on latitude, year and allocation, ML",
    *risk,
    [*both, "alloc"],
    tau2="ML",
    **tuberculosis,
)
allocations = ("alternate", "random", "systematic")
at(
    "addpoly.default: predictions",
    [{"ablat": x} for x in (10, 30, 50)],
    *risk,
    latitude,
    logged,
    **tuberculosis,
)
at(
    "addpoly.predict.rma: predictions",
    [{"alloc": x} for x in allocations],
    *risk,
    ["alloc"],
    logged,
    **tuberculosis,
)
at(
    "predict.rma: by latitude",
    [{"ablat": x} for x in range(10, 70, 10)],
    *risk,
    latitude,
    **tuberculosis,
)
at(
    "predict.rma: by latitude and year",
    [{"ablat": x, "year": z} for z in (1950, 1980) for x in (10, 60)],
    *risk,
    both,
    **tuberculosis,
)
at(
    "predict.rma: by allocation at 30 degrees",
    [{"ablat": 30, "alloc": x} for x in allocations],
    *risk,
    ["ablat", "alloc"],
    logged,
    **tuberculosis,
)
at(
    "anova.rma: at 35 degrees in 1970",
    [{"ablat": 35, "year": 1970}],
    *risk,
    both,
    logged,
    tau2="ML",
    **tuberculosis,
)
square = plus(BCG, square=[x**2 for x in BCG["ablat"]])
on("regplot: a parabola", square, "RR", ["ablat", "square"], **tuberculosis)
at(
    "regplot: along a parabola",
    [{"ablat": x, "square": x**2} for x in (0, 20, 60)],
    square,
    "RR",
    ["ablat", "square"],
    logged,
    **tuberculosis,
)
crossed = {"interactions": [("ablat", "alloc")]} | tuberculosis
on("regplot: latitude by allocation", *risk, ["ablat", "alloc"], **crossed)
at(
    "regplot: lines of latitude by allocation",
    [{"ablat": 20, "alloc": x} for x in allocations],
    *risk,
    ["ablat", "alloc"],
    logged,
    **crossed,
)


def fitted_values():
    profiles = [{"ablat": x, "year": z} for x, z in zip(BCG["ablat"], BCG["year"], strict=True)]
    found = fitted(*risk, both, **tuberculosis).predict(profiles)
    return numbered("fitted", [one.log_estimate for one in found])


def term(which, moderators, **options):
    def made():
        found = fitted(*risk, moderators, **options, **tuberculosis).effects.terms
        return next(verdict(one) for one in found if one.name == which)

    return made


def random_against_systematic():
    found = fitted(*risk, ["alloc", "ablat"], **tuberculosis)
    change = found.contrast({"alloc": "random"}, {"alloc": "systematic"})
    return {"estimate": change.estimate, "se": change.se, "p": change.p}


def inflated(data, measure, moderators, terms=False, **options):
    def made():
        own = fitted(data, measure, moderators, **options).effects
        found = [t.gvif for t in own.terms] if terms else [c.vif for c in own.coefficients[1:]]
        return numbered("vif", found)

    return made


whole = [*both, "alloc"]
seven = ["length", "wic", "feedback", "info", "pers", "imag", "meta"]
EXAMPLES |= {
    "fitted.rma: BCG": fitted_values,
    "vcov.rma: coefficients": lambda: numbered(
        "covariance", fitted(*risk, both, **tuberculosis).fit.fit.covariance.ravel()
    ),
    "rma.uni: allocation as a whole": term("alloc", ["alloc", "year", "ablat"]),
    "anova.rma: allocation as a whole": term("alloc", whole, tau2="ML"),
    "methods.anova.rma: allocation as a whole": term("alloc", ["alloc", "ablat"]),
    "methods.anova.rma: random against systematic": random_against_systematic,
    "vif: seven moderators, inflation": inflated(writing, "SMD", seven),
    "plot.vif.rma: inflation": inflated(writing, "SMD", seven),
}
for page in ("vif", "methods.vif.rma"):
    EXAMPLES[f"{page}: BCG, coefficients"] = inflated(*risk, whole, **tuberculosis)
    EXAMPLES[f"{page}: BCG, terms"] = inflated(*risk, whole, terms=True, **tuberculosis)
on(["dat.bangertdrowns2004: on length", "robust: on length"], writing, "SMD", ["length"])
on("dat.bangertdrowns2004: on several", writing, "SMD", ["info", "pers", "imag", "meta"])
on("dat.bangertdrowns2004: on grade", words(writing, "grade"), "SMD", ["grade"])
on("vif: seven moderators", writing, "SMD", seven)


def deleted(data, measure, moderators, **options):
    def made():
        found = fitted(data, measure, moderators, **options).influence()
        named = {
            "rstudent": found.rstudent,
            "dffits": found.dffits,
            "cook": found.cooks_distance,
            "ratio": found.covariance_ratio,
            "tau2": found.tau2_deleted,
            "q": found.q_deleted,
            "hat": found.hat,
        } | numbered("dfbetas", found.dfbetas.T)
        return {key: x for name, own in named.items() for key, x in numbered(name, own).items()}

    return made


for page in ("influence.rma.uni", "plot.infl.rma.uni", "plot.rma"):
    EXAMPLES[f"{page}: latitude and year"] = deleted(*risk, both, **tuberculosis)
for page in ("residuals.rma", "qqnorm.rma"):
    EXAMPLES[f"{page}: latitude"] = deleted(*risk, latitude, **tuberculosis)

# ---- the dose of lithium ----

lithium = frame("viechtbauer2021")
lithium["square"] = [x**2 for x in lithium["dose"]]
own = {"zero_cells": "all"} | COUNTS | cells(ai="xTi", n1i="nTi", ci="xCi", n2i="nCi")
pool("dat.viechtbauer2021: common effect", lithium, "OR", model="IV", **own)
pool("dat.viechtbauer2021: random effects", lithium, "OR", tau2="DL", **own)
on("dat.viechtbauer2021: on dose, common effect", lithium, "OR", ["dose"], model="IV", **own)
on("dat.viechtbauer2021: on dose", lithium, "OR", ["dose"], tau2="DL", **own)
on(
    "dat.viechtbauer2021: on dose and its square",
    lithium,
    "OR",
    ["dose", "square"],
    tau2="DL",
    **own,
)
for left in ((3,), (6,), (3, 6)):
    data = {c: [x for i, x in enumerate(v, 1) if i not in left] for c, v in lithium.items()}
    on(
        f"dat.viechtbauer2021: without {' and '.join(map(str, left))}",
        data,
        "OR",
        ["dose"],
        tau2="DL",
        **own,
    )


def dose_diagnostics():
    found = studies(lithium, "OR", **own)
    y, v = np.array([s.log_estimate for s in found]), np.array([s.se for s in found]) ** 2
    random = influence(y, v, "DL")
    return (
        numbered("common", influence(y, v, None).rstudent)
        | numbered("random", random.rstudent)
        | numbered("hat", random.hat)
    )


EXAMPLES |= {
    "dat.viechtbauer2021: residuals and leverages of the pools": dose_diagnostics,
    "dat.viechtbauer2021: diagnostics about dose": deleted(
        lithium, "OR", ["dose"], tau2="DL", **own
    ),
    "methods.list.rma: studentised residuals about dose": deleted(lithium, "OR", ["dose"], **own),
}

# ---- small-study effects, and what would be without them ----


def verdict(test):
    return {"statistic": test.statistic, "p": test.p}


def egger_test(y, v):
    found = pet(y, v)
    limits = {"estimate": found.mean, "low": found.interval.low, "high": found.interval.high}
    return verdict(egger(y, v)) | limits


def arrays(name):
    data = frame(name)
    return tuple(np.array([np.nan if x is None else x for x in data[c]]) for c in ("y", "v", "n"))


def effects_of(name):
    return arrays(name)[:2]


def line_on(x, data="egger2001 without ISIS-4", tau2="REML"):
    """A meta-regression on one column; the test of its slope, the limits of its intercept."""

    def made():
        y, v, n = arrays(data)
        given = {"yi": y.tolist(), "vi": v.tolist(), "x": x(v, n).tolist()}
        own, slope = fitted(given, "OR", ["x"], tau2=tau2).coefficients
        ends = {"estimate": own.estimate, "low": own.ci_low, "high": own.ci_high}
        return {"statistic": slope.statistic, "p": slope.p} | ends

    return made


def weighted_on(x):
    def made():
        y, v, n = arrays("egger2001 without ISIS-4")
        return verdict(regress(y, x(n), 1 / v, 10))

    return made


def filled(estimator, method, pooled_by=None):
    def made():
        y, v = effects_of("bcg effects")
        found = trim_and_fill(y, v, estimator, method)
        last = pooled_by or method
        tau2 = estimate_tau2(found.y, found.v, last).value if last else 0.0
        mean = inverse_variance(found.y, found.v, tau2)
        own = interval(float(mean.mean), float(mean.variance) ** 0.5)
        return {"filled": found.filled, "mean": mean.mean, "low": own.low, "high": own.high}

    return made


def selected(name, steps):
    def made():
        y, v = effects_of(name)
        found = step_selection(y, v, steps)
        own = {"mean": found.mean, "se": found.interval.se, "tau2": found.tau2}
        own |= {"low": found.interval.low, "high": found.interval.high}
        weights = {f"weight_{i}": w for i, w in enumerate(found.weights) if i}
        return own | {"statistic": found.statistic, "p": found.p} | weights

    return made


def ranked(y, v):
    found = begg(y, v)
    return {"tau": found.tau, "p": found.p}


def facilitation():
    y, se = (np.array(quit_[name]) for name in ("smd", "se"))
    return y, se**2


def facilitation_line():
    data = plus(quit_, x=quit_["se"])
    slope = fitted(data, "SMD", ["x"], tau2="DL", **scores).coefficients[1]
    return {"statistic": slope.statistic, "p": slope.p}


def henmi_copas():
    row = ms.pool(frame("lee2004"), "OR", model="IV", ci="HC", **COUNTS).pooled
    limits = {"low": log(row.ci_low), "high": log(row.ci_high)}
    return {"mean": row.log_estimate, "se": row.se} | limits


pool("regtest: random effects", {column: x[:15] for column, x in magnesium.items()}, "OR", **COUNTS)
EXAMPLES |= {
    "dat.baskerville2012: rank correlation": lambda: ranked(*facilitation()),
    "dat.baskerville2012: asymmetry by regression": facilitation_line,
    "regtest: Egger's test, weighted regression": lambda: egger_test(
        *effects_of("egger2001 without ISIS-4")
    ),
    "regtest: mixed-effects version": line_on(lambda v, n: np.sqrt(v)),
    "regtest: on ni": weighted_on(lambda n: n),
    "regtest: on ninv": weighted_on(lambda n: 1 / n),
    "regtest: mixed effects on ni": line_on(lambda v, n: n),
    "regtest: mixed effects on ninv": line_on(lambda v, n: 1 / n),
    "regtest: mixed effects on variances": line_on(lambda v, n: v),
    "ranktest: BCG": lambda: ranked(*effects_of("bcg effects")),
    "trimfill: equal effects, L0": filled("L0", None),
    "trimfill: equal effects, R0": filled("R0", None),
    "trimfill: equal, then random effects": filled("L0", None, "REML"),
    "trimfill: random effects, L0": filled("L0", "REML"),
    "fsn: Rosenthal": lambda: {"trials": rosenthal(*effects_of("bcg effects"))},
    "fsn: Orwin": lambda: {"trials": orwin(*effects_of("bcg effects"))},
    "fsn: Rosenberg": lambda: {"trials": rosenberg(*effects_of("bcg effects"))},
    "selmodel: step function, tobacco smoke": selected("smoke effects", (0.025, 0.10, 0.50, 1.0)),
    "plot.rma.uni.selmodel: step function": selected("smoke effects", (0.05, 0.10, 0.50, 1.0)),
    "dat.lehmann2018: three-parameter selection model": selected("red effects", THREE_PARAMETERS),
    "hc: Henmi and Copas": henmi_copas,
}


def test_every_example_is_replayed():
    assert EXAMPLES.keys() == VALUES.keys()


def test_every_page_is_replayed_or_said_to_be_left():
    pages = {row["page"] for row in read("worked_examples_pages.csv")}
    replayed = {name.partition(":")[0] for name in VALUES}
    with (EXPECTED.parent / "worked_examples_left.csv").open(newline="", encoding="utf-8") as file:
        left = list(csv.DictReader(file))
    whole = {row["page"] for row in left if not row["part"]}
    parts = {row["page"] for row in left if row["part"]}
    assert replayed | whole == pages
    assert not replayed & whole
    assert parts <= replayed


@pytest.mark.parametrize("example", sorted(VALUES))
def test_example(example):
    found, values = EXAMPLES[example](), VALUES[example]
    digits = 1e-4 if any(one in example for one in LOOSE) else 1e-6
    for quantity, value in values.items():
        assert found[quantity] == pytest.approx(value, rel=digits, abs=digits), quantity
