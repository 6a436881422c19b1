"""Numbers that the quotation of their own source contradicts.

A quotation is as short as serves, and so it is only doubted where it has a number that no row
which cites it has, and the row at hand has another in its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.records import Result, Source, Trial

_NUMBER = r"[0-9]+(?:,[0-9]{3})*"
_FRACTION = re.compile(
    rf"(?<![0-9.,/])({_NUMBER})\s*(?:/|(?:out )?of(?: the)?(?: all)?)\s*({_NUMBER})"
    r"(?![0-9/]|\.[0-9])"
)
_PERCENT = re.compile(r"(?<![0-9.,])([0-9]+(?:\.[0-9]+)?)\s*(?:%|per ?cent)")
_PLAIN = re.compile(r"(?<![0-9.,])([0-9]+(?:,[0-9]{3})*)(?![0-9]|[.,][0-9]|\s*(?:%|per ?cent))")
_SIGNED = r"[-−–]?[0-9]+(?:\.[0-9]+)?"
_INTERVAL = re.compile(
    rf"({_SIGNED})\s*[(\[,;:]?\s*(?:95\s*%\s*(?:CI|confidence interval)[:,]?\s*)?[(\[]?\s*"
    rf"({_SIGNED})\s*(?:to|,|;|–|−|-)\s*({_SIGNED})\s*[)\]]"
)
_OTHER_LEVEL = re.compile(r"\b(80|90|98|99)\s*%\s*(?:CI|confidence|credible)", re.I)


def _number(text: str) -> float:
    return float(text.replace("−", "-").replace("–", "-").replace(",", ""))


def fractions(quote: str) -> set[tuple[int, int]]:
    """The counts of patients that a quotation states: 27 of 42, 2/12, 9 out of the 42."""
    pairs = ((int(_number(a)), int(_number(b))) for a, b in _FRACTION.findall(quote))
    return {(a, b) for a, b in pairs if a <= b}


def percentages(quote: str) -> set[float]:
    """The percentages that a quotation states."""
    return {float(text) for text in _PERCENT.findall(quote)}


def _cited(trial: Trial) -> Iterator[tuple[Source, Sequence[Result]]]:
    """Each source with the rows of results that cite it for a number."""
    rows: dict[str, list[Result]] = {}
    for row in trial.results:
        if row.provenance != "missing":
            rows.setdefault(row.source_id, []).append(row)
    for source in trial.sources:
        if source.source_id in rows:
            yield source, rows[source.source_id]


def _counts(view: View) -> Iterator[Doubt]:
    """A count of other patients than those that the quotation states among as many."""
    for trial in view.trials:
        for source, rows in _cited(trial):
            stated = fractions(source.quote)
            for events, total in sorted(stated - {(row.events, row.total) for row in rows}):
                if row := _in_its_place(events, total, stated, rows):
                    expected = (
                        f"{events}: the quotation of {row.source_id} says {events} of {total}"
                    )
                    yield Doubt(row.cell, "events", expected, "check both against the source")


def _in_its_place(
    events: int, total: int, stated: set[tuple[int, int]], rows: Sequence[Result]
) -> Result | None:
    """The row with another count: the only one of as many patients, or one slip away."""
    others = [
        row
        for row in rows
        if row.total == total
        and row.events is not None
        and row.provenance != "derived"
        and (row.events, row.total) not in stated
    ]
    near = [row for row in others if slip(str(row.events), str(events))]
    found = others if len(others) == 1 else near
    return found[0] if len(found) == 1 else None


def _percentages(view: View) -> Iterator[Doubt]:
    """A percentage that is one slip of the finger away from one of the quotation's own."""
    for trial in view.trials:
        for source, rows in _cited(trial):
            if stated := percentages(source.quote):
                free = stated - {
                    float(row.reported_percent) for row in rows if row.reported_percent
                }
                for row in rows:
                    given = row.reported_percent
                    near = [x for x in sorted(free) if given and slip(given, f"{x:g}")]
                    if given and float(given) not in stated and near:
                        expected = f"{near[0]:g}: the quotation of {row.source_id} says so"
                        yield Doubt(
                            row.cell, "reported_percent", expected, "check both against the source"
                        )


def _count_is_percentage(view: View) -> Iterator[Doubt]:
    """A count that the quotation has as a percentage alone, and that is another percentage."""
    for trial in view.trials:
        for source, rows in _cited(trial):
            stated = percentages(source.quote)
            counts = {int(_number(text)) for text in _PLAIN.findall(source.quote)}
            for row in rows if stated else ():
                n, total = row.events, row.total
                if n is None or not total or n not in stated or n in counts or row.reported_percent:
                    continue
                if abs(100 * n / total - n) > 1:
                    expected = (
                        f"a count: the quotation of {row.source_id} has {n} as a percentage, and"
                        f" {n} % of {total} patients are {n * total / 100:.0f}"
                    )
                    remedy = "write the count, or the percentage in reported_percent"
                    yield Doubt(row.cell, "events", expected, remedy)


def slip(typed: str, meant: str) -> bool:
    """Whether two numbers have the same digits in another order, or all but one digit alike."""
    first, second = typed.replace(".", ""), meant.replace(".", "")
    if sorted(first) == sorted(second):
        return True
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    long, short = sorted((first, second), key=len, reverse=True)
    return len(long) - len(short) == 1 and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )


def _contrasts(view: View) -> Iterator[Doubt]:
    """A contrast with other numbers than the only interval of its quotation."""
    for trial in view.trials:
        for source, rows in _cited(trial):
            printed = [tuple(map(_number, found)) for found in _INTERVAL.findall(source.quote)]
            given = [row for row in rows if row.ci_low is not None]
            if len(printed) == 1 and len(given) == 1:
                yield from _contrast(given[0], printed[0])


def _contrast(row: Result, printed: tuple[float, ...]) -> Iterator[Doubt]:
    own: Mapping[str, float | None] = {
        "estimate": row.estimate,
        "ci_low": row.ci_low,
        "ci_high": row.ci_high,
    }
    wrong = [(name, x) for (name, value), x in zip(own.items(), printed, strict=True) if value != x]
    if len(wrong) == 1:  # with two or three it is another contrast that the quotation is about
        ((name, x),) = wrong
        expected = f"{x:g}: the quotation of {row.source_id} says so"
        yield Doubt(row.cell, name, expected, "check both against the source")


def _other_level(view: View) -> Iterator[Doubt]:
    """Limits whose quotation says that they are of 90 % or 99 %."""
    for trial in view.trials:
        for source, rows in _cited(trial):
            if found := _OTHER_LEVEL.search(source.quote):
                for row in rows:
                    if row.ci_low is not None and "95" not in source.quote:
                        expected = f"limits of 95 %; the quotation says {found[1]} %"
                        remedy = "convert them, and say so in note and checked"
                        yield Doubt(row.cell, "ci_low", expected, remedy)


CHECKS = (
    Check(
        "count_is_percentage",
        "results",
        "a count that its quotation has as a percentage",
        _count_is_percentage,
    ),
    Check(
        "quote_has_other_count",
        "results",
        "a count beside a quotation that states another among as many patients",
        _counts,
    ),
    Check(
        "quote_has_other_percentage",
        "results",
        "a percentage one slip of the finger away from one in its quotation",
        _percentages,
    ),
    Check(
        "quote_has_other_contrast",
        "results",
        "an estimate or limit that differs from the interval in its quotation",
        _contrasts,
    ),
    Check(
        "quote_has_other_level",
        "results",
        "limits whose quotation says that they are of another level than 95 %",
        _other_level,
    ),
)
