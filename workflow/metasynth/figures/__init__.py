"""Figures of the review: results in, matplotlib figures and accessible SVG out.

A figure is made in four steps, each its own module: what is said (`rows`), on which scale (`axis`),
where it stands, from measured text (`layout`), and the drawing itself (`forest`). `svg` turns a
figure into deterministic, self-describing SVG text; `describe` says in words what it shows.
"""

from metasynth.records import OutcomeResult


def drawn(result: OutcomeResult) -> list[str]:
    """The analyses that an outcome's figure shows: its primary one and the one named second.

    More diamonds than two say little more, and the report tabulates every analysis beside them.
    """
    return [analysis.spec.name for analysis in result.analyses[:2]]
