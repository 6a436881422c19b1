"""Moderators of trials in clusters: what is told, in words and tables, and when there is none."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.synthesis.test_three_levels import effects, pooled

import metasynth as ms
from metasynth.core.messages import in_english
from metasynth.interface.columns import BadData
from metasynth.language.languages import speak
from metasynth.model.moderated_effects import ModeratedEffects, rows
from metasynth.model.moderators import (
    ModeratorModel,
    ModeratorTerm,
    Profile,
    ProfileContrast,
    Setting,
)
from metasynth.model.records import AnalysisSpec, Cell, OutcomeResult, StudyData, StudyValue
from metasynth.provenance.moderators import moderator_entries
from metasynth.report.tables.moderators import _model, _notes
from metasynth.stats.nested_regression import fit_nested_regression
from metasynth.synthesis.moderated import moderated
from metasynth.synthesis.selection import effects_of

SIZE = ModeratorTerm("size", "Standard error", "size", centre=None)
KIND = ModeratorTerm("kind", "Kind", "population")
MODEL = ModeratorModel(
    "m",
    "The model",
    (SIZE, KIND),
    predictions=(Profile("p", "P", (Setting("size", 0.3),)),),
    contrasts=(ProfileContrast("c", "C", (Setting("size", 0.3),), (Setting("size", 0.1),)),),
)
SPECS = {
    name: AnalysisSpec("a", "A", name, ci="CR2") for name in ("three_level", "RVE-CORR", "RVE-HIER")
}


def valued(studies: list[StudyData], kinds: str = "ab") -> list[StudyData]:
    here = Cell("trials/a/study.csv", 2)
    return [
        replace(
            study,
            values=(
                StudyValue("size", here, number=study.contrast.se),
                StudyValue("population", here, word=kinds[i % len(kinds)]),
            ),
        )
        for i, study in enumerate(studies)
    ]


def made(
    name: str, model: ModeratorModel = MODEL, studies: list[StudyData] | None = None
) -> tuple[OutcomeResult, ModeratedEffects]:
    own = valued(effects("konstantopoulos2011")) if studies is None else studies
    spec = SPECS[name]
    result = pooled(own, spec, moderators=(model,))
    used = effects_of(result.studies, result.outcome, spec)
    return result, moderated(result.outcome, spec, result.studies, used.y, used.v)[0]


@pytest.mark.parametrize("name", SPECS)
def test_every_number_has_its_origin_and_its_place(name: str) -> None:
    result, found = made(name)
    assert found.reason is None
    assert (found.model, found.k, found.clusters, found.ci_method) == (name, 56, 11, "CR2")
    assert found.few_per_coefficient
    language = speak("en")
    entries = {
        e.key: e
        for e in moderator_entries((found,), result, (), {"kind": "computed", "of": ""}, language)
    }
    assert {entry.formula for key, entry in entries.items() if "m." in key} == {
        "formula-moderators-clusters"
    }
    table = list(_model(found, "o", False, language))
    said = "\n".join(str(one) for one in table)
    assert "11" in said
    assert "o.moderators.m.clusters" in entries
    assert ("o.moderators.m.tau2_between" in entries) == (name != "RVE-CORR")
    assert ("Residual heterogeneity" in said) == (name == "three_level")
    notes = " ".join(_notes([found], "o", language))
    assert "CR2" in notes
    assert ("R² is" in notes) == (name == "three_level")
    kinds = [row.kind for row in rows("o", found)]
    assert ("residual" in kinds) == (name == "three_level")
    (prediction,) = found.predictions
    assert (prediction.pi_low is None) == (name != "three_level")
    assert found.contrasts[0].df is not None


@pytest.mark.parametrize("name", SPECS)
def test_an_order_of_trials_changes_nothing(name: str) -> None:
    studies = valued(effects("konstantopoulos2011"))
    (_, one), (_, two) = made(name, studies=studies), made(name, studies=studies[::-1])
    for a, b in zip(one.coefficients, two.coefficients, strict=True):
        assert (a.estimate, a.se, a.df) == pytest.approx((b.estimate, b.se, b.df), rel=1e-9)
    assert one.qm == pytest.approx(two.qm, rel=1e-9)


def test_fewer_than_ten_clusters_are_refused() -> None:
    few = [study for study in valued(effects("konstantopoulos2011")) if study.cluster != "1"]
    few = [study for study in few if study.cluster != "2"]
    assert "about ten clusters" in in_english(made("three_level", studies=few)[1].reason)


@pytest.mark.parametrize("name", SPECS)
def test_what_one_cluster_alone_tells_of_is_refused(name: str) -> None:
    """The sandwich of a column with one cluster behind it is nearly 0."""
    studies = [
        replace(s, values=(replace(s.values[1], word="b" if s.cluster == "3" else "a"),))
        for s in valued(effects("konstantopoulos2011"))
    ]
    alone = ModeratorModel("m", "M", (KIND,))
    assert "one cluster alone tells of kind[b]" in in_english(made(name, alone, studies)[1].reason)
    if name == "three_level":
        assert made(name, replace(alone, ci="Wald"), studies)[1].reason is None


def test_no_test_where_clusters_are_too_few_for_it() -> None:
    many = valued(effects("konstantopoulos2011"), "abcdefghi")
    _, found = made("RVE-HIER", ModeratorModel("m", "M", (KIND,)), many)
    assert found.reason is None
    assert (found.qm, found.qm_p) == (None, None)
    assert "too few for the test" in " ".join(_notes([found], "o", speak("en")))


def test_a_data_frame_is_regressed_by_its_clusters() -> None:
    studies = valued(effects("konstantopoulos2011"))
    frame = {
        "yi": [s.contrast.estimate for s in studies],
        "sei": [s.contrast.se for s in studies],
        "size": [s.contrast.se for s in studies],
        "lab": [f"Lab {s.cluster}" for s in studies],
    }
    found = ms.regress(frame, "SMD", ["size"], cluster="lab", model="three_level", tests="CR1")
    assert found.effects.clusters == 11
    assert "in 11 clusters (REML)" in found.summary()
    with pytest.raises(BadData, match="leave clusters out"):
        found.influence()
    with pytest.raises(BadData, match="HKSJ"):
        ms.regress(frame, "SMD", ["size"], cluster="lab", model="RVE-CORR", tests="HKSJ")


def test_the_likelihood_is_highest_where_it_is_said_to_be() -> None:
    """Of a likelihood with two maxima, by brute force over a fine grid."""
    rng = np.random.Generator(np.random.PCG64(5))
    for _ in range(4):
        cluster = np.sort(rng.integers(0, 6, 14))
        _, cluster = np.unique(cluster, return_inverse=True)
        v = rng.uniform(0.01, 2.0, 14)
        x = np.column_stack([np.ones(14), rng.normal(size=14)])
        y = rng.normal(size=14) * rng.choice([0.1, 1.0])
        for method in ("REML", "ML"):
            found = fit_nested_regression(y, v, cluster, x, method)
            best = _brute_force(y, v, cluster, x, method == "REML")
            assert found.log_likelihood >= best - 1e-9


def _brute_force(
    y: np.ndarray, v: np.ndarray, cluster: np.ndarray, x: np.ndarray, restricted: bool
) -> float:
    """The largest log likelihood over a grid of both variances, by the whole covariance."""
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 20, 24)])
    same = cluster[:, None] == cluster
    best = -np.inf
    for between in grid:
        for within in grid:
            m = np.diag(v + within) + between * same
            inverse = np.linalg.inv(m)
            inner = x.T @ inverse @ x
            e = y - x @ np.linalg.solve(inner, x.T @ inverse @ y)
            value = np.linalg.slogdet(m)[1] + e @ inverse @ e
            df = len(y)
            if restricted:
                value += np.linalg.slogdet(inner)[1] - np.linalg.slogdet(x.T @ x)[1]
                df -= x.shape[1]
            best = max(best, -(value + df * np.log(2 * np.pi)) / 2)
    return best
