"""What was made, and whether it still stands: a record of each member beside the results.

A record tells from which code, data and choices the member was made, and the digest of each of its
files. It is written last, so what was cut off has none; and a file that was cut short, edited or
restored from elsewhere is known by its digest, whatever its time stamp says.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from metasynth.core import store
from metasynth.core.digest import text_digest
from metasynth.pipeline.targets import Member

FOLDER = "results/made"

NEW = "not made yet"
DATA = "other data"
CHOICES = "other choices"
CODE = "other code or library versions"
MISSING = "a file is missing"
DAMAGED = "a file is not as it was made"


@dataclass(frozen=True, slots=True)
class Made:
    """What stands in a record: `choices` as a digest, `files` with the SHA-256 of each."""

    stage: str
    name: str
    code: str
    data: str
    choices: str
    inputs: tuple[str, ...]
    files: Mapping[str, str]


def write(member: Member, contents: Mapping[str, str | bytes], root: Path = Path()) -> None:
    """Write a member's files, given by their names with or without folders, and then its record.

    Raises:
        ValueError: when the contents are not those of the member's files.
    """
    names = {path.rpartition("/")[2]: path for path in member.files}
    given = {path.rpartition("/")[2]: content for path, content in contents.items()}
    if set(names) != set(given):
        raise ValueError(f"made {sorted(given)} instead of {sorted(names)}")
    encoded = {
        names[name]: content.encode("utf-8") if isinstance(content, str) else content
        for name, content in given.items()
    }
    store.write_all({root / path: content for path, content in encoded.items()})
    digests = {path: hashlib.sha256(encoded[path]).hexdigest() for path in sorted(encoded)}
    made = Made(
        *(member.stage, member.name, member.code, member.data, text_digest(member.choices)),
        inputs=member.sources,
        files=digests,
    )
    store.write(root / member.record, _text(made))


def _text(made: Made) -> str:
    content = {name: getattr(made, name) for name in Made.__slots__}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read(path: Path) -> Made | None:
    """The record in a file; None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Made(**content | {"inputs": tuple(content["inputs"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def why_stale(member: Member, root: Path = Path()) -> str:
    """Why a member has to be made, by one of the reasons above; nothing if it stands."""
    made = read(root / member.record)
    if made is None:
        return NEW
    if made.code != member.code:
        return CODE
    if made.choices != text_digest(member.choices) or set(made.files) != set(member.files):
        return CHOICES
    if made.data != member.data:
        return DATA
    return damage(made, root)


def damage(made: Made, root: Path) -> str:
    """What is wrong with a record's files, by one of the reasons above; nothing if all stand."""
    for path, digest in made.files.items():
        try:
            content = (root / path).read_bytes()
        except OSError:
            return MISSING
        if hashlib.sha256(content).hexdigest() != digest:
            return DAMAGED
    return ""


def obsolete(
    planned: Container[str], stale: Container[str], root: Path = Path(), more: Iterable[str] = ()
) -> tuple[str, ...]:
    """Files that records tell of, but that are not `planned`, and records that are not.

    `stale` are the records of members that are to be made again, `more` what an earlier run left.
    """
    found = [*more]
    for path in (root / FOLDER).rglob("*.json"):
        name = path.relative_to(root).as_posix()
        if name not in planned or name in stale:
            record = read(path)
            found += [name, *(record.files if record else ())]
    return tuple(sorted({name for name in found if name not in planned and _is_ours(name, root)}))


def _is_ours(name: str, root: Path) -> bool:
    """Whether a file is there, and among the results: whatever a record that was edited says."""
    parts = PurePosixPath(name).parts
    return parts[:1] == ("results",) and ".." not in parts and (root / name).is_file()
