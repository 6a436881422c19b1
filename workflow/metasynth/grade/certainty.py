"""How certain the evidence of an outcome is, domain by domain: by a panel, else by rule.

GRADE (Balshem et al., J Clin Epidemiol 2011;64:401-6): evidence from randomised trials begins as
high, from observational studies as low; domains lower it or raise it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metasynth.core.messages import Sentence, Value
from metasynth.grade import domains as certainty_domains
from metasynth.grade.case import Case, make_case
from metasynth.language.languages import message
from metasynth.language.sentences import in_words
from metasynth.model.certainty_config import LEVELS, LOWERING, OVERALL, CertaintyRules
from metasynth.model.designs import is_randomised
from metasynth.model.records import CertaintyRating, Judgement, OutcomeResult, Trial

if TYPE_CHECKING:  # whoever checks a review's texts needs no numpy
    from metasynth.sensitivity.battery import Sensitivity

PANEL, RULE, BOTH = "panel", "rule", "panel and rule"
NOT_RATED = "not rated"
COLUMNS = (
    "outcome",
    "domain",
    "rating",
    "assessed",
    "certainty",
    "source",
    "judge",
    "reference",
    "reason",
)
"""Of results/tables/certainty.csv; the JSON has the reasons as data besides."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One domain of one outcome, or ("overall") all together; a row of certainty.csv.

    `rating` is the change in levels, of `overall` their sum; `certainty` stands in the overall row
    alone. `source` is panel, rule or (overall) panel and rule. `assessed` is False where a rule
    could not tell. `reason` is in English, `reasons` say the same in any language.
    """

    outcome: str
    domain: str
    rating: int | None
    assessed: bool
    certainty: str
    source: str
    judge: str
    reference: str
    reason: str
    reasons: tuple[Sentence, ...]


def assess(
    result: OutcomeResult,
    rules: CertaintyRules,
    panel: Sequence[CertaintyRating] = (),
    judgements: Mapping[str, Sequence[Judgement]] | None = None,
    sensitivity: "Sensitivity | None" = None,
    designs: Mapping[str, str] | None = None,
) -> tuple[Rating, ...]:
    """Each domain of an outcome, then `overall`.

    `panel` are the ratings of certainty.csv, of any outcome; a domain that it rates is not
    suggested by rule. `designs` are what study.csv says of each study's. An outcome without a
    pooled estimate is not rated.
    """
    case = make_case(result, rules, judgements, sensitivity, designs)
    if case.primary.estimate is None:
        return (_unrated(case),)
    own = {item.domain: item for item in panel if item.outcome == result.outcome.id}
    lowering = [_by_panel(own[d]) if d in own else _by_rule(case, d) for d in LOWERING]
    raising = [_by_panel(item) for domain, item in own.items() if domain not in LOWERING]
    return (*lowering, *raising, _overall(case, [*lowering, *raising]))


def assess_all(
    results: Sequence[OutcomeResult],
    rules: CertaintyRules,
    panel: Sequence[CertaintyRating],
    trials: Sequence[Trial],
    sensitivities: "Sequence[Sensitivity]",
) -> list[Rating]:
    """The ratings of every outcome that is not another's reading, in the order of `results`."""
    judgements = {trial.study.study: trial.risk_of_bias for trial in trials}
    designs = {trial.study.study: trial.study.design for trial in trials}
    examined = {item.outcome: item for item in sensitivities}
    return [
        rating
        for result in results
        if not result.outcome.sensitivity_of
        for rating in assess(
            result, rules, panel, judgements, examined.get(result.outcome.id), designs
        )
    ]


def _unrated(case: Case) -> Rating:
    reason = Sentence(message("there is no pooled estimate to rate"))
    outcome = case.result.outcome.id
    return Rating(
        outcome, OVERALL, None, False, NOT_RATED, RULE, "", "", in_words(reason), (reason,)
    )


def _by_panel(item: CertaintyRating) -> Rating:
    reason = Sentence("{reason}", (Value("reason", "text", text=item.reason),))
    return Rating(
        outcome=item.outcome,
        domain=item.domain,
        rating=item.rating,
        assessed=True,
        certainty="",
        source=PANEL,
        judge=item.judge,
        reference=item.reference,
        reason=item.reason,
        reasons=(reason,),
    )


def _by_rule(case: Case, domain: str) -> Rating:
    found = certainty_domains.RULES[domain](case)
    return Rating(
        outcome=case.result.outcome.id,
        domain=domain,
        rating=found.rating,
        assessed=found.assessed,
        certainty="",
        source=RULE,
        judge="",
        reference="",
        reason="; ".join(map(in_words, found.reasons)),
        reasons=found.reasons,
    )


def _overall(case: Case, domains: Sequence[Rating]) -> Rating:
    """The level that is left, no lower than very low and no higher than high."""
    change = sum(item.rating or 0 for item in domains)
    start = LEVELS.index(starting_level(case.rules.start, _designs(case)))
    level = LEVELS[min(len(LEVELS) - 1, max(0, start + change))]
    sources = {item.source for item in domains}
    reasons = (_beginning(case), *map(_moved, (d for d in domains if d.rating)))
    return Rating(
        outcome=case.result.outcome.id,
        domain=OVERALL,
        rating=change,
        assessed=all(item.assessed for item in domains),
        certainty=level,
        source=BOTH if len(sources) > 1 else sources.pop(),
        judge="; ".join(dict.fromkeys(item.judge for item in domains if item.judge)),
        reference="",
        reason="; ".join(map(in_words, reasons)),
        reasons=reasons,
    )


def starting_level(start: str, designs: Collection[str]) -> str:
    """The certainty to begin with: as declared, else high where every design is a randomised one.

    `designs` are those of the trials that are judged, blank where study.csv says nothing.
    """
    if start != "by_design":
        return start
    return "high" if designs and all(map(is_randomised, designs)) else "low"


def starts_low(overall: Rating) -> bool:
    """Whether certainty begins as low, as the first reason of an overall rating says."""
    return overall.reasons[0].message.startswith(LEVELS[1])


def _designs(case: Case) -> tuple[str, ...]:
    """The designs of the trials that are judged, each once; blank is one that is not stated."""
    pooled = dict.fromkeys(study.study for study in case.judging.studies)
    return tuple(dict.fromkeys(case.designs.get(study, "").strip() for study in pooled))


def _beginning(case: Case) -> Sentence:
    """The certainty to begin with, with what study.csv says of the designs of the trials judged."""
    start, designs = case.rules.start, _designs(case)
    if start != "low" and starting_level("by_design", designs) == "high":
        return Sentence(message("high to begin with, as the trials are randomised"))
    if not any(designs):
        return Sentence(_STARTS[start])
    named = tuple(design or message("not stated") for design in designs)
    return Sentence(_STARTS_OF_DESIGNS[start], (Value("designs", "texts", text="; ".join(named)),))


_STARTS = {
    "by_design": message("low to begin with, as no design is stated"),
    "high": message("high to begin with, by the review's rules"),
    "low": message("low to begin with, by the review's rules"),
}
_STARTS_OF_DESIGNS = {
    "by_design": message(
        "low to begin with, as not every trial is described as randomised; designs: {designs}"
    ),
    "high": message("high to begin with, by the review's rules; designs: {designs}"),
    "low": message("low to begin with, by the review's rules; designs: {designs}"),
}
_MOVED = {
    "risk_of_bias": message("risk of bias {levels}"),
    "inconsistency": message("inconsistency {levels}"),
    "indirectness": message("indirectness {levels}"),
    "imprecision": message("imprecision {levels}"),
    "publication_bias": message("publication bias {levels}"),
    "large_effect": message("large effect {levels}"),
    "dose_response": message("dose-response gradient {levels}"),
    "plausible_confounding": message("plausible confounding {levels}"),
}


def _moved(item: Rating) -> Sentence:
    return Sentence(_MOVED[item.domain], (Value("levels", "levels", float(item.rating or 0)),))
