"""How rules call scripts: whatever the paths are, they are words and no commands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from metasynth.pipeline import commands


@pytest.mark.parametrize("name", ["plain", "with 'quotes\" `x` $HOME; & %d #\n", "\udcff"])
def test_a_script_is_called_wherever_it_stands(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    (folder / "scripts").mkdir(parents=True)
    (folder / "beside.py").write_text("print('imported')\n", encoding="utf-8")
    (folder / "scripts/one.py").write_text("import beside\n", encoding="utf-8")
    told = {"METASYNTH": str(folder), "METASYNTH_PYTHON": sys.executable}
    done = subprocess.run(
        commands.script("one.py", windows=False),
        shell=True,
        env=os.environ | told,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "imported\n"


def test_windows_has_its_own_way_to_write_them() -> None:
    """By its manual; it was not tried there."""
    file = "%METASYNTH%/scripts/a.py"
    assert commands.script("a.py", windows=True) == f'"%METASYNTH_PYTHON%" "{file}"'
