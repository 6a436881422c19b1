"""SciPy's special functions, imported when the first is asked for.

Importing them takes longer than most of a run's jobs, of which few need them.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    from scipy import special  # type: ignore[import-untyped]

    found = globals()[name] = getattr(special, name)
    return found
