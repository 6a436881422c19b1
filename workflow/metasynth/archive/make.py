"""An archive from beginning to end, in a folder that is gone at the end, however it ends."""

import shutil
from pathlib import Path

from metasynth.archive import build, machine, staging, wheels
from metasynth.archive.checkout import ArchiveError
from metasynth.core import store, verify
from metasynth.pipeline import lock
from metasynth.review.load import load_review

_LEAST = 20_000_000  # bytes that any archive may need
_OF_WHEELS = 500_000_000  # bytes of the locked packages, fetched


def archive(pipeline: Path, review: Path, target: Path, environment: Path, cores: int) -> str:
    """Make the archive `target` and the note beside it; the reason where there is none.

    Both are written when all is done, and only by the latest run of the review's folder.
    """
    places = {target.parent: _LEAST}
    try:
        with verify.scratch("archive") as folder:
            places = _room(review, target, folder)
            verify.need_room(places)
            made = _made(pipeline, review, target, folder, cores)
            with lock.writing():
                store.sweep(target.parent)
                _move(made, target)
                store.write(environment, machine.environment(target))
        return ""
    except (ArchiveError, verify.VerifyError, lock.OverError) as reason:
        return _short(places, str(reason))
    except OSError as error:
        return verify.cause(error, places)
    except KeyboardInterrupt as ended:
        return f"It was interrupted ({ended}). Give the same command again."


def _made(pipeline: Path, review: Path, target: Path, work: Path, cores: int) -> Path:
    """The archive in its own folder, before it is moved into place."""
    folder, extras, made = work / "stage", work / "extras", work / target.name
    folder.mkdir()
    extras.mkdir()
    loaded = load_review(Path("config.yaml"), review)
    if loaded.made_up:
        raise ArchiveError("The trials are the made-up ones of a new review: nothing is archived.")
    config = loaded.config
    staged = staging.stage(pipeline, review, folder, dirty=target.stem.endswith("-dirty"))
    staging.refuse_other_sources(staged, review, config)
    fetched = wheels.fetch(folder, pipeline, extras) if _full(target) else {}
    build.run(folder, cores)
    build.refuse_differences(build.results(folder), review)
    build.write(staged, config, fetched, made)
    return made


def _move(made: Path, target: Path) -> None:
    """Move a file into place, whole or not at all, from another file system too."""
    part = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(made, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _room(review: Path, target: Path, folder: Path) -> dict[Path, int]:
    """The bytes needed in the folder to work in, and where the archive will stand.

    The folder takes the results twice and some files that come and go, and the archive.
    """
    size = sum(path.stat().st_size for path in build.results(review).values())
    more = _OF_WHEELS if _full(target) else 0
    return {folder: 4 * size + 2 * more + _LEAST, target.parent: size + more + _LEAST // 2}


def _full(target: Path) -> bool:
    return target.stem.endswith("-full")


def _short(places: dict[Path, int], reason: str) -> str:
    """A reason, or the lack of room that it comes from."""
    try:
        verify.need_room(dict.fromkeys(places, _LEAST // 20))
    except OSError:
        return verify.cause(OSError(verify.FULL[0], ""), places)
    return reason
