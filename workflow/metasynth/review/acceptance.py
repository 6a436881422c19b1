"""Accept a review's state: from then on, new versions are compared with it."""

from dataclasses import replace
from pathlib import Path

from metasynth.core import store
from metasynth.living import baseline
from metasynth.living.input_changes import compare_inputs
from metasynth.living.state import State
from metasynth.model.living_config import BASELINE
from metasynth.review.load import Review


class NotAccepted(Exception):  # noqa: N818 - it is what the user is told
    """The state cannot be accepted as it stands; the message says why and what to do."""


def accept(review: Review, workdir: Path) -> Path:
    """Keep the state that the last run left as the review's baseline, and give the file's path.

    Raises:
        NotAccepted: when the results are not those of the tables and choices as they are now, or
            the version was accepted before with others.
    """
    if review.config.living.baseline != BASELINE:
        raise NotAccepted(
            f"The baseline is {review.config.living.baseline}, as config.yaml says: name another "
            f"there, or remove living.baseline to keep it in {BASELINE}."
        )
    if review.made_up:
        raise NotAccepted("The trials are the made-up ones of a new review: nothing is accepted.")
    state = _made(review, workdir)
    before = review.baseline
    if before and before.version == state.version and not _same(before, state):
        raise NotAccepted(
            f"Version {state.version} was accepted before, and not as it is now: raise "
            "review.version in config.yaml, run snakemake and accept again."
        )
    path = workdir / BASELINE
    store.sweep(path.parent)
    store.write(path, baseline.to_text(state))
    return path


def _same(before: State, after: State) -> bool:
    """Whether two states are the same but for the software that they were made by."""
    return replace(before, software=after.software) == after


def _made(review: Review, workdir: Path) -> State:
    """The state that the last run left, provided that it is that of the tables and choices."""
    try:
        state = baseline.read(workdir / baseline.MEMBER)
    except baseline.BaselineError as error:
        raise NotAccepted(f"{baseline.MEMBER}: expected {error}. Run snakemake first.") from None
    now = review.state
    inputs = compare_inputs(state, now)
    same = (state.version, state.date, state.changelog) == (now.version, now.date, now.changelog)
    if not same or inputs.rows or inputs.choices or inputs.software:
        raise NotAccepted(
            f"{baseline.MEMBER} was made from other tables, choices or software: run snakemake."
        )
    return state
