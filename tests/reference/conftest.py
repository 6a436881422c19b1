"""Where REFERENCE_DIFFERENCES names a folder, each comparison with a reference is noted there.

Of them docs/make_validation.py makes docs/validation.md: how many values of each kind were
compared, and the largest difference. A test whose parameter is an `example` is noted by that, too.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import pytest

FOLDER = os.environ.get("REFERENCE_DIFFERENCES")
EXACT = 1e-8
_noted: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0])
_approx = pytest.approx


class Watched:
    """What pytest.approx gives, that notes what it is compared with."""

    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__, __array_priority__ = None, 100  # an array leaves the comparison to it

    def __init__(self, names: tuple[str, ...], expected: Any, inner: Any):
        self.names, self.expected, self.inner = names, expected, inner

    def __eq__(self, actual: object) -> bool:
        alike = bool(self.inner == actual)
        for one, other in pairs(actual, self.expected) if alike else ():
            difference = abs(one - other) / max(1.0, abs(other))
            for noted in (_noted[name] for name in self.names):
                noted[0] += 1
                noted[1] += difference <= EXACT
                noted[2] = max(noted[2], difference)
        return alike

    def __repr__(self) -> str:
        return repr(self.inner)


def pairs(actual: Any, expected: Any) -> Iterator[tuple[float, float]]:
    """The finite numbers at the same place of two values of one shape."""
    if isinstance(expected, Mapping):
        for key in expected:
            yield from pairs(actual[key], expected[key])
    elif isinstance(expected, Iterable) and not isinstance(expected, str):
        several = actual if isinstance(actual, Iterable) else [actual] * len(list(expected))
        for one, other in zip(several, expected, strict=True):
            yield from pairs(one, other)
    elif isinstance(actual, Iterable) and not isinstance(actual, str):
        for one in actual:
            yield from pairs(one, expected)
    elif actual is not None and expected is not None:
        one, other = float(actual), float(expected)
        if isfinite(one) and isfinite(other):
            yield one, other


@pytest.fixture(autouse=bool(FOLDER))
def watched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pytest.approx of a test is noted under its module."""
    module = request.module.__name__.rpartition(".")[2]
    chosen = getattr(request.node, "callspec", None)
    example = chosen.params.get("example") if chosen else None
    names = (module, f"{module}/{example}") if example else (module,)

    def approx(expected: Any, *given: Any, **named: Any) -> Watched:
        return Watched(names, expected, _approx(expected, *given, **named))

    monkeypatch.setattr(pytest, "approx", approx)


def pytest_sessionfinish() -> None:
    """One file a process, as several may run."""
    if FOLDER and _noted:
        path = Path(FOLDER) / f"{os.environ.get('PYTEST_XDIST_WORKER', 'all')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_noted, indent=1), encoding="utf-8")
