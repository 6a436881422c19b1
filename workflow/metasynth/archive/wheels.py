"""The locked packages as files, so that a review reruns when no registry answers any more.

They serve the Python version and the kind of machine that they were fetched on.
"""

import os
import platform
import sys
import venv
from pathlib import Path

from metasynth.archive.checkout import ArchiveError
from metasynth.core import verify

_EPOCH = "315532800"  # 1980-01-01: a wheel built from source carries no clock


def fetch(project: Path, tools: Path, folder: Path) -> dict[str, Path]:
    """The wheels of all packages in the project's lock, and a note of what they serve, by name.

    They are collected below `folder`, with the uv that the README installs in `tools` or another.

    Raises:
        ArchiveError: if a registry does not answer.
        VerifyError: if no uv works, and none can be installed.
    """
    requirements = folder / "requirements.txt"
    wheels = folder / "wheels"
    export = ("export", "--locked", "--no-emit-project", "--format", "requirements-txt", "--quiet")
    _do(
        [
            verify.working_uv(folder, tools / ".uv/bin/uv"),
            *export,
            "--output-file",
            str(requirements),
        ],
        project,
    )
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    # An older pip runs a package's setup.py by itself otherwise, for which wheel is not there.
    collect = ("-m", "pip", "wheel", "--use-pep517", "--no-deps", "--require-hashes", "--quiet")
    into = ("--requirement", str(requirements), "--wheel-dir", str(wheels))
    _do([str(python), *collect, *into], project)
    note = wheels / "python.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    note.write_bytes(f"{version}\n{platform.system()} {platform.machine()}\n".encode())
    return {f"wheels/{path.name}": path for path in sorted(wheels.iterdir())}


def _do(command: list[str], folder: Path) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": _EPOCH}
    environment.pop("PYTHONPATH", None)
    done = verify.child(command, folder, environment)
    if done.returncode:
        raise ArchiveError(f"{' '.join(command[:4])} …\n{done.stdout}")
