"""Make an archive: the review is run afresh from what is committed, and that is what is packed.

So no result in an archive can be stale, edited by hand or made from a file that is not in it; and
a review that does not give the same results twice cannot be archived.
"""

import os
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from metasynth.archive import bill, checkout, crate, jobs
from metasynth.archive.checkout import ArchiveError
from metasynth.archive.staging import DIRTY, VERIFIERS, Stage, sources
from metasynth.core import sealed_zip, verify
from metasynth.core.digest import sha256
from metasynth.core.paths import PACKAGE
from metasynth.model.records import Config

# Settings of this machine that must not reach a run whose results are to be the same anywhere.
_OWN_SETTINGS = ("PYTHON", "SNAKEMAKE_", "VIRTUAL_ENV", "CONDA_")


def run(folder: Path, cores: int) -> None:
    """Run the whole workflow in a staged folder.

    Raises:
        ArchiveError: with Snakemake's output, if it fails.
    """
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(_OWN_SETTINGS)
    }
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores)]
    done = verify.child(command, folder, environment | {"PYTHONUTF8": "1"})
    if done.returncode:
        raise ArchiveError(f"The review does not run from what is committed:\n{done.stdout}")


def results(folder: Path) -> dict[str, Path]:
    """All files below results/, by name, except archives."""
    root = folder / "results"
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] != "archive"
    }


def refuse_differences(fresh: Mapping[str, Path], review: Path) -> None:
    """Stop if results in the review's folder are not those that a fresh run gives.

    Raises:
        ArchiveError: naming the files that differ.
    """
    there = results(review)
    told = {name for name in there if name.startswith(verify.RECORDS)}
    differing = [
        name
        for name in sorted(fresh.keys() | told)
        if name not in fresh
        or name not in there
        or there[name].read_bytes() != fresh[name].read_bytes()
    ]
    checkout.refuse(
        "A fresh run does not give these results as they stand",
        differing,
        "They were edited or are stale: delete them and run snakemake again.",
    )


def files(staged: Stage) -> dict[str, bytes | Path]:
    """All that is packed apart from the metadata: what was staged, and the results of its run.

    Raises:
        ArchiveError: if the run changed what it was made from.
    """
    changed = [
        name
        for name, digest in staged.digests.items()
        if not (path := staged.folder / name).is_file() or sha256(path) != digest
    ]
    checkout.refuse("The run changed what it is made from", changed, "Nothing in a run may do so.")
    return {
        **{name: staged.folder / name for name in staged.digests},
        **results(staged.folder),
        **dict.fromkeys(VERIFIERS, PACKAGE / "core/verify.py"),
    }


def write(staged: Stage, config: Config, wheels: Mapping[str, Path], target: Path) -> None:
    """Pack a stage that has run into `target`, and check that it would not be refused."""
    content = files(staged)
    checkout.refuse(
        "The archive's own wheels have these names", sorted(content.keys() & wheels), "Rename."
    )
    content |= wheels
    content[bill.NAME] = bill.bill((staged.folder / "uv.lock").read_text("utf-8"))
    if staged.dirty:
        content[DIRTY] = b"Made from files that differ from the commit. Not for publication.\n"
    subject = crate.Subject(
        title=config.title,
        version=config.version,
        date=config.date,
        authors=config.authors,
        commits=staged.commits,
        dirty=staged.dirty,
        snakemake=metadata.version("snakemake"),
    )
    sizes = {
        name: len(item) if isinstance(item, bytes) else item.stat().st_size
        for name, item in content.items()
    }
    content[crate.METADATA] = crate.metadata(
        subject,
        sealed_zip.digests(content),
        sizes,
        jobs.read(staged.folder),
        sources(staged.folder, config),
    )
    sealed_zip.pack(content, target)
    if verify.main([str(target), "--no-rerun"]):
        raise ArchiveError("Its own verification refuses it: see above.")
