"""The examples in docstrings are run, of every module that has any."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

import metasynth

ROOT = Path(metasynth.__file__).parent
PROMPT = re.compile(r"^\s+>>> ", re.MULTILINE)


def with_examples() -> list[str]:
    """Modules, by their names within the package, whose docstrings hold an example."""
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted(ROOT.rglob("*.py"))
        if PROMPT.search(path.read_text(encoding="utf-8"))
    ]


KEPT = {
    "interface.pooling",
    "model.risks",
    *(f"synthesis.{name}" for name in ("completed", "multi_arm", "stated_results", "subgroups")),
    *(
        f"stats.{name}"
        for name in (
            *("alpha_spending", "bayes", "bayes_exact", "bayes_fit", "bayes_regression"),
            *("columns", "common_effect_intervals", "conversions", "likelihood", "roots"),
            *("covariate_fit", "effects.binary", "effects.continuous", "effects.one_group"),
            *("effects.proportions", "effects.rates", "effects.scales", "glmm", "heterogeneity"),
            *("influence", "intervals", "least_squares", "leave_one_out", "linear_model"),
            *("medians", "models", "pool_columns", "pooling", "prior_densities", "radial"),
            *("score_intervals", "small_study", "stratified", "subset_pools", "tau2"),
            *("trim_and_fill", "two_by_two"),
        )
    ),
}
"""Where examples must not get lost."""


def test_examples_are_kept() -> None:
    assert set(with_examples()) >= KEPT


@pytest.mark.parametrize("name", with_examples())
def test_examples_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"metasynth.{name}"))
    assert found.attempted
    assert found.failed == 0
