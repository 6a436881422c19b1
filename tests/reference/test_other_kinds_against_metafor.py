"""Events among standardised differences and means among odds ratios, against metafor's escalc.

See make_other_kinds_reference.R. What must hold of any: arms exchanged, other patients counted as
events, or the declaration turned round each turn the sign, and two of them together change nothing.
"""

import csv
from dataclasses import replace
from math import log, pi, sqrt
from pathlib import Path

import pytest
from tests.converted import COMPARISON, pair, row, studied, trial

from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.model.records import AnalysisSpec, Omission, OutcomeSpec
from metasynth.sensitivity.assumptions import assumptions
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.metafor_export import metafor_csv
from metasynth.synthesis.other_kinds import DIFFERENCES
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected"
RANDOM = AnalysisSpec("p", "", model="random")


def rows(name):
    with (EXPECTED / name).open(newline="") as file:
        return [{k: v if k == "set" else float(v) for k, v in line.items()}
                for line in csv.DictReader(file)]  # fmt: skip


COUNTS, MEANS = rows("smd_of_counts.csv"), rows("odds_of_means.csv")


def outcome(measure="SMD", events_mean="higher"):
    kind = "binary" if measure in ("OR", "RR") else "continuous"
    spec = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    return replace(spec, events_mean=events_mean)


def counts(line, *, others=False):
    """Rows of both arms; the patients without the event where `others`."""
    numbers = [(int(line["a"]), int(line["n1"])), (int(line["c"]), int(line["n2"]))]
    return [row(arm, events=n - a if others else a, total=n)
            for arm, (a, n) in zip("tc", numbers, strict=True)]  # fmt: skip


def means(line, sign=1):
    """Rows of both arms, on a scale turned round where the sign is negative."""
    return [row(arm, mean=sign * line[f"m{i}"], sd=line[f"sd{i}"], total=int(line[f"n{i}"]))
            for i, arm in ((1, "t"), (2, "c"))]  # fmt: skip


def exchanged(given):
    return [replace(one, arm_id={"t": "c", "c": "t"}[one.arm_id]) for one in given]


def effect(spec, given):
    (study,) = studied(spec, *given)
    assert study.contrast is not None
    assert study.contrast.form == "other_kind"
    return study.contrast.estimate, study.contrast.se**2


def close(found, y, v):
    assert found[0] == pytest.approx(y, rel=1e-10, abs=1e-13)
    assert found[1] == pytest.approx(v, rel=1e-10)


@pytest.mark.parametrize("line", COUNTS, ids=lambda line: f"{line['set']}-{line['a']}")
def test_counts_among_differences(line):
    y, v = line["y"], line["v"]
    higher, lower = outcome(), outcome(events_mean="lower")
    close(effect(higher, counts(line)), y, v)
    close(effect(lower, counts(line)), -y, v)
    close(effect(higher, counts(line, others=True)), -y, v)
    close(effect(lower, counts(line, others=True)), y, v)
    close(effect(higher, exchanged(counts(line))), -y, v)


@pytest.mark.parametrize("line", MEANS, ids=lambda line: str(line["m1"]))
def test_means_among_odds_ratios(line):
    y, v = line["y"], line["v"]
    higher, lower = outcome("OR"), outcome("OR", "lower")
    close(effect(higher, means(line)), y, v)
    close(effect(lower, means(line)), -y, v)
    close(effect(lower, means(line, -1)), y, v)
    close(effect(higher, exchanged(means(line))), -y, v)


@pytest.mark.parametrize("measure", DIFFERENCES)
def test_every_standardised_difference_has_it(measure):
    close(effect(outcome(measure), counts(COUNTS[0])), COUNTS[0]["y"], COUNTS[0]["v"])


def test_published_effects_of_the_other_kind():
    odds = pair(estimate=2.0, ci_low=1.0, ci_high=4.0, measure="OR")
    y, v = effect(outcome(events_mean="lower"), [odds])
    assert y == pytest.approx(-sqrt(3) / pi * log(2))
    assert sqrt(v) == pytest.approx(sqrt(3) / pi * log(4) / (2 * 1.959963984540054))
    difference = pair(estimate=-0.5, se=0.2, measure="SMD")
    y, v = effect(outcome("OR", "lower"), [difference])
    assert (y, sqrt(v)) == (pytest.approx(pi / sqrt(3) * 0.5), pytest.approx(pi / sqrt(3) * 0.2))


def test_numbers_of_the_own_kind_lead():
    (study,) = studied(outcome(), *[
        replace(one, events=other.events) for one, other in
        zip(means(MEANS[0]), counts(COUNTS[0]), strict=True)
    ])  # fmt: skip
    assert study.contrast is None
    assert study.intervention.mean == MEANS[0]["m1"]


@pytest.mark.parametrize(
    ("spec", "given", "said"),
    [
        (outcome(events_mean=""), counts(COUNTS[0]), "events_mean of the outcome would say"),
        (outcome("OR", ""), means(MEANS[0]), "events_mean of the outcome would say"),
        (outcome("MD", ""), counts(COUNTS[0]), "no numbers for the"),
        (outcome("RR", ""), means(MEANS[0]), "no numbers for the"),
        (outcome(), [row("t", events=0, total=9), row("c", events=0, total=8)], "no events"),
    ],
)
def test_nothing_is_converted_that_is_not_declared_or_has_no_odds_ratio(spec, given, said):
    found = study_data(trial("t", *given), spec, COMPARISON)
    assert isinstance(found, Omission), found
    assert said.casefold() in in_words(found.reason, speak("en")).casefold()


def test_a_pool_of_both_kinds_says_what_rests_on_the_conversion():
    """Leaving the converted out gives the pool of the others, and R is given the effects."""
    spec = outcome(events_mean="lower")
    trials = [trial("a", *means(MEANS[0])), trial("b", *means(MEANS[3])),
              trial("c", *counts(COUNTS[1]))]  # fmt: skip

    def result(which):
        studies = [one for each in which for one in study_data(each, spec, COMPARISON)]
        return synthesise(spec, [RANDOM], COMPARISON, studies)

    whole = result(trials)
    assert [s.form for s in whole.analyses[0].studies] == ["groups", "groups", "other_kind"]
    (without,) = assumptions(whole, trials)
    assert (without.kind, without.trials) == ("without", ("c",))
    expected = result(trials[:2]).analyses[0].estimates[0]
    assert (without.estimate.estimate, without.estimate.se) == (expected.estimate, expected.se)
    row = whole.analyses[0].estimates[0]
    assert (row.total_intervention, row.total_control) == (None, None)
    assert any("no sums of them are given" in in_words(one, speak("en")) for one in row.note)
    line = next(r for r in csv.DictReader(metafor_csv(whole).splitlines()) if r["study"] == "c")
    assert float(line["y"]) == pytest.approx(-COUNTS[1]["y"])
    assert line["pooled"] == "TRUE"
