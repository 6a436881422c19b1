"""Here so that pytest puts the project's root on the path: tests share their example reviews."""

import pytest
from hypothesis import settings

from tests.budget import USUAL
from tests.reviews import finished, fresh, ran

__all__ = ["finished", "fresh", "ran"]

# How long one example takes says how busy the machine is; what may not take long has a test of its
# own that measures it. All else is as without: on CI Hypothesis chooses a profile by itself.
settings.register_profile("unhurried", USUAL)
settings.load_profile("unhurried")

LONG = 10
"""Seconds after which a test is slow on a machine at rest."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"slow: takes more than {LONG} seconds, or is in a file with such tests"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: at the end no process waits for another's."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that should be marked as slow; on a busy machine it names others, too."""
    ran = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    of_tests = [r for r in ran if isinstance(r, pytest.TestReport) and r.when == "call"]
    if unmarked := [r for r in of_tests if r.duration > LONG and "slow" not in r.keywords]:
        terminalreporter.section(f"more than {LONG} s, and not marked as slow")
        for report in unmarked:
            terminalreporter.write_line(f"{report.duration:6.0f} s  {report.nodeid}")
