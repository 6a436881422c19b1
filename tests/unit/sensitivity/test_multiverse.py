"""A multiverse against `synthesise`: every specification, analysed by itself from the raw rows."""

from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from tests.examples import ANAKINRA, BCG, led_outcome, outcomes, pooled, review

from metasynth.core import store
from metasynth.model.methods import check_combination, check_multi_arm
from metasynth.model.records import (
    AnalysisSpec,
    Arm,
    Cell,
    Comparison,
    Omission,
    OutcomeSpec,
    Result,
    Study,
    Trial,
)
from metasynth.model.robustness_config import MultiverseChoices
from metasynth.sensitivity.multiverse import Multiverse, multiverse
from metasynth.sensitivity.specifications import DIMENSIONS
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

DEFAULT = MultiverseChoices()
EVERYTHING = MultiverseChoices(
    measures=("RR", "OR", "RD", "ASD"),
    models=("random", "IV", "MH", "Peto"),
    tau2=("REML", "DL", "ML", "PM", "EB", "SJ", "HE", "HS", "DL2"),
    ci=("Wald", "HKSJ", "HKSJ-adhoc", "KR"),
    zero_cells=("only0", "treatment_arm", "all", "none"),
    leave_one_out=False,
)
IDS = [outcome.id for outcome in review(ANAKINRA).config.outcomes if not outcome.sensitivity_of]


def options_taken(found, code):
    """A code's option of each dimension; None where it has none."""
    numbers = (None if part == "-" else int(part) for part in code.split("."))
    return {
        d.name: None if i is None else d.options[i]
        for d, i in zip(found.dimensions, numbers, strict=True)
    }


class Alone:
    """An outcome's analyses one by one, from the trials' raw rows, as `synthesise` makes them."""

    def __init__(self, result, trials):
        self.result, self.trials = result, trials
        self._studies, self._rows = {}, {}

    def __call__(self, options):
        """The row of one analysis; each is made once."""
        key = tuple(options.values())
        if key not in self._rows:
            self._rows[key] = self._row(options)
        return self._rows[key]

    def _row(self, options):
        chosen = options["measure"], options["reading"]
        outcome = replace(self.result.outcome, few=None, measure=chosen[0], reading=chosen[1])
        comparison = replace(self.result.comparison, multi_arm=options["multi_arm"])
        spec = AnalysisSpec(
            "own",
            "Own",
            options["model"],
            options["tau2"],
            options["ci"] or "Wald",
            zero_cells=options["zero_cells"],
            double_zero=options["double_zero"],
            tau_prior=(
                self.result.analyses[0].spec.tau_prior if options["model"] == "bayes" else None
            ),
        )
        key = (*chosen, options["multi_arm"])
        if key not in self._studies:
            data = [study_data(trial, outcome, comparison) for trial in self.trials]
            self._studies[key] = [s for i in data if not isinstance(i, Omission) for s in i]
        studies = [s for s in self._studies[key] if s.study != options["left_out"]]
        return synthesise(outcome, [spec], comparison, studies).analyses[0].estimates[0]


@cache
def alone(id_):
    """Of an outcome of the anakinra review, for all tests of it."""
    return Alone(*outcomes(ANAKINRA)[id_])


def check_all(alone, found, every=1):
    rows = found.specifications
    for i in range(0, len(rows.code), every):
        options = options_taken(found, rows.code[i])
        row = alone(options)
        assert row.k == rows.k[i], options
        for expected, value in (
            (row.estimate, rows.estimate[i]),
            (row.ci_low, rows.ci_low[i]),
            (row.ci_high, rows.ci_high[i]),
            (row.p, rows.p[i]),
        ):
            if expected is None:  # a limit too large for a float
                assert value is None, options
            else:
                assert value == pytest.approx(expected, rel=1e-8, abs=1e-12), options


@pytest.mark.parametrize("id_", IDS)
def test_every_specification_is_what_that_analysis_gives_alone(id_):
    result, trials = outcomes(ANAKINRA)[id_]
    check_all(alone(id_), multiverse(result, trials, DEFAULT))


@pytest.mark.slow
@pytest.mark.parametrize("id_", ["acr20_w24", "acr70_w24", "serious_infection"])
def test_so_is_every_specification_of_every_method(id_):
    result, trials = outcomes(ANAKINRA)[id_]
    check_all(alone(id_), multiverse(result, trials, EVERYTHING))


@pytest.mark.parametrize("id_", ["acr20_w24", "serious_infection"])
def test_so_it_is_where_a_prior_leads(id_):
    result, trials = led_outcome(ANAKINRA, id_)
    found = multiverse(result, trials, DEFAULT)
    models = [options_taken(found, code)["model"] for code in found.specifications.code]
    assert models[0] == "bayes"
    assert set(models) >= {"bayes", "random", "IV", "MH"}
    check_all(Alone(result, trials), found)


def test_so_it_is_with_thirteen_trials():
    (result, trials), *_ = outcomes(BCG).values()
    found = multiverse(result, trials, DEFAULT)
    assert found.tally.analyses == 14 * (17 + 18 + 17)
    check_all(Alone(result, trials), found, every=7)


def test_mixed_models_are_fitted_as_alone():
    (result, trials), *_ = outcomes(BCG).values()
    choices = MultiverseChoices(
        measures=("OR",), models=("GLMM",), tau2=("DL",), ci=("Wald",), leave_one_out=False
    )
    found = multiverse(result, trials[:4], choices)
    models = {options_taken(found, code)["model"] for code in found.specifications.code}
    assert models == {"random", "GLMM"}
    check_all(Alone(result, trials[:4]), found)


def _row(arm, **numbers):
    blank = dict.fromkeys(
        ("events", "total", "events_low", "events_high", "mean", "sd", "estimate", "se",
         "ci_low", "ci_high")
    )  # fmt: skip
    text = {"outcome": "x", "week": 24, "reading": "", "reported_percent": "", "source_id": ""}
    more = {"reference_arm_id": "", "provenance": "reported", "note": "", "cell": Cell("f", 2)}
    return Result(**blank | text | more | {"arm_id": arm} | numbers)


def _trial(number, rows):
    study = Study(f"t{number}", f"T {number}", 2000 + number, "", "included", "", "", None, None,
                  "", "", "", Cell("s", 2))  # fmt: skip
    arms = tuple(
        Arm(arm, role, arm, arm, None, "", None, "", "", Cell("a", 2))
        for arm, role in (("drug", "intervention"), ("placebo", "control"))
    )
    return Trial(study, arms, tuple(rows), ())


KINDS = {
    ("proportion", "PFT"): lambda i: [_row("drug", events=3 + i, total=30 + i)],
    ("proportion", "PLO"): lambda i: [_row("drug", events=i, total=30 + i)],
    ("rate", "IRR"): lambda i: [
        _row("drug", events=3 + i, person_time=30.0 + i),
        _row("placebo", events=i, person_time=20.0),
    ],
    ("continuous", "SMD"): lambda i: [
        _row("drug", mean=3.0 + i, sd=2.0, total=20), _row("placebo", mean=1.0, sd=3.0, total=22)
    ],
    ("generic", "HR"): lambda i: [
        _row("drug", reference_arm_id="placebo", estimate=-0.2 * i, se=0.3 + 0.1 * i)
    ],
    ("binary", "ASD"): lambda i: [
        _row("drug", events=3 + i, total=30), _row("placebo", events=i, total=20)
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_every_type_of_outcome_has_one(kind):
    """Four invented trials; of proportions, rates and counts one has an empty cell."""
    type_, measure = kind
    outcome = OutcomeSpec("x", "X", "x", 24, type_, measure, "harm", ("primary",))
    config = replace(
        review(ANAKINRA).config,
        comparisons={"": Comparison(("drug",), ("placebo",))},
        analyses=(AnalysisSpec("primary", "P", tau2="PM", ci="HKSJ-adhoc"),),
    )
    result, trials = pooled(config, [_trial(i, KINDS[kind](i)) for i in range(4)], outcome)
    choices = replace(
        DEFAULT, measures=("RR", "RD", "MD", "SMD", "IRR", "IRD", "PLO", "PAS", "PFT")
    )
    found = multiverse(result, trials, choices)
    assert found.scales[0].measure == measure
    assert len(found.scales) == {"generic": 1, "proportion": 3, "binary": 3}.get(type_, 2)
    assert found.tally.analyses > 50
    check_all(Alone(result, trials), found)


TWO = replace(DEFAULT, tau2=("DL",), ci=("HKSJ-adhoc",))
ONE = replace(DEFAULT, tau2=(), ci=())
"""Beside the primary analysis's own: all of them, crossed with all else, are one outcome's."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("id_", "choices"),
    [("serious_infection", DEFAULT), ("acr20_w24", TWO), ("acr70_w24", ONE), ("infection", ONE)],
    ids=["all-serious_infection", "two-acr20_w24", "one-acr70_w24", "one-infection"],
)
def test_nothing_is_left_out(id_, choices):
    """The product of all options, each analysed alone, holds no result that is not there."""
    result, trials = outcomes(ANAKINRA)[id_]
    found = multiverse(result, trials, choices)
    rows = found.specifications
    there = {
        (options_taken(found, code)["measure"], k, f"{e:.6g} {p:.5g}")
        for code, k, e, p in zip(rows.code, rows.k, rows.estimate, rows.p, strict=True)
    }
    lists = [dimension.options for dimension in found.dimensions]
    needed = set()
    for values in product(*lists):
        options = dict(zip(DIMENSIONS, values, strict=True))
        if not possible(result, trials, options):
            continue
        row = alone(id_)(options)
        if row.estimate is not None:
            needed.add((options["measure"], row.k, f"{row.estimate:.6g} {row.p:.5g}"))
    assert there == needed


def possible(result, trials, options):
    """Whether a combination has a meaning; of what a common-effect model ignores, the first."""
    outcome = replace(result.outcome, measure=options["measure"])
    random = options["model"] == "random"
    if not random and (options["tau2"], options["ci"]) != ("REML", "HKSJ"):
        return False
    options |= {} if random else {"tau2": None, "ci": "Wald"}
    spec = AnalysisSpec("a", "A", options["model"], options["tau2"], options["ci"])
    several = any(sum(arm.treatment == "anakinra" for arm in trial.arms) > 1 for trial in trials)
    if options["multi_arm"] == "covariance" and several and check_multi_arm(outcome, spec):
        return False
    return check_combination(outcome, spec) is None


def test_the_primary_analysis_is_found_in_its_place():
    for result, trials in outcomes(ANAKINRA).values():
        found = multiverse(result, trials, DEFAULT)
        own = result.analyses[0].estimates[0]
        if found.primary is None:
            assert own.estimate is None or result.outcome.sensitivity_of
            continue
        rows = found.specifications
        assert rows.estimate[found.primary] == pytest.approx(own.estimate, rel=1e-9)
        assert rows.ci_low[found.primary] == pytest.approx(own.ci_low, rel=1e-9)
        same = [
            e
            for code, e in zip(rows.code, rows.estimate, strict=True)
            if options_taken(found, code)["measure"] == result.outcome.measure
        ]
        assert found.lower == sum(
            f"{e:.8g}" != f"{own.estimate:.8g}" and e < own.estimate for e in same
        )


def test_an_undeclared_choice_of_the_primary_analysis_belongs_all_the_same():
    result, trials = outcomes(ANAKINRA)["acr20_w24"]
    choices = MultiverseChoices(
        measures=("OR",), models=("MH",), tau2=("DL",), ci=("Wald",), multi_arm=("combine",),
        zero_cells=("only0",), double_zero=("exclude",), readings=False, leave_one_out=False,
    )  # fmt: skip
    found = multiverse(result, trials, choices)
    assert [d.options for d in found.dimensions][:4] == [
        ("RR", "OR"), ("random", "MH"), ("REML", "DL"), ("HKSJ", "Wald"),
    ]  # fmt: skip
    # For each measure two tau2 by two intervals, and Mantel-Haenszel.
    assert found.tally.analyses == 2 * (2 * 2 + 1)


def test_shares_count_estimates_and_intervals_on_each_side():
    result, trials = outcomes(ANAKINRA)["serious_infection"]
    found = multiverse(result, trials, DEFAULT)
    rows = found.specifications
    nulls = [0.0 if options_taken(found, code)["measure"] == "RD" else 1.0 for code in rows.code]
    below = sum(e < n for e, n in zip(rows.estimate, nulls, strict=True))
    ci_above = sum(low > n for low, n in zip(rows.ci_low, nulls, strict=True))
    assert (found.tally.below, found.tally.ci_above) == (below, ci_above)
    assert sum(scale.tally.analyses for scale in found.scales) == len(rows.code)
    assert below > 0
    assert ci_above > 0
    firsts = [*(scale.first for scale in found.scales), len(rows.code)]
    for scale, after in zip(found.scales, firsts[1:], strict=True):
        part = [float(f"{e:.8g}") for e in rows.estimate[scale.first : after]]
        assert part == sorted(part)
        assert scale.low == pytest.approx(part[0])
        assert scale.high == pytest.approx(part[-1])


def test_rules_for_empty_cells_count_once_where_no_cell_is_empty():
    result, trials = outcomes(ANAKINRA)["injection_site_reaction"]
    found = multiverse(result, trials, DEFAULT)
    taken = [options_taken(found, code) for code in found.specifications.code]
    assert {(t["zero_cells"], t["double_zero"]) for t in taken} == {("only0", "auto")}


def test_a_reading_has_no_multiverse_of_its_own():
    result, trials = outcomes(ANAKINRA)["acr20_w24_randomised"]
    found = multiverse(result, trials, DEFAULT)
    assert "acr20_w24" in found.reason
    assert found.specifications.code == ()


def test_without_a_result_there_is_a_reason():
    result, trials = outcomes(ANAKINRA)["acr20_completers"]
    assert multiverse(result, trials, DEFAULT).reason
    assert multiverse(result, [], DEFAULT).reason


@pytest.mark.parametrize(("kind", "measure"), [("binary", "RR"), ("binary", "OR"), ("rate", "IRR")])
def test_an_outcome_without_any_event_has_no_multiverse_of_corrections(kind, measure):
    """Corrected cells of four empty trials agree so well that intervals would exclude no effect."""
    size = {"total": 100} if kind == "binary" else {"person_time": 90.0}
    trials = [
        _trial(i, [_row(arm, events=0, **size) for arm in ("drug", "placebo")]) for i in range(4)
    ]
    spec = OutcomeSpec("x", "X", "x", 24, kind, measure, "harm", ("main",))
    main = AnalysisSpec("main", "", tau2="REML", ci="HKSJ")
    sides = Comparison(("drug",), ("placebo",))
    data = [one for trial in trials for one in study_data(trial, spec, sides)]
    result = synthesise(spec, [main], sides, data)
    found = multiverse(result, trials, EVERYTHING)
    assert result.analyses[0].estimates[0].estimate is None
    assert found.scales == ()
    assert "no trial has an event" in found.reason


def test_a_record_survives_its_file_and_is_small():
    result, trials = outcomes(ANAKINRA)["acr70_w24"]
    text = store.to_json(multiverse(result, trials, DEFAULT))
    assert store.to_json(store.from_json(Multiverse, text)) == text
    assert len(text) < 200_000
