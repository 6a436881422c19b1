"""The locked packages as files, so that a review reruns when no registry answers any more.

They serve the Python version and the kind of machine that they were fetched on.
"""

import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from metasynth.archive.checkout import ArchiveError

_EPOCH = "315532800"  # 1980-01-01: a wheel built from source carries no clock


def fetch(project: Path, tools: Path, folder: Path) -> dict[str, Path]:
    """The wheels of all packages in the project's lock, and a note of what they serve, by name.

    They are collected below `folder`, with the uv that the README installs in `tools` or another.

    Raises:
        ArchiveError: if uv is not found, or a registry does not answer.
    """
    requirements = folder / "requirements.txt"
    wheels = folder / "wheels"
    export = ("export", "--locked", "--no-emit-project", "--format", "requirements-txt", "--quiet")
    _do([_uv(tools), *export, "--output-file", str(requirements)], project)
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    collect = ("-m", "pip", "wheel", "--no-deps", "--require-hashes", "--quiet")
    into = ("--requirement", str(requirements), "--wheel-dir", str(wheels))
    _do([str(python), *collect, *into], project)
    note = wheels / "python.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    note.write_bytes(f"{version}\n{platform.system()} {platform.machine()}\n".encode())
    return {f"wheels/{path.name}": path for path in sorted(wheels.iterdir())}


def _uv(tools: Path) -> str:
    """The uv of this run, of the path, or of the README."""
    for found in (os.environ.get("UV"), shutil.which("uv"), tools / ".uv/bin/uv"):
        if found and Path(found).exists():
            return str(found)
    raise ArchiveError("uv is needed to read the lock, and is not found: run through `uv run`.")


def _do(command: list[str], folder: Path) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": _EPOCH}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise ArchiveError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
