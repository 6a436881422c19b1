"""Every public function of `stats` and `synthesis` says what it takes, and what it raises."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import metasynth

ROOT = Path(metasynth.__file__).parent
PACKAGES = ("stats", "synthesis")
ARRAYS = re.compile(r"\b(Array|NDArray|Tables|Rates|Means|Events|Effects|Counted|Pools)\b")
PLAIN = re.compile(r"\b(float|int|str|Count)\b")
"""Types that leave open what a number or a word is of; outside `stats` a record says it itself."""
CHECKED_BEFORE = {
    ("stats.mixed_model", "maximise"),
    ("synthesis.selection", "missing_data"),
}
"""They ask only where they found what is asked for, or tell the refusal in another way."""


@dataclass(frozen=True)
class Function:
    """A public function, with the functions of its module."""

    module: str
    node: ast.FunctionDef
    neighbours: dict[str, ast.FunctionDef]

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.node) or ""

    def section(self, name: str) -> str:
        """What stands indented under a heading; nothing without it."""
        found = re.search(rf"^{name}:\n((?: .*\n|\n)*)", self.docstring + "\n", re.MULTILINE)
        return found[1] if found else ""

    def entries(self, name: str) -> dict[str, str]:
        """The entries of a section by what they are of."""
        parts = re.split(r"^    (\w+): ", self.section(name), flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    def raised(self) -> Iterator[str]:
        """The errors that its code raises, or that of the private functions it goes through."""
        todo, seen = [self.node], {self.node.name}
        while todo:
            for part in ast.walk(todo.pop()):
                if isinstance(part, ast.Raise) and isinstance(part.exc, ast.Call):
                    yield ast.unparse(part.exc.func)
                name = part.id if isinstance(part, ast.Name) else ""
                if name.startswith("_") and name in self.neighbours and name not in seen:
                    seen.add(name)
                    todo.append(self.neighbours[name])


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[Function]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            own = {f.name: f for f in tree(path).body if isinstance(f, ast.FunctionDef)}
            for name, node in own.items():
                if not name.startswith("_"):
                    yield Function(module, node, own)


def missing(function: Function) -> Iterator[str]:
    """What its docstring does not tell, or tells of what is not there."""
    told = function.entries("Parameters")
    arguments = function.node.args
    types = {
        a.arg: ast.unparse(a.annotation) if a.annotation else ""
        for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }
    arrays = {name for name, kind in types.items() if ARRAYS.search(kind)}
    plain = {name for name, kind in types.items() if PLAIN.search(kind)}
    asked = set(types) if function.module.startswith("stats.") else arrays | plain
    yield from (f"parameter not told of: {name}" for name in asked - set(told))
    yield from (f"told of, but no parameter: {name}" for name in set(told) - set(types))
    yield from (f"array without a shape: {n}" for n in arrays if "shape" not in told.get(n, ""))
    if (function.module, function.node.name) not in CHECKED_BEFORE:
        errors = set(function.raised()) - set(function.entries("Raises"))
        yield from (f"error not told of: {name}" for name in errors)
    if function.module.startswith("stats.") and arrays | plain and ">>> " not in function.docstring:
        yield "no example"


def test_sections() -> None:
    found = {f"{f.module}.{f.node.name}": sorted(missing(f)) for f in functions()}
    assert len(found) > 100
    assert {f"{name}: {fault}" for name, faults in found.items() for fault in faults} == set()
