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
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as whole:
        copy = Path(folder, "changed.zip")
        shutil.copyfile(archive, copy)
        entries = [entry for entry in whole.infolist() if entry.file_size]
        known = {
            entry.filename: verify._digest(whole, entry.filename) for entry in whole.infolist()
        }
        return [e.filename for e in entries if not _found(e, copy, known)], len(entries)


def _found(entry: zipfile.ZipInfo, copy: Path, known: Mapping[str, str]) -> bool:
    """Whether a byte of one file, changed in `copy`, is found and the file named.

    Where no byte was changed the digest is `known`: a thousand files are not read a thousand times.
    """
    chance = random.Random(entry.filename)
    name = len(entry.filename.encode("utf-8"))
    at = entry.header_offset + _HEADER + name + chance.randrange(entry.file_size)
    digest = verify._digest

    def digest_of(archive: zipfile.ZipFile, name: str) -> str:
        return digest(archive, name) if name == entry.filename else known[name]

    with copy.open("r+b", buffering=0) as file, patch.object(verify, "_digest", digest_of):
        byte = os.pread(file.fileno(), 1, at)
        os.pwrite(file.fileno(), bytes([byte[0] ^ 1 << chance.randrange(8)]), at)
        told = _told(copy)
        os.pwrite(file.fileno(), byte, at)
    return told.startswith(f"{entry.filename}: ")


def _told(copy: Path) -> str:
    """Why verification refuses the copy; nothing if it does not."""
    with zipfile.ZipFile(copy) as archive:
        try:
            verify.check_digests(archive, list(verify.safe_entries(archive, copy.stat().st_size)))
        except verify.VerifyError as stop:
            return str(stop) if stop.code == verify.DAMAGED else ""
    return ""


if __name__ == "__main__":
    missed, tried = score(Path(sys.argv[1]))
    print(
        f"one byte changed in each of {tried} files: {tried - len(missed)} found", *missed, sep="\n"
    )
    sys.exit(1 if missed else 0)
