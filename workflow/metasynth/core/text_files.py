"""A text file as text, or the one reason why it cannot be read."""

import codecs
import os
import re
import stat
from pathlib import Path

from metasynth.core import foreign_files
from metasynth.core.faults import Fault, of_file, of_line

MAX_BYTES = 50_000_000
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
"""Control characters, those that make text read in another order than it is written, and those that
Unicode keeps for programs' own use."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_LEGACY = (("Windows-1250", "cp1250"), ("Windows-1252", "cp1252"))


def read_text(
    path: Path, name: str, root: Path, kind: str = "CSV"
) -> tuple[str | None, Fault | None]:
    """The text of `path` without its byte order mark, or None and a fault that calls it `name`.

    Line ends are left as they are. `root` is the folder that no link may lead out of, and `kind`
    what the file should be: "CSV", "Markdown". Nothing but an ordinary file is ever opened.
    """
    content, fault = read_bytes(path, name, root)
    return (None, fault) if content is None else text_of(content, name, kind)


def read_bytes(path: Path, name: str, root: Path) -> tuple[bytes | None, Fault | None]:
    """The content of `path`, or None and a fault, as `read_text`."""
    try:
        if fault := _not_a_file(path, name, root):
            return None, fault
        return path.read_bytes(), None
    except OSError as error:
        expected = f"a file that can be read ({error.strerror or 'reading failed'})"
        return None, of_file(name, "", expected, "give yourself the right to read it")


def text_of(
    content: bytes, name: str, kind: str = "CSV", encoding: str = ""
) -> tuple[str | None, Fault | None]:
    """The text of a file's `content` without its byte order mark, or None and a fault.

    Without a declared `encoding` it is UTF-8.
    """
    if fault := _not_text(content, name, kind, encoding):
        return None, fault
    text, fault = _declared(content, name, encoding) if encoding else _decoded(content, name, kind)
    if text is None:
        return None, fault
    if fault := unmerged(text, name):
        return None, fault
    return text, None


def _not_a_file(path: Path, name: str, root: Path) -> Fault | None:
    """Why `path` must not even be opened."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            if not leads_inside(path, root):
                remedy = "put the file itself here instead of a link"
                return of_file(name, "", "a file inside the review's folder, not a link", remedy)
            status = os.stat(path)
    except FileNotFoundError:
        return of_file(name, "", "a file of this name", "add the file; see the template folder")
    if stat.S_ISDIR(status.st_mode):
        return of_file(name, "", "a file, but this is a folder", "rename or remove the folder")
    if not stat.S_ISREG(status.st_mode):
        return of_file(name, "", "an ordinary file", "replace it with an ordinary file")
    if status.st_size > MAX_BYTES:
        limit = f"a file of at most {MAX_BYTES // 1_000_000} MB"
        return of_file(name, "", limit, "remove what does not belong in the table")
    return None


def leads_inside(path: Path, root: Path) -> bool:
    """Whether `path`, all links followed, is inside `root`."""
    real, base = os.path.realpath(path), os.path.realpath(root)
    return real.startswith(base + os.sep)


def _as_utf8(kind: str) -> str:
    return f"save the file again as {kind} with the encoding (character set) UTF-8"


def _not_text(content: bytes, name: str, kind: str, encoding: str) -> Fault | None:
    wide = encoding.casefold().replace("_", "-").startswith("utf-16")
    if content.startswith(_UTF16) and not wide:
        expected = "text in UTF-8, but this is UTF-16 (“Unicode text”)"
        return of_file(name, "", expected, _as_utf8(kind))
    if called := foreign_files.signature(content, kind):
        remedy = f"open it in its own program and save it as {kind}, not under another name"
        if "zip" in called:
            remedy = "unpack it, and take the file in it"
        return of_file(name, "", f"a {kind} file, but this is {called}", remedy)
    if b"\0" in content and not wide:
        line = _line(content, content.index(b"\0"))
        expected = "text, but there is a NUL byte in it"
        return of_line(name, line, "", "", expected, _as_utf8(kind))
    return None


def hidden_advice(found: re.Match[str]) -> tuple[str, str]:
    """Expectation and remedy for a hidden character."""
    expected = f"no control character, but character {found.start() + 1} is U+{ord(found[0]):04X}"
    return expected, "type the text anew instead of pasting it"


def hidden_faults(text: str, name: str) -> list[Fault]:
    """A fault for each line of a text that has a hidden character."""
    found = ((number, HIDDEN.search(line)) for number, line in enumerate(text.split("\n"), start=1))
    return [of_line(name, line, "", "", *hidden_advice(match)) for line, match in found if match]


def _decoded(content: bytes, name: str, kind: str) -> tuple[str | None, Fault | None]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, byte = _line(content, error.start), content[error.start : error.start + 1]
        expected = f"text in UTF-8; byte {error.start + 1} of the file, in line {line}, is not"
        if letters := _letters(byte):
            expected += f" (it is {letters})"
        expected += foreign_files.code_page(content)
        return None, of_line(name, line, "", f"byte {byte.hex()}", expected, _as_utf8(kind))
    return text, None


def _declared(content: bytes, name: str, encoding: str) -> tuple[str | None, Fault | None]:
    """The text in an encoding that is declared, where it is not plainly another one."""
    try:
        known = codecs.lookup(encoding).name
        if not (content.isascii() or known.startswith("utf")) and _read_back(content):
            expected = f"text in {encoding}, but this is UTF-8"
            return None, of_file(name, "", expected, "leave the encoding out")
        return content.decode(encoding).removeprefix("\ufeff"), None
    except LookupError:
        remedy = "name one that is known, such as cp1250, cp1252, latin-1 or utf-16"
        return None, of_file(name, encoding, "an encoding of this name", remedy)
    except UnicodeError as error:
        expected = f"text in {encoding} ({error})"
        return None, of_file(name, "", expected, "name the encoding in which it is written")


def _read_back(content: bytes) -> bool:
    """Whether the content is UTF-8, in which no other encoding's letters are written by chance."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unmerged(text: str, name: str) -> Fault | None:
    """A fault where a merge of git has left two versions of the text."""
    if (line := foreign_files.conflict(text)) is None:
        return None
    expected = "one version of the text, but git has left two, between <<<<<<< and >>>>>>>"
    remedy = "keep one of the two, and remove the marks of the conflict"
    return of_line(name, line, "", "", expected, remedy)


def _letters(byte: bytes) -> str:
    """What a byte means in the encodings that spreadsheets and old editors still write."""
    read = ((name, byte.decode(codec, "ignore")) for name, codec in _LEGACY)
    return ", ".join(
        f"“{letter}” in {name}" for name, letter in read if letter.isprintable() and letter
    )


def _line(content: bytes, offset: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", content[:offset])) + 1


def one_line(text: str) -> str:
    """A text on one line; the characters that Windows writes where Latin-1 has none are read so."""
    return " ".join(text.translate(_C1).split())
