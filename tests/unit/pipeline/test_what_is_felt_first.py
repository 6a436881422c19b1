"""Who adds a trial waits for a row of estimates and a forest plot: what leads to them is lean."""

import subprocess
import sys
from pathlib import Path

import pytest

from metasynth.core.paths import WORKFLOW

SCRIPTS = [*(WORKFLOW / "scripts").glob("*.py")]
FIRST = """
import gc, runpy, sys
from importlib import abc
class Watch(abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if gc.isenabled() and name.startswith("metasynth."):
            print(name)
sys.meta_path.insert(0, Watch())
sys.argv = [sys.argv[1], "--batch", "logs/none.log"]
runpy.run_path(sys.argv[0])
"""
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


@pytest.mark.parametrize("stage", sorted(path.stem for path in SCRIPTS if path.stem != "archive"))
def test_garbage_is_searched_for_only_when_all_is_imported(stage: str, tmp_path: Path) -> None:
    """A tenth of a plot's job, otherwise: each script imports pipeline.jobs before all else."""
    command = [sys.executable, "-c", FIRST, str(WORKFLOW / f"scripts/{stage}.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "plan.json" in done.stderr  # all is imported, and nothing is planned here
    before = {name.split(".")[1] for name in done.stdout.split()}
    assert before == {"core", "pipeline"}  # what pipeline.jobs itself imports
