"""SciPy's special functions without its package: the same functions, and nothing left behind."""

import re
import subprocess
import sys

import pytest

from metasynth.core.paths import PACKAGE

NAMES = sorted(
    {
        name
        for file in PACKAGE.rglob("*.py")
        if "import lazy_special as special" in (code := file.read_text("utf-8"))
        for name in re.findall(r"\bspecial\.(\w+)", code)
    }
)
"""Every function that this package uses."""

ALONE = f"""
import sys
from metasynth.core import lazy_special
found = [getattr(lazy_special, name) for name in {NAMES}]
assert not [name for name in sys.modules if name.startswith(("numpy.f2py", "scipy._lib._array"))]
from scipy import special, stats
assert all(one is getattr(special, name) for one, name in zip(found, {NAMES}, strict=True))
assert special.ndtri is sys.modules["scipy.special"]._ufuncs.ndtri
assert special.logsumexp([0.0]) == 0 and stats.norm.ppf(0.975) == special.ndtri(0.975)
assert lazy_special.logsumexp is special.logsumexp
"""

PUBLIC = f"""
import sys, threading
from importlib import machinery
from metasynth.core import lazy_special
{{}}
found = [getattr(lazy_special, name) for name in {NAMES}]
from scipy import special
assert found == [getattr(special, name) for name in {NAMES}]
"""

THREAD = """
threading.Thread(target=threading.Event().wait, daemon=True).start()
before = set(sys.modules)
lazy_special.ndtri
assert "scipy.special" in sys.modules  # the package itself, as another may be importing it
"""
RENAMED = """
class Refusing:
    def find_spec(name, path, target=None):
        if name == "scipy.special._ufuncs" and sys.modules["scipy.special"].__spec__ is None:
            raise ImportError(name)
sys.meta_path.insert(0, Refusing)
"""


def run(code: str) -> None:
    """In a process of its own, as what is imported stays."""
    told = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def test_the_functions_are_scipys_own_and_its_package_can_be_imported_later():
    assert len(NAMES) > 10
    run(ALONE)


@pytest.mark.parametrize("case", [THREAD, RENAMED, "from scipy import special"])
def test_where_the_module_cannot_be_imported_alone_the_package_is(case):
    run(PUBLIC.format(case))
