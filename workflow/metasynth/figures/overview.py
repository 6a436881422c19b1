"""The figures of the whole review, by name."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from metasynth.figures import catalogue
from metasynth.figures.canvas.one_line import name as named
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.draw import not_shown, sentence
from metasynth.figures.forest.overview_rows import summary
from metasynth.figures.forest.published_rows import published
from metasynth.figures.forest.together import together
from metasynth.figures.plots.density_grid import all_posteriors
from metasynth.figures.plots.flow_diagram import flow_diagram
from metasynth.figures.plots.judgements import risk_bars, traffic_light
from metasynth.figures.plots.risk_of_bias import of_outcome
from metasynth.language import keys
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.tracked import marked
from metasynth.model.records import Claim, FlowCount, OutcomeResult, Trial
from metasynth.sensitivity.battery import Sensitivity
from metasynth.tables.trial_flow import flow_name, flow_of

NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


def overview(
    name: str,
    results: Sequence[OutcomeResult],
    trials: Sequence[Trial],
    rows: Sequence[FlowCount] = (),
    main: Collection[str] = (),
    claims: Sequence[Claim] = (),
    shared: Mapping[str, Collection[str]] = NOTHING,
    sensitivities: Sequence[Sensitivity] = (),
    *,
    language: Language = ENGLISH,
) -> Drawing:
    """Draw a figure of the whole review; which ones there are is the catalogue's to say.

    `rows` are those of flow.csv; without a word of them the included studies are counted. The
    summary shows the `main` outcomes, or all where none is named; `claims` are what published
    figures print (`catalogue.beside`); `shared` the outcomes that figures of all show
    (`catalogue.together`), whose `sensitivities` stand in the order of `results`.

    Raises:
        KeyError: when no figure has that name.
    """
    included = [trial for trial in trials if trial.study.status == "included"]
    judgements = of_outcome({trial.study.study: trial.risk_of_bias for trial in included})
    if name == "summary":
        shown = [result for result in results if not main or result.outcome.id in main]
        return summary(shown, language=language)
    if name == "published":
        return published(claims, results, language=language)
    if name in catalogue.OF_ALL_OUTCOMES:
        return _shared(name, results, shared.get(name, ()), sensitivities, language)
    if name == "flow":
        return _flow(len(included), rows, language)
    if name == "traffic_light":
        labels = {trial.study.study: trial.study.label for trial in included}
        return traffic_light(judgements, labels, language=language)
    if name == "risk_bars":
        return risk_bars(judgements, language=language)
    raise KeyError(name)


def _shared(
    name: str,
    results: Sequence[OutcomeResult],
    outcomes: Collection[str],
    sensitivities: Sequence[Sensitivity],
    language: Language,
) -> Drawing:
    """A figure of all outcomes: of those among them that have a result to show."""
    known = {found.outcome: found for found in sensitivities}
    every = [one for one in results if one.outcome.id in outcomes]
    found = [
        one
        for one in every
        if not any(
            not_shown(one, kind, known.get(one.outcome.id), language)
            for kind in catalogue.TOGETHER[name]
        )
    ]
    if not found:
        return sentence(language.say("There is no pooled result, and so none to compare."))
    if name == "all_posteriors":
        return all_posteriors(found, language=language)
    return together(name, [(one, known[one.outcome.id]) for one in found], language=language)


def _flow(included: int, rows: Sequence[FlowCount], language: Language) -> Drawing:
    """The flow that was told, with a note where it ends with other studies than the review has."""
    told = flow_of(rows)
    flow = {"studies": included} | told
    cells = {flow_name(row): keys.cell(row.cell, "count") for row in rows if row.count is not None}
    if "studies" not in told:
        cells["studies"] = "review.trials"
    notes = [named(row.note) for row in rows if row.note]
    if flow["studies"] not in (None, included):
        n = marked(str(included), "review.trials")
        notes.append(language.say("Studies in the tables of this review: {n}.", n=n))
    return flow_diagram(flow, notes, cells=cells, language=language)
