"""The named numbers that authors write into the text: `{{ acr20_w24.primary.estimate }}`.

Every name is a string, already formatted, taken from a pooled result and nowhere else. A name that
does not exist stops the report (see compose.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metasynth import formats, keys
from metasynth.methods import no_effect
from metasynth.records import (
    AnalysisSpec,
    Estimate,
    OutcomeResult,
    OutcomeSpec,
    Study,
    StudyData,
)
from metasynth.report.marks import bare, marked, remark

MEASURES = {
    "RR": "risk ratio",
    "OR": "odds ratio",
    "RD": "risk difference",
    "ASD": "arcsine difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "ROM": "ratio of means",
    "HR": "hazard ratio",
    "IRR": "incidence rate ratio",
    "IRD": "incidence rate difference",
    "SMD-RevMan": "standardised mean difference",
    "PLO": "proportion",
    "PAS": "proportion",
    "PFT": "proportion",
    "COR": "correlation",
    "ZCOR": "correlation (Fisher's z)",
    "other": "effect",
}
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def measure_name(outcome: OutcomeSpec, analysis: AnalysisSpec | None = None) -> str:
    """The measure in words; Peto's one-step method estimates an odds ratio of its own."""
    peto = analysis is not None and analysis.model == "Peto"
    return "Peto odds ratio" if peto else MEASURES.get(outcome.measure, outcome.measure)


def count(number: int, noun: str) -> str:
    """ "three trials", "one trial", "13 trials"."""
    word = _WORDS[number] if number < len(_WORDS) else str(number)
    return f"{word} {noun}{'' if number == 1 else 's'}"


def stated(value: str, symbol: str) -> str:
    """A value with its symbol, on one line: "p = 0.03", "p < 0.001"."""
    statement = formats.stated(symbol, bare(value)).replace(" ", "\u00a0")
    number = statement.removeprefix(f"{symbol}\u00a0").removeprefix("=\u00a0")
    return statement.removesuffix(number) + remark(value, number)


def lowered(label: str) -> str:
    """A label inside a sentence: "Death" loses its capital, "ACR20 response" keeps it."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@dataclass(frozen=True, slots=True)
class Numbers:
    """One pooled estimate as text: natural scale, 95 % intervals, two-sided p."""

    label: str
    measure: str
    k: str
    estimate: str
    interval: str
    effect: str
    p: str
    q: str
    q_df: str
    q_p: str
    i2: str
    i2_interval: str
    tau2: str
    tau2_interval: str
    prediction: str
    prediction_low: str
    prediction_high: str
    reading: str
    note: str
    published: bool

    @property
    def interval_and_p(self) -> str:
        """The interval and, where there is a test of no effect, its p-value."""
        if self.p == formats.MISSING:
            return self.interval
        return f"{self.interval}; {stated(self.p, 'p')}"

    @property
    def exists(self) -> bool:
        """Whether there is a pooled estimate."""
        return self.estimate != formats.MISSING


def numbers(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    row: Estimate,
    favours: tuple[str, str],
    subgroup: int = 0,
) -> Numbers:
    """The named numbers of one pooled estimate; `favours` are the two sides' names.

    `subgroup` is the row's place among the analysis's estimates: 0 for all trials together.
    """
    at = pooled(row, subgroup)
    estimate = at("estimate", formats.estimate(row.measure, row.estimate))
    low = at("ci_low", formats.estimate(row.measure, row.ci_low))
    high = at("ci_high", formats.estimate(row.measure, row.ci_high))
    prediction_low = at("pi_low", formats.estimate(row.measure, row.pi_low))
    prediction_high = at("pi_high", formats.estimate(row.measure, row.pi_high))
    return Numbers(
        label=spec.label if row.subgroup == "all" else row.subgroup,
        measure=measure_name(outcome, spec),
        k=at("k", str(row.k)),
        estimate=estimate,
        interval=_span(low, high),
        effect=formats.bracketed(estimate, low, high),
        p=at("p", formats.p_value(row.p)),
        q=at("q", formats.number(row.q, 2)),
        q_df=at("q_df", formats.number(row.q_df, 0)),
        q_p=at("q_p", formats.p_value(row.q_p)),
        i2=at("i2", formats.percent(row.i2)),
        i2_interval=_span(
            at("i2_low", formats.percent(row.i2_low)), at("i2_high", formats.percent(row.i2_high))
        ),
        tau2=at("tau2", formats.positive(row.tau2)),
        tau2_interval=_span(
            at("tau2_low", formats.positive(row.tau2_low)),
            at("tau2_high", formats.positive(row.tau2_high)),
        ),
        prediction=_span(prediction_low, prediction_high),
        prediction_low=prediction_low,
        prediction_high=prediction_high,
        reading=_reading(outcome, row, favours),
        note=row.note,
        published=spec.name == outcome.as_published,
    )


def pooled(row: Estimate, subgroup: int = 0) -> Callable[[str, str], str]:
    """Marks the printed field of a pooled estimate with its key."""
    prefix = keys.pooled(row.outcome, row.analysis, subgroup)
    return lambda field, printed: marked(printed, f"{prefix}.{field}")


def _span(low: str, high: str) -> str:
    """Two limits in a sentence: "0.94 to 1.17"; one sign where neither exists."""
    return low if low == high == formats.MISSING else f"{low} to {high}"


def _reading(outcome: OutcomeSpec, row: Estimate, favours: tuple[str, str]) -> str:
    """What the interval says about no effect, in words."""
    if row.estimate is None or row.ci_low is None or row.ci_high is None:
        return "there is no interval to read"
    null = no_effect(outcome.measure)
    if null is None:
        return "a proportion of one group has no value of no effect"
    if row.ci_low <= null <= row.ci_high:
        return "the interval includes no effect"
    more_is_better = outcome.direction == "benefit"
    side = favours[0] if (row.estimate > null) == more_is_better else favours[1]
    return f"the interval excludes no effect, in favour of {side}"


@dataclass(frozen=True, slots=True)
class OutcomeNames:
    """An outcome as authors name it; `{{ id.analysis.number }}` reaches its analyses."""

    result: OutcomeResult
    analyses: tuple[Numbers, ...]
    label: str
    measure: str
    direction: str
    k: int
    trials: str
    participants: str
    intervention: str
    control: str
    note: str
    absent: tuple[str, ...]
    subgroups: tuple[Numbers, ...]
    alternatives: tuple["OutcomeNames", ...] = ()

    def __getitem__(self, analysis: str) -> Numbers:
        """The numbers of one analysis by its name in config.yaml."""
        names = [item.spec.name for item in self.result.analyses]
        return self.analyses[names.index(analysis)] if analysis in names else _unknown(analysis)

    @property
    def patients(self) -> str:
        """The patients of each side, with the outcome and in all."""
        comparison = self.result.comparison
        sides = (
            (self.intervention, comparison.intervention_label),
            (self.control, comparison.control_label),
        )
        known = (f"{n} with {lowered(label)}" for n, label in sides if n != formats.MISSING)
        return " and ".join(known)

    @property
    def id(self) -> str:
        """The outcome's id in config.yaml."""
        return self.result.outcome.id

    @property
    def main(self) -> Numbers:
        """The numbers of the outcome's first, primary, analysis."""
        return self.analyses[0]

    @property
    def differences(self) -> str:
        """The primary analysis's test of differences between subgroups, as a statement."""
        for test in self.result.analyses[0].tests:
            if test.name == "subgroup differences":
                prefix = keys.test(self.id, self.result.analyses[0].spec.name, test.name)
                statistic = marked(formats.number(test.statistic, 2), f"{prefix}.statistic")
                df = marked(formats.number(test.df, 0), f"{prefix}.df")
                p = stated(marked(formats.p_value(test.p), f"{prefix}.p"), "p")
                return f"Test for subgroup differences: χ² = {statistic}, df = {df}, {p}."
        return ""

    @property
    def others(self) -> tuple[Numbers, ...]:
        """The other analyses with an estimate, without the published one."""
        return tuple(item for item in self.analyses[1:] if item.exists and not item.published)

    @property
    def studies(self) -> tuple[StudyData, ...]:
        """The trials with data."""
        return self.result.studies

    @property
    def omissions(self) -> tuple[tuple[str, str], ...]:
        """Trials that report the outcome and are not pooled, with the reason, each once."""
        pairs = ((item.study, item.reason) for item in self.result.omissions if item.study)
        return tuple(dict.fromkeys(pairs))


def _unknown(name: str) -> Numbers:
    raise KeyError(name)


def outcome_names(
    result: OutcomeResult, included: Sequence[Study], alternatives: Sequence[OutcomeResult] = ()
) -> OutcomeNames:
    """The names of one outcome and of its alternative readings, in a review of these trials."""
    known = {data.study for data in result.studies} | {item.study for item in result.omissions}
    outcome, comparison = result.outcome, result.comparison
    favours = (lowered(comparison.intervention_label), lowered(comparison.control_label))
    row = result.analyses[0].estimates[0]
    totals = [row.total_intervention, row.total_control]
    return OutcomeNames(
        result=result,
        analyses=tuple(
            numbers(outcome, item.spec, item.estimates[0], favours) for item in result.analyses
        ),
        subgroups=tuple(
            numbers(outcome, result.analyses[0].spec, row, favours, place)
            for place, row in enumerate(result.analyses[0].estimates[1:], start=1)
        ),
        label=outcome.label,
        measure=measure_name(outcome),
        direction=outcome.direction,
        k=row.k,
        trials=count(row.k, "trial"),
        participants=marked(str(sum(total or 0 for total in totals)), f"{outcome.id}.participants"),
        intervention=_of(row, "intervention"),
        control=_of(row, "control"),
        note=outcome.note,
        absent=tuple(study.label for study in included if study.study not in known),
        alternatives=tuple(outcome_names(item, included) for item in alternatives),
    )


def _of(row: Estimate, side: str) -> str:
    events, total = (getattr(row, f"{what}_{side}") for what in ("events", "total"))
    if not total:
        return formats.MISSING
    at = pooled(row)
    patients = at(f"total_{side}", str(total))
    return patients if events is None else f"{at(f'events_{side}', str(events))} of {patients}"
