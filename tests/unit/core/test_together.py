"""Files that belong together, cut off at every step: the next command finds them as they were."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples

from metasynth.core import store, together
from metasynth.tables import reader

NAMES = st.sampled_from(["a.csv", "b.csv", "new/a.csv", "new/deep/b.csv", "other/c.csv"])
FILES = st.dictionaries(NAMES, st.text("xyż\n", max_size=3), max_size=4)


class KilledError(BaseException):
    """What ends a program with no chance to tidy up."""


def state(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*"))
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in found
    }


def lay(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def killed_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """From the step on, nothing that a program does to files has an effect."""
    done = 0

    def counted(act: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object, **options: object) -> object:
            nonlocal done
            done += 1
            if done > step:
                raise KilledError
            return act(*arguments, **options)

        return run

    patch.setattr(os, "replace", counted(os.replace))
    patch.setattr(Path, "mkdir", counted(Path.mkdir))
    patch.setattr(Path, "write_bytes", counted(Path.write_bytes))
    patch.setattr(Path, "unlink", counted(Path.unlink))


@examples(15)
@example(before={}, after={"new/deep/b.csv": "", "a.csv": ""}, step=9)
@given(before=FILES, after=FILES.filter(bool), step=st.integers(0, 20))
def test_cut_off_anywhere_it_is_taken_back_or_done(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, str],
    after: dict[str, str],
    step: int,
) -> None:
    folder = tmp_path_factory.mktemp("place")
    lay(folder, before)
    first = state(folder)
    new = {folder / name: text for name, text in after.items()}
    try:
        with pytest.MonkeyPatch.context() as patch:
            killed_at(step, patch)
            together.write(new, folder / ".part")
        cut_off = False
    except KilledError:
        cut_off = True
    together.take_back(folder / ".part")
    if cut_off and state(folder) != {**first, **whole(folder, before, after)}:
        assert state(folder) == first
    together.write(new, folder / ".part")
    assert state(folder) == {**first, **whole(folder, before, after)}


def whole(folder: Path, before: dict[str, str], after: dict[str, str]) -> dict[str, bytes]:
    """What stands when all is written, with the folders that were made for it."""
    parents = {str(parent) for name in after for parent in Path(name).parents} - {"."}
    return dict.fromkeys(parents, b"/") | {n: t.encode("utf-8") for n, t in after.items()}


def cut_off(folder: Path) -> None:
    """Two files of which one is in place, and no more was done."""
    part = folder / ".part"
    part.mkdir()
    text = store.to_json(
        [together._stage(part, 0, folder / "a", "1"), together._stage(part, 1, folder / "b", "2")]
    )
    (part / together.JOURNAL).write_text(text, "utf-8")
    os.replace(part / "0.new", folder / "a")


def test_what_was_changed_since_is_kept_and_named(tmp_path: Path) -> None:
    cut_off(tmp_path)
    (tmp_path / "a").write_text("by hand", "utf-8")
    assert together.take_back(tmp_path / ".part") == [tmp_path / "a"]
    assert state(tmp_path) == {"a": b"by hand"}


def test_half_an_import_is_no_review(tmp_path: Path) -> None:
    trials = tmp_path / "trials"
    trials.mkdir()
    cut_off(trials)
    (trials / ".part").rename(trials / ".import.part")
    told = [fault.expected for fault in reader.read(tmp_path).faults]
    assert "an import that came to its end, but one was cut off half-way" in told
