"""Change one byte of each file of an archive in turn, in place, and count what verification finds.

    uv run python tests/reproducibility/mutation.py results/archive/review-1.1.0.zip

Ends with 1 if a changed file passes. A file without content has no byte to change.
"""

import os
import random
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

from metasynth.core import verify

_HEADER = 30  # a zip's local header, before the file's name


def score(archive: Path) -> tuple[list[str], int]:
    """The files in which a changed byte is not found, and how many files were tried."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "changed.zip")
        shutil.copyfile(archive, copy)
        # Without a buffer, in which a byte would stand as it was before.
        with copy.open("r+b", buffering=0) as file, zipfile.ZipFile(file) as whole:
            safe = verify.safe_entries(whole, copy.stat().st_size)
            known = {name: verify._digest(whole, name) for name in safe}
            entries = [entry for entry in safe.values() if entry.file_size]
            missed = [e.filename for e in entries if not _found(e, file.fileno(), whole, known)]
            return missed, len(entries)


def _found(
    entry: zipfile.ZipInfo, file: int, whole: zipfile.ZipFile, known: Mapping[str, str]
) -> bool:
    """Whether a byte of one file, changed in the open archive, is found and the file named.

    Where no byte was changed the digest is `known`: a thousand files are not read a thousand times.
    The directory, in which no byte is changed either, is read once.
    """
    chance = random.Random(entry.filename)
    name = len(entry.filename.encode("utf-8"))
    at = entry.header_offset + _HEADER + name + chance.randrange(entry.file_size)
    digest = verify._digest

    def digest_of(archive: zipfile.ZipFile, name: str) -> str:
        return digest(archive, name) if name == entry.filename else known[name]

    with patch.object(verify, "_digest", digest_of):
        byte = os.pread(file, 1, at)
        os.pwrite(file, bytes([byte[0] ^ 1 << chance.randrange(8)]), at)
        told = _told(whole, list(known))
        os.pwrite(file, byte, at)
    return told.startswith(f"{entry.filename}: ")


def _told(archive: zipfile.ZipFile, names: list[str]) -> str:
    """Why verification refuses the archive; nothing if it does not."""
    try:
        verify.check_digests(archive, names)
    except verify.VerifyError as stop:
        return str(stop) if stop.code == verify.DAMAGED else ""
    return ""


if __name__ == "__main__":
    missed, tried = score(Path(sys.argv[1]))
    print(
        f"one byte changed in each of {tried} files: {tried - len(missed)} found", *missed, sep="\n"
    )
    sys.exit(1 if missed else 0)
