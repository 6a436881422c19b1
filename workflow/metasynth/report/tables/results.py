"""Tables of pooled results: all outcomes, one outcome's analyses and subgroups, the published."""

from collections.abc import Iterator, Sequence

from metasynth.audit.reproduction import Reproduction
from metasynth.language import formats, keys
from metasynth.language.compared import comparison_title, sides
from metasynth.language.interval_names import explained, intervals_name
from metasynth.language.languages import Language, message
from metasynth.language.printed import of_pool
from metasynth.language.tracked import marked
from metasynth.language.units import with_unit
from metasynth.model.resampling import PERMUTATION, WILD_BOOTSTRAP
from metasynth.report.document import Column, Inlines, Link, Row, Styled, Text, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, TableBody, group, raw, row
from metasynth.report.text.names import Numbers, OutcomeNames, short_measure, spelled_out
from metasynth.report.text.resampling import resampling_said

COLUMNS = {
    "design": message("design"),
    "population": message("population"),
    "background": message("background treatment"),
    "treatment": message("treatment"),
    "risk_of_bias": message("risk of bias"),
    "dose": message("dose"),
    "year": message("year of publication"),
    "duration_weeks": message("duration in weeks"),
    "n_randomised": message("patients randomised"),
}
"""The characteristics by which trials can be grouped, in words; covariates have their own."""


def summary_table(scope: Scope) -> TableBody:
    """The first two analyses of every outcome."""
    say, (intervention, control) = scope.language.say, _side_titles(scope)
    outcomes = tuple(scope.outcomes.values())
    columns = (
        Column(say("Outcome"), width=2.5),
        Column(say("Trials"), RIGHT, 0.6),
        Column(intervention, RIGHT, 1.3),
        *((Column(control, RIGHT, 1.2),) if scope.compared else ()),
        Column(say("Measure"), "center", 0.8),
        Column(say("Primary analysis"), RIGHT, 1.8),
        Column("I²", RIGHT, 0.5),
        Column(say("Second analysis"), RIGHT, 1.7),
    )
    rows = tuple(_summary_rows(scope))
    caption = say(
        "All outcomes: patients or events, as far as known, and effects with 95% intervals."
    )
    if not scope.compared:
        caption = say("All outcomes: patients with the outcome, and estimates with 95% intervals.")
    return text(caption), columns, rows, text(_key(outcomes, scope.language))


def _side_titles(scope: Scope) -> tuple[str, str]:
    """The names of the sides; of several comparisons these are told above their outcomes."""
    first, *others = scope.material.config.comparisons.values()
    if others:
        return scope.language.say("Intervention"), scope.language.say("Control")
    return sides(first, scope.language)


def _summary_rows(scope: Scope) -> Iterator[Row]:
    """The outcomes, those of each of several comparisons under its name."""
    for name, outcomes in scope.by_comparison.items():
        if name and outcomes:
            yield group(comparison_title(outcomes[0].result.comparison, scope.language))
        yield from (_summary_row(outcome, scope) for outcome in outcomes)


def _summary_row(outcome: OutcomeNames, scope: Scope) -> Row:
    first, second, language = outcome.main, outcome.under, scope.language
    return row(
        _linked(outcome),
        first.k,
        outcome.intervention,
        *((outcome.control,) if scope.compared else ()),
        _measure(outcome, language),
        _effect(first, language),
        first.i2,
        _effect(second, language) if second else formats.MISSING,
    )


def _measure(outcome: OutcomeNames, language: Language) -> str:
    """The letters of a measure that compares, with its unit; else its name."""
    spec = outcome.result.outcome
    letters = outcome.compared and short_measure(spec.measure, language)
    return with_unit(letters, spec, language) if letters else outcome.measure


def _linked(outcome: OutcomeNames) -> Inlines:
    """The outcome's name, leading to what is told of it."""
    return (Link(f"#{outcome.anchor}", text(outcome.short)),)


def _key(outcomes: Sequence[OutcomeNames], language: Language) -> str:
    """What the summary's columns mean: measures in full, and which analyses they show."""
    parts = spelled_out(outcomes, language)
    titles = (
        message("Primary analysis: {analyses}."),
        message("Second analysis: {analyses}."),
    )
    shown = [o.main for o in outcomes], [o.under for o in outcomes if o.under]
    for title, numbers in zip(titles, shown, strict=True):
        if labels := dict.fromkeys(one.label for one in numbers):
            parts.append(language.say(title, analyses="; ".join(labels)))
    credible = [one.credible for numbers in shown for one in numbers]
    return " ".join(filter(None, (*parts, explained(credible, language))))


def _effect(numbers: Numbers, language: Language) -> str:
    return numbers.effect if numbers.exists else language.say("not estimable")


def analyses_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """Every declared analysis of an outcome, and of its alternative readings."""
    say = scope.language.say
    shown = [item for names in (outcome, *outcome.alternatives) for item in names.analyses]
    columns = (
        Column(say("Analysis"), width=3),
        Column(say("Trials"), RIGHT, 0.7),
        Column(say("Estimate [95% {interval}]", interval=_interval(shown, scope)), RIGHT, 2.1),
        Column("p", RIGHT, 0.8),
        Column("tau²", RIGHT, 0.8),
        Column("I²", RIGHT, 0.7),
        Column(say("Prediction interval"), RIGHT, 1.6),
    )
    rows = [group(say("Primary reading"))] if outcome.alternatives else []
    rows += [_analysis_row(item, scope.language) for item in outcome.analyses]
    for other in outcome.alternatives:
        title = say("Alternative reading: {reading}. {note}", reading=other.label, note=other.note)
        rows.append(group(title.strip()))
        rows += [_analysis_row(item, scope.language) for item in other.analyses]
    caption = say(
        "{outcome}: every analysis ({measure}).", outcome=outcome.label, measure=outcome.measure
    )
    both = explained((item.credible for item in shown if item.exists), scope.language)
    notes = (_remarks(outcome), *_resampled(outcome, scope.language), both)
    return text(caption), columns, tuple(rows), text(" ".join(filter(None, notes)))


def _interval(shown: Sequence[Numbers], scope: Scope) -> str:
    """What the intervals of these analyses are."""
    return intervals_name((item.credible for item in shown if item.exists), scope.language)


def _analysis_row(item: Numbers, language: Language) -> Row:
    effect = _effect(item, language)
    return row(item.label, item.k, effect, item.p, item.tau2, item.i2, item.prediction)


def _resampled(outcome: OutcomeNames, language: Language) -> Iterator[str]:
    """The tests by resampling of an outcome's analyses."""
    for names in (outcome, *outcome.alternatives):
        for analysis in names.result.analyses:
            row, spec = analysis.estimates[0], analysis.spec
            if row.p_resampled is None or row.resamplings is None:
                continue
            units = row.k if row.clusters is None else row.clusters
            yield resampling_said(
                language.label(spec.label),
                WILD_BOOTSTRAP if spec.wild_bootstrap else PERMUTATION,
                row.resamplings == 2**units,
                of_pool(row, language.numbers),
                row.p_resampled,
                row.resamplings,
                language,
            )


def _remarks(outcome: OutcomeNames) -> str:
    """The analyses' own notes, each once, with the analyses that it belongs to."""
    every = [item for names in (outcome, *outcome.alternatives) for item in names.analyses]
    labels: dict[str, dict[str, None]] = {}
    for item in every:
        if item.note:
            labels.setdefault(item.note, {})[item.label] = None
    return " ".join(f"{'; '.join(names)}: {note}" for note, names in labels.items())


def subgroups_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """The primary analysis of each subgroup, and whether subgroups differ or what they share."""
    say = scope.language.say
    credible = outcome.main.credible
    columns = (
        Column(say("Subgroup"), width=2.6),
        Column(say("Trials"), RIGHT, 0.7),
        Column(
            say("Estimate [95% {interval}]", interval=_interval(outcome.subgroups, scope)), RIGHT, 2
        ),
        Column(say("P against") if credible else "p", RIGHT, 0.8),
        Column("tau²", RIGHT, 0.8),
        Column("I²", RIGHT, 0.7),
    )
    rows = [
        row(
            item.label,
            item.k,
            _effect(item, scope.language),
            item.against if credible else item.p,
            item.tau2,
            item.i2,
        )
        for item in outcome.subgroups
    ]
    column = outcome.result.outcome.subgroup
    caption = say(
        "{outcome}, subgroups by {column}: {analysis} in each.",
        outcome=outcome.label,
        column=say(COLUMNS[column]) if column in COLUMNS else column.replace("_", " "),
        analysis=outcome.main.label,
    )
    notes = _of_posteriors(outcome, scope) if credible else outcome.differences
    return text(caption), columns, tuple(rows), text(notes)


def _of_posteriors(outcome: OutcomeNames, scope: Scope) -> str:
    """What the posteriors of subgroups share, under their table."""
    say, spec = scope.language.say, outcome.result.analyses[0].spec
    shared = spec.subgroup_tau2 == "common" and len(outcome.subgroups) > 1
    tau = (
        say("All subgroups share one tau.")
        if shared
        else say("Each subgroup has a tau of its own, under the same prior.")
    )
    against = say(
        "P against: posterior probability of no effect, or of one in the other direction."
    )
    return f"{tau} {against}"


def reproduction_table(scope: Scope) -> TableBody:
    """Published estimates beside the recomputed ones."""
    say, material = scope.language.say, scope.material
    columns = (
        Column(say("Published in"), width=1.2),
        Column(say("Estimate of"), width=1.8),
        Column(say("Printed"), RIGHT, 2),
        Column(say("Recomputed"), RIGHT, 2),
        Column(say("Verdict"), width=1.5),
        Column(say("Analysis"), width=2.6),
    )
    names = {trial.study.study: trial.study.label for trial in material.trials}
    labels = {analysis.name: analysis.label for analysis in material.config.analyses}
    cited = dict.fromkeys(item.reference for item in material.reproductions)
    of_all = tuple(map(scope.cite, cited)) if len(cited) == 1 else ()
    body = []
    for item in material.reproductions:
        claim = next(claim for claim in material.claims if claim.claim_id == item.claim_id)
        own = _recomputed(item)
        printed = [
            raw(claim, field, scope.language.written(getattr(item, f"printed_{field}")))
            for field in ("estimate", "ci_low", "ci_high")
        ]
        ours = [
            marked(scope.language.written(getattr(item, field)), f"{own}.{field}")
            for field in ("estimate", "ci_low", "ci_high")
        ]
        where: Inlines = (Text(scope.language.label(item.locator)),)
        if not of_all:
            where += (scope.cite(item.reference),)
        verdict: Inlines = (Styled("strong", text(say(item.verdict))),)
        body.append(
            row(
                where,
                names.get(item.study, say("pooled")),
                _triple(printed, scope.language),
                _triple(ours, scope.language),
                verdict,
                labels.get(item.analysis, ""),
            )
        )
    caption = say("The published estimates, and the same analyses recomputed from the tables.")
    return (*text(caption), *of_all), columns, tuple(body), ()


def _recomputed(item: Reproduction) -> str:
    """The key of the estimate that a published one is compared with."""
    if item.study == "pooled":
        return keys.pooled(item.outcome, item.analysis)
    return keys.effect(item.outcome, item.analysis, item.study)


def _triple(values: Sequence[str], language: Language) -> str:
    estimate, low, high = values
    if not estimate:
        return formats.MISSING
    return f"{estimate} [{low}{language.numbers.separator}{high}]"
