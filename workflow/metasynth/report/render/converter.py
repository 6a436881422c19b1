"""The locked pandoc, called so that nothing of this machine reaches what it makes."""

import os
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path


def pandoc(arguments: Sequence[str], text: str, folder: Path, **settings: str) -> str:
    """What pandoc prints when it reads `text` in `folder`, to which all its paths are relative.

    It is the one that is installed with the package, also where another one is newer; the user's
    own templates and styles have no say. Under the C locale pandoc does not understand a path with
    other letters than ASCII's, so no whole path is told.

    Raises:
        subprocess.CalledProcessError: where pandoc fails.
    """
    found = find_spec("pypandoc")
    assert found is not None
    assert found.origin is not None
    program = Path(found.origin).parent / "files" / ("pandoc.exe" if os.name == "nt" else "pandoc")
    done = subprocess.run(
        [str(program), "--data-dir=none", *arguments],
        input=text,
        encoding="utf-8",
        check=True,
        capture_output=True,
        cwd=folder,
        env=os.environ | settings,
    )
    return done.stdout
