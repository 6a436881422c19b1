"""Patients: as many in the arms as in the study, and none after its end."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.designs import is_paired
from metasynth.model.records import Trial


def randomised(trial: Trial, arm_id: str) -> int | None:
    """How many patients an arm had; None where it is not stated."""
    return next((arm.n_randomised for arm in trial.arms if arm.arm_id == arm_id), None)


def _arm_above_study(view: View) -> Iterator[Doubt]:
    for trial in view.trials:
        limit = trial.study.n_randomised
        for arm in trial.arms:
            if limit and arm.n_randomised and arm.n_randomised > limit:
                expected = f"at most {limit}, the patients randomised to all arms (study.csv)"
                yield Doubt(arm.cell, "n_randomised", expected, "check both numbers")


def _arms_above_study(view: View) -> Iterator[Doubt]:
    """Arms of which some are not stated, and the others already add up to more than the study."""
    for trial in view.trials:
        limit, known = trial.study.n_randomised, [arm.n_randomised for arm in trial.arms]
        stated = [n for n in known if n]
        if limit is None or len(stated) == len(known) or is_paired(trial.study.design):
            continue
        if sum(stated) > limit >= max(stated, default=0):
            expected = f"at least {sum(stated)}, the sum of n_randomised in arms.csv"
            yield Doubt(trial.study.cell, "n_randomised", expected, "check these numbers")


def _after_the_end(view: View) -> Iterator[Doubt]:
    """Weeks after the randomised phase; each week once a trial."""
    for trial in view.trials:
        end, told = trial.study.duration_weeks, set[int]()
        for row in trial.results if end else ():
            if row.week and end and row.week > end and row.week not in told:
                told.add(row.week)
                expected = f"at most {end}, the weeks of the randomised phase (study.csv)"
                yield Doubt(row.cell, "week", expected, "check the week, and duration_weeks")


def _without_outcome(view: View) -> Iterator[Doubt]:
    """An included trial with numbers of which no outcome can use any."""
    selected = {trial.study.study for outcome in view.outcomes for trial, _ in view.chosen(outcome)}
    told = {trial.study.study for trial in view.included if not _compared(view, trial)}
    for trial in view.included if view.config else ():
        numbers = any(row.provenance != "missing" for row in trial.results)
        study = trial.study.study
        if numbers and study in told and study not in selected:
            expected = "a trial with an arm of the comparison: it has none, and is never pooled"
            remedy = "check treatment in its arms.csv, or its status"
            yield Doubt(trial.study.cell, "status", expected, remedy)


def _compared(view: View, trial: Trial) -> bool:
    return any(map(view.takes_part, trial.arms))


def _sum_of_arms(view: View) -> Iterator[Doubt]:
    """The arms' patients add up to the study's, where all of these numbers are stated."""
    for trial in view.trials:
        arms = [arm.n_randomised for arm in trial.arms]
        total = sum(n or 0 for n in arms)
        if trial.study.n_randomised and arms and all(arms) and total != trial.study.n_randomised:
            if max(n or 0 for n in arms) > trial.study.n_randomised:
                continue
            expected = f"{total}, the sum of n_randomised in arms.csv"
            remedy = "look for an arm that is missing, or correct a number"
            yield Doubt(trial.study.cell, "n_randomised", expected, remedy)


CHECKS = (
    Check("arm_above_study", "arms", "an arm with more patients than the study", _arm_above_study),
    Check(
        "arms_do_not_add_up",
        "study",
        "arms whose patients, all of them stated, are not those of the study",
        _sum_of_arms,
    ),
    Check(
        "arms_above_study",
        "study",
        "the arms that are stated already add up to more than the study",
        _arms_above_study,
    ),
    Check("week_after_end", "results", "a week after the end of the trial", _after_the_end),
    Check(
        "trial_not_compared",
        "study",
        "an included trial with results but no arm of the comparison",
        _without_outcome,
    ),
)
