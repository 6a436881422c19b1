"""Arms become the two sides of a comparison."""

import math
from dataclasses import replace

import numpy as np
import pytest

from metasynth.language.sentences import in_words
from metasynth.model.records import (
    AnalysisSpec,
    Arm,
    Cell,
    Comparison,
    Group,
    Omission,
    OutcomeSpec,
    Result,
    Study,
    StudyData,
    Trial,
)
from metasynth.synthesis.comparison import reports, study_data
from metasynth.synthesis.synthesise import synthesise

CELL = Cell("trials/x/results.csv", 2)
COMPARISON = Comparison(("drug",), ("placebo",))
OUTCOME = OutcomeSpec("o", "O", "o", 24, "binary", "RR", "harm", ("primary",))


def arm(arm_id: str, treatment: str) -> Arm:
    return Arm(arm_id, "", arm_id.upper(), treatment, None, "", None, "", "", CELL)


def row(arm_id: str, events: int | None = None, total: int | None = None, **more: object) -> Result:
    blank = dict.fromkeys(("events_low", "events_high", "mean", "sd", "estimate", "se"))
    values = {
        "outcome": "o",
        "week": 24,
        "reading": "",
        "arm_id": arm_id,
        "reference_arm_id": "",
        "events": events,
        "total": total,
        **blank,
        "reported_percent": "",
        "ci_low": None,
        "ci_high": None,
        "provenance": "reported",
        "source_id": "s",
        "note": "",
        "cell": CELL,
    }
    return Result(**(values | more))  # type: ignore[arg-type]


def trial(*results: Result) -> Trial:
    study = Study("x", "X", 2000, "parallel", "included", "", "", None, None, "", "", "", CELL)
    arms = (arm("p", "placebo"), arm("d1", "drug"), arm("d2", "drug"), arm("low", "drug_low"))
    return Trial(study, arms, results, ())


def only(trial_: Trial, outcome: OutcomeSpec = OUTCOME, how: str = "combine") -> StudyData:
    data = study_data(trial_, outcome, replace(COMPARISON, multi_arm=how))
    assert not isinstance(data, Omission)
    (study,) = data
    return study


def test_arms_of_a_side_are_added_and_other_treatments_left_out() -> None:
    data = only(trial(row("p", 1, 10), row("d1", 2, 11), row("d2", 3, 12), row("low", 9, 13)))
    assert data.intervention is not None
    assert data.control is not None
    assert (data.intervention.events, data.intervention.total) == (5, 23)
    assert data.intervention.arm_ids == ("d1", "d2")
    assert (data.control.events, data.control.total) == (1, 10)


def test_bounds_add_up_and_an_exact_count_is_its_own_bound() -> None:
    rows = (row("p", 1, 10), row("d1", 2, 11, events_low=1, events_high=3), row("d2", 3, 12))
    data = only(trial(*rows))
    assert data.intervention is not None
    assert (data.intervention.events_low, data.intervention.events_high) == (4, 6)


def test_a_reading_replaces_only_the_arms_it_states() -> None:
    rows = (row("p", 1, 10), row("d1", 2, 11), row("p", 4, 40, reading="all"))
    plain = only(trial(*rows))
    other = only(trial(*rows), replace(OUTCOME, reading="all"))
    assert plain.control is not None
    assert plain.control.total == 10
    assert other.control is not None
    assert other.control.total == 40
    assert other.intervention == plain.intervention


def test_a_missing_number_is_no_report() -> None:
    told = trial(
        row("p", None, 10, provenance="missing"), row("d1", None, 10, provenance="missing")
    )
    assert not reports(told, OUTCOME, COMPARISON)
    assert reports(trial(row("p", 1, 10)), OUTCOME, COMPARISON)
    one_side = study_data(trial(row("p", 1, 10)), OUTCOME, COMPARISON)
    assert isinstance(one_side, Omission)
    assert "intervention" in in_words(one_side.reason)


def test_percentages_alone_cannot_be_pooled() -> None:
    rows = (row("p", reported_percent="29"), row("d1", reported_percent="47"))
    omitted = study_data(trial(*rows), OUTCOME, COMPARISON)
    assert isinstance(omitted, Omission)
    assert "only percentages" in in_words(omitted.reason)


def test_combined_means_are_those_of_the_patients_together() -> None:
    generator = np.random.default_rng(1)
    groups = [generator.normal(size=n) for n in (7, 12)]
    rows = [
        row(arm_id, None, len(x), mean=float(x.mean()), sd=float(x.std(ddof=1)))
        for arm_id, x in zip(("d1", "d2"), groups, strict=True)
    ]
    outcome = replace(OUTCOME, type="continuous", measure="MD")
    data = only(trial(*rows, row("p", None, 5, mean=0.0, sd=1.0)), outcome)
    together = np.concatenate(groups)
    assert data.intervention is not None
    assert data.intervention.mean == pytest.approx(together.mean(), rel=1e-12)
    assert data.intervention.sd == pytest.approx(together.std(ddof=1), rel=1e-12)


def test_a_contrast_is_taken_to_the_log_scale() -> None:
    contrast = row("d1", reference_arm_id="p", estimate=0.5, ci_low=0.25, ci_high=1.0)
    outcome = replace(OUTCOME, type="generic", measure="HR")
    data = only(trial(contrast), outcome)
    assert data.contrast is not None
    assert data.contrast.estimate == pytest.approx(math.log(0.5))
    assert data.contrast.se == pytest.approx(math.log(4) / (2 * 1.959963984540054))


THREE_ARMS = (row("p", 10, 100), row("d1", 20, 90), row("d2", 30, 80))


def test_a_shared_control_is_split_evenly() -> None:
    data = study_data(trial(*THREE_ARMS), OUTCOME, replace(COMPARISON, multi_arm="split"))
    assert not isinstance(data, Omission)
    controls = [study.control for study in data]
    assert [(c.events, c.total) for c in controls if c] == [(5, 50), (5, 50)]
    assert [study.label for study in data] == ["X, D1", "X, D2"]


def test_correlated_arms_are_averaged_as_by_metafor() -> None:
    """rma.mv(yi, V) with vcalc's shared-control covariance 1/c - 1/n2; see the R code below.

    y <- log(c(20/90, 30/80) / (10/100)); s <- 1/10 - 1/100
    V <- matrix(s, 2, 2) + diag(c(1/20 - 1/90, 1/30 - 1/80)); print(rma.mv(y, V), digits = 10)
    """
    study = only(trial(*THREE_ARMS), how="covariance")
    assert study.contrast is not None
    assert study.contrast.estimate == pytest.approx(1.1392274177, abs=1e-10)
    assert study.contrast.se == pytest.approx(0.3218165494, abs=1e-10)
    assert study.intervention is not None
    assert study.intervention.total == 170


def test_one_arm_on_each_side_is_the_same_by_every_rule() -> None:
    rows = trial(row("p", 10, 100), row("d1", 20, 90))
    assert only(rows) == only(rows, how="split") == only(rows, how="covariance")


def test_trials_are_grouped_by_a_column_of_their_table() -> None:
    grouped = replace(OUTCOME, subgroup="design")
    assert only(trial(row("p", 1, 10), row("d1", 2, 11)), grouped).subgroup == "parallel"


@pytest.mark.parametrize("model", ["IV", "MH", "random"])
def test_the_order_of_arms_changes_nothing_of_a_split_pool(model: str) -> None:
    """Of 7 of 25 shared by two arms each has 3.5 of 12.5; expected: metafor of these tables."""
    # a <- c(8, 10, 13, 13); n <- c(30, 31, 100, 60); c <- c(3.5, 3.5, 27, 17)
    # m <- c(12.5, 12.5, 98, 58); e <- escalc("RR", ai = a, n1i = n, ci = c, n2i = m)
    # rma(yi, vi, data = e, method = "EE"); rma.mh(a, n, c, m, "RR"); and REML with tight control
    arms = (row("d1", 8, 30), row("d2", 10, 31))
    rule = replace(COMPARISON, multi_arm="split")
    others = [
        StudyData(f"s{a}{n}", "", 2000, Group(("d",), "", a, n), Group(("p",), "", c, m))
        for a, n, c, m in ((13, 100, 27, 98), (13, 60, 17, 58))
    ]
    spec = AnalysisSpec("a", "", model, ci="Wald")
    found = []
    for order in (arms, arms[::-1]):
        shared = study_data(trial(row("p", 7, 25), *order), OUTCOME, rule)
        assert not isinstance(shared, Omission)
        pooled = synthesise(OUTCOME, [spec], rule, [*shared, *others]).analyses[0].estimates[0]
        assert (pooled.events_control, pooled.total_control) == (51, 181)
        found.append(pooled.estimate)
    assert found[0] == pytest.approx(found[1], rel=1e-14)
    expected = {"IV": 0.67958123393, "MH": 0.662525152206, "random": 0.685737447354}
    assert found[0] == pytest.approx(expected[model], rel=1e-9)
