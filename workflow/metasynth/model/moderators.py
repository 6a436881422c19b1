"""The choices of a meta-regression on several moderators, as config.yaml declares them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from metasynth.core.messages import message
from metasynth.model.resampling import Resampling

INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True)
class ModeratorTerm:
    """A moderator: a column of the trials' tables, and how its values enter the model.

    `column` is a covariate of covariates.csv or one of `covariates.OF_TABLES`. It is a category
    where the column holds words, where `levels` name the numbers of covariates.csv, or where `cuts`
    divide them; then `reference` is the level to which others are compared, blank for the first.
    A number x enters as (x - centre)/per; a `centre` of None is the mean of the studies, and
    `knots` bend the line (restricted cubic spline).
    """

    name: str
    label: str
    column: str
    levels: tuple[tuple[str, float], ...] = ()
    cuts: tuple[float, ...] = ()
    reference: str = ""
    centre: float | None = 0.0
    per: float = 1.0
    knots: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a term: a number, or a level."""

    term: str
    number: float | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Values for which the average effect is predicted.

    Terms that are not named are held at the mean of the studies, or at the reference.
    """

    name: str
    label: str
    at: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class ProfileContrast:
    """The difference of the average effects at two profiles, the first less the second."""

    name: str
    label: str
    at: tuple[Setting, ...]
    against: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class ModeratorModel:
    """A declared meta-regression.

    `ci` names the tests, as `TESTS` does; blank for those that the outcome's model has by itself.
    """

    name: str
    label: str
    terms: tuple[ModeratorTerm, ...]
    interactions: tuple[tuple[str, str], ...] = ()
    ci: str = ""
    predictions: tuple[Profile, ...] = ()
    contrasts: tuple[ProfileContrast, ...] = ()
    scale: tuple[ModeratorTerm, ...] = ()  # numbers on which ln tau2 depends
    permutation: Resampling | None = None  # of trials that are independent
    wild_bootstrap: Resampling | None = None  # of trials in clusters

    def profiles(self) -> Iterator[tuple[tuple[str, str, str], tuple[Setting, ...]]]:
        """The settings of each profile, behind the keys at which it stands in the model."""
        for one in self.predictions:
            yield ("predictions", one.name, "at"), one.at
        for pair in self.contrasts:
            yield ("contrasts", pair.name, "at"), pair.at
            yield ("contrasts", pair.name, "against"), pair.against


def all_terms(model: ModeratorModel) -> tuple[ModeratorTerm, ...]:
    """The terms of the effects, then those of the scale."""
    return (*model.terms, *model.scale)


def has_profiles(models: Iterable[ModeratorModel]) -> bool:
    """Whether any prediction or contrast is declared."""
    return any(model.predictions or model.contrasts for model in models)


def cut_levels(cuts: tuple[float, ...]) -> tuple[str, ...]:
    """The names of the classes into which cut points divide numbers, from the lowest.

    Example:
        >>> cut_levels((50.0, 100.0))
        ('<50', '50–<100', '≥100')
    """
    between = (f"{low:.12g}–<{high:.12g}" for low, high in pairwise(cuts))
    return (f"<{cuts[0]:.12g}", *between, f"≥{cuts[-1]:.12g}")


def cut_level(cuts: tuple[float, ...], number: float) -> str:
    """The class of a number; one that equals a cut point is above it."""
    return cut_levels(cuts)[sum(number >= cut for cut in cuts)]


TESTS = {
    "HKSJ": message("t and F tests of Knapp and Hartung"),
    "Wald": message("z and χ² tests"),
    "CR0": message("cluster-robust t and F tests (CR0)"),
    "CR1": message("cluster-robust t and F tests (CR1)"),
    "CR2": message("cluster-robust t and F tests (CR2)"),
}
"""How coefficients are tested, by the name of their intervals."""

REGRESSIONS = {
    "random": message("Mixed effects by {tau2}, {tests}."),
    "three_level": message("Three levels by {tau2}, {tests}."),
    "multivariate": message("The multivariate model by {tau2}, {tests}."),
    "RVE-CORR": message("Robust variance estimation with weights of correlated effects, {tests}."),
    "RVE-HIER": message("Robust variance estimation with hierarchical weights, {tests}."),
}
"""What is regressed, by the model that leads the outcome: of one without clusters, random."""
