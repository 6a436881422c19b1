"""Trials that all have the same effect: every later analysis says so, and none stops the run."""

import pytest

from metasynth.crosscheck.compare import crosscheck
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    CovariateSpec,
    Group,
    OutcomeSpec,
    StudyData,
)
from metasynth.sensitivity.battery import battery
from metasynth.synthesis.synthesise import synthesise

ANALYSES = (
    AnalysisSpec("primary", "P", tau2="REML", ci="HKSJ", prediction="HK"),
    AnalysisSpec("uwls", "U", model="IV", ci="UWLS"),
)
TWELVE = range(12)


def study(number: int, one: Group, other: Group) -> StudyData:
    name = f"s{number}"
    return StudyData(name, name, 2000, intervention=one, control=other, covariate=float(number % 5))


def counted(number: int, share: int) -> StudyData:
    """`share` tenths of the treated have the event, and two tenths of the others."""
    n = 20 + 3 * number
    groups = (Group(("a",), "A", total=10 * n, events=n * tenths) for tenths in (share, 2))
    return study(number, *groups)


def measured(number: int, mean: float) -> StudyData:
    n, sd = 20 + 3 * number, 1 + number / 10
    return study(
        number,
        Group(("a",), "A", total=n, mean=mean, sd=sd),
        Group(("b",), "B", total=n, mean=5.0, sd=2.0),
    )


@pytest.mark.parametrize(
    ("kind", "measure", "studies"),
    [
        *(
            ("binary", m, [counted(i, s) for i in TWELVE])
            for m in ("RD", "RR", "OR")
            for s in (2, 3)
        ),
        *(("continuous", "MD", [measured(i, x) for i in TWELVE]) for x in (5.0, 5.1, 4.3)),
    ],
)
def test_analyses_of_trials_that_agree(kind: str, measure: str, studies: list[StudyData]) -> None:
    outcome = OutcomeSpec(
        *("x", "X", "x", None, kind, measure, "harm", ("primary", "uwls")),
        covariate=CovariateSpec("dose", "Dose"),
    )
    result = synthesise(outcome, ANALYSES, Comparison(("a",), ("b",)), studies)
    for analysis in result.analyses:
        (whole,) = analysis.estimates
        assert whole.ci_low == whole.ci_high
        assert whole.p is None
    found = battery(result)
    told = {test.name: test for test in found.asymmetry}
    assert told["Egger"].p is told["Begg"].p is None
    assert told["Egger"].reason
    assert told["Begg"].reason
    assert found.trim_and_fill.filled == 0
    assert found.regression is not None
    assert found.regression.slope is None
    assert "exactly on a line" in found.regression.reason
    assert all(row.below <= 1e-8 for row in crosscheck(result))
