"""Make an archive: the review is run afresh from what is committed, and that is what is packed.

So no result in an archive can be stale, edited by hand or made from a file that is not in it; and
a review that does not give the same results twice cannot be archived.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from metasynth.archive import checkout, crate, jobs
from metasynth.archive.checkout import ArchiveError
from metasynth.core import sealed_zip, verify
from metasynth.core.paths import PACKAGE
from metasynth.model.records import Config

# Settings of this machine that must not reach a run whose results are to be the same anywhere.
_OWN_SETTINGS = ("PYTHON", "SNAKEMAKE_", "VIRTUAL_ENV", "CONDA_")


@dataclass(frozen=True, slots=True)
class Stage:
    """A copy of all that the review is made from, in `folder`, and where it was copied from."""

    folder: Path
    commits: tuple[str, ...]
    dirty: bool


def stage(pipeline: Path, review: Path, folder: Path, *, dirty: bool) -> Stage:
    """Copy the pipeline and, where it stands elsewhere, the review in place of the pipeline's own.

    Raises:
        ArchiveError: without a git checkout, with changes unless `dirty` says they are meant, or if
            there is a symbolic link, which means nothing in another place.
    """
    sources = [checkout.read(pipeline, "Snakefile")]
    if review.resolve() != pipeline.resolve():
        sources.append(checkout.read(review, "config.yaml"))
    for source in sources:
        if not dirty:
            checkout.refuse_changes(source)
        if source.folder == review and len(sources) > 1:
            (folder / "config.yaml").unlink(missing_ok=True)
            shutil.rmtree(folder / "data", ignore_errors=True)
        checkout.export(source, folder)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            name = path.relative_to(folder)
            raise ArchiveError(f"{name} is a symbolic link: replace it by what it points to.")
    commits = tuple(dict.fromkeys(source.commit for source in sources))
    return Stage(folder, commits, any(source.changed for source in sources))


def run(folder: Path, cores: int) -> None:
    """Run the whole workflow in a staged folder.

    Raises:
        ArchiveError: with Snakemake's output, if it fails.
    """
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(_OWN_SETTINGS)
    }
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores)]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | {"PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
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
    differing = [
        name
        for name, path in fresh.items()
        if name in there and there[name].read_bytes() != path.read_bytes()
    ]
    if differing:
        raise ArchiveError(
            "A fresh run does not give these results as they stand:\n"
            + "\n".join(f"  {name}" for name in differing[:20])
            + "\nThey were edited or are stale: delete them and run snakemake again."
        )


def sources(folder: Path, config: Config) -> list[str]:
    """The files that the review as a whole is made from: its choices, tables, prose and baseline.

    Raises:
        ArchiveError: if they do not lie in the review's folder, by the name config.yaml.
    """
    found = {Path("config.yaml")}
    for part in (config.data, config.text):
        if Path(part).is_absolute() or ".." in Path(part).parts:
            raise ArchiveError(f"{part} lies outside the review's folder: move it inside.")
        found |= {p.relative_to(folder) for p in (folder / part).rglob("*") if p.is_file()}
    if (folder / config.living.baseline).is_file():
        found.add(Path(config.living.baseline))
    return sorted(path.as_posix() for path in found)


def files(staged: Stage) -> dict[str, bytes | Path]:
    """All that is packed apart from the metadata: what was staged, and the results of its run."""
    left_out = {".snakemake", "logs", "results", "__pycache__"}
    found: dict[str, bytes | Path] = {**results(staged.folder)}
    for path in staged.folder.rglob("*"):
        name = path.relative_to(staged.folder)
        if path.is_file() and left_out.isdisjoint(name.parts):
            found[name.as_posix()] = path
    verifier = PACKAGE / "core/verify.py"
    return found | {"verify.py": verifier, "__main__.py": verifier}


def write(staged: Stage, config: Config, wheels: Mapping[str, Path], target: Path) -> None:
    """Pack a stage that has run into `target`, and check that it would not be refused."""
    content = {**files(staged), **wheels}
    if staged.dirty:
        content["DIRTY.txt"] = (
            b"Made from files that differ from the commit. Not for publication.\n"
        )
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
