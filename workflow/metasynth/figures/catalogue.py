"""Which figures an outcome gets, or the reason why not: known before anything is computed.

Cheap to import, so that a workflow can ask while it is being loaded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metasynth.language.languages import ENGLISH, Language, message
from metasynth.model import bounds
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeSpec

LEAST = {
    "forest": 1,
    "leave_one_out": 3,
    "cumulative": 3,
    "drapery": 3,
    "influence": 5,
    "baujat": 5,
    "galbraith": 5,
    "labbe": 5,
    "gosh": 5,
    "funnel": 10,
    "bubble": 10,
}
"""The fewest trials that each figure of an outcome says something about, in the report's order.

Ten for a funnel plot: Handbook 13.3.5.4; ten for a meta-regression: Handbook 10.11.5.1.
"""

MOST = {
    "leave_one_out": message(
        "With more than two hundred trials none is left out in turn: the pools would be as many, "
        "and no single one of these trials decides."
    ),
    "cumulative": message(
        "With more than two hundred trials the result is not built up trial by trial; "
        "results/changes.json has it year by year."
    ),
    "influence": message(
        "With more than two hundred trials no deletion diagnostics are made; the Baujat and "
        "Galbraith plots single trials out."
    ),
    "drapery": message("With more than two hundred trials their curves would cover each other."),
}
"""Why some figures are not drawn of more trials than `bounds.ONE_BY_ONE`."""
_OF_COMPARISONS = {
    "funnel": message("A funnel plot"),
    "drapery": message("A drapery plot"),
    "galbraith": message("A Galbraith plot"),
    "gosh": message("A GOSH plot"),
    "bubble": message("A meta-regression plot"),
}
_NEEDS = {
    "leave_one_out": message("A leave-one-out analysis needs three trials; {found}."),
    "cumulative": message(
        "A cumulative meta-analysis needs three trials to show a course; {found}."
    ),
    "influence": message("Influence diagnostics need five trials to single one out; {found}."),
    "baujat": message("A Baujat plot needs five trials to single one out; {found}."),
    "galbraith": message("A Galbraith plot needs five trials to show a scatter; {found}."),
    "labbe": message("A L’Abbé plot needs five trials to show how risks vary; {found}."),
    "drapery": message("A drapery plot adds to the forest plot from three trials up; {found}."),
    "gosh": message("A GOSH plot needs five trials for its subsets to show a shape; {found}."),
    "funnel": message("A funnel plot needs about ten trials to say anything; {found}."),
    "bubble": message(
        "A meta-regression needs about ten trials with a value of the covariate; {found}."
    ),
    "forest": message("No trial reports this outcome."),
}
_FOUND = (
    message("there is none"),
    message("there is one"),
    message("there are two"),
    message("there are three"),
    message("there are four"),
    message("there are five"),
    message("there are six"),
    message("there are seven"),
    message("there are eight"),
    message("there are nine"),
)
_AT_MOST = (
    message("there is none"),
    message("there is at most one"),
    message("there are at most two"),
    message("there are at most three"),
    message("there are at most four"),
    message("there are at most five"),
    message("there are at most six"),
    message("there are at most seven"),
    message("there are at most eight"),
    message("there are at most nine"),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A figure of an outcome: whether it is drawn, and if not, why, in a sentence."""

    name: str
    drawn: bool
    reason: str = ""


def planned(
    outcome: OutcomeSpec, trials: int, valued: int = 0, *, language: Language = ENGLISH
) -> tuple[Planned, ...]:
    """Every figure of an outcome that `trials` report, `valued` with a value of its covariate."""
    reasons = {name: reason(name, outcome, trials, valued, language=language) for name in LEAST}
    return tuple(Planned(name, not why, why) for name, why in reasons.items())


def reason(
    name: str,
    outcome: OutcomeSpec,
    trials: int,
    valued: int = 0,
    *,
    at_most: bool = False,
    language: Language = ENGLISH,
) -> str:
    """Why the figure `name` is not drawn, in a sentence; nothing if it is.

    With `at_most` it is said of several outcomes, of which others have fewer trials.

    Raises:
        KeyError: when no figure has that name.
    """
    say: Callable[[str], str] = language.say
    least = LEAST[name]
    if name == "labbe" and outcome.type != "binary":
        return say("A L’Abbé plot shows risks, which only a binary outcome has.")
    if outcome.type == "proportion" and name in _OF_COMPARISONS:
        return language.say(
            "{figure} is about a comparison, and a single proportion is none.",
            figure=say(_OF_COMPARISONS[name]),
        )
    if name == "bubble":
        if outcome.covariate is None:
            return say("No covariate is declared for this outcome, so there is no meta-regression.")
        trials = valued
    if trials > bounds.ONE_BY_ONE and name in MOST:
        return say(MOST[name])
    if trials >= least:
        return ""
    return language.say(_NEEDS[name], found=say((_AT_MOST if at_most else _FOUND)[trials]))


def figures(outcome: OutcomeSpec, trials: int, valued: int = 0) -> tuple[str, ...]:
    """The names of the figures that an outcome gets; an alternative reading gets only a forest."""
    if outcome.sensitivity_of:
        return ("forest",)
    drawn = (plan.name for plan in planned(outcome, trials, valued) if plan.drawn)
    return ("forest", *(name for name in drawn if name != "forest"), *robustness(outcome, trials))


def robustness(outcome: OutcomeSpec, trials: int) -> tuple[str, ...]:
    """The figures that are drawn from a record of their own beside the result.

    With one trial the multiverse has a handful of analyses, for which numbers do.
    """
    curve = ("multiverse",) if trials > 1 else ()
    return (*curve, *(("sequential",) if outcome.sequential and trials else ()))


def overview(outcomes: Sequence[OutcomeSpec], judged: bool) -> tuple[str, ...]:
    """The figures of the whole review; those of risk of bias where any trial was `judged`."""
    summary = ("summary",) if len(shared_axis(outcomes)) > 1 else ()
    return (*summary, "flow", *(("traffic_light", "risk_bars") if judged else ()))


def shared_axis(outcomes: Sequence[OutcomeSpec]) -> list[OutcomeSpec]:
    """The outcomes that one axis can show: all ratios, or else those with the first's measure."""
    ratios = [outcome for outcome in outcomes if is_ratio(outcome.measure)]
    return ratios or [o for o in outcomes if o.measure == outcomes[0].measure]
