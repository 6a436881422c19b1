"""Any figure of an outcome by its name in the catalogue."""

from collections.abc import Callable, Sequence
from operator import attrgetter

from metasynth.figures import catalogue
from metasynth.figures.canvas.page import HALF_CAP, MARGIN, Drawing, Label, blank, write
from metasynth.figures.canvas.style import LINE, WIDTH, isolated
from metasynth.figures.canvas.text import wrap
from metasynth.figures.forest.adjusted_rows import adjusted_estimates
from metasynth.figures.forest.files import forest_plot
from metasynth.figures.forest.prior_lines import prior_lines
from metasynth.figures.forest.sequence import cumulative, leave_one_out
from metasynth.figures.forest.shrinkage import shrinkage
from metasynth.figures.observed import observed
from metasynth.figures.plots.baujat import baujat
from metasynth.figures.plots.bubble import bubble
from metasynth.figures.plots.drapery import drapery
from metasynth.figures.plots.funnel import funnel
from metasynth.figures.plots.galbraith import galbraith
from metasynth.figures.plots.gosh import gosh
from metasynth.figures.plots.influence_plot import influence_plot
from metasynth.figures.plots.labbe import labbe
from metasynth.figures.plots.moderators_plot import line_of, moderators_plot
from metasynth.figures.plots.multiverse_plot import specification_curve
from metasynth.figures.plots.posterior import posterior
from metasynth.figures.plots.posterior_tau import posterior_tau
from metasynth.figures.plots.risk_of_bias import Judgements
from metasynth.figures.plots.sequential_plot import sequential_plot
from metasynth.language.languages import ENGLISH, Language
from metasynth.model.records import Estimate, FigureChoices, OutcomeResult
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.sequential import Sequential

DEFAULT = FigureChoices()
_FIGURES: dict[str, Callable[..., Drawing]] = {
    "leave_one_out": leave_one_out,
    "cumulative": cumulative,
    "influence": influence_plot,
    "baujat": baujat,
    "galbraith": galbraith,
    "labbe": labbe,
    "drapery": drapery,
    "gosh": gosh,
    "funnel": funnel,
    "adjusted": adjusted_estimates,
    "bubble": bubble,
    "moderators": moderators_plot,
}

_OF_A_POSTERIOR: dict[str, Callable[..., Drawing]] = {
    "posterior": posterior,
    "posterior_tau": posterior_tau,
    "shrinkage": shrinkage,
    "priors": prior_lines,
}

_SEQUENCES: dict[str, Callable[[Sensitivity], Sequence[Estimate]]] = {
    "leave_one_out": attrgetter("leave_one_out"),
    "cumulative": attrgetter("cumulative"),
}


def draw(
    result: OutcomeResult,
    name: str,
    *,
    choices: FigureChoices = DEFAULT,
    judgements: Judgements | None = None,
    sensitivity: Sensitivity | None = None,
    multiverse: Multiverse | None = None,
    sequential: Sequential | None = None,
    language: Language = ENGLISH,
) -> Drawing:
    """Draw the figure `name` of an outcome: the figure, its short text, its long description.

    `choices` and `judgements` of risk of bias, by study, are the forest plot's. The figures of a
    posterior need the result alone, all others the record that they show: `multiverse`,
    `sequential`, and else `sensitivity`.

    Trials that report an outcome may have no effect to draw, such as those without events; where
    too few remain, the figure is the sentence that says so.

    Raises:
        KeyError: when no figure has that name.
        ValueError: without the record that the figure shows.
    """
    if name == "forest":
        return forest_plot(result, choices, judgements, language)
    if name == "multiverse" and multiverse:
        if multiverse.reason:
            why = language.say("There is no specification curve: no analysis has a result.")
            return sentence(why)
        return specification_curve(result, multiverse, language=language)
    if name == "sequential" and sequential:
        if not sequential.looks:
            return sentence(language.say("There is no sequential analysis of this outcome."))
        return sequential_plot(result, sequential, language=language)
    if name not in _OF_A_POSTERIOR and not _why_not(result, name, language) and sensitivity is None:
        raise ValueError(f"the figure {name} shows the outcome's sensitivity analyses")
    if why := not_shown(result, name, sensitivity, language):
        return sentence(why)
    if name in _OF_A_POSTERIOR:
        return _OF_A_POSTERIOR[name](result, language=language)
    return _FIGURES[name](result, sensitivity, language=language)


def not_shown(
    result: OutcomeResult, name: str, sensitivity: Sensitivity | None, language: Language
) -> str:
    """Why an outcome's figure shows nothing, once its result is known; nothing if it does.

    Raises:
        KeyError: when no figure has that name.
    """
    if name in _OF_A_POSTERIOR:
        if all(analysis.posterior is None for analysis in result.analyses):
            return language.say("No Bayesian analysis of this outcome has a result.")
        return ""
    if why := _why_not(result, name, language):
        return why
    if name == "bubble" and sensitivity and (model := sensitivity.regression) and not model.line:
        return language.say("There is no line to draw: the meta-regression has no result.")
    if name == "adjusted" and sensitivity and not sensitivity.is_adjusted:
        return language.say("No estimate could be adjusted for small-study effects.")
    if name == "moderators" and sensitivity and line_of(result, sensitivity) is None:
        return language.say("There is no line to draw: the meta-regression has no result.")
    pools = _SEQUENCES[name](sensitivity) if name in _SEQUENCES and sensitivity else None
    if pools is not None and all(pool.estimate is None for pool in pools):
        return language.say("There is no pooled result, and so none that trials could change.")
    return ""


def _why_not(result: OutcomeResult, name: str, language: Language) -> str:
    """Why the effects that there are in the end cannot be drawn; nothing if they can."""
    effects = {(study.study, study.label) for study in observed(result, 0).studies}
    known = [(s.study, s.label) in effects and s.covariate is not None for s in result.studies]
    why = catalogue.reason(name, result.outcome, len(effects), sum(known), language=language)
    values = {study.covariate for study, own in zip(result.studies, known, strict=True) if own}
    if name == "bubble" and not why and len(values) == 1:
        return language.say("All trials have the same value of the covariate.")
    return why


@isolated
def sentence(text: str) -> Drawing:
    """A figure that only says why there is none."""
    lines = wrap(text, WIDTH - 2 * MARGIN, 4)
    figure = blank(len(lines) * LINE + 2 * MARGIN)
    write(
        figure,
        (Label(line, MARGIN, MARGIN + (i + 0.5) * LINE + HALF_CAP) for i, line in enumerate(lines)),
    )
    return Drawing(figure, text, text)
