"""Remarks of a trial's tables as the report prints them: without the ids that only tables know."""

import re
from collections.abc import Callable, Mapping
from functools import partial

from metasynth.model.records import Trial
from metasynth.report.document import Inline, Inlines, Text, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import source_link


def remark(scope: Scope, trial: Trial, words: str) -> Inlines:
    """A remark with each source in it as its place in a document, and each reading as its label."""
    known = _named(scope, trial)
    mentioned = [name for name in known if name in words]
    if not mentioned:
        return text(words)
    every = "|".join(map(re.escape, sorted(mentioned, key=len, reverse=True)))
    inlines: list[Inline] = []
    for part in re.split(rf"(?<![\w-])({every})(?![\w-])", words):
        inlines += known[part]() if part in known else ((Text(part),) if part else ())
    return tuple(inlines)


def _named(scope: Scope, trial: Trial) -> Mapping[str, Callable[[], Inlines]]:
    """What says each id that a remark of the trial may hold; words are no ids.

    It is asked only of those that are mentioned, since a source that is told is cited.
    """
    specs = (result.outcome for result in scope.material.results)
    named: dict[str, Callable[[], Inlines]] = {
        spec.reading: partial(text, spec.label) for spec in specs if spec.reading
    }
    for source in trial.sources:
        named[source.source_id] = partial(source_link, trial, source.source_id, scope)
    return {name: said for name, said in named.items() if "_" in name}
