"""What a recomputed difference says of what was asserted of it: one rule for every kind.

Three sorts of assertion are kept apart. That a difference is significant, or is not, is decided by
the p-value. That a risk is higher or lower says nothing of chance, and is decided by the direction.
That there is no difference, or no increase, is a conclusion, which a p-value above 0.05 does not
bear out (Altman and Bland, BMJ 1995;311:485): the interval must exclude an important one.
"""

from collections.abc import Callable

from metasynth.audit.two_by_two import ALPHA
from metasynth.audit.verdicts import (
    DEPENDS_ON_COUNTS,
    DEPENDS_ON_TEST,
    NOT_REPRODUCED,
    REPRODUCED,
    UNSUPPORTED,
    Judged,
)
from metasynth.sensitivity.absolute import as_risk_ratio

ABSENCE = ("no_difference", "not_higher")
"""Assertions that there is no difference, or no increase."""

_DIRECTIONS = {"significantly_higher": 1, "higher": 1, "significantly_lower": -1, "lower": -1}
_OF_PATIENTS = ("RR", "OR", "RD")


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
    margin: tuple[float, float],
) -> str:
    """How an interval (natural scale) leaves an important difference, or increase, open.

    `margin` are the risk ratios below and above which a difference is important; `risk` is that
    under control. "" where the interval excludes one; "not_excluded" where it does not, or where no
    risk ratio follows from the measure, as no margin is declared for it. "spared_not_excluded"
    where only the ratio of the risks of having no event leaves it open: a risk of 87 % cannot rise
    by a quarter at all, so that a margin of the event's own ratio would exclude nothing there.
    """
    low, high = (None if x is None else as_risk_ratio(measure, x, risk) for x in limits)
    if not _within(low, high, margin, above_only=assertion == "not_higher"):
        return "not_excluded"
    if risk is None or measure not in _OF_PATIENTS:
        return ""
    most, fewest = (None if x is None else _spared(x, risk) for x in (low, high))
    within = _within(fewest, most, margin, below_only=assertion == "not_higher")
    return "" if within else "spared_not_excluded"


def _within(
    low: float | None,
    high: float | None,
    margin: tuple[float, float],
    *,
    above_only: bool = False,
    below_only: bool = False,
) -> bool:
    """Whether limits lie within the margin; one that does not exist lies outside.

    With `above_only` nothing is asked of the lower limit, with `below_only` nothing of the upper.
    """
    from_below = above_only or (low is not None and low > margin[0])
    from_above = below_only or (high is not None and high < margin[1])
    return from_below and from_above


def _spared(ratio: float, risk: float) -> float | None:
    """The ratio of the risks of having no event, from that of having one."""
    return (1 - risk * ratio) / (1 - risk) if risk < 1 else None
