"""The examples in docstrings are run: each public module's, as it is imported."""

import doctest
import importlib
import pkgutil

import pytest

import metasynth.model
import metasynth.stats
import metasynth.synthesis

MODULES = [
    name
    for package in (metasynth.model, metasynth.stats, metasynth.synthesis)
    for _, name, is_package in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if not is_package
]
WITH_EXAMPLES = {
    "metasynth.model.risks",
    "metasynth.synthesis.subgroups",
    *(
        f"metasynth.stats.{name}"
        for name in (
            *("covariate_fit", "heterogeneity", "influence", "intervals", "least_squares"),
            *("leave_one_out", "linear_model", "pool_columns", "pooling", "radial"),
            *("small_study", "subset_pools", "tau2"),
        )
    ),
}
"""Where examples must not get lost."""


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0
    assert found.attempted or name not in WITH_EXAMPLES
