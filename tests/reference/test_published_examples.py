"""Worked examples replayed from their papers, table by table.

The numbers are those that the paper prints on the page named, taken with the further digits that
metafor's own replay of the same page gives (the files tests/testthat/test_analysis_example_*.r of
github.com/wviechtb/metafor); where that replay says that the paper prints something else, the
paper's number stands beside in a comment. Every digit given must come out; where an iteration in
that replay stopped short of its last digit, the digits that are exact are given.
"""

import csv
from decimal import Decimal
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest

from metasynth.core.distributions import chi2_upper_tail, normal_quantile
from metasynth.stats.covariate_fit import meta_regression, predict
from metasynth.stats.effects.binary import Tables, binary_effects, peto_log_odds_ratio
from metasynth.stats.effects.continuous import CONTINUOUS_EFFECTS, Means
from metasynth.stats.glmm import OF_TABLES
from metasynth.stats.heterogeneity import generalised_q, q_about, q_profile, share_from_tau2
from metasynth.stats.intervals import hksj_interval, interval, prediction_interval
from metasynth.stats.pooling import inverse_variance, mantel_haenszel, peto
from metasynth.stats.stratified import breslow_day_tarone, cochran_mantel_haenszel
from metasynth.stats.tau2 import estimate_tau2
from metasynth.synthesis.multi_arm import covariance_matrix, covariance_of_shared_control
from metasynth.synthesis.subgroups import subgroup_differences

EXPECTED = Path(__file__).parent / "expected"


def columns(file, dataset):
    with (EXPECTED / file).open(newline="", encoding="utf-8") as handle:
        rows = [r for r in csv.DictReader(handle) if r.pop("dataset") == dataset]
    return {name: np.array([float(r[name]) for r in rows]) for name in rows[0] if name != "study"}


def counts(dataset):
    return Tables(**columns("counts.csv", dataset))


def tables(*rows):
    return Tables(*np.array(rows, dtype=float).T)


def printed(values, text):
    """Every number agrees with its printed form to the last digit, a tie either way."""
    numbers = text.split()
    values = np.atleast_1d(np.asarray(values, dtype=float)).ravel()
    assert len(values) == len(numbers)
    for value, number in zip(values.tolist(), numbers, strict=True):
        half = Decimal(number).as_tuple().exponent
        assert value == pytest.approx(float(number), abs=0.5000001 * 10**half), number


def random_effects(y, v, method):
    tau2 = estimate_tau2(y, v, method).value
    pool = inverse_variance(y, v, tau2)
    return tau2, float(pool.mean), float(pool.variance)


def wald(mean, variance):
    found = interval(float(mean), sqrt(float(variance)))
    return found.low, found.high


def ratios(mean, variance):
    return [exp(x) for x in (float(mean), *wald(mean, variance))]


def test_yusuf_1985_page_107():
    """Beta blockers, table 6: Peto's odds ratio; Prog Cardiovasc Dis 1985;27:335-71."""
    t = counts("yusuf1985")
    pool = peto(t)
    printed(ratios(pool.mean, pool.variance), "0.9332 0.7385 1.1792")
    events, others = t.a + t.c, t.b + t.d
    used = (events > 0) & (others > 0)
    one_step = inverse_variance(
        *peto_log_odds_ratio(Tables(t.a[used], t.n1[used], t.c[used], t.n2[used]))
    )
    printed(ratios(one_step.mean, one_step.variance), "0.9332 0.7385 1.1792")


def test_normand_1999_tables_iii_and_vii():
    """Lidocaine, pages 330 and 349: risk differences in percentage points; Stat Med 1999;18."""
    own = binary_effects(counts("hine1989"), "RD")
    y, v = own.y * 100, own.v * 100**2
    printed(y, "2.8026 0.0000 1.9711 1.7961 3.5334 4.4031")
    printed(v, "17.7575 37.5657 8.1323 10.8998 8.0114 6.1320")
    limits = [wald(*study) for study in zip(y, v, strict=True)]
    printed([x[0] for x in limits], "-5.4566 -12.0128 -3.6182 -4.6747 -2.0141 -0.4503")
    printed([x[1] for x in limits], "11.0618 12.0128 7.5604 8.2669 9.0810 9.2566")
    for method in ("REML", "DL"):
        tau2, mean, variance = random_effects(y, v, method)
        printed([tau2, mean, *wald(mean, variance)], "0.0000 2.9444 0.3831 5.5058")


def test_normand_1999_tables_viii_and_ix():
    """Length of stay in days, pages 351-2: mean differences with a pooled deviation."""
    m = columns("means.csv", "normand1999")
    within = (m["n1"] - 1) * m["sd1"] ** 2 + (m["n2"] - 1) * m["sd2"] ** 2
    sd = np.sqrt(within / (m["n1"] + m["n2"] - 2))
    y, v = CONTINUOUS_EFFECTS["MD"](Means(m["m1"], sd, m["n1"], m["m2"], sd, m["n2"]))
    printed(y, "-20 -2 -55 -71 -4 1 11 -10 7")
    printed(v, "40.5863 2.0468 15.2809 150.2222 20.1923 1.2235 95.3756 8.0321 20.6936")
    common = inverse_variance(y, v)
    printed([common.mean, *wald(common.mean, common.variance)], "-3.4939 -5.0265 -1.9613")
    tau2, mean, variance = random_effects(y, v, "DL")
    printed([tau2, mean, *wald(mean, variance)], "218.7216 -14.0972 -24.4454 -3.7490")
    tau2, mean, variance = random_effects(y, v, "REML")
    printed([tau2, mean, *wald(mean, variance)], "685.1965 -15.1217 -32.6716 2.4282")


def test_raudenbush_1985_pages_83_to_92():
    """Teacher expectancy; Raudenbush and Bryk, J Educ Stat 1985;10:75-98."""
    data = columns("contrasts.csv", "raudenbush1985")
    y, v = data["y"], data["se"] ** 2
    tau2, mean, variance = random_effects(y, v, "REML")
    printed([tau2, mean, mean / sqrt(variance)], "0.0188 0.0837 1.6208")
    printed(generalised_q(y, v), "35.8295")  # 35.85 in the paper
    weeks = np.array([2, 3, 3, 0, 0, 3, 3, 3, 0, 1, 0, 0, 1, 2, 3, 3, 1, 2, 3.0])
    model = meta_regression(y, v, np.column_stack([np.ones(19), weeks]), "REML", "Wald")
    printed([model.tau2, *model.coefficients], "0.0000 0.4072 -0.1572")
    printed([x.statistic for x in model.intervals], "4.678 -4.388")
    printed(model.qe, "16.5708")  # 16.58 in the paper


def test_raudenbush_2009_table_16_2():
    """The same studies, pages 301-2 and 309 of The Handbook of Research Synthesis (2009)."""
    data = columns("contrasts.csv", "raudenbush1985")
    y, v = data["y"], data["se"] ** 2
    common = inverse_variance(y, v)
    printed([common.mean, common.mean / sqrt(common.variance)], "0.0604 1.6553")
    found = [random_effects(y, v, method) for method in ("ML", "REML", "DL", "HE")]
    printed([x[0] for x in found], "0.0126 0.0188 0.0259 0.0804")
    printed([x[1] for x in found], "0.0777 0.0837 0.0893 0.1143")


PRE_ECLAMPSIA = tables(
    (14, 131, 14, 136),
    (21, 385, 17, 134),
    (14, 57, 24, 48),
    (6, 38, 18, 40),
    (12, 1011, 35, 760),
    (138, 1370, 175, 1336),
    (15, 506, 20, 524),
    (6, 108, 2, 103),
    (65, 153, 40, 102),
)


def test_viechtbauer_2007_table_ii():
    """Diuretics and pre-eclampsia, page 44: tau2 and its Q-profile limits; Stat Med 2007;26."""
    own = binary_effects(PRE_ECLAMPSIA, "OR")
    found = [estimate_tau2(own.y, own.v, m).value for m in ("DL", "ML", "REML", "SJ")]
    printed(found, "0.2297 0.2386 0.3008 0.4563")
    printed(q_profile(own.y, own.v), "0.0723 2.2027")


VIECHTBAUER_2005 = [
    (
        [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232],
        [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040],
        "0.2282 0.1484 0.2768 0.1967 0.2232 0.192 0.1992",
        "77.2284 68.7988 80.4447 74.51 76.84 74.05 74.7545",
        "4.3914 3.205 5.1137 3.923 4.318 3.854 3.9611",
    ),
    (
        [
            *(0.100, -0.162, -0.090, -0.049, -0.046, -0.010, -0.431, -0.261, 0.134),
            *(0.019, 0.175, 0.056, 0.045, 0.103, 0.121, -0.482, 0.290, 0.342),
        ],
        [
            *(0.016, 0.015, 0.050, 0.050, 0.032, 0.052, 0.036, 0.024, 0.034),
            *(0.033, 0.031, 0.034, 0.039, 0.167, 0.134, 0.096, 0.016, 0.035),
        ],
        "0.0099 0 0.0126 0.0132 0.0157 0.0104 0.0248",
        "22.9266 0 27.5275 28.45 32.02 23.72 42.6734",
        "1.2975 1 1.3798 1.398 1.471 1.311 1.7444",
    ),
]


@pytest.mark.parametrize(("y", "v", "tau2", "i2", "h2"), VIECHTBAUER_2005, ids=["271", "272"])
def test_viechtbauer_2005_pages_271_and_272(y, v, tau2, i2, h2):
    """Seven estimators of tau2 with I2 and H2; J Educ Behav Stat 2005;30:261-93."""
    y, v = np.array(y), np.array(v)
    methods = ("HS", "HE", "DL", "ML", "REML", "EB", "SJ")
    found = [estimate_tau2(y, v, method).value for method in methods]
    printed(found, tau2)
    printed([share_from_tau2(x, v).i2 for x in found], i2)
    printed([share_from_tau2(x, v).h2 for x in found], h2)


def test_dersimonian_2007_tables_3_and_4():
    """Low-dose aspirin (CLASP), pages 111-2; Contemp Clin Trials 2007;28:105-14."""
    own = binary_effects(
        tables(
            (5, 156, 8, 74),
            (5, 303, 17, 303),
            (12, 565, 9, 477),
            (69, 1570, 94, 1565),
            (9, 103, 11, 105),
            (313, 4659, 352, 4650),
        ),
        "OR",
    )
    methods = ("PM", "HE", "DL", "DL2", "EB", "REML", "HS", "SJ")
    found = [random_effects(own.y, own.v, method) for method in methods]
    tau = [sqrt(x[0]) for x in found]
    printed(tau, "0.3681 0.4410 0.2323 0.3254 0.3681 0.1843 0.1330 0.4572")
    means = "-0.3811 -0.4035 -0.3240 -0.3655 -0.3811 -0.2980 -0.2666 -0.4079"
    printed([x[1] for x in found], means)
    errors = [sqrt(x[2]) for x in found]
    printed(errors, "0.2060 0.2327 0.1540 0.1901 0.2060 0.1343 0.1125 0.2386")


def test_van_houwelingen_2002_pages_596_and_597():
    """BCG vaccine, odds ratios by maximum likelihood; Stat Med 2002;21:589-624."""
    own = binary_effects(counts("bcg"), "OR")
    common = inverse_variance(own.y, own.v)
    printed(ratios(common.mean, common.variance), "0.6465 0.5951 0.7024")  # .703 in the paper
    tau2, mean, variance = random_effects(own.y, own.v, "ML")
    printed([tau2, *ratios(mean, variance)], "0.3025 0.4762 0.3360 0.6749")
    hksj = hksj_interval(own.y, own.v, tau2, mean, variance)
    printed([exp(hksj.low), exp(hksj.high)], "0.3175 0.7141")  # not in the paper
    printed(q_profile(own.y, own.v), "0.130 1.181")  # .1350, 1.1810 by Satterthwaite there


LATITUDES = np.array([44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33.0])


def test_berkey_1995_page_408():
    """BCG vaccine by latitude with smoothed variances, empirical Bayes; Stat Med 1995;14:395-411.

    The empirical Bayes estimate of tau2 solves Paule and Mandel's equation.
    """
    t = counts("bcg")
    y = binary_effects(t, "RR").y
    v = (t.b / t.a).sum() / (13 * t.n1) + (t.d / t.c).sum() / (13 * t.n2)
    tau2, mean, variance = random_effects(y, v, "EB")
    printed([tau2, mean, sqrt(variance)], "0.2682 -0.5429 0.1842")
    design = np.column_stack([np.ones(13), LATITUDES - 33.46])
    mixed = meta_regression(y, v, design, "PM", "Wald")
    printed([mixed.tau2, *mixed.coefficients], "0.1572 -0.6303 -0.0268")  # -0.6304 in the paper
    printed([x.se for x in mixed.intervals], "0.1591 0.0110")
    estimates = [predict(mixed, np.array([1, x - 33.46])) for x in (33.46, 42)]
    printed([exp((x.low + x.high) / 2) for x in estimates], "0.5324 0.4236")
    fixed = meta_regression(y, v, design, None, "Wald")
    printed(fixed.coefficients, "-0.5949 -0.0282")  # -0.5950 in the paper
    printed([x.se for x in fixed.intervals], "0.0696 0.0040")  # 0.0039 in the paper


def test_van_houwelingen_1993_page_2277():
    """Peptic ulcer bleeding (control against treatment), exact conditional likelihood, normal mean.

    Stat Med 1993;12:2273-84.
    """
    t = counts("collins1985a")
    used = (t.a + t.c > 0) & (t.b + t.d > 0)
    fit = OF_TABLES["GLMM-CM.EL"](Tables(t.c[used], t.n2[used], t.a[used], t.n1[used]))
    printed([fit.mean, sqrt(fit.variance), fit.tau2], "0.1744 0.1364 0.1192")
    printed(wald(fit.mean, fit.variance), "-0.0929 0.4417")


def test_stijnen_2010_table_iii():
    """Catheters and infections, page 3052: exact conditional; Stat Med 2010;29:3046-67."""
    t = counts("nielweise2007")
    used = t.a + t.c > 0
    t = Tables(t.a[used], t.n1[used], t.c[used], t.n2[used])
    own = binary_effects(t, "OR")
    tau2, mean, variance = random_effects(own.y, own.v, "REML")
    printed([mean, sqrt(variance), sqrt(tau2)], "-0.9804 0.2435 0.1886")
    printed(ratios(mean, variance), "0.3752 0.2328 0.6046")  # upper limit 0.62 in the paper
    fit = OF_TABLES["GLMM-CM.EL"](t)
    printed([fit.mean, sqrt(fit.variance), sqrt(fit.tau2)], "-1.353 0.351 0.833")
    printed(ratios(fit.mean, fit.variance), "0.258 0.130 0.514")  # estimate 0.25 in the paper


def ninety(mean, variance):
    half = normal_quantile(0.9) * sqrt(float(variance))
    return float(mean) - half, float(mean) + half


def test_rothman_2008_table_15_1():
    """Tolbutamide by age: Mantel and Haenszel with 90 % limits; Modern Epidemiology (2008)."""
    t = tables((8, 106, 5, 120), (22, 98, 16, 85))
    expected = {
        "RD": ("0.0349 -0.0176 0.0874", "0.0017", "0.9669"),  # .088 and .001 in the chapter
        "RR": ("0.2818 -0.1442 0.7078", "0.4472", "0.5037"),
        "OR": ("0.3387 -0.1731 0.8505", "0.3474", "0.5556"),
    }
    for measure, (limits, q, p) in expected.items():
        pool, own = mantel_haenszel(t, measure), binary_effects(t, measure)
        printed([pool.mean, *ninety(pool.mean, pool.variance)], limits)
        statistic = float(q_about(own.y, own.v, pool.mean))
        printed([statistic, chi2_upper_tail(statistic, 1)], f"{q} {p}")
    printed([cochran_mantel_haenszel(t), breslow_day_tarone(t)[1]], "1.1914 0.3489")


def test_henmi_2010_page_2978():
    """Sulphadoxine data of Lee and Done by DerSimonian and Laird; Stat Med 2010;29:2969-83."""
    own = binary_effects(counts("lee2004"), "OR")
    tau2, mean, variance = random_effects(own.y, own.v, "DL")
    printed([tau2, mean, *wald(mean, variance)], "0.3325 -0.6787 -1.0664 -0.2911")


LIPSEY = (
    np.array([-0.33, 0.32, 0.39, 0.31, 0.17, 0.64, -0.33, 0.15, -0.02, 0.00]),
    np.array([0.084, 0.035, 0.017, 0.034, 0.072, 0.117, 0.102, 0.093, 0.012, 0.067]),
)


def test_lipsey_2001_exhibits_7_3_to_7_7():
    """Challenge programmes, pages 133-41 of Lipsey and Wilson, Practical Meta-Analysis (2001)."""
    y, v = LIPSEY
    common = inverse_variance(y, v)
    printed([common.mean, sqrt(common.variance)], "0.1549 0.0609")
    printed([generalised_q(y, v), chi2_upper_tail(float(generalised_q(y, v)), 9)], "14.7640 0.0976")
    tau2, mean, variance = random_effects(y, v, "DL")
    printed([tau2, mean, *wald(mean, variance)], "0.025955 0.1534 -0.0146 0.3215")
    groups = [inverse_variance(y[part], v[part]) for part in (slice(0, 6), slice(6, 10))]
    printed([wald(p.mean, p.variance) for p in groups], "0.1390 0.4578 -0.2075 0.1521")
    means, variances = (np.array([getattr(p, x) for p in groups]) for x in ("mean", "variance"))
    q, df = subgroup_differences(means, variances)
    printed([q, chi2_upper_tail(q, df)], "7.0739 0.0078")  # 7.0738 in the chapter
    random = np.repeat([0.0, 1.0], [6, 4])
    design = np.column_stack([np.ones(10), random, [7, 3, 7, 5, 7, 7, 4, 4, 5, 6]])
    fixed = meta_regression(y, v, design, None, "Wald")
    printed(fixed.coefficients, "0.32233263 -0.32978043 -0.00408559")
    printed([fixed.qm, fixed.qm_p, fixed.qe], "7.0807 0.0290 7.6832")  # 7.6833 in the chapter
    mixed = meta_regression(y, v, design, "DL", "Wald")
    printed([mixed.tau2, mixed.qm, mixed.qm_p], "0.00488 5.5711 0.0617")  # 5.5709 in the chapter
    printed([x.se for x in mixed.intervals], "0.31983925 0.1439395 0.0528008")


GLESER = tables(
    (100, 4000, 40, 1000),
    (150, 4000, 40, 1000),
    (15, 400, 10, 200),
    (40, 1000, 150, 2000),
    (80, 1000, 150, 2000),
    (50, 1000, 150, 2000),
)


@pytest.mark.parametrize(
    ("measure", "effects", "coefficients", "residual"),
    [
        ("RD", "0.0150 0.0025 0.0125 0.0350 -0.0050 0.0250", "0.0200 0.0043 0.0211", "7.1907"),
        ("OR", "0.4855 0.0671 0.3008 0.6657 -0.0700 0.4321", "0.5099 0.0044 0.4301", "2.0563"),
        ("RR", "0.4700 0.0645 0.2877 0.6286 -0.0645 0.4055", "0.4875 0.0006 0.4047", "1.8954"),
    ],
)
def test_gleser_2009_pages_360_to_364(measure, effects, coefficients, residual):
    """Several treatments against one control, correlated; The Handbook of Research Synthesis.

    There the effect is control minus treatment. 2.057 in the chapter for the odds ratio's residual.
    """
    own = binary_effects(GLESER, measure)
    y = -own.y
    printed(y, effects)
    shared = covariance_of_shared_control(measure, GLESER)
    covariance = covariance_matrix(own.v, shared, ["1", "1", "2", "3", "3", "3"])
    design = np.eye(3)[[0, 1, 0, 0, 1, 2]]
    precision = np.linalg.inv(covariance)
    b = np.linalg.solve(design.T @ precision @ design, design.T @ precision @ y)
    printed(b, coefficients)
    rest = y - design @ b
    printed(rest @ precision @ rest, residual)


ST_JOHNS_WORT = tables(
    (20, 25, 11, 25),
    (14, 20, 9, 20),
    (4, 25, 2, 25),
    (20, 32, 6, 33),
    (28, 50, 13, 55),
    (34, 48, 25, 49),
    (35, 53, 12, 54),
    (24, 49, 16, 49),
    (45, 80, 12, 79),
    (67, 106, 22, 47),
    (34, 60, 17, 59),
    (46, 70, 34, 70),
    (55, 123, 57, 124),
    (23, 37, 15, 35),
    (26, 98, 19, 102),
    (46, 113, 56, 116),
    (98, 186, 80, 189),
)
DOSES = [380, 900, 900, 900, 900, 240, 900, 900, 500, 1050, 900, 500, 900, 900, 1050, 1200, 900]
DURATIONS = [8, 4, 4, 6, 4, 6, 4, 6, 6, 6, 6, 6, 6, 6, 8, 8, 6]
BASELINES = [19.5, 12.5, 22.7, 16.5, 15.8, 23.6, 20.7, 21.1, 19.4, 22.7, 16.7, 20.9, 21.5, 19.9]
BASELINES += [22.5, 22.9, 21.9]


def test_viechtbauer_2007_pages_106_to_113():
    """St John's wort: relative rates by dose and severity; Z Psychol 2007;215:104-21."""
    own = binary_effects(ST_JOHNS_WORT, "RR")
    y, v = own.y, own.v
    printed([exp(wald(y[i], v[i])[0]) for i in (12, 16)], "0.7397 1.0039")  # 1.01 in the article
    common = inverse_variance(y, v)
    printed(ratios(common.mean, common.variance), "1.3840 1.2599 1.5204")  # 1.39 in the article
    printed(generalised_q(y, v), "51.5454")  # 55.54 in the article
    tau2, mean, variance = random_effects(y, v, "DL")
    printed([tau2, *ratios(mean, variance)], "0.0903 1.5722 1.3103 1.8864")  # .091, 1.90 there
    half = normal_quantile() * sqrt(tau2 + variance)
    printed([exp(mean - half), exp(mean + half)], "0.8488 2.9120")  # 0.87, 2.83 without Var(mean)
    low, high = prediction_interval(mean, sqrt(variance), tau2, 16)
    assert (low, high) < (mean - half, low)
    dose = np.array(DOSES) * 7 / 1000 * np.array(DURATIONS) - 34
    severity = np.array(BASELINES) - 20
    design = np.column_stack([np.ones(17), dose, severity, dose * severity])
    model = meta_regression(y, v, design, "DL", "Wald")
    printed(model.coefficients, "0.47625885 -0.0058448 -0.06722782 -0.00156996")
    printed([x.se for x in model.intervals], "0.08764097 0.00999872 0.03522283 0.00344659")
    printed(model.tau2, "0.0475")
    mild = predict(model, np.array([1, 0, 12.5 - 20, 0]))
    printed([exp(mild.low), exp(mild.high)], "1.4560 4.8806")  # 1.46, 4.90 in the article
