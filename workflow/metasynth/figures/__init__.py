"""Figures of the review: results in, matplotlib figures and accessible SVG out.

A forest plot is made in four steps, each its own module: what is said (`forest.rows`), on which
scale (`canvas.axis`), where it stands, from measured text (`forest.layout`), and the drawing itself
(`forest.forest`). `canvas.svg` turns a figure into deterministic, self-describing SVG text;
`forest.describe` says in words what it shows.
"""

from collections.abc import Sequence

from metasynth.model.records import OutcomeResult


def drawn(result: OutcomeResult, chosen: Sequence[str] = ()) -> list[str]:
    """The analyses that an outcome's figure shows: its primary one, and those of its `chosen`.

    Where none are chosen it is the one named second, or under a Bayesian one the first without a
    prior: more diamonds than two say little more, and the report tabulates every analysis.
    """
    first, *others = [analysis.spec.name for analysis in result.analyses]
    if chosen:
        return [first, *(name for name in others if name in chosen)]
    under = result.under_primary
    return [first, under.spec.name] if under else [first]
