"""Write docs/licences.md: the licence of every package in the lock, by the package's own metadata.

A licence that is not known here, or not compatible with this project's, stops it.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
Package = Mapping[str, Any]

# What an MIT-licensed project may depend on: permissive licences, and the MPL, which concerns the
# files that are under it alone.
COMPATIBLE = frozenset(
    [
        *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT"),
        *("MIT-CMU", "MPL-2.0", "PSF-2.0", "Public-Domain", "Python-2.0", "Unlicense", "Zlib"),
    ]
)
# How packages write these, where they do not write an SPDX expression.
WRITTEN = {
    "2-clause bsd": "BSD-2-Clause",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "bsd": "BSD",
    "bsd license": "BSD",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd-3-clause license": "BSD-3-Clause",
    "artistic license": "Artistic",
    "gnu general public license (gpl)": "GPL",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "the mit license (mit)": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "public domain": "Public-Domain",
    "python software foundation license": "PSF-2.0",
}
# Why a package may say a licence that is not compatible, or what its metadata does not say.
NOTES = {
    "docutils": "a mode for the editor Emacs is under the GPL, and is not in the installed package",
    "numpy": "its wheels have GCC's runtime library, under the GPL with the exception that allows "
    "programs of any licence",
    "pypandoc-binary": "brings pandoc, a program under GPL-2.0-or-later, which is run as one",
    "text-unidecode": "or the GPL, as one likes; frictionless needs it, which only the tests use",
    "scipy": "its wheels have GCC's runtime library, as NumPy's",
}
# Packages that only Windows needs, so that their metadata are not here; by their wheels' metadata.
ELSEWHERE = {("colorama", "0.4.6"): "BSD", ("pyreadline3", "3.5.6"): "BSD"}


class UnknownLicenceError(ValueError):
    """A package whose licence is not known, or not compatible."""


def licence(package: Package) -> str:
    """The licence of one package of the lock, as SPDX writes it ("BSD": of no clause that is told).

    Raises:
        UnknownLicenceError: where it is not known, or not compatible.
    """
    name, version = package["name"], package["version"]
    try:
        found = _told(metadata.distribution(name))
    except metadata.PackageNotFoundError:
        found = ELSEWHERE.get((name, version), "")
    terms = set(re.findall(r"[\w.+-]+", found)) - {"AND", "OR", "WITH"}
    if not terms or (terms - COMPATIBLE and name not in NOTES):
        raise UnknownLicenceError(f"{name} {version}: {found or 'no licence is told'}")
    return found


def _told(distribution: metadata.Distribution) -> str:
    """The licence by the expression, the field, the classifiers or the text of a package."""
    meta = distribution.metadata
    if expression := meta.get("License-Expression"):
        return expression
    field = (meta.get("License") or "").strip()
    if field in COMPATIBLE or field.lower() in WRITTEN:
        return WRITTEN.get(field.lower(), field)
    classified = [
        WRITTEN.get(line.rpartition(" :: ")[2].lower(), line)
        for line in meta.get_all("Classifier") or ()
        if line.startswith("License :: ")
    ]
    return ", ".join(sorted(classified)) or _titled(distribution)


def _titled(distribution: metadata.Distribution) -> str:
    """The licence by the first line of its text."""
    texts = [file for file in distribution.files or () if file.name.upper().startswith("LICENSE")]
    titles = [str(file.read_text()).strip().partition("\n")[0].strip().lower() for file in texts]
    return next((WRITTEN[title] for title in titles if title in WRITTEN), "")


def locked() -> dict[str, list[Package]]:
    """The packages of the lock by name, without this project; a name may have several versions."""
    found: dict[str, list[Package]] = {}
    for package in tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]:
        found.setdefault(package["name"], []).append(package)
    return found


def needed(packages: Mapping[str, list[Package]]) -> set[str]:
    """The names of what a run needs: the project's dependencies, and theirs."""
    found, waiting = set[str](), ["metasynth"]
    while waiting:
        for package in packages[waiting.pop()]:
            new = {one["name"] for one in package.get("dependencies", ())} - found
            found |= new
            waiting += new
    return found


def page() -> str:
    """The page as Markdown."""
    packages = locked()
    run = needed(packages)
    return f"""# Licences of what this project depends on

The project is under the MIT licence. Each licence below stands in the package's own metadata, read
by `docs/make_licences.py`, which stops at one that is not known or not compatible; a test runs it.
None of these packages is a part of this project or its wheel. `archive_full` packs the wheels of
those that a run needs, unchanged, with their licences in them; `bom.cdx.json` in each archive lists
them all.

The fonts in `workflow/report/fonts` are under the SIL Open Font License, which stands beside them.

## What a run needs

{_table(packages, sorted(run))}

## For development, tests and clusters alone

{_table(packages, sorted(packages.keys() - run - {"metasynth"}))}
"""


def _table(packages: Mapping[str, list[Package]], names: list[str]) -> str:
    return "\n".join(["| package | licence | |", "| --- | --- | --- |", *_rows(packages, names)])


def _rows(packages: Mapping[str, list[Package]], names: list[str]) -> Iterator[str]:
    for name in names:
        for package in packages[name]:
            yield f"| {name} {package['version']} | {licence(package)} | {NOTES.get(name, '')} |"


if __name__ == "__main__":
    try:
        PAGE.write_text(page(), encoding="utf-8", newline="\n")
    except UnknownLicenceError as unknown:
        sys.exit(str(unknown))
