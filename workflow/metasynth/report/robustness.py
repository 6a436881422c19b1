"""The report's tables of what an effect means, and of how firmly it stands."""

from collections.abc import Sequence

from metasynth import formats
from metasynth.report.document import Column, text
from metasynth.report.names import OutcomeNames
from metasynth.report.tables import TableBody, row
from metasynth.sensitivity import Absolute, Asymmetry, Sensitivity

_RIGHT = "right"


def absolute_table(
    outcomes: Sequence[OutcomeNames], sensitivities: dict[str, Sensitivity]
) -> TableBody:
    """Primary analyses as patients per 1000, with numbers needed and the fragility index."""
    columns = (
        Column("Outcome", width=2.6),
        Column("Control, per 1000", _RIGHT, 1),
        Column("Intervention, per 1000", _RIGHT, 1.1),
        Column("Difference per 1000 [95% CI]", _RIGHT, 2.1),
        Column("Number needed [95% CI]", _RIGHT, 1.7),
        Column("Fragility index", _RIGHT, 0.8),
    )
    rows = [
        row(_name(outcome, effect), *_effect(effect), _fragility(sensitivities[outcome.id]))
        for outcome in outcomes
        for effect in sensitivities[outcome.id].absolute
    ]
    caption = "What the primary analyses mean for 1000 patients."
    note = (
        "The risk under control is that of all control groups together, unless another is "
        "declared; where it is nil, no absolute effect follows. The number needed is the patients "
        "treated for one event more or fewer; it has no useful interval where the interval of the "
        "difference includes none. The fragility index is the number of patients whose outcome "
        "would have to differ for the interval to reach, or to leave, no effect."
    )
    return text(caption), columns, tuple(rows), text(note)


def _name(outcome: OutcomeNames, effect: Absolute) -> str:
    return outcome.label if effect.origin == "observed" else f"{outcome.label}, declared risk"


def _effect(absolute: Absolute) -> tuple[str, ...]:
    effect = absolute.effect
    if not effect.baseline_risk:
        return ("0", *(formats.MISSING,) * 3)
    low, high = (_thousand(x) for x in (effect.difference_low, effect.difference_high))
    needed = formats.MISSING
    if effect.number_needed is not None and not effect.includes_none:
        limits = [effect.number_needed_at_low, effect.number_needed_at_high]
        known = sorted(x for x in limits if x is not None)
        needed = f"{_whole(effect.number_needed)} [{', '.join(map(_whole, known))}]"
    return (
        formats.number(1000 * effect.baseline_risk, 0),
        formats.number(1000 * effect.risk, 0),
        f"{_thousand(effect.difference)} [{low}, {high}]",
        needed,
    )


def _thousand(difference: float) -> str:
    return formats.number(difference, 0 if abs(difference) >= 10 else 1)


def _whole(value: float) -> str:
    return formats.number(value, 0 if value >= 10 else 1)


def _fragility(sensitivity: Sensitivity) -> str:
    found = sensitivity.fragility
    return formats.MISSING if found is None else str(found.index)


def asymmetry_table(outcome: OutcomeNames, sensitivity: Sensitivity) -> TableBody:
    """Tests of small-study effects, and trim and fill, of one outcome."""
    columns = (
        Column("Test", width=1.4),
        Column("Statistic", _RIGHT, 1),
        Column("df", _RIGHT, 0.5),
        Column("p", _RIGHT, 0.8),
        Column("Remark", width=3.4),
    )
    rows = [
        row(test.name, _statistic(test), _count(test.df), formats.p_value(test.p), test.reason)
        for test in sensitivity.asymmetry
    ]
    filled = sensitivity.trim_and_fill
    if filled.estimate is None:
        rows.append(row("Trim and fill", "", "", "", filled.reason))
    else:
        measure = outcome.result.outcome.measure
        effect = formats.effect(measure, filled.estimate, filled.ci_low, filled.ci_high)
        side = f" on the {filled.side}" if filled.side else ""
        added = f"{_count(filled.filled)} added{side} ({filled.estimator}): {effect}"
        rows.append(row("Trim and fill", "", "", "", added))
    return text(f"{outcome.label}: small-study effects."), columns, tuple(rows), ()


def _statistic(test: Asymmetry) -> str:
    if test.statistic is not None:
        return f"t = {formats.number(test.statistic, 2)}"
    return "" if test.coefficient is None else f"tau = {formats.number(test.coefficient, 2)}"


def _count(value: int | None) -> str:
    return "" if value is None else str(value)
