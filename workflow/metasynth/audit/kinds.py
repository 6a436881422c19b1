"""The kinds of statement that can be audited, and what a row of claims.csv must say of each.

Imports nothing heavy, so that claims are checked whenever the workflow is loaded. The checks that
belong to the kinds stand in trial_checks.py, pooled_checks.py and text_checks.py; run.py names that
of each kind, and reasons.py has the sentences of their verdicts.
"""

from dataclasses import dataclass

from metasynth.core.messages import message

COMPARED = (
    "significantly_higher",
    "significantly_lower",
    "not_significant",
    "no_difference",
    "not_higher",
    "higher",
    "lower",
)
"""What can be said of two groups: that a difference is significant, or is not; that there is none,
or no increase, which is a conclusion and asks for more than a p-value; or only which risk is
higher. See judging.py."""

FREQUENT = {"very_common": 0.1, "common": 0.01}
"""Words for a risk of at least this much: CIOMS Working Group III, 1995 (common: frequent)."""

SELDOM = {"uncommon": 0.01, "rare": 0.001, "very_rare": 0.0001}
"""Words for a risk below this, by the same convention."""

FREQUENCIES = (*FREQUENT, *SELDOM)
FOLDS = ("almost", "about", "more_than")


@dataclass(frozen=True, slots=True)
class Kind:
    """The columns that a kind of statement must fill, those that it may, and its assertions.

    `about` says whether it is about a trial ("study"), pooled ("pooled") or either (""). No
    assertions: the column stays blank; `free`: any word, compared with other claims' only.
    `recomputed` is what is said of the number that its check recomputes, a message.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    assertions: tuple[str, ...] = ()
    about: str = ""
    free: bool = False
    recomputed: str = ""

    @property
    def columns(self) -> frozenset[str]:
        """Every typed column that the kind uses."""
        said = ("assertion",) if self.assertions or self.free else ()
        return frozenset((*self.required, *self.optional, *said))


_ARMS = ("arm_id", "reference_arm_id")
_WHERE = ("outcome", "week")
_LIMITS = ("ci_low", "ci_high")

KINDS = {
    "figure_estimate": Kind(
        ("outcome", "measure", "estimate"),
        ("week", *_LIMITS),
        recomputed=message("Recomputed: {value}."),
    ),
    "percentages": Kind(
        ("outcome", "arm_id", "value"),
        ("week", "reference_arm_id", "reference_value"),
        about="study",
    ),
    "comparison": Kind(("outcome", *_ARMS), ("week",), COMPARED, "study"),
    "split_comparison": Kind(
        ("outcome", *_ARMS, "value", "reference_value", "total"), ("week",), COMPARED, "study"
    ),
    "pooled_comparison": Kind(("outcome",), ("week", "measure"), COMPARED, "pooled"),
    "most_trials": Kind(("outcome",), ("week", "measure"), COMPARED, "pooled"),
    "fold": Kind(("outcome", *_ARMS, "value"), ("week",), FOLDS, "study"),
    "frequency": Kind(("outcome",), ("week",), FREQUENCIES),
    "most_frequent": Kind(
        ("outcome", "parts"),
        ("week",),
        recomputed=message("Comparisons with another event, trial by trial: {value}."),
    ),
    "empty_group": Kind(
        ("outcome",),
        ("week", "measure"),
        about="pooled",
        recomputed=message("Groups without an event: {value}."),
    ),
    "quantity": Kind(
        ("quantity", "value"), ("arm_id",), recomputed=message("The tables have {value}.")
    ),
    "listed": Kind(
        ("value", "parts"), ("quantity",), recomputed=message("The text itself lists {value}.")
    ),
    "sum": Kind(("value", "parts"), recomputed=message("The parts add up to {value}.")),
    "cited_interval": Kind(
        ("cited", "measure", "estimate", *_LIMITS), ("outcome", "week"), COMPARED
    ),
    "text": Kind((), (*_WHERE, "arm_id"), free=True),
}

OF_A_COMPARISON = frozenset(
    {
        *("figure_estimate", "pooled_comparison", "most_trials"),
        *("frequency", "most_frequent", "empty_group"),
    }
)
"""Kinds that are checked by a pooled result, or by the arms on a side of a comparison."""

TYPED = frozenset(column for kind in KINDS.values() for column in kind.columns)
"""Every column that only some kinds use."""

QUANTITIES = {
    "n_randomised": "study",
    "duration_weeks": "study",
    "arms": "study",
    "lowest_dose": "study",
    "highest_dose": "study",
    "dose": "arm",
    "arm_size": "arm",
    "trials": "review",
}
"""What a statement of a number can be about, and whether a trial, an arm or the review has it."""


def parts(text: str) -> tuple[str, ...]:
    """The entries of a cell of `parts`, which semicolons separate."""
    return tuple(part.strip() for part in text.split(";") if part.strip())
