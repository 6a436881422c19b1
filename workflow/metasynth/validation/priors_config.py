"""Priors and the policy of few trials in config.yaml, and what is wrong with them."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.model.empirical_priors import rhodes_2015, turner_2012, turner_2015
from metasynth.model.few_config import FewTrials
from metasynth.model.methods import BAYESIAN, MEASURE, is_ratio, no_effect
from metasynth.model.priors import VAGUE, MuPrior, OtherPriors, PriorFault, TauPrior
from metasynth.model.records import AnalysisSpec, OutcomeSpec

_LEARNT = {"turner_2012": turner_2012, "turner_2015": turner_2015, "rhodes_2015": rhodes_2015}
RANGE = {"RD": (-1.0, 1.0), "ASD": (-1.6, 1.6), "COR": (-1.0, 1.0), "ZCOR": (-1.0, 1.0)}
"""Between which values a measure lies that is neither a ratio nor without bounds."""
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


def other_priors(keys: Mapping[str, Any]) -> tuple[OtherPriors, ...]:
    """The other priors of an analysis; what one of them leaves out is the analysis's own.

    Raises PriorFault.
    """
    own = {name: keys[name] for name in ("tau_prior", "mu_prior") if name in keys}
    named = {name: {**own, **other} for name, other in keys.get("other_priors", {}).items()}
    found = (
        (name, tau_prior(p.get("tau_prior")), mu_prior(p.get("mu_prior")))
        for name, p in named.items()
    )
    return tuple(OtherPriors(name, tau, mu) for name, tau, mu in found if tau is not None)


def prior_faults(mapping: Mapping[str, Any], lines: Lines) -> list[Fault]:
    """Priors that are none."""
    found = []
    for path, keys in _tau_priors(mapping["analyses"]):
        try:
            tau_prior(keys)
        except PriorFault as fault:
            expected = f"a prior of tau: {fault}"
            remedy = "correct it (docs/few_trials.md lists the families and their parameters)"
            found.append(lines.fault(path, keys["family"], expected, remedy))
    return found


def _tau_priors(
    analyses: Mapping[str, Any],
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every prior of tau that is declared, with its place."""
    for name, keys in analyses.items():
        others = keys.get("other_priors", {})
        places: dict[tuple[str, ...], Any] = {("analyses", name): keys}
        places |= {("analyses", name, "other_priors", other): p for other, p in others.items()}
        for path, own in places.items():
            if "tau_prior" in own:
                yield (*path, "tau_prior"), own["tau_prior"]


def threshold_faults(
    outcomes: Sequence[OutcomeSpec], analyses: Sequence[AnalysisSpec], lines: Lines
) -> Iterator[Fault]:
    """Thresholds on the wrong side of no effect, of no value of the measure, or of no posterior."""
    bayesian = {analysis.name for analysis in analyses if analysis.model in BAYESIAN}
    for outcome in outcomes:
        given = [(side, getattr(outcome.thresholds, side)) for side in ("better", "worse")]
        for side, value in given:
            if value is not None and (fault := _threshold_fault(outcome, side, value, bayesian)):
                yield lines.fault(("outcomes", outcome.id, "thresholds", side), value, *fault)


def _threshold_fault(
    outcome: OutcomeSpec, side: str, value: float, bayesian: Container[str]
) -> tuple[str, str] | None:
    """What a threshold should be, and what to do; None where nothing is wrong with it."""
    null = no_effect(outcome.measure)
    if null is None or outcome.measure not in MEASURE:
        return (
            f"nothing: no value of {outcome.measure} means no effect, so that none is better",
            "remove thresholds",
        )
    if not any(name in bayesian for name in outcome.analyses):
        return (
            f"nothing: no analysis of {outcome.id} is Bayesian, and only a posterior says how "
            "probable an effect beyond a threshold is",
            "remove thresholds, or add an analysis of model bayes",
        )
    low, high = RANGE.get(outcome.measure, (0.0 if is_ratio(outcome.measure) else -inf, inf))
    if not low < value < high:
        ends = f"above {low:g}" + ("" if high == inf else f" and below {high:g}")
        return (
            f"a value that {outcome.measure} can have, {ends}",
            "correct it, on the natural scale",
        )
    up = (outcome.direction == "benefit") == (side == "better")
    if (value > null) if up else (value < null):
        return None
    other = "worse" if side == "better" else "better"
    more = "good" if outcome.direction == "benefit" else "bad"
    return (
        f"a {outcome.measure} {'above' if up else 'below'} {null:g}: more of {outcome.id} is "
        f"{more} (direction {outcome.direction}), so no other is {side}",
        f"write the value of that side, or call it {other}"
        + (
            " (ratios are written as they are, not as logarithms)"
            if is_ratio(outcome.measure)
            else ""
        ),
    )


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
