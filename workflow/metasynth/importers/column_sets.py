"""Sets of columns that data frames for metafor or meta have, and the results that they are.

Names are those of escalc's arguments, those of meta's as it calls the same, and, of changes and of
survival curves, which neither has, names that read alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from metasynth.importers.found import ArmResult
from metasynth.importers.source import Line, Results, Sides, with_variance

Reader = Callable[[Line, Sides], Results]


@dataclass(frozen=True, slots=True)
class Columns:
    """A set of columns that escalc or rma could use, and the results that they are."""

    type: str
    measure: str
    names: tuple[str, ...]
    read: Reader
    more: tuple[str, ...] = ()


def _counts(line: Line, sides: Sides) -> Results:
    one = line.numbers(events="ai", total="n1i")
    return sides.pair(one, line.numbers(events="ci", total="n2i"))


def _fourfold(line: Line, sides: Sides) -> Results:
    return sides.pair(cells_of(line, "ai", "bi"), cells_of(line, "ci", "di"))


def _rates(line: Line, sides: Sides) -> Results:
    one = line.numbers(events="x1i", person_time="t1i", total="n1i")
    return sides.pair(one, line.numbers(events="x2i", person_time="t2i", total="n2i"))


def _means(line: Line, sides: Sides) -> Results:
    one = line.numbers(mean="m1i", sd="sd1i", total="n1i")
    return sides.pair(one, line.numbers(mean="m2i", sd="sd2i", total="n2i"))


def _means_with_errors(line: Line, sides: Sides) -> Results:
    one = line.numbers(mean="m1i", se="se1i", total="n1i")
    return sides.pair(one, line.numbers(mean="m2i", se="se2i", total="n2i"))


def _medians(line: Line, sides: Sides) -> Results:
    return sides.pair(_five(line, "1i"), _five(line, "2i"))


def _median_alone(line: Line, sides: Sides) -> Results:
    names = {"median": "median", "q1": "q1", "q3": "q3", "minimum": "min", "maximum": "max"}
    return _one(_given(line, total="n", **names), sides)


def _five(line: Line, arm: str) -> dict[str, str]:
    """A median with the quartiles and extremes that the file has of an arm."""
    names = {"median": "med", "q1": "q1", "q3": "q3", "minimum": "min", "maximum": "max"}
    return _given(line, total=f"n{arm}", **{ours: f"{name}{arm}" for ours, name in names.items()})


def _given(line: Line, **columns: str) -> dict[str, str]:
    """The numbers of those columns that the file has."""
    return line.numbers(
        **{name: column for name, column in columns.items() if column in line.cells}
    )


def _errors(line: Line, sides: Sides) -> Results:
    return sides.contrast(line.numbers(estimate="yi", se="sei"))


def _variances(line: Line, sides: Sides) -> Results:
    return sides.contrast(*with_variance(line["yi"], line["vi"]))


def _differences(line: Line, sides: Sides) -> Results:
    return sides.contrast(line.numbers(o_minus_e="ome", variance="v"))


def _alone(line: Line, sides: Sides) -> Results:
    return _one(line.numbers(events="xi", total="ni"), sides)


def _time_alone(line: Line, sides: Sides) -> Results:
    return _one(line.numbers(events="xi", person_time="ti"), sides)


def _mean_alone(line: Line, sides: Sides) -> Results:
    return _one(line.numbers(mean="mi", sd="sdi", total="ni"), sides)


def _changes(line: Line, sides: Sides) -> Results:
    """Means and standard deviations after (1) and before; that which SMCR takes is before."""
    named = {"final_mean": "m1i", "baseline_mean": "m2i", "baseline_sd": "sd1i", "final_sd": "sd2i"}
    numbers = _given(line, **named, change_correlation="ri", total="ni")
    (one,) = _one(numbers, sides)
    return (replace(one, note="sd1i of the file is taken for the standard deviation before"),)


def _of_changes(line: Line, arm: str, total: str, correlation: str, own: str) -> dict[str, str]:
    """An arm before and after, with its correlation, and its change where the file has them."""
    return _given(
        line,
        baseline_mean=f"m_pre{arm}",
        baseline_sd=f"sd_pre{arm}",
        final_mean=f"m_post{arm}",
        final_sd=f"sd_post{arm}",
        change_correlation=correlation,
        mean=f"m{own}",
        sd=f"sd{own}",
        total=total,
    )


def _changes_of_both(line: Line, sides: Sides) -> Results:
    first, second = (_of_changes(line, f"{a}i", f"n{a}i", f"r{a}i", f"{a}i") for a in (1, 2))
    return sides.pair(first, second)


def _changes_by_baseline(line: Line, sides: Sides) -> Results:
    """Mean changes, with the standard deviation before and the correlation, as SMD-PPC takes them.

    That a standard deviation is of the values before, the file does not say.
    """
    first, second = (
        line.numbers(
            mean=f"m{a}i", baseline_sd=f"sd{a}i", change_correlation=f"r{a}i", total=f"n{a}i"
        )
        for a in (1, 2)
    )
    note = "sd1i and sd2i of the file are taken for the standard deviations before"
    return sides.pair(first, second, note)


def _change_alone(line: Line, sides: Sides) -> Results:
    return _one(_of_changes(line, "", "ni", "ri", "i"), sides)


def _correlation(line: Line, sides: Sides) -> Results:
    return _one(line.numbers(correlation="ri", total="ni"), sides)


def _one(given: dict[str, str], sides: Sides) -> Results:
    return (ArmResult(sides.intervention, "intervention", sides.intervention, given),)


def _both(*names: str) -> tuple[str, ...]:
    """The columns of both arms."""
    return tuple(f"{name}{arm}i" for arm in (1, 2) for name in names)


COUNTS = Columns("binary", "RR", ("ai", "n1i", "ci", "n2i"), _counts)
RATES = Columns("rate", "IRR", ("x1i", "t1i", "x2i", "t2i"), _rates, ("n1i", "n2i"))
MEANS = Columns("continuous", "MD", ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"), _means)
WIDE = (
    COUNTS,
    Columns("binary", "RR", ("ai", "bi", "ci", "di"), _fourfold),
    RATES,
    Columns("continuous", "SMD-PPC", _both("m", "sd", "r", "n"), _changes_by_baseline),
    Columns(
        "continuous", "MD", _both("m_pre", "sd_pre", "m_post", "sd_post", "n"), _changes_of_both,
        ("r1i", "r2i", "m1i", "sd1i", "m2i", "sd2i"),
    ),
    MEANS,
    Columns(
        "continuous", "MD", ("m1i", "se1i", "n1i", "m2i", "se2i", "n2i"), _means_with_errors
    ),
    Columns(
        "continuous", "MD", ("med1i", "q11i", "q31i", "n1i", "med2i", "q12i", "q32i", "n2i"),
        _medians, ("min1i", "max1i", "min2i", "max2i"),
    ),
    Columns(
        "continuous", "MD", ("med1i", "min1i", "max1i", "n1i", "med2i", "min2i", "max2i", "n2i"),
        _medians,
    ),
    Columns("generic", "other", ("yi", "sei"), _errors, ("vi",)),
    Columns("generic", "other", ("yi", "vi"), _variances),
    Columns("generic", "HR", ("ome", "v"), _differences),
    Columns("proportion", "PLO", ("xi", "ni"), _alone),
    Columns("incidence", "IRLN", ("xi", "ti"), _time_alone),
    Columns("mean", "MN", ("mi", "sdi", "ni"), _mean_alone),
    Columns("mean", "SMCR", ("m1i", "m2i", "sd1i", "ri", "ni"), _changes, ("sd2i",)),
    Columns(
        "mean", "MC", ("m_pre", "sd_pre", "m_post", "sd_post", "ni"), _change_alone,
        ("ri", "mi", "sdi"),
    ),
    Columns("correlation", "ZCOR", ("ri", "ni"), _correlation),
    Columns("mean", "MN", ("median", "q1", "q3", "n"), _median_alone, ("min", "max")),
    Columns("mean", "MN", ("median", "min", "max", "n"), _median_alone),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfAnArm:
    """Columns of results.csv by those of a file with a row an arm; `more` may be there or not.

    `kind` is what they are of two arms in a row.
    """

    kind: Columns
    names: Mapping[str, str]
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> set[str]:
        """All of the file's."""
        return {*self.names.values(), *self.more.values()}

    def numbers(self, line: Line) -> dict[str, str]:
        """What a row has of them."""
        return line.numbers(**self.names) | _given(line, **self.more)


_SPREAD = {"baseline_sd": "sd_pre", "final_sd": "sd_post", "change_correlation": "ri"}
BY_ARM = (
    OfAnArm(RATES, {"events": "xi", "person_time": "ti"}),
    OfAnArm(
        MEANS,
        {"baseline_mean": "m_pre", "final_mean": "m_post", "total": "ni"},
        {**_SPREAD, "mean": "mi", "sd": "sdi"},
    ),
    OfAnArm(MEANS, {"mean": "mi", "sd": "sdi", "total": "ni"}, _SPREAD),
    OfAnArm(COUNTS, {"events": "xi", "total": "ni"}),
)


_OF_MEDIANS = {
    "med1i": "median.e", "q11i": "q1.e", "q31i": "q3.e", "n1i": "n.e",
    "med2i": "median.c", "q12i": "q1.c", "q32i": "q3.c", "n2i": "n.c",
}  # fmt: skip
_OF_CHANGES = {
    "m_pre1i": "mean.pre.e", "sd_pre1i": "sd.pre.e", "m_post1i": "mean.post.e",
    "sd_post1i": "sd.post.e", "n1i": "n.e",
    "m_pre2i": "mean.pre.c", "sd_pre2i": "sd.pre.c", "m_post2i": "mean.post.c",
    "sd_post2i": "sd.post.c", "n2i": "n.c",
}  # fmt: skip
META = (
    _OF_CHANGES | {"r1i": "cor.e", "r2i": "cor.c"},
    _OF_CHANGES,
    {"x1i": "event.e", "t1i": "time.e", "x2i": "event.c", "t2i": "time.c"},
    {"ai": "event.e", "n1i": "n.e", "ci": "event.c", "n2i": "n.c"},
    {"m1i": "mean.e", "sd1i": "sd.e", "n1i": "n.e", "m2i": "mean.c", "sd2i": "sd.c", "n2i": "n.c"},
    _OF_MEDIANS | {"min1i": "min.e", "max1i": "max.e", "min2i": "min.c", "max2i": "max.c"},
    _OF_MEDIANS,
    {"med1i": "median.e", "min1i": "min.e", "max1i": "max.e", "n1i": "n.e", "med2i": "median.c",
     "min2i": "min.c", "max2i": "max.c", "n2i": "n.c"},
    {"yi": "te", "sei": "sete"},
    {"xi": "event", "ti": "time"},
    {"xi": "event", "ni": "n"},
    {"mi": "mean", "sdi": "sd", "ni": "n"},
    {"ri": "cor", "ni": "n"},
)  # fmt: skip
"""What R's package meta calls the same columns, sets in the order in which they are looked for; of
changes, which it does not read, names in its way."""


def cells_of(line: Line, events: str, others: str) -> dict[str, str]:
    """Events and total from the two cells of one arm in a fourfold table."""
    given = line.numbers(events=events, total=others)
    if given["events"].isdecimal() and given["total"].isdecimal():
        given["total"] = str(int(given["events"]) + int(given["total"]))
    return given
