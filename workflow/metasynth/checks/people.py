"""Patients: no more analysed than were randomised, and as many in one outcome as in the next."""

from collections import Counter
from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.records import Result, Trial
from metasynth.synthesis.comparison import takes_part

_AGREEING = 2


def _randomised(trial: Trial, arm_id: str) -> int | None:
    return next((arm.n_randomised for arm in trial.arms if arm.arm_id == arm_id), None)


def _crossover(trial: Trial) -> bool:
    """Whether each patient may have been in several arms."""
    design = trial.study.design.casefold()
    return "cross" in design or "split" in design or "paired" in design


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
        if limit is None or len(stated) == len(known) or _crossover(trial):
            continue
        if sum(stated) > limit >= max(stated, default=0):
            expected = f"at least {sum(stated)}, the sum of n_randomised in arms.csv"
            yield Doubt(trial.study.cell, "n_randomised", expected, "check these numbers")


def _total_above_study(view: View) -> Iterator[Doubt]:
    """A total above the study's own, of an arm whose number is not stated; each total once."""
    for trial in view.trials:
        limit, told = trial.study.n_randomised, set[tuple[str, int]]()
        for row in trial.results if limit else ():
            if row.total is None or limit is None or row.total <= limit:
                continue
            if (row.arm_id, row.total) not in told and _randomised(trial, row.arm_id) is None:
                told.add((row.arm_id, row.total))
                expected = f"at most {limit}, the patients randomised to all arms (study.csv)"
                yield Doubt(row.cell, "total", expected, "check the total, and study.csv")


def _totals_above_study(view: View) -> Iterator[Doubt]:
    """Totals of an outcome that add up to more than were randomised; once a trial."""
    for trial in view.trials:
        limit = trial.study.n_randomised
        if not limit or _crossover(trial):
            continue
        for rows in _by_outcome(trial):
            totals = [row.total or 0 for row in rows]
            if sum(totals) > limit >= max(totals):
                expected = (
                    f"totals that add up to at most {limit}, the patients randomised (study.csv):"
                    f" those of {rows[0].outcome} are {' + '.join(map(str, totals))}"
                )
                yield Doubt(rows[0].cell, "total", expected, "check the totals, and study.csv")
                break


def _by_outcome(trial: Trial) -> list[list[Result]]:
    """The rows of arms with a total, one an arm, those of an outcome, week and reading together."""
    groups: dict[tuple[object, ...], dict[str, Result]] = {}
    for row in trial.results:
        if row.total and not row.reference_arm_id and not row.person_time:
            key = (row.outcome, row.week, row.reading)
            groups.setdefault(key, {}).setdefault(row.arm_id, row)
    return [list(rows.values()) for rows in groups.values()]


def _totals_differ(view: View) -> Iterator[Doubt]:
    """One outcome's total of an arm differs, without a note, from what all others agree on."""
    for trial in view.trials:
        groups: dict[tuple[object, ...], list[Result]] = {}
        for row in trial.results:
            if row.total and not row.reading and not row.reference_arm_id:
                groups.setdefault((row.arm_id, row.week), []).append(row)
        for rows in groups.values():
            usual, agreeing = Counter(row.total for row in rows).most_common(1)[0]
            odd = [row for row in rows if row.total != usual]
            if len(odd) == 1 and agreeing >= _AGREEING and not odd[0].note.strip():
                expected = f"{usual}, as in the arm's other outcomes of this week, or a note"
                remedy = "correct the total, or say in note who was analysed"
                yield Doubt(odd[0].cell, "total", expected, remedy)


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
    return any(takes_part(arm, view.comparison) for arm in trial.arms)


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
    Check(
        "total_above_study",
        "results",
        "more patients analysed in an arm than were randomised to all",
        _total_above_study,
    ),
    Check(
        "totals_above_study",
        "results",
        "totals of an outcome's arms that add up to more than were randomised",
        _totals_above_study,
    ),
    Check(
        "totals_differ",
        "results",
        "a total of one outcome that differs from what the arm's others agree on, without a note",
        _totals_differ,
    ),
    Check("week_after_end", "results", "a week after the end of the trial", _after_the_end),
    Check(
        "trial_not_compared",
        "study",
        "an included trial with results but no arm of the comparison",
        _without_outcome,
    ),
)
