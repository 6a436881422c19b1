"""What the rules of certainty look at: one outcome's results, and the analysis that judges it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metasynth.core.messages import Sentence
from metasynth.model.certainty_config import CertaintyRules
from metasynth.model.importance import Importance, declared, of_outcome
from metasynth.model.methods import BAYESIAN, excludes_no_effect
from metasynth.model.records import (
    AnalysisResult,
    Estimate,
    Judgement,
    OutcomeResult,
    OutcomeSpec,
    StudyEffect,
)
from metasynth.sensitivity.absolute import as_risk_ratio
from metasynth.sensitivity.importance_of_effects import side

if TYPE_CHECKING:  # whoever checks a review's texts needs no numpy
    from metasynth.sensitivity.battery import Sensitivity


@dataclass(frozen=True, slots=True)
class Case:
    """An outcome to be rated.

    `judging` is the analysis whose interval is judged: the primary one, or a common-effect analysis
    where the primary interval rests on one degree of freedom and the rules say so. `judgements` are
    the trials' judgements of risk of bias by study, `designs` are what study.csv says of theirs.
    """

    result: OutcomeResult
    rules: CertaintyRules
    judging: AnalysisResult
    judgements: Mapping[str, Sequence[Judgement]]
    sensitivity: "Sensitivity | None"
    designs: Mapping[str, str] = field(default_factory=dict)

    @property
    def primary(self) -> Estimate:
        """The primary analysis of all trials."""
        return self.result.analyses[0].estimates[0]

    @property
    def row(self) -> Estimate:
        """The estimate that is judged, of all trials."""
        return self.judging.estimates[0]

    @property
    def substituted(self) -> bool:
        """Whether another analysis than the primary one is judged."""
        return self.judging.spec.name != self.result.analyses[0].spec.name

    @property
    def interval(self) -> tuple[float, float] | None:
        """The limits that are judged, natural scale; None where there are none to judge."""
        return judged_interval(self.row, useless=self.rules.one_degree == "common")

    @property
    def importance(self) -> Importance | None:
        """From where on an effect of the outcome is important; None where nothing says so."""
        return of_outcome(self.result.outcome, declared(self.rules))

    def side(self, value: float, risk: float | None = None) -> int | None:
        """Whether an effect is an important reduction (-1), an important increase (1) or neither.

        None where nothing says what is important, or where the effect is none of a risk ratio.
        """
        limits, measure = self.importance, self.result.outcome.measure
        return None if limits is None else side(limits, measure, value, risk or self.control_risk)

    @property
    def control_risk(self) -> float | None:
        """The assumed risk under control; None where no group of the trials gives one."""
        return control_risk(self.result.outcome, self.judging.studies, self.rules.control_risk)

    def risk_ratio(self, value: float, risk: float | None = None) -> float | None:
        """An effect as a risk ratio at a risk under control, else at that of the trials.

        None for what has no such meaning (absolute.as_risk_ratio).
        """
        return as_risk_ratio(self.result.outcome.measure, value, risk or self.control_risk)

    def weights(self) -> dict[str, float]:
        """Each trial's share of the weight in per cent, or of the participants where it has none.

        Parts of one trial (several arms compared) count together.
        """
        studies = self.judging.studies
        shares = [study.weight for study in studies]
        if any(share is None for share in shares):
            totals = [(s.total_intervention or 0) + (s.total_control or 0) for s in studies]
            shares = [100 * total / (sum(totals) or 1) for total in totals]
        found: dict[str, float] = {}
        for study, share in zip(studies, shares, strict=True):
            found[study.study] = found.get(study.study, 0.0) + (share or 0.0)
        return found

    def shares_of_events(self) -> dict[str, float]:
        """Each trial's share of the events in per cent, both groups together.

        Parts of one trial count together. Empty where a group's events are not counted, or there
        are none.
        """
        studies = self.judging.studies
        sides = [(study.events_intervention, study.events_control) for study in studies]
        total = sum((a or 0) + (c or 0) for a, c in sides)
        if not total or any(None in pair for pair in sides):
            return {}
        found: dict[str, float] = {}
        for study, (a, c) in zip(studies, sides, strict=True):
            found[study.study] = found.get(study.study, 0.0) + 100 * ((a or 0) + (c or 0)) / total
        return found


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rating that a rule suggests; `assessed` is False where it could not tell."""

    rating: int
    reasons: tuple[Sentence, ...]
    assessed: bool = True


def make_case(
    result: OutcomeResult,
    rules: CertaintyRules,
    judgements: Mapping[str, Sequence[Judgement]] | None = None,
    sensitivity: "Sensitivity | None" = None,
    designs: Mapping[str, str] | None = None,
) -> Case:
    """The case of an outcome; see `Case` for which analysis is judged."""
    first = result.analyses[0]
    judging = first
    if rules.one_degree == "common" and rests_on_one_degree(first.estimates[0]):
        common = (a for a in result.analyses[1:] if a.spec.model not in {"random", *BAYESIAN})
        known = (a for a in common if a.estimates[0].ci_low is not None)
        judging = next(known, first)
    return Case(result, rules, judging, judgements or {}, sensitivity, designs or {})


def judged_interval(row: Estimate, *, useless: bool = True) -> tuple[float, float] | None:
    """The limits of an estimate, natural scale, that certainty and words are judged by.

    The one place that says which: an estimate's own; the ad hoc one where that is narrower than
    Wald's; and none where it has no interval or where that rests on one degree of freedom and is
    `useless`, as a report calls it.
    """
    low, high = (getattr(row, field) for field in judged_fields(row))
    if low is None or high is None or (useless and rests_on_one_degree(row)):
        return None
    return low, high


def judged_fields(row: Estimate) -> tuple[str, str]:
    """The fields of the estimate that hold those limits."""
    if row.adhoc_low is not None and row.adhoc_high is not None:
        return "adhoc_low", "adhoc_high"
    return "ci_low", "ci_high"


def excludes_alone(row: Estimate) -> bool:
    """Whether an estimate's own interval excludes no effect, and the ad hoc one includes it."""
    own = excludes_no_effect(row.measure, row.ci_low, row.ci_high)
    return bool(own) and not excludes_no_effect(
        row.measure, *(getattr(row, field) for field in judged_fields(row))
    )


def rests_on_one_degree(row: Estimate) -> bool:
    """Whether an interval comes from Student's t with one degree of freedom (12.7 times the SE).

    So does the Hartung-Knapp interval of two trials, which then says next to nothing: Bender et
    al., Res Synth Methods 2018;9:382-92.
    """
    return row.df is not None and row.df <= 1


def control_risk(outcome: OutcomeSpec, studies: Sequence[StudyEffect], how: str) -> float | None:
    """The risk under control: of all control groups together (pooled), or their median.

    `studies` are those that the judged analysis pools, whose events and participants are the
    outcome's wherever they are told. Only of counts of patients; None where there are none, or
    where trials of one cluster may have the same. GRADE guidelines 12, J Clin Epidemiol
    2013;66:158-72.
    """
    if outcome.type != "binary" or any(study.cluster for study in studies):
        return None
    counted = [
        (s.events_control, s.total_control)
        for s in studies
        if s.events_control is not None and s.total_control
    ]
    if not counted:
        return None
    if how == "median":
        from statistics import median

        return median(events / total for events, total in counted)
    return sum(events for events, _ in counted) / sum(total for _, total in counted)
