"""Numbers of the whole review's figures: the flow of studies, counted judgements, outcomes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.model.judgement_levels import NAMES, domain_names, is_overall, of_outcome, risk
from metasynth.model.records import FlowCount, Judgement, Source, Trial
from metasynth.provenance.entry import COMPUTED, RAW, Entry, Origin, Place
from metasynth.provenance.formulas import SUM
from metasynth.provenance.raw import origin
from metasynth.tables.trial_flow import BOXES, ITEMS, flow_of

_COUNTED = message("counted")
_JUDGEMENT = message("judgement of risk of bias")


def flow_entries(rows: Sequence[FlowCount], language: Language) -> Iterator[Entry]:
    """The counts of flow.csv, and those of boxes that it tells by their parts."""
    cells: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.count is None:
            continue
        key = keys.cell(row.cell, "count")
        cells[row.box].append(key)
        yield Entry(
            key=key,
            kind=RAW,
            label=language.say(ITEMS[row.box]),
            of=language.label(row.part),
            value=row.count,
            place=Place(row.cell.file, row.cell.row, "count"),
            provenance="reported",
            source=Origin(row.reference, row.locator, row.quote),
            note=language.label(row.note),
        )
    told = flow_of(rows)
    for box in BOXES:
        if told.get(box) is not None and cells[box]:
            label, made = language.say(ITEMS[box]), tuple(cells[box])
            method = language.say(SUM)
            key = keys.flow(box)
            yield Entry(key, COMPUTED, label, "", told[box], method=method, inputs=made)


def judgement_entries(included: Sequence[Trial], language: Language) -> Iterator[Entry]:
    """How many studies have which level of risk of bias, by domain."""
    chosen = of_outcome({trial.study.study: trial.risk_of_bias for trial in included})
    labels = {trial.study.study: language.label(trial.study.label) for trial in included}
    sources = {trial.study.study: trial.sources for trial in included}
    domains = domain_names(chosen)
    cells: list[str] = []
    for number, domain in enumerate(domains, 1):
        own = {s: j for s, made in chosen.items() for j in made if j.domain == domain}
        judged = {study: judgement for study, judgement in own.items() if judgement.judgement}
        cells += [keys.cell(judgement.cell, "judgement") for judgement in judged.values()]
        for study, judgement in judged.items():
            yield _judgement(labels[study], judgement, sources[study], language)
        yield from _levels(number, domain, list(judged.values()), language)
    if cells:
        n = sum(not is_overall(domain) for domain in domains)
        label = language.say("domains of risk of bias")
        made = tuple(cells)
        yield _count("risk_of_bias.domains", label, "", n, made, language)


def _judgement(
    study: str, judgement: Judgement, sources: Sequence[Source], language: Language
) -> Entry:
    source = next((one for one in sources if one.source_id == judgement.source_id), None)

    return Entry(
        key=keys.cell(judgement.cell, "judgement"),
        kind=RAW,
        label=language.say(_JUDGEMENT),
        of=f"{study}; {language.label(judgement.domain)}",
        value=judgement.judgement,
        place=Place(judgement.cell.file, judgement.cell.row, "judgement"),
        source=origin(source),
        note=language.label(judgement.support),
    )


def _levels(
    number: int, domain: str, judged: Sequence[Judgement], language: Language
) -> Iterator[Entry]:
    found: dict[str, list[str]] = defaultdict(list)
    for judgement in judged:
        rank = risk(judgement.judgement)
        level = NAMES[-1 if rank is None else rank]
        found[level].append(keys.cell(judgement.cell, "judgement"))
    for level, made in found.items():
        label = language.say("studies judged: {level}", level=language.say(level))
        of = language.label(domain)
        yield _count(keys.judged(number, level), label, of, len(made), tuple(made), language)


def _count(
    key: str, label: str, of: str, n: int, inputs: tuple[str, ...], language: Language
) -> Entry:
    return Entry(key, COMPUTED, label, of, n, method=language.say(_COUNTED), inputs=inputs)
