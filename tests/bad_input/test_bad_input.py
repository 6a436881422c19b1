"""Every spoilt file gives exactly its faults, every odd but good one passes."""

import pytest

from metasynth.core import faults
from metasynth.core.faults import InvalidReview
from metasynth.review.load import load_review

from . import cases, claim_cases, config_cases, prose_cases
from .good_cases import OTHER, SAME
from .review import CONFIG, clean, write
from .several_cases import SEVERAL

BAD = [
    *cases.ENCODING,
    *cases.CSV_FORM,
    *cases.HEADER,
    *cases.TYPE,
    *cases.RANGE,
    *cases.CROSS_FIELD,
    *cases.KEY,
    *cases.FOREIGN_KEY,
    *cases.ARM,
    *cases.SPREADSHEET,
    *cases.LOCALE,
    *cases.UNICODE,
    *cases.SIZE,
    *cases.INJECTION,
    *cases.PROVENANCE,
    *cases.NESTED,
    *cases.FILES,
    *cases.READING,
    *cases.BIBLIOGRAPHY,
    *cases.CHANGELOGS,
    *cases.CERTAINTIES,
    *cases.SEARCHES,
    *claim_cases.CLAIM,
    *cases.COVARIATE,
    *cases.FLOWS,
    *config_cases.TRAPS,
    *config_cases.SCHEMA,
    *config_cases.AGREEMENT,
    *config_cases.TABLES,
    *config_cases.FIGURES,
    *config_cases.CERTAINTY,
    *config_cases.ROBUSTNESS,
    *prose_cases.PROSE,
    *SEVERAL,
]


def change(case, folder):
    """The clean review, changed and written."""
    files = clean()
    for one in case.changes:
        one(files)
    write(files, folder)


def found(case, folder):
    """The faults of a spoilt review, sorted."""
    change(case, folder)
    with pytest.raises(InvalidReview) as caught:
        load_review(folder / CONFIG, folder)
    assert str(caught.value) == faults.report(caught.value.faults)
    return [fault for fault in caught.value.faults if fault.severity == "error"]


def test_the_clean_review_passes(tmp_path):
    write(clean(), tmp_path)
    review = load_review(tmp_path / CONFIG, tmp_path)
    assert review.warnings == ()
    assert [trial.study.study for trial in review.trials] == ["alpha2001", "beta2005"]


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case.group}-{case.name}")
def test_exactly_the_expected_faults(case, tmp_path):
    told = found(case, tmp_path)
    wanted = [fault.split(" | ", 1) for fault in case.faults]
    assert sorted(fault.cell for fault in told) == sorted(place for place, _ in wanted)
    for place, words in wanted:
        assert any(
            words in f"{fault.expected}; {fault.remedy}" for fault in told if fault.cell == place
        ), [(fault.expected, fault.remedy) for fault in told if fault.cell == place]


def load(folder):
    return load_review(folder / CONFIG, folder)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The records of the clean review."""
    folder = tmp_path_factory.mktemp("clean")
    write(clean(), folder)
    return load(folder)


@pytest.mark.parametrize("case", SAME, ids=lambda case: f"{case.group}-{case.name}")
def test_odd_but_good_files_give_the_same_records(case, tmp_path, reference):
    change(case, tmp_path)
    assert load(tmp_path) == reference


@pytest.mark.parametrize("case", OTHER, ids=lambda case: f"{case.group}-{case.name}")
def test_odd_but_good_content_passes(case, tmp_path, reference):
    change(case, tmp_path)
    review = load(tmp_path)
    assert review.warnings == ()
    assert review != reference or case.group == "bibliography"


@pytest.mark.parametrize("sentence", prose_cases.GOOD)
def test_odd_but_good_sentences_pass(sentence, tmp_path):
    files = clean()
    prose_cases.added(sentence)(files)
    write(files, tmp_path)
    assert load(tmp_path).warnings == ()


def test_the_corpus_is_broad():
    names = [(case.group, case.name) for case in (*BAD, *SAME, *OTHER)]
    assert len(set(names)) == len(names)
    assert len({case.group for case in BAD}) >= 15
    assert len(BAD) - len(SEVERAL) >= 120
    assert len(SAME) + len(OTHER) >= 30
    assert len(SEVERAL) >= 20
