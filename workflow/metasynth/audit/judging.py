"""What a recomputed difference says of what was asserted of it: one rule for every kind.

Three sorts of assertion are kept apart. That a difference is significant, or is not, is decided by
the p-value. That a risk is higher or lower says nothing of chance, and is decided by the direction.
That there is no difference, or no increase, is a conclusion, which a p-value above 0.05 does not
bear out (Altman and Bland, BMJ 1995;311:485): the interval must exclude an important one.
"""

from collections.abc import Callable

from metasynth.audit.verdicts import (
    DEPENDS_ON_COUNTS,
    DEPENDS_ON_TEST,
    NOT_REPRODUCED,
    REPRODUCED,
    UNSUPPORTED,
    Judged,
)
from metasynth.model.importance import Importance
from metasynth.sensitivity.importance_of_effects import own_side, spared_side
from metasynth.stats.two_by_two import ALPHA

ABSENCE = ("no_difference", "not_higher")
"""Assertions that there is no difference, or no increase."""

_DIRECTIONS = {"significantly_higher": 1, "higher": 1, "significantly_lower": -1, "lower": -1}


def judge(assertion: str, p: float | None, direction: int, left_open: Callable[[], str]) -> Judged:
    """The verdict on an assertion about a difference with this two-sided p and direction.

    `left_open` is `important_left` of the interval; it is only asked where an absence is asserted
    and the difference is not significant.
    """
    significant = p is not None and p < ALPHA
    wanted = _DIRECTIONS.get(assertion, 0)
    if assertion in ("higher", "lower"):
        same = direction == wanted
        return (REPRODUCED, "direction") if same else (NOT_REPRODUCED, "other_direction")
    if wanted:
        if not significant:
            return NOT_REPRODUCED, "not_significant"
        same = direction == wanted
        return (REPRODUCED, "significant") if same else (NOT_REPRODUCED, "other_direction")
    if significant and (assertion != "not_higher" or direction > 0):
        return NOT_REPRODUCED, "is_significant"
    if assertion not in ABSENCE:
        return REPRODUCED, "as_stated_not_significant"
    left = left_open()
    return (UNSUPPORTED, left) if left else (REPRODUCED, "excluded")


def settled(own: Judged, *, assertion: str = "", by_test: bool, by_counts: bool) -> Judged:
    """The verdict that is left where other tests, or other counts, would decide otherwise."""
    if by_test:
        either_way = assertion in ABSENCE and own[0] != REPRODUCED
        return DEPENDS_ON_TEST, "tests_differ_either_way" if either_way else "tests_differ"
    return (DEPENDS_ON_COUNTS, "counts_differ") if by_counts else own


def important_left(
    assertion: str,
    measure: str,
    limits: tuple[float | None, float | None],
    risk: float | None,
    important: Importance | None,
) -> str:
    """How an interval (natural scale) leaves an important difference, or increase, open.

    `important` says from where on a difference is important, `risk` is that under control. "" where
    the interval excludes one, "not_excluded" where it does not, "no_margin" where nothing says what
    would be important. "spared_not_excluded" where only the ratio of the risks of having no event
    leaves it open (sensitivity/importance_of_effects.py). A limit that does not exist excludes
    nothing.
    """
    if important is None:
        return "no_margin"
    above = (limits[1], 1)
    asked = (above,) if assertion == "not_higher" else ((limits[0], -1), above)
    sides = [
        (side if x is None else own_side(important, measure, x, risk), side) for x, side in asked
    ]
    if any(found in (None, side) for found, side in sides):
        return "not_excluded"
    beyond = (spared_side(important, measure, x or 0.0, risk) == side for x, side in asked)
    return "spared_not_excluded" if any(beyond) else ""
