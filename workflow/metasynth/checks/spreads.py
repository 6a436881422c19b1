"""Standard deviations that are something else: an error, a half-width, a variance, a range."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import log, sqrt
from statistics import NormalDist, median, pstdev

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.means import Means, mean_of, outcomes_of_means, sd_of, unlike
from metasynth.checks.others import Others
from metasynth.model.records import OutcomeSpec, Result

_FEWEST_OTHERS = 2
_MOST_UNLIKE = 3.0
_FEWEST_TRIALS = 3
_LARGE_DIFFERENCE, _USUAL_DIFFERENCE = 2.0, 1.5
Z975 = 1.959963984540054  # written out, as loading imports no distributions

Spread = Callable[[float, int], float]


def _expected_range(n: int) -> float:
    """The range of n normal observations in standard deviations (Wan et al. 2014, equation 9)."""
    return 2 * NormalDist().inv_cdf((n - 0.375) / (n + 0.25)) if n > 1 else 1.0


MISTAKEN: dict[str, tuple[str, Spread]] = {
    "error": ("a standard error", lambda x, n: x * sqrt(n)),
    "half_width": ("half of a confidence interval", lambda x, n: x * sqrt(n) / Z975),
    "width": ("the width of a confidence interval", lambda x, n: x * sqrt(n) / (2 * Z975)),
    "variance": ("a variance", lambda x, _: sqrt(x)),
    "range": ("a range", lambda x, n: x / _expected_range(n)),
}
"""What may stand in place of a standard deviation, and the one that it would then be."""


def mistaken_for(given: float, n: int, usual: float) -> str:
    """What a spread far from the usual one could be, so that it would be near; blank if nothing."""
    off = abs(log(given / usual))
    if off < log(2):
        return ""
    distance = {name: abs(log(to_sd(given, n) / usual)) for name, (_, to_sd) in MISTAKEN.items()}
    best = min(distance, key=lambda name: distance[name])
    return best if distance[best] < off / 2 and distance[best] < log(1.5) else ""


def mistaken_spreads(view: View) -> dict[str, list[tuple[Result, float]]]:
    """Rows whose spread is unlike that of other trials, by what it could be, with the usual one."""
    found: dict[str, list[tuple[Result, float]]] = {name: [] for name in MISTAKEN}
    told = view.once(unlike)
    for rows in _spreads(view):
        everyone = Others(sd_of(row) for own in rows.values() for row in own)
        for study, own in rows.items():
            sds = [sd_of(row) for row in own]
            if everyone.count(sds) < _FEWEST_OTHERS or study in told or _say_nothing(everyone, sds):
                continue
            usual = everyone.median(sds)
            for row in own:
                if kind := mistaken_for(sd_of(row), row.total or 1, usual):
                    found[kind].append((row, usual))
    return found


def _say_nothing(everyone: Others, own: Sequence[float]) -> bool:
    """Whether the other trials' spreads are far apart themselves, as on scales of several kinds."""
    n = everyone.count(own)
    return everyone.at(n - 1 - n // 10, own) > _MOST_UNLIKE * everyone.at(n // 10, own)


def _spreads(view: View) -> Iterable[dict[str, list[Result]]]:
    """All rows with a standard deviation by trial, those of one outcome and week together."""
    groups: dict[tuple[str, int | None], dict[str, list[Result]]] = {}
    for trial, row in view.results():
        if row.sd and row.total:
            group = groups.setdefault((row.outcome, row.week), {})
            group.setdefault(trial.study.study, []).append(row)
    return groups.values()


def _mistaken(kind: str, view: View) -> Iterator[Doubt]:
    what, to_sd = MISTAKEN[kind]
    for row, usual in view.once(mistaken_spreads)[kind]:
        n = row.total or 1
        expected = (
            f"a standard deviation near {usual:.3g}, as in the other trials;"
            f" as {what} of {n} patients it would be one of {to_sd(sd_of(row), n):.3g}"
        )
        yield Doubt(row.cell, "sd", expected, f"check whether the source prints {what}")


def _everywhere(view: View) -> Iterator[Doubt]:
    """All spreads of an outcome are alike only after they are multiplied by the root of n."""
    for outcome, why in view.once(errors_throughout).values():
        yield _doubt(outcome, why)


def errors_throughout(view: View) -> dict[str, tuple[OutcomeSpec, str]]:
    """The outcomes whose spreads all look like standard errors, by id, and why."""
    return {
        outcome.id: (outcome, why)
        for outcome, found in view.once(outcomes_of_means)
        if len(found) >= _FEWEST_TRIALS and (why := _all_errors(found))
    }


def _all_errors(found: Means) -> str:
    """Why all spreads look like standard errors; blank when they do not."""
    rows = [row for trial in found.values() for row in trial]
    given = [log(sd_of(row)) for row in rows]
    as_errors = [log(sd_of(row) * sqrt(row.total or 1)) for row in rows]
    if len(found) > _FEWEST_TRIALS and 0.2 < pstdev(given) > 3 * pstdev(as_errors):
        return "they fall as trials grow, and are alike once multiplied by √n"
    differences = [d for d in map(_difference, found.values()) if d is not None]
    sizes = [row.total or 1 for row in rows]
    apart = median(differences) if len(differences) >= _FEWEST_TRIALS else 0.0
    if apart > _LARGE_DIFFERENCE and apart / sqrt(median(sizes)) < _USUAL_DIFFERENCE:
        return f"the arms' means are {apart:.1f} of them apart"
    return ""


def _difference(rows: Sequence[Result]) -> float | None:
    """How many standard deviations the first two arms are apart."""
    if len(rows) < 2:
        return None
    first, second = rows[:2]
    spread = sqrt((sd_of(first) ** 2 + sd_of(second) ** 2) / 2)
    return abs(mean_of(first) - mean_of(second)) / spread


def _doubt(outcome: OutcomeSpec, why: str) -> Doubt:
    expected = f"standard deviations in sd, but in all trials they look like standard errors: {why}"
    remedy = "multiply each by √n, or say in checked of this outcome that they are right"
    return Doubt(("outcomes", outcome.id), outcome.id, expected, remedy, outcome.outcome)


def _of(kind: str) -> Check:
    what, _ = MISTAKEN[kind]
    looks_for = f"a standard deviation of one trial that would fit the others as {what}"
    return Check(f"sd_as_{kind}", "results", looks_for, partial(_mistaken, kind))


CHECKS = (
    *(_of(kind) for kind in MISTAKEN),
    Check(
        "sd_as_error_everywhere",
        "results",
        "standard errors as standard deviations in all trials of an outcome",
        _everywhere,
    ),
)
