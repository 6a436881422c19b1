"""Small file systems, which can be full or read-only even for a superuser."""

import os
import subprocess
from pathlib import Path

import pytest


class Mounts:
    """Mounts that are gone at the end."""

    def __enter__(self) -> "Mounts":
        self.folders: list[Path] = []
        return self

    def __exit__(self, *_: object) -> None:
        for folder in reversed(self.folders):
            subprocess.run(["umount", "-l", str(folder)], check=True)

    def tmpfs(self, folder: Path, size: str) -> None:
        """A file system of a given size in an empty folder."""
        if not (hasattr(os, "geteuid") and os.geteuid() == 0):
            pytest.skip("NOT TESTED: only a superuser can mount a small file system")
        folder.mkdir(parents=True, exist_ok=True)
        options = f"size={size},mode=0755"
        command = ["mount", "-t", "tmpfs", "-o", options, "metasynth-faults", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"NOT TESTED: no small file system can be mounted here: {done.stderr}")
        self.folders.append(folder)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)
