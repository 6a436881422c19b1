"""The machine and the moment in which an archive was made: volatile, and kept beside it."""

import json
import locale
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from metasynth.core.digest import sha256


def environment(archive: Path) -> bytes:
    """What environment.json says: nothing in it is needed to verify the archive, nor repeatable."""
    installed = {(dist.name, dist.version) for dist in metadata.distributions()}
    content = {
        "about": "Volatile: where and when the archive was made. No two are the same.",
        "archive": archive.name,
        "sha256": sha256(archive),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "locale": locale.setlocale(locale.LC_ALL),
        "time_zone": os.environ.get("TZ", ""),
        "packages": [f"{name} {version}" for name, version in sorted(installed)],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
