"""Choices of config.yaml that contradict each other, or the tables, or come to nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.labels import skeleton
from metasynth.model.methods import BY_BASELINE
from metasynth.model.records import Cell, OutcomeSpec, Result
from metasynth.synthesis.completed import completed, is_whole_change
from metasynth.synthesis.other_kinds import convertible, other_kind


def _rows_of(outcome: OutcomeSpec) -> tuple[object, ...]:
    return outcome.topics, outcome.reading, outcome.type


def _same_rows(view: View) -> Iterator[Doubt]:
    """Two outcomes that differ in their name alone, and so are pooled twice."""
    first: dict[OutcomeSpec, str] = {}
    for outcome in view.outcomes:
        bare = replace(outcome, id="", label="", note="", direction="", sensitivity_of="")
        known = first.setdefault(bare, outcome.id)
        other = next(o for o in view.outcomes if o.id == known)
        if known != outcome.id and other.direction == outcome.direction:
            expected = f"other rows, another measure or other analyses than {known}"
            yield Doubt(
                ("outcomes", outcome.id), outcome.id, expected, "remove one, or correct it", ""
            )


def _opposite(view: View) -> Iterator[Doubt]:
    """The same rows said to be good for the patient once, and bad once."""
    first: dict[tuple[object, ...], OutcomeSpec] = {}
    for outcome in view.outcomes:
        known = first.setdefault(_rows_of(outcome), outcome)
        if known.direction != outcome.direction:
            expected = f"{known.direction}, as {known.id} says of the same rows"
            path = ("outcomes", outcome.id, "direction")
            yield Doubt(path, "direction", expected, "correct one of the two", outcome.direction)


def _reading_direction(view: View) -> Iterator[Doubt]:
    """A sensitivity reading whose direction or measure is not that of its primary outcome."""
    by_id = {outcome.id: outcome for outcome in view.outcomes}
    for outcome in view.outcomes:
        primary = by_id.get(outcome.sensitivity_of)
        if primary is None or _rows_of(primary) == _rows_of(outcome):
            continue
        for key in ("measure", "direction"):
            own, wanted = getattr(outcome, key), getattr(primary, key)
            if own != wanted:
                expected = f"{wanted}, as in {primary.id}, which it reads in another way"
                path = ("outcomes", outcome.id, key)
                yield Doubt(path, key, expected, "correct one of the two", own)
                break


def _one_label(view: View) -> Iterator[Doubt]:
    """Two outcomes that a reader cannot tell apart."""
    first: dict[tuple[str, str, str], str] = {}
    for outcome in view.outcomes:
        label = outcome.comparison, outcome.sensitivity_of, skeleton(outcome.label)
        known = first.setdefault(label, outcome.id)
        if known != outcome.id:
            expected = f"a label of its own; {known} has it too"
            path = ("outcomes", outcome.id, "label")
            yield Doubt(path, "label", expected, "say in what they differ", outcome.label)


def _unused(view: View) -> Iterator[Doubt]:
    """Analyses that no outcome uses."""
    if view.config is None:
        return
    used = {name for outcome in view.outcomes for name in outcome.analyses}
    for analysis in view.config.analyses:
        if analysis.name not in used:
            expected = "an analysis that some outcome uses"
            remedy = "add it to analyses of an outcome, or remove it"
            path = ("analyses", analysis.name)
            yield Doubt(path, analysis.name, expected, remedy, "")


def _kind_of(row: Result, outcome: OutcomeSpec) -> str:
    """The type of outcome that a row's numbers serve; blank when none."""
    if row.reference_arm_id:
        whole = (
            row.se is not None
            or row.ci_low is not None
            or (row.estimate is not None and bool(row.reported_p))
            or row.reported_z is not None
        )
        whole = whole or row.variance is not None
        return "generic" if whole else ""
    if row.person_time is not None and row.events is not None:
        return "rate"
    if row.events is not None and row.total is not None:
        return "binary"
    if row.correlation is not None:
        return "correlation" if row.total else ""
    if outcome.measure in BY_BASELINE:
        (arm,) = completed([row], outcome)
        return "continuous" if is_whole_change(arm.row) else ""
    spread = (row.sd, row.se, row.ci_low, row.q1, row.minimum, row.final_sd)
    centre = (row.mean, row.median, row.final_mean)
    known = bool(row.total) and any(x is not None for x in spread)
    return "continuous" if known and any(x is not None for x in centre) else ""


def serves(kind: str, outcome: OutcomeSpec) -> bool:
    """Whether rows of a kind have what an outcome needs."""
    kinds = [outcome.type, *([other_kind(outcome).type] if outcome.events_mean else [])]
    return any(_serves(kind, type_) for type_ in kinds)


def _serves(kind: str, type_: str) -> bool:
    return (
        kind == type_
        or (kind == "binary" and type_ == "proportion")
        or (kind == "rate" and type_ in ("incidence", "binary", "proportion"))
        or (kind == "continuous" and type_ == "mean")
        or (kind == "generic" and type_ in ("binary", "continuous", "rate"))
    )


def _no_usable_row(view: View) -> Iterator[Doubt]:
    """An outcome whose type fits none of its rows, while another type fits some."""
    for outcome in view.outcomes:
        kinds = {kind for kind in view.once(kinds_of_rows).get(outcome.id, {}).values() if kind}
        if kinds and not any(serves(kind, outcome) for kind in kinds):
            expected = f"{' or '.join(sorted(kinds))}: no row of {outcome.outcome} has what"
            path = ("outcomes", outcome.id, "type")
            advice = f"{expected} a {outcome.type} outcome needs", "correct the type"
            yield Doubt(path, "type", *advice, outcome.type)


def kinds_of_rows(view: View) -> dict[str, dict[Cell, str]]:
    """What each row of each outcome serves for."""
    return {
        outcome.id: {
            row.cell: _kind_of(row, outcome) for _, rows in view.chosen(outcome) for row in rows
        }
        for outcome in view.outcomes
    }


def _row_of_other_type(view: View) -> Iterator[Doubt]:
    """A trial whose rows are of another type than those of the others, and which is left out."""
    for outcome in view.primary:
        kinds = view.once(kinds_of_rows)[outcome.id]
        if not any(serves(kind, outcome) for kind in kinds.values()):
            continue
        for _, rows in view.chosen(outcome):
            own = [kinds[row.cell] for row in rows]
            if any(own) and not any(serves(kind, outcome) for kind in own if kind):
                expected = f"numbers of a {outcome.type} outcome, as {outcome.id} is: without them"
                remedy = "fill them in, if the source has them, or say in checked that it has not"
                if _would_convert(own, outcome):
                    remedy = f"{_DECLARE}, or say in checked why it is left out"
                cell = next(row.cell for row in rows if kinds[row.cell])
                yield Doubt(cell, "outcome", f"{expected} the trial is left out", remedy)


_DECLARE = (
    "say in events_mean of the outcome whether events mean higher or lower scores, so that odds"
    " ratios and standardised differences become each other"
)


def _would_convert(kinds: Sequence[str], outcome: OutcomeSpec) -> bool:
    """Whether rows would serve if the outcome said how the other kind becomes its own."""
    return convertible(outcome) and any(_serves(k, other_kind(outcome).type) for k in kinds)


def _important_in_percent(view: View) -> Iterator[Doubt]:
    """A declared smallest important difference on the wrong side of what a measure can be."""
    if view.config is None:
        return
    measures = {outcome.id: outcome.measure for outcome in view.outcomes}
    important = [
        *(
            (("measures", name), name, x)
            for name, x in view.config.living.important_measures.items()
        ),
        *(
            (("outcomes", name), measures.get(name, ""), x)
            for name, x in view.config.living.important_outcomes.items()
        ),
    ]
    for keys, measure, value in important:
        if measure == "RD" and abs(value) > 1:
            path = ("living", "important_difference", *keys)
            expected = "a difference of risks between 0 and 1, not in percent"
            yield Doubt(path, keys[1], expected, "divide it by 100", value)


CHECKS = (
    Check(
        "type_without_rows",
        "config.yaml",
        "a type of outcome that fits none of its rows (binary on means, generic on counts)",
        _no_usable_row,
    ),
    Check(
        "row_of_other_type",
        "results",
        "a trial's rows of another type than the outcome's, so that the trial is left out",
        _row_of_other_type,
    ),
    Check(
        "outcomes_opposite",
        "config.yaml",
        "two outcomes of the same rows with opposite directions",
        _opposite,
    ),
    Check(
        "outcomes_same",
        "config.yaml",
        "two outcomes of the same rows, measure and analyses",
        _same_rows,
    ),
    Check(
        "reading_unlike_primary",
        "config.yaml",
        "a reading with another measure or direction than the outcome that it re-reads",
        _reading_direction,
    ),
    Check("outcomes_of_one_label", "config.yaml", "two outcomes of one label", _one_label),
    Check("analysis_unused", "config.yaml", "an analysis that no outcome uses", _unused),
    Check(
        "important_in_percent",
        "config.yaml",
        "an important risk difference in percent",
        _important_in_percent,
    ),
)
