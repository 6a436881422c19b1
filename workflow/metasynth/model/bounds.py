"""How far analyses go that look at trials one at a time, or at many sets of them: every such bound.

To leave each of k trials out in turn is k pools of k - 1, so that time grows with k²; a sample of
sets of trials costs k for each set. Up to the bounds below nothing is thinned; beyond them time and
memory grow with k alone, and what is left out is left out with a reason that the results hold.
"""

from metasynth.core.messages import Sentence, sentence

ONE_BY_ONE = 200
"""Trials up to which each is left out, or added, in turn: sequences of pools, deletion diagnostics,
the fragility index, the multiverse, and every figure of these."""
DRAWN_ROWS = 200
"""Trials up to which a forest plot has a row of text for each."""
TOLD_ROWS = 200
"""Trials up to which descriptions and the report's tables tell each by itself."""
TOLD_OUTCOMES = 200
"""Outcomes of which a report tells: of so many its PDF takes some 6 GB, and who reads on?"""
POOLED_CELLS = 3_200_000
"""Trials times sets of trials (admissible tables, subsets) that are pooled for one result."""
LEAST_SAMPLE, LEAST_SLOW = 1_000, 20
"""Sets that a sample has, however many trials there are; of models fitted one set at a time."""
BLOCK_CELLS = 131_072
"""Trials times sets that are worked on together: enough to hide overhead, few for the cache."""


def too_many(studies: int) -> Sentence | None:
    """Why so many studies are not looked at one at a time; None if they are."""
    if studies <= ONE_BY_ONE:
        return None
    return sentence(
        "{n} studies; one at a time they are left out, or added, up to {most}",
        n=studies,
        most=ONE_BY_ONE,
    )


def sets(most: int, trials: int) -> int:
    """How many sets of so many trials are pooled for one result: `most`, or what their size allows.

    All of 50 000 up to 64 trials, all of 10 000 up to 320.
    """
    return min(most, max(LEAST_SAMPLE, POOLED_CELLS // max(1, trials)))


def slow_sets(most: int, trials: int) -> int:
    """The same for models that are fitted to one set after the other: `most` up to 64 trials."""
    return min(most, max(LEAST_SLOW, 64 * most // max(1, trials)))


def columns(most: int, trials: int) -> int:
    """How many meta-analyses of so many trials are worked on together, `most` up to 64 trials."""
    return min(most, max(1, BLOCK_CELLS // max(1, trials)))
