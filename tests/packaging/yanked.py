"""Stop where a package of the lock is yanked: taken back by those who made it.

    python tests/packaging/yanked.py UV

The registry tells that of each file, and uv says so, as one that was yanked long ago shows.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KNOWN = "requests==2.32.0"
_TOLD = re.compile(r"`(\S+)` is yanked")


def locked(uv: str) -> str:
    """What the lock has for this system, as requirements."""
    words = "export --quiet --locked --all-groups --no-emit-project --no-hashes --no-annotate"
    return subprocess.run(
        [uv, *words.split()], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def yanked(uv: str, requirements: str) -> list[str]:
    """Which of these are yanked; nothing is installed."""
    words = "pip install --dry-run --reinstall --no-deps --refresh --requirements -"
    done = subprocess.run(
        [uv, *words.split(), "--python", sys.executable],
        input=requirements,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return _TOLD.findall(done.stderr)


def main(uv: str) -> str:
    """Why to stop, or nothing."""
    if yanked(uv, KNOWN) != [KNOWN]:
        return f"NOT TESTED: this registry does not tell that {KNOWN} is yanked"
    found = yanked(uv, locked(uv))
    return f"yanked: {', '.join(found)}" if found else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or 0)
