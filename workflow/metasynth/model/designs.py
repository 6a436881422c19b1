"""What the `design` column of study.csv says: whether a trial, randomised, in clusters or pairs."""

import re
from collections.abc import Iterable

_RANDOMISED = re.compile(r"\brandomi[sz]ed\b|\brandom allocation\b|\brct\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:non|not|quasi|un)[- ]?randomi[sz]ed\b", re.IGNORECASE)
_TRIAL = re.compile(
    r"(?<!not a )\btrials?\b|\bquasi[- ]?randomi[sz]ed\b|\b(?:systematic|alternate) allocation\b",
    re.IGNORECASE,
)

_CLUSTERS = re.compile(r"\bcluster(?:ed)?\b|\bgroup[- ]randomi[sz]ed\b", re.IGNORECASE)
_PAIRS = re.compile(
    r"\bcross-?\s?over\b|\bsplit[- ](?:body|mouth|face|limb|scalp)\b|(?<!un-)(?<!non-)\bpaired\b",
    re.IGNORECASE,
)
CLUSTER, PAIRS = "cluster", "pairs"


def layout(design: str) -> str:
    """cluster where clusters were allocated, pairs of a crossover or split body; else blank."""
    if _CLUSTERS.search(design):
        return CLUSTER
    return PAIRS if _PAIRS.search(design) else ""


def is_paired(design: str) -> bool:
    """Whether each patient was, or may have been, under both treatments."""
    return layout(design) == PAIRS


def is_randomised(design: str) -> bool:
    """Whether a design is described as randomised, in the language that tables are written in."""
    return bool(_RANDOMISED.search(design)) and not _NOT.search(design)


def are_trials(designs: Iterable[str]) -> bool:
    """Whether each design is described as a trial's, which allocates treatments.

    Where one is not, or nothing is said of it, a review speaks of studies, as every trial is one.
    """
    return all(is_randomised(design) or _TRIAL.search(design) for design in designs)
