"""Priors and the policy of few trials in config.yaml, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.model.empirical_priors import rhodes_2015, turner_2015
from metasynth.model.few_config import FewTrials
from metasynth.model.priors import VAGUE, MuPrior, PriorFault, TauPrior

_LEARNT = {"turner_2015": turner_2015, "rhodes_2015": rhodes_2015}
_OF_DATA = ("outcome", "comparison")


def tau_prior(keys: Mapping[str, Any] | None) -> TauPrior | None:
    """The prior of tau that an analysis declares. Raises PriorFault."""
    if keys is None:
        return None
    known = dict(keys)
    learnt = _LEARNT.get(known["family"])
    if learnt is not None:
        del known["family"]
        if extra := [name for name in known if name not in _OF_DATA]:
            raise PriorFault(
                f"{keys['family']} has its parameters from its table, so no {extra[0]}"
            )
        return learnt(**known)
    if extra := [name for name in known if name in _OF_DATA]:
        raise PriorFault(f"the prior {known['family']} of tau has no {extra[0]}")
    family = known.pop("family")
    return TauPrior(family, **{name: float(known[name]) for name in known})  # type: ignore[arg-type]


def mu_prior(keys: Mapping[str, Any] | None) -> MuPrior:
    """The prior of the mean effect that an analysis declares; a vague one without."""
    return MuPrior(**{k: float(v) for k, v in keys.items()}) if keys else VAGUE


def prior_faults(mapping: Mapping[str, Any], lines: Lines) -> list[Fault]:
    """Priors that are none."""
    found = []
    for name, keys in mapping["analyses"].items():
        try:
            tau_prior(keys.get("tau_prior"))
        except PriorFault as fault:
            expected = f"a prior of tau: {fault}"
            remedy = "correct it (docs/few_trials.md lists the families and their parameters)"
            path = ("analyses", name, "tau_prior")
            found.append(lines.fault(path, keys["tau_prior"]["family"], expected, remedy))
    return found


def policy(declared: Mapping[str, Any] | str | None) -> FewTrials | None:
    """A policy of few trials as it is declared; none where an outcome says so."""
    if declared is None or isinstance(declared, str):
        return None
    return FewTrials(declared["trials"], declared["primary"])


def few_trials(keys: Mapping[str, Any], review: Mapping[str, Any]) -> FewTrials | None:
    """The policy that applies to an outcome: its own, else the review's."""
    found = policy(keys.get("few", review.get("few")))
    return found and replace(found, added=found.primary not in keys["analyses"])


def few_faults(mapping: Mapping[str, Any], lines: Lines) -> Iterator[Fault]:
    """Policies that name an analysis that is none."""
    known = list(mapping["analyses"])
    places: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), mapping)]
    places += [(("outcomes", name), keys) for name, keys in mapping["outcomes"].items()]
    for path, keys in places:
        declared = keys.get("few")
        if isinstance(declared, Mapping) and declared["primary"] not in known:
            expected = f"a name under analyses ({', '.join(known)})"
            remedy = "correct the name, or declare the analysis there"
            yield lines.fault((*path, "few", "primary"), declared["primary"], expected, remedy)
