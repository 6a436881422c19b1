"""All sensitivity analyses of an outcome in one record: complete, or with the reason why not."""

import csv
from dataclasses import astuple, replace
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeSpec,
    StudyData,
)
from metasynth.sensitivity.absolute import absolute_effect
from metasynth.sensitivity.battery import Sensitivity, battery
from metasynth.stats.effects.binary import Effects
from metasynth.stats.small_study import egger
from metasynth.stats.trim_and_fill import trim_and_fill
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import synthesise

COUNTS = Path(__file__).parents[2] / "reference" / "expected" / "counts.csv"
BINARY = OutcomeSpec("o", "O", "o", 1, "binary", "RR", "harm", ("p",), baseline_risks=(0.05, 0.2))


def studies(dataset):
    with COUNTS.open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["dataset"] == dataset]
    cells = [[int(float(r[c])) for c in ("a", "n1", "c", "n2")] for r in rows]
    return [
        StudyData(f"s{i}", f"S{i}", 1990 - i, Group((), "", a, n1), Group((), "", c, n2))
        for i, (a, n1, c, n2) in enumerate(cells)
    ]


def examined(data, outcome=BINARY, **choices):
    spec = AnalysisSpec("p", "", **choices)
    return battery(synthesise(outcome, [spec], Comparison(("a",), ("b",)), data))


BCG = studies("bcg")


def test_a_full_battery():
    found = examined(BCG, ci="HKSJ", tau2="DL")
    assert [row.subgroup for row in found.leave_one_out[:2]] == ["without s0", "without s1"]
    assert found.cumulative[0].subgroup == "up to s12"
    assert [s.study for s in found.diagnostics.studies] == [s.study for s in BCG]
    assert sum(s.hat for s in found.diagnostics.studies) == pytest.approx(1, abs=1e-12)
    assert [t.name for t in found.asymmetry] == ["Egger", "Begg", "Thompson–Sharp"]
    own = effects_of(BCG, BINARY, AnalysisSpec("p", ""))
    assert found.asymmetry[0].p == egger(own.y, own.v).p
    filled = trim_and_fill(own.y, own.v, "L0", "DL")
    assert (found.trim_and_fill.filled, found.trim_and_fill.side) == (filled.filled, filled.side)
    assert found.trim_and_fill.ci_low < found.trim_and_fill.estimate < found.trim_and_fill.ci_high
    assert found.fragility.significant
    reasons = (found.sequence_reason, found.diagnostics.reason, found.fragility_reason)
    assert (*reasons, found.absolute_reason) == (None,) * 4


def test_the_filled_pool_is_that_of_all_effects():
    found = examined(BCG, model="IV").trim_and_fill
    own = effects_of(BCG, BINARY, AnalysisSpec("p", "", model="IV"))
    whole = trim_and_fill(own.y, own.v, "L0", None)
    w = 1 / whole.v
    assert np.log(found.estimate) == pytest.approx((w * whole.y).sum() / w.sum(), rel=1e-12)


def test_absolute_effects_at_observed_and_declared_risks():
    found = examined(BCG, tau2="DL")
    row = found.leave_one_out  # not the pool itself
    assert row
    origins = [(a.origin, a.effect.baseline_risk) for a in found.absolute]
    events, total = (sum(getattr(s.control, x) for s in BCG) for x in ("events", "total"))
    assert origins == [("observed", events / total), ("declared", 0.05), ("declared", 0.2)]
    pool = synthesise(
        BINARY, [AnalysisSpec("p", "", tau2="DL")], Comparison(("a",), ("b",)), BCG
    ).analyses[0]
    whole = pool.estimates[0]
    expected = absolute_effect("RR", whole.estimate, whole.ci_low, whole.ci_high, 0.2)
    assert found.absolute[2].effect == expected


def test_odds_ratios_have_their_own_tests_of_asymmetry():
    found = examined(BCG, replace(BINARY, measure="OR"), model="MH")
    names = ("Egger", "Begg", "Harbord", "Peters", "Deeks", "Macaskill", "Thompson–Sharp")
    assert tuple(t.name for t in found.asymmetry) == names
    assert all(0 < t.p < 1 for t in found.asymmetry)
    assert "MH does not average" in in_words(found.trim_and_fill.reason)
    assert sum(s.hat for s in found.diagnostics.studies) == pytest.approx(1)
    assert all(s.baujat_q >= 0 for s in found.diagnostics.studies)
    assert "100 patients" in in_words(found.fragility_reason)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("model", ["random", "IV", "MH", "Peto", "GLMM"])
def test_few_studies_give_reasons(count, model):
    measure = "OR" if model in ("Peto", "GLMM") else "RR"
    found = examined(BCG[:count], replace(BINARY, measure=measure), model=model)
    assert bool(found.leave_one_out) == (count > 1) != bool(found.sequence_reason)
    assert len(found.diagnostics.studies) == count
    assert all(t.reason and t.p is None for t in found.asymmetry)
    assert found.trim_and_fill.reason
    assert bool(found.absolute) == (count > 0) != bool(found.absolute_reason)
    assert (found.fragility is None) == bool(found.fragility_reason)
    if model == "random":
        assert [s.rstudent is None for s in found.diagnostics.studies] == [count < 3] * count


def test_a_record_survives_its_file():
    for data in (BCG, BCG[:2], []):
        text = store.to_json(examined(data))
        assert store.to_json(store.from_json(Sensitivity, text)) == text


CONTRASTS = [
    StudyData(f"s{i}", "", None, contrast=Contrast(0.1 * i, 0.2 + 0.01 * i)) for i in range(12)
]
GENERIC = OutcomeSpec("o", "O", "o", 1, "generic", "HR", "harm", ("p",), baseline_risks=(0.3,))


def test_contrasts_have_declared_risks_only():
    found = examined(CONTRASTS, GENERIC)
    assert [a.origin for a in found.absolute] == ["declared"]
    assert "counts patients" in in_words(found.fragility_reason)
    none = examined(CONTRASTS, replace(GENERIC, measure="SMD"))
    assert in_words(none.absolute_reason) == "no absolute effect follows from SMD"
    assert "observed or declared" in in_words(
        examined(CONTRASTS, replace(GENERIC, baseline_risks=())).absolute_reason
    )


@pytest.mark.parametrize(
    "pairs",
    [
        [(0.5, 0.2)] * 12,
        [(0.1 * i, 0.2) for i in range(12)],
        [(0.0, 1e-9 if i == 0 else 1.0) for i in range(12)],
        [(1e3 * (-1) ** i, 1e-3) for i in range(12)],
    ],
)
def test_degenerate_funnels_give_reasons_or_finite_numbers(pairs):
    data = [StudyData(f"s{i}", "", None, contrast=Contrast(*p)) for i, p in enumerate(pairs)]
    for choices in ({"model": "IV"}, {"ci": "HKSJ"}):
        found = examined(data, GENERIC, **choices)
        numbers = [x for t in found.asymmetry for x in astuple(t) if isinstance(x, float)]
        numbers += [
            x for s in found.diagnostics.studies for x in astuple(s) if isinstance(x, float)
        ]
        assert all(map(isfinite, numbers))
        assert all((t.p is None) == bool(t.reason) for t in found.asymmetry)


def test_a_trial_with_correlated_arms_has_no_table_to_change():
    data = [replace(BCG[0], contrast=Contrast(-0.5, 0.4)), *BCG[1:4]]
    assert "correlated arms" in in_words(examined(data).fragility_reason)
    assert isinstance(effects_of(data, BINARY, AnalysisSpec("p", "")), Effects)
