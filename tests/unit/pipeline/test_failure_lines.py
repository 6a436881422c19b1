"""What a job that failed says last."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from metasynth.core import store
from metasynth.core.messages import Refused, sentence
from metasynth.pipeline import jobs, lock, plan
from metasynth.pipeline.targets import Batch, Member

ERRORS = {
    "a refusal": (
        Refused(sentence("{a} of {b} trials", a=3, b=sentence("at most {n}", n=4))),
        "3 of at most 4 trials",
    ),
    "an error": (ValueError("No root was found."), "No root was found."),
    "one that says nothing": (ZeroDivisionError(), "ZeroDivisionError"),
}


@pytest.fixture
def fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Runs a job of one outcome, which fails with an error."""
    member = Member(
        "pool", "acr20", "code", "data", "", {}, ("results/outcomes/acr20/result.json",)
    )
    batch = Batch("pool", "pool_1", True, (member,))
    monkeypatch.chdir(tmp_path)
    lock.PLAN.parent.mkdir(parents=True)
    lock.PLAN.write_text(store.compact(plan.Plan((batch,), {})), encoding="utf-8")
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr(sys, "argv", ["pool.py", "--batch", "logs/pool_1.log"])

    def run(error: Exception) -> None:
        def make(_: Member) -> dict[str, str]:
            raise error

        with pytest.raises(SystemExit, match="True"):
            jobs.run(make)

    return run


@pytest.mark.parametrize("kind", ERRORS)
def test_a_failure_says_file_outcome_reason_and_remedy(
    fails: Callable[[Exception], None], capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    error, reason = ERRORS[kind]
    fails(error)
    told = [
        f"pool acr20: results/outcomes/acr20/result.json was not made. {reason}",
        "  Mend what it is made from (config.yaml, the review's tables or text) or leave it out.",
        "  More is in logs/pool_1.log; it is made alone by: python workflow/scripts/pool.py acr20",
    ]
    assert capsys.readouterr().out.splitlines() == told
    assert (lock.FAILED / "pool acr20").read_text("utf-8").splitlines() == told
