"""Tests by resampling: how many resamples at most, and the seed with which they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PERMUTATION, WILD_BOOTSTRAP = "permutation", "wild_bootstrap"
KINDS = (PERMUTATION, WILD_BOOTSTRAP)
"""The keys by which they are asked for, of independent studies and of clusters."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """All resamples are made where there are no more than `most`; else so many are drawn.

    A `most` of None is what the test has by itself.
    """

    seed: int
    most: int | None = None


def resampling(keys: Mapping[str, Any]) -> dict[str, Resampling]:
    """What an analysis, or a model of moderators, asks for in config.yaml, by its key."""
    asked = (name for name in KINDS if name in keys)
    return {name: Resampling(**keys[name]) for name in asked}
