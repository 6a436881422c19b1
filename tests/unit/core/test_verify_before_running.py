"""What verification refuses before anything of an archive is run, and the uv that it takes."""

import json
import sys
from pathlib import Path

import pytest
from tests.reviews import REPOSITORY

from metasynth.core import sealed_zip, verify
from metasynth.core.digest import sha256
from metasynth.model.records import MADE_UP

LOCK = (REPOSITORY / "uv.lock").read_text("utf-8")
PROJECT = (REPOSITORY / "pyproject.toml").read_text("utf-8")
PYPI = '{ registry = "https://pypi.org/simple" }'


def checked(folder: Path, lock: str = LOCK, project: str = PROJECT) -> str:
    """What is said against an archive of this lock, which it gives as its own."""
    (folder / "uv.lock").write_text(lock, "utf-8")
    (folder / "pyproject.toml").write_text(project, "utf-8")
    try:
        verify.check_lock(folder, sha256(folder / "uv.lock"))
    except verify.VerifyError as refused:
        return f"{refused.code}: {refused}"
    return ""


def test_the_project_s_own_lock_is_taken(tmp_path: Path) -> None:
    assert checked(tmp_path) == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (PYPI, '{ registry = "https://pypi.example.org/simple" }', "instead of https://pypi.org"),
        (PYPI, '{ git = "https://example.org/numpy" }', "instead of https://pypi.org"),
        (PYPI, '{ url = "https://example.org/numpy.whl" }', "instead of https://pypi.org"),
        (
            "https://files.pythonhosted.org/",
            "https://files.example.org/",
            "instead of https://files",
        ),
        (
            "https://files.pythonhosted.org/",
            "https://files.pythonhosted.org@example.org/",
            "instead",
        ),
        (', hash = "sha256:', ', hash = "md5:', "without its hash"),
        ("[[package]]", "[package", "cannot be read"),
    ],
)
def test_a_lock_that_names_another_place_is_refused(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in LOCK
    said = checked(tmp_path, LOCK.replace(old, new, 1))
    assert said.startswith(f"{verify.NO_ENVIRONMENT}: ")
    assert told in said


@pytest.mark.parametrize("setting", ['index-url = "https://example.org"', 'find-links = ["x"]'])
def test_a_project_that_names_another_place_is_refused(tmp_path: Path, setting: str) -> None:
    project = PROJECT.replace("[tool.uv]\n", f"[tool.uv]\n{setting}\n")
    assert f"tool.uv.{setting.split()[0]}" in checked(tmp_path, project=project)


def test_a_lock_that_is_not_the_archived_one_is_refused(tmp_path: Path) -> None:
    checked(tmp_path)
    with pytest.raises(verify.VerifyError, match="is not the one archived"):
        verify.check_lock(tmp_path, "0" * 64)


def test_settings_of_uv_in_the_archive_are_refused(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").touch()
    assert "uv.toml" in checked(tmp_path)


def test_a_wheel_that_is_not_in_the_lock_is_refused(tmp_path: Path) -> None:
    checked(tmp_path)
    wheel = wheels_for(tmp_path, "3.11") / "numpy-2.4.0-py3-none-any.whl"
    wheel.write_bytes(b"other")
    with pytest.raises(verify.VerifyError, match="is no wheel of uv"):
        verify.check_wheels(tmp_path, [wheel])


def wheels_for(review: Path, version: str) -> Path:
    folder = review / verify.WHEELS
    folder.mkdir(parents=True)
    (folder / "python.txt").write_text(f"{version}\nLinux x86_64\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("locked", "version", "allowed"),
    [
        ("cp313-cp313-manylinux_2_17_x86_64", "3.14", True),
        ("cp314-cp314-manylinux_2_17_x86_64", "3.14", False),
        ("cp314-cp314-win_amd64", "3.14", True),
        ("cp311-cp311-manylinux_2_17_x86_64", "3.1", True),
        ("cp310-abi3-manylinux_2_17_x86_64", "3.14", False),
        ("py3-none-any", "3.14", False),
        ("py2.py3-none-any", "3.14", False),
    ],
)
def test_a_wheel_made_of_source_is_allowed_where_the_lock_has_none_for_this_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str, version: str, allowed: bool
) -> None:
    monkeypatch.setattr(verify.platform, "machine", lambda: "x86_64")
    url = f"https://files.pythonhosted.org/packages/numpy-2.4.0-{locked}.whl"
    lock = f'[[package]]\nname = "numpy"\nwheels = [{{ url = "{url}", hash = "sha256:0" }}]\n'
    (tmp_path / verify.LOCK).write_text(lock, encoding="utf-8")
    made = f"numpy-2.4.0-cp{version.replace('.', '')}-none-linux_x86_64.whl"
    wheel = wheels_for(tmp_path, version) / made
    wheel.write_bytes(b"compiled")
    if allowed:
        verify.check_wheels(tmp_path, [wheel])
        return
    with pytest.raises(verify.VerifyError, match="is no wheel of uv"):
        verify.check_wheels(tmp_path, [wheel])


def test_a_dead_uv_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("dead", "#!/nonexistent/python\n"), ("failing", "#!/bin/sh\nexit 3\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "uv").write_text(text, "utf-8")
        (tmp_path / name / "uv").chmod(0o755)
    answering = tmp_path / "uv"
    answering.write_text(f"#!{sys.executable}\n", "utf-8")
    answering.chmod(0o755)
    monkeypatch.setenv("UV", str(tmp_path / "dead/uv"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'dead'}:{tmp_path / 'failing'}")
    assert verify.working_uv(tmp_path, answering) == str(answering)


def test_without_a_uv_one_is_installed_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[list[str]]()
    monkeypatch.setattr(verify, "_must", lambda command, folder: asked.append(command))
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", "")
    assert verify.working_uv(tmp_path).startswith(str(tmp_path / "uv"))
    assert asked[0][-2:] == [str(tmp_path / "uv"), verify.UV]


@pytest.mark.parametrize("graph", [[], [{"@id": "#run", "@type": "File"}]])
def test_an_archive_of_nothing_is_refused(
    tmp_path: Path, graph: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    crate = json.dumps({"@graph": graph}).encode()
    sealed_zip.pack({verify.CRATE: crate, "config.yaml": b""}, tmp_path / "empty.zip")
    assert verify.main([str(tmp_path / "empty.zip"), "--no-rerun"]) == verify.DAMAGED
    assert "There is no review in it" in capsys.readouterr().err


def test_what_is_code_is_told() -> None:
    names = ["Snakefile", "workflow/scripts/pool.py", "data/raw/a.csv", "results/x.R", "uv.lock"]
    assert verify.code(names) == ["Snakefile", "uv.lock", "workflow/scripts/pool.py"]


def test_the_folders_that_a_review_passes_over_are_those_that_a_verifier_does() -> None:
    """It stands alone in an archive, and cannot ask the package."""
    assert verify.PASSED_OVER == ("_", ".", MADE_UP)
