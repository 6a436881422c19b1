"""Single proportions, incidence rates, and O - E with V, against metafor and published tables.

Through the whole of synthesise(); see make_rates_reference.R. Closed forms agree within 1e-10,
REML within 1e-7.
"""

import csv
from collections import defaultdict
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest

from metasynth.core.distributions import normal_quantile
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeSpec,
    StudyData,
)
from metasynth.stats.effects.proportions import PROPORTION_EFFECTS, from_double_arcsine
from metasynth.stats.effects.rates import RATE_EFFECTS, Rates
from metasynth.stats.pooling import inverse_variance
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected"
TYPES = {"PLO": "proportion", "PAS": "proportion", "PFT": "proportion"}
TYPES |= {"IRR": "rate", "IRD": "rate", "HR": "generic"}


def rows(name):
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def studies(dataset, kind):
    found = []
    for i, row in enumerate(r for r in rows("groups.csv") if r["dataset"] == dataset):
        x1, n1, x2, n2 = (float(row[c]) if row[c] else None for c in ("x1", "n1", "x2", "n2"))
        if kind == "generic":
            found.append(StudyData(f"s{i}", "", None, contrast=Contrast(x1 / n1, 1 / sqrt(n1))))
        elif kind == "rate":
            groups = (Group((), "", int(x), person_time=t) for x, t in ((x1, n1), (x2, n2)))
            found.append(StudyData(f"s{i}", "", None, *groups))
        else:
            found.append(StudyData(f"s{i}", "", None, Group((), "", int(x1), int(n1))))
    return found


def analysis(dataset, measure, model):
    kind = TYPES[measure]
    outcome = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    choices = {"model": "IV"} if model == "IV" else {"model": "random", "tau2": model}
    spec = AnalysisSpec("p", "", double_zero="include", **choices)
    data = studies(dataset, kind)
    return synthesise(outcome, [spec], Comparison(("a",), ("b",)), data).analyses[0]


def test_the_reference_has_zero_cells():
    assert any(r["x1"] == "0" for r in rows("groups.csv"))
    assert len({r["dataset"] for r in rows("groups.csv")}) == 9


@pytest.mark.parametrize(
    "row", rows("group_pools.csv"), ids=lambda r: f"{r['dataset']}-{r['measure']}-{r['model']}"
)
def test_pools(row):
    found = analysis(row["dataset"], row["measure"], row["model"]).estimates[0]
    close = 1e-7 if row["model"] == "REML" else 1e-10
    mean, se, tau2, q, *natural = (
        float(row[c]) for c in ("mean", "se", "tau2", "q", "estimate", "low", "high")
    )
    assert found.log_estimate == pytest.approx(mean, rel=close, abs=close * se)
    assert found.se == pytest.approx(se, rel=close)
    assert (found.tau2 or 0) == pytest.approx(tau2, rel=close, abs=1e-9)
    assert found.q == pytest.approx(q, rel=1e-10)
    ours = (found.estimate, found.ci_low, found.ci_high)
    assert ours == pytest.approx(natural, rel=10 * close, abs=close * se)
    assert (found.p is None) == (TYPES[row["measure"]] == "proportion")


def test_effects():
    expected = defaultdict(list)
    for row in rows("group_effects.csv"):
        expected[row["dataset"], row["measure"]].append((float(row["y"]), sqrt(float(row["v"]))))
    for (dataset, measure), values in expected.items():
        own = analysis(dataset, measure, "IV").studies
        for study, (y, se) in zip(own, values, strict=True):
            assert study.log_estimate == pytest.approx(y, rel=1e-12, abs=1e-12)
            assert study.se == pytest.approx(se, rel=1e-12)


def printed(values, text):
    for value, number in zip(values, text.split(), strict=True):
        assert value == pytest.approx(float(number), abs=0.51 * 10 ** -len(number.split(".")[1]))


def test_miller_1978_page_138():
    """The back-transform of a double arcsine; as replayed in metafor's tests (miller1978)."""
    total = np.array([11.0, 17, 21, 6])
    y, v = PROPORTION_EFFECTS["PFT"](np.array([3.0, 6, 10, 1]), total)
    printed(2 * y, "1.1391 1.2888 1.5253 0.9515")
    printed(4 * v, "0.0870 0.0571 0.0465 0.1538")
    size = 4 / (1 / total).sum()
    mean = float(inverse_variance(y, v).mean)
    printed([2 * y.mean(), from_double_arcsine(y.mean(), size)], "1.2262 0.3164")
    printed([2 * mean, from_double_arcsine(mean, size)], "1.3093 0.3595")


def test_stijnen_2010_tables_ii_and_viii():
    """Stat Med 2010;29:3046-67, pages 3050 and 3055; as replayed in metafor's tests."""
    for dataset, expected in (
        ("nielweise2007_control", "-3.3018 0.2378 0.6629 0.0355 0.0226 0.0554"),
        ("nielweise2007_treated", "-4.2604 0.2589 0.3928 0.0139 0.0084 0.0229"),
    ):
        row = analysis(dataset, "PLO", "REML").estimates[0]
        printed([row.log_estimate, row.se, row.tau2], " ".join(expected.split()[:3]))
        printed([row.estimate, row.ci_low, row.ci_high], " ".join(expected.split()[3:]))
    row = analysis("nielweise2008", "IRR", "REML").estimates[0]
    printed([row.log_estimate, row.se, sqrt(row.tau2)], "-0.3963 0.2268 0.3060")
    printed([row.estimate, row.ci_low, row.ci_high], "0.6728 0.4314 1.0494")


def test_rothman_2008_table_15_2():
    """Smoking and coronary deaths by age, per 10,000 years; as replayed in metafor's tests."""
    rates = Rates(
        *np.array(
            [
                [32, 5.2407, 2, 1.8790],
                [104, 4.3248, 12, 1.0673],
                [206, 2.8612, 28, 0.5710],
                [186, 1.2663, 28, 0.2585],
                [102, 0.5317, 31, 0.1462],
            ]
        ).T
    )
    y, v = RATE_EFFECTS["IRD"](rates)
    printed(y, "5.0417 12.804 22.961 38.5674 -20.2008")
    printed(v, "1.7316 16.0947 111.0423 535.0172 1811.1307")
    y, v = RATE_EFFECTS["IRR"](rates)
    half = normal_quantile() * np.sqrt(v)
    printed(np.exp(y), "5.7366 2.1388 1.4682 1.3561 0.9047")
    printed(np.exp(y - half), "1.3748 1.1767 0.9894 0.9115 0.6053")
    printed(np.exp(y + half), "23.9371 3.8876 2.1789 2.0176 1.3524")


def test_pooled_o_minus_e_is_the_ratio_of_sums():
    row = analysis("pignon2000", "HR", "IV").estimates[0]
    sums = [
        sum(float(r[c]) for r in rows("groups.csv") if r["dataset"] == "pignon2000")
        for c in ("x1", "n1")
    ]
    assert row.estimate == pytest.approx(exp(sums[0] / sums[1]), rel=1e-12)
