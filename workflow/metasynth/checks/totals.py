"""Patients analysed: no more than were randomised, and as many in one outcome as in the next."""

from collections import Counter
from collections.abc import Iterator
from statistics import median

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.people import randomised
from metasynth.checks.quotes import slip
from metasynth.model.designs import is_paired
from metasynth.model.records import Result, Trial

_AGREEING = 2
_FEWEST_OTHERS = 3
_UNEQUAL, _UNEQUAL_OF_OTHERS = 6.0, 2.0
"""Arms are at most 4.1 times as large as another one in 44 published data sets (metadat)."""


def _total_above_study(view: View) -> Iterator[Doubt]:
    """A total above the study's own, of an arm whose number is not stated; each total once."""
    for trial in view.trials:
        limit, told = trial.study.n_randomised, set[tuple[str, int]]()
        for row in trial.results if limit else ():
            if row.total is None or limit is None or row.total <= limit:
                continue
            if (row.arm_id, row.total) not in told and randomised(trial, row.arm_id) is None:
                told.add((row.arm_id, row.total))
                expected = f"at most {limit}, the patients randomised to all arms (study.csv)"
                yield Doubt(row.cell, "total", expected, "check the total, and study.csv")


def _totals_above_study(view: View) -> Iterator[Doubt]:
    """Totals of an outcome that add up to more than were randomised; once a trial."""
    for trial in view.trials:
        limit = trial.study.n_randomised
        if not limit or is_paired(trial.study.design):
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
    told = {row.cell for pair in view.once(_exchanged) for row in pair}
    for trial in view.trials:
        groups: dict[tuple[object, ...], list[Result]] = {}
        for row in trial.results:
            if row.total and not row.reading and not row.reference_arm_id:
                groups.setdefault((row.arm_id, row.week), []).append(row)
        for rows in groups.values():
            usual, agreeing = Counter(row.total for row in rows).most_common(1)[0]
            odd = [row for row in rows if row.total != usual]
            alone = len(odd) == 1 and odd[0].cell not in told and agreeing >= _AGREEING
            if alone and not (odd[0].note.strip() and _explained(odd[0].total, usual)):
                expected = f"{usual}, as in the arm's other outcomes of this week, or a note"
                remedy = "correct the total, or say in note who was analysed"
                yield Doubt(odd[0].cell, "total", expected, remedy)


def _explained(total: int | None, usual: int | None) -> bool:
    """Whether a note can explain a total; a digit lost or typed twice is none that it explains."""
    given, known = str(total), str(usual)
    return len(given) == len(known) or not slip(given, known)


def _exchanged(view: View) -> list[tuple[Result, Result]]:
    """Pairs of rows in which each of two arms has the total that the other has everywhere else."""
    found = []
    for trial in view.trials:
        groups = [rows for rows in _by_outcome(trial) if len(rows) == 2]
        given: dict[str, Counter[int]] = {}
        for row in (row for rows in groups for row in rows):
            given.setdefault(row.arm_id, Counter())[row.total or 0] += 1
        for first, second in groups if len(groups) > _AGREEING else ():
            usual = [given[row.arm_id].most_common(1)[0] for row in (first, second)]
            often = all(2 * times > len(groups) for _, times in usual)
            own, other = (number for number, _ in usual)
            if often and own != other and (second.total, first.total) == (own, other):
                found.append((first, second))
    return found


def _totals_exchanged(view: View) -> Iterator[Doubt]:
    for first, second in view.once(_exchanged):
        expected = (
            f"{second.total} here and {first.total} in row {second.cell.row}, as in other outcomes"
            " of these arms"
        )
        remedy = "check whether the arms, or their numbers, were exchanged"
        yield Doubt(first.cell, "total", expected, remedy)


def _arms_unequal(view: View) -> Iterator[Doubt]:
    """Arms of a trial of which one is far larger, where the arms of all other trials are alike."""
    ratios = [found for trial in view.included if (found := _largest_ratio(view, trial))]
    largest = sorted((ratio for ratio, _, _ in ratios), reverse=True)
    for ratio, row, column in ratios:
        others = largest[1] if len(largest) > 1 and ratio == largest[0] else largest[0]
        if (
            len(ratios) > _FEWEST_OTHERS
            and ratio > _UNEQUAL
            and ratio > _UNEQUAL_OF_OTHERS * others
        ):
            expected = (
                f"a number nearer to the other arm's, which differs by a factor of {ratio:.3g};"
                f" in no other trial by more than {others:.2g}"
            )
            remedy = "look for a digit lost or typed twice, or a decimal point"
            yield Doubt(row.cell, column, expected, remedy)


def _largest_ratio(view: View, trial: Trial) -> tuple[float, Result, str] | None:
    """How unequal the arms of a trial are at most, and the row of a number that makes them so."""
    found = []
    compared = {arm.arm_id for arm in trial.arms if view.takes_part(arm)}
    rows = [row for row in trial.results if row.arm_id in compared and not row.reference_arm_id]
    for column in ("total", "person_time"):
        groups: dict[tuple[object, ...], list[tuple[float, Result]]] = {}
        for row in rows:
            if number := getattr(row, column):
                groups.setdefault((row.outcome, row.week, row.reading), []).append((number, row))
        for pairs in groups.values():
            (least, small), (most, large) = min(pairs, key=_size), max(pairs, key=_size)
            usual = median(number for rows in groups.values() for number, _ in rows)
            odd = large if most / usual > usual / least else small
            found.append((most / least, odd, column))
    return max(found, key=lambda one: one[0], default=None)


def _size(pair: tuple[float, Result]) -> float:
    return pair[0]


CHECKS = (
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
        "totals_exchanged",
        "results",
        "an outcome whose totals are those of the other arm everywhere else",
        _totals_exchanged,
    ),
    Check(
        "totals_differ",
        "results",
        "a total of one outcome that differs from what the arm's others agree on, without a note",
        _totals_differ,
    ),
    Check(
        "arms_unequal",
        "results",
        "one arm more than six times as large as the other, as in no other trial",
        _arms_unequal,
    ),
)
