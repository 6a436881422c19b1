"""The check of a review's texts: the names it knows are those of the report, and files are safe."""

import inspect
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pytest
from tests.bad_input.review import CONFIG, TEXTS, clean, write
from tests.examples import ANAKINRA, outcomes, review

from metasynth.core.faults import InvalidReview
from metasynth.language.languages import ENGLISH, known, speak
from metasynth.prose import expressions, texts, values
from metasynth.prose.values import ANYTHING, Kind, Named
from metasynth.report.material import Material, primary_outcomes
from metasynth.report.tables import claims
from metasynth.report.text import vocabulary
from metasynth.report.text.sections import SECTIONS, Texts
from metasynth.review import prose_check, prose_names
from metasynth.review.load import Review, load_review
from metasynth.tables import reader
from metasynth.validation import configuration

ROOT = Path(__file__).parents[3]
CODES = known()


def names_of(review: Review) -> dict[str, object]:
    records = {trial.study.study: lambda trial=trial: trial for trial in review.trials}
    return prose_names.names(review.config, records, review.claims, review.search, "en")


@pytest.fixture(scope="module")
def anakinra() -> Review:
    return review(ANAKINRA)


@pytest.fixture(scope="module")
def made(anakinra: Review) -> Material:
    results = tuple(result for result, _ in outcomes(ANAKINRA).values())
    return Material(anakinra.config, anakinra.trials, results, (), {}, {}, {}, ())


def test_the_names_are_those_of_the_report(anakinra: Review, made: Material) -> None:
    offered = vocabulary.vocabulary(made, primary_outcomes(made, ENGLISH), ENGLISH)
    known = names_of(anakinra)
    assert known.keys() == offered.keys() | {"audit", "own"}
    assert set(known["trials"]) == set(offered["trials"])


def test_what_a_kind_has_is_what_the_value_has(anakinra: Review, made: Material) -> None:
    """Every part of a pooled outcome, as the run gives it, is known at load, and the other way."""
    for outcome, value in primary_outcomes(made, ENGLISH).items():
        kind = names_of(anakinra)[outcome]
        assert isinstance(kind, Named)
        for name in values._public(type(value)) - {"result"}:
            values.part(kind, name, outcome)
        assert all(
            isinstance(values.part(kind, spec.spec.name, ""), Kind)
            for spec in value.result.analyses
        )
        for name in values._parts(type(value.main)):
            assert hasattr(value.main, name)
            values.part(Kind(type(value.main)), name, "")


def test_the_names_of_the_audit_are_the_reports() -> None:
    source = inspect.getsource(claims.ClaimNames.__getattr__)
    offered = set(re.findall(r'"(\w+)"', source)) - {"intervention", "control"}
    assert set(prose_names.OF_A_CLAIM) == offered | {"verdict"}


def test_the_filters_are_the_reports_or_jinjas() -> None:
    from jinja2.filters import FILTERS as JINJA

    assert set(expressions.FILTERS) <= set(vocabulary.filters(ENGLISH)) | set(JINJA)
    assert set(vocabulary.filters(ENGLISH)) <= set(expressions.FILTERS)


def test_filters_take_numbers_as_they_are_printed() -> None:
    """What the check at load lets pass must not fail when the report is made."""
    filters = vocabulary.filters(ENGLISH)
    assert (filters["capitalize"](18), filters["lowered"](18)) == ("18", "18")
    assert filters["stated"](0.5, "p") == "p\u00a0=\u00a00.5"
    assert filters["joined"]([1, 2]) == "1 and 2"


@pytest.mark.parametrize("code", CODES)
def test_sections_ask_for_the_same_in_each_language(code: str) -> None:
    assert texts.sections(code) == texts.sections("en")
    assert {"question", "abstract", "living"} <= set(texts.sections(code).included)
    assert texts.sections(code).under["search"] == ("6", "7")
    assert len(SECTIONS) > 30


@pytest.mark.parametrize("code", CODES)
def test_forms_of_nouns_are_as_many_as_the_language_has(code: str) -> None:
    forms = len({speak(code).form(n) for n in range(200)})
    assert prose_names._plural_forms(code) == forms


def test_what_jinja_reads_is_read_alike() -> None:
    """Whatever passes at load is a template that Jinja can read."""
    from jinja2 import Environment
    from tests.bad_input.prose_cases import GOOD

    for sentence in GOOD:
        Environment().parse(sentence)


_BITS = (
    *("{{", "}}", "{%", "%}", "{#", "#}", "|", "~", " is ", "not ", "if ", "for x in ", "endif"),
    *("endfor", "set a=", '"', "'", "(", ")", "[", "]", ".", "..", "0x1", "1_0", "1e5", "*", "**"),
    *("`", "```", "<b>", "![](", "  \n", "\\\n", "    ", "\n\n", "{figure:", "{prisma:", "}", "[@"),
    *("@", "---", "else", "loop", "None", "r'x'", "é", "&amp;", "|joined", "\t", "#", "> ", "1. "),
)


@pytest.mark.parametrize("seed", range(3))
def test_what_passes_can_be_rendered(anakinra: Review, seed: int) -> None:
    """Texts with slips at random: each is told of with its line, or the report can read it."""
    from jinja2 import Environment

    from metasynth.prose.templates import without_tags
    from metasynth.report.text.markdown import Parser

    rng, raw = random.Random(seed), reader.read(ROOT / "data/raw")
    prose = prose_check.read(anakinra.config, ROOT, anakinra.config.text)
    jinja, passed = Environment(trim_blocks=True, lstrip_blocks=True), 0
    for _ in range(200):
        source = rng.choice(prose.texts)
        spoilt = rng.choice(source.text.split("\n\n"))
        for _ in range(rng.randint(1, 3)):
            start = rng.randrange(len(spoilt) + 1)
            end = start + rng.choice([0, 0, 1, 2, 5])
            spoilt = f"{spoilt[:start]}{rng.choice(_BITS)}{spoilt[end:]}"
        one = texts.Prose((source.language,), (replace(source, text=spoilt),), ())
        told = [fault for fault in prose_check.faults(one, anakinra.config, raw) if fault.row]
        if not told:
            passed += 1
            jinja.parse(spoilt)
            known = frozenset(anakinra_references(raw)), frozenset(prose_check._items())
            Parser(lambda kind, name: (), *known).parse(without_tags(spoilt))
    assert 50 < passed < 180


def anakinra_references(raw: reader.RawTables) -> frozenset[str]:
    assert raw.references
    return raw.references


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture
def within_seconds() -> Iterator[None]:
    """A test that hangs fails."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it hangs")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(20)
    yield
    signal.alarm(0)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def outside(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


ODD = {
    "fifo": (fifo, "an ordinary file"),
    "device": (device, "not a link"),
    "outside": (outside, "not a link"),
    "folder": (folder, "this is a folder"),
    "loop": (loop, "a file"),
}


@pytest.mark.usefixtures("within_seconds")
@pytest.mark.parametrize("name", ["question.md", "labels.po", "notes.md", "notes"])
@pytest.mark.parametrize("kind", ODD)
def test_only_ordinary_files_are_opened(tmp_path: Path, kind: str, name: str) -> None:
    make, expected = ODD[kind]
    write(clean(), tmp_path)
    path = tmp_path / "data" / TEXTS / name
    path.unlink(missing_ok=True)
    make(path)
    with pytest.raises(InvalidReview) as caught:
        load_review(tmp_path / CONFIG, tmp_path)
    (fault,) = caught.value.faults
    assert fault.file == f"data/{TEXTS}/{name}"
    assert expected in fault.expected or name.startswith("notes")


def test_what_editors_leave_behind_is_passed_over(tmp_path: Path) -> None:
    write(clean(), tmp_path)
    for name in (".DS_Store", "question.md~", "#question.md#", ".question.md.swp", "x.bak"):
        (tmp_path / "data" / TEXTS / name).write_text("x", encoding="utf-8")
    assert load_review(tmp_path / CONFIG, tmp_path).warnings == ()


@pytest.mark.parametrize(
    "rewrite", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n")]
)
def test_marks_and_line_ends_of_editors_are_good(
    tmp_path: Path, rewrite: Callable[[bytes], bytes]
) -> None:
    files = {k: rewrite(v) if k.startswith(TEXTS) else v for k, v in clean().items()}
    write(files, tmp_path)
    assert load_review(tmp_path / CONFIG, tmp_path).warnings == ()


def test_a_language_is_checked_by_its_own_rules(tmp_path: Path) -> None:
    """Polish writes results with a comma, and has three forms of a noun."""
    files = clean()
    files[CONFIG] = files[CONFIG].replace(b"languages: [en]", b"languages: [en, pl]")
    polish = {k.replace("/en/", "/pl/"): v for k, v in files.items() if k.startswith(TEXTS)}
    polish["text/pl/question.md"] = b'1,82.\n\n{{ choose(pain.k, "a", "b") }}\n'
    write(files | polish, tmp_path)
    with pytest.raises(InvalidReview) as caught:
        load_review(tmp_path / CONFIG, tmp_path)
    first, second = (one for one in caught.value.faults if one.severity == "error")
    assert (first.cell, second.cell) == tuple(f"data/text/pl/question.md:{n}" for n in (1, 3))
    assert "typed by hand" in first.expected
    assert "3 forms" in second.expected


def test_nothing_of_a_clean_text_is_loaded_that_takes_time() -> None:
    """Jinja's and Markdown's own parsers take longer to load than the whole check."""
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from metasynth.review.load import load_review;"
        "load_review(Path('config.yaml'), Path.cwd());"
        "print(*sorted({'jinja2', 'markdown_it', 'numpy', 'babel'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == [], done.stderr


def test_a_long_text_is_read_in_no_time() -> None:
    config = configuration.load(ROOT / "config.yaml")
    raw = reader.read(ROOT / config.data)
    text = texts.OwnText("x.md", "en", "question", "A sentence, 1 of {{ acr20_w24.k }}. " * 20_000)
    start = time.process_time()
    prose = texts.Prose(("en",), (text,), ())
    list(prose_check.faults(prose, config, raw))
    assert time.process_time() - start < 10
    assert ANYTHING is values.ANYTHING


@pytest.mark.parametrize("mark", ["TODO: the limits.", "(TBD)", "Why???", "Lorem ipsum dolor."])
def test_a_mark_of_what_is_to_be_written_is_a_doubt_at_its_line(tmp_path: Path, mark: str) -> None:
    files = clean()
    files[f"{TEXTS}/question.md"] += f"\nOne more.\n\n{mark}\n".encode()
    write(files, tmp_path)
    (fault,) = load_review(Path(CONFIG), tmp_path).warnings
    assert (fault.cell, fault.severity) == ("data/text/en/question.md:5", "warning")
    assert "would be printed" in fault.expected


@pytest.mark.parametrize("formula", ["$\\tau^2$", "$I^2 = 0$", "$$x$$"])
def test_a_formula_between_dollars_is_a_doubt_at_its_line(tmp_path: Path, formula: str) -> None:
    files = clean()
    files[f"{TEXTS}/question.md"] += f"\nOne more.\n\nHere {formula} stands.\n".encode()
    write(files, tmp_path)
    (fault,) = load_review(Path(CONFIG), tmp_path).warnings
    assert (fault.cell, fault.severity) == ("data/text/en/question.md:5", "warning")
    assert fault.value == formula
    assert "printed as typed" in fault.expected


@pytest.mark.parametrize("prices", ["$5 and $10", "US$ and A$ are", "5 $, then 6 $", "a $ alone"])
def test_prices_are_no_formulas(tmp_path: Path, prices: str) -> None:
    files = clean()
    files[f"{TEXTS}/question.md"] += f"\nIt costs {prices}.\n".encode()
    write(files, tmp_path)
    assert load_review(Path(CONFIG), tmp_path).warnings == ()


def test_a_name_with_a_full_stop_ends_its_sentence(tmp_path: Path) -> None:
    general = tmp_path / "general"
    general.mkdir()
    section = "{{ name }}. Then {{ name }}, and `../{{ name }}`.\n"
    (general / "results.md").write_text(section, encoding="utf-8")
    texts = Texts([general], tmp_path, {})
    ((_, said),) = texts.filled({"name": "Smith et al."})
    assert said.replace("\\", "") == "Smith et al. Then Smith et al., and `../Smith et al.`.\n"
