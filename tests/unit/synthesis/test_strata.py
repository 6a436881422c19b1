"""Results by stratum of a trial's patients: added up, or each compared in itself."""

from dataclasses import replace
from math import sqrt

import pytest
from tests.converted import COMPARISON, row, trial

from metasynth.model.records import AnalysisSpec, Omission, OutcomeSpec
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

KEPT = replace(COMPARISON, strata="keep")
WHOLE = {"t": (30, 100), "c": (45, 102)}
STRATA = {"t_men": (18, 60), "c_men": (30, 61), "t_women": (12, 40), "c_women": (15, 41)}


def outcome(kind="binary", measure="RR"):
    return OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))


def counted(groups):
    return [row(arm, events=a, total=n) for arm, (a, n) in groups.items()]


def stratified(*rows, name="t"):
    one = trial(name, *rows)
    base = {arm.arm_id: arm for arm in one.arms}
    parts = [
        replace(base[side], arm_id=f"{side}_{stratum}", stratum=stratum)
        for side in ("t", "c")
        for stratum in ("men", "women")
    ]
    return replace(one, arms=(*one.arms, *parts))


def numbers(study):
    return [(g.events, g.total) for g in (study.intervention, study.control)]


def test_strata_are_added_up():
    (study,) = study_data(stratified(*counted(STRATA)), outcome(), COMPARISON)
    assert numbers(study) == [WHOLE["t"], WHOLE["c"]]


def test_strata_are_kept():
    men, women = study_data(stratified(*counted(STRATA)), outcome(), KEPT)
    assert numbers(men) == [STRATA["t_men"], STRATA["c_men"]]
    assert numbers(women) == [STRATA["t_women"], STRATA["c_women"]]
    assert (men.study, men.label, women.label) == ("t", "t, men", "t, women")


def test_no_patient_counts_twice():
    """Where the whole trial is there too it leads, unless strata are kept."""
    one = stratified(*counted(WHOLE), *counted(STRATA))
    (study,) = study_data(one, outcome(), COMPARISON)
    assert numbers(study) == [WHOLE["t"], WHOLE["c"]]
    assert len(study_data(one, outcome(), KEPT)) == 2


def test_means_of_strata_are_those_of_their_patients_together():
    groups = {"t_men": (4.0, 1.5, 20), "t_women": (6.0, 2.0, 30), "c_men": (5.0, 1.4, 22),
              "c_women": (7.0, 2.1, 29)}  # fmt: skip
    rows = [row(a, mean=m, sd=s, total=n) for a, (m, s, n) in groups.items()]
    (study,) = study_data(stratified(*rows), outcome("continuous", "MD"), COMPARISON)
    group = study.intervention
    mean = (20 * 4 + 30 * 6) / 50
    squares = 19 * 1.5**2 + 29 * 2.0**2 + 20 * (4 - mean) ** 2 + 30 * (6 - mean) ** 2
    assert (group.mean, group.total) == (pytest.approx(mean), 50)
    assert group.sd == pytest.approx(sqrt(squares / 49))


def test_published_effects_of_strata_are_averaged_or_kept():
    rows = [
        row("t_men", "c_men", estimate=-0.4, se=0.2, measure="HR"),
        row("t_women", "c_women", number=3, estimate=-0.1, se=0.3, measure="HR"),
    ]
    spec = outcome("generic", "HR")
    (whole,) = study_data(stratified(*rows), spec, COMPARISON)
    weights = (1 / 0.04, 1 / 0.09)
    assert whole.contrast.se == pytest.approx(1 / sqrt(sum(weights)))
    average = (-0.4 * weights[0] - 0.1 * weights[1]) / sum(weights)
    assert whole.contrast.estimate == pytest.approx(average)
    assert whole.contrast.rules == ("strata-averaged",)
    kept = study_data(stratified(*rows), spec, KEPT)
    assert [one.contrast.estimate for one in kept] == [-0.4, -0.1]
    analysis = AnalysisSpec("p", "", model="IV")
    pooled = [
        synthesise(spec, [analysis], COMPARISON, data).analyses[0].estimates[0]
        for data in ((whole,), kept)
    ]
    assert pooled[0].log_estimate == pytest.approx(pooled[1].log_estimate, rel=1e-12)
    assert pooled[0].se == pytest.approx(pooled[1].se, rel=1e-12)


@pytest.mark.parametrize("sides", [COMPARISON, KEPT])
def test_a_stratum_of_one_side_alone_leaves_out_the_trial(sides):
    """Men and women under the drug are not to be compared with men under placebo."""
    rows = counted({name: n for name, n in STRATA.items() if name != "c_women"})
    assert isinstance(study_data(stratified(*rows), outcome(), sides), Omission)


def test_two_contrasts_of_one_stratum_are_refused():
    rows = [
        row("t_men", "c_men", estimate=-0.4, se=0.2),
        row("t_men", "c_women", number=3, estimate=-0.1, se=0.3),
    ]
    assert isinstance(study_data(stratified(*rows), outcome("generic", "HR"), COMPARISON), Omission)
