"""The audit's tables, and the names by which the text reaches its numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from metasynth.audit.kinds import KINDS
from metasynth.audit.tally import SORTS, VERDICT_SORTS, of_sort, parts
from metasynth.audit.verdicts import CONTRADICTED, VERDICTS, Audited
from metasynth.language.sentences import lowered
from metasynth.language.tracked import marked
from metasynth.model.records import OutcomeSpec, Trial
from metasynth.report.document import Column, Inline, Inlines, Link, Row, Styled, Text, text
from metasynth.report.material import Scope
from metasynth.report.tables.audit_findings import Found
from metasynth.report.tables.base import RIGHT, TableBody, group, row
from metasynth.report.text.phrases import versus


@dataclass(frozen=True)
class AuditNames:
    """The audit as authors name it: `{{ audit.reproduced }}`, `{{ audit.claim.<id>.p }}`."""

    counts: Mapping[str, str]
    numbers: Mapping[str, int]
    kinds: frozenset[str]
    claim: Mapping[str, "ClaimNames"]

    def __getattr__(self, name: str) -> str:
        """A count as text, by the names of audit.summary.SORTS."""
        if name in self.counts:
            return self.counts[name]
        raise AttributeError(name)


@dataclass(frozen=True)
class ClaimNames:
    """One statement's numbers as text; of a comparison also `p_score` and such."""

    item: Audited
    found: Found
    verdict: str

    def __getattr__(self, name: str) -> str:
        """A number of the finding; a name that has no number is an error of the text."""
        if name in ("effect", "sides"):
            return str(getattr(self.found, name)())
        if name == "percent_intervention":
            return self.found.percent("intervention")
        if name == "percent_control":
            return self.found.percent("control")
        if name in ("p", "p_fisher", "p_midp", "p_score", "p_wald"):
            return self.found.p(name)
        if name in ("holding", "trials"):
            return self.found.number(name, str(getattr(self.item, name)))
        if name == "recomputed" and self.item.recomputed:
            return self.found.number(name, self.found.written(self.item.recomputed))
        raise AttributeError(name)


def audit_names(scope: Scope) -> AuditNames:
    """The names of the audit in the scope's language."""
    items = scope.material.audit
    numbers = {sort: len(of_sort(items, sort)) for sort in SORTS}
    say = scope.language.say
    return AuditNames(
        counts={name: marked(str(n), f"audit.{name}") for name, n in numbers.items()},
        numbers=numbers,
        kinds=frozenset(item.kind for item in items),
        claim={
            item.claim_id: ClaimNames(item, Found(item, scope), say(item.verdict)) for item in items
        },
    )


def claim_anchor(claim_id: str) -> str:
    """Where the table of all statements shows one."""
    return f"claim-{claim_id}"


def verdicts_table(scope: Scope) -> TableBody:
    """How many statements of each part of the publication have which verdict."""
    say, items = scope.language.say, scope.material.audit
    titles = [say(verdict) for verdict in VERDICTS]
    columns = (
        Column(say("Part of the publication"), width=2.4),
        Column(say("Statements"), RIGHT, 1),
        *(Column(f"{title[:1].upper()}{title[1:]}", RIGHT, 1.2) for title in titles),
    )
    rows = [
        row(scope.language.label(part), *_numbers(members, f"audit.parts.{number}"))
        for number, (part, members) in enumerate(parts(items).items(), start=1)
    ]
    rows.append(row((Styled("strong", text(say("All"))),), *_numbers(items, "audit")))
    return text(say("Audited statements, by verdict.")), columns, tuple(rows), ()


def _numbers(items: Sequence[Audited], prefix: str) -> Iterator[str]:
    for sort in ("total", *VERDICT_SORTS):
        yield marked(str(len(of_sort(items, sort))), f"{prefix}.{sort}")


def statements_table(scope: Scope) -> TableBody:
    """Every statement with its verdict and what it rests on."""
    say = scope.language.say
    note = say(
        "Where nothing is said of other tests, counts or readings, there are none or they agree."
    )
    rows = tuple(_rows(scope.material.audit, scope))
    return text(say("Every audited statement.")), _columns(scope), rows, text(note)


def _columns(scope: Scope) -> tuple[Column, ...]:
    say = scope.language.say
    return (
        Column(say("Statement"), width=3.2),
        Column(say("About"), width=2.2),
        Column(say("Verdict"), width=1.3),
        Column(say("What was found"), width=4.6),
    )


def _rows(items: Iterable[Audited], scope: Scope) -> Iterator[Row]:
    for locator, members in groupby(items, key=lambda item: item.locator):
        yield group(scope.language.label(locator))
        said = set[str]()
        for item in members:
            words = once_in_full(item.quote, said)
            yield row(*_cells(item, words, scope), anchor=claim_anchor(item.claim_id))


def _cells(item: Audited, words: str, scope: Scope) -> Iterator[Inlines]:
    yield text(quoted(words, scope))
    yield text(about(item, scope))
    yield (Styled("strong", text(scope.language.say(item.verdict))),)
    yield (*text(" ".join(Found(item, scope).sentences())), *_more(item, scope))


def _more(item: Audited, scope: Scope) -> Iterator[Inline]:
    """The remark, the document cited, and links to contradicting statements."""
    if item.cited:
        yield scope.cite(item.cited)
    if item.note:
        yield Text(f" {item.note}")
    if item.contradicts:
        yield Text(f" {scope.language.say('Contradicts:')} ")
        for index, other in enumerate(item.contradicts.split()):
            yield from (Text("; "),) if index else ()
            (quote,) = (one.quote for one in scope.material.audit if one.claim_id == other)
            yield Link(f"#{claim_anchor(other)}", text(quoted(quote, scope)))
        yield Text(".")


def quoted(quote: str, scope: Scope) -> str:
    """Words of the publication in the language's marks."""
    return scope.language.say("“{quote}”", quote=quote)


_WHOLE, _WORDS = 16, 14
"""Quotes of 16 words are printed in full where they recur, and 14 words of longer ones."""


def once_in_full(quote: str, said: set[str]) -> str:
    """A quote, a long one abridged where it is `said` already; it is added to what is."""
    words = abridged(quote) if quote in said else quote
    said.add(quote)
    return words


def abridged(quote: str) -> str:
    """A quote of more words than are printed twice, up to its last clause that ends within them.

    Example:
        >>> abridged("a similar incidence of other adverse events")
        'a similar incidence of other adverse events'
        >>> abridged("one two three four five six seven, 8 9 10 11 12 13 14 15 16 17")
        'one two three four five six seven …'
    """
    words = quote.split()
    if len(words) <= _WHOLE:
        return quote
    ends = [n for n, word in enumerate(words[:_WORDS], start=1) if word[-1] in ",;:…"]
    late = [n for n in ends if 2 * n >= _WORDS]
    return f"{' '.join(words[: late[-1] if late else _WORDS]).rstrip(' …,;:')} …"


def about(item: Audited, scope: Scope) -> str:
    """The outcome, week and arms that a statement is about, as far as it names them."""
    parts = [_outcome(item, scope)] if item.outcome else []
    trial = next((t for t in scope.material.trials if t.study.study == item.study), None)
    if trial is not None and item.arm_id:
        parts.append(versus(_arms(item, trial), scope.language))
    elif item.outcome and item.kind == "most_trials":
        parts.append(scope.language.say("trial by trial"))
    elif item.outcome and item.kind in _POOLED:
        parts.append(scope.language.say("pooled"))
    return ", ".join(parts)


_POOLED = frozenset(name for name, kind in KINDS.items() if kind.about == "pooled")


def _arms(item: Audited, trial: Trial) -> Iterator[str]:
    labels = {arm.arm_id: arm.label for arm in trial.arms}
    for name in (item.arm_id, item.reference_arm_id):
        if name:
            yield labels[name]


def _outcome(item: Audited, scope: Scope) -> str:
    """The outcome's label in config.yaml, else its id in words with the week."""
    for names in scope.outcomes.values():
        spec: OutcomeSpec = names.result.outcome
        if (spec.outcome, spec.week) == (item.outcome, item.week):
            return spec.label
    words = scope.language.label(item.outcome.replace("_", " "))
    if item.week is None:
        return words
    return scope.language.say("{outcome}, week {week}", outcome=lowered(words), week=item.week)


def contradictions_table(scope: Scope) -> TableBody:
    """Each pair of statements that cannot be true together, once, with both verdicts."""
    say = scope.language.say
    by_id = {item.claim_id: item for item in scope.material.audit}
    order = {name: place for place, name in enumerate(by_id)}
    pairs = [
        (by_id[name], by_id[other])
        for name in by_id
        for other in by_id[name].contradicts.split()
        if order[other] > order[name]
    ]
    columns = (
        Column(say("Where"), width=1.3),
        Column(say("Statement"), width=3),
        Column(say("Where"), width=1.3),
        Column(say("Statement that contradicts it"), width=3),
    )
    rows = [row(*(cell for item in pair for cell in _side(item, scope))) for pair in pairs]
    caption = say("Statements of the publication that cannot be true together.")
    return text(caption), columns, tuple(rows), ()


def _side(item: Audited, scope: Scope) -> tuple[Inlines, Inlines]:
    verdict = scope.language.say(item.verdict)
    words: Inlines = (Link(f"#{claim_anchor(item.claim_id)}", text(quoted(item.quote, scope))),)
    if item.verdict != CONTRADICTED:
        words += (Text(f" ({verdict})"),)
    return text(scope.language.label(item.locator)), words
