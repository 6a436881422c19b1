"""Slips typed at random: which kinds are always told of, and how many of all that change a result.

The counts of docs/checks.md are of many more: python -m tests.slips.typing_slips 40 3
"""

import pytest

from .typing_slips import KINDS, review, share, slips

pytestmark = pytest.mark.slow

SURE = (
    *("columns exchanged", "sign", "row doubled", "unit", "cell left blank", "week misread"),
    *("standard error, half-width or width as SD", "outcome misspelt", "arm misspelt"),
    *("patients without the event", "decimal point moved or lost"),
)
"""Kinds that are told of wherever other trials have the outcome."""


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return review("made-up", tmp_path_factory.mktemp("slips"))


@pytest.mark.parametrize("kind", SURE)
def test_slips_of_these_kinds_never_change_a_result_in_silence(kind, made_up):
    found = list(slips("made-up", made_up, [kind], 6, seed=1))
    assert len(found) > 3
    assert [one.place for one in found if one.answer == "silent"] == []
    assert any(one.answer != "harmless" for one in found)


def test_most_slips_that_change_a_result_of_this_review_are_told_of(tmp_path):
    caught, all_ = share(slips("anakinra", review("anakinra", tmp_path), tuple(KINDS), 2, seed=2))
    assert all_ > 20
    assert caught / all_ > 0.9


def test_what_is_not_told_of_is_known(made_up):
    """The measure is no tautology: counts exchanged where effects are near none go unseen."""
    found = list(slips("made-up", made_up, ["numbers of another line"], 12, seed=3))
    assert {"silent", "doubted"} <= {one.answer for one in found}
