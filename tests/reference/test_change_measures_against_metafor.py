"""Changes in standard deviations, from rows of results.csv to effects, against metafor's escalc.

See make_change_measures_reference.R. What must hold of any: another unit changes nothing but the
mean change itself, before and after exchanged turn the sign of what the spread of changes measures,
arms exchanged turn that of a difference, and a trial gives the same whichever way it prints it.
"""

import csv
from math import sqrt
from pathlib import Path

import pytest
from tests.converted import COMPARISON, row, studied

from metasynth.model.records import AnalysisSpec, Comparison, OutcomeSpec, StudyData
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected"
PLAIN = AnalysisSpec("p", "", model="IV")


def rows(name):
    with (EXPECTED / name).open(newline="") as file:
        return list(csv.DictReader(file))


ONE, TWO = rows("change_measures.csv"), rows("change_differences.csv")


def outcome(measure):
    kind = "continuous" if measure == "SMD-PPC" else "mean"
    return OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))


def numbers(line, suffix="", times=1.0):
    """What a trial prints before and after, in a unit in which it is `times` as large."""
    pre, post, before, after, n, r = (
        float(line[name + suffix]) for name in ("pre", "post", "sd_pre", "sd_post", "n", "r")
    )
    return {
        "baseline_mean": times * pre, "final_mean": times * post, "baseline_sd": times * before,
        "final_sd": times * after, "total": int(n), "change_correlation": r,
    }  # fmt: skip


def effect(measure, *given):
    """The effect and its variance, by the whole of the analysis."""
    arms = [row(arm, **one) for arm, one in zip(("t", "c"), given, strict=False)]
    (study,) = studied(outcome(measure), *arms)
    assert isinstance(study, StudyData)
    sides = COMPARISON if len(given) == 2 else Comparison((), ())
    (found,) = synthesise(outcome(measure), [PLAIN], sides, [study]).analyses[0].studies
    return found.log_estimate, found.se**2


def close(found, y, v, rel=1e-10):
    assert found[0] == pytest.approx(y, rel=rel, abs=1e-13)
    assert found[1] == pytest.approx(v, rel=rel)


def test_the_reference_has_every_measure():
    assert {line["measure"] for line in ONE} == {"MC", "SMCC", "SMCR"}
    assert {line["set"] for line in TWO} == {"morris2008", "edges"}


@pytest.mark.parametrize("line", ONE, ids=lambda line: f"{line['measure']}-{line['post']}")
def test_one_group(line):
    measure, y, v = line["measure"], float(line["y"]), float(line["v"])
    close(effect(measure, numbers(line)), y, v)
    times = 2.54 if measure == "MC" else 1
    close(effect(measure, numbers(line, times=2.54)), times * y, times**2 * v)
    printed = numbers(line)
    printed["mean"] = printed.pop("final_mean") - printed.pop("baseline_mean")
    close(effect(measure, printed), y, v, 1e-9)


@pytest.mark.parametrize("line", ONE, ids=lambda line: f"{line['measure']}-{line['post']}")
def test_standard_deviations_of_changes_stand_for_their_correlation(line):
    """A change printed with its standard deviation gives what the correlation would."""
    printed = numbers(line)
    r, before, after = (
        printed.pop("change_correlation"),
        printed["baseline_sd"],
        printed["final_sd"],
    )
    printed["sd"] = sqrt(before**2 + after**2 - 2 * r * before * after)
    close(effect(line["measure"], printed), float(line["y"]), float(line["v"]), 1e-7)


@pytest.mark.parametrize("line", TWO, ids=lambda line: line["post"])
def test_the_difference_of_two_groups(line):
    y, v = float(line["y"]), float(line["v"])
    one, other = numbers(line), numbers(line, "_control")
    close(effect("SMD-PPC", one, other), y, v)
    close(effect("SMD-PPC", other, one), -y, v)
    scaled = numbers(line, times=0.4), numbers(line, "_control", times=0.4)
    close(effect("SMD-PPC", *scaled), y, v)


@pytest.mark.parametrize("measure", ["SMCC", "SMCR"])
def test_before_and_after_exchanged(measure):
    """The spread of changes is the same either way, the spread before is not."""
    line = next(one for one in ONE if one["measure"] == measure)
    turned = {**line, "pre": line["post"], "post": line["pre"], "sd_pre": line["sd_post"],
              "sd_post": line["sd_pre"]}  # fmt: skip
    y = effect(measure, numbers(turned))[0]
    assert (y == pytest.approx(-float(line["y"]))) == (measure == "SMCC")
    assert y < 0 < float(line["y"])


def test_a_difference_of_one_group_without_change_is_that_of_the_other():
    line = TWO[1]
    still = {**numbers(line, "_control"), "final_mean": 24.9}
    y, _ = effect("SMD-PPC", numbers(line), still)
    assert y > 0
    assert effect("SMD-PPC", still, numbers(line))[0] == pytest.approx(-y)
