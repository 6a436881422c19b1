"""A state becomes a file and comes back; what is no such file is refused; a state is accepted."""

import json
import os
import zipfile
from dataclasses import replace

import pytest
from tests.bad_input.review import CHANGELOG, CONFIG, cell, clean, text, write
from tests.bad_input.review import replace as put

from metasynth.__main__ import main
from metasynth.core import sealed_zip
from metasynth.core.digest import sha256
from metasynth.core.faults import InvalidReview
from metasynth.living import baseline
from metasynth.living.baseline import MEMBER, BaselineError
from metasynth.model.living_config import BASELINE
from metasynth.review import acceptance
from metasynth.review.load import load_review

HEADER = "date,version,scope,item,row,kind,reason,who\n"


def written(folder, *changes):
    files = clean()
    for change in changes:
        change(files)
    write(files, folder)
    return folder


def load(folder):
    return load_review(folder / CONFIG, folder)


def ran(folder, review=None):
    """As if a run had left the review's state."""
    path = folder / MEMBER
    path.parent.mkdir(exist_ok=True)
    path.write_text(baseline.to_text((review or load(folder)).state), "utf-8")
    return folder


def accepted(folder):
    acceptance.accept(load(ran(written(folder))), folder)
    return folder


@pytest.fixture
def state(tmp_path):
    return load(written(tmp_path)).state


def test_a_state_comes_back_as_it_was(state):
    told = baseline.to_text(state)
    assert baseline.from_text(told) == state
    assert baseline.to_text(baseline.from_text(told)) == told
    assert "sha256" in json.loads(told)


def test_each_raw_row_is_one_line(state):
    lines = baseline.to_text(state).splitlines()
    rows = [line for line in lines if line.startswith('  {"study": ')]
    assert len(rows) == len(state.rows)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t.replace('"events": "27"', '"events": "28"', 1), "edited or merged"),
        (lambda t: t.replace('"format": 2', '"format": 1'), "in format 2, but it is in 1"),
        (lambda t: t[:-20], "this program wrote"),
        (lambda t: "[]", "this program wrote"),
        (lambda t: "{}", "this program wrote"),
        (lambda t: "", "this program wrote"),
        (lambda t: '{"format": 2, "sha256": 3}', "edited or merged"),
        (lambda t: "[" * 100_000, "this program wrote"),
    ],
)
def test_another_text_is_no_baseline(state, spoil, words):
    told = baseline.to_text(state)
    assert spoil(told) != told
    with pytest.raises(BaselineError, match=words):
        baseline.from_text(spoil(told))


def test_fields_that_do_not_belong_are_refused_though_the_digest_fits(state):
    body = json.loads(baseline.to_text(state))
    del body["sha256"]
    body["colour"] = "red"
    lines = list(baseline._lines(body))
    told = "{" + ",\n".join([*lines, f' "sha256": "{baseline._digest(lines)}"']) + "}"
    with pytest.raises(BaselineError, match="this program wrote"):
        baseline.from_text(told)


def test_the_state_of_an_archived_review(state, tmp_path):
    path = tmp_path / "review-1.0.0.zip"
    sealed_zip.pack({MEMBER: baseline.to_text(state).encode(), "config.yaml": b"x"}, path)
    assert baseline.read(path) == state


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"config.yaml": b"x"}, "an archive that holds results/state.json"),
        ({MEMBER: b"{}"}, "this program wrote"),
        ({"../outside": b"x", MEMBER: b"{}"}, "not a plain path"),
        ({MEMBER: b"\xff"}, "this program wrote"),
    ],
)
def test_archives_that_hold_no_state(tmp_path, files, words):
    path = tmp_path / "review.zip"
    sealed_zip.pack(files, path)
    with pytest.raises(BaselineError, match=words):
        baseline.read(path)


def test_an_archive_whose_state_was_exchanged_is_refused(state, tmp_path):
    path = tmp_path / "review.zip"
    told = baseline.to_text(state).encode()
    manifest = sealed_zip.manifest({MEMBER: sha256(told)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, told.replace(b"27", b"28"))
        archive.writestr(sealed_zip.MANIFEST, manifest)
    with pytest.raises(BaselineError, match="not the file that was archived"):
        baseline.read(path)


def test_a_compressed_bomb_is_not_opened(tmp_path):
    path = tmp_path / "review.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, b"0" * 10_000_000)
    with pytest.raises(BaselineError, match="zip bomb"):
        baseline.read(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "review.zip"
    path.write_bytes(content)
    with pytest.raises(BaselineError, match="the zip of an archived review"):
        baseline.read(path)


# --- when the review is loaded --------------------------------------------------------------------


def faults(folder):
    with pytest.raises(InvalidReview) as caught:
        load(folder)
    return [(f.file, f.column, f.value) for f in caught.value.faults]


def test_without_the_usual_file_it_is_the_first_version(tmp_path):
    assert load(written(tmp_path)).baseline is None


def test_a_baseline_that_is_named_must_be_there(tmp_path):
    named = text(CONFIG, "data: data\n", "data: data\nliving: {baseline: old/review.zip}\n")
    assert faults(written(tmp_path, named)) == [(CONFIG, "living.baseline", "old/review.zip")]


def test_a_baseline_merged_by_hand_stops_the_run(tmp_path):
    path = accepted(tmp_path) / BASELINE
    path.write_text(path.read_text("utf-8").replace("Alpha 2001", "Alpha 2002"), "utf-8")
    assert faults(tmp_path) == [(CONFIG, "living.baseline", BASELINE)]


def test_a_change_without_a_reason_is_a_warning(tmp_path):
    accepted(tmp_path)
    assert load(tmp_path).warnings == ()
    written(tmp_path, cell("trials/alpha2001/results.csv", 5, "mean", "-5"))
    (warning,) = load(tmp_path).warnings
    assert (warning.severity, warning.file) == ("warning", CHANGELOG)
    assert warning.value == "trial alpha2001: results pain 24 - placebo"


def test_a_change_with_a_reason_is_none(tmp_path):
    accepted(tmp_path)
    line = "2026-02-01,1.1.0,trial,alpha2001,results pain,corrected,A slip of the pen.,\n"
    spoil = cell("trials/alpha2001/results.csv", 5, "mean", "-5")
    written(tmp_path, spoil, put(CHANGELOG, f"{HEADER}{line}".encode()))
    assert load(tmp_path).warnings == ()


# --- accepting ------------------------------------------------------------------------------------


def accept(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    code = main(["accept"])
    out, err = capsys.readouterr()
    return code, out + err


def test_the_last_run_is_accepted(tmp_path, monkeypatch, capsys):
    code, told = accept(ran(written(tmp_path)), monkeypatch, capsys)
    assert code == 0
    assert f"Version 1.0.0 of 2026-01-31 is the baseline now: commit {BASELINE}." in told
    assert (tmp_path / BASELINE).read_bytes() == (tmp_path / MEMBER).read_bytes()
    assert load(tmp_path).baseline == load(tmp_path).state


def test_nothing_is_accepted_before_a_run(tmp_path, monkeypatch, capsys):
    code, told = accept(written(tmp_path), monkeypatch, capsys)
    assert code == 1
    assert "Run snakemake first." in told
    assert not (tmp_path / BASELINE).exists()


def test_results_of_other_tables_are_not_accepted(tmp_path, monkeypatch, capsys):
    ran(written(tmp_path))
    written(tmp_path, cell("trials/alpha2001/results.csv", 5, "mean", "-5"))
    code, told = accept(tmp_path, monkeypatch, capsys)
    assert (code, "other tables" in told) == (1, True)
    assert not (tmp_path / BASELINE).exists()


def test_results_of_other_software_are_not_accepted(tmp_path, monkeypatch, capsys):
    state = load(written(tmp_path)).state
    older = replace(state, software=replace(state.software, code="0"))
    (tmp_path / "results").mkdir()
    (tmp_path / MEMBER).write_text(baseline.to_text(older), "utf-8")
    assert accept(tmp_path, monkeypatch, capsys)[0] == 1


def test_one_version_is_accepted_once_in_one_state(tmp_path, monkeypatch, capsys):
    accepted(tmp_path)
    assert accept(tmp_path, monkeypatch, capsys)[0] == 0
    spoil = cell("trials/alpha2001/results.csv", 5, "mean", "-5")
    before = (tmp_path / BASELINE).read_bytes()
    ran(written(tmp_path, spoil))
    code, told = accept(tmp_path, monkeypatch, capsys)
    assert (code, "raise review.version" in told) == (1, True)
    assert (tmp_path / BASELINE).read_bytes() == before
    ran(written(tmp_path, spoil, text(CONFIG, "version: 1.0.0", "version: 1.0.1")))
    assert accept(tmp_path, monkeypatch, capsys)[0] == 0


def test_the_same_made_by_other_software_is_accepted_again(tmp_path, monkeypatch, capsys):
    path = accepted(tmp_path) / BASELINE
    state = baseline.read(path)
    older = replace(state, software=replace(state.software, code="0"))
    path.write_text(baseline.to_text(older), "utf-8")
    ran(tmp_path)
    assert accept(tmp_path, monkeypatch, capsys)[0] == 0
    assert baseline.read(path) == state


def test_an_archive_named_as_baseline_is_not_overwritten(tmp_path, monkeypatch, capsys):
    review = ran(written(tmp_path))
    sealed_zip.pack({MEMBER: (review / MEMBER).read_bytes()}, review / "old.zip")
    os.remove(review / MEMBER)
    named = text(CONFIG, "data: data\n", "data: data\nliving: {baseline: old.zip}\n")
    ran(written(tmp_path, named))
    code, told = accept(tmp_path, monkeypatch, capsys)
    assert (code, "old.zip" in told) == (1, True)


def test_a_faulty_review_is_not_accepted(tmp_path, monkeypatch, capsys):
    ran(written(tmp_path))
    written(tmp_path, cell("trials/alpha2001/results.csv", 5, "mean", "five"))
    code, told = accept(tmp_path, monkeypatch, capsys)
    assert (code, "results.csv" in told) == (1, True)
