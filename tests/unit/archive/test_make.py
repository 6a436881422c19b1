"""An archive is put in its place whole or not at all, and says why where there is none."""

import errno
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from metasynth.archive import machine, make
from metasynth.archive.checkout import ArchiveError
from metasynth.core import verify


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A review with results, where its archive goes, and the note beside that."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results/estimates.csv").write_text("k\n3\n", encoding="utf-8")
    target = tmp_path / "results/archive/review.zip"
    return tmp_path, target, target.with_name("environment.json")


def making(monkeypatch: pytest.MonkeyPatch, outcome: object) -> list[Path]:
    """A stand-in for the run: it packs `outcome`, or raises it. The folders it worked in."""
    seen: list[Path] = []

    def made(_pipeline: Path, _review: Path, target: Path, work: Path, _cores: int) -> Path:
        seen.append(work)
        if isinstance(outcome, BaseException):
            raise outcome
        (work / target.name).write_bytes(bytes(outcome))
        return work / target.name

    monkeypatch.setattr(make, "_made", made)
    return seen


def archived(places: tuple[Path, Path, Path]) -> str:
    review, target, note = places
    return make.archive(review, review, target, note, 1)


def test_what_is_made_is_moved_with_a_note_beside_it(places, monkeypatch) -> None:
    work = making(monkeypatch, b"packed")
    assert archived(places) == ""
    _, target, note = places
    assert target.read_bytes() == b"packed"
    told = json.loads(note.read_text("utf-8"))
    assert told["archive"] == "review.zip"
    assert told["sha256"] == hashlib.sha256(b"packed").hexdigest()
    assert not work[0].exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ArchiveError("it differs from its commit"), "it differs from its commit"),
        (verify.VerifyError(verify.NO_ENVIRONMENT, "no uv"), "no uv"),
        (OSError(errno.ENOSPC, "No space left on device"), "no space left in"),
        (OSError(errno.EACCES, "Permission denied", "/there"), "/there cannot be written"),
        (KeyboardInterrupt("SIGTERM"), "It was interrupted (SIGTERM)"),
    ],
)
def test_without_one_the_reason_is_given_and_an_earlier_one_stays(
    places, monkeypatch, fault: BaseException, said: str
) -> None:
    making(monkeypatch, b"earlier")
    assert archived(places) == ""
    work = making(monkeypatch, fault)
    assert said in archived(places)
    _, target, note = places
    assert target.read_bytes() == b"earlier"
    assert json.loads(note.read_text("utf-8"))["sha256"] == hashlib.sha256(b"earlier").hexdigest()
    assert not work[0].exists()


def test_a_copy_that_is_cut_off_leaves_nothing(places, monkeypatch) -> None:
    making(monkeypatch, b"packed")

    def cut_off(_source: Path, part: Path) -> None:
        part.write_bytes(b"pac")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", cut_off)
    assert "no space left" in archived(places)
    _, target, note = places
    assert list(target.parent.iterdir()) == []
    assert not note.exists()


def test_what_an_earlier_run_left_is_swept_away(places, monkeypatch) -> None:
    _, target, _ = places
    target.parent.mkdir(parents=True)
    left = target.with_name(f".{target.name}.part")
    left.write_bytes(b"half")
    making(monkeypatch, b"packed")
    assert archived(places) == ""
    assert not left.exists()


def test_where_there_is_no_room_nothing_is_begun(places, monkeypatch) -> None:
    work = making(monkeypatch, b"packed")
    monkeypatch.setattr(make, "_LEAST", 10**18)
    assert "no space left in" in archived(places)
    assert work == []


def test_the_locked_packages_ask_for_more_room(places) -> None:
    review, target, _ = places
    full = target.with_name("review-full.zip")
    least, more = (make._room(review, path, review) for path in (target, full))
    assert more[review] - least[review] == 2 * make._OF_WHEELS
    assert more[target.parent] - least[target.parent] == make._OF_WHEELS


def test_the_note_says_what_runs_here_and_which_archive(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Warsaw")
    packed = tmp_path / "a.zip"
    packed.write_bytes(b"x")
    told = json.loads(machine.environment(packed))
    assert told["archive"] == "a.zip"
    assert told["sha256"] == hashlib.sha256(b"x").hexdigest()
    assert told["time_zone"] == "Europe/Warsaw"
    assert told["packages"] == sorted(told["packages"])
    assert any(line.startswith("numpy ") for line in told["packages"])
