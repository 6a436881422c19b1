"""A checkout's commit, and its files as they stand there: what is archived can be asked for again.

Every other file of the folder (results, caches, what git ignores) stays out.
"""

import io
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from metasynth.core.paths import CARRIED


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
    except (OSError, ArchiveError) as error:
        raise ArchiveError(
            f"{folder} is not a git checkout that holds {member}, and only what has a commit can "
            f"be archived: git init, git add and git commit. ({error})"
        ) from None
    return Checkout(folder, commit, _changed(status))


def state(pipeline: Path, review: Path, config: str, *, dirty: bool) -> str:
    """What an archive depends on: the commits; uncommitted files are never the same twice.

    Raises:
        ArchiveError: without a git checkout, or with changes unless `dirty` says they are meant.
    """
    if pipeline == CARRIED:
        raise ArchiveError(
            "An archive holds the workflow as it was committed, which an installed package does not"
            " know: clone the project, and run this review by the Snakefile of that checkout."
        )
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
    refuse(
        f"{checkout.folder} differs from its commit {checkout.commit[:12]}",
        checkout.changed,
        "Commit or remove these, or ask for `archive_dirty`, which is marked as such.",
    )


def refuse(what: str, names: Sequence[str], remedy: str) -> None:
    """Stop if there are names of which something is wrong, naming the first."""
    if names:
        shown = "".join(f"\n  {name}" for name in names[:20])
        more = f"\n  and {len(names) - 20} more" if len(names) > 20 else ""
        raise ArchiveError(f"{what}:{shown}{more}\n{remedy}")


def export(checkout: Checkout, target: Path) -> None:
    """Copy a checkout's files to `target`: those of the commit, or, with changes, as they are.

    Raises:
        ArchiveError: for files of the commit that git leaves out of an export, or a link that leads
            out of the folder.
    """
    if checkout.changed:
        _copy_changed(checkout, target)
        return
    content = _git(checkout.folder, "-c", "core.autocrlf=false", "archive", "HEAD")
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        _refuse_left_out(checkout, {member.name for member in tar if not member.isdir()})
        for member in tar:
            _unpack(tar, member, target)


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """One of git's files, whose names stay within; by hand, as an early 3.11 has no filters."""
    path = target / member.name
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
    elif member.issym():
        if not Path(os.path.realpath(path.parent / member.linkname)).is_relative_to(
            os.path.realpath(target)
        ):
            what = f"{member.name!r} is a link out of the folder, to {member.linkname!r}"
            raise ArchiveError(f"{what}: replace it by what it points to.")
        path.symlink_to(member.linkname)
    elif content := tar.extractfile(member):
        path.write_bytes(content.read())
        path.chmod(0o755 if member.mode & 0o100 else 0o644)


def _refuse_left_out(checkout: Checkout, exported: set[str]) -> None:
    """Stop where .gitattributes (export-ignore) or a submodule keeps committed files back."""
    listed = _names(_git(checkout.folder, "ls-tree", "-r", "-z", "--name-only", "HEAD"))
    refuse(
        f"git leaves these of {checkout.folder} out of an export",
        [repr(name) for name in sorted(set(listed) - exported)],
        "Remove their export-ignore from .gitattributes; what is in a submodule, copy in.",
    )


def _names(listed: bytes) -> list[str]:
    """The names that git ends by NUL; bytes that are no text stay recognisable as such."""
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _copy_changed(checkout: Checkout, target: Path) -> None:
    listed = _git(checkout.folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in _names(listed):
        source = checkout.folder / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def _git(folder: Path, *arguments: str) -> bytes:
    """What git says.

    Raises:
        ArchiveError: with its own reason, where it fails.
    """
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout
    except subprocess.CalledProcessError as error:
        raise ArchiveError(error.stderr.decode("utf-8", "replace").strip()) from None
