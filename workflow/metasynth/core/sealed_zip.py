"""One deterministic zip: what is packed decides every byte of it, whoever packs it, wherever.

Names are sorted, dates and modes fixed, files stored rather than compressed (a later compressor
may write other bytes). MANIFEST.sha256 lists the digest of every other file, as `sha256sum -c`
reads it.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from metasynth.core.digest import sha256

MANIFEST = "MANIFEST.sha256"
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can state
_MODE = 0o100644 << 16
_UNIX = 3
Files = Mapping[str, bytes | Path]


def digests(files: Files) -> dict[str, str]:
    """The digest of each file, by name, sorted."""
    return {name: sha256(files[name]) for name in sorted(files)}


def manifest(digests: Mapping[str, str]) -> bytes:
    """The list of digests: a line a file, `digest  name`."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("utf-8")


def pack(files: Files, target: Path | io.BytesIO) -> None:
    """Write `files` and their manifest as one zip."""
    content = {**files, MANIFEST: manifest(digests(files))}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(content):
            _add(archive, name, content[name])


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system, entry.external_attr = _UNIX, _MODE
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    entry.file_size = size
    source = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with source, archive.open(entry, "w") as out:
        while block := source.read(1 << 20):
            out.write(block)
