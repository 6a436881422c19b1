"""What is concluded of each outcome: one record, made once, that every section words alike.

Direction, size, what the judged interval says of no effect, certainty, and how frequent an event
is. Words of these are made in report/text/conclusion_words.py and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from metasynth.audit.kinds import FREQUENT, SELDOM
from metasynth.grade.case import Case, judged_fields, make_case
from metasynth.grade.certainty import NOT_RATED, Rating
from metasynth.grade.summary_of_findings import effect_size
from metasynth.model.certainty_config import OVERALL, CertaintyRules
from metasynth.model.methods import compares, excludes_no_effect
from metasynth.model.records import Estimate, OutcomeResult

EXCLUDES, INCLUDES, NOT_JUDGED = "excludes", "includes", "not judged"
"""What the judged interval says of no effect."""
UNSEEN = "not observed"
_BOUNDED = ("risk_of_bias", "imprecision")
"""Domains for which certainty may have to be lower than rated where a rule cannot assess them."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is concluded of an outcome; a row of results/tables/conclusions.csv.

    `analysis` is the one that is judged. `compared` is False of one group, which has neither
    `sign` (increase, reduction; blank at no effect exactly) nor `size` (as of a Finding) nor
    `interval` (excludes, includes, not judged); `other_interval` says that it is not the one which
    the primary analysis is shown with. `at_most` says that certainty may have to be
    lowered for a domain that no rule could assess. `frequency` is how frequent a harm is under the
    intervention, by CIOMS Working Group III (1995); blank where there are no counts.
    """

    outcome: str
    analysis: str
    compared: bool
    sign: str
    size: str
    interval: str
    other_interval: bool
    certainty: str
    at_most: bool
    frequency: str


def conclude(
    results: Sequence[OutcomeResult], rules: CertaintyRules, ratings: Sequence[Rating]
) -> list[Conclusion]:
    """One of every outcome that is not another's reading; `ratings` are those of all outcomes."""
    every = (result for result in results if not result.outcome.sensitivity_of)
    return [conclusion(result, rules, ratings) for result in every]


def conclusion(
    result: OutcomeResult, rules: CertaintyRules, ratings: Sequence[Rating]
) -> Conclusion:
    """That of one outcome, whose own ratings are among `ratings`."""
    case, own = make_case(result, rules), [r for r in ratings if r.outcome == result.outcome.id]
    certainty = next((r.certainty for r in own if r.domain == OVERALL), NOT_RATED)
    size, sign = effect_size(case)
    return Conclusion(
        outcome=result.outcome.id,
        analysis=case.judging.spec.name,
        compared=compares(result.outcome),
        sign=sign,
        size=size,
        interval=_interval(case) if sign or size else "",
        other_interval=case.substituted or judged_fields(case.row)[0] != "ci_low",
        certainty=certainty,
        at_most=any(_unknown(rating) for rating in own),
        frequency=_frequency(result, case.row),
    )


def _interval(case: Case) -> str:
    limits = case.interval
    excludes = excludes_no_effect(case.row.measure, *limits) if limits else None
    return NOT_JUDGED if excludes is None else EXCLUDES if excludes else INCLUDES


def _unknown(rating: Rating) -> bool:
    return rating.domain in _BOUNDED and not rating.assessed and not rating.rating


def _frequency(result: OutcomeResult, row: Estimate) -> str:
    """The word for the risk of a harm under the intervention, in the trials that are judged."""
    outcome, events, total = result.outcome, row.events_intervention, row.total_intervention
    if outcome.type not in ("binary", "proportion") or outcome.direction != "harm":
        return ""
    if events is None or not total:
        return ""
    return UNSEEN if not events else frequency_word(events / total)


def frequency_word(risk: float) -> str:
    """The band of CIOMS Working Group III that a risk above 0 lies in, as it is called."""
    for word, least in FREQUENT.items():
        if risk >= least:
            return word.replace("_", " ")
    fitting = [word for word, bound in SELDOM.items() if risk < bound]
    return fitting[-1].replace("_", " ")
