"""docs/extend.md leads to files and names that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "extend.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`([\w./-]+/[\w.-]+)`", PAGE)) - {"data/text/"})
COMMANDS = re.findall(r"(?:python|pytest) ((?:[\w./-]+/[\w.-]+ ?)+)", PAGE)
CONSTANTS = re.findall(r"`([\w/.]+\.py)`[^`]*\(`([A-Z_]+)`\)", PAGE)


def place(name: str) -> Path:
    """A path of the page, from the root or from the package."""
    return next(
        (p for p in (ROOT / name, ROOT / "workflow" / "metasynth" / name) if p.exists()),
        ROOT / name,
    )


@pytest.mark.parametrize("name", NAMED)
def test_every_path_is_there(name: str) -> None:
    assert place(name).exists() or "*" in name or "<" in name


def test_every_command_names_what_is_there() -> None:
    assert len(COMMANDS) > 8
    for command in COMMANDS:
        for name in command.split():
            assert (ROOT / name).exists(), name


def test_every_table_of_methods_is_where_the_page_says() -> None:
    assert len(CONSTANTS) >= 3
    for file, constant in CONSTANTS:
        text = place(file).read_text("utf-8")
        assert re.search(rf"^{constant}\b", text, flags=re.MULTILINE), (file, constant)
