"""The short form of the matrix: the BCG review as usual, and with everything changed at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reviews import Review

from .matrix import Environment, different, environments, results, vector_features

pytestmark = [pytest.mark.reproducibility, pytest.mark.slow]


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
    finished: Callable[[str], Review], environment: Environment, tmp_path: Path
) -> None:
    usual = finished("bcg").results()
    assert usual
    assert different(usual, results("bcg", environment, tmp_path)) == []
