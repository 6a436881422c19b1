"""A living review by its commands: a state is accepted, a count corrected, and the change told."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Review
from .test_rerun import replace_in

pytestmark = pytest.mark.slow


def changes(review: Review) -> dict:  # type: ignore[type-arg]
    return json.loads((review.folder / "results/changes.json").read_text(encoding="utf-8"))


def test_a_first_version_has_no_baseline(finished) -> None:  # type: ignore[no-untyped-def]
    review = finished("anakinra")
    found = changes(review)
    assert (found["baseline"], found["rows"], found["outcomes"]) == (None, [], [])
    steps = [step for step in found["cumulative"] if step["outcome"] == "acr20_w24"]
    assert [step["pooled"]["k"] for step in steps] == [1, 2, 3]
    for page in ("results/changes.html", "results/report/supplement.html"):
        assert "This is the first version" in (review.folder / page).read_text("utf-8")


@pytest.fixture
def accepted(ran: Review) -> Review:
    done = ran.metasynth("accept")
    assert done.code == 0, done.output
    return ran


def test_a_count_corrected_after_acceptance(accepted: Review) -> None:
    table = accepted.folder / "data/raw/trials/fleischmann2003/results.csv"
    replace_in(table, "death,24,,anakinra,,4,1116", "death,24,,anakinra,,5,1116")
    run = accepted.run("results/changes.json")
    assert "an entry that says why this has changed since version 1.1.0" in " ".join(
        run.output.split()
    )
    found = changes(accepted)
    (row,) = found["rows"]
    assert (row["study"], row["table"], row["kind"]) == ("fleischmann2003", "results", "corrected")
    assert row["cells"] == [{"name": "events", "before": "4", "after": "5"}]
    (death,) = [o for o in found["outcomes"] if o["kind"] != "unchanged"]
    assert death["outcome"] == "death"
    assert death["causes"] == [{"kind": "data", "items": [f"fleischmann2003 results {row['key']}"]}]
    assert death["primary"]["before"]["estimate"] != death["primary"]["after"]["estimate"]
    assert [item["item"] for item in found["unexplained"]] == ["fleischmann2003"]


def test_another_certainty_is_told_with_the_domain_and_what_moved_it(accepted: Review) -> None:
    """A panel rates one domain of one outcome; two events fewer move another by the rule."""
    ratings = accepted.folder / "data/raw/certainty.csv"
    ratings.write_text(
        f"{ratings.read_text('utf-8')}acr20_w24,inconsistency,-1,Doses differ.,A panel,\n", "utf-8"
    )
    table = accepted.folder / "data/raw/trials/fleischmann2003/results.csv"
    replace_in(table, "ra_worsening,24,,anakinra,,223,1116", "ra_worsening,24,,anakinra,,221,1116")
    accepted.run("results/report/supplement.html")
    found = {o["outcome"]: o for o in changes(accepted)["outcomes"] if o["certainty"]}
    assert {name: o["kind"] for name, o in found.items()} == {
        "acr20_w24": "unchanged",
        "ra_worsening": "changed",
    }
    for name, levels, moved, row in (
        ("acr20_w24", "low very low", "inconsistency 0 -1", "certainty acr20_w24 inconsistency"),
        (
            "ra_worsening",
            "low very low",
            "imprecision 0 -1",
            "fleischmann2003 results ra_worsening 24 - anakinra",
        ),
    ):
        certainty = found[name]["certainty"]
        (domain,) = certainty["domains"]
        assert f"{certainty['before']} {certainty['after']}" == levels
        assert f"{domain['domain']} {domain['before']} {domain['after']}" == moved
        assert domain["causes"] == [{"kind": "data", "items": [row]}]
    for page in ("results/changes.html", "results/report/supplement.html"):
        text = (accepted.folder / page).read_text("utf-8")
        assert "299 events, below the optimal information size" in re.sub(r"<[^>]*>", "", text)


@pytest.mark.parametrize(("name", "word"), [("cohorts", "study"), ("comparisons", "trial")])
def test_the_studies_are_called_what_they_are(
    finished: Callable[[str], Review], name: str, word: str, tmp_path: Path
) -> None:
    review, page = Review(tmp_path / "review"), "results/changes.html"
    shutil.copytree(finished(name).folder, review.folder)
    assert review.metasynth("accept").code == 0
    study = review.folder / "data/raw/trials/trial_a1"
    text = (study / "results.csv").read_text("utf-8")
    (study / "results.csv").write_text(re.sub(r"(?<=,)\d+(?=,)", "7", text, count=1), "utf-8")
    review.run(page)
    text = (review.folder / page).read_text("utf-8")
    said = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    assert f"No {word} joined, left or has another status." in said
    assert set(re.findall(r"\b(trial|study)\b", said)) == {word}


def test_what_was_not_run_is_not_accepted(ran: Review) -> None:
    table = ran.folder / "data/raw/trials/fleischmann2003/results.csv"
    replace_in(table, "death,24,,anakinra,,4,1116", "death,24,,anakinra,,5,1116")
    done = ran.metasynth("accept")
    assert done.code == 1
    assert "run snakemake" in done.output
    assert not (ran.folder / "data/baseline").exists()


def test_an_accepted_review_has_not_changed(accepted: Review) -> None:
    """The baseline itself makes the changes anew, and they say that nothing changed."""
    assert accepted.planned() == {"changes", "report"}
    accepted.run("results/changes.json")
    found = changes(accepted)
    assert found["baseline"] == found["version"]
    assert {o["kind"] for o in found["outcomes"]} == {"unchanged"}
    assert (found["rows"], found["choices"], found["software"]) == ([], [], [])
