"""The examples in docstrings are run: each public module's, as it is imported."""

import doctest
import importlib
import pkgutil

import pytest

import metasynth.stats
import metasynth.synthesis

MODULES = [
    name
    for package in (metasynth.stats, metasynth.synthesis)
    for _, name, is_package in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if not is_package
]
WITH_EXAMPLES = {
    f"metasynth.stats.{name}"
    for name in ("heterogeneity", "intervals", "least_squares", "linear_model", "tau2")
}
"""Where examples must not get lost."""


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0
    assert found.attempted or name not in WITH_EXAMPLES
