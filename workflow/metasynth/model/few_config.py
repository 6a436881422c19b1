"""The policy of few trials: which analysis leads where an outcome has too few for the usual one."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FewTrials:
    """With two to `trials` pooled trials, `primary` (a name under analyses) leads.

    It is declared before the data are seen, and what it makes primary is so everywhere. `added`
    says that the outcome does not name that analysis itself, so that it has it only then.
    """

    trials: int
    primary: str
    added: bool = False

    def same_as(self, other: "FewTrials | None") -> bool:
        """Whether another policy says the same."""
        return other is not None and (self.trials, self.primary) == (other.trials, other.primary)

    def leads(self, k: int) -> bool:
        """Whether so many trials are few; one alone is no pool, and is shown as it is."""
        return 2 <= k <= self.trials

    def order(self, names: Sequence[str], k: int) -> tuple[str, ...]:
        """An outcome's analyses with the one that leads first, where so many trials are pooled.

        Where they are not few, an analysis that the outcome has by the policy alone is left out.
        """
        others = tuple(name for name in names if name != self.primary)
        if self.leads(k):
            return (self.primary, *others)
        return others if self.added else tuple(names)
