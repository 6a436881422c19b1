"""Digests that tell Snakemake what a job really depends on.

Snakemake compares inputs by time stamp and does not look into the modules that a script imports.
Rules therefore carry these digests as `params`: of the raw tables' content, and of a script with
every module of this package, and every library's version, that it imports directly or indirectly.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).parent


def files_digest(paths: Iterable[Path]) -> str:
    """Hex digest of the files' names and content, whatever the order given."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def code_digest(script: Path) -> str:
    """Hex digest of a script, the modules of this package behind it and its libraries' versions."""
    modules, versions = software([script])
    text = "".join(f"{name} {version}\n" for name, version in versions.items())
    return hashlib.sha256(f"{modules} {text}".encode()).hexdigest()[:16]


def software(files: Iterable[Path]) -> tuple[str, dict[str, str]]:
    """Of some modules and all that they import: the digest of this package's part of it, and the
    versions of the libraries by name.
    """
    modules, libraries = set[Path](), set[str]()
    for file in files:
        _follow(file, modules, libraries)
    return files_digest(modules), {name: metadata.version(name) for name in sorted(libraries)}


def _follow(file: Path, modules: set[Path], libraries: set[str]) -> None:
    if file in modules:
        return
    modules.add(file)
    for name in _imports(file):
        if name.split(".")[0] == _PACKAGE.name:
            for module in _module_files(name):
                _follow(module, modules, libraries)
        else:
            libraries.update(_distribution(name.split(".")[0]))


@cache
def _imports(file: Path) -> tuple[str, ...]:
    return tuple(_names(ast.parse(file.read_bytes())))


def _names(tree: ast.AST) -> Iterator[str]:
    """Every module imported, also inside functions, also by `from package import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_files(name: str) -> Iterator[Path]:
    """The files that importing `name` runs: the module, and each package it stands in."""
    parts = name.split(".")[1:]
    for depth in range(len(parts) + 1):
        stem = _PACKAGE.joinpath(*parts[:depth])
        for file in (stem / "__init__.py", stem.with_suffix(".py")):
            if file.is_file():
                yield file


@cache
def _distribution(module: str) -> tuple[str, ...]:
    """The installed distribution that a module comes from; none for the standard library."""
    for name in (module, _RENAMED.get(module, module)):
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        return (name,)
    return ()


_RENAMED = {"yaml": "pyyaml", "markdown_it": "markdown-it-py"}
