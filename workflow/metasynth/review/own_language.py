"""A language that is not shipped: its files are begun in a review's folder, and what they lack."""

from collections.abc import Iterator
from pathlib import Path

from metasynth.core import store
from metasynth.language.english_left import english_paragraphs
from metasynth.language.languages import (
    LABELS,
    MESSAGES,
    OWN,
    complete_catalogue,
    read_catalogue,
    shipped,
)
from metasynth.prose.texts import SECTIONS

_HEADER = """\
# Messages of the report. Translate each msgstr; {{places}} stay as they are. What is left blank is
# said in English.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={count}; plural={rule};\\n"
"""


class NoLanguage(ValueError):  # noqa: N818 - it is what the user is told
    """No language can be begun or checked by this name; its text says why."""


def begin(text: Path, code: str) -> list[Path]:
    """Write the files of a language below the review's prose; what is there stays as it is.

    They are the catalogue of messages, with its rule of plurals, the sections of the report, and
    the review's own English texts, all to be translated where they stand.

    Raises:
        NoLanguage: when there is no such language, it is shipped, or has been begun.
    """
    folder = text / code / OWN
    if code in shipped():
        raise NoLanguage(f"{code} is shipped: write the review's own texts in {text / code}.")
    if (folder / MESSAGES).exists():
        raise NoLanguage(f"{folder / MESSAGES} is there: metasynth language check {code}.")
    files = {folder / MESSAGES: _catalogue(code)}
    files |= {folder / path.name: path.read_text("utf-8") for path in _pages(SECTIONS / "en")}
    own = _pages(text / "en")
    files |= {text / code / path.name: path.read_text("utf-8") for path in own}
    made = [path for path in files if not path.exists()]
    for path in made:
        store.write(path, files[path])
    return made


def _pages(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.md"))


def _catalogue(code: str) -> str:
    """Every message with a blank translation, in the forms of plurals that the language has."""
    from babel.core import Locale, UnknownLocaleError
    from babel.messages.plurals import get_plural

    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError) as error:
        raise NoLanguage(f"{code!r} is no language that Unicode's CLDR knows.") from error
    count, rule = get_plural(code)
    header = _HEADER.format(code=code, count=count, rule=rule)
    return "\n".join([header, *_entries(count)])


def _entries(count: int) -> Iterator[str]:
    for id_, plural in _messages():
        if plural:
            forms = "\n".join(f'msgstr[{n}] ""' for n in range(count))
            yield f"msgid {_quoted(id_)}\nmsgid_plural {_quoted(plural)}\n{forms}\n"
        else:
            yield f'msgid {_quoted(id_)}\nmsgstr ""\n'


def _messages() -> Iterator[tuple[str, str]]:
    """All messages, each with its plural where it has one, from a catalogue that lacks none."""
    from babel.messages.pofile import read_po

    with complete_catalogue().open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        if message.id:
            forms = (message.id, "") if isinstance(message.id, str) else tuple(message.id)
            yield forms[0], forms[1]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def lacking(text: Path, code: str) -> list[str]:
    """What of a language is still English, a line each: messages, then paragraphs of its files.

    Raises:
        NoLanguage: when the review has not begun it.
    """
    catalogue = text / code / OWN / MESSAGES
    if not catalogue.is_file():
        raise NoLanguage(f"There is no {catalogue}: metasynth language new {code} makes it.")
    said, several, _ = read_catalogue(catalogue)
    messages = [
        id_ for id_, plural in _messages() if (id_ not in several if plural else not said.get(id_))
    ]
    lines = [f"{catalogue}: {len(messages)} messages are not translated"] if messages else []
    lines += [f"  {message}" for message in messages]
    for english, folder in ((SECTIONS / "en", catalogue.parent), (text / "en", text / code)):
        for page in _pages(english):
            lines += _of_page(page, folder / page.name)
    if not (text / code / LABELS).is_file():
        lines.append(
            f"{text / code / LABELS}: not there; metasynth untranslated says what is in it"
        )
    return lines


def _of_page(english: Path, own: Path) -> Iterator[str]:
    """The paragraphs of a page that stand as in English; all of one that is not there do."""
    if not own.is_file():
        yield f"{own}: not there"
        return
    for line, said in english_paragraphs(own.read_text("utf-8"), english.read_text("utf-8")):
        yield f"{own}:{line}: {said[:80]}"
