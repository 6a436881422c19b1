"""Changes of an outcome that a reader must not miss, by the rules that config.yaml declares."""

from dataclasses import dataclass
from math import log

from metasynth.living.certainty_changes import CertaintyChange
from metasynth.living.state import Measured
from metasynth.model.living_config import LivingRules
from metasynth.model.methods import is_ratio, no_effect


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule (see living_rules.FLAGS) that fired, and what it saw before and after.

    interval: includes or excludes no effect; direction: above or below it; outside: the previous
    interval's side that the estimate is on, below or above; importance: lower, none or higher;
    certainty: its levels.
    """

    rule: str
    before: str
    after: str


def flags(
    before: Measured | None,
    after: Measured | None,
    certainty: CertaintyChange | None,
    rules: LivingRules,
) -> tuple[Flag, ...]:
    """The flags of one outcome's primary analysis and certainty, in the order of the rules."""
    found: list[Flag] = []
    if before and after:
        found = [
            Flag("interval", *(_includes_null(row) for row in (before, after))),
            Flag("direction", *(_side(row) for row in (before, after))),
        ]
        if before.measure == after.measure:
            found.append(Flag("outside", "within", _position(before, after)))
            found.append(Flag("importance", *(_importance(row, rules) for row in (before, after))))
    if certainty:
        found.append(Flag("certainty", certainty.before, certainty.after))
    return tuple(
        flag
        for flag in found
        if flag.rule in rules.flags and flag.before and flag.after and flag.before != flag.after
    )


def _includes_null(row: Measured) -> str:
    """Whether the interval includes no effect; blank where that has no meaning.

    An estimate without any interval (no pool) says nothing either way.
    """
    null = no_effect(row.measure)
    if null is None or row.ci_low is None or row.ci_high is None:
        return ""
    return "includes" if row.ci_low <= null <= row.ci_high else "excludes"


def _side(row: Measured) -> str:
    """The side of no effect that the estimate is on; blank on neither."""
    null = no_effect(row.measure)
    if null is None or row.estimate is None or row.estimate == null:
        return ""
    return "above" if row.estimate > null else "below"


def _position(before: Measured, after: Measured) -> str:
    """Where the estimate is, seen from the previous interval."""
    if after.estimate is None or before.ci_low is None or before.ci_high is None:
        return ""
    if after.estimate < before.ci_low:
        return "below"
    return "above" if after.estimate > before.ci_high else "within"


def _importance(row: Measured, rules: LivingRules) -> str:
    """Whether the estimate is at least the smallest important difference from no effect."""
    least = rules.important_outcomes.get(row.outcome) or rules.important_measures.get(row.measure)
    null = no_effect(row.measure)
    if least is None or null is None or row.estimate is None:
        return ""
    effect = row.estimate
    if is_ratio(row.measure):
        if effect <= 0:
            return "lower"
        effect, least = log(effect), abs(log(least))
    return "higher" if effect >= least else "lower" if effect <= -least else "none"
