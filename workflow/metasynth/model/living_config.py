"""What config.yaml says of a review that is kept up to date: its baseline, and what to flag.

These are the `living` section's keys and their defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

BASELINE = "data/baseline/state.json"
"""Where the last accepted state is kept unless config.yaml says otherwise."""

FLAGS = ("interval", "direction", "outside", "importance", "certainty")
"""Rules that flag a change of an outcome's primary analysis.

interval: the confidence interval includes no effect and did not, or the reverse; direction: the
estimate is on the other side of no effect; outside: the estimate is not within the previous
confidence interval; importance: the estimate crossed the smallest important difference, where one
is declared; certainty: the certainty of the evidence changed.
"""


@dataclass(frozen=True, slots=True)
class LivingRules:
    """The `living` section of config.yaml.

    `baseline` is the state that this one is compared with: a state.json, or the zip of an archived
    review. Important differences are by measure and by outcome, which goes first: for a ratio the
    factor either way (1.25 is the same as 0.8), else the difference either way.
    """

    baseline: str = BASELINE
    flags: tuple[str, ...] = FLAGS
    important_measures: Mapping[str, float] = field(default_factory=dict)
    important_outcomes: Mapping[str, float] = field(default_factory=dict)


DEFAULT_LIVING = LivingRules()
