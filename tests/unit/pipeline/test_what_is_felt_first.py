"""Who adds a trial waits for a row of estimates and a forest plot: what leads to them is lean."""

import subprocess
import sys

import pytest

from metasynth.core.paths import WORKFLOW

IMPORTS = """
import runpy, sys
from metasynth.pipeline import jobs
jobs.run = lambda make: None
runpy.run_path(sys.argv[1])
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("stage", "without"),
    [
        ("clean", {"numpy", "matplotlib", "metasynth.synthesis"}),
        ("pool", {"matplotlib", "statsmodels", "metasynth.sensitivity.battery"}),
        ("tables", {"numpy", "matplotlib", "metasynth.audit"}),
        ("forest", {"scipy", "statsmodels", "metasynth.stats", "metasynth.sensitivity.battery"}),
    ],
)
def test_a_script_imports_nothing_that_it_can_do_without(stage: str, without: set[str]) -> None:
    script = str(WORKFLOW / f"scripts/{stage}.py")
    command = [sys.executable, "-c", IMPORTS, script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {*done.stdout.split()}
    assert "metasynth.pipeline.targets" in imported
    assert not imported & without
