"""A checkout's commit, and its files as they stand there: what is archived can be asked for again.

Every other file of the folder (results, caches, what git ignores) stays out.
"""

import io
import shutil
import subprocess
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path


class ArchiveError(Exception):
    """The review cannot be archived as it stands; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder under version control: its commit, and the files that differ from it."""

    folder: Path
    commit: str
    changed: tuple[str, ...]


def read(folder: Path, member: str) -> Checkout:
    """The state of `folder`, which must hold the tracked file `member`.

    Raises:
        ArchiveError: where `folder` is not part of a git checkout with a commit.
    """
    try:
        _git(folder, "ls-files", "--error-unmatch", "--", member)
        commit = _git(folder, "rev-parse", "HEAD").decode().strip()
        status = _git(folder, "status", "--porcelain", "-z", "--untracked-files=all", "--", ".")
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", b"") or str(error).encode()
        raise ArchiveError(
            f"{folder} is not a git checkout that holds {member}, and only what has a commit can "
            f"be archived: git init, git add and git commit. ({detail.decode().strip()})"
        ) from None
    return Checkout(folder, commit, _changed(status))


def state(pipeline: Path, review: Path, config: str, *, dirty: bool) -> str:
    """What an archive depends on: the commits; uncommitted files are never the same twice.

    Raises:
        ArchiveError: without a git checkout, or with changes unless `dirty` says they are meant.
    """
    if (review / config).resolve() != (review / "config.yaml").resolve():
        raise ArchiveError(f"An archive's choices stand in config.yaml, not in {config}.")
    checkouts = read(pipeline, "Snakefile"), read(review, "config.yaml")
    if dirty:
        return str(time.time_ns())
    for found in checkouts:
        refuse_changes(found)
    return " ".join(found.commit for found in checkouts)


def _changed(status: bytes) -> tuple[str, ...]:
    """The paths of `git status --porcelain -z`; a renamed file's old path follows its new one."""
    entries = iter(status.decode("utf-8", "replace").split("\0"))
    paths = []
    for entry in filter(None, entries):
        paths.append(entry[3:])
        if "R" in entry[:2]:
            next(entries)
    return tuple(sorted(paths))


def refuse_changes(checkout: Checkout) -> None:
    """Stop unless all files are as they were committed.

    Raises:
        ArchiveError: naming the files that differ.
    """
    if checkout.changed:
        shown = "\n".join(f"  {path}" for path in checkout.changed[:20])
        more = len(checkout.changed) - 20
        raise ArchiveError(
            f"{checkout.folder} differs from its commit {checkout.commit[:12]}:\n{shown}"
            + (f"\n  and {more} more" if more > 0 else "")
            + "\nCommit or remove these, or ask for `archive_dirty`, which is marked as such."
        )


def export(checkout: Checkout, target: Path) -> None:
    """Copy a checkout's files to `target`: those of the commit, or, with changes, as they are."""
    if checkout.changed:
        _copy_changed(checkout, target)
        return
    content = _git(checkout.folder, "-c", "core.autocrlf=false", "archive", "HEAD")
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(target, filter="data")


def _copy_changed(checkout: Checkout, target: Path) -> None:
    listed = _git(checkout.folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.decode("utf-8").split("\0")):
        source = checkout.folder / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout
