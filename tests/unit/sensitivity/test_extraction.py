"""Extraction uncertainty against brute force: every table pooled by `synthesise`, one at a time."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats
from tests.examples import ANAKINRA, led, led_outcome, outcomes, pooled, review

from metasynth.core import store
from metasynth.model.records import AnalysisSpec
from metasynth.sensitivity.admissible import admissible, chosen_tables
from metasynth.sensitivity.extraction import Extraction, extraction
from metasynth.synthesis.comparison import selected_rows

IDS = [outcome.id for outcome in review(ANAKINRA).config.outcomes]


def every_table(config, trials, outcome):
    """Trials with every admissible number in every row, for every reading; raw rows, no groups."""
    readings = {outcome.reading}
    if not outcome.reading:
        readings |= {
            row.reading
            for trial in trials
            for row in trial.results
            if (row.outcome, row.week) == (outcome.outcome, outcome.week)
        }
    for reading in sorted(readings):
        read = replace(outcome, reading=reading)
        versions = []
        for trial in trials:
            every = selected_rows(trial, read, config.comparison_of(read))
            rows = [row for row in every if not row.reference_arm_id]
            stated = [row for row in every if row.reported_p.startswith("<")]
            ranges = [
                range(
                    low if (low := r.events_low) is not None else r.events,
                    (r.events_high or r.events) + 1,
                )
                for r in rows
            ]
            versions.append(
                [
                    replace(
                        trial,
                        results=tuple(
                            replace(row, events=n) for row, n in zip(rows, numbers, strict=True)
                        ),
                    )
                    for numbers in product(*ranges)
                    if all(may_give(row, rows, numbers) for row in stated)
                ]
            )
        for table in product(*versions):
            yield pooled(config, table, read)[0]


def may_give(stated, rows, numbers):
    """Whether some test of SciPy's finds the published p-value ("<0.05") with these events."""
    events = {row.arm_id: (n, row.total - n) for row, n in zip(rows, numbers, strict=True)}
    cells = np.array([events[stated.arm_id], events[stated.reference_arm_id]])
    found = [stats.fisher_exact(cells).pvalue]
    found += [stats.chi2_contingency(cells, correction=c).pvalue for c in (True, False)]
    return min(found) < float(stated.reported_p[1:])


def brute_force(config, trials, outcome, name):
    rows = [
        analysis.estimates[0]
        for result in every_table(config, trials, outcome)
        for analysis in result.analyses
        if analysis.spec.name == name
    ]
    return [row for row in rows if row.estimate is not None], len(rows)


def check(found, rows):
    for range_, name in (
        (found.estimate, "estimate"),
        (found.ci_low, "ci_low"),
        (found.ci_high, "ci_high"),
        (found.p, "p"),
    ):
        values = [getattr(row, name) for row in rows]
        if None in values:  # a posterior has no p
            assert (range_.low, range_.high, set(values)) == (None, None, {None})
            continue
        assert range_.low == pytest.approx(min(values), rel=1e-9)
        assert range_.high == pytest.approx(max(values), rel=1e-9)
    below, above = sum(r.ci_high < 1 for r in rows), sum(r.ci_low > 1 for r in rows)
    own = rows[0]
    conclusions = {(r.ci_high < 1, r.ci_low > 1) for r in rows}
    # Several tables of arms can be one table of groups, so counts are compared as there or not.
    assert [found.below > 0, found.above > 0] == [below > 0, above > 0]
    assert found.changes == (len(conclusions) > 1)
    assert own is not None


@pytest.mark.parametrize("id_", IDS)
def test_ranges_are_those_of_pooling_every_table(id_):
    config = review(ANAKINRA).config
    result, trials = outcomes(ANAKINRA)[id_]
    found = extraction(result, trials)
    assert bool(found.ranges) == bool(result.studies)
    for own in found.ranges:
        rows, _ = brute_force(config, trials, result.outcome, own.analysis)
        assert own.exact
        assert own.seed is None
        check(own, rows)


@pytest.mark.parametrize("id_", ["acr20_w24", "acr70_w24", "serious_adverse_event"])
def test_so_are_those_of_a_posterior(id_):
    config = led(ANAKINRA).config
    result, trials = led_outcome(ANAKINRA, id_)
    own = extraction(result, trials).ranges[0]
    assert own.analysis == config.few.primary
    check(own, brute_force(config, trials, result.outcome, own.analysis)[0])


@pytest.mark.parametrize("multi_arm", ["split", "covariance"])
def test_arms_kept_apart_share_one_uncertain_control(multi_arm):
    config = review(ANAKINRA).config
    comparison = replace(config.comparisons[""], multi_arm=multi_arm)
    config = replace(
        config,
        comparisons={"": comparison},
        analyses=(AnalysisSpec("primary", "P", tau2="PM", ci="HKSJ-adhoc"),),
    )
    outcome = next(o for o in config.outcomes if o.id == "acr20_w24")
    outcome = replace(outcome, analyses=("primary",), as_published="")
    trials = [widen(trial) for trial in review(ANAKINRA).trials]
    result, used = pooled(config, trials, outcome)
    (found,) = extraction(result, used).ranges
    rows, count = brute_force(config, used, outcome, "primary")
    assert found.tables == found.pooled <= count
    check(found, rows)


def widen(trial):
    """Give the multi-arm trial's control and one of its arms a neighbouring integer."""
    if trial.study.study != "cohen2002":
        return trial
    rows = (
        replace(row, events_high=row.events + 1)
        if row.events is not None and row.arm_id in ("placebo", "anakinra_1")
        else row
        for row in trial.results
    )
    return replace(trial, results=tuple(rows))


def test_known_conclusion_that_depends_on_the_integers():
    """ACR70 at week 24: metafor finds 11 of 16 intervals above 1 (make_extraction_reference.R)."""
    found = extraction(*outcomes(ANAKINRA)["acr70_w24"])
    primary = found.ranges[0]
    assert (primary.tables, primary.above, primary.inconclusive) == (16, 11, 5)
    assert primary.changes
    assert found.readings == ("", "randomised")
    assert found.uncertain == ("cohen2004",)


def test_of_too_many_tables_corners_and_a_sample_are_pooled():
    result, trials = outcomes(ANAKINRA)["acr70_w24"]
    whole = extraction(result, trials).ranges[0]
    part = extraction(result, trials, limit=10).ranges[0]
    assert not part.exact
    assert part.tables == 16
    assert part.seed is not None
    assert part == extraction(result, trials, limit=10).ranges[0]
    assert whole.estimate.low <= part.estimate.low <= part.estimate.high <= whole.estimate.high
    # The extremes of these tables stand at corners, which are always pooled.
    assert part.estimate == whole.estimate
    assert part.ci_low == whole.ci_low


def test_the_extracted_table_comes_first_and_corners_are_ends_of_ranges():
    result, trials = outcomes(ANAKINRA)["acr70_w24"]
    reading = admissible(trials, result.outcome, result.comparison)[0]
    assert tuple(v[0] for variants in reading.variants for v in variants[:1]) == result.studies
    chosen = chosen_tables(reading, limit=8, total=16)
    assert not chosen[:, 0].any()
    corners = {
        (study.intervention.events, study.control.events)
        for variants, at in zip(reading.variants, reading.corners, strict=True)
        for i in at
        for study in variants[i]
        if study.study == "cohen2004"
    }
    assert corners == {(14, 4), (14, 5), (15, 6), (16, 4), (16, 6)}  # p<0.05 excludes (14, 6)


def test_a_sample_takes_every_integer_about_equally_often():
    result, trials = outcomes(ANAKINRA)["acr20_w24"]
    reading = admissible(trials, result.outcome, result.comparison)[0]
    variants = tuple(v * (1 if len(v) == 9 else 3000) for v in reading.variants)
    wide = replace(reading, variants=variants)
    chosen = chosen_tables(wide, limit=9000, total=wide.tables)
    place = next(i for i, v in enumerate(reading.variants) if len(v) == 9)
    counts = np.bincount(chosen[place, -9000:], minlength=9)
    assert counts.sum() == 9000
    assert np.all(np.abs(counts - 1000) < 5 * np.sqrt(1000))


def test_a_record_survives_its_file():
    found = extraction(*outcomes(ANAKINRA)["acr70_w24"])
    again = store.from_json(Extraction, store.to_json(found))
    assert again.ranges[0].tables == found.ranges[0].tables
    assert store.to_json(again) == store.to_json(found)


def test_without_numbers_there_is_a_reason():
    result, _ = outcomes(ANAKINRA)["acr70_w24"]
    found = extraction(replace(result, studies=()), [])
    assert found.ranges == ()
    assert found.reason
