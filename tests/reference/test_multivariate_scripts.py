"""The exported R of multivariate analyses, run by R, gives the analyses' own numbers."""

import re
from pathlib import Path

import pytest
from tests.reference.test_multivariate_pools_against_metafor import COMPARISON, studies
from tests.rscript import printed_by_r

from metasynth.model.records import AnalysisSpec, OutcomeSpec
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script
from metasynth.synthesis.synthesise import synthesise

pytestmark = pytest.mark.slow  # rma.mv fits each model of several variances for seconds

CASES = [
    ("kearon1998|CS", "CS", "each", "CR2", 0.0),
    ("riley2003|CS", "CS", "common", "t", 0.5),
    ("kalaian1996|UN", "UN", "each", "Wald", 0.66),
    ("fine1993|HCS", "HCS", "each", "CR2", 0.6),
    ("fine1993|HCS", "HAR", "each", "Wald", 0.6),
    ("fine1993|HCS", "AR", "common", "CR1", 0.6),
    ("fine1993|HCS", "CAR", "each", "Wald", 0.6),
    ("crede2010|crossed", None, "common", "Wald", 0.0),
]
"""Where studies are from, structure, averages, interval and the correlation of errors."""


def outcome(case: str, structure: str | None, means: str, ci: str, correlation: float):
    spec = AnalysisSpec(
        *("m", "M"), model="multivariate", ci=ci, correlation=correlation,
        structure=structure, means=means,
    )  # fmt: skip
    crossed = () if structure else ("s2",)
    own = OutcomeSpec(
        *("o", "O", "o", None, "generic", "SMD", "harm", ("m",)),
        inner="outcome" if structure else None,
        crossed=crossed,
    )
    return synthesise(own, [spec], COMPARISON, studies(case, "study" if structure else "s1"))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What R prints of each case, all run in one process."""
    folder: Path = tmp_path_factory.mktemp("r")
    for number, case in enumerate(CASES):
        result = outcome(*case)
        (folder / f"{number}.csv").write_text(metafor_csv(result), "utf-8")
        (folder / f"{number}.R").write_text(metafor_script(result, f"{number}.csv"), "utf-8")
    run = (
        f"for (i in 1:{len(CASES)} - 1) {{ cat('case', i, '\\n');"
        " eval(parse(sprintf('%d.R', i)), new.env()) }"
    )
    return re.split(r"case \d+ \n", printed_by_r(folder, "-e", run))[1:]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][:3]}-{n}")
def test_r_repeats_the_pool_and_its_parts(printed: list[str], number: int) -> None:
    """Within what metafor's optimiser tells, which of variances near their limits is least."""
    case = CASES[number]
    pairs = re.findall(r"^\S* +(-?[\d.e+-]+) +(-?[\d.e+-]+)$", printed[number], re.MULTILINE)
    # The pool's three numbers; a variance or correlation at least; of levels average and error.
    assert len(pairs) >= (3 + 2 * 2 if case[2] == "each" else 4), printed[number]
    for theirs, here in pairs:
        assert float(theirs) == pytest.approx(float(here), rel=1e-5, abs=5e-6), printed[number]
