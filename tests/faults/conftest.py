"""The mark of the fault tests, how long they last, and what they counted.

pytest tests/faults                          3 moments of killing, and each other fault
FAULT_MOMENTS=40 pytest tests/faults         the long version; FAULT_SEED chooses other moments,
                                                 and after FAULT_MINUTES (60) no other is begun
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .broken import COUNTS, KINDS, Small, small

MOMENTS = int(os.environ.get("FAULT_MOMENTS", len(KINDS)))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: runs that are killed, short of room, or interfered")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "moment" in metafunc.fixturenames:
        metafunc.parametrize("moment", range(MOMENTS))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if COUNTS:
        terminalreporter.section("faults")
        for what, count in sorted(COUNTS.items()):
            terminalreporter.write_line(f"{count:4}  {what}")


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The small review after one undisturbed run; what it gives is not to be changed."""
    review = small(tmp_path_factory.mktemp("clean"))
    review.run()
    return review


@pytest.fixture
def never_ran(tmp_path: Path) -> Small:
    """The small review before its first run."""
    return small(tmp_path / "review")


@pytest.fixture
def mounted(tmp_path: Path) -> Callable[[Path, str], None]:
    """Mounts a small file system of its own; on one that may not, the test is skipped, loudly."""
    from .mounts import Mounts

    with Mounts() as mounts:
        yield mounts.tmpfs
