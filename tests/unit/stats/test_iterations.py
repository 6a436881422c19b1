"""No iteration ends by its count: what it gives was reached, or an error says that it was not."""

import ast
from pathlib import Path

import numpy as np
import pytest
from tests.reviews import REPOSITORY

from metasynth.stats import glmm, newton, quadrature, trim_and_fill
from metasynth.stats.effects.binary import Tables
from metasynth.stats.mixed_model import _variance
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.roots import bracketed_root, bracketed_roots, falling_root, falling_roots
from metasynth.stats.roots_of_rising import rising_roots

PACKAGE = REPOSITORY / "workflow" / "metasynth"
MODULES = sorted(PACKAGE.rglob("*.py"))
COUNTED = """
for _ in range(MOST_STEPS):
    x = better(x)
    if good(x):
        break
return x
"""
REFUSED = """
for _ in range(MOST_STEPS):
    x = better(x)
    if good(x):
        return x
raise NotReached("so many steps")
"""


def parts(tree):
    """All lists of statements that follow each other."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements:
                yield statements


def is_counted(node):
    """Whether it is a loop that does the same a fixed number of times at most."""
    if not (isinstance(node, ast.For) and isinstance(node.iter, ast.Call)):
        return False
    most = node.iter.args[min(1, len(node.iter.args) - 1)] if node.iter.args else None
    fixed = isinstance(most, ast.Constant) or (isinstance(most, ast.Name) and most.id.isupper())
    names = {n.id for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)}
    same = getattr(node.target, "id", "") not in names
    return getattr(node.iter.func, "id", "") in ("range", "count") and fixed and same


def silent_ends(code):
    """Lines of the counted loops after which nothing is raised."""
    for statements in parts(ast.parse(code)):
        for node, after in zip(statements, [*statements[1:], None], strict=True):
            if is_counted(node) and not any(
                isinstance(end, ast.Raise) for end in (after, *node.orelse[:1])
            ):
                yield node.lineno


def test_the_rule_tells_the_two_apart():
    assert list(silent_ends(COUNTED)) == [2]
    assert list(silent_ends(REFUSED)) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_loop_ends_by_its_count(path):
    assert list(silent_ends(path.read_text(encoding="utf-8"))) == []


def test_no_minimiser_is_trusted():
    """Theirs end by counts, too, and where the height is flat to rounding."""
    users = [p.name for p in MODULES if "scipy.optimize" in Path(p).read_text(encoding="utf-8")]
    assert users == []


TABLES = Tables(*np.array([[4, 123, 11, 139], [6, 306, 29, 303], [62, 13598, 248, 12867.0]]).T)


@pytest.mark.parametrize("fit", glmm.OF_TABLES.values())
@pytest.mark.parametrize("module", [newton, quadrature])
def test_a_model_without_steps_enough_has_no_answer(fit, module, monkeypatch):
    assert np.isfinite(fit(TABLES).mean)
    monkeypatch.setattr(module, "MOST_STEPS", 1)
    with pytest.raises(EffectUndefined, match="was not reached"):
        fit(TABLES)


def test_trimming_without_rounds_enough_has_no_answer(monkeypatch):
    y, v = np.array([0.1, 0.2, 0.9, 1.4, 2.0]), np.array([0.01, 0.02, 0.2, 0.4, 0.5])
    assert trim_and_fill.trim_and_fill(y, v).filled >= 0
    monkeypatch.setattr(trim_and_fill, "MOST_ROUNDS", 1)
    with pytest.raises(trim_and_fill.NoConvergence):
        trim_and_fill.trim_and_fill(y, v)


def test_where_a_likelihood_is_not_at_a_maximum_there_is_no_answer():
    """A place that a climb did not end at is refused, whatever led there."""
    model, (start, *_) = glmm._random_levels(TABLES)
    with pytest.raises(EffectUndefined, match=r"still rises|too flat"):
        _variance(model, model.at(start.at_tau(0.3), 31))


def holed(low, high):
    """A function that falls from 1 to -1, with no value between `low` and `high`."""
    return lambda x: np.where((low < x) & (x < high), np.nan, np.where(x < (low + high) / 2, 1, -1))


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.9), (0.4, 0.6), (-1.0, 2.0), (0.29, 0.31)])
def test_where_a_function_has_no_value_there_is_no_root(low, high):
    function, ends = holed(low, high), (np.zeros(1), np.ones(1))
    for root in (bracketed_root, falling_root):
        with pytest.raises(ValueError, match=r"no value|no change of sign"):
            root(lambda x: float(function(x)), 0.0, 1.0)
    for roots in (bracketed_roots, falling_roots):
        assert np.isnan(roots(function, *ends, np.full(1, 1e-12))).all()
    with pytest.raises(EffectUndefined, match="no value"):
        rising_roots(lambda x: (-function(x), np.ones(1)), *ends, np.full(1, 0.5), np.zeros(1))


@pytest.mark.parametrize("high", [0.0, 1.0])
def test_a_function_that_never_falls_below_0_is_told_of(high):
    with pytest.raises(ValueError, match="no root"):
        falling_root(lambda x: 1.0, 0.0, high)
    ends, start = np.array([0.0, 0.0]), np.array([1.0, high])
    with pytest.raises(ValueError, match="no root"), np.errstate(over="ignore"):
        falling_roots(lambda x: np.array([-1.0, 1.0]), ends, start, np.zeros(2))


def test_a_column_without_a_value_leaves_the_others_their_roots():
    targets = np.array([2.0, np.nan, 3.0])
    found = bracketed_roots(lambda x: x * x - targets, np.zeros(3), np.full(3, 2.0), np.zeros(3))
    assert found[[0, 2]] == pytest.approx(np.sqrt([2.0, 3.0]), rel=1e-15)
    assert np.isnan(found[1])
