"""What was tried on the check at load, counted (with `-n 0`: of one process)."""

from collections import Counter

import pytest

TRIED: Counter[str] = Counter()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TRIED:
        terminalreporter.section("bad input")
        for what, count in sorted(TRIED.items()):
            terminalreporter.write_line(f"{count:6}  {what}")
