"""The named numbers that authors write into the text: `{{ acr20_w24.primary.estimate }}`.

Every name is a string, already formatted, taken from a pooled result and nowhere else. A name that
does not exist stops the report (see report/compose.py).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from metasynth.grade.case import excludes_alone, rests_on_one_degree
from metasynth.grade.conclusions import Conclusion
from metasynth.language import formats, keys
from metasynth.language.compared import full_label, sides
from metasynth.language.languages import Language, message
from metasynth.language.moderators import group_name
from metasynth.language.sentences import in_words, lowered, noun
from metasynth.language.tracked import bare, marked, remark
from metasynth.language.units import with_unit
from metasynth.model.methods import (
    CREDIBLE,
    MEASURE,
    MULTIVARIATE,
    compares,
    excludes_no_effect,
    no_effect,
)
from metasynth.model.records import AnalysisSpec, Estimate, OutcomeResult, OutcomeSpec, StudyData
from metasynth.report.text.absences import left_out, sentences, unpooled
from metasynth.report.text.conclusion_words import Words, null_value, of_outcome, words
from metasynth.report.text.phrases import joined as joined
from metasynth.report.text.phrases import short_measure as short_measure
from metasynth.report.text.posterior_words import posterior_words
from metasynth.synthesis.absence import Absence


def measure_name(
    outcome: OutcomeSpec, language: Language, analysis: AnalysisSpec | None = None
) -> str:
    """The measure in words; Peto's one-step method estimates an odds ratio of its own."""
    if analysis is not None and analysis.model == "Peto":
        return language.say("Peto odds ratio")
    return with_unit(language.say(MEASURE[outcome.measure].label), outcome, language)


def spelled(n: int, language: Language) -> str:
    """A small number as its word, where the language writes it so in a sentence."""
    return language.words[n] if n < len(language.words) else str(n)


def trials(n: int, language: Language, key: str) -> str:
    """ "three trials", "one trial", "13 trials"; `key` names the number's provenance."""
    number = marked(spelled(n, language), key, spelled=True)
    return language.say_n("{number} trial", "{number} trials", n, number=number)


def _trials(row: Estimate, language: Language) -> str:
    """The trials of a pool, or how many results of how many trials it has."""
    at = pooled(row)
    if row.trials is None:
        return trials(row.k, language, f"{keys.pooled(row.outcome, row.analysis)}.k")
    return language.say_n(
        "{k} result of {n} trials",
        "{k} results of {n} trials",
        row.k,
        k=at("k", formats.count(row.k, language.numbers)),
        n=at("trials", formats.count(row.trials, language.numbers)),
    )


def stated(value: str, symbol: str) -> str:
    """A value with its symbol, on one line: "p = 0.03", "p < 0.001"."""
    statement = formats.stated(symbol, bare(value)).replace(" ", "\u00a0")
    number = statement.removeprefix(f"{symbol}\u00a0").removeprefix("=\u00a0")
    return statement.removesuffix(number) + remark(value, number)


@dataclass(frozen=True, slots=True)
class Numbers:
    """One pooled estimate as text: natural scale, 95 % intervals, two-sided p.

    `judged` says that certainty and conclusion are of this analysis; `reservation` is the `reading`
    where an interval does not simply exclude or include no effect.
    """

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
    reservation: str
    note: str
    published: bool
    one_degree: bool
    credible: bool
    against: str
    clusters: str
    between: str
    between_interval: str
    within: str
    within_interval: str
    i2_between: str
    i2_within: str
    rho: str
    multivariate: bool
    judged: bool = False

    @property
    def interval_name(self) -> str:
        """ "CI", or "CrI" of an interval that is credible."""
        return formats.CREDIBLE if self.credible else "CI"

    @property
    def interval_and_p(self) -> str:
        """The interval and, where there is a test of no effect, its p-value."""
        if self.p == formats.MISSING:
            return self.interval
        return f"{self.interval}; {stated(self.p, 'p')}"

    @property
    def predicts_no_more(self) -> bool:
        """Whether the prediction interval is printed as the confidence interval is."""
        return self.prediction != formats.MISSING and bare(self.prediction) == bare(self.interval)

    @property
    def exists(self) -> bool:
        """Whether there is a pooled estimate."""
        return self.estimate != formats.MISSING


def numbers(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    row: Estimate,
    favours: tuple[str, str],
    language: Language,
    subgroup: int = 0,
) -> Numbers:
    """The named numbers of one pooled estimate; `favours` are the two sides' names.

    `subgroup` is the row's place among the analysis's estimates: 0 for all trials together.
    """
    at, style, measure = pooled(row, subgroup), language.numbers, row.measure

    def natural(field: str) -> str:
        return at(field, formats.estimate(measure, getattr(row, field), style))

    def variance(field: str) -> str:
        return at(field, formats.positive(getattr(row, field), style))

    def percent(field: str) -> str:
        return at(field, formats.percent(getattr(row, field)))

    estimate, low, high = natural("estimate"), natural("ci_low"), natural("ci_high")
    return Numbers(
        label=spec.label if row.subgroup == "all" else group_name(row.subgroup, language),
        measure=measure_name(outcome, language, spec),
        k=at(row.studies[0], str(row.studies[1])),
        estimate=estimate,
        interval=_span(low, high, language),
        effect=formats.bracketed(estimate, low, high, style) + formats.named(row.ci_method),
        p=at("p", formats.p_value(row.p, style)),
        q=at("q", formats.number(row.q, 2, style)),
        q_df=at("q_df", formats.number(row.q_df, 0, style)),
        q_p=at("q_p", formats.p_value(row.q_p, style)),
        i2=percent("i2"),
        i2_interval=_span(percent("i2_low"), percent("i2_high"), language),
        tau2=variance("tau2"),
        tau2_interval=_span(variance("tau2_low"), variance("tau2_high"), language),
        prediction=_span(natural("pi_low"), natural("pi_high"), language),
        prediction_low=natural("pi_low"),
        prediction_high=natural("pi_high"),
        reading=_reading(outcome, row, favours, language),
        reservation=_reservation(outcome, row, favours, language),
        note=_note(row, at, language),
        published=spec.name == outcome.as_published,
        one_degree=rests_on_one_degree(row),
        credible=row.ci_method == CREDIBLE,
        against=at("p_against", formats.p_value(row.p_against, style)),
        clusters=at("clusters", formats.count(row.clusters, style)),
        between=variance("tau2_between"),
        between_interval=_span(
            variance("tau2_between_low"), variance("tau2_between_high"), language
        ),
        within=variance("tau2_within"),
        within_interval=_span(variance("tau2_within_low"), variance("tau2_within_high"), language),
        i2_between=percent("i2_between"),
        i2_within=percent("i2_within"),
        rho=at("rho", formats.number(row.rho, 2, style)),
        multivariate=row.model == MULTIVARIATE,
    )


def pooled(row: Estimate, subgroup: int = 0) -> Callable[[str, str], str]:
    """Marks the printed field of a pooled estimate with its key."""
    prefix = keys.pooled(row.outcome, row.analysis, subgroup)
    return lambda field, printed: marked(printed, f"{prefix}.{field}")


def _note(row: Estimate, at: Callable[[str, str], str], language: Language) -> str:
    """The row's own remarks, and what its interval would be were it never narrower than Wald's."""
    if row.adhoc_low is None:
        return in_words(row.note, language)
    low, high = (
        at(field, formats.estimate(row.measure, getattr(row, field), language.numbers))
        for field in ("adhoc_low", "adhoc_high")
    )
    judged = no_effect(row.measure) is not None and not rests_on_one_degree(row)
    text = message("Never narrower than Wald’s, it is {low} to {high}.")
    if judged:
        text = message(
            "Never narrower than Wald’s, it is {low} to {high}, and certainty is judged by that."
        )
    note = in_words(row.note, language)
    return f"{note} {language.say(text, low=low, high=high)}".strip()


def _span(low: str, high: str, language: Language) -> str:
    """Two limits in a sentence: "0.94 to 1.17"; one sign where neither exists."""
    if low == high == formats.MISSING:
        return low
    return language.say("{low} to {high}", low=low, high=high)


_EXCLUDES = message("the interval excludes {null}, in favour of {side}")
_EXCLUDES_ALONE = message(
    "the interval excludes {null}, in favour of {side}, but kept from being narrower than Wald’s "
    "it includes {null}"
)


def _reading(
    outcome: OutcomeSpec, row: Estimate, favours: tuple[str, str], language: Language
) -> str:
    """What the interval says about no effect, in words; nothing of a proportion, which has none."""
    null = no_effect(outcome.measure)
    if null is None:
        return ""
    excludes = excludes_no_effect(outcome.measure, row.ci_low, row.ci_high)
    if row.estimate is None or excludes is None:
        return language.say("there is no interval to read")
    if not compares(outcome):
        none = message("the interval includes 0, no correlation")
        return language.say(message("the interval excludes 0") if excludes else none)
    if not excludes:
        return language.say("the interval includes {null}", null=null_value(outcome.measure))
    text = _EXCLUDES_ALONE if excludes_alone(row) else _EXCLUDES
    side = noun(favoured(outcome, row, favours), language)
    return language.say(text, side=side, null=null_value(outcome.measure))


def favoured(outcome: OutcomeSpec, row: Estimate, favours: tuple[str, str]) -> str:
    """Which of two sides an estimate favours; nothing where no groups are compared."""
    null = no_effect(outcome.measure)
    if null is None or row.estimate is None or not compares(outcome):
        return ""
    more_is_better = outcome.direction == "benefit"
    return favours[0] if (row.estimate > null) == more_is_better else favours[1]


def _reservation(
    outcome: OutcomeSpec, row: Estimate, favours: tuple[str, str], language: Language
) -> str:
    """The reading of an interval that does not simply exclude or include no effect."""
    excludes = excludes_no_effect(outcome.measure, row.ci_low, row.ci_high)
    plain = excludes is not None and not (excludes and compares(outcome) and excludes_alone(row))
    return "" if plain else _reading(outcome, row, favours, language)


@dataclass(frozen=True, slots=True)
class OutcomeNames:
    """An outcome as authors name it; `{{ id.analysis.number }}` reaches its analyses."""

    result: OutcomeResult
    language: Language
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
    absences: tuple[str, ...]
    subgroups: tuple[Numbers, ...]
    alternatives: tuple["OutcomeNames", ...] = ()
    words: Words | None = None

    def __getitem__(self, analysis: str) -> Numbers:
        """The numbers of one analysis by its name in config.yaml."""
        names = [item.spec.name for item in self.result.analyses]
        return self.analyses[names.index(analysis)] if analysis in names else _unknown(analysis)

    @property
    def compared(self) -> bool:
        """Whether groups are compared; a proportion is of one."""
        return compares(self.result.outcome)

    @property
    def size(self) -> str:
        """ "three trials with 708 participants", or without them where a trial states none."""
        if self.participants == formats.MISSING:
            return self.trials
        return self.language.say(
            "{trials} with {n} participants", trials=self.trials, n=self.participants
        )

    @property
    def components(self) -> bool:
        """Whether the primary analysis tells of levels, pairs of them or crossed factors."""
        return bool(self.result.analyses[0].components)

    @property
    def pooled(self) -> str:
        """The labels of the trials of the primary analysis."""
        studies = self.result.analyses[0].studies
        return joined(list(dict.fromkeys(study.label for study in studies)), self.language)

    @property
    def patients(self) -> str:
        """The patients (or events) of each side, as far as they are known; else nothing."""
        if not self.compared and self.result.analyses[0].estimates[0].events_intervention is None:
            return ""
        if not self.compared:
            return "" if self.intervention == formats.MISSING else self.intervention
        names = sides(self.result.comparison, self.language)
        known = [
            (n, label) for n, label in zip((self.intervention, self.control), names, strict=True)
        ]
        said = [
            self.language.say(
                "{patients} with {treatment}",
                patients=n,
                treatment=noun(lowered(label), self.language),
            )
            for n, label in known
            if n != formats.MISSING
        ]
        return joined(said, self.language)

    @property
    def id(self) -> str:
        """The outcome's id in config.yaml."""
        return self.result.outcome.id

    @property
    def short(self) -> str:
        """The outcome's label without its comparison, where that is named beside it."""
        return self.result.outcome.label

    @property
    def anchor(self) -> str:
        """Where the report tells of the outcome, in every language."""
        return self.id.replace("_", "-")

    @property
    def main(self) -> Numbers:
        """The numbers of the outcome's first, primary, analysis."""
        return self.analyses[0]

    @property
    def posterior(self) -> str:
        """What the posterior of the primary analysis says beyond its interval; else nothing."""
        return posterior_words(self.result, self.language)

    @property
    def under(self) -> Numbers | None:
        """What stands under the primary analysis; see `OutcomeResult.under_primary`."""
        found = self.result.under_primary
        return self[found.spec.name] if found else None

    @property
    def differences(self) -> str:
        """The primary analysis's test of differences between subgroups, as a statement."""
        for test in self.result.analyses[0].tests:
            if test.name == "subgroup differences":
                prefix = keys.test(self.id, self.result.analyses[0].spec.name, test.name)
                style = self.language.numbers
                statistic = formats.number(test.statistic, 2, style)
                return self.language.say(
                    "Test for subgroup differences: χ² = {statistic}, df = {df}, {p}.",
                    statistic=marked(statistic, f"{prefix}.statistic"),
                    df=marked(formats.number(test.df, 0, style), f"{prefix}.df"),
                    p=stated(marked(formats.p_value(test.p, style), f"{prefix}.p"), "p"),
                )
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
    def omissions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Why trials that report the outcome are in no analysis, and which they are."""
        alike: dict[str, list[str]] = {}
        for study, reason in unpooled(self.result):
            alike.setdefault(in_words(reason, self.language), []).append(study)
        return tuple((reason, tuple(studies)) for reason, studies in alike.items())

    @property
    def left_out(self) -> tuple[str, ...]:
        """Sentences on trials that some analyses leave out and others do not."""
        return tuple(left_out(self.result, self.language))


def _unknown(name: str) -> Numbers:
    raise KeyError(name)


def outcome_names(
    result: OutcomeResult,
    language: Language,
    alternatives: Sequence[OutcomeResult] = (),
    absent: Sequence[Absence] = (),
    conclusions: Sequence[Conclusion] = (),
) -> OutcomeNames:
    """The names of one outcome and of its alternative readings.

    `absent` are the trials without a number for it; `conclusions` are those of all outcomes.
    """
    outcome = result.outcome
    intervention, control = map(lowered, sides(result.comparison, language))
    row, found = result.analyses[0].estimates[0], of_outcome(conclusions, outcome.id)
    return OutcomeNames(
        result=result,
        language=language,
        analyses=tuple(
            replace(
                numbers(outcome, item.spec, item.estimates[0], (intervention, control), language),
                judged=bool(found and found.analysis == item.spec.name),
            )
            for item in result.analyses
        ),
        subgroups=tuple(
            numbers(outcome, result.analyses[0].spec, row, (intervention, control), language, place)
            for place, row in enumerate(result.analyses[0].estimates[1:], start=1)
        ),
        label=full_label(result, language),
        measure=measure_name(outcome, language),
        direction=outcome.direction,
        k=row.k,
        trials=_trials(row, language),
        participants=_participants(outcome, row, language.numbers),
        intervention=_of(row, outcome.type, "intervention", language),
        control=_of(row, outcome.type, "control", language),
        note=outcome.note,
        absences=tuple(sentences(absent, outcome, language)),
        alternatives=tuple(outcome_names(item, language) for item in alternatives),
        words=words(found, outcome, full_label(result, language), intervention, language)
        if found
        else None,
    )


def _participants(outcome: OutcomeSpec, row: Estimate, style: formats.NumberStyle) -> str:
    """The participants of the primary analysis; unknown where those of a side are."""
    totals = [row.total_intervention, row.total_control][: 2 if compares(outcome) else 1]
    if None in totals:
        return formats.MISSING
    number = formats.count(sum(n or 0 for n in totals), style)
    return marked(number, f"{outcome.id}.participants")


def _of(row: Estimate, kind: str, side: str, language: Language) -> str:
    """ "41 of 105", "105", or "41 events": what is known of a side.

    Events of a rate are of no number of patients: one of them may have several.
    """
    events, total = (getattr(row, f"{what}_{side}") for what in ("events", "total"))
    at = pooled(row)
    if not total or (kind in ("rate", "incidence") and events is not None):
        if events is None or total == 0:
            return formats.MISSING
        number = at(f"events_{side}", formats.count(events, language.numbers))
        return language.say_n("{number} event", "{number} events", int(events), number=number)
    patients = at(f"total_{side}", formats.count(total, language.numbers))
    if events is None:
        return patients
    return language.say(
        "{n} of {m}", n=at(f"events_{side}", formats.count(events, language.numbers)), m=patients
    )


def spelled_out(outcomes: Iterable[OutcomeNames], language: Language) -> list[str]:
    """The measures that tables have by their letters, each in full: "RR: risk ratio."."""
    measures = dict.fromkeys(o.result.outcome.measure for o in outcomes if o.compared)
    shorts = {short_measure(name, language): language.say(MEASURE[name].label) for name in measures}
    return [f"{short}: {name}." for short, name in shorts.items() if short and short != name]
