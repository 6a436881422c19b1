"""The article's table of the audit: what does not stand as it is stated, each finding once."""

from collections.abc import Iterator, Sequence
from itertools import chain

from metasynth.audit.verdicts import CONTRADICTED, REPRODUCED, UNCHECKED, VERDICTS, Audited
from metasynth.language.tracked import capitalised
from metasynth.report.document import Column, Inline, Inlines, Link, Row, Text, text
from metasynth.report.material import Scope
from metasynth.report.tables.audit_findings import Found
from metasynth.report.tables.base import TableBody, group, row
from metasynth.report.tables.claims import about, claim_anchor, once_in_full, quoted

_SHOWN = tuple(verdict for verdict in VERDICTS if verdict not in (REPRODUCED, UNCHECKED))


def findings_table(scope: Scope) -> TableBody:
    """Statements by verdict; those that say the same of the same results share a row."""
    say = scope.language.say
    columns = (
        Column(say("Statement"), width=4.2),
        Column(say("About"), width=2.2),
        Column(say("What was found"), width=4.2),
    )
    caption = say(
        "Statements that do not hold as they stand, by verdict; each leads to all that was found. "
        "Those that hold, and those that cannot be checked, are in the supplement."
    )
    said = set[str]()
    rows = chain.from_iterable(_of_verdict(verdict, said, scope) for verdict in _SHOWN)
    return text(caption), columns, tuple(rows), ()


def _of_verdict(verdict: str, said: set[str], scope: Scope) -> Iterator[Row]:
    """A verdict's rows; quotes that are `said` in full already are abridged, and others added."""
    items = [item for item in scope.material.audit if item.verdict == verdict]
    if items:
        yield group(capitalised(scope.language.say(verdict)))
    for members in _alike(items):
        yield row(
            _quotes(members, said, scope), about(members[0], scope), _found(members[0], scope)
        )


def _alike(items: Sequence[Audited]) -> list[list[Audited]]:
    """Statements of the same outcome of the same trials and arms, in the order of the first."""
    found: dict[tuple[object, ...], list[Audited]] = {}
    for item in items:
        same = (item.kind, item.study, item.outcome, item.week, item.arm_id, item.reference_arm_id)
        alone = (item.claim_id,) if item.verdict == CONTRADICTED else ()
        found.setdefault((*same, item.reason, *alone), []).append(item)
    return list(found.values())


def _quotes(members: Sequence[Audited], said: set[str], scope: Scope) -> Inlines:
    """The words of each statement, the same words once, leading to the full finding."""
    first = {item.quote: item for item in reversed(members)}
    inlines: list[Inline] = []
    for item in (item for item in members if first[item.quote] is item):
        inlines += [Text("; ")] if inlines else []
        words = once_in_full(item.quote, said)
        inlines.append(Link(f"#{claim_anchor(item.claim_id)}", text(quoted(words, scope))))
    return tuple(inlines)


def _found(item: Audited, scope: Scope) -> Inlines:
    inlines: list[Inline] = [*text(" ".join(Found(item, scope).brief()))]
    others = {one.claim_id: one for one in scope.material.audit}
    for name in item.contradicts.split():
        inlines.append(Text(f"{' ' if inlines else ''}{scope.language.say('Contradicts:')} "))
        inlines.append(Link(f"#{claim_anchor(name)}", text(quoted(others[name].quote, scope))))
        inlines.append(Text("."))
    return tuple(inlines)
