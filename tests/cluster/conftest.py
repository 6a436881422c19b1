"""A real Slurm of one node, started for the tests and stopped after them."""

import os
from collections.abc import Iterator

import pytest

from tests.cluster.one_node import missing_programs, one_node


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slurm: a run on a real cluster that the test starts")


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The start of a command line that sees this cluster."""
    missing = missing_programs()
    if (missing or os.getuid() != 0) and not os.environ.get("CI"):
        pytest.skip(f"needs root and Debian's slurm-wlm and munge; missing: {missing}")
    with one_node(tmp_path_factory.mktemp("slurm")) as seeing:
        yield seeing
