"""R's own run of a script."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def printed_by_r(folder: Path, *arguments: str) -> str:
    """What Rscript prints, in a folder; the test is skipped, but not in CI, where there is none."""
    if shutil.which("Rscript") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("R with metafor is needed where everything is checked")
        pytest.skip("no Rscript on this machine: what R gives was NOT compared")
    done = subprocess.run(
        ["Rscript", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
