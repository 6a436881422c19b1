"""The lock, and the bill of materials that follows from it."""

import json
import re
import tomllib
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
from packaging import tags
from packaging.utils import parse_wheel_filename
from tests.reviews import REPOSITORY

from metasynth.archive import bill

TEXT = (REPOSITORY / "uv.lock").read_text("utf-8")
LOCK = tomllib.loads(TEXT)["package"]
FETCHED = [one for one in LOCK if "registry" in one["source"]]


def files(package: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from package.get("wheels", ())
    if "sdist" in package:
        yield package["sdist"]


def test_the_lock_has_a_hash_for_every_file_of_every_package() -> None:
    assert len(FETCHED) > 50
    for package in FETCHED:
        assert list(files(package)), package["name"]
        for file in files(package):
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), file["url"]


def test_the_bill_has_every_package_with_all_its_digests() -> None:
    made = json.loads(bill.bill(TEXT))
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert {(one["name"], one["version"]) for one in made["components"]} == {
        (one["name"], one["version"]) for one in FETCHED
    }
    told = [
        (ref["url"], digest["content"])
        for one in made["components"]
        for ref in one["externalReferences"]
        for digest in ref["hashes"]
    ]
    known = [(f["url"], f["hash"].split(":")[1]) for one in FETCHED for f in files(one)]
    assert sorted(told) == sorted(known)


def test_what_is_needed_is_told_and_is_there() -> None:
    made = json.loads(bill.bill(TEXT))
    refs = {one["bom-ref"] for one in made["components"]}
    refs.add(made["metadata"]["component"]["bom-ref"])
    needs = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    assert needs.keys() == refs
    assert {one for several in needs.values() for one in several} <= refs
    names = {re.match(r"pkg:pypi/(.+)@", one)[1] for one in needs[refs_of("metasynth")]}  # type: ignore[index]
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert names >= {re.match(r"[\w-]+", one)[0] for one in declared["dependencies"]}  # type: ignore[index]


def refs_of(name: str) -> str:
    (own,) = [one for one in LOCK if one["name"] == name]
    return f"pkg:pypi/{name}@{own.get('version', '')}"


def test_the_order_of_the_lock_does_not_matter() -> None:
    head, *packages = TEXT.split("[[package]]")
    shuffled = "[[package]]".join([head, *(one.rstrip("\n") + "\n\n" for one in packages[::-1])])
    assert bill.bill(shuffled) == bill.bill(TEXT)


def test_a_lock_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ValueError, match="Expected"):
        bill.bill("[[package")


@pytest.mark.parametrize("python", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_each_package_of_a_run_has_a_wheel_for_every_python(
    licences: ModuleType, python: tuple[int, int]
) -> None:
    """On Linux x86-64: nothing has to be compiled there."""
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 29)] + ["linux_x86_64"]
    known = set(tags.cpython_tags(python, platforms=[*platforms, "manylinux2014_x86_64"]))
    known |= set(tags.compatible_tags(python, platforms=platforms))
    packages = licences.locked()
    found = licences.needed(packages)
    assert "numpy" in found
    without = [
        name
        for name in sorted(found)
        if not any(
            known & parse_wheel_filename(unquote(file["url"].rpartition("/")[2]))[3]
            for package in packages[name]
            for file in package.get("wheels", ())
        )
    ]
    # Of Python alone; and of C, so that 3.14 needs a compiler until its makers give a wheel.
    assert without == ["connection-pool", *(["immutables"] if python >= (3, 14) else [])]
