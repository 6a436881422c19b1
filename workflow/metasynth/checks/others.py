"""The usual number of the other trials, those of one left out, however many there are."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence


class Others:
    """Numbers of all trials, of which one trial's own can be left out in logarithmic time."""

    def __init__(self, numbers: Iterable[float]) -> None:
        self._sorted = sorted(numbers)

    def count(self, own: Sequence[float]) -> int:
        """How many numbers other trials have."""
        return len(self._sorted) - len(own)

    def at(self, rank: int, own: Sequence[float]) -> float:
        """The number of a rank, counted from 0, among those of other trials."""
        for index in self._indices(own):
            rank += rank >= index
        return self._sorted[rank]

    def _indices(self, own: Sequence[float]) -> list[int]:
        """Where a trial's own numbers stand, in order; equal ones stand side by side."""
        first = [(bisect_left(self._sorted, x), own[:at].count(x)) for at, x in enumerate(own)]
        return sorted(index + before for index, before in first)

    def median(self, own: Sequence[float]) -> float:
        """The median of the other trials' numbers, of which there must be one."""
        n = self.count(own)
        return (self.at((n - 1) // 2, own) + self.at(n // 2, own)) / 2
