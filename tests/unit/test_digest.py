"""A digest changes with what it stands for, and with nothing else."""

import os
from pathlib import Path

from metasynth import digest

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


def test_files_digest_sees_content_and_not_time(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1")
    before = digest.files_digest([file])
    os.utime(file, (1, 1))
    assert digest.files_digest([file]) == before
    file.write_text("2")
    assert digest.files_digest([file]) != before


def test_a_script_depends_on_the_modules_behind_it() -> None:
    modules, libraries = set[Path](), set[str]()
    digest._follow(SCRIPTS / "plot.py", modules, libraries)
    names = {path.name for path in modules}
    assert {"plot.py", "forest.py", "formats.py", "records.py", "store.py", "__init__.py"} <= names
    assert "html.py" not in names
    assert "matplotlib" in libraries


def test_pooling_depends_on_no_figures_and_no_pandas() -> None:
    modules, libraries = set[Path](), set[str]()
    digest._follow(SCRIPTS / "pool.py", modules, libraries)
    assert "pooling.py" in {path.name for path in modules}
    assert not {path for path in modules if "figures" in path.parts}
    assert libraries <= {"numpy", "scipy"}
