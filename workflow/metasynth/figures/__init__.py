"""Figures of the review: results in, matplotlib figures and accessible SVG out.

A figure is made in four steps, each its own module: what is said (`rows`), on which scale (`axis`),
where it stands, from measured text (`layout`), and the drawing itself (`forest`). `svg` turns a
figure into deterministic, self-describing SVG text; `describe` says in words what it shows.
"""
