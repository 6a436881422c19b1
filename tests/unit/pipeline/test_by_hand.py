"""A script called by hand: the members that are named, made alone, or what is in the way."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bad_input.review import CONFIG, clean, write

from metasynth.core import store
from metasynth.core.paths import WORKFLOW
from metasynth.model import bounds
from metasynth.pipeline import by_hand, lock, stamps
from metasynth.pipeline.report_inputs import attachments
from metasynth.pipeline.stages import stages
from metasynth.pipeline.targets import Member
from metasynth.pipeline.trial_slices import trial_about
from metasynth.review.load import load_review

Call = Callable[..., list[str]]


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A review's folder, which nothing has run in; the place to be."""
    write(clean(), tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lock, "begin", lambda: None)  # it would be this process's run for good
    return tmp_path


@pytest.fixture
def call(review: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls a stage's script with words; the members that were made, by name."""

    def called(stage: str, *words: str) -> list[str]:
        made: list[str] = []

        def make(member: Member) -> dict[str, str]:
            made.append(member.name)
            return dict.fromkeys(member.files, f"{member.name}\n")

        script = WORKFLOW / "scripts" / f"{stage}.py"
        monkeypatch.setattr(sys, "argv", [str(script), *words, "--configfile", CONFIG])
        by_hand.run(script, make)
        return made

    return called


def members(review: Path, stage: str) -> dict[str, Member]:
    every = stages(load_review(review / CONFIG, review), WORKFLOW, review)
    return {member.name: member for member in every[stage]}


def test_the_members_that_are_named_are_made_with_their_records(
    review: Path, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = members(review, "clean")
    assert call("clean", first) == [first]
    made = members(review, "clean")
    assert stamps.why_stale(made[first]) == ""
    assert all(stamps.why_stale(made[name]) == stamps.NEW for name in others)
    assert made[first].files[0] in capsys.readouterr().out


def test_without_a_name_all_are_made(review: Path, call: Call) -> None:
    assert call("clean") == list(members(review, "clean"))


def test_a_name_that_is_none_is_refused_with_those_that_are(
    review: Path, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call("clean", "nobody")
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "there is no nobody, but " in said
    assert all(name in said for name in members(review, "clean"))


def test_what_it_is_made_from_has_to_stand(
    review: Path, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call("pool")
    assert "is not there: snakemake --cores 2 results/" in capsys.readouterr().err
    assert not (review / "results/outcomes").exists()


def test_a_slice_of_a_trial_says_nothing_of_other_outcomes(review: Path) -> None:
    whole = load_review(review / CONFIG, review)
    for trial in whole.trials:
        path = review / f"{trial.study.study}.json"
        path.write_text(store.to_json(trial), encoding="utf-8")
        for outcome in whole.config.outcomes:
            wanted = (outcome.outcome, outcome.week)
            own = [row for row in trial.results if (row.outcome, row.week) == wanted]
            if own:
                found = trial_about(str(path), outcome)
                assert list(found.results) == own
                assert found.arms == trial.arms
                assert found.sources == found.risk_of_bias == ()


def reported(raw: tuple[str, ...], clean: int = 1) -> Member:
    inputs = {
        "crosscheck": ("results/crosscheck/crosscheck.csv", "results/crosscheck/crosscheck.json"),
        "tables": ("results/tables/estimates.csv",),
        "moderators": ("results/tables/moderators.csv",),
        "audit": ("results/tables/claims.csv",),
        "certainty": ("results/tables/certainty.csv",),
        "clean": tuple(f"results/trials/{n}.json" for n in range(clean)),
        "raw": raw,
    }
    return Member("report", "", "", "", "", inputs)


def test_paper_carries_the_tables_below_the_review_s_folder() -> None:
    made = [
        "results/crosscheck/crosscheck.csv",
        "results/tables/estimates.csv",
        "results/tables/moderators.csv",
        "results/tables/claims.csv",
        "results/tables/certainty.csv",
    ]
    raw = ("data/raw/trials/a/arms.csv", "../beside/arms.csv", "/elsewhere/arms.csv")
    assert attachments(reported(raw)) == [*made, "data/raw/trials/a/arms.csv"]
    assert attachments(reported(raw, bounds.TOLD_ROWS + 1)) == made
