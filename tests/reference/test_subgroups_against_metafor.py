"""Subgroups that share one tau2, through synthesise(), against metafor's model with a factor.

See make_subgroups_reference.R. Closed forms agree within 1e-10, iterated ones within 1e-7.
"""

import csv
from collections import defaultdict
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from metasynth.language.sentences import in_words
from metasynth.model.records import AnalysisSpec, Comparison, Contrast, OutcomeSpec, StudyData
from metasynth.stats.tau2 import ESTIMATORS, estimate_tau2
from metasynth.synthesis.subgroups import common_tau2
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected" / "subgroups.csv"
OUTCOME = OutcomeSpec("o", "O", "o", None, "generic", "other", "harm", ("p",), subgroup="design")
DATA, FITS = defaultdict(list), defaultdict(dict)
with EXPECTED.open(newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        a, b = float(row["a"]), float(row["b"])
        if row["method"]:
            FITS[row["dataset"], row["method"]][row["group"]] = a, b
        else:
            DATA[row["dataset"]].append((a, b, row["group"]))


def studies(dataset):
    return [
        StudyData(f"s{i}", "", None, contrast=Contrast(y, sqrt(v)), subgroup=group)
        for i, (y, v, group) in enumerate(DATA[dataset])
    ]


def analyse(data, **choices):
    spec = AnalysisSpec("p", "", subgroup_tau2="common", **choices)
    return synthesise(OUTCOME, [spec], Comparison(("a",), ("b",)), data).analyses[0]


@pytest.mark.parametrize("key", sorted(FITS), ids="-".join)
def test_subgroups_with_a_common_tau2(key):
    dataset, method = key
    close = 1e-7 if method in ("REML", "ML", "PM", "EB") else 1e-10
    expected = dict(FITS[key])
    tau2, between = expected.pop("tau2 and QM")
    found = analyse(studies(dataset), tau2=method)
    rows = {row.subgroup: row for row in found.estimates if row.subgroup != "all"}
    assert set(rows) == set(expected)
    typical = float(np.median([v for _, v, _ in DATA[dataset]]))
    for group, (mean, se) in expected.items():
        assert rows[group].tau2 == pytest.approx(tau2, rel=close, abs=close * typical)
        assert rows[group].estimate == pytest.approx(mean, rel=close, abs=close * se)
        assert rows[group].se == pytest.approx(se, rel=close)
    (test,) = found.tests
    assert test.statistic == pytest.approx(between, rel=10 * close)
    assert "One tau2" in in_words(test.note)


@pytest.mark.parametrize("method", sorted(ESTIMATORS))
def test_one_group_has_its_own_tau2(method):
    y, v = (np.array([row[i] for row in DATA["bcg"]]) for i in (0, 1))
    own = estimate_tau2(y, v, method).value
    assert common_tau2([(y, v)], method).value == pytest.approx(own, rel=1e-12)


def test_a_subgroup_of_one_study_shares_the_tau2():
    rows = analyse(studies("one_alone"), ci="HKSJ", prediction="t_k-1").estimates
    alone = next(row for row in rows if row.subgroup == "a")
    assert (alone.k, alone.ci_method, alone.pi_low, alone.i2) == (1, "Wald", None, None)
    assert alone.se == pytest.approx(sqrt(DATA["one_alone"][0][1] + rows[1].tau2), rel=1e-12)
    assert "tau2 is that of all subgroups" in in_words(alone.note)
    assert rows[0].tau2_low is not None


def test_studies_each_in_a_group_of_its_own_tell_nothing_of_tau2():
    data = [
        StudyData(f"s{i}", "", None, contrast=Contrast(y, sqrt(v)), subgroup=f"g{i}")
        for i, (y, v, _) in enumerate(DATA["bcg"][:3])
    ]
    assert [row.tau2 for row in analyse(data).estimates[1:]] == [0, 0, 0]


def test_one_subgroup_is_the_whole():
    data = [StudyData(s.study, "", None, contrast=s.contrast, subgroup="x") for s in studies("bcg")]
    whole, part = analyse(data).estimates
    assert (part.estimate, part.tau2, part.tau2_low) == (whole.estimate, whole.tau2, whole.tau2_low)
