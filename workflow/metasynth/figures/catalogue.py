"""Which figures an outcome gets, or the reason why not: known before anything is computed.

Cheap to import, so that a workflow can ask while it is being loaded.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from metasynth.language.languages import ENGLISH, Language, message
from metasynth.model import bounds
from metasynth.model.covariates import drawn_term
from metasynth.model.methods import BAYESIAN, CLUSTERED, compares
from metasynth.model.records import AnalysisSpec, Claim, OutcomeSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A kind of figure by its name, which is that of its file; its texts are messages.

    `caption` is below it in the report, {label} being the outcome's; `sampled` where it shows a
    sample. `least` is the fewest trials that it says something about, `need` what is said of fewer,
    `too_many` of more than `bounds.ONE_BY_ONE` if it is not drawn of them. It is one of outcomes of
    the type `only`, else `not_of_others` is said; `comparison` names a figure that a single
    proportion has not; `covariate`: of trials with a value of the outcome's covariate;
    `by_minimum`: it is about small-study effects, for which config.yaml may name fewer trials than
    `least`; `moderators`: of a number among the outcome's moderators; `independent`: it takes
    trials to be independent, and is none of those in clusters. `method` is how numbers are made
    that it alone prints.
    """

    name: str
    caption: str
    sampled: str = ""
    least: int = 1
    need: str = ""
    too_many: str = ""
    only: str = ""
    not_of_others: str = ""
    comparison: str = ""
    covariate: bool = False
    by_minimum: bool = False
    moderators: bool = False
    independent: bool = False
    method: str = ""


def _by_name(*figures: Figure) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


OF_AN_OUTCOME = _by_name(
    Figure(
        name="forest", caption=message("{label}: forest plot ({measure})."),
        need=message("No trial reports this outcome."), method=message("counted"),
    ),
    Figure(
        name="leave_one_out", least=3,
        caption=message("{label}: the primary analysis with each trial left out in turn."),
        need=message("A leave-one-out analysis needs three trials; {found}."),
        too_many=message(
            "With more than two hundred trials none is left out in turn: the pools would be as "
            "many, and no single one of these trials decides."
        ),
    ),
    Figure(
        name="cumulative", least=3,
        caption=message("{label}: the primary analysis as trials were added, by year."),
        need=message("A cumulative meta-analysis needs three trials to show a course; {found}."),
        too_many=message(
            "With more than two hundred trials the result is not built up trial by trial; "
            "results/changes.json has it year by year."
        ),
    ),
    Figure(
        name="drapery", least=3, comparison=message("A drapery plot"),
        caption=message(
            "{label}: p-value functions of the trials and of the pooled effect (drapery plot)."
        ),
        need=message("A drapery plot adds to the forest plot from three trials up; {found}."),
        too_many=message("With more than two hundred trials their curves would cover each other."),
        method=message("from the trial’s effect over its standard error, normal distribution"),
    ),
    Figure(
        name="influence", independent=True, least=5,
        caption=message("{label}: influence of each trial on the primary analysis."),
        need=message("Influence diagnostics need five trials to single one out; {found}."),
        too_many=message(
            "With more than two hundred trials no deletion diagnostics are made; the Baujat and "
            "Galbraith plots single trials out."
        ),
        method=message("deletion diagnostics of Viechtbauer and Cheung"),
    ),
    Figure(
        name="baujat", independent=True, least=5,
        caption=message(
            "{label}: each trial’s share of heterogeneity, and its pull on the result (Baujat)."
        ),
        need=message("A Baujat plot needs five trials to single one out; {found}."),
        method=message("about the inverse-variance common effect (Baujat)"),
    ),
    Figure(
        name="galbraith", independent=True, least=5, comparison=message("A Galbraith plot"),
        caption=message("{label}: radial plot (Galbraith)."),
        need=message("A Galbraith plot needs five trials to show a scatter; {found}."),
        method=message("from the trial’s effect and standard error, on the analysis scale"),
    ),
    Figure(
        name="labbe", least=5, only="binary",
        caption=message(
            "{label}: risk under the intervention against risk under control (L’Abbé)."
        ),
        need=message("A L’Abbé plot needs five trials to show how risks vary; {found}."),
        not_of_others=message("A L’Abbé plot shows risks, which only a binary outcome has."),
        method=message("patients with the event over all patients"),
    ),
    Figure(
        name="gosh", independent=True, least=5, comparison=message("A GOSH plot"),
        caption=message("{label}: the pooled effect of every subset of trials (GOSH plot)."),
        sampled=message(
            "{label}: the pooled effect of subsets of trials, a random sample that is the same at "
            "every run (GOSH plot)."
        ),
        need=message("A GOSH plot needs five trials for its subsets to show a shape; {found}."),
        method=message("random effects (REML) of every subset of the trials, or of a sample"),
    ),
    Figure(
        name="funnel", independent=True, least=10, by_minimum=True,
        comparison=message("A funnel plot"),
        caption=message("{label}: funnel plot with contours of significance."),
        need=message("A funnel plot needs about ten trials to say anything; {found}."),
        method=message("Egger’s regression of effects on their standard errors"),
    ),
    Figure(
        name="adjusted", independent=True, least=10, by_minimum=True,
        comparison=message("A figure of adjusted estimates"),
        caption=message("{label}: estimates adjusted for small-study effects."),
        need=message(
            "An adjustment for small-study effects needs about ten trials to say anything; {found}."
        ),
        method=message("the outcome’s studies with an effect, counted"),
    ),
    Figure(
        name="bubble", independent=True, least=10, covariate=True,
        comparison=message("A meta-regression plot"),
        caption=message("{label}: meta-regression."),
        need=message(
            "A meta-regression needs about ten trials with a value of the covariate; {found}."
        ),
        method=message("meta-regression, mixed effects by REML, interval of Knapp and Hartung"),
    ),
    Figure(
        name="moderators", independent=True, least=10, moderators=True,
        comparison=message("A meta-regression plot"),
        caption=message("{label}: meta-regression on declared moderators."),
        need=message(
            "A meta-regression needs about ten trials with a value of each moderator; {found}."
        ),
        method=message("meta-regression on declared moderators, mixed effects by REML"),
    ),
)  # fmt: skip
"""The figures of an outcome's result, in the report's order.

Ten trials for a funnel plot: Handbook 13.3.5.4; ten for a meta-regression: Handbook 10.11.5.1.
"""

OF_ROBUSTNESS = _by_name(
    Figure(
        name="multiverse",
        independent=True,
        caption=message("{label}: all declared analyses, sorted (specification curve)."),
    ),
    Figure(
        name="sequential",
        independent=True,
        caption=message("{label}: cumulative Z with sequential boundaries."),
    ),
)
"""The figures of an outcome that are drawn from a record of their own beside the result."""

OF_A_POSTERIOR = _by_name(
    Figure(
        name="posterior",
        caption=message(
            "{label}: posterior distribution of the pooled result ({measure}), which says what is "
            "credible of it after the data. The higher the curve, the more credible the value; the "
            "area over the credible interval is 95% of all, and the dashed line, its median, is "
            "the estimate. Beneath stands the interval of the analysis without a prior."
        ),
        method=message("the posterior, by quadrature"),
    ),
    Figure(
        name="posterior_tau",
        caption=message(
            "{label}: how far the true effects of trials differ (tau), as it was believed before "
            "the data (prior) and after them (posterior)."
        ),
        method=message("the posterior, by quadrature, and the prior that is declared"),
    ),
    Figure(
        name="shrinkage",
        caption=message(
            "{label}: each trial by itself, and in the light of all trials (shrinkage). The less a "
            "trial says by itself, the further its effect is drawn to the pooled one."
        ),
        method=message("the posterior of the trial’s true effect, by quadrature"),
    ),
    Figure(
        name="priors",
        caption=message(
            "{label}: the pooled effect under each declared prior. Where the lines agree, the "
            "choice of the prior matters little."
        ),
        method=message("the posterior under another declared prior, by quadrature"),
    ),
)
"""The figures of an outcome's Bayesian analysis."""

OF_ALL_OUTCOMES = _by_name(
    Figure(
        name="all_posteriors",
        caption=message(
            "What is credible after the data: the pooled effect (left) and how far trials differ, "
            "tau (right), of each outcome. The higher the curve, the more credible the value; the "
            "dashed line is the median. Where both curves of tau are alike, the data say little of "
            "it, and the result rests on the prior."
        ),
    ),
    Figure(
        name="all_shrinkage",
        caption=message(
            "Each trial by itself, and in the light of all trials (shrinkage), outcome by outcome. "
            "The less a trial says by itself, the further its effect is drawn to the pooled one."
        ),
    ),
    Figure(
        name="all_priors",
        caption=message(
            "The pooled effects under each declared prior. Where the lines of an outcome agree, "
            "the choice of the prior matters little."
        ),
    ),
    Figure(
        name="all_leave_one_out",
        caption=message("The primary analyses with each trial left out in turn."),
    ),
    Figure(
        name="all_cumulative",
        caption=message("The primary analyses as trials were added, by year."),
    ),
)
"""The figures that show all outcomes together, where several have them."""

TOGETHER: dict[str, tuple[str, ...]] = {
    "all_posteriors": ("posterior", "posterior_tau"),
    "all_shrinkage": ("shrinkage",),
    "all_priors": ("priors",),
    "all_leave_one_out": ("leave_one_out",),
    "all_cumulative": ("cumulative",),
}
"""The figures of one outcome that each of them holds."""

PRINTED_FROM = {"drapery": 5, "multiverse": 3}
"""The trials from which the report prints a figure that is always drawn as a file: of fewer, the
forest plot and the table of the multiverse say as much."""

OF_OUTCOMES = OF_AN_OUTCOME | OF_A_POSTERIOR | OF_ROBUSTNESS
"""Every figure that an outcome may have."""

OF_THE_REVIEW = _by_name(
    Figure(
        name="summary",
        caption=message(
            "The main outcomes in one view, by the primary analysis and the one named second."
        ),
    ),
    Figure(
        name="flow",
        caption=message("Flow of studies (PRISMA 2020). What the sources do not state says so."),
    ),
    Figure(
        name="published",
        caption=message(
            "What the published review’s figures print beside what was recomputed: the printed "
            "estimate (square, filled diamond) above the recomputed one (circle, hollow diamond), "
            "and last this review’s primary analysis of the same outcome."
        ),
    ),
    Figure(name="traffic_light", caption=message("Risk of bias: every judgement.")),
    Figure(name="risk_bars", caption=message("Risk of bias: judgements by domain.")),
)
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
    reasons = {
        name: reason(name, outcome, trials, valued, language=language) for name in OF_AN_OUTCOME
    }
    return tuple(Planned(name, not why, why) for name, why in reasons.items())


def reason(
    name: str,
    outcome: OutcomeSpec,
    trials: int,
    valued: int = 0,
    *,
    language: Language = ENGLISH,
) -> str:
    """Why the figure `name` is not drawn, in a sentence; nothing if it is.

    Raises:
        KeyError: when no figure has that name.
    """
    say: Callable[[str], str] = language.say
    figure = OF_AN_OUTCOME[name]
    if figure.only not in ("", outcome.type):
        return say(figure.not_of_others)
    if figure.comparison and not compares(outcome):
        return language.say(
            "{figure} is about a comparison, and of one group there is none.",
            figure=say(figure.comparison),
        )
    if figure.covariate:
        if outcome.covariate is None:
            return say("No covariate is declared for this outcome, so there is no meta-regression.")
        trials = valued
    if figure.moderators and drawn_term(outcome) is None:
        return say("No number is declared as a moderator of this outcome, so there is no line.")
    if trials > bounds.ONE_BY_ONE and figure.too_many:
        return say(figure.too_many)
    if trials >= (outcome.small_study.minimum if figure.by_minimum else figure.least):
        return ""
    return language.say(figure.need, found=say(_FOUND[trials]))


def figures(
    outcome: OutcomeSpec,
    trials: int,
    valued: int = 0,
    of_posterior: Sequence[str] = (),
    *,
    in_clusters: bool = False,
) -> tuple[str, ...]:
    """The names of the figures that an outcome gets; an alternative reading gets only a forest.

    `of_posterior` are those of its Bayesian analysis (see `posteriors`); `in_clusters` says that a
    model leads it in which trials of one cluster are not independent (see `led_by_clusters`).
    """
    if outcome.sensitivity_of:
        return ("forest",)
    drawn = (plan.name for plan in planned(outcome, trials, valued) if plan.drawn)
    others = (name for name in drawn if name != "forest")
    found = ("forest", *of_posterior, *others, *robustness(outcome, trials))
    return tuple(name for name in found if not (in_clusters and OF_OUTCOMES[name].independent))


def led_by_clusters(outcome: OutcomeSpec, analyses: Sequence[AnalysisSpec], trials: int) -> bool:
    """Whether the analysis that leads an outcome knows clusters; `analyses` are all declared."""
    models = {analysis.name: analysis.model for analysis in analyses}
    return models[_ordered(outcome, trials)[0]] in CLUSTERED


def _ordered(outcome: OutcomeSpec, trials: int) -> Sequence[str]:
    """The names of an outcome's analyses, the one that leads first."""
    return outcome.few.order(outcome.analyses, trials) if outcome.few else outcome.analyses


def posteriors(
    outcome: OutcomeSpec, analyses: Sequence[AnalysisSpec], trials: int, of: str = "primary"
) -> tuple[str, ...]:
    """The figures of the posterior of an outcome's Bayesian analysis, if it has one to show.

    `analyses` are all that are declared, and `of` says of which (see `FigureChoices.posteriors`).
    One trial is no pool; a line for each prior is drawn where others than the leading are declared.
    """
    names = _ordered(outcome, trials)
    models = {analysis.name: analysis for analysis in analyses}
    chosen = [models[name] for name in names[: 1 if of == "primary" else None]]
    bayesian = next((analysis for analysis in chosen if analysis.model in BAYESIAN), None)
    if bayesian is None or trials < 2:
        return ()
    return tuple(name for name in OF_A_POSTERIOR if name != "priors" or bayesian.other_priors)


def robustness(outcome: OutcomeSpec, trials: int) -> tuple[str, ...]:
    """The figures that are drawn from a record of their own beside the result.

    With one trial the multiverse has a handful of analyses, for which numbers do.
    """
    curve = ("multiverse",) if trials > 1 else ()
    return (*curve, *(("sequential",) if outcome.sequential and trials else ()))


def overview(
    outcomes: Sequence[OutcomeSpec],
    judged: bool,
    claims: Sequence[Claim] = (),
    shared: Iterable[str] = (),
) -> tuple[str, ...]:
    """The figures of the whole review; those of risk of bias where any trial was `judged`.

    `outcomes` are the main ones; `claims` those statements of a published review that its figures
    print with limits, of an outcome whose published analysis is declared (`beside`); `shared` the
    figures of all outcomes (`together`).
    """
    summary = ("summary",) if len(outcomes) > 1 else ()
    published = ("published",) if claims else ()
    judgements = ("traffic_light", "risk_bars") if judged else ()
    return (*summary, *published, "flow", *judgements, *shared)


def together(of_outcomes: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """The figures of all outcomes, each with the outcomes that it shows: two at least.

    `of_outcomes` are the names of each outcome's own figures.
    """
    shown = {
        name: tuple(outcome for outcome, own in of_outcomes.items() if {*parts} <= {*own})
        for name, parts in TOGETHER.items()
    }
    return {name: outcomes for name, outcomes in shown.items() if len(outcomes) > 1}


def printed(name: str, trials: int, there: Collection[str]) -> bool:
    """Whether the report prints an outcome's own figure: not what a figure of all outcomes shows.

    `trials` are the outcome's, `there` the names of all figures of the review.
    """
    shown = any(name in parts and whole in there for whole, parts in TOGETHER.items())
    return not shown and trials >= PRINTED_FROM.get(name, 0)


def beside(claims: Sequence[Claim], outcomes: Sequence[OutcomeSpec]) -> tuple[Claim, ...]:
    """The estimates that published figures print with their limits, where ours can stand beside."""
    known = {
        (spec.outcome, spec.week, spec.measure, name)
        for spec in outcomes
        if spec.as_published and not spec.sensitivity_of
        for name in ("", spec.comparison)
    }
    return tuple(
        claim
        for claim in claims
        if claim.kind == "figure_estimate"
        and "" not in (claim.estimate, claim.ci_low, claim.ci_high)
        and (claim.outcome, claim.week, claim.measure, claim.comparison) in known
    )
