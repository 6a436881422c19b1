"""Digests of what a result depends on: files by their content, code by all that it imports."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).parent
# The code is scanned, not parsed: parsing 150 modules would take longer than all else at load.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|.+)|import[ \t]+(.+))$", re.MULTILINE
)
_NAME = re.compile(r"(?:^|,)\s*([\w.]+)")
_COMMENT = re.compile(r"#.*")


def text_digest(*texts: str) -> str:
    """Hex digest of texts in their order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{len(text)}\0{text}".encode())
    return digest.hexdigest()[:16]


def files_digest(paths: Iterable[Path]) -> str:
    """Hex digest of the files' names and content, whatever the order given."""
    return text_digest(*(f"{path.name} {_content(path)}" for path in sorted(paths)))


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def code_digest(script: Path, *others: Path) -> str:
    """Hex digest of a script, the modules of this package behind it and its libraries' versions.

    `others` are files that it depends on without importing them, such as templates.
    """
    modules, libraries = _behind([script])
    files = (f"{path.name} {_code(path)}" for path in sorted({*modules, *others}))
    return text_digest(*files, *_versions(libraries).values())


def software(files: Iterable[Path]) -> tuple[str, dict[str, str]]:
    """Of some modules and all that they import: the digest of this package's part of it, and the
    versions of the libraries by name.
    """
    modules, libraries = _behind(files)
    return files_digest(modules), _versions(libraries)


def _behind(files: Iterable[Path]) -> tuple[set[Path], set[str]]:
    modules, libraries = set[Path](), set[str]()
    for file in files:
        _follow(file, modules, libraries)
    return modules, libraries


def _versions(libraries: Iterable[str]) -> dict[str, str]:
    return {name: metadata.version(name) for name in sorted(libraries)}


@cache
def _code(path: Path) -> str:
    """As `_content`; many scripts share a module, which is read once a process."""
    return _content(path)


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
    """Every module imported, also inside functions, also by `from package import module`."""
    return tuple(dict.fromkeys(_names(file.read_text(encoding="utf-8"))))


def _names(code: str) -> Iterator[str]:
    for module, members, modules in _IMPORT.findall(code):
        names = _NAME.findall(_COMMENT.sub("", members or modules).strip("() \n"))
        if module:
            yield module
            yield from (f"{module}.{name}" for name in names)
        else:
            yield from names


@cache
def _module_files(name: str) -> tuple[Path, ...]:
    """The files that importing `name` runs: the module, and each package it stands in."""
    parts = name.split(".")[1:]
    stems = [_PACKAGE.joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]
    files = [file for stem in stems for file in (stem / "__init__.py", stem.with_suffix(".py"))]
    return tuple(file for file in files if file.is_file())


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
