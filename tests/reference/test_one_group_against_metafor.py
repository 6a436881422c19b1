"""One group's proportions, rates, means and correlations, and models of rates, against metafor.

Through the whole of synthesise(); see make_one_group_reference.R. Closed forms agree within 1e-10,
REML within 1e-7. Mixed models agree within 5e-4, as lme4 stops near the maximum: ours must be at
least as high as theirs by a likelihood that scipy integrates. UM.RS is Laplace's there, exact here.
"""

import csv
from math import exp, inf, isclose, lgamma, log, pi, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Group,
    OutcomeSpec,
    StudyData,
)
from metasynth.stats.effects.one_group import Events
from metasynth.stats.effects.rates import Rates
from metasynth.stats.glmm import fit as fit_glmm
from metasynth.stats.pooling import EffectUndefined
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected"
NOTHING_COMPARED = Comparison((), ())


def rows(name):
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


INPUTS = rows("one_group.csv")
TYPES = {row["dataset"]: row["type"] for row in INPUTS}


def group(row):
    x, n = float(row["x"]), float(row["n"])
    if row["type"] == "incidence":
        return Group((), "", int(x), person_time=n)
    if row["type"] == "mean":
        return Group((), "", total=int(n), mean=x, sd=float(row["s"]))
    if row["type"] == "correlation":
        return Group((), "", total=int(n), correlation=x)
    return Group((), "", int(x), int(n))


def of(dataset):
    found = [row for row in INPUTS if row["dataset"] == dataset]
    return [StudyData(f"s{i}", "", None, group(row)) for i, row in enumerate(found)]


def two_rates(dataset):
    sides = [
        [(float(r["x"]), float(r["n"])) for r in INPUTS if r["dataset"] == f"{dataset}_{side}"]
        for side in ("treated", "control")
    ]
    return [
        StudyData(f"s{i}", "", None, *(Group((), "", int(x), person_time=t) for x, t in pair))
        for i, pair in enumerate(zip(*sides, strict=True))
    ]


def analysis(data, kind, measure, per=1.0, **choices):
    outcome = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",), per=per)
    spec = AnalysisSpec("p", "", **choices)
    return synthesise(outcome, [spec], NOTHING_COMPARED, data).analyses[0]


def by(model):
    return {"model": "IV"} if model == "IV" else {"model": "random", "tau2": model}


def test_the_reference_has_every_measure_and_empty_groups():
    assert {row["measure"] for row in rows("one_group_pools.csv")} == {
        *("PLO", "PAS", "PFT", "PR", "PLN", "IRLN", "IR", "IRS", "MN", "MNLN", "ZCOR", "COR")
    }
    assert len(TYPES) == 14
    for kind in ("proportion", "incidence"):
        assert any(float(row["x"]) == 0 for row in INPUTS if row["type"] == kind), kind


@pytest.mark.parametrize(
    "row", rows("one_group_pools.csv"), ids=lambda r: f"{r['dataset']}-{r['measure']}-{r['model']}"
)
def test_pools(row):
    kind = TYPES[row["dataset"]]
    found = analysis(of(row["dataset"]), kind, row["measure"], **by(row["model"])).estimates[0]
    close = 1e-7 if row["model"] == "REML" else 1e-10
    mean, se, tau2, q, *natural = (
        float(row[c]) for c in ("mean", "se", "tau2", "q", "estimate", "low", "high")
    )
    assert found.log_estimate == pytest.approx(mean, rel=close, abs=close * se)
    assert found.se == pytest.approx(se, rel=close)
    assert (found.tau2 or 0) == pytest.approx(tau2, rel=10 * close, abs=1e-9 * se * se)
    assert found.q == pytest.approx(q, rel=1e-10)
    ours = (found.estimate, found.ci_low, found.ci_high)
    assert ours == pytest.approx(natural, rel=10 * close, abs=close * se)
    assert (found.p is None) == (kind != "correlation")


def test_effects():
    expected: dict = {}
    for row in rows("one_group_effects.csv"):
        pair = (float(row["y"]), sqrt(float(row["v"])))
        expected.setdefault((row["dataset"], row["measure"]), []).append(pair)
    for (dataset, measure), values in expected.items():
        own = analysis(of(dataset), TYPES[dataset], measure, model="IV").studies
        for study, (y, se) in zip(own, values, strict=True):
            assert study.log_estimate == pytest.approx(y, rel=1e-12, abs=1e-12)
            assert study.se == pytest.approx(se, rel=1e-12)


@pytest.mark.parametrize(
    "row", rows("rate_pools.csv"), ids=lambda r: f"{r['dataset']}-{r['measure']}"
)
def test_mantel_haenszel_rates(row):
    found = analysis(two_rates(row["dataset"]), "rate", row["measure"], model="MH").estimates[0]
    assert found.log_estimate == pytest.approx(float(row["mean"]), rel=1e-12)
    assert found.se == pytest.approx(float(row["se"]), rel=1e-12)
    assert found.q == pytest.approx(float(row["q"]), rel=1e-10)


# --- mixed models ---------------------------------------------------------------------------------


def density(kind, x, size, eta):
    """Log density of a group's events at a log odds or a log rate, constants left out."""
    if kind == "binomial":
        return x * eta - size * (eta + log(1 + exp(-eta)) if eta > 0 else log(1 + exp(eta)))
    return x * (eta + log(size)) - size * exp(eta)


def likelihood(kind, data, mean, tau2):
    """Of one random effect a study, by adaptive quadrature; `data` are (events, size, offset)."""
    total = 0.0
    for x, size, offset in data:
        sd = sqrt(tau2)
        if sd == 0:
            total += density(kind, x, size, mean + offset)
            continue

        def height(z, x=x, size=size, offset=offset, sd=sd):
            return density(kind, x, size, mean + sd * z + offset) - z * z / 2

        grid = np.linspace(-12, 12, 4801)
        best = max(grid, key=height)
        top = height(best)
        value, _ = quad(lambda z, h=height, t=top: exp(h(z) - t), best - 12, best + 12,
                        points=[best], epsabs=1e-13, limit=200)  # fmt: skip
        total += top + log(value / sqrt(2 * pi))
    return total


def one_group(dataset, measure):
    found = [row for row in INPUTS if row["dataset"] == dataset]
    pairs = [(float(row["x"]), float(row["n"]), 0.0) for row in found]
    return "binomial" if measure == "PLO" else "poisson", pairs


def given_totals(dataset):
    groups = [(s.intervention, s.control) for s in two_rates(dataset)]
    return "binomial", [
        (one.events, one.events + two.events, log(one.person_time / two.person_time))
        for one, two in groups
        if one.events + two.events
    ]


MODELS = rows("count_models.csv")


@pytest.mark.parametrize("row", MODELS, ids=lambda r: f"{r['dataset']}-{r['model']}")
def test_mixed_models(row):
    dataset, model, measure = row["dataset"], row["model"], row["measure"]
    data = two_rates(dataset) if measure == "IRR" else of(dataset)
    kind = "rate" if measure == "IRR" else TYPES[dataset]
    found = analysis(data, kind, measure, model=model).estimates[0]
    close = 0.02 if model.endswith("UM.RS") else 5e-4
    mean, se, tau2 = (float(row[name]) for name in ("mean", "se", "tau2"))
    assert found.log_estimate == pytest.approx(mean, abs=close)
    assert found.se == pytest.approx(se, rel=10 * close)
    assert found.tau2 == pytest.approx(tau2, abs=10 * close)


@pytest.mark.parametrize(
    "row",
    [r for r in MODELS if r["model"] in ("GLMM-RI", "GLMM-IRR-CM.EL")],
    ids=lambda r: f"{r['dataset']}-{r['model']}",
)
def test_the_likelihood_is_no_lower_than_at_metafors_estimates(row):
    dataset, measure = row["dataset"], row["measure"]
    if measure == "IRR":
        kind, data = given_totals(dataset)
        studies, type_ = two_rates(dataset), "rate"
    else:
        kind, data = one_group(dataset, measure)
        studies, type_ = of(dataset), TYPES[dataset]
    found = analysis(studies, type_, measure, model=row["model"]).estimates[0]
    ours = likelihood(kind, data, found.log_estimate, found.tau2)
    theirs = likelihood(kind, data, float(row["mean"]), float(row["tau2"]))
    assert ours > -inf
    assert ours >= theirs - 1e-9 * abs(theirs)
    step = 1e-3  # the curvature in the mean alone is at least that behind the standard error
    around = [likelihood(kind, data, found.log_estimate + s, found.tau2) for s in (-step, step)]
    curvature = -(sum(around) - 2 * ours) / step**2
    assert max(around) <= ours + 1e-9
    assert 1 / found.se**2 <= curvature * (1 + 1e-4)


def test_a_poisson_likelihood_has_its_constants_right():
    x, t, eta = 7.0, 3.0, 0.4
    exact = x * (eta + log(t)) - t * exp(eta) - lgamma(x + 1)
    assert isclose(density("poisson", x, t, eta) - lgamma(x + 1), exact)


# --- properties -----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["IV", "random", "GLMM-RI"])
def test_the_unit_of_time_moves_a_rate_and_nothing_else(model):
    data = of("nielweise2008_control")
    one, other = (
        analysis(data, "incidence", "IRLN", per=per, model=model).estimates[0] for per in (1, 1000)
    )
    assert other.estimate == pytest.approx(1000 * one.estimate, rel=1e-9)
    assert other.ci_low == pytest.approx(1000 * one.ci_low, rel=1e-9)
    assert (other.se, other.q, other.i2) == pytest.approx((one.se, one.q, one.i2), rel=1e-9)
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-7) if one.tau2 else other.tau2 == one.tau2


def test_those_without_the_event_turn_a_proportion_round():
    data = of("pritz1997")
    turned = [
        StudyData(s.study, "", None, Group((), "", s.intervention.total - s.intervention.events,
                                           s.intervention.total))
        for s in data
    ]  # fmt: skip
    for model in ("IV", "random", "GLMM-RI"):
        one, other = (
            analysis(x, "proportion", "PLO", model=model).estimates[0] for x in (data, turned)
        )
        assert one.estimate + other.estimate == pytest.approx(1, abs=1e-8)
        assert one.se == pytest.approx(other.se, rel=1e-6)


@pytest.mark.parametrize("model", ["MH", "IV", "GLMM-IRR", "GLMM-IRR-UM.RS", "GLMM-IRR-CM.EL"])
def test_groups_exchanged_turn_a_rate_ratio_round(model):
    data = two_rates("nielweise2008")
    turned = [StudyData(s.study, "", None, s.control, s.intervention) for s in data]
    one, other = (analysis(x, "rate", "IRR", model=model).estimates[0] for x in (data, turned))
    assert one.log_estimate == pytest.approx(-other.log_estimate, rel=1e-7)
    assert one.se == pytest.approx(other.se, rel=1e-6)


@pytest.mark.parametrize(
    ("model", "measure", "data"),
    [
        ("GLMM-RI", "PLO", Events(np.zeros(3), np.full(3, 20.0))),
        ("GLMM-RI", "PLO", Events(np.full(3, 20.0), np.full(3, 20.0))),
        ("GLMM-RI", "IRLN", Events(np.zeros(3), np.full(3, 20.0))),
        ("GLMM-IRR", "IRR", Rates(np.zeros(2), np.ones(2), np.ones(2), np.ones(2))),
        ("GLMM-IRR-CM.EL", "IRR", Rates(np.ones(2), np.ones(2), np.zeros(2), np.ones(2))),
    ],
)
def test_without_a_finite_maximum_there_is_no_estimate(model, measure, data):
    with pytest.raises(EffectUndefined):
        fit_glmm(model, measure, data)


def test_a_study_without_events_is_kept_by_the_random_intercept():
    data = [*of("pritz1997"), StudyData("none", "", None, Group((), "", 0, 15))]
    found = analysis(data, "proportion", "PLO", model="GLMM-RI").estimates[0]
    without = analysis(of("pritz1997"), "proportion", "PLO", model="GLMM-RI").estimates[0]
    assert (found.k, without.k) == (15, 14)
    assert found.estimate < without.estimate
