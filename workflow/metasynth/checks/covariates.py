"""Covariates of trials: one that is not there, and one far from those of all other trials."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.others import Others
from metasynth.model.records import CovariateValue, OutcomeSpec

_FEWEST_OTHERS = 3
_FAR, _ALIKE = 5.0, 3.0


def _covariate_absent(view: View) -> Iterator[Doubt]:
    """A trial without a covariate of an outcome's meta-regressions, which leave it out."""
    told = set[tuple[str, str]]()
    pairs = [(outcome, name) for outcome in view.outcomes for name in _names(outcome)]
    for outcome, name in pairs:
        for trial, _ in view.chosen(outcome):
            key = (name, trial.study.study)
            if key not in told and all(row.covariate != name for row in trial.covariates):
                told.add(key)
                expected = (
                    f"a row {name} in its covariates.csv: the meta-regression of"
                    f" {outcome.id} leaves the trial out"
                )
                yield Doubt(trial.study.cell, "label", expected, "add the row, if it is stated")


def _names(outcome: OutcomeSpec) -> tuple[str, ...]:
    """The covariates of covariates.csv on which an outcome is regressed."""
    from metasynth.model.covariates import BUILT_IN, WORDS, moderator_columns

    own = (outcome.covariate.name,) if outcome.covariate else ()
    names = dict.fromkeys((*own, *moderator_columns(outcome)))
    return tuple(name for name in names if name not in (*BUILT_IN, *WORDS))


def _far(view: View) -> Iterator[Doubt]:
    """A value more than five times those of all other trials, which are alike, or less than 1/5."""
    for rows in _by_name(view).values():
        values = Others(row.value for row in rows)
        n = len(rows) - 1
        for row in rows if n >= _FEWEST_OTHERS and min(r.value for r in rows) > 0 else ():
            usual = values.median([row.value])
            low, high = values.at(0, [row.value]), values.at(n - 1, [row.value])
            if usual / _ALIKE <= low <= high <= usual * _ALIKE and not _near(row.value, usual):
                expected = f"a value nearer to those of the other trials, {low:g} to {high:g}"
                remedy = "check its decimal point, its digits and its unit"
                yield Doubt(row.cell, "value", expected, remedy)


def _near(x: float, usual: float) -> bool:
    return usual / _FAR <= x <= usual * _FAR


def _by_name(view: View) -> dict[str, list[CovariateValue]]:
    """The covariates on which an outcome is regressed, those of included trials."""
    regressed = {name for outcome in view.outcomes for name in _names(outcome)}
    found: dict[str, list[CovariateValue]] = {}
    for trial in view.included:
        for row in trial.covariates:
            if row.covariate in regressed:
                found.setdefault(row.covariate, []).append(row)
    return found


CHECKS = (
    Check(
        "covariate_absent",
        "covariates",
        "a trial without the covariate on which its outcome is regressed",
        _covariate_absent,
    ),
    Check(
        "covariate_unlike_others",
        "covariates",
        "a covariate more than five times those of all other trials, or less than a fifth",
        _far,
    ),
)
