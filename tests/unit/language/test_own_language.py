"""A language that is not shipped, added in a review's own folder: German here, and others."""

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from tests.examples import BCG
from typst import TypstError

from metasynth.__main__ import main
from metasynth.core.faults import InvalidReview
from metasynth.core.paths import WORKFLOW
from metasynth.language.languages import LOCALES, known, speak
from metasynth.prose.texts import SECTIONS
from metasynth.report.render.compiled import compiled
from metasynth.review import language_check, own_language
from metasynth.review.load import load_review

GERMAN = {
    "Table": "Tabelle",
    "Figure": "Abbildung",
    "Contents": "Inhalt",
    "Outcome": "Endpunkt",
    "Trial": "Studie",
    "risk ratio": "relatives Risiko",
    "Version {version} of {date}.": "Version {version} vom {date}.",
    "REML": "REML",
}
BAD_RULE = "Plural-Forms: nplurals=2; plural=(n;\\n"


@pytest.fixture
def review(tmp_path, monkeypatch):
    """A copy of the BCG review, in whose folder the test stands."""
    shutil.copytree(BCG, tmp_path / "bcg", ignore=shutil.ignore_patterns("results", "logs"))
    monkeypatch.chdir(tmp_path / "bcg")
    return tmp_path / "bcg"


def catalogue(review, code="de"):
    return review / "data/text" / code / "report/messages.po"


def translate(path, said=GERMAN):
    text = path.read_text("utf-8")
    for message, own in said.items():
        text = text.replace(f'msgid "{message}"\nmsgstr ""', f'msgid "{message}"\nmsgstr "{own}"')
    path.write_text(text, "utf-8")


def speaking(review, *codes):
    path = review / "config.yaml"
    text = re.sub(r"languages: \[.*\]", f"languages: [{', '.join(codes)}]", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    return load_review(Path("config.yaml"), Path.cwd())


def ids(path):
    with path.open("rb") as file:
        return {m.id if isinstance(m.id, str) else tuple(m.id) for m in read_po(file) if m.id}


def plural_message(path):
    """A message with a plural form, as the catalogue has it."""
    found = re.search(
        r'msgid "(.*)"\nmsgid_plural "(.*)"\n(?:msgstr\[\d\] ""\n)+', path.read_text()
    )
    assert found
    return found[0], found[1], found[2]


@pytest.mark.parametrize(("code", "forms"), [("de", 2), ("fr", 2), ("cs", 3), ("ja", 1), ("ar", 6)])
def test_a_new_language_has_every_message_in_its_own_forms(review, code, forms):
    assert main(["language", "new", code]) == 0
    path = catalogue(review, code)
    assert ids(path) == ids(LOCALES / "pl.po")
    assert plural_message(path)[0].count("msgstr[") == forms
    pages = {page.name for page in path.parent.glob("*.md")}
    assert pages == {page.name for page in (SECTIONS / "en").glob("*.md")}
    own = {page.name for page in (review / "data/text/en").glob("*.md")}
    assert own == {page.name for page in (review / "data/text" / code).glob("*.md")}
    assert code in known(review / "data/text")
    assert code not in known()


def test_what_was_translated_is_said_and_the_rest_is_english(review):
    main(["language", "new", "de"])
    path = catalogue(review)
    entry, singular, plural = plural_message(path)
    own = ("{n} Ding", "{n} Dinge")
    filled = re.sub(r'msgstr\[(\d)\] ""', lambda m: f'msgstr[{m[1]}] "{own[int(m[1])]}"', entry)
    path.write_text(path.read_text("utf-8").replace(entry, filled), "utf-8")
    before = speak("de", review / "data/text").lacking
    translate(path)
    german = speak("de", review / "data/text")
    for message, said in GERMAN.items():
        assert german.gettext(message) == said
    assert german.say("Version {version} of {date}.", version="1", date="2026") == (
        "Version 1 vom 2026."
    )
    assert german.say_n(singular, plural, 1) == "1 Ding"
    assert german.say_n(singular, plural, 0) == "0 Dinge"
    assert german.gettext("random effects") == "random effects"
    assert german.numbers.decimal == ","
    assert german.written("0.49") == "0,49"
    missed = before[0] - german.lacking[0]
    assert missed == sum(message in ids(path) for message in GERMAN)
    assert german.lacking[1] == len(list((SECTIONS / "en").glob("*.md")))


def test_a_section_counts_until_no_paragraph_of_it_is_english(review):
    """A heading alone makes no section German, nor does a copy of an older English one."""
    main(["language", "new", "de"])
    page = catalogue(review).parent / "article_methods.md"
    before = speak("de", review / "data/text").lacking[1]
    page.write_text(page.read_text("utf-8").replace("# Methods", "# Methoden", 1), "utf-8")
    assert speak("de", review / "data/text").lacking[1] == before
    page.write_text("# Methoden\n\nAlles auf Deutsch.\n", "utf-8")
    assert speak("de", review / "data/text").lacking[1] == before - 1
    page.unlink()
    assert speak("de", review / "data/text").lacking[1] == before


def test_a_translation_that_is_the_same_word_is_one(review):
    main(["language", "new", "de"])
    before = speak("de", review / "data/text").lacking[0]
    translate(catalogue(review), {"Trial": "Trial"})
    assert speak("de", review / "data/text").lacking[0] == before - 1


def test_what_is_begun_is_never_overwritten(review, capsys):
    main(["language", "new", "de"])
    translate(catalogue(review))
    text = catalogue(review).read_bytes()
    assert main(["language", "new", "de"]) == 1
    assert "is there: metasynth language check de" in capsys.readouterr().err
    assert catalogue(review).read_bytes() == text


def test_own_prose_that_is_there_stays(review):
    folder = review / "data/text/de"
    folder.mkdir()
    (folder / "question.md").write_text("Die Frage.\n", "utf-8")
    main(["language", "new", "de"])
    assert (folder / "question.md").read_text("utf-8") == "Die Frage.\n"


@pytest.mark.parametrize(
    ("code", "why"), [("pl", "pl is shipped"), ("xx", "no language"), ("../de", "no language")]
)
def test_what_cannot_be_begun_is_said(review, capsys, code, why):
    assert main(["language", "new", code]) == 1
    assert why in capsys.readouterr().err
    assert not (review / "data/text" / code / "report").exists()


def test_check_lists_what_is_left_until_nothing_is(review, capsys):
    assert main(["language", "check", "de"]) == 1
    assert "metasynth language new de" in capsys.readouterr().err
    main(["language", "new", "de"])
    lines = own_language.lacking(Path("data/text"), "de")
    assert "  Outcome" in lines
    translate(catalogue(review))
    after = own_language.lacking(Path("data/text"), "de")
    assert "  Outcome" not in after
    assert len(after) < len(lines)
    question = "data/text/de/question.md:"
    assert any(line.startswith(question) for line in after)
    for folder in (review / "data/text/de", review / "data/text/de/report"):
        for page in folder.glob("*.md"):
            page.write_text("Alles auf Deutsch.\n", "utf-8")
    left = own_language.lacking(Path("data/text"), "de")
    assert not any(".md:" in line for line in left)


def test_a_review_without_the_files_is_told_how_to_begin(review):
    with pytest.raises(InvalidReview) as told:
        speaking(review, "en", "de")
    assert "begin it: metasynth language new de" in str(told.value)


def test_english_text_left_in_place_is_warned_of(review):
    main(["language", "new", "de"])
    found = speaking(review, "en", "de").warnings
    warned = [f for f in found if f.file.startswith("data/text/de/")]
    assert warned
    assert all(fault.severity == "warning" for fault in warned)


@pytest.mark.parametrize(
    "own",
    ["Version {versin} vom {date}.", "Version {version.__class__}", "Version {version", "{}"],
)
def test_places_that_a_message_has_not_are_told_before_anything_runs(review, own):
    main(["language", "new", "de"])
    translate(catalogue(review), {"Version {version} of {date}.": own})
    with pytest.raises(InvalidReview) as told:
        speaking(review, "en", "de")
    assert "data/text/de/report/messages.po" in str(told.value)
    assert "{date}, {version}" in str(told.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("messages.po", "msgid oops", "a catalogue that can be read"),
        (
            "messages.po",
            'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n;\\n"\n',
            "Plural-Forms",
        ),
        ("results.md", "{% if x %}", "expressions in braces"),
        ("notes.txt", "mine", "the name of a section"),
    ],
)
def test_files_that_cannot_be_read_are_told_of(review, name, text, said):
    main(["language", "new", "de"])
    (catalogue(review).parent / name).write_text(text, "utf-8")
    found = list(language_check.faults(Path.cwd(), "data/text", ("en", "de")))
    assert any(said in fault.expected and fault.file.endswith(name) for fault in found), found


@pytest.mark.parametrize(
    ("word", "formats", "warned"),
    [("Вакцина ґ їжак", ("pdf",), False), ("Ελληνικά", ("pdf",), False),
     ("卡介苗", ("html", "pdf"), True), ("卡介苗", ("html", "docx"), False),
     ("חיסון", ("pdf",), True)],
)  # fmt: skip
def test_a_script_that_the_fonts_lack_is_warned_of(review, word, formats, warned):
    main(["language", "new", "de"])
    (review / "data/text/de/question.md").write_text(f"{word}\n", "utf-8")
    found = [
        one
        for one in language_check.faults(review, "data/text", ["de"], formats)
        if "the PDF's font" in one.expected
    ]
    assert [one.severity for one in found] == ["warning"] * warned
    assert not warned or set(found[0].value) == set(word)


@pytest.mark.parametrize("word", ["Вакцина ґєії", "Ελληνικά", "Zażółć"])
def test_letters_of_three_scripts_are_printed_in_a_pdf_that_claims_its_standard(word):
    font = '#set text(font: ("Review Print", "Source Sans 3"), lang: "uk")\n'
    title = '#set document(title: "T", date: datetime(year: 2026, month: 1, day: 1))\n'
    words = f"{word} *{word}* _{word}_"
    fonts, told = WORKFLOW / "report/fonts", {"pdf_standards": ["a-3a"], "format": "pdf"}
    assert b"pdfaid:part" in compiled(title + font + words, fonts, **told)
    with pytest.raises(TypstError, match="could not be displayed"):
        compiled(title + font + "卡", fonts, **told)
