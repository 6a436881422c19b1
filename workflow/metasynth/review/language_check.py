"""What is wrong with the files of a language of a review's own, found before anything runs."""

import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

from metasynth.core.faults import Fault, of_file, of_line
from metasynth.core.paths import WORKFLOW
from metasynth.core.text_files import read_text
from metasynth.language.languages import MESSAGES, OWN, known, shipped
from metasynth.prose.texts import SECTIONS

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

Place = tuple[str, str, str]
_LATIN = "\u024f"
"""The last of the letters of European languages that are written in Latin ones."""
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
_MOST_SHOWN = 12


def faults(
    workdir: Path, text: str, languages: Sequence[str], formats: Sequence[str] = ("pdf",)
) -> Iterator[Fault]:
    """The faults of each such language: its catalogue, its sections, letters of other scripts."""
    for code in languages:
        if code not in shipped() and code in known(workdir / text):
            folder = f"{text}/{code}/{OWN}"
            yield from _catalogue(workdir, f"{folder}/{MESSAGES}")
            yield from _sections(workdir, folder)
            if "pdf" in formats:
                yield from _letters(workdir, f"{text}/{code}")


def _catalogue(workdir: Path, file: str) -> Iterator[Fault]:
    """A catalogue that cannot be read, or a translation with other {places} than its message."""
    from babel.messages.pofile import PoFileError, read_po

    text, fault = read_text(workdir / file, file, workdir, "a catalogue (.po)")
    if text is None:
        yield from [fault] if fault else ()
        return
    try:
        catalogue = read_po(text.splitlines(keepends=True), abort_invalid=True)
    except (PoFileError, ValueError, TypeError) as error:
        yield of_file(file, "", f"a catalogue that can be read ({error})", "correct its form")
        return
    yield from _plurals(catalogue, file)
    for message in catalogue:
        if message.id and not message.fuzzy:
            yield from _places(message, file)


def _plurals(catalogue: "Catalog", file: str) -> Iterator[Fault]:
    """The rule of plural forms is an expression of C that gettext reads."""
    from gettext import c2py

    try:
        c2py(catalogue.plural_expr)
        several = [_texts(m.string) for m in catalogue if not isinstance(m.id, str)]
        wrong = any(any(forms) and len(forms) != catalogue.num_plurals for forms in several)
    except ValueError:
        wrong = True
    if wrong:
        expected = "Plural-Forms that can be read, and so many forms of each message with several"
        yield of_file(file, str(catalogue.plural_forms), expected, "take the language's own rule")


def _places(message: "Message", file: str) -> Iterator[Fault]:
    known = {place for one in _texts(message.id) for place in _of(one)}
    for one in filter(None, _texts(message.string)):
        try:
            strange = set(_of(one)) - known
        except ValueError:
            strange = {("{", "", "")}
        if strange:
            names = ", ".join(f"{{{name}}}" for name, *_ in sorted(known)) or "no place in braces"
            expected = f"of its message, {names}"
            remedy = "write the places as they stand in the message"
            yield of_line(file, message.lineno or 1, "msgstr", one, expected, remedy)


def _texts(said: str | Iterable[str] | None) -> list[str]:
    """A message, or its translation, as its forms."""
    return [said] if isinstance(said, str) else list(said or ())


def _of(message: str) -> Iterator[Place]:
    """The {places} of a message: names, and how they are formatted."""
    for _, name, form, conversion in string.Formatter().parse(message):
        if name is not None:
            yield name, form or "", conversion or ""


def _sections(workdir: Path, folder: str) -> Iterator[Fault]:
    """A file that is no section, or one whose expressions cannot be read."""
    from jinja2 import TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment()
    names = {path.name for path in (SECTIONS / "en").glob("*.md")}
    for path in sorted((workdir / folder).iterdir()):
        file = f"{folder}/{path.name}"
        if path.name == MESSAGES or path.name[0] in ".~#" or path.name.endswith("~"):
            continue
        if path.name not in names:
            yield of_file(file, path.name, "the name of a section", _like(names))
            continue
        text, fault = read_text(path, file, workdir, "Markdown")
        yield from [fault] if fault else ()
        try:
            environment.parse(text or "")
        except TemplateSyntaxError as error:
            expected = f"expressions in braces as in English ({error.message})"
            yield of_line(file, error.lineno, "", "", expected, "compare it with the English one")


def _letters(workdir: Path, folder: str) -> Iterator[Fault]:
    """Letters that the PDF would show as boxes, as its font has none of their script."""
    paths = (path for place in ("*", f"{OWN}/*") for path in (workdir / folder).glob(place))
    texts = (read_text(path, path.name, workdir, "text")[0] for path in paths if path.is_file())
    letters = {c for text in texts for c in text or "" if c > _LATIN and category(c) in _LETTERS}
    if lacking := "".join(sorted(letters - _of_the_font())) if letters else "":
        expected = "letters that the PDF's font has: Latin, Greek and Cyrillic ones"
        remedy = "leave pdf out of formats: html and docx take the reader's fonts"
        warned = of_file(folder, lacking[:_MOST_SHOWN], expected, remedy)
        yield replace(warned, severity="warning")


def _of_the_font() -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(WORKFLOW / "report/fonts/SourceSans3-Regular.otf"))
    return frozenset(map(chr, font.get_charmap()))


def _like(names: Iterable[str]) -> str:
    return f"rename it to one of {', '.join(sorted(names)[:3])} …, or remove it"
