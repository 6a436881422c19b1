"""The rules that suggest a certainty of evidence where no panel has rated it: choices, with names.

They are the `certainty` section of config.yaml; what stands here are its defaults. The domains and
levels are those of GRADE (Balshem et al., J Clin Epidemiol 2011;64:401-6). GRADE asks for
judgement; rules cannot judge, so whatever they give is called a suggestion wherever it is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Protocol

LOWERING = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
"""Domains that lower certainty, by one level or two; a rule suggests a rating for each."""
RAISING = ("large_effect", "dose_response", "plausible_confounding")
"""Domains that raise it (Guyatt et al., J Clin Epidemiol 2011;64:1311-6); left to a panel."""
OVERALL = "overall"
CONVENTION = (0.75, 1.25)
"""Risk ratios of an appreciable effect where none is declared: GRADE guidelines 6, cited below."""
LEVELS = ("very low", "low", "moderate", "high")
"""From the lowest, which stands for one sign of four, to the highest."""


@dataclass(frozen=True, slots=True)
class BiasRule:
    """Risk of bias, by the share of the weight (per cent) that trials at risk carry.

    Two levels where trials at high risk carry `weight` or more, one where trials with some concerns
    or worse do. `no_information` is the rating, 0 or -1, where no trial has a judgement; beside
    others, a trial without one counts as of some concern if it is -1, as of low risk if it is 0.
    """

    weight: float = 50.0
    no_information: int = 0


@dataclass(frozen=True, slots=True)
class InconsistencyRule:
    """Inconsistency, by I2 (per cent) from which it is serious and very serious, and p of Q.

    The limits of I2 are those from which the Cochrane Handbook (section 10.10.2) speaks of
    substantial and of considerable heterogeneity.
    """

    i2: tuple[float, ...] = (50.0, 75.0)
    p: float = 0.10


@dataclass(frozen=True, slots=True)
class IndirectTrial:
    """A trial whose question differs from the review's, and in what."""

    study: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndirectOutcome:
    """A declared rating, 0, -1 or -2, of an outcome's directness, and its reason."""

    outcome: str
    rating: int
    reason: str


@dataclass(frozen=True, slots=True)
class IndirectnessRule:
    """Indirectness is declared: of outcomes, or of trials.

    One level where declared trials carry `weight` per cent of the weight, or of the events, or
    more.
    """

    weight: float = 50.0
    trials: tuple[IndirectTrial, ...] = ()
    outcomes: tuple[IndirectOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class ImprecisionRule:
    """Imprecision, by the amount of information and by what the interval includes.

    The optimal information size is, with `thresholds`, `events` events or (continuous outcomes)
    `participants` participants; with `computed`, the participants that a trial of `power` at
    two-sided `alpha` needs to show a relative risk reduction of `relative_reduction` from the
    control risk. Under the share `far_below` of it, two levels. `important` are the risk ratios
    below and above which an effect is important, where they are declared. Where they are not,
    GRADE's `CONVENTION` stands in for them: it may lower certainty, and calls nothing unimportant.

    Guyatt et al., J Clin Epidemiol 2011;64:1283-93 (GRADE guidelines 6): the 0.75 and 1.25, the
    rules of thumb for events and participants; GRADE guidance 34, J Clin Epidemiol
    2022;150:216-24: two levels where information is far from optimal or the interval crosses
    thresholds appreciably. What "far" means is a choice made here.
    """

    information_size: str = "thresholds"  # thresholds | computed
    events: int = 300
    participants: int = 400
    relative_reduction: float = 0.25
    alpha: float = 0.05
    power: float = 0.80
    far_below: float = 0.30
    important: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicationRule:
    """Publication bias is assessed from `trials` trials up, by a test of asymmetry with p < `p`."""

    trials: int = 10
    p: float = 0.10


@dataclass(frozen=True, slots=True)
class CertaintyRules:
    """The `certainty` section of config.yaml.

    `start` is the certainty to begin with. By design, as GRADE has it: high where every trial that
    is judged is described as randomised, low otherwise; "high" and "low" are declarations. With
    `one_degree: common` an outcome whose primary interval rests on one degree of freedom is judged
    by its first common-effect analysis instead. `findings` are the outcomes of the summary of
    findings (all, where none is named), `control_risk` where their assumed risk comes from, and
    `large` the risk ratios beyond which an effect is called large (none, where it is not declared).
    `important_measures` and `important_outcomes` are the smallest important differences of the
    `living` section, which go before `imprecision.important`.
    """

    start: str = "by_design"  # by_design | high | low
    one_degree: str = "common"  # common | primary
    control_risk: str = "pooled"  # pooled | median
    findings: tuple[str, ...] = ()
    large: tuple[float, ...] = ()
    risk_of_bias: BiasRule = BiasRule()
    inconsistency: InconsistencyRule = InconsistencyRule()
    indirectness: IndirectnessRule = IndirectnessRule()
    imprecision: ImprecisionRule = ImprecisionRule()
    publication_bias: PublicationRule = PublicationRule()
    important_measures: Mapping[str, float] = field(default_factory=dict)
    important_outcomes: Mapping[str, float] = field(default_factory=dict)


DEFAULT_RULES = CertaintyRules()
MOST_MAIN = 7
"""As many outcomes as GRADE's summary of findings should have at most."""


class Compared(Protocol):
    """An outcome, and the name of its comparison."""

    @property
    def id(self) -> str:
        """Its id."""
        raise NotImplementedError

    @property
    def comparison(self) -> str:
        """Blank where the review has one."""
        raise NotImplementedError


def main_outcomes(rules: CertaintyRules, outcomes: Sequence[Compared]) -> tuple[str, ...]:
    """The outcomes that the article tells, by id: those of the summary of findings.

    Where none is named there, they are the first seven of the review's own, of each comparison.
    """
    named = [outcome for outcome in outcomes if outcome.id in rules.findings] or outcomes
    compared = dict.fromkeys(outcome.comparison for outcome in named)
    found = {one: [o.id for o in named if o.comparison == one][:MOST_MAIN] for one in compared}
    return tuple(outcome.id for outcome in named if outcome.id in found[outcome.comparison])


def rule_numbers(rules: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of the rules by its place, "imprecision/events"; of several, counted from 1."""
    if isinstance(rules, int | float):
        yield path, rules
    elif isinstance(rules, tuple):
        for place, item in enumerate(rules, start=1):
            yield from rule_numbers(item, f"{path}/{place}")
    elif is_dataclass(rules):
        for item in fields(rules):
            at = f"{path}/{item.name}" if path else item.name
            yield from rule_numbers(getattr(rules, item.name), at)
