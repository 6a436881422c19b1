"""The mark of tests that run a review several times in different environments."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "reproducibility: whole runs in several environments")
