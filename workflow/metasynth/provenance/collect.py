"""All that is known of a review's numbers, gathered in one book."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from metasynth.audit.verdicts import Audited
from metasynth.crosscheck.records import Crosscheck, agreements
from metasynth.grade.certainty import Rating
from metasynth.grade.summary_of_findings import Finding
from metasynth.language import keys
from metasynth.language.compared import once_each
from metasynth.language.languages import Language, message
from metasynth.model.certainty_config import main_outcomes
from metasynth.model.records import (
    Claim,
    Config,
    FlowCount,
    OutcomeResult,
    Result,
    Topic,
    Trial,
)
from metasynth.provenance.audited import audit_entries
from metasynth.provenance.certainty import finding_entries, judged_entries, rating_entries
from metasynth.provenance.entry import COMPUTED, RAW, Book, Entry
from metasynth.provenance.figures import drawn_entries
from metasynth.provenance.outcome import outcome_entries
from metasynth.provenance.overview import flow_entries, judgement_entries
from metasynth.provenance.pools import (
    assumed_entries,
    sequence_entries,
    without_published_entries,
)
from metasynth.provenance.posteriors import posterior_entries
from metasynth.provenance.raw import choice_entries, claim_entries, trial_entries
from metasynth.provenance.robustness import stability_entries
from metasynth.provenance.sensitivity import sensitivity_entries
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.robustness import Stability

_COUNTED = message("counted")
_ADDED = message("added up")
_BELOW = message("what no difference reaches, as a share of the number or of 1")


def collect(
    config: Config,
    trials: Sequence[Trial],
    results: Sequence[OutcomeResult],
    sensitivities: Mapping[str, Sensitivity],
    claims: Sequence[Claim],
    audit: Sequence[Audited],
    language: Language,
    findings: Sequence[Finding] = (),
    ratings: Sequence[Rating] = (),
    stability: Mapping[str, Stability] | None = None,
    flow: Sequence[FlowCount] = (),
    figures: Collection[str] = (),
    crosschecks: Sequence[Crosscheck] = (),
) -> Book:
    """Entries of every number that tables, results and choices hold, said in a language.

    `figures` are those of outcomes, such as "death/baujat", some of which print numbers of their
    own.
    """
    book = Book()
    book.add(choice_entries(config, language))
    for trial in trials:
        book.add(trial_entries(trial, outcome_namer(config, language), language))
    for claim in claims:
        book.add(claim_entries(claim, language))
    cells = {key for key, entry in book.entries.items() if entry.kind == RAW}
    for result in results:
        book.add(outcome_entries(result, cells, language))
        if item := sensitivities.get(result.outcome.id):
            book.add(sensitivity_entries(item, result, language))
            book.add(sequence_entries(result, item, cells, language))
            book.add(without_published_entries(result, item, cells, language))
        if found := (stability or {}).get(result.outcome.id):
            book.add(stability_entries(result, found, language))
            book.add(assumed_entries(result, found.extraction.assumed, cells, language))
        prefix = f"{result.outcome.id}/"
        drawn = {name.removeprefix(prefix) for name in figures if name.startswith(prefix)}
        book.add(drawn_entries(result, item, drawn, language))
        book.add(posterior_entries(result, cells, language))
        if not result.outcome.sensitivity_of:
            lines = [line for line in findings if line.outcome == result.outcome.id]
            book.add(finding_entries(lines, result, language))
            book.add(judged_entries(result, config.certainty, language))
            own = [rating for rating in ratings if rating.outcome == result.outcome.id]
            book.add(rating_entries(own, result, config.certainty, language))
    book.add(audit_entries(audit, claims, frozenset(book.entries), language))
    book.add(_counts(config, trials, language))
    book.add(_crosscheck_entries(crosschecks, language))
    book.add(flow_entries(flow, language))
    included = [trial for trial in trials if trial.study.status == "included"]
    book.add(judgement_entries(included, language))
    return book


def outcome_namer(config: Config, language: Language) -> Callable[[Result], str]:
    """Names the outcome that a raw row belongs to: its label, else its id in words and its week."""
    labels: dict[Topic, str] = {}
    for spec in config.outcomes:
        for topic in () if spec.sensitivity_of else spec.topics:
            told = replace(spec, label=language.label(spec.label)).called(topic)
            labels.setdefault(topic, told)

    def name(result: Result) -> str:
        return labels.get((result.outcome, result.week)) or result.outcome.replace("_", " ")

    return name


def _crosscheck_entries(rows: Sequence[Crosscheck], language: Language) -> Iterator[Entry]:
    """How many numbers another library recomputed, and how near it came."""
    for found in agreements(rows):
        prefix, of = keys.crosscheck(found.quantity), language.say(found.quantity)
        inputs = tuple(f"{keys.pooled(*names)}.k" for names in found.analyses)
        method = language.say(message("recomputed by statsmodels"))
        count, below = language.say(message("numbers compared")), language.say(_BELOW)
        for name, label, value in (("count", count, found.count), ("below", below, found.below)):
            yield Entry(
                f"{prefix}.{name}", COMPUTED, label, of, value, method=method, inputs=inputs
            )


def _counts(config: Config, trials: Sequence[Trial], language: Language) -> Iterator[Entry]:
    """How many trials and outcomes there are."""
    included = [trial for trial in trials if trial.study.status == "included"]
    states = [keys.cell(trial.study.cell, "status") for trial in trials]
    primary_specs = [spec for spec in config.outcomes if not spec.sensitivity_of]
    primary = [keys.outcome_choice(spec.id) for spec in once_each(primary_specs)]
    main = main_outcomes(config.certainty, primary_specs)
    shown = [keys.outcome_choice(spec.id) for spec in primary_specs if spec.id in main]
    yield counted(
        "review.shown", language.say("outcomes in the figure"), len(shown), shown, language
    )
    known = [trial.study for trial in included if trial.study.n_randomised is not None]
    yield counted("review.trials", language.say("trials included"), len(included), states, language)
    yield counted("review.outcomes", language.say("outcomes"), len(primary), primary, language)
    compared = [*{spec.comparison: keys.outcome_choice(spec.id) for spec in primary_specs}.values()]
    said = language.say("comparisons, each by an outcome of it")
    yield counted("review.comparisons", said, len(compared), compared, language)
    cells = tuple(keys.cell(study.cell, "n_randomised") for study in known)
    yield counted("review.sized", language.say("trials with a number"), len(cells), cells, language)
    yield Entry(
        key="review.randomised",
        kind=COMPUTED,
        label=language.say("patients randomised"),
        of="",
        value=sum(study.n_randomised or 0 for study in known),
        method=language.say(_ADDED),
        inputs=cells,
        target="table-trials",
    )


def counted(key: str, label: str, n: int, inputs: Sequence[str], language: Language) -> Entry:
    """How many there are of something."""
    return Entry(key, COMPUTED, label, "", n, method=language.say(_COUNTED), inputs=tuple(inputs))
