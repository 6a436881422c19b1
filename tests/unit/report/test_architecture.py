"""docs/architecture.md says what is there: the layers, and the way of one number."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
PACKAGE = ROOT / "workflow/metasynth"


def test_the_layers_are_those_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    listed = PAGE.split("| package | what it is for |")[1].split("\n\n")[0]
    named = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in listed.splitlines()[2:]]
    assert named == [layer.split(" | ") for layer in contract["layers"]]


def test_the_way_of_one_number_leads_through_files_and_functions_that_are_there() -> None:
    steps = re.findall(r"^\| .* \| `([\w/]+\.py)` \| `(\w+)` \|$", PAGE, flags=re.MULTILINE)
    assert len(steps) == 18
    for file, function in steps:
        tree = ast.parse((PACKAGE / file).read_text("utf-8"))
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", PAGE))
    there = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")}
    assert {name for name in named if not name.startswith("tests/")} <= there


def test_every_dependency_has_one_line_with_its_licence() -> None:
    """docs/licences.md has the licences by the packages' own metadata; a test makes it anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = sorted(re.split(r"[<>=]", name)[0] for name in project["dependencies"])
    rows = re.findall(r"^\| (.*) \|$", PAGE.split("## Dependencies")[1], flags=re.MULTILINE)[2:]
    lines = [row.split(" | ") for row in rows]
    assert sorted(line[0] for line in lines) == needed
    assert all(len(line) == 5 and all(line) and line[4].isdecimal() for line in lines)
    known = re.findall(
        r"^\| (\S+) \S+ \| (.*?) \|", (ROOT / "docs/licences.md").read_text("utf-8"), re.MULTILINE
    )
    licences = dict(known)
    assert {line[0]: line[3] for line in lines} == {name: licences[name] for name in needed}
