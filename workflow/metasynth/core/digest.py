"""Digests of what a result depends on: files by their content, code by all that it imports."""

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from metasynth.core.paths import CARRIED, PACKAGE

# The code is scanned, not parsed: parsing 150 modules would take longer than all else at load.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\((?:[^)#]|#.*)*\)|.+)|import[ \t]+(.+))",
    re.MULTILINE,
)
_NAME = re.compile(r"(?:^|,)\s*([\w.]+)")
_COMMENT = re.compile(r"#.*")
# Where conda-forge splits a library, the part without the interface is called base or minimal.
_CONDA_NAME = re.compile(r"^ *- ([\w-]+?)(?:-base|-minimal)?={1,2}([\w.]+)$", re.MULTILINE)


def sha256(content: bytes | Path) -> str:
    """Hex digest of some bytes, or of a file."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_digest(*texts: str) -> str:
    """Hex digest of texts in their order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{len(text)}\0{text}".encode())
    return digest.hexdigest()[:16]


def files_digest(paths: Iterable[Path]) -> str:
    """Hex digest of the files' names and content, whatever the order given."""
    return text_digest(*(f"{path.name} {sha256(path)}" for path in sorted(paths)))


def code_digest(script: Path, *others: Path) -> str:
    """Hex digest of a script, the modules of this package behind it and its libraries' versions.

    `others` are files that it depends on without importing them, such as templates.
    """
    modules, libraries = _behind([script])
    return text_digest(*_named({*modules, *map(str, others)}), *_versioned(libraries))


def software(files: Iterable[Path], without: Iterable[Path] = ()) -> tuple[str, dict[str, str]]:
    """Of some modules and all that they import: the digest of this package's part of it, and the
    versions of the libraries by name. What is behind `without` is left out of the digest.
    """
    modules, libraries = _behind(files)
    modules -= _behind(without)[0]
    return text_digest(*_named(modules)), {name: version(name) for name in sorted(libraries)}


def _named(files: Iterable[str]) -> list[str]:
    """Each file's name and the digest of its content, in an order that is the same anywhere."""
    return sorted(f"{_name(file)} {_code_digest(file)}" for file in files)


def _name(file: str) -> str:
    """Of a module its place in the package, as names repeat there; of other files the last part."""
    inside, module = f"{PACKAGE}/", not file.startswith(f"{CARRIED}/")
    own = module and file.startswith(inside)
    return file.removeprefix(inside) if own else file.rpartition("/")[2]


def _versioned(libraries: Iterable[str]) -> Iterator[str]:
    return (f"{name} {version(name)}" for name in sorted(libraries))


def _content(file: str | Path) -> bytes:
    with open(file, "rb") as opened:
        return opened.read()


# Many scripts share a module, which is read once a process.
_code = cache(_content)


@cache
def _code_digest(file: str) -> str:
    return sha256(_code(file))


_pinned: dict[str, str] = {}


def pin(environment: Path) -> None:
    """From now on the libraries' versions are those of a conda environment's file, where all jobs
    run: what is installed here, if anything, is not what they use.
    """
    _pinned.update(_CONDA_NAME.findall(environment.read_text(encoding="utf-8")))


@cache
def version(name: str) -> str:
    """As metadata.version, which reads the whole description of a library for it.

    Raises:
        importlib.metadata.PackageNotFoundError: where jobs have no library of that name.
    """
    from importlib import metadata  # where it is needed: jobs have their digests from the plan

    if _pinned:
        if name not in _pinned:
            raise metadata.PackageNotFoundError(name)
        return _pinned[name]
    told = metadata.distribution(name).read_text("METADATA") or ""
    found = re.search(r"^Version: *(\S+)", told, re.MULTILINE)
    return found[1] if found else metadata.version(name)


def _behind(files: Iterable[Path]) -> tuple[set[str], set[str]]:
    """All modules of this package that running `files` runs, as their files, and all libraries."""
    modules, libraries, waiting = set[str](), set[str](), [*map(str, files)]
    while waiting:
        file = waiting.pop()
        if file not in modules:
            modules.add(file)
            own, others = _imports(file)
            waiting += own - modules
            libraries |= others
    return modules, libraries


@cache
def _imports(file: str) -> tuple[frozenset[str], frozenset[str]]:
    """The modules of this package, and the libraries, that a file imports itself.

    Also inside functions, also by `from package import module`.
    """
    own, others = set[str](), set[str]()
    for name in set(_names(_code(file).decode())):
        modules, libraries = _named_by(name)
        own |= modules
        others |= libraries
    return frozenset(own), frozenset(others)


@cache
def _named_by(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The files of this package that importing `name` runs, and the libraries behind it."""
    first, *rest = name.split(".")
    if first != PACKAGE.name:
        return frozenset(), frozenset(_distribution(first))
    parents = (".".join((first, *rest[:depth])) for depth in range(len(rest) + 1))
    known = _modules()
    return frozenset(known[parent] for parent in parents if parent in known), frozenset()


def _names(code: str) -> Iterator[str]:
    for module, members, modules in _IMPORT.findall(code):
        names = _NAME.findall(_COMMENT.sub("", members or modules).strip("() \n"))
        if module:
            yield module
            yield from (f"{module}.{name}" for name in names)
        else:
            yield from names


@cache
def _modules() -> dict[str, str]:
    """The file of each module of this package by its name: of a package, its __init__.py."""
    found = {}
    for folder, folders, files in os.walk(PACKAGE):
        folders[:] = [name for name in folders if name not in ("__pycache__", CARRIED.name)]
        inside = [PACKAGE.name, *Path(folder).relative_to(PACKAGE).parts]
        for name in files:
            module = ".".join([*inside, name.removesuffix(".py")])
            found[module.removesuffix(".__init__")] = f"{folder}/{name}"
    return found


@cache
def _distribution(module: str) -> tuple[str, ...]:
    """The installed distribution that a module comes from; none for the standard library."""
    from importlib import metadata

    if module in sys.stdlib_module_names:
        return ()
    for name in (module, _RENAMED.get(module, module)):
        try:
            version(name)
        except metadata.PackageNotFoundError:
            continue
        return (name,)
    return ()


_RENAMED = {"yaml": "pyyaml", "markdown_it": "markdown-it-py"}
