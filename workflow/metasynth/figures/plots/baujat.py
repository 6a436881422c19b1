"""Baujat plots: which studies make for heterogeneity, and which of these move the result."""

from collections.abc import Sequence

from metasynth.figures.canvas.graph import Plan, draw_points, frame, name_points
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.canvas.ticks import linear_axis
from metasynth.figures.observed import Observed, observed, subject, told
from metasynth.language.languages import ENGLISH, Language
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.battery import Sensitivity

_NOTHING = 1e-9


@isolated
def baujat(result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH) -> Drawing:
    """Draw each study's part of Cochran's Q (across) and its pull on the common effect (up).

    Baujat et al., Stat Med 2002;21:2641-52; both are about the inverse-variance common effect.

    Raises:
        TooFewStudies: under two studies, of which none can be left out.
    """
    data = observed(result, 2)
    studies = found.diagnostics.studies
    heterogeneity = [one.baujat_q or 0.0 for one in studies]
    pull = [one.baujat_pull or 0.0 for one in studies]
    shares = [one.baujat_share or 0.0 for one in studies]
    numbers = language.numbers
    plan = Plan(
        linear_axis(0.0, _reach(heterogeneity), numbers),
        linear_axis(0.0, _reach(pull), numbers),
        language.say("Contribution to heterogeneity (part of Cochran’s Q)"),
        language.say("Influence on the common effect (squared standardised change)"),
        notes=(
            language.say(
                "Studies far to the right disagree with the others; studies high up move the "
                "pooled result when they are left out."
            ),
        ),
    )
    graph = frame(plan)
    draw_points(graph, heterogeneity, pull)
    furthest = _reach(heterogeneity), _reach(pull)
    # How far a study stands from the corner where nothing matters, in shares of both axes.
    order = sorted(
        range(len(pull)), key=lambda i: -(heterogeneity[i] / furthest[0] + pull[i] / furthest[1])
    )
    name_points(graph, data.labels, heterogeneity, pull, first=order)
    return Drawing(graph.figure, *_words(data, heterogeneity, pull, shares, order, language))


def _reach(values: Sequence[float]) -> float:
    """The end of an axis; where studies agree but for rounding there is nothing to enlarge."""
    return 1.08 * max(values) if max(values) > _NOTHING else 1.0


def _words(
    data: Observed,
    heterogeneity: Sequence[float],
    pull: Sequence[float],
    shares: Sequence[float],
    order: Sequence[int],
    language: Language,
) -> tuple[str, str]:
    furthest = max(range(len(heterogeneity)), key=heterogeneity.__getitem__)
    strongest = max(range(len(pull)), key=pull.__getitem__)
    said, labels = data.said(language), data.labels
    title = language.say(
        "{subject}: {first} contributes {share}% of Q, and {second} moves the pooled result most.",
        subject=subject(language.say("Baujat plot"), data.result, language),
        first=labels[furthest],
        share=said[furthest].number("baujat_share", shares[furthest], 0),
        second=labels[strongest],
    )
    sentences = (
        language.say(
            "{study}: contribution {q}, influence {pull}.",
            study=labels[i],
            q=said[i].number("baujat_q", heterogeneity[i]),
            pull=said[i].number("baujat_pull", pull[i]),
        )
        for i in order
    )
    return title, told(data, title, sentences, language)
