"""The search strategy as a table, assembled from the terms of search.csv."""

from metasynth.report.document import Column, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, TableBody, row
from metasynth.report.text.raw_names import either, search_names


def search_table(scope: Scope) -> TableBody:
    """The query line by line, as database searches are reported, and its limits."""
    say, search = scope.language.say, search_names(scope.material.search)
    columns = (
        Column(say("Line"), RIGHT, 0.4),
        Column(say("Concept"), width=1.5),
        Column(say("Query"), width=7),
    )
    concepts = [(name, either(terms)) for name, terms in search.terms.items()]
    whole = " AND ".join(f"#{n}" for n in range(1, len(concepts) + 1))
    limits = [
        (say("limit: {concept}", concept=scope.language.label(name)), " OR ".join(texts))
        for name, texts in search.limits.items()
    ]
    lines = [(scope.language.label(name), query) for name, query in concepts]
    if len(lines) > 1:
        lines.append((say("together"), whole))
    rows = tuple(row(f"#{n}", *line) for n, line in enumerate([*lines, *limits], start=1))
    note = say("In one line: {query}", query=search.strategy)
    return text(say("Search strategy.")), columns, rows, text(note)
