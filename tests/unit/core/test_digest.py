"""A digest changes with what it stands for, and with nothing else."""

import ast
import os
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from metasynth.core import digest

WORKFLOW = Path(__file__).parents[3] / "workflow"
SCRIPTS = WORKFLOW / "scripts"
CODE = sorted((*SCRIPTS.glob("*.py"), *(WORKFLOW / "metasynth").rglob("*.py")))


def behind(script: str) -> tuple[set[str], set[str]]:
    modules, libraries = digest._behind([SCRIPTS / script])
    return {Path(file).name for file in modules}, libraries


def test_files_digest_sees_content_and_not_time(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1")
    before = digest.files_digest([file])
    os.utime(file, (1, 1))
    assert digest.files_digest([file]) == before
    file.write_text("2")
    assert digest.files_digest([file]) != before


def test_texts_are_told_apart_by_where_they_end() -> None:
    assert digest.text_digest("ab", "c") != digest.text_digest("a", "bc")
    assert digest.text_digest("a", "") != digest.text_digest("a")


def test_a_script_depends_on_the_modules_behind_it() -> None:
    modules, libraries = behind("plot.py")
    expected = {"plot.py", "forest.py", "formats.py", "records.py", "store.py", "__init__.py"}
    assert expected <= modules
    assert "html.py" not in modules
    assert "matplotlib" in libraries


def test_pooling_depends_on_no_figures_and_no_pandas() -> None:
    modules, libraries = digest._behind([SCRIPTS / "pool.py"])
    paths = [Path(file) for file in modules]
    assert "pooling.py" in {path.name for path in paths}
    assert not [path for path in paths if "figures" in path.parts]
    assert libraries <= {"numpy", "scipy"}


def parsed(code: str) -> Iterator[str]:
    """Every module that Python's own parser finds imported."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports are not scanned"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(WORKFLOW).as_posix())
def test_the_scan_finds_every_import_that_the_parser_finds(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    assert set(parsed(code)) <= set(digest._names(code))


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import a", {"a"}),
        ("import a.b as c, d", {"a.b", "d"}),
        ("from a.b import (\n    c,  # why (so)\n    d as e,\n)", {"a.b", "a.b.c", "a.b.d"}),
        ("def f():\n    from a import b", {"a", "a.b"}),
        ("if x:\n\timport a  # b, c", {"a"}),
    ],
)
def test_imports_in_all_their_forms(code: str, names: set[str]) -> None:
    assert set(digest._names(code)) == names
    assert set(parsed(code)) == names


def test_versions_are_those_that_the_installation_tells() -> None:
    for name in ("numpy", "scipy", "matplotlib", "markdown-it-py", "snakemake"):
        assert digest.version(name) == metadata.version(name)


def test_the_versions_of_a_conda_environment_take_the_place_of_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = tmp_path / "environment.yaml"
    environment.write_text("  - numpy=9.8.7\n  - matplotlib-base=1.2\n    - typst==3.4.5\n")
    monkeypatch.setattr(digest, "_pinned", {})
    digest.version.cache_clear()
    try:
        digest.pin(environment)
        names = ("numpy", "matplotlib", "typst")
        assert [digest.version(name) for name in names] == ["9.8.7", "1.2", "3.4.5"]
        with pytest.raises(metadata.PackageNotFoundError):
            digest.version("pandas")
    finally:
        digest.version.cache_clear()
