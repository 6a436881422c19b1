"""How many examples a property is tried on: few in each run, EXAMPLES=10 times as many weekly."""

import os

from hypothesis import settings

TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(number: int, **more: object) -> settings:
    """The budget of a property that the usual one is too small or too large for."""
    return settings(max_examples=number * TIMES, deadline=None, **more)


USUAL = examples(25)
"""Where a test names no number of its own."""
