"""The short form of the matrix: the BCG review as usual, and with everything changed at once."""

from pathlib import Path

import pytest

from .matrix import Environment, different, environments, results, vector_features

pytestmark = [pytest.mark.reproducibility, pytest.mark.slow]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return results("bcg", environments()[0], tmp_path_factory.mktemp("usual"))


@pytest.mark.parametrize(
    "environment",
    [
        environments()[-1],
        Environment(
            "4 cores, other kernels",
            {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": vector_features(True)},
            cores=4,
        ),
    ],
    ids=lambda environment: environment.name,
)
def test_every_result_has_the_same_bytes(
    usual: dict[str, bytes], environment: Environment, tmp_path: Path
) -> None:
    assert usual
    assert different(usual, results("bcg", environment, tmp_path)) == []
