"""A right review is silent; with a slip of one kind it says just that, until it is answered."""

import csv
import importlib.util
import io
from pathlib import Path

import pytest

from metasynth.checks.catalogue import CHECKS
from metasynth.core.faults import Fault, InvalidReview
from metasynth.review.load import load_review
from tests.bad_input.review import CONFIG, Files, write

from .cases import CERTAIN, SLIPS, published
from .right import right

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"change_unexplained"}  # tests/unit/living/test_baseline.py


def spoilt(case) -> Files:
    """The right review with the slip."""
    files = right()
    for change in case.changes:
        change(files)
    return files


def told(files: Files, folder) -> tuple[Fault, ...]:
    """All that is said of a review."""
    write(files, folder)
    try:
        return load_review(folder / CONFIG, folder).warnings
    except InvalidReview as invalid:
        return invalid.faults


def test_a_right_review_is_silent(tmp_path):
    assert told(right(), tmp_path) == ()


def test_published_results_that_the_counts_give_are_silent(tmp_path):
    """30 of 120 against 53 of 118: limits by statsmodels, p by SciPy (0.001 to 0.002)."""
    for said in (
        {"estimate": "0.56", "ci_low": "0.38", "ci_high": "0.80", "reported_p": "0.002"},
        {"estimate": "0.41", "ci_low": "0.24", "ci_high": "0.71", "reported_p": "<0.01"},
        {"estimate": "-0.20", "ci_low": "-0.32", "ci_high": "-0.08"},
    ):
        files = right()
        published(**said)(files)
        assert told(files, tmp_path / said["estimate"]) == ()


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: case.kind)
def test_one_slip_is_told_once_and_can_be_answered(case, tmp_path):
    files = spoilt(case)
    found = told(files, tmp_path / "spoilt")
    assert [(fault.kind, fault.severity) for fault in found] == [(case.kind, "warning")], found
    (fault,) = found
    assert not case.cell or fault.cell == case.cell
    assert case.words in f"{fault.expected}; {fault.remedy}"
    assert fault.remedy
    if answer(files, fault):
        assert told(files, tmp_path / "answered") == ()
    else:  # only a file that is moved away ends its doubt
        assert fault.row is None or fault.column.startswith(("analyses", "living")), fault


def answer(files: Files, fault: Fault) -> bool:
    """Say `checked` at the row, or the entry of config.yaml, that a doubt is about."""
    if fault.file == CONFIG:
        section, *rest = fault.column.split(".")
        if section not in ("review", "outcomes", "analyses"):
            return False
        head = f"{section}:\n" if section == "review" else f"  {rest[0]}:\n"
        indent = "  " if section == "review" else "    "
        config = files[CONFIG].decode()
        assert config.count(head) == 1
        files[CONFIG] = config.replace(head, f"{head}{indent}checked: So it is (A. B.)\n").encode()
        return True
    if fault.row is None:
        return False
    name = fault.file
    records = list(csv.reader(io.StringIO(files[name].decode(), newline="")))
    if "checked" not in records[0]:
        records = [[*record, "checked" if at == 0 else ""] for at, record in enumerate(records)]
    records[fault.row - 1][records[0].index("checked")] = "So it is printed (A. B.)"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(records)
    files[name] = out.getvalue().encode()
    return True


SEARCH = "search.csv"
_BROKEN = b"line,part,text\n#1,trem,arthritis\n"


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: case.kind)
def test_a_slip_is_told_in_one_report_with_a_fault_elsewhere(case, tmp_path):
    files = spoilt(case)
    assert SEARCH not in files
    files[SEARCH] = _BROKEN
    found = told(files, tmp_path)
    assert {fault.file for fault in found if fault.severity == "error"} == {SEARCH}
    assert [f.kind for f in found if f.severity == "warning"] == [case.kind], found


@pytest.mark.parametrize("study", ["adams2001", "baker2004", "clark2008", "davis2011", "evans2015"])
@pytest.mark.parametrize("table", ["study", "arms", "results"])
def test_nothing_is_concluded_from_the_want_of_a_trial_with_a_fault(study, table, tmp_path):
    """Whatever its tables say cannot be read, the other trials and the choices are as right."""
    files, name = right(), f"trials/{study}/{table}.csv"
    files[name] += b'"'
    found = told(files, tmp_path)
    assert found
    assert [fault for fault in found if fault.severity == "warning"] == []
    assert {fault.file for fault in found} == {name}


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: case.kind)
def test_slips_of_sound_trials_are_told_beside_a_trial_with_a_fault(case, tmp_path):
    """Those of the choices and of the whole review wait until every trial can be read."""
    files = spoilt(case)
    files["trials/zoe2020/study.csv"] = b"label\n"
    found = told(files, tmp_path)
    doubts = [fault.kind for fault in found if fault.severity == "warning"]
    assert doubts == [case.kind] or (not doubts and not case.cell.startswith("trials/")), found


@pytest.mark.parametrize("case", CERTAIN, ids=lambda case: case.kind)
def test_a_certain_slip_is_a_fault_that_no_answer_silences(case, tmp_path):
    files = spoilt(case)
    found = told(files, tmp_path / "spoilt")
    assert [(fault.kind, fault.severity) for fault in found] == [(case.kind, "error")], found
    assert found[0].cell == case.cell
    assert answer(files, found[0])
    assert len(told(files, tmp_path / "answered")) == 1


def test_every_check_has_its_slip():
    assert {case.kind for case in (*SLIPS, *CERTAIN)} | ELSEWHERE == {
        check.name for check in CHECKS
    }


def test_checks_have_names_of_their_own():
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names) >= 60
    assert all(check.looks_for and check.table for check in CHECKS)


def test_the_manual_of_the_checks_is_up_to_date():
    """Made anew by docs/make_checks.py."""
    spec = importlib.util.spec_from_file_location("make_checks", ROOT / "docs/make_checks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.MANUAL.read_text("utf-8") == module.manual(*module.sources())
