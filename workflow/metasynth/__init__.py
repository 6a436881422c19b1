"""A systematic review as a plain package: no Snakemake, no globals, no network.

For notebooks, `pool`, `regress`, `location_scale` and `Review`; they are imported when they are
asked for, and named here as texts, as no module of the engine depends on them.
"""

from importlib import import_module
from typing import Any

__all__ = ["Review", "__version__", "location_scale", "multivariate", "pool", "regress"]
_HOMES = {
    "multivariate": "metasynth.interface.multivariate",
    "pool": "metasynth.interface.pooling",
    "regress": "metasynth.interface.regression",
    "location_scale": "metasynth.stats.location_scale",
    "Review": "metasynth.interface.finished",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version(__name__)
    except metadata.PackageNotFoundError:
        return "0+unknown"  # run from a checkout that is not installed
