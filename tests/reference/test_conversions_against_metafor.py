"""Means, spreads, errors and counts that follow from others in print, against metafor.

See make_conversions_reference.R: groups of data sets that come with R and fourfold tables of
metadat. Everything goes through study_data, as a trial's rows do, and agrees within 1e-10.
"""

import csv
from dataclasses import replace
from math import log
from pathlib import Path

import pytest
from tests.converted import pair, row, studied

from metasynth.model.conversions import ConversionChoices
from metasynth.model.records import AnalysisSpec, OutcomeSpec
from metasynth.stats.medians import Summary, skewness
from metasynth.synthesis.selection import effects_of

EXPECTED = Path(__file__).parent / "expected"
CLOSE = 1e-10
FIVE = {"min": "minimum", "q1": "q1", "median": "median", "q3": "q3", "max": "maximum"}


def rows(name):
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else None


def outcome(kind, measure, **choices):
    spec = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    return replace(spec, conversions=ConversionChoices(**choices))


def test_the_reference_is_of_many_data_sets():
    assert len({r["dataset"] for r in rows("medians.csv")}) >= 10
    assert len({r["dataset"] for r in rows("tests_of_means.csv")}) >= 10
    assert len({r["dataset"] for r in rows("margins.csv")}) >= 5


@pytest.mark.parametrize("method", sorted({r["method"] for r in rows("medians.csv")}))
def test_medians(method):
    for given in rows("medians.csv"):
        if given["method"] != method:
            continue
        numbers = {ours: number(given[theirs]) for theirs, ours in FIVE.items()}
        n = int(given["n"])
        (study,) = studied(outcome("mean", "MN", medians=method), row("t", total=n, **numbers))
        group = study.intervention
        where = (given["dataset"], given["group"], given["kind"])
        assert group.rules == (method,), where
        assert group.mean == pytest.approx(float(given["mean"]), rel=CLOSE), where
        assert group.sd == pytest.approx(float(given["sd"]), rel=CLOSE), where
        statistic, critical = skewness(Summary(n, **numbers))
        assert statistic == pytest.approx(float(given["statistic"]), rel=CLOSE, abs=1e-12), where
        assert critical == pytest.approx(float(given["critical"]), rel=CLOSE), where
        assert group.skewed is (statistic >= critical), where


@pytest.mark.parametrize("form", ["t", "f", "p", "error", "limits"])
def test_spreads_behind_tests_of_two_means(form):
    for given in rows("tests_of_means.csv"):
        m1, m2 = float(given["m1"]), float(given["m2"])
        numbers = {
            "t": {"reported_t": float(given["t"])},
            "f": {"reported_f": float(given["f"])},
            "p": {"reported_p": f"{float(given['p']):.60f}".rstrip("0")},
            "error": {"estimate": m1 - m2, "se": float(given["error"])},
            "limits": {
                "estimate": m1 - m2,
                "ci_low": float(given["low"]),
                "ci_high": float(given["high"]),
            },
        }[form]
        spec = outcome("continuous", "SMD")
        (study,) = studied(
            spec,
            row("t", mean=m1, total=int(given["n1"])),
            row("c", mean=m2, total=int(given["n2"])),
            pair(**numbers),
        )
        close = 1e-8 if form == "p" else CLOSE
        assert study.intervention.sd == pytest.approx(float(given["sd"]), rel=close)
        assert study.control.sd == study.intervention.sd
        own = effects_of([study], spec, AnalysisSpec("p", ""))
        assert own.y[0] == pytest.approx(float(given["y"]), rel=close)
        assert own.v[0] == pytest.approx(float(given["v"]), rel=close)


@pytest.mark.parametrize("form", ["limits", "z", "p"])
def test_errors_of_log_ratios(form):
    found = [given for given in rows("waldlike.csv") if given["form"] == form]
    assert len(found) >= 13
    for given in found:
        first = float(given["first"])
        numbers = {"estimate": float(given["estimate"]), "measure": "OR"}
        if form == "limits":
            level = {"ci_level": float(given["level"])}
            numbers |= {"ci_low": first, "ci_high": float(given["second"])} | level
        elif form == "z":
            numbers |= {"reported_z": first}
        else:
            numbers |= {"reported_p": f"{first:.60f}"}
        (study,) = studied(outcome("binary", "OR"), pair(**numbers))
        close = 1e-8 if form == "p" else CLOSE
        assert study.contrast.form == form
        assert study.contrast.estimate == pytest.approx(float(given["y"]), rel=CLOSE)
        assert study.contrast.estimate == pytest.approx(log(numbers["estimate"]))
        assert study.contrast.se**2 == pytest.approx(float(given["v"]), rel=close)


def test_changes_of_patients_measured_twice():
    for given in rows("changes.csv"):
        names = {"before": "baseline", "after": "final"}
        numbers = {
            f"{ours}_{what}": float(given[f"{theirs}_{what}"])
            for theirs, ours in names.items()
            for what in ("mean", "sd")
        }
        n, r = int(given["n"]), float(given["r"])
        one = row("t", total=n, change_correlation=r, **numbers)
        (study,) = studied(outcome("mean", "MN"), one)
        assert study.intervention.mean == pytest.approx(float(given["mean"]), rel=CLOSE)
        assert study.intervention.sd == pytest.approx(float(given["sd"]), rel=CLOSE)
        (assumed,) = studied(
            outcome("mean", "MN", change_correlation=r), replace(one, change_correlation=None)
        )
        assert assumed.intervention.sd == study.intervention.sd


def test_counts_behind_an_odds_ratio_and_all_margins():
    for given in rows("margins.csv"):
        spec = outcome("binary", "OR")
        (study,) = studied(
            spec,
            row("t", total=int(given["n1"])),
            row("c", total=int(given["n2"])),
            pair(
                events_both=int(given["events"]),
                estimate=float(given["odds_ratio"]),
                measure="OR",
            ),
        )
        found = study.intervention.events, study.control.events
        assert found == (int(given["a"]), int(given["c"])), given
