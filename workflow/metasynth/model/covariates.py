"""Characteristics of studies on which effects are regressed: each one's value and place."""

from collections.abc import Iterator, Sequence

from metasynth.model.records import Cell, CovariateSpec, Trial

OF_STUDY = ("year", "duration_weeks", "n_randomised")
DOSE = "dose"
BUILT_IN = (DOSE, *OF_STUDY)
"""Covariates that other tables have: the dose of arms.csv, numbers of study.csv."""


def column(name: str) -> str:
    """The column in which a covariate's number stands."""
    return name if name in BUILT_IN else "value"


def value(
    trial: Trial, spec: CovariateSpec | None, arm_ids: Sequence[str]
) -> tuple[float | None, Cell | None]:
    """The trial's value of a covariate and where it stands; nothing where it is not stated.

    The dose is that of the arms compared with control, and none where these differ in it.
    """
    found = set(_values(trial, spec, arm_ids)) if spec else set()
    if len({number for number, _ in found}) != 1:
        return None, None
    return min(found, key=lambda pair: (pair[1].file, pair[1].row))


def _values(
    trial: Trial, spec: CovariateSpec, arm_ids: Sequence[str]
) -> Iterator[tuple[float, Cell]]:
    if spec.name in OF_STUDY:
        number = getattr(trial.study, spec.name)
        known = [(number, trial.study.cell)]
    elif spec.name == DOSE:
        known = [(arm.dose, arm.cell) for arm in trial.arms if arm.arm_id in arm_ids]
    else:
        known = [(row.value, row.cell) for row in trial.covariates if row.covariate == spec.name]
    yield from ((float(number), cell) for number, cell in known if number is not None)
