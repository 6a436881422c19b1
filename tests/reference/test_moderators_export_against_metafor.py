"""The exported R scripts of meta-regressions on moderators, run by R itself, give our numbers."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.rscript import printed_by_r
from tests.unit.synthesis.test_moderators import DESIGN, LATITUDE, bcg, of

from metasynth.model.moderators import (
    ModeratorModel,
    ModeratorTerm,
    Profile,
    ProfileContrast,
    Setting,
)
from metasynth.model.records import AnalysisSpec, OutcomeResult
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script
from metasynth.synthesis.synthesise import synthesise

CODES = tuple((1, 2, 3)[i % 3] for i in range(13))
YEARS = (1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976)
KIND = tuple(("adults", "children", 'all "ages"')[i // 2 % 3] for i in range(13))
CODE = ModeratorTerm(
    "code", "Code", "code", levels=(("low", 1.0), ("middle", 2.0), ("high", 3.0)), reference="high"
)
TEN = ModeratorTerm("latitude", "Latitude", "latitude", centre=None, per=10.0)
YEAR = ModeratorTerm("if", "Year", "year", centre=1960.0)
MODELS = (
    ModeratorModel("plain", "Plain", (TEN, DESIGN)),
    ModeratorModel("z", "z tests", (LATITUDE, YEAR), (("latitude", "if"),), "Wald"),
    ModeratorModel(
        "categories",
        "Two categories",
        (CODE, ModeratorTerm("kind", "Kind", "population", reference="children")),
        predictions=(Profile("p", "P", (Setting("code", level="low"),)),),
        contrasts=(
            ProfileContrast(
                "c",
                "C",
                (Setting("code", level="low"), Setting("kind", level='all "ages"')),
                (Setting("code", level="middle"),),
            ),
        ),
    ),
    ModeratorModel(
        "classes",
        "Classes",
        (ModeratorTerm("latitude", "Latitude", "latitude", cuts=(20.0, 40.0)), YEAR),
        predictions=(Profile("p", "P", (Setting("latitude", level="≥40"),)),),
        contrasts=(
            ProfileContrast(
                "c", "C", (Setting("latitude", level="<20"),), (Setting("latitude", level="≥40"),)
            ),
        ),
    ),
    ModeratorModel(
        "curve",
        "A curve",
        (
            ModeratorTerm(
                "latitude", "L", "latitude", centre=30.0, per=5.0, knots=(15.0, 30.0, 50.0)
            ),
        ),
        predictions=(
            Profile("south", "S", (Setting("latitude", 10.0),)),
            Profile("north", "N", (Setting("latitude", 52.0),)),
        ),
    ),
    ModeratorModel("crossed", "Crossed", (DESIGN, TEN), (("design", "latitude"),)),
)


CLUSTERS = tuple("aabbccdefghij")
IN_CLUSTERS = (
    replace(MODELS[0], predictions=(Profile("p", "P", (Setting("latitude", 20.0),)),)),
    ModeratorModel(
        "other",
        "Other tests",
        (LATITUDE, YEAR),
        (("latitude", "if"),),
        "CR1",
        contrasts=(
            ProfileContrast("c", "C", (Setting("latitude", 10.0),), (Setting("latitude", 40.0),)),
        ),
    ),
    ModeratorModel("curve", "A curve", MODELS[4].terms, ci="CR0"),
)
SPECS = {
    "three levels": AnalysisSpec("primary", "P", "three_level", ci="CR2", correlation=0.5),
    "three levels, ML": AnalysisSpec("primary", "P", "three_level", "ML", ci="t"),
    "correlated effects": AnalysisSpec("primary", "P", "RVE-CORR", ci="CR2", correlation=0.8),
    "hierarchical effects": AnalysisSpec("primary", "P", "RVE-HIER", ci="CR2"),
}


def in_clusters(spec: AnalysisSpec) -> OutcomeResult:
    """The BCG trials as if some were of one cluster."""
    models = IN_CLUSTERS
    if spec.model == "three_level":
        models = (*models, replace(MODELS[0], name="z", ci="Wald"))
    result = bcg(*models, year=YEARS)
    pairs = zip(result.studies, CLUSTERS, strict=True)
    studies = tuple(replace(study, cluster=name) for study, name in pairs)
    outcome = replace(result.outcome, analyses=(spec.name,))
    return synthesise(outcome, [spec], result.comparison, studies)


def run(result: OutcomeResult, folder: Path) -> str:
    """What R prints."""
    (folder / "metafor.csv").write_text(metafor_csv(result), "utf-8")
    script = metafor_script(result, "metafor.csv").replace("digits = 8", "digits = 15")
    (folder / "metafor.R").write_text(script, "utf-8")
    return printed_by_r(folder, "metafor.R")


def pairs_of(printed: str) -> list[tuple[float, float]]:
    """Their numbers beside ours."""
    found = re.findall(
        r" +(-?[\d.]+(?:e[-+]\d+)?) +(-?[\d.]+(?:e[-+]\d+)?)$", printed, re.MULTILINE
    )
    return [(float(theirs), float(ours)) for theirs, ours in found]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[float, float]]:
    """What R prints beside our numbers, in their order."""
    result = bcg(*MODELS, code=CODES, year=YEARS, population=KIND)
    told = run(result, tmp_path_factory.mktemp("r"))
    return pairs_of(told.partition("\nSmall-study effects")[0].split("tau2", 1)[1])[1:]


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_r_gives_the_same_numbers_of_trials_in_clusters(name: str, tmp_path: Path) -> None:
    result = in_clusters(SPECS[name])
    found = of(result)
    assert [one.reason for one in found] == [None] * len(found)
    expected: list[float | None] = []
    for one in found:
        expected += [change.estimate for change in one.coefficients]
        expected += [change.se for change in one.coefficients]
        if one.ci_method != "Wald":
            expected += [change.df for change in one.coefficients]
        expected += [one.tau2] if one.tau2_between is None else [one.tau2_between, one.tau2_within]
        expected += [one.qm]
        expected += [at.log_estimate for at in one.predictions]
        expected += [at.se for at in one.predictions]
        expected += [change.estimate for change in one.contrasts]
        expected += [change.se for change in one.contrasts]
    pairs = pairs_of(run(result, tmp_path))
    own = pairs[len(pairs) - len(expected) :]
    assert [ours for _, ours in own] == pytest.approx(expected, rel=1e-7, abs=1e-12)
    for theirs, ours in pairs:
        assert theirs == pytest.approx(ours, rel=1e-6, abs=1e-7)


def test_r_gives_the_same_numbers(printed: list[tuple[float, float]]) -> None:
    found = of(bcg(*MODELS, code=CODES, year=YEARS, population=KIND))
    assert [one.reason for one in found] == [None] * len(MODELS)
    expected: list[float | None] = []
    for one in found:
        expected += [change.estimate for change in one.coefficients]
        expected += [change.se for change in one.coefficients]
        expected += [one.tau2, one.i2, one.qm, one.qe]
        expected += [at.log_estimate for at in one.predictions]
        expected += [at.se for at in one.predictions]
        expected += [change.estimate for change in one.contrasts]
        expected += [change.se for change in one.contrasts]
    assert [ours for _, ours in printed] == pytest.approx(expected, rel=1e-7, abs=1e-12)
    for theirs, ours in printed:
        assert theirs == pytest.approx(ours, rel=1e-6, abs=1e-9)
