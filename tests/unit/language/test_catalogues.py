"""Each language says all that the others say: messages, sections, named numbers, labels."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from metasynth.__main__ import main
from metasynth.language.languages import LABELS, LOCALES, known, speak
from metasynth.language.untranslated import as_catalogue, untranslated
from metasynth.report.text.sections import SECTIONS
from metasynth.review.load import load_review
from metasynth.validation import configuration

ROOT = Path(__file__).parents[3]
REPORT = ROOT / "workflow" / "report"
KEYWORDS = {"say": 1, "_say": 1, "say_n": 2, "message": 1, "sentence": 1, "sentence_n": 2}
"""Functions that take messages, and how many."""
OTHERS = [code for code in known() if code != "en"]
Message = str | tuple[str, ...]


def messages() -> set[Message]:
    """Every message of code and templates."""
    files = sorted((ROOT / "workflow" / "metasynth").rglob("*.py"))
    found = {text for file in files for text in _in_code(ast.parse(file.read_bytes()))}
    for page in sorted(REPORT.glob("*.j2")):
        kinds = dict.fromkeys(KEYWORDS)
        for _, text, *_ in extract_from_file("jinja2.ext:babel_extract", str(page), keywords=kinds):
            found.add(text[0] if isinstance(text, tuple) else text)
    return found


def _in_code(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            texts = node.args[: KEYWORDS.get(name, 0)]
            assert not any(isinstance(text, ast.JoinedStr) for text in texts), ast.unparse(node)
            said = tuple(str(t.value) for t in texts if isinstance(t, ast.Constant))
            if said and len(said) == KEYWORDS[name]:
                yield said if len(said) > 1 else said[0]


def catalogue(path: Path) -> dict[str, tuple[str, ...]]:
    """Each message of a catalogue by its (singular) id, with its translations."""
    with path.open("rb") as file:
        read = read_po(file)
    done = {}
    for item in read:
        if item.id:
            assert not item.fuzzy, item.id
            key = item.id if isinstance(item.id, str) else item.id[0]
            done[key] = (item.string,) if isinstance(item.string, str) else tuple(item.string)
    return done


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_and_none_is_left_over(code: str) -> None:
    ours = {text if isinstance(text, str) else text[0]: text for text in messages()}
    theirs = catalogue(LOCALES / f"{code}.po")
    assert {text for text in ours if not all(theirs.get(text, ("",)))} == set()
    assert set(theirs) - set(ours) == set()


@pytest.mark.parametrize("code", OTHERS)
def test_translations_have_the_places_and_the_plural_forms_of_their_messages(code: str) -> None:
    language = speak(code)
    forms = len({language.form(n) for n in range(200)})
    theirs = catalogue(LOCALES / f"{code}.po")
    for text in messages():
        singular, plural = (text, text) if isinstance(text, str) else (text[0], text[1])
        said = theirs[singular]
        # A message that stands in the code by itself may still be told by number (sentences.py).
        assert len(said) == forms or (isinstance(text, str) and len(said) == 1), text
        for translation in said:
            assert places(translation) in (places(singular), places(plural)), text


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogue_is_in_alphabetical_order(code: str) -> None:
    ids = list(catalogue(LOCALES / f"{code}.po"))
    assert ids == sorted(ids, key=lambda text: (text.casefold(), text))


# --- sections -------------------------------------------------------------------------------------

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_AGREEMENT = re.compile(r"choose\([^()]*\)")
_STRINGS = re.compile(r'"[^"]*"')
_NAME = re.compile(r"\b[a-z_][\w]*(?:\.[a-z_]\w*(?:\([^()]*\))?)+")
_PLACEHOLDER = re.compile(r"\{(?:figure|figures|table|list|page|anchor|prisma|prisma-none):[^}]*\}")
_CITATION = re.compile(r"@[a-z0-9_]+")


def named(text: str) -> set[str]:
    """The named values, placeholders and citations of a text, whatever words agree with them."""
    code = [_AGREEMENT.sub("", _STRINGS.sub("''", part)) for part in _JINJA.findall(text)]
    values = {name for part in code for name in _NAME.findall(part)}
    return values | set(_PLACEHOLDER.findall(_JINJA.sub("", text))) | set(_CITATION.findall(text))


def pairs() -> Iterator[tuple[str, Path, Path]]:
    """Each English section, of any review and of this one, beside that of another language."""
    for folder in (REPORT, ROOT / "data" / "text"):
        for code in OTHERS:
            english = {path.name for path in (folder / "en").glob("*.md")}
            other = {path.name for path in (folder / code).glob("*.md")}
            for name in sorted(english | other):
                yield f"{folder.name}/{code}/{name}", folder / "en" / name, folder / code / name


@pytest.mark.parametrize(
    ("english", "other"), [(a, b) for _, a, b in pairs()], ids=[name for name, *_ in pairs()]
)
def test_a_section_names_the_same_in_each_language(english: Path, other: Path) -> None:
    assert english.is_file()
    assert other.is_file()
    assert named(other.read_text("utf-8")) == named(english.read_text("utf-8"))


@pytest.mark.parametrize(
    "path", sorted(REPORT.glob("*/*.md")), ids=lambda p: p.parent.name + p.stem
)
def test_links_do_not_depend_on_the_words_of_a_heading(path: Path) -> None:
    headings = re.findall(r"^#+ .*$", path.read_text("utf-8"), re.MULTILINE)
    assert [heading for heading in headings if "{anchor:" not in heading] == []


def test_every_section_has_its_place() -> None:
    assert {path.stem for path in (REPORT / "en").glob("*.md")} <= set(SECTIONS)


# --- what this review says ------------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
def test_the_labels_of_this_review_are_translated(code: str) -> None:
    config = configuration.load(ROOT / "config.yaml")
    assert code in config.languages
    assert (ROOT / config.text / code / LABELS).is_file()
    review = load_review(ROOT / "config.yaml", ROOT)
    language = speak(code, ROOT / config.text)
    told = (review.config, review.trials, review.search, language, review.claims, review.changelog)
    assert untranslated(*told) == []


def test_what_is_not_translated_is_listed_ready_for_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["untranslated"]) == 0
    assert "pl: everything is translated" in capsys.readouterr().out
    bcg = ROOT / ".test"
    review = load_review(bcg / "config.yaml", bcg)
    missing = untranslated(review.config, review.trials, review.search, speak("pl"))
    assert {"Tuberculosis", "BCG vaccine"} <= set(missing)
    assert not {trial.study.label for trial in review.trials} & set(missing)
    (tmp_path / "pl.po").write_text(as_catalogue(missing), encoding="utf-8")
    with (tmp_path / "pl.po").open("rb") as file:
        assert {item.id for item in read_po(file) if item.id} == set(missing)
