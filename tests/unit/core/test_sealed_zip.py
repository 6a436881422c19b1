"""The zip: the same bytes whoever packs it; refused or found damaged when not as packed."""

import json
import os
import stat
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from metasynth import __main__
from metasynth.core import sealed_zip, verify

ACTION = {
    "@id": "#run",
    "@type": "CreateAction",
    "object": [{"@id": "config.yaml"}, {"@id": "data/raw/za%C5%BC%C3%B3%C5%82%C4%87.csv"}],
    "result": {"@id": "results/tables/estimates.csv"},
}
FILES: dict[str, bytes | Path] = {
    "Snakefile": b"rule all:\n",
    "config.yaml": b"review: {}\n",
    verify.CRATE: json.dumps({"@graph": [ACTION]}).encode(),
    "data/raw/zażółć.csv": b"a,b\n1,2\n",
    "empty.txt": b"",
    "results/tables/estimates.csv": b"outcome,estimate\nacr20,1.25\n",
}


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    target = tmp_path / "review.zip"
    sealed_zip.pack(FILES, target)
    return target


def test_order_and_place_do_not_matter(packed: Path, tmp_path: Path) -> None:
    files = dict(reversed(FILES.items()))
    for name in ("Snakefile", "empty.txt"):
        copy = tmp_path / name
        copy.write_bytes(FILES[name])  # type: ignore[arg-type]
        copy.chmod(0o755)
        os.utime(copy, (2e9, 2e9))
        files[name] = copy
    again = tmp_path / "again.zip"
    sealed_zip.pack(files, again)
    assert again.read_bytes() == packed.read_bytes()


def test_the_zip_is_plain(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted([*FILES, sealed_zip.MANIFEST])
        for entry in entries:
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr >> 16 == stat.S_IFREG | 0o644
            assert entry.compress_type == zipfile.ZIP_STORED


def test_the_manifest_is_what_sha256sum_reads(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        lines = archive.read(sealed_zip.MANIFEST).decode().splitlines()
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert f"{empty}  empty.txt" in lines
    assert len(lines) == len(FILES)


def test_what_was_packed_is_accepted(packed: Path) -> None:
    assert verify.main([str(packed), "--no-rerun"]) == verify.IDENTICAL


def test_the_command_of_the_package_is_the_same(packed: Path) -> None:
    assert __main__.main(["verify", str(packed), "--no-rerun"]) == verify.IDENTICAL
    packed.write_bytes(b"PK")
    assert __main__.main(["verify", str(packed)]) == verify.DAMAGED


def rewritten(path: Path, changes: dict[str, bytes | None]) -> Path:
    """The zip with files replaced or left out; its checksums fit, its manifest is as it was."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        content = {name: old.read(name) for name in old.namelist()} | changes
        for name, data in content.items():
            if data is not None:
                new.writestr(name, data)
    return target


def flips(path: Path, every: int) -> list[tuple[str, bytes]]:
    """Each file with one byte changed, at several places."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    return [
        (name, data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        for name, data in content.items()
        for at in range(0, len(data), every)
    ]


def test_no_flipped_byte_passes(packed: Path) -> None:
    changed = flips(packed, 1)
    assert len(changed) > 300
    for name, data in changed:
        damaged = rewritten(packed, {name: data})
        assert verify.main([str(damaged), "--no-rerun"]) == verify.DAMAGED, (name, data)


def test_no_byte_flipped_in_place_passes(packed: Path) -> None:
    whole = packed.read_bytes()
    with zipfile.ZipFile(packed) as archive:
        places = {
            entry.filename: entry.header_offset + 30 + len(entry.orig_filename.encode())
            for entry in archive.infolist()
            if entry.file_size
        }
    for name, at in places.items():
        packed.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert verify.main([str(packed), "--no-rerun"]) == verify.DAMAGED, name


@pytest.mark.parametrize(
    "changes",
    [
        {"data/raw/more.csv": b"1\n"},
        {"empty.txt": None},
        {sealed_zip.MANIFEST: None},
        {sealed_zip.MANIFEST: b""},
    ],
    ids=["extra", "missing", "no manifest", "empty manifest"],
)
def test_files_and_manifest_must_be_the_same_set(
    packed: Path, changes: dict[str, bytes | None]
) -> None:
    assert verify.main([str(rewritten(packed, changes)), "--no-rerun"]) == verify.DAMAGED


@pytest.mark.parametrize("length", [0, 10, 400])
def test_a_download_that_was_cut_off_is_damaged(packed: Path, length: int) -> None:
    packed.write_bytes(packed.read_bytes()[:length])
    assert verify.main([str(packed), "--no-rerun"]) == verify.DAMAGED


UNSAFE = [
    "/etc/passwd",
    "../outside.txt",
    "data/../../outside.txt",
    "./data.csv",
    "data//raw.csv",
    "data/",
    "C:/windows.txt",
    "data\\raw.csv",
    "data/line\nbreak.csv",
    "data/nul.csv",
    "data/fdp.\u202evsc",  # shown as data/fdp.csv
    "data/\u2066raw.csv",
    "data/raw\x85.csv",
    "data/raw\x9b31m.csv",
    "data/raw.csv ",
    "data/raw.",
    "data/what?.csv",
    "Empty.TXT",  # the same file as empty.txt where capitals do not count
    "empty.txt/inside.csv",
    "n" * 300,
]


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_unsafe_names_are_refused(
    packed: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, b"x")
    before = sorted(packed.parent.rglob("*"))
    assert verify.main([str(packed), "--into", str(packed.parent / "new")]) == verify.UNSAFE
    assert sorted(packed.parent.rglob("*")) == [packed.parent / "new", *before]
    assert capsys.readouterr().err


def test_a_name_that_ends_early_is_refused(packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("data/rawXcsv", b"x")
    packed.write_bytes(packed.read_bytes().replace(b"data/rawXcsv", b"data/raw\0csv"))
    assert verify.main([str(packed), "--no-rerun"]) == verify.UNSAFE


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("empty.txt", b"other")
    assert verify.main([str(packed), "--no-rerun"]) == verify.UNSAFE


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR, stat.S_IFCHR])
def test_links_and_special_files_are_refused(packed: Path, kind: int) -> None:
    entry = zipfile.ZipInfo("data/link")
    entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert verify.main([str(packed), "--no-rerun"]) == verify.UNSAFE


def test_a_compressed_bomb_is_refused(packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("bomb", bytes(10**8), zipfile.ZIP_DEFLATED)
    assert verify.main([str(packed), "--no-rerun"]) == verify.UNSAFE


def test_a_bomb_of_entries_that_share_their_bytes_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr("a", bytes(10**5))
        first = archive.infolist()[0]
        for number in range(50):
            again = zipfile.ZipInfo(f"b{number}")
            again.header_offset, again.CRC = first.header_offset, first.CRC
            again.file_size = again.compress_size = first.file_size
            archive.filelist.append(again)
        archive._didModify = True  # type: ignore[attr-defined]
    assert verify.main([str(bomb), "--no-rerun"]) == verify.UNSAFE


def test_something_else_than_a_zip_is_damaged(tmp_path: Path) -> None:
    other = tmp_path / "review.zip"
    other.write_text("404 not found", encoding="utf-8")
    assert verify.main([str(other)]) == verify.DAMAGED


def test_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as wrong:
        verify.main([str(tmp_path / "absent.zip")])
    assert wrong.value.code == 2


# --- what the archived run read -------------------------------------------------------------------

RECORD = {
    "stage": "clean",
    "inputs": ["./data/raw/trials/logs/arms.csv"],
    "files": {"results/trials/logs.json": sha256(b"{}\n").hexdigest()},
}
WITH_RECORD: dict[str, bytes | Path] = {
    **FILES,
    "data/raw/trials/logs/arms.csv": b"arm_id\n",
    "data/raw/trials/_template/arms.csv": b"arm_id\n",
    "results/made/clean/logs.json": json.dumps(RECORD).encode(),
    "results/trials/logs.json": b"{}\n",
}


def code(tmp_path: Path, changes: dict[str, bytes | None]) -> int:
    """What verification says of files that fit their own manifest."""
    target = tmp_path / "told.zip"
    files = WITH_RECORD | changes
    sealed_zip.pack({name: data for name, data in files.items() if data is not None}, target)
    return verify.main([str(target), "--no-rerun"])


def test_all_that_was_read_and_made_is_accepted(tmp_path: Path) -> None:
    assert code(tmp_path, {}) == verify.IDENTICAL


@pytest.mark.parametrize(
    "name",
    [
        "config.yaml",
        "data/raw/zażółć.csv",
        "data/raw/trials/logs/arms.csv",
        "results/tables/estimates.csv",
        "results/trials/logs.json",
        verify.CRATE,
    ],
)
def test_an_omission_does_not_pass_though_the_manifest_fits(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code(tmp_path, {name: None}) == verify.DAMAGED
    assert capsys.readouterr().err.startswith(f"{name}: ")


def test_a_trial_that_was_not_read_does_not_pass(tmp_path: Path) -> None:
    assert code(tmp_path, {"data/raw/trials/more/arms.csv": b"arm_id\n"}) == verify.DAMAGED


def test_a_result_other_than_its_record_does_not_pass(tmp_path: Path) -> None:
    assert code(tmp_path, {"results/trials/logs.json": b"[]\n"}) == verify.DAMAGED


def test_an_archive_of_nothing_is_damaged(tmp_path: Path) -> None:
    assert code(tmp_path, dict.fromkeys(WITH_RECORD)) == verify.DAMAGED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"@graph": [{"@id": 3, "sha256": "x"}]}',
        b'{"@graph": [{"@type": "CreateAction", "object": [[]], "result": []}]}',
        b'{"@graph": [7]}',
        b"[" * 100_000,
    ],
)
def test_a_description_that_is_none_is_damage(tmp_path: Path, content: bytes) -> None:
    for name in (verify.CRATE, "results/made/clean/logs.json"):
        assert code(tmp_path, {name: content}) == verify.DAMAGED
