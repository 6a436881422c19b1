"""What an archive is made from: the committed files in a folder of their own, none left out.

What the review reads there is what it reads in its own folder, or there is no archive.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metasynth.archive import bill, checkout, crate, jobs
from metasynth.archive.checkout import ArchiveError
from metasynth.core import verify
from metasynth.core.digest import sha256
from metasynth.core.sealed_zip import MANIFEST
from metasynth.model.records import Config

VERIFIERS = ("__main__.py", "verify.py")
DIRTY = "DIRTY.txt"
# What a run makes at its own place: no part of what it is made from, even where it is committed.
_OF_A_RUN = (".snakemake", "logs", "results")
# The pipeline's own, which a review that stands elsewhere cannot replace by its own.
_CODE = ("Snakefile", "pyproject.toml", "uv.lock", "workflow")


@dataclass(frozen=True, slots=True)
class Stage:
    """A copy of all that the review is made from, in `folder`, and where it was copied from.

    `digests` has every file of it by its name, as it was before anything ran.
    """

    folder: Path
    commits: tuple[str, ...]
    dirty: bool
    digests: Mapping[str, str]


def stage(pipeline: Path, review: Path, folder: Path, *, dirty: bool) -> Stage:
    """Copy the pipeline and, where it stands elsewhere, the review in place of the pipeline's own.

    What a run makes at its own place is left out, so that all of it is made afresh.

    Raises:
        ArchiveError: without a git checkout, with changes unless `dirty` says they are meant, if
            there is a symbolic link, which means nothing in another place, if a name cannot stand
            in an archive, or if the review has files in the place of the pipeline's.
    """
    found = [checkout.read(pipeline, "Snakefile")]
    if review.resolve() != pipeline.resolve():
        found.append(checkout.read(review, "config.yaml"))
    for source in found if not dirty else ():
        checkout.refuse_changes(source)
    checkout.export(found[0], folder)
    _leave_out_results(folder)
    for source in found[1:]:
        code = _digests(folder, _CODE)
        (folder / "config.yaml").unlink(missing_ok=True)
        shutil.rmtree(folder / "data", ignore_errors=True)
        checkout.export(source, folder)
        _leave_out_results(folder)
        checkout.refuse(
            "The review has files in the place of the pipeline's",
            [name for name, digest in _digests(folder, _CODE).items() if code.get(name) != digest],
            "Move or rename them.",
        )
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            name = path.relative_to(folder)
            raise ArchiveError(f"{name} is a symbolic link: replace it by what it points to.")
    digests = _digests(folder)
    refuse_names([*digests])
    commits = tuple(dict.fromkeys(source.commit for source in found))
    return Stage(folder, commits, any(source.changed for source in found), digests)


def _digests(folder: Path, below: Sequence[str] = ("",)) -> dict[str, str]:
    """The digest of each file of a folder, or of some files and folders in it, by name."""
    within = [path for part in below for path in (folder / part, *(folder / part).rglob("*"))]
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(within)
        if path.is_file() and not path.is_symlink()
    }


def _leave_out_results(folder: Path) -> None:
    """Remove what a run makes at its own place, and the caches of modules wherever they are."""
    for name in _OF_A_RUN:
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in folder.rglob("__pycache__/*.pyc"):
        path.unlink()


def refuse_names(names: Sequence[str]) -> None:
    """Stop unless files of these names can be packed, and unpacked on every system.

    Raises:
        ArchiveError: naming those that cannot.
    """
    faults = [f"{name!r} {why}" for name in names if (why := verify.unsafe_name(name))]
    faults += verify.clashes(names)
    own = {MANIFEST, crate.METADATA, bill.NAME, DIRTY, *VERIFIERS}
    faults += [f"{name!r} is the archive's own" for name in names if name in own]
    checkout.refuse("Names that an archive cannot have", faults, "Rename them.")


def sources(folder: Path, config: Config) -> list[str]:
    """The files that the review as a whole is made from: its choices, tables, prose and baseline.

    Raises:
        ArchiveError: if they do not lie in the review's folder, apart from what a run makes.
    """
    found = {Path("config.yaml")}
    for part in map(Path, (config.data, config.text, config.living.baseline)):
        if part.is_absolute() or ".." in part.parts:
            raise ArchiveError(f"{part} lies outside the review's folder: move it inside.")
        if part.parts[:1] and part.parts[0] in _OF_A_RUN:
            raise ArchiveError(f"{part} lies where a run writes, in {part.parts[0]}: move it.")
        below = [folder / part, *(folder / part).rglob("*")]
        found |= {path.relative_to(folder) for path in below if path.is_file()}
    return sorted(path.as_posix() for path in found)


def refuse_other_sources(staged: Stage, review: Path, config: Config) -> None:
    """Stop unless what the run in the review's folder read is what a run of the stage will read.

    Raises:
        ArchiveError: naming the files that are left out, others, or not the review's.
    """
    try:
        read = sorted({"config.yaml", *jobs.sources(jobs.read(review))})
    except ValueError as error:
        raise ArchiveError(f"{error}: run snakemake again.") from None
    checkout.refuse(
        "The review reads files that are not committed",
        [name for name in read if name not in staged.digests],
        "git add --force what git ignores (git check-ignore --verbose tells why), or rename it.",
    )
    checkout.refuse(
        "git does not give these files as the review reads them",
        [name for name in read if staged.digests[name] != sha256(review / name)],
        "Remove what changes them (filters, line ends) from .gitattributes.",
    )
    own = sources(review, config)
    checkout.refuse(
        "The pipeline has files in the review's folders",
        sorted(set(sources(staged.folder, config)).difference(own)),
        "Name other folders in config.yaml as `data` and `text`.",
    )
