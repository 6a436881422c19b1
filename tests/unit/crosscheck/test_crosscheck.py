"""The results recomputed by statsmodels: whatever the tables, no alarm; whatever is wrong, one."""

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given
from tests.budget import examples

from metasynth.core.store import from_json, to_json
from metasynth.crosscheck import compare
from metasynth.crosscheck.compare import Disagreement, crosscheck
from metasynth.crosscheck.records import agreements
from metasynth.model.methods import CI_METHODS, MODELS, TAU2_METHODS, check_combination
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("drug",), ("placebo",))
COMMON = [AnalysisSpec(model, model, model=model) for model in MODELS if "GLMM" not in model]
RANDOM = [
    AnalysisSpec(f"{tau2}_{ci}", tau2, tau2=tau2, ci=ci)
    for tau2 in TAU2_METHODS
    for ci in CI_METHODS
]
SIDE = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TABLES = st.lists(st.tuples(SIDE, SIDE), min_size=1, max_size=12)


def pooled(tables, measure: str = "RR", analyses=(*COMMON, *RANDOM)) -> OutcomeResult:
    """An outcome's result with every analysis that its measure has."""
    studies = [
        StudyData(f"t{i}", f"T{i}", 2000 + i, Group(("i",), "i", *a), Group(("c",), "c", *c))
        for i, (a, c) in enumerate(tables)
    ]
    asked = OutcomeSpec("o", "O", "o", 1, "binary", measure, "harm", ("p",))
    able = [spec for spec in analyses if check_combination(asked, spec) is None]
    return synthesise(asked, able, COMPARISON, studies)


def stored(result: OutcomeResult) -> OutcomeResult:
    """The result as it is read from its file."""
    return from_json(OutcomeResult, to_json(result))


@pytest.mark.parametrize("measure", ["RR", "OR", "RD", "ASD"])
@given(tables=TABLES, first=st.sampled_from(RANDOM), second=st.sampled_from(COMMON))
@examples(15)
def test_whatever_the_tables_both_agree(measure: str, tables, first, second) -> None:
    rows = crosscheck(stored(pooled(tables, measure, [first, second])))
    assert all(row.below <= compare.TOLERANCE for row in rows)


def test_every_kind_of_number_is_compared() -> None:
    tables = [((10 + i, 100 + i), (20 - i, 90)) for i in range(12)]
    found = {row.quantity for m in ("RR", "OR") for row in crosscheck(pooled(tables, m))}
    assert found == {
        *("effect of a trial", "standard error of a trial", "pooled effect", "Q", "tau²"),
        *("standard error of the pool", "p-value of the pool", "slope of Egger’s regression"),
        "Q at the tau² of Paule and Mandel",
        *("Cochran–Mantel–Haenszel test", "Breslow–Day–Tarone test"),
    }


@pytest.mark.parametrize("field", ["log_estimate", "se", "tau2", "q", "p"])
def test_a_wrong_number_of_the_engine_stops(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from a bug that moves one number of every pool by a tenth of a millionth."""
    right = pooled([((10 + i, 100), (20 - i, 90)) for i in range(12)], analyses=RANDOM)

    def off(*arguments):
        result = synthesise(*arguments)
        return replace(
            result,
            analyses=tuple(
                replace(a, estimates=tuple(_moved(row, field) for row in a.estimates))
                for a in result.analyses
            ),
        )

    monkeypatch.setattr(compare, "synthesise", off)
    with pytest.raises(Disagreement, match=r"^o, .* here, and .* by statsmodels"):
        crosscheck(right)


def _moved(row, field):
    value = getattr(row, field)
    return replace(row, **{field: value + 1e-7 * max(1.0, abs(value))})


def test_a_stored_number_that_is_another_stops() -> None:
    right = pooled([((10 + i, 100), (20 - i, 90)) for i in range(5)])
    first = right.analyses[0]
    other = replace(first, estimates=(replace(first.estimates[0], log_estimate=0.1),))
    with pytest.raises(Disagreement, match=r"log_estimate is 0\.1 in the results"):
        crosscheck(replace(right, analyses=(other, *right.analyses[1:])))


def test_agreements_add_up() -> None:
    rows = crosscheck(pooled([((10, 100), (20, 90)), ((5, 50), (9, 60))]))
    assert sum(found.count for found in agreements(rows)) == sum(row.count for row in rows)
