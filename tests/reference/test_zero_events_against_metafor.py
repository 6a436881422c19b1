"""Studies in which nobody, or everybody, had the event: see make_zero_events_reference.R.

Whole outcomes go through `synthesise` by the default rule: differences keep such studies, ratios
leave them out, each with its reason, and the pooled counts are those of the studies that are left.
"""

from functools import cache

import pytest
from tests.reference.test_engine_against_metafor import rows, stacked

from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.synthesis.synthesise import synthesise

SPECS = {
    "IV": AnalysisSpec("IV", "", "IV"),
    "MH": AnalysisSpec("MH", "", "MH"),
    "random": AnalysisSpec("random", "", "random", "REML", "HKSJ"),
}
CLOSED, ITERATED = 1e-9, 1e-6


@cache
def studies(dataset):
    table = {**stacked("counts.csv"), **stacked("zero_events.csv")}[dataset]
    columns = [table[name].tolist() for name in ("a", "n1", "c", "n2")]
    rate = dataset == "no_event_in_one"
    return tuple(
        StudyData(f"s{i}", f"S {i}", 2000 + i, _group(a, n1, rate=rate), _group(c, n2, rate=rate))
        for i, (a, n1, c, n2) in enumerate(zip(*columns, strict=True))
    )


def _group(events, size, *, rate):
    if rate:
        return Group(("x",), "X", int(events), person_time=size)
    return Group(("x",), "X", int(events), int(size))


def outcome(measure, kind):
    name = "ASD" if measure == "AS" else measure
    return OutcomeSpec("o", "O", "o", None, kind, name, "harm", ("a",))


EXPECTED = rows("zero_events_pools.csv")


@pytest.mark.parametrize(
    "row", EXPECTED, ids=lambda row: f"{row['dataset']}-{row['measure']}-{row['model']}"
)
def test_pools_by_the_default_rule(row):
    kind = "rate" if row["measure"].startswith("IR") else "binary"
    spec, data = SPECS[row["model"]], studies(row["dataset"])
    result = synthesise(outcome(row["measure"], kind), [spec], Comparison((), ()), data)
    pooled = result.analyses[0].estimates[0]
    assert pooled.k == int(row["k"])
    left_out = [item for item in result.omissions if item.study]
    assert len(left_out) == len(data) - pooled.k
    assert all(item.reason for item in left_out)
    # The counts told beside the estimate are those of its studies.
    own = result.analyses[0].studies
    assert pooled.events_control == sum(study.events_control for study in own)
    if kind == "binary":
        assert pooled.total_intervention == sum(study.total_intervention for study in own)
    if row["low"] == row["high"] and row["model"] == "MH":  # no width is no result
        assert pooled.estimate is None
        return
    tolerance = ITERATED if row["model"] == "random" else CLOSED
    se = pooled.se or 1.0
    assert pooled.log_estimate == pytest.approx(
        float(row["mean"]), rel=tolerance, abs=tolerance * se
    )
    if row["p"] and pooled.p is not None:
        assert pooled.p == pytest.approx(float(row["p"]), rel=10 * tolerance, abs=1e-9)


def test_differences_and_ratios_of_the_same_data_are_both_in_the_reference():
    counted = {row["measure"] for row in EXPECTED}
    assert {"RR", "OR", "RD", "AS", "IRR", "IRD"} <= counted
    assert len({row["dataset"] for row in EXPECTED}) > 10
