"""What changed since the accepted version, in a few lines of Markdown: for a pull request."""

from collections.abc import Iterator

from metasynth.living.changes import AnalysisChange, Changes, OutcomeChange
from metasynth.living.state import Measured

_MARKS = frozenset("<>&\"'|*_`[]\\~!#")
_KINDS = {"added": "new", "removed": "removed", "status": "another status"}


def summary(changes: Changes) -> str:
    """The studies that came or went, how many rows and choices differ, and each result that does.

    Text of the review is escaped, so that it is neither markup nor a mention.
    """
    return "\n".join(_lines(changes)) + "\n"


def _lines(changes: Changes) -> Iterator[str]:
    now, before = changes.version, changes.baseline
    if before is None:
        yield f"**Version {_text(now.version)}**: there is no accepted version to compare with yet."
        return
    accepted = f"{_text(before.version)} of {_text(before.date)}"
    yield f"**Version {_text(now.version)}**, compared with {accepted}."
    yield ""
    for study in changes.trials:
        yield f"- Study {_text(study.label)}: {_KINDS[study.kind]}"
    for number, what in (
        (len(changes.rows), "rows of the tables"),
        (len(changes.choices), "choices in config.yaml"),
        (len(changes.software), "versions of what computes"),
    ):
        if number:
            yield f"- {number} {what} differ"
    if changes.unexplained:
        yield f"- {len(changes.unexplained)} changes that changelog.csv does not explain"
    yield from _results(changes)


def _results(changes: Changes) -> Iterator[str]:
    changed = [outcome for outcome in changes.outcomes if outcome.kind != "unchanged"]
    same = len(changes.outcomes) - len(changed)
    if changed:
        yield ""
        yield "| outcome | before | now | to look at |"
        yield "| --- | --- | --- | --- |"
    for outcome in changed:
        yield _row(outcome)
    yield ""
    yield f"{same} of {len(changes.outcomes)} outcomes have the same numbers."


def _row(outcome: OutcomeChange) -> str:
    flags = ", ".join(dict.fromkeys(flag.rule.replace("_", " ") for flag in outcome.flags))
    change: AnalysisChange = outcome.primary
    compared = f" ({' versus '.join(outcome.comparison)})" if outcome.comparison else ""
    name = _text(f"{outcome.label}{compared}")
    cells = (name, _measured(change.before), _measured(change.after), _text(flags))
    return f"| {' | '.join(cells)} |"


def _measured(found: Measured | None) -> str:
    """An effect with its limits and number of studies, to four digits."""
    if found is None:
        return "–"
    if found.estimate is None:
        return f"no estimate (k = {found.k})"
    limits = ""
    if found.ci_low is not None and found.ci_high is not None:
        limits = f" ({found.ci_low:.4g} to {found.ci_high:.4g})"
    return f"{_text(found.measure)} {found.estimate:.4g}{limits}, k = {found.k}"


def _text(text: str) -> str:
    """A text that Markdown shows as it is, on one line, and that calls nobody."""
    one_line = " ".join(text.split()).replace("@", "@\u200b")
    return "".join(f"&#{ord(char)};" if char in _MARKS else char for char in one_line)
