"""SciPy's special functions, imported when the first is asked for, and no more than is needed.

They stand in one compiled module. The package around it imports, to serve arrays of other
libraries, nearly all of NumPy and SciPy's tests' tools: 0.2 s, which is more than most of a run's
jobs take. So the module is imported by itself, where that can be done without anyone noticing.
"""

import os
import sys
import threading
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any


def __getattr__(name: str) -> Any:
    found = getattr(_compiled(), name, None)
    if found is None:
        from scipy import special  # type: ignore[import-untyped]

        found = getattr(special, name)
    globals()[name] = found
    return found


@cache
def _compiled() -> ModuleType | None:
    """The compiled module; None where it has another name, or others could meet the stand-in.

    Python imports a module after its package, for which a bare one stands in meanwhile.
    """
    import scipy

    name = "scipy.special"
    if name in sys.modules or threading.active_count() > 1:
        return None
    stand_in = sys.modules[name] = ModuleType(name)
    stand_in.__path__ = [os.path.join(path, "special") for path in scipy.__path__]
    try:
        return import_module(f"{name}._ufuncs")
    except ImportError:
        return None
    finally:
        del sys.modules[name]
