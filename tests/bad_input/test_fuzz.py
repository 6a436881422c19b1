"""Whatever stands in the files, the answer is a review or a report of faults, never a crash.

Each test spoils 150 reviews. EXAMPLES=10 makes them 1500, in four minutes: each week in CI and
after a change of how files are read.
"""

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth.core.faults import InvalidReview
from metasynth.review.load import Review, load_review
from tests.budget import examples

from .conftest import TRIED
from .review import CONFIG, clean, write

pytestmark = pytest.mark.slow

EXAMPLES = examples(150)
FILES = st.sampled_from(sorted(clean()))
TABLES = st.sampled_from(sorted(name for name in clean() if name.endswith(".csv")))
MARKS = [b"", b",", b'"', b"\n", b"\r", b";", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"  "]
YAML_MARKS = [b"{", b"}", b"[", b"]", b": ", b"&a ", b"*a", b"!x ", b"#", b"@", b"\\", b"no"]
PIECES = st.sampled_from([*MARKS, *YAML_MARKS, b"-", b"0", b"010", b"9" * 30])
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), PIECES), min_size=1, max_size=4)


def judged(files):
    """The review, or its faults, of which there must be an error with a place and a remedy."""
    TRIED["reviews spoilt by chance, each read or refused"] += 1
    with tempfile.TemporaryDirectory() as folder:
        write(files, Path(folder))
        try:
            return load_review(Path(folder, CONFIG), Path(folder))
        except InvalidReview as invalid:
            told = invalid
    assert any(fault.severity == "error" for fault in told.faults)
    assert all(fault.cell and fault.expected and fault.remedy for fault in told.faults)
    str(told).encode("utf-8")
    return told


@EXAMPLES
@given(FILES, st.binary(max_size=200))
def test_any_bytes(name, content):
    judged({**clean(), name: content})


@EXAMPLES
@given(FILES, EDITS)
def test_cut_and_pasted_bytes(name, edits):
    content = clean()[name]
    for place, cut, piece in edits:
        at = int(place * len(content))
        content = content[:at] + piece + content[at + cut :]
    judged({**clean(), name: content})


@EXAMPLES
@given(st.lists(st.tuples(FILES, EDITS), min_size=2, max_size=6))
def test_tables_choices_texts_and_references_together(spoilt):
    """In time, too: what one file says is looked for in all others."""
    files, begin = dict(clean()), time.process_time()
    for name, edits in spoilt:
        for place, cut, piece in edits:
            at = int(place * len(files[name]))
            files[name] = files[name][:at] + piece + files[name][at + cut :]
    judged(files)
    assert time.process_time() - begin < 5


@EXAMPLES
@given(TABLES, st.integers(1, 9), st.integers(0, 18), st.text(max_size=40))
def test_any_cell(name, line, column, value):
    lines = clean()[name].decode().split("\n")
    cells = lines[line % len(lines)].split(",")
    quoted = value.replace('"', '""')
    cells[column % len(cells)] = f'"{quoted}"'
    lines[line % len(lines)] = ",".join(cells)
    judged({**clean(), name: "\n".join(lines).encode("utf-8", "surrogatepass")})


WORDS = st.text(max_size=12)
YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


@EXAMPLES
@given(st.sampled_from(["review", "data", "comparison", "analyses", "outcomes"]), YAML)
def test_any_section(section, value):
    yaml = pytest.importorskip("yaml")
    config = yaml.safe_load(clean()[CONFIG])
    files = {**clean(), CONFIG: yaml.safe_dump({**config, section: value}).encode()}
    assert isinstance(judged(files), Review | InvalidReview)
