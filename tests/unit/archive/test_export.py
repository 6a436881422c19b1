"""A checkout's committed files, copied as they are; the Python 3.11 of Debian 12 has no filters."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from metasynth.archive import checkout
from metasynth.archive.checkout import ArchiveError, Checkout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/er/żółw.txt").write_bytes(b"a\r\nb\xff")
    (folder / "run.sh").write_text("true\n", encoding="utf-8")
    (folder / "run.sh").chmod(0o755)
    (folder / "deep/link").symlink_to("er/żółw.txt")
    return folder


def exported(folder: Path, target: Path) -> Path:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)
    target.mkdir()
    checkout.export(Checkout(folder, "0" * 40, ()), target)
    return target


def test_files_and_links_are_those_of_the_commit(repository: Path, tmp_path: Path) -> None:
    target = exported(repository, tmp_path / "copy")
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*")) == sorted(
        path.relative_to(repository).as_posix()
        for path in repository.rglob("*")
        if ".git" not in path.parts
    )
    assert (target / "deep/er/żółw.txt").read_bytes() == b"a\r\nb\xff"
    assert (target / "deep/link").readlink() == Path("er/żółw.txt")
    assert (target / "run.sh").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("leads", ["../../out", "/etc/hosts", "deep/er/../../../out"])
def test_a_link_out_of_the_folder_is_refused(repository: Path, tmp_path: Path, leads: str) -> None:
    (repository / "out").symlink_to(leads)
    with pytest.raises(ArchiveError, match="'out' is a link out of the folder"):
        exported(repository, tmp_path / "copy")
    assert not (tmp_path / "copy/out").is_symlink()


def test_it_needs_nothing_that_the_oldest_python_lacks(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.11.4 brought `filter`."""
    for name in ("FilterError", "data_filter", "fully_trusted_filter"):
        monkeypatch.delattr(tarfile, name, raising=False)
    assert exported(repository, tmp_path / "copy").is_dir()
