"""Several comparisons of an imported file, as config.yaml has them."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from metasynth.importers.found import ComparisonFound, OutcomeFound
from metasynth.importers.trial_folders import Folders
from metasynth.model.records import IN_COMPARISON

_SEVERAL, _LONGEST_LABEL = 2, 200


def quoted(text: str) -> str:
    """A text as YAML reads it back, whatever stands in it."""
    return json.dumps(text, ensure_ascii=False)


def written(comparisons: Mapping[str, ComparisonFound]) -> str:
    """Several comparisons as config.yaml has them."""
    parts = ["comparisons:"]
    for name, one in comparisons.items():
        sides = {"intervention": one.intervention, "control": one.control}
        labels = ", ".join(f"{side}: {quoted(joined(names))}" for side, names in sides.items())
        parts.append(f"  {name}:\n    label: {quoted(one.label[:_LONGEST_LABEL])}")
        parts += [f"    {side}: [{', '.join(map(quoted, ns))}]" for side, ns in sides.items()]
        parts.append(f"    multi_arm: combine\n    labels: {{{labels}}}")
    return "\n".join(parts) + "\n\n"


def joined(names: Iterable[str]) -> str:
    """The name of a side, from those of its treatments."""
    return " / ".join(names)


def pooled_in(
    made: Folders, outcomes: Sequence[OutcomeFound], comparisons: Mapping[str, ComparisonFound]
) -> tuple[list[OutcomeFound], dict[str, ComparisonFound]]:
    """Outcomes and comparisons that trials have results for; none where one comparison is left."""
    groups: dict[str, list[set[str]]] = {}
    for texts in made.values():
        for outcome, treatments in _with_results(texts).items():
            groups.setdefault(outcome, []).append(treatments)
    if not comparisons:
        return [one for one in outcomes if one.id in groups], {}

    def has(outcome: str, one: ComparisonFound) -> bool:
        sides = one.intervention, one.control
        return any(all(own & {*side} for side in sides) for own in groups.get(outcome, ()))

    kept = [
        replace(one, comparisons=own)
        for one in outcomes
        if (own := tuple(n for n in one.comparisons if has(one.id, comparisons[n])))
    ]
    used = {name for one in kept for name in one.comparisons}
    if len(used) < _SEVERAL:
        return [replace(one, comparisons=()) for one in kept], {}
    treatments = {name for own in groups.values() for found in own for name in found}
    return kept, {
        name: replace(
            one,
            intervention=tuple(t for t in one.intervention if t in treatments),
            control=tuple(t for t in one.control if t in treatments),
        )
        for name, one in comparisons.items()
        if name in used
    }


def _with_results(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """The treatments of one trial that each outcome has results of."""
    arms = {row["arm_id"]: row["treatment"] for row in rows_of(texts["arms.csv"])}
    found: dict[str, set[str]] = {}
    for row in rows_of(texts["results.csv"]):
        own = {arms[row[name]] for name in ("arm_id", "reference_arm_id") if row.get(name)}
        found.setdefault(row["outcome"], set()).update(own)
    return found


def rows_of(text: str) -> "csv.DictReader[str]":
    """The rows of a table's text."""
    return csv.DictReader(io.StringIO(text, newline=""))


def first_name(outcomes: Sequence[OutcomeFound]) -> str:
    """What the first outcome is called in results: with its comparison, if it has several."""
    first = outcomes[0]
    several = len(first.comparisons) > 1
    return f"{first.id}{IN_COMPARISON}{first.comparisons[0]}" if several else first.id


def line(outcome: OutcomeFound, comparisons: Mapping[str, ComparisonFound]) -> str:
    """The line that says in which comparisons an outcome is pooled; none where it is in all."""
    own = outcome.comparisons
    if len(own) == len(comparisons):
        return ""
    written = f"comparison: {own[0]}" if len(own) == 1 else f"comparisons: [{', '.join(own)}]"
    return f"    {written}\n"
