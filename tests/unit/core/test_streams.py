"""What is said comes out in every encoding: a file on Windows, the locale POSIX, Latin-2."""

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import pytest

from metasynth import __main__
from metasynth.core import store, verify
from metasynth.pipeline import jobs, lock
from metasynth.pipeline.targets import Batch, Member

NAME = "żółć→.zip"
pytestmark = pytest.mark.parametrize("encoding", ["ascii", "cp1252", "iso8859-2", "utf-8"])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(encoding: str, call: Callable[[], object]) -> str:
    """What is written to outputs whose encoding may lack some letters."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    with redirect_stdout(out), redirect_stderr(out), suppress(SystemExit):
        call()
    out.flush()
    return out.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]


def test_a_fault_is_told(encoding: str) -> None:
    Path(NAME).write_text("review: [", encoding="utf-8")
    told = said(encoding, lambda: __main__.main(["validate", "--config", NAME]))
    assert told.startswith("1 fault")
    assert (NAME in told) == (encoding == "utf-8")


def test_faults_for_programs_are_json(encoding: str) -> None:
    Path(NAME).write_text("review: [", encoding="utf-8")
    told = said(encoding, lambda: __main__.main(["validate", "--config", NAME, "--json"]))
    assert NAME in {fault["file"] for fault in json.loads(told)["faults"]}


def test_a_verdict_is_told(encoding: str) -> None:
    Path(NAME).write_bytes(b"no zip")
    assert ".zip: File is not a zip file" in said(encoding, lambda: verify.main([NAME]))


def test_a_job_that_fails_is_told(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what failed is noted, too."""
    member = Member("pool", "a", "code", "data", "{}", {}, ("results/a.csv",))
    batch = Batch("pool", "pool", True, (member,))
    store.write(lock.PLAN, store.compact({"batches": [batch]}))
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr(sys, "argv", ["pool.py", "--batch", "logs/pool.log"])

    def fail(_: Member) -> dict[str, str]:
        raise ValueError(f"it is {NAME}")

    assert "was not made" in said(encoding, lambda: jobs.run(fail))
    assert NAME in (lock.FAILED / "pool a").read_text("utf-8")
