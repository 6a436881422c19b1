"""Tests by resampling as reviews have them: numbers, words, origins, R, and what has none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.reference.test_moderators_export_against_metafor import pairs_of, run
from tests.unit.synthesis.test_clustered_moderators import MODEL as OF_CLUSTERS
from tests.unit.synthesis.test_clustered_moderators import SPECS, valued
from tests.unit.synthesis.test_moderators import DESIGN, LATITUDE, bcg, model, of
from tests.unit.synthesis.test_three_levels import effects, pooled

from metasynth.language.languages import speak
from metasynth.model.methods import check_combination
from metasynth.model.moderated_effects import rows
from metasynth.model.records import AnalysisSpec, OutcomeResult
from metasynth.model.resampling import Resampling
from metasynth.provenance.moderators import moderator_entries
from metasynth.provenance.outcome import outcome_entries
from metasynth.report.tables.moderators import _model, _notes
from metasynth.synthesis.metafor_export import metafor_script
from metasynth.synthesis.moderated import moderated
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import synthesise

ONE = Resampling(1)
RANDOM = AnalysisSpec("a", "A", ci="HKSJ", permutation=ONE)


def bcg_pool(spec: AnalysisSpec, k: int = 13) -> OutcomeResult:
    result = bcg()
    outcome = replace(result.outcome, analyses=("a",))
    return synthesise(outcome, [spec], result.comparison, result.studies[:k])


def test_bcg_has_the_numbers_of_permutest() -> None:
    """From metafor, all 8192 permutations: p = 0.0015; of latitude 1000 draws are near 0.009."""
    row = bcg_pool(replace(RANDOM, permutation=Resampling(1, 8192))).analyses[0].estimates[0]
    assert (row.p_resampled, row.resamplings) == (12 / 8192, 8192)
    (found,) = of(bcg(model(LATITUDE, permutation=ONE)))
    assert found.coefficients[1].p_resampled == found.p_resampled == pytest.approx(0.009, abs=0.006)
    assert (found.resampling, found.resamplings, found.all_resamplings) == (
        "permutation", 1000, False,
    )  # fmt: skip
    table = list(rows("o", found))
    assert [row.p_resampled for row in table if row.kind in ("model", "coefficient")] == [
        found.p_resampled, *(one.p_resampled for one in found.coefficients),
    ]  # fmt: skip


@pytest.mark.slow
def test_r_gives_the_same_permutation_tests(tmp_path: Path) -> None:
    pool = bcg_pool(RANDOM, 6)
    row = pool.analyses[0].estimates[0]
    assert row.resamplings == 2**6
    assert (row.p_resampled, row.p_resampled) in [
        pytest.approx(pair) for pair in pairs_of(run(pool, tmp_path).replace("[1,]", "  "))
    ]
    kinds = ("a",) * 2 + ("b",) * 11
    term = replace(DESIGN, name="kind", column="population", reference="")
    of_two = bcg(model(term, permutation=ONE), population=kinds)
    (found,) = of(of_two)
    assert (found.resamplings, found.all_resamplings) == (78, True)
    told = run(of_two, tmp_path).split("The permutation test")[-1]
    expected = [*(one.p_resampled for one in found.coefficients), found.p_resampled]
    theirs = [pair for pair in pairs_of(told) if pair[1] in map(pytest.approx, expected)]
    assert len(theirs) >= len(expected)
    assert all(one == pytest.approx(other, rel=1e-6) for one, other in theirs)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["RVE-CORR"])
def test_clusters_have_the_wild_bootstrap(name: str) -> None:
    own = valued(effects("konstantopoulos2011"))
    spec = replace(SPECS[name], wild_bootstrap=Resampling(1, 128))
    declared = replace(OF_CLUSTERS, wild_bootstrap=Resampling(1, 128))
    result = pooled(own, spec, moderators=(declared,))
    row = result.analyses[0].estimates[0]
    assert row.resamplings == 128
    assert row.p_resampled == pytest.approx(row.p, abs=0.1)
    used = effects_of(result.studies, result.outcome, spec)
    (found,) = moderated(result.outcome, spec, result.studies, used.y, used.v)
    assert [term.p_resampled is not None for term in found.terms] == [True, True]
    assert found.resampling == "wild_bootstrap"
    for language in (speak("en"), speak("pl")):
        own_entries = moderator_entries((found,), result, (), {"kind": "c", "of": ""}, language)
        entries = {entry.key: entry for entry in own_entries}
        assert entries["o.moderators.m.p_resampled"].formula == "formula-wild-bootstrap"
        assert "o.moderators.m.terms.0.p_resampled" in entries
        assert all(len(one.cells) == 7 for one in list(_model(found, "o", True, language))[1:])
        assert "128" in " ".join(_notes([found], "o", language))
        pool = {entry.key: entry for entry in outcome_entries(result, {}, language)}
        key = next(key for key in pool if key.endswith(".all.p_resampled") or "p_resampled" in key)
        assert pool[key].formula == "formula-wild-bootstrap"
    assert "no wild cluster bootstrap" in metafor_script(result, "x.csv")


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"ci": "KR"}, "statistic of ci Wald, HKSJ or HKSJ-adhoc, not of KR"),
        ({"model": "IV", "ci": "Wald"}, "a test of the model random, not of IV"),
        ({"model": "RVE-CORR", "ci": "CR2"}, "wild_bootstrap is that of clusters"),
        ({"tau2": "DL-MH"}, "DL-MH is of counts"),
        ({"permutation": None, "wild_bootstrap": ONE}, "a test of RVE-CORR, RVE-HIER, three_level"),
    ],
)
def test_what_has_no_such_test_is_said(choices: dict[str, Any], reason: str) -> None:
    assert reason in (check_combination(bcg().outcome, replace(RANDOM, **choices)) or "")
