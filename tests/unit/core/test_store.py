"""Records survive the way to text and back; text is the same everywhere."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth.core import store
from metasynth.model.records import Cell, Group, OutcomeSpec, StudyData

STUDY = StudyData(
    "cohen2004",
    "Cohen 2004",
    None,
    Group(("a", "b"), "A + B", 3, 10, cells=(Cell("trials/cohen2004/results.csv", 2),)),
)


def test_records_come_back_as_they_were() -> None:
    assert store.from_json(StudyData, store.to_json(STUDY)) == STUDY


def test_floats_are_rounded_to_eight_digits_and_never_minus_zero() -> None:
    assert store.to_json([1 / 3, -0.0, 1e-9 / 3]) == "[\n 0.33333333,\n 0.0,\n 3.3333333e-10\n]\n"


def test_extracted_numbers_keep_all_their_digits() -> None:
    group = Group((), "G", mean=0.12345678901234567)
    assert store.from_json(Group, store.to_json(group, exact=True)) == group


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        store.to_json([value])


def test_csv_defuses_formulas_but_not_numbers() -> None:
    text = store.to_csv(["a", "b", "c"], [["=1+1", -1.5, None], ["+x", "plain, with comma", True]])
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["a", "b", "c"], ["'=1+1", "-1.5", ""], ["'+x", "plain, with comma", "yes"]]


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    st.sampled_from(["{}", "{:+}", "{:e}", "{:.3f}"]),
)
def test_numbers_given_as_text_are_never_guarded(number: float, form: str) -> None:
    """Exact values are written from their text; R must read them as numbers, whatever the sign."""
    (line,) = store.to_csv(["x"], [[form.format(number)]]).splitlines()[1:]
    assert float(line) == float(form.format(number))


@given(st.text(alphabet="=+-@\t19.eE( x", max_size=6))
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    guarded = store.guarded(text)
    if guarded.startswith(("=", "+", "-", "@", "\t", "\r")):
        float(guarded)  # a number, which runs nothing
    else:
        assert guarded in (text, f"'{text}")


def test_csv_of_records_has_a_column_for_each_field() -> None:
    spec = OutcomeSpec("o", "O", "o", 24, "binary", "RR", "harm", ("primary",))
    header, row, rest = store.records_csv(OutcomeSpec, [spec]).split("\n")
    assert header.startswith("id,label,outcome,week,type,measure")
    assert row.startswith("o,O,o,24,binary,RR")
    assert rest == ""


def test_write_leaves_no_part_behind(tmp_path: Path) -> None:
    store.write(tmp_path / "deep" / "file.txt", "ä\n")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file.txt"]
    assert (tmp_path / "deep" / "file.txt").read_bytes() == "ä\n".encode()
