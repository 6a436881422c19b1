"""Judgements of risk of bias: what the words of the tools mean, on one scale, and their domains."""

from collections.abc import Mapping, Sequence

from metasynth.core.messages import message
from metasynth.model.records import Judgement

Judgements = Mapping[str, Sequence[Judgement]]
"""The judgements of each study by its id; figures want one a domain, see `of_outcome`."""

LOW, SOME, HIGH, CRITICAL = range(4)

NAMES = (
    message("Low"),
    message("Some concerns"),
    message("High"),
    message("Critical"),
    message("No information"),
)
"""What the levels are called, from the best; the last is that of words which mean none."""

_RISKS = {
    "low": LOW,
    "some concerns": SOME,
    "unclear": SOME,
    "moderate": SOME,
    "high": HIGH,
    "serious": HIGH,
    "critical": CRITICAL,
}
"""The words of RoB 1, RoB 2 and ROBINS-I."""


def risk(judgement: str) -> int | None:
    """The risk that a tool's word means; words like "no information" mean none at all (None)."""
    words = " ".join(judgement.split()).lower()
    return _RISKS.get(words.removesuffix(" risk").removesuffix(" risk of bias"))


def is_overall(domain: str) -> bool:
    """Whether a domain is the overall judgement, which tools write in several ways."""
    return " ".join(domain.split()).lower().startswith("overall")


def domain_names(judgements: Judgements | None) -> tuple[str, ...]:
    """The domains with any judgement, in the order of the studies' rows, the overall one last."""
    named = (j.domain for own in (judgements or {}).values() for j in own if j.judgement)
    domains = list(dict.fromkeys(named))
    return tuple(sorted(domains, key=is_overall))


def of_outcome(judgements: Judgements, outcome: str = "") -> dict[str, tuple[Judgement, ...]]:
    """One judgement a study and domain: the outcome's own, or that of the study as a whole."""
    chosen = {}
    for study, own in judgements.items():
        known = {j.domain: j for j in own if not j.outcome}
        known |= {j.domain: j for j in own if outcome and j.outcome == outcome}
        chosen[study] = tuple(known.values())
    return chosen
