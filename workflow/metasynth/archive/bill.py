"""The bill of materials: every package of the lock, as CycloneDX 1.6 has it.

It follows from the lock alone, so that the same lock gives the same bytes: no clock, no serial
number, and the packages of every system, whichever of them one machine installs.

Source: https://cyclonedx.org/docs/1.6/json/.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

NAME = "bom.cdx.json"
Package = Mapping[str, Any]


def bill(lock: str) -> bytes:
    """The bill of materials of the packages in the text of a uv.lock.

    Raises:
        ValueError: when the lock cannot be read.
    """
    packages = sorted(tomllib.loads(lock)["package"], key=lambda one: (one["name"], _version(one)))
    (own,) = [one for one in packages if "registry" not in one["source"]]
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", **_named(own)}},
        "components": [_component(one) for one in packages if one is not own],
        "dependencies": [
            {"ref": _purl(one), "dependsOn": sorted(set(_needs(one, packages)))} for one in packages
        ],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _component(package: Package) -> dict[str, Any]:
    """A package, with the place and digest of each file that it is distributed as."""
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    return {
        "type": "library",
        **_named(package),
        "externalReferences": [
            {
                "type": "distribution",
                "url": file["url"],
                "hashes": [{"alg": "SHA-256", "content": file["hash"].removeprefix("sha256:")}],
            }
            for file in files
        ],
    }


def _named(package: Package) -> dict[str, str]:
    purl = _purl(package)
    return {"bom-ref": purl, "name": package["name"], "version": _version(package), "purl": purl}


def _purl(package: Package) -> str:
    return f"pkg:pypi/{package['name']}@{_version(package)}"


def _version(package: Package) -> str:
    return str(package.get("version", ""))


def _needs(package: Package, packages: list[Package]) -> Iterator[str]:
    """What a package needs on some system; of several versions in the lock, the one it names."""
    for needed in package.get("dependencies", ()):
        for one in packages:
            named = needed.get("version", _version(one)) == _version(one)
            if one["name"] == needed["name"] and named:
                yield _purl(one)
