"""RevMan 5's random effects: see make_dl_mh_reference.R; one at a time and many at once."""

import numpy as np
import pytest
from tests.reference.test_engine_against_metafor import rows, stacked

from metasynth.model.records import AnalysisSpec
from metasynth.stats.columns import Pools, fit_many
from metasynth.stats.effects.binary import Tables, binary_effects
from metasynth.stats.models import fit_model

SPEC = AnalysisSpec("p", "", tau2="DL-MH")
EXPECTED = rows("dl_mh.csv")


def tables(row):
    t = Tables(**stacked("counts.csv")[row["dataset"]])
    keep = (t.a + t.c > 0) & (t.b + t.d > 0) if row["measure"] != "RD" else t.n > 0
    return Tables(t.a[keep], t.n1[keep], t.c[keep], t.n2[keep])


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: f"{row['dataset']}-{row['measure']}")
def test_tau2_about_the_mantel_haenszel_estimate(row):
    t = tables(row)
    effects = binary_effects(t, row["measure"])
    fit = fit_model(SPEC, row["measure"], effects, t)
    expected = {name: float(row[name]) for name in ("q", "tau2", "mean", "low", "high", "i2")}
    width = expected["high"] - expected["low"]
    assert fit.q == pytest.approx(expected["q"], rel=1e-10)
    assert fit.tau2 == pytest.approx(expected["tau2"], rel=1e-9, abs=1e-14)
    assert fit.share.i2 == pytest.approx(expected["i2"], rel=1e-9, abs=1e-9)
    found = (fit.mean, fit.interval.low, fit.interval.high)
    assert found == pytest.approx([expected[n] for n in ("mean", "low", "high")], abs=1e-10 * width)
    shaped = Tables(*(x[:, None] for x in (t.a, t.n1, t.c, t.n2)))
    pools = Pools(effects.y[:, None], effects.v[:, None], np.ones((len(t.a), 1)), shaped)
    (many,) = fit_many([SPEC], row["measure"], pools)
    assert (many.mean[0], many.low[0], many.high[0]) == pytest.approx(found, abs=1e-12 * width)


def test_the_reference_differs_from_the_usual_estimator():
    """Else the test above could not tell the two apart."""
    usual = AnalysisSpec("p", "", tau2="DL")
    differing = 0
    for row in EXPECTED:
        t = tables(row)
        fit = fit_model(usual, row["measure"], binary_effects(t, row["measure"]), t)
        differing += abs(fit.tau2 - float(row["tau2"])) > 1e-6 * (fit.tau2 + 1e-9)
    assert differing > 20
