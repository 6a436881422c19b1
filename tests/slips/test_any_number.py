"""Whatever number stands in a cell, the answer is a review or a report, never a crash."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from metasynth.core.faults import InvalidReview
from metasynth.review.load import load_review
from tests.bad_input.review import CONFIG, Files, write
from tests.budget import examples

from .right import right

TABLES = sorted(name for name in right() if name.endswith(("results.csv", "study.csv", "arms.csv")))
NUMBERS = st.sampled_from(
    ["0", "-1", "1", "0.0", "999999999999999", "-999999999999999.5", "1e-99", "0.5", "24", "", "x"]
)
EDIT = st.tuples(st.sampled_from(TABLES), st.integers(1, 20), st.integers(0, 22), NUMBERS)
EDITS = st.lists(EDIT, min_size=1, max_size=5)


def edited(edits) -> Files:
    files = right()
    for name, row, column, value in edits:
        records = list(csv.reader(io.StringIO(files[name].decode(), newline="")))
        chosen = records[1 + row % (len(records) - 1)]
        chosen[column % len(chosen)] = value
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(records)
        files[name] = out.getvalue().encode()
    return files


@examples(30)
@given(EDITS)
def test_any_numbers_are_judged(edits):
    with tempfile.TemporaryDirectory() as folder:
        write(edited(edits), Path(folder))
        try:
            told = load_review(Path(folder, CONFIG), Path(folder)).warnings
        except InvalidReview as invalid:
            told = invalid.faults
    assert all(fault.cell and fault.expected and fault.remedy for fault in told)
