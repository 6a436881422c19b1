"""What is believed before the data of how far trials differ (tau) and of the mean effect (mu).

Records only: their densities are in `stats.prior_densities`. tau and mu are on the analysis scale
(log for ratios), so the scale of a prior belongs to one measure or to a group of like ones.
"""

from dataclasses import dataclass
from math import exp, isfinite

SCALED = ("half_normal", "half_t", "half_cauchy", "exponential")
"""Distributions of tau with a scale alone; that of an exponential is its mean."""
LOCATED = ("log_normal", "log_t")
"""Distributions of log tau, with a location and a scale."""
IMPROPER = ("uniform", "jeffreys")
"""Priors of tau without an integral: the trials alone must make the posterior a distribution."""
FAMILIES = (*SCALED, *LOCATED, *IMPROPER)
WITH_DF = ("half_t", "log_t")


class PriorFault(ValueError):  # noqa: N818 - it names the fault, as the message does
    """A prior is none: an unknown name, or a parameter that is missing, extra or not positive."""


@dataclass(frozen=True, slots=True)
class TauPrior:
    """A prior of tau by its family's name; `location` and `scale` of `LOCATED` are of log tau.

    `source` says where its parameters come from, and `measure` of which measure they are, where
    they were learnt from data. Raises PriorFault.
    """

    family: str
    scale: float | None = None
    location: float | None = None
    df: float | None = None
    source: str = ""
    measure: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no prior."""
        if fault := self._fault():
            raise PriorFault(fault)

    @property
    def proper(self) -> bool:
        """Whether it integrates to 1."""
        return self.family not in IMPROPER

    @property
    def about(self) -> float | None:
        """The size of tau that it speaks of: its scale, or the exponential of its location."""
        return exp(self.location) if self.location is not None else self.scale

    @property
    def tail(self) -> float:
        """The power at which the density of tau falls, as tau grows; see `moment_exists`."""
        if self.family in ("half_t", "half_cauchy"):
            return 1 + (self.df or 1.0)
        return {"log_t": 1.0, "jeffreys": 1.0, "uniform": 0.0}.get(self.family, float("inf"))

    def _fault(self) -> str | None:
        """Say in one sentence what is wrong with the parameters."""
        if self.family not in FAMILIES:
            return "the prior {family!r} of tau is not one of {known}".format(
                family=self.family, known=", ".join(FAMILIES)
            )
        needed = {
            "scale": self.family not in IMPROPER,
            "location": self.family in LOCATED,
            "df": self.family in WITH_DF,
        }
        for name, is_needed in needed.items():
            value = getattr(self, name)
            if is_needed and value is None:
                return f"the prior {self.family} of tau needs its {name}"
            if not is_needed and value is not None:
                return f"the prior {self.family} of tau has no {name}"
            if value is not None and not (isfinite(value) and (value > 0 or name == "location")):
                above = "" if name == "location" else " above 0"
                return f"a prior {self.family} of tau has a {name} that is a number{above}"
        return None


@dataclass(frozen=True, slots=True)
class MuPrior:
    """A normal prior of mu, or, without `sd`, a vague one: improper, the same everywhere.

    Raises PriorFault.
    """

    mean: float = 0.0
    sd: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no prior."""
        if self.sd is not None and not 0 < self.sd < float("inf"):
            raise PriorFault("the standard deviation of the prior of mu is above 0")

    @property
    def precision(self) -> float:
        """One over its variance; 0 where it is vague."""
        return 0.0 if self.sd is None else 1 / self.sd**2


VAGUE = MuPrior()


@dataclass(frozen=True, slots=True)
class OtherPriors:
    """Priors by which a Bayesian pool is made once more, by their name in config.yaml."""

    name: str
    tau_prior: TauPrior
    mu_prior: MuPrior = VAGUE


def moment_exists(tau: TauPrior, mu: MuPrior, k: int, power: int) -> bool:
    """Whether the posterior mean of tau ** `power` is finite, given `k` trials.

    For large tau the likelihood falls as tau to the power -(k - 1), or -k where mu has a normal
    prior. Power 0 asks whether the posterior is a distribution at all. A mean that only a power of
    log tau keeps finite (log_t, two trials) is that of values no float holds, and counts as none.
    """
    left = tau.tail + (k if mu.sd is not None else k - 1) - power
    return left > 1 or (power == 0 and left == 1 and tau.family == "log_t")
