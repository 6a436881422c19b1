"""The baseline of a living review: a state as a file, written when it is accepted, read with care.

One line a row, so that version control shows what an acceptance changed. A digest ends the file: a
baseline that was edited or merged by hand is noticed, not compared.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from metasynth.core import store
from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.living.state import FORMAT, State
from metasynth.model.living_config import BASELINE

MEMBER = "results/state.json"
"""Where a run writes its own state, and where an archived review holds it."""
_DIGEST = "sha256"


class BaselineError(ValueError):
    """A baseline that cannot be read; the message says what was expected of the file."""


def to_text(state: State) -> str:
    """A state as the text of its file."""
    body = store.plain(state)
    lines = list(_lines(body))
    lines.append(f' "{_DIGEST}": "{_digest(lines)}"')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(body: dict[str, Any]) -> Iterator[str]:
    """Each entry of the state; its lists and mappings with one item a line."""
    for name, value in body.items():
        items, ends = [_json(value)], ""
        if isinstance(value, list):
            items, ends = [_json(item) for item in value], "[]"
        elif isinstance(value, dict):
            items, ends = [f"{_json(key)}: {_json(item)}" for key, item in value.items()], "{}"
        inner = ",\n  ".join(items)
        yield f' "{name}": ' + (f"{ends[0]}\n  {inner}\n {ends[1]}" if ends else inner)


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _entries(text: str) -> list[str]:
    """The lines of a state as its file has them, without writing them anew to compare them.

    An entry begins at one blank, what is within it at two, and the last one is the digest.
    """
    first, *others = text.removeprefix("{\n").split(',\n "')
    return [first, *(f' "{entry}' for entry in others[:-1])]


def from_text(text: str) -> State:
    """The state that `to_text` wrote.

    Raises:
        BaselineError: where it did not, or in another format than is read here.
    """
    try:
        body = json.loads(text)
        written = body.pop(_DIGEST)
        if body["format"] != FORMAT:
            raise BaselineError(f"a state in format {FORMAT}, but it is in {body['format']!r}")
        if written != _digest(_entries(text)) and written != _digest(list(_lines(body))):
            raise BaselineError("a state as it was accepted, but it was edited or merged by hand")
        return store.typed(State, body)
    except BaselineError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BaselineError("a state that this program wrote") from None


def load(place: str, workdir: Path, lines: Lines) -> tuple[State | None, list[Fault]]:
    """The baseline that config.yaml names, if there is one, and what is wrong with it.

    Without the usual file, the review is at its first version; a file that is named must be there.
    """
    path = workdir / place
    if place == BASELINE and not os.path.lexists(path):
        return None, []
    try:
        return read(path), []
    except BaselineError as error:
        remedy = "restore it from version control, or name another state or archive"
        return None, [lines.fault(("living", "baseline"), place, str(error), remedy)]


def read(path: Path) -> State:
    """The state in a file, or in the zip of an archived review.

    Raises:
        BaselineError: when there is none to be had.
    """
    try:
        content = _from_zip(path) if path.suffix == ".zip" else path.read_bytes()
        return from_text(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise BaselineError("a state that this program wrote") from None
    except OSError as error:
        raise BaselineError(f"a file that can be read ({error.strerror})") from None


def _from_zip(path: Path) -> bytes:
    """The state within an archive, whose names and manifest are checked before anything is read."""
    import zipfile

    from metasynth.core import verify
    from metasynth.core.digest import sha256

    try:
        with zipfile.ZipFile(path) as archive:
            names = verify.safe_entries(archive, path.stat().st_size)
            listed = verify.read_manifest(archive)
            if MEMBER not in names or MEMBER not in listed:
                raise BaselineError(f"an archive that holds {MEMBER}; make it anew")
            content = archive.read(MEMBER)
    except verify.VerifyError as error:
        raise BaselineError(f"a sound archive: {error}") from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        raise BaselineError("the zip of an archived review") from None
    if sha256(content) != listed[MEMBER]:
        raise BaselineError(f"a sound archive: {MEMBER} is not the file that was archived")
    return content
