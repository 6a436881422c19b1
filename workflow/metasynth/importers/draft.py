"""config.yaml and references of a new review, from what an imported file says.

What the file does not say stands there as a choice to be looked at, with the reason beside it.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from metasynth.importers.found import About, ComparisonFound, OutcomeFound
from metasynth.importers.references import entry, key_for
from metasynth.importers.trial_folders import Folders
from metasynth.model.records import IN_COMPARISON

_SEVERAL, _LONGEST_LABEL = 2, 200
_BY_METAFOR = (("model", "random"), ("tau2", "REML"), ("ci", "HKSJ"))
_NAMES = {"random": "Random effects", "IV": "Common effect (inverse variance)",
          "MH": "Common effect (Mantel–Haenszel)", "Peto": "Common effect (Peto)"}  # fmt: skip
_ANALYSES = re.compile(
    r"^analyses:\n.*?(?=^# Choices that the multiverse)", re.MULTILINE | re.DOTALL
)
_OUTCOMES = re.compile(r"^outcomes:\n.*?(?=^# How forest plots)", re.MULTILINE | re.DOTALL)
_COMPARED = re.compile(r"^comparison:\n.*?(?=^# Weeks)", re.MULTILINE | re.DOTALL)
_WEEKS = re.compile(r"^# Weeks of the protocol.*?^weeks:[^\n]*\n\n", re.MULTILINE | re.DOTALL)


def config(
    starter: str,
    made: Folders,
    outcomes: Sequence[OutcomeFound],
    title: str,
    comparisons: Mapping[str, ComparisonFound] = MappingProxyType({}),
) -> str:
    """The starter's config.yaml with the file's treatments, outcomes and ways to pool."""
    analyses = _analyses(outcomes)
    compared = written_comparisons(comparisons) if comparisons else _comparison(made)
    text = _COMPARED.sub(lambda _: compared, starter)
    text = _WEEKS.sub("", text)
    text = _ANALYSES.sub(lambda _: _written_analyses(analyses), text)
    text = _OUTCOMES.sub(lambda _: _written_outcomes(outcomes, analyses, comparisons), text)
    text = text.replace("findings: [response]", f"findings: [{outcomes[0].id}]")
    return text.replace("title: Title of the review", f"title: {quoted(title)}") if title else text


def quoted(text: str) -> str:
    """A text as YAML reads it back, whatever stands in it."""
    return json.dumps(text, ensure_ascii=False)


def _comparison(made: Folders) -> str:
    sides: dict[str, dict[str, None]] = {"intervention": {}, "control": {}}
    for texts in made.values():
        for arm in _rows(texts["arms.csv"]):
            sides[arm["role"]][arm["treatment"]] = None
    names = {side: ", ".join(map(quoted, found)) for side, found in sides.items()}
    labels = {side: quoted(_joined([*found])) for side, found in sides.items() if found}
    written = ", ".join(f"{side}: {label}" for side, label in labels.items())
    return (
        f"comparison:\n  intervention: [{names['intervention']}]\n  control: [{names['control']}]\n"
        "  multi_arm: combine # arms of one side are added up before pooling\n"
        f"  labels: {{{written}}}\n\n"
    )


def written_comparisons(comparisons: Mapping[str, ComparisonFound]) -> str:
    """Several comparisons as config.yaml has them."""
    parts = ["comparisons:"]
    for name, one in comparisons.items():
        sides = {"intervention": one.intervention, "control": one.control}
        labels = ", ".join(f"{side}: {quoted(_joined(names))}" for side, names in sides.items())
        parts.append(f"  {name}:\n    label: {quoted(one.label[:_LONGEST_LABEL])}")
        parts += [f"    {side}: [{', '.join(map(quoted, ns))}]" for side, ns in sides.items()]
        parts.append(f"    multi_arm: combine\n    labels: {{{labels}}}")
    return "\n".join(parts) + "\n\n"


def _joined(names: Sequence[str]) -> str:
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
    arms = {row["arm_id"]: row["treatment"] for row in _rows(texts["arms.csv"])}
    found: dict[str, set[str]] = {}
    for row in _rows(texts["results.csv"]):
        own = {arms[row[name]] for name in ("arm_id", "reference_arm_id") if row.get(name)}
        found.setdefault(row["outcome"], set()).update(own)
    return found


def _rows(text: str) -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(text, newline=""))


def first_name(outcomes: Sequence[OutcomeFound]) -> str:
    """What the first outcome is called in results: with its comparison, if it has several."""
    first = outcomes[0]
    several = len(first.comparisons) > 1
    return f"{first.id}{IN_COMPARISON}{first.comparisons[0]}" if several else first.id


def _analyses(outcomes: Sequence[OutcomeFound]) -> dict[tuple[tuple[str, str], ...], str]:
    """A name for each way to pool: those of the file, then random effects by REML and HKSJ."""
    ways = dict.fromkeys(outcome.analysis for outcome in outcomes if outcome.analysis)
    named: dict[tuple[tuple[str, str], ...], str] = {}
    for way in ways:
        if way != _BY_METAFOR:
            words = "_".join(text for _, text in way).lower().replace("-", "_")
            named[way] = f"as_in_file_{words}"
    return named | {_BY_METAFOR: "primary"}


def _written_analyses(analyses: Mapping[tuple[tuple[str, str], ...], str]) -> str:
    parts = ["analyses:"]
    for way, name in analyses.items():
        choices = dict(way)
        label = _NAMES[choices["model"]]
        if choices["model"] == "random":
            label += f" ({choices['tau2']}, {choices['ci']})"
        said = "" if name == "primary" else " # as the imported file pools"
        parts.append(f"  {name}:{said}\n    label: {quoted(label)}")
        parts += [f"    {key}: {text}" for key, text in way]
        if choices["model"] == "random":
            parts.append("    prediction: t_k-1")
    return "\n".join(parts) + "\n\n"


def _written_outcomes(
    outcomes: Sequence[OutcomeFound],
    analyses: Mapping[tuple[tuple[str, str], ...], str],
    comparisons: Mapping[str, ComparisonFound] = MappingProxyType({}),
) -> str:
    parts = ["outcomes:"]
    labels: set[tuple[str, str]] = set()
    for outcome in outcomes:
        places = {(outcome.label, name) for name in outcome.comparisons or ("",)}
        label = f"{outcome.label} ({outcome.id})" if labels & places else outcome.label
        labels |= places
        own = [analyses[outcome.analysis]] if outcome.analysis else []
        names = dict.fromkeys([*own, "primary"])
        doubt = f"    # {_remark(outcome.doubt)}\n" if outcome.doubt else ""
        compared = _compared(outcome, comparisons)
        parts.append(
            f"  {outcome.id}:\n{doubt}    label: {quoted(label)}\n    outcome: {outcome.id}\n"
            f"    type: {outcome.type}\n    measure: {outcome.measure}\n"
            f"    direction: {outcome.direction} # look at this: benefit or harm\n{compared}"
            f"    analyses: [{', '.join(names)}]"
        )
    return "\n".join(parts) + "\n\n"


def _compared(outcome: OutcomeFound, comparisons: Mapping[str, ComparisonFound]) -> str:
    """The line that says in which comparisons an outcome is pooled; none where it is in all."""
    own = outcome.comparisons
    if len(own) == len(comparisons):
        return ""
    written = f"comparison: {own[0]}" if len(own) == 1 else f"comparisons: [{', '.join(own)}]"
    return f"    {written}\n"


def _remark(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def references(studies: Iterable[About], file: str, key: str) -> tuple[str, dict[str, str]]:
    """BibTeX of the file itself and of the studies' reports, and each study's key."""
    own = {"type": "misc", "title": f"Imported file {file}"}
    keys, entries = cited(studies, {key})
    return "\n".join([entry(key, own), *entries.values()]), keys


def cited(
    studies: Iterable[About], taken: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """A key that is not taken for each study whose report the file names, and the key's entry."""
    keys, entries = dict[str, str](), dict[str, str]()
    for about in studies:
        if about.reference.get("title"):
            key = key_for(about.reference, {*taken, *entries})
            keys[about.study], entries[key] = key, entry(key, about.reference)
    return keys, entries


def prose(text: str, outcomes: Sequence[OutcomeFound]) -> str:
    """A starter text about the first outcome instead of the example's."""
    return re.sub(r"\bresponse\.primary\b", f"{first_name(outcomes)}.primary", text)
