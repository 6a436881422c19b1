"""The report's tables, each built from records by one function."""

from collections.abc import Callable, Container, Iterable, Sequence
from itertools import groupby

from metasynth import formats
from metasynth.audit import Reproduction
from metasynth.figures import catalogue
from metasynth.records import Arm, Result, Source, Trial
from metasynth.report.document import Citation, Column, Inlines, Link, Row, Styled, Text, text
from metasynth.report.names import Numbers, OutcomeNames

Cite = Callable[..., Citation]
TableBody = tuple[Inlines, tuple[Column, ...], tuple[Row, ...], Inlines]

_RIGHT = "right"


def row(*cells: str | Inlines, anchor: str = "") -> Row:
    """A row of cells, text or inlines."""
    return Row(tuple(text(cell) if isinstance(cell, str) else cell for cell in cells), anchor)


def _group(title: str) -> Row:
    return Row((text(title),), heading=True)


def _count(value: int | None) -> str:
    return formats.MISSING if value is None else str(value)


def row_anchor(trial: Trial, result: Result) -> str:
    """Where the data appendix shows a raw row of results.csv."""
    return f"row-{trial.study.study}-{result.cell.row}"


def source_anchor(trial: Trial, source_id: str) -> str:
    """Where the data appendix shows a trial's source."""
    return f"source-{trial.study.study}-{source_id}"


def _source_link(trial: Trial, source_id: str, cite: Cite) -> Inlines:
    """Where in which document, leading to the quote in the appendix."""
    for source in trial.sources:
        if source.source_id == source_id:
            target = f"#{source_anchor(trial, source_id)}"
            return (Link(target, text(source.locator or source_id)), cite(source.reference))
    return ()


def trials_table(trials: Sequence[Trial], cite: Cite) -> TableBody:
    """The included trials, one row each."""
    columns = (
        Column("Trial", width=1.4),
        Column("Design", width=1.8),
        Column("Weeks", _RIGHT, 0.8),
        Column("Patients", _RIGHT, 1),
        Column("Population", width=2.4),
        Column("Background treatment", width=2.1),
        Column("Note", width=3),
    )
    rows = []
    for trial in trials:
        study = trial.study
        name: Inlines = text(study.label)
        if study.reference:
            name += (cite(study.reference),)
        rows.append(
            row(
                name,
                study.design or formats.MISSING,
                _count(study.duration_weeks),
                _count(study.n_randomised),
                study.population or formats.MISSING,
                study.background or formats.MISSING,
                study.note,
            )
        )
    return (
        text("Included trials, as their sources describe them, with the patients randomised."),
        columns,
        tuple(rows),
        (),
    )


def arms_table(trials: Sequence[Trial], cite: Cite) -> TableBody:
    """Every arm of every included trial."""
    columns = (
        Column("Arm", width=2),
        Column("Side", width=1.2),
        Column("Treatment", width=1.4),
        Column("Dose", _RIGHT, 1.2),
        Column("Patients", _RIGHT, 0.9),
        Column("Source", width=1.6),
        Column("Note", width=3),
    )
    rows = []
    for trial in trials:
        rows.append(_group(trial.study.label))
        rows += [_arm_row(trial, arm, cite) for arm in trial.arms]
    caption = "Arms of the included trials, the patients randomised to each, and the source."
    return text(caption), columns, tuple(rows), ()


def _arm_row(trial: Trial, arm: Arm, cite: Cite) -> Row:
    dose = formats.MISSING if arm.dose is None else f"{arm.dose:g} {arm.dose_unit}"
    source = _source_link(trial, arm.source_id, cite)
    randomised = _count(arm.n_randomised)
    return row(arm.label, arm.role, arm.treatment, dose, randomised, source, arm.note)


def summary_table(outcomes: Sequence[OutcomeNames], intervention: str, control: str) -> TableBody:
    """The first two analyses of every outcome."""
    columns = (
        Column("Outcome", width=2.5),
        Column("Trials", _RIGHT, 0.6),
        Column(intervention, _RIGHT, 1.3),
        Column(control, _RIGHT, 1.2),
        Column("Measure", "center", 0.8),
        Column("Primary analysis", _RIGHT, 1.8),
        Column("I²", _RIGHT, 0.5),
        Column("Second analysis", _RIGHT, 1.7),
    )
    rows = []
    for outcome in outcomes:
        first, second = outcome.main, outcome.analyses[1:2]
        rows.append(
            row(
                _linked(outcome),
                first.k,
                outcome.intervention,
                outcome.control,
                outcome.result.outcome.measure,
                _effect(first),
                first.i2,
                _effect(second[0]) if second else formats.MISSING,
            )
        )
    caption = "All outcomes: patients with the outcome, and effects with 95% confidence intervals."
    return text(caption), columns, tuple(rows), text(_key(outcomes))


def _linked(outcome: OutcomeNames) -> Inlines:
    """The outcome's name, leading to its figure where it has one."""
    label = text(outcome.label)
    return (Link(f"#fig-{outcome.id}", label),) if outcome.k else label


def _key(outcomes: Sequence[OutcomeNames]) -> str:
    """What the summary's columns mean: measures in full, and which analyses they show."""
    measures = {o.result.outcome.measure: o.measure for o in outcomes}
    parts = [f"{short}: {name}." for short, name in measures.items()]
    for title, index in (("Primary", 0), ("Second", 1)):
        labels = dict.fromkeys(o.analyses[index].label for o in outcomes if o.analyses[index:])
        if labels:
            parts.append(f"{title} analysis: {' or '.join(labels)}.")
    return " ".join(parts)


def _effect(numbers: Numbers) -> str:
    if not numbers.exists:
        return "not estimable"
    return numbers.effect


def analyses_table(outcome: OutcomeNames) -> TableBody:
    """Every declared analysis of an outcome, and of its alternative readings."""
    columns = (
        Column("Analysis", width=3),
        Column("Trials", _RIGHT, 0.7),
        Column("Estimate [95% CI]", _RIGHT, 2.1),
        Column("p", _RIGHT, 0.8),
        Column("tau²", _RIGHT, 0.8),
        Column("I²", _RIGHT, 0.7),
        Column("Prediction interval", _RIGHT, 1.6),
    )
    rows = [_group("Primary reading")] if outcome.alternatives else []
    rows += [_analysis_row(item) for item in outcome.analyses]
    for other in outcome.alternatives:
        rows.append(_group(f"Alternative reading: {other.label}. {other.note}".strip()))
        rows += [_analysis_row(item) for item in other.analyses]
    caption = f"{outcome.label}: every analysis ({outcome.measure})."
    return text(caption), columns, tuple(rows), text(_remarks(outcome))


def subgroups_table(outcome: OutcomeNames) -> TableBody:
    """The primary analysis of each subgroup."""
    columns = (
        Column("Subgroup", width=2.6),
        Column("Trials", _RIGHT, 0.7),
        Column("Estimate [95% CI]", _RIGHT, 2),
        Column("p", _RIGHT, 0.8),
        Column("tau²", _RIGHT, 0.8),
        Column("I²", _RIGHT, 0.7),
    )
    rows = [
        row(item.label, item.k, _effect(item), item.p, item.tau2, item.i2)
        for item in outcome.subgroups
    ]
    column = outcome.result.outcome.subgroup
    caption = f"{outcome.label} by {column}: {outcome.main.label} in each subgroup."
    return text(caption), columns, tuple(rows), text(outcome.differences)


def _remarks(outcome: OutcomeNames) -> str:
    """The analyses' own notes, each once, with the analyses that it belongs to."""
    every = [item for names in (outcome, *outcome.alternatives) for item in names.analyses]
    labels: dict[str, dict[str, None]] = {}
    for item in every:
        if item.note:
            labels.setdefault(item.note, {})[item.label] = None
    return " ".join(f"{'; '.join(names)}: {note}" for note, names in labels.items())


def _analysis_row(item: Numbers) -> Row:
    return row(item.label, item.k, _effect(item), item.p, item.tau2, item.i2, item.prediction)


def reproduction_table(
    rows: Sequence[Reproduction], trials: Sequence[Trial], labels: dict[str, str], cite: Cite
) -> TableBody:
    """Published estimates beside the recomputed ones; `labels` names the analyses."""
    columns = (
        Column("Published in", width=1.2),
        Column("Estimate of", width=1.8),
        Column("Printed", _RIGHT, 2),
        Column("Recomputed", _RIGHT, 2),
        Column("Verdict", width=1.5),
        Column("Analysis", width=2.6),
    )
    names = {trial.study.study: trial.study.label for trial in trials}
    body = []
    for item in rows:
        printed = _triple(item.printed_estimate, item.printed_ci_low, item.printed_ci_high)
        ours = _triple(item.estimate, item.ci_low, item.ci_high)
        where: Inlines = (Text(item.locator), cite(item.reference))
        verdict: Inlines = (Styled("strong", text(item.verdict)),)
        study, label = names.get(item.study, item.study), labels.get(item.analysis, "")
        body.append(row(where, study, printed, ours, verdict, label))
    caption = "The published figures' estimates, and the same analyses recomputed from the tables."
    return text(caption), columns, tuple(body), ()


def _triple(estimate: str, low: str, high: str) -> str:
    return f"{estimate} [{low}, {high}]" if estimate else formats.MISSING


def undrawn_table(outcomes: Sequence[OutcomeNames], figures: Container[str]) -> TableBody:
    """Figures that a reader may look for and that are not drawn, with the reason.

    The reason is that of the outcome which comes nearest to what the figure needs.
    """
    columns = (Column("Why it is not drawn", width=4), Column("For", width=3))
    rows = []
    for name in catalogue.LEAST:
        without = [o for o in outcomes if f"{o.id}/{name}" not in figures and o.k]
        if without:
            nearest = max(without, key=lambda outcome: outcome.k)
            reason = catalogue.reason(name, nearest.result.outcome, nearest.k)
            rows.append(row(reason, _these(without, sum(o.k > 0 for o in outcomes))))
    return text("Figures that are not drawn, and why."), columns, tuple(rows), ()


def _these(some: Sequence[OutcomeNames], of: int) -> str:
    """Outcomes by name where they are few, by number where they are many."""
    if len(some) == of:
        return "every outcome" if of > 1 else some[0].label
    names = "; ".join(outcome.label for outcome in some)
    return names if len(some) <= 3 else f"{len(some)} of {of} outcomes"


def missing_table(trials: Sequence[Trial], outcome_label: Callable[[Result], str]) -> TableBody:
    """What was looked for and no source states, or states only as a percentage."""
    columns = (
        Column("Outcome", width=2),
        Column("Week", _RIGHT, 0.6),
        Column("Arms", width=2.6),
        Column("Rows", _RIGHT, 0.8),
        Column("What was looked for, and where", width=5),
    )
    rows = []
    for trial in trials:
        missing = [result for result in trial.results if is_missing(result)]
        if missing:
            rows.append(_group(f"{trial.study.label} ({trial.results[0].cell.file})"))
        for (_, week), group in groupby(missing, key=lambda result: (result.outcome, result.week)):
            members = list(group)
            arms = "; ".join(_missing_arm(trial, result) for result in members)
            if len(members) == len(trial.arms) > 2 and "(" not in arms:
                arms = f"all {len(members)} arms"
            first, last = members[0].cell.row, members[-1].cell.row
            where = str(first) if first == last else f"{first}–{last}"
            label = outcome_label(members[0])
            rows.append(row(label, _count(week), arms, where, members[0].note))
    caption = "Numbers that no source at hand states, by row of the raw tables."
    return text(caption), columns, tuple(rows), ()


def is_missing(result: Result) -> bool:
    """Whether a row holds no number to pool."""
    numbers = (result.events, result.mean, result.estimate)
    return all(value is None for value in numbers)


def _missing_arm(trial: Trial, result: Result) -> str:
    label = _arm_label(trial, result)
    return f"{label} ({_known(result)})" if result.reported_percent else label


def _known(result: Result) -> str:
    parts = [f"{result.reported_percent}%"] if result.reported_percent else []
    parts += [f"of {result.total}"] if result.total is not None else []
    return " ".join(parts) or "nothing"


def _arm_label(trial: Trial, result: Result) -> str:
    labels = {arm.arm_id: arm.label for arm in trial.arms}
    label = labels.get(result.arm_id, result.arm_id)
    reference = labels.get(result.reference_arm_id, result.reference_arm_id)
    return f"{label} v {reference}" if reference else label


def data_table(trial: Trial, outcome_label: Callable[[Result], str], cite: Cite) -> TableBody:
    """Every row of a trial's results.csv that holds a number, and where it comes from."""
    columns = (
        Column("Row", _RIGHT, 0.5),
        Column("Outcome", width=2.5),
        Column("Week", _RIGHT, 0.6),
        Column("Arm", width=2.2),
        Column("Result", _RIGHT, 1),
        Column("Printed", _RIGHT, 0.8),
        Column("Integers that fit", _RIGHT, 1),
        Column("Provenance", width=1.1),
        Column("Source", width=0.9),
        Column("Note", width=5.4),
    )
    rows = [
        row(
            str(result.cell.row),
            outcome_label(result),
            _count(result.week),
            _arm_label(trial, result),
            _value(result),
            f"{result.reported_percent}%" if result.reported_percent else "",
            _bounds(result),
            result.provenance,
            _source_link(trial, result.source_id, cite),
            _note(result),
            anchor=row_anchor(trial, result),
        )
        for result in trial.results
        if result.provenance != "missing"
    ]
    file = trial.results[0].cell.file if trial.results else f"{trial.study.study}/results.csv"
    caption = (Text(f"{trial.study.label}: results, row by row of "), Styled("code", text(file)))
    return (*caption, Text(".")), columns, tuple(rows), ()


def _value(result: Result) -> str:
    if result.events is not None:
        return f"{result.events}/{_count(result.total)}"
    if result.mean is not None:
        return f"{result.mean:g} (SD {formats.MISSING if result.sd is None else f'{result.sd:g}'})"
    if result.estimate is not None:
        limits = (result.ci_low, result.ci_high)
        if None in limits:
            return f"{result.estimate:g} (SE {result.se})"
        return f"{result.estimate:g} ({result.ci_low:g} to {result.ci_high:g})"
    return formats.MISSING


def _bounds(result: Result) -> str:
    if result.events_low is None or result.events_high is None:
        return ""
    if result.events_low == result.events_high:
        return f"only {result.events_low}"
    return f"{result.events_low} to {result.events_high}"


def _note(result: Result) -> Inlines:
    if not result.reading:
        return text(result.note)
    return (Styled("emphasis", text(f"alternative: {result.reading}. ")), *text(result.note))


def sources_table(trial: Trial, cite: Cite) -> TableBody:
    """A trial's sources with their quotes."""
    columns = (Column("Source", width=1.8), Column("Where", width=1), Column("Quote", width=6))
    rows = [_source_row(trial, source, cite) for source in trial.sources]
    return (
        text(f"{trial.study.label}: sources, with the words that carry the numbers."),
        columns,
        (tuple(rows)),
        (),
    )


def _source_row(trial: Trial, source: Source, cite: Cite) -> Row:
    where: Inlines = (Text(source.locator), cite(source.reference))
    quote = f"“{source.quote}”" if source.quote else formats.MISSING
    return row(source.source_id, where, quote, anchor=source_anchor(trial, source.source_id))


def versions_table(versions: Iterable[tuple[str, str]]) -> TableBody:
    """Software and its versions."""
    columns = (Column("Software"), Column("Version"))
    rows = tuple(row(name, version) for name, version in versions)
    return text("Software that made this report."), columns, rows, ()
