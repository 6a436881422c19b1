"""Events of the same patients under both treatments, against metafor's escalc.

See make_paired_counts_reference.R. What must hold of any: treatments exchanged turn the sign, no
correlation is two groups, and margins that no table of pairs has with a correlation are refused.
"""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from tests.converted import COMPARISON, row, trial

from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.model.records import AnalysisSpec, Omission, OutcomeSpec
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

with (Path(__file__).parent / "expected" / "paired_counts.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))


def outcome(measure):
    return OutcomeSpec("o", "O", "o", None, "binary", measure, "harm", ("p",))


def crossover(first, second, n, r, design="randomised, crossover"):
    rows = (row("t", events=first, total=n, pair_correlation=r), row("c", events=second, total=n))
    one = trial("t", *rows)
    return replace(one, study=replace(one.study, design=design))


def brought(measure, *numbers, **more):
    return study_data(crossover(*numbers, **more), outcome(measure), COMPARISON)


def effect(measure, *numbers):
    (study,) = brought(measure, *numbers)
    assert study.contrast.form == "paired"
    assert study.layout == ""
    return study.contrast.estimate, study.contrast.se**2


def numbers(line):
    return int(line["first"]), int(line["second"]), int(line["n"]), float(line["phi"])


@pytest.mark.parametrize("line", ROWS, ids=lambda x: f"{x['measure']}-{x['first']}-{x['n']}")
def test_effects(line):
    first, second, n, phi = numbers(line)
    y, v = effect(line["measure"], first, second, n, phi)
    assert y == pytest.approx(float(line["y"]), rel=1e-10, abs=1e-13)
    assert v == pytest.approx(float(line["v"]), rel=1e-9)
    turned = effect(line["measure"], second, first, n, phi)
    assert turned == pytest.approx((-y, v), rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_without_correlation_they_are_two_groups(measure):
    paired = effect(measure, 12, 20, 60, 0.0)
    (study,) = brought(measure, 12, 20, 60, None)
    assert study.layout == "pairs"
    result = synthesise(outcome(measure), [AnalysisSpec("p", "", model="IV")], COMPARISON, [study])
    (own,) = result.analyses[0].studies
    assert paired == pytest.approx((own.log_estimate, own.se**2), rel=1e-7)


@pytest.mark.parametrize(
    ("measure", "given", "said"),
    [
        ("OR", (50, 10, 60, 0.9), "no table of pairs"),
        ("OR", (30, 30, 60, -1.1), "no table of pairs"),
        ("OR", (0, 10, 60, 0.0), "an empty cell"),
        ("OR", (60, 10, 60, 0.0), "an empty cell"),
        ("RR", (10, 0, 60, 0.0), "an empty cell"),
        ("RD", (0, 0, 60, 0.0), "no table of pairs"),
    ],
)
def test_what_no_pairs_have_is_refused(measure, given, said):
    found = brought(measure, *given)
    assert isinstance(found, Omission)
    assert said in in_words(found.reason, speak("en"))


def test_unequal_numbers_are_no_pairs():
    one = crossover(12, 20, 60, 0.3)
    rows = (one.results[0], replace(one.results[1], total=58))
    found = study_data(replace(one, results=rows), outcome("OR"), COMPARISON)
    assert "the same number of patients" in in_words(found.reason, speak("en"))


def test_models_of_counts_leave_pairs_out_with_a_reason():
    """Mantel and Haenszel would take them for two groups; inverse variance pools them."""
    pairs = brought("OR", 12, 20, 60, 0.4)[0]
    (groups,) = brought("OR", 15, 22, 70, None, design="randomised")
    studies = [pairs, replace(groups, study="g", label="g")]
    analyses = [AnalysisSpec("mh", "", model="MH"), AnalysisSpec("iv", "", model="IV")]
    result = synthesise(outcome("OR"), analyses, COMPARISON, studies)
    assert [len(a.studies) for a in result.analyses] == [1, 2]
    assert [o.study for o in result.omissions] == ["t"]


def test_other_designs_do_not_read_the_correlation():
    (study,) = brought("OR", 12, 20, 60, 0.4, design="randomised")
    assert study.contrast is None
