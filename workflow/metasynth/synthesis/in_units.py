"""An arm's row in the unit of its outcome, whatever the unit or the instrument of its trial.

A location x becomes factor x + add, a spread |factor| times itself; limits, quartiles and extremes
change places where the factor is negative. Rows of two arms are as they stand: validation asks for
them in the outcome's unit.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from metasynth.model.records import OutcomeSpec, Result
from metasynth.model.units import Unit

_LOCATIONS = ("mean", "median", "baseline_mean", "final_mean")
_SPREADS = ("sd", "se", "baseline_sd", "final_sd")
_ENDS = (("ci_low", "ci_high"), ("q1", "q3"), ("minimum", "maximum"))


def conversion(row: Result, outcome: OutcomeSpec) -> Unit | None:
    """How the row's numbers change; None where they stand in the outcome's unit already."""
    found = next((unit for unit in outcome.units if unit.name == row.unit), None)
    return found if found and found.changes else None


def in_unit(rows: Sequence[Result], outcome: OutcomeSpec) -> list[Result]:
    """The rows, those of one arm in the outcome's unit."""
    return [
        _converted(row, unit)
        if not row.reference_arm_id and (unit := conversion(row, outcome))
        else row
        for row in rows
    ]


def _converted(row: Result, unit: Unit) -> Result:
    numbers: dict[str, Any] = {
        **{name: _located(getattr(row, name), unit) for name in _LOCATIONS},
        **{name: _spread(getattr(row, name), unit) for name in _SPREADS},
    }
    for low, high in _ENDS:
        first, last = (low, high) if unit.factor > 0 else (high, low)
        numbers |= {
            low: _located(getattr(row, first), unit),
            high: _located(getattr(row, last), unit),
        }
    return replace(row, **numbers)


def _located(value: float | None, unit: Unit) -> float | None:
    return None if value is None else unit.factor * value + unit.add


def _spread(value: float | None, unit: Unit) -> float | None:
    return None if value is None else abs(unit.factor) * value
