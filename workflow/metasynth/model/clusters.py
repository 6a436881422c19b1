"""Which studies of a pool belong together: those of one cluster, or the parts of one trial."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from metasynth.model.records import Trial

if TYPE_CHECKING:  # a whole configuration is checked before anything heavy is loaded
    import numpy as np
    from numpy.typing import NDArray

CLUSTER = "cluster"
"""The covariate whose equal values say which studies belong together."""


class Member(Protocol):
    """A study's data or effect."""

    @property
    def study(self) -> str:
        """Its id."""

    @property
    def cluster(self) -> str:
        """The name of its cluster; blank: its own id."""


M = TypeVar("M", bound=Member)


def stated(trial: Trial) -> str:
    """The number of the cluster that a trial states, "11"; blank where it states none."""
    values = [row.value for row in trial.covariates if row.covariate == CLUSTER]
    return f"{values[0]:.15g}" if values else ""


def heading(trial: Trial) -> str:
    """The name of the cluster that a trial states: the note beside its number; blank: none."""
    return next((row.note for row in trial.covariates if row.covariate == CLUSTER), "")


def name(member: Member) -> str:
    """The name of a study's cluster; no id of a trial is a number."""
    return member.cluster or member.study


def groups(members: Iterable[M]) -> dict[str, list[M]]:
    """The studies of each cluster, by its name, in the order in which they come."""
    found: dict[str, list[M]] = {}
    for member in members:
        found.setdefault(name(member), []).append(member)
    return found


def numbers(members: Sequence[Member]) -> "NDArray[np.intp]":
    """The number of each study's cluster, from 0, in the order in which these come.

    Returns:
        Shape (k,).
    """
    return numbered(list(map(name, members)))


def numbered(values: Sequence[Hashable]) -> "NDArray[np.intp]":
    """The number of each value, from 0, in the order in which different ones come.

    Returns:
        Shape (k,).
    """
    import numpy as np

    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return np.array([places[value] for value in values], dtype=np.intp)
