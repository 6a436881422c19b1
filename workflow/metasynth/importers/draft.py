"""config.yaml and references of a new review, from what an imported file says.

What the file does not say stands there as a choice to be looked at, with the reason beside it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from metasynth.importers import draft_comparisons
from metasynth.importers.draft_comparisons import quoted, rows_of
from metasynth.importers.found import About, ComparisonFound, OutcomeFound
from metasynth.importers.references import entry, key_for
from metasynth.importers.trial_folders import Folders, subgroup_of
from metasynth.model.clusters import CLUSTER
from metasynth.model.measure_catalogue import ONE_GROUP

_BY_METAFOR = (("model", "random"), ("tau2", "REML"), ("ci", "HKSJ"))
_NESTED = (("model", "three_level"), ("ci", "CR2"))
NESTED = "nested"
"""The name of the analysis that leads where trials are in clusters."""
_CORRELATED = (
    "    # correlation: 0.6 # of errors within clusters, where trials have the same patients"
)
_NAMES = {
    "three_level": "Three levels",
    "random": "Random effects",
    "IV": "Common effect (inverse variance)",
    "MH": "Common effect (Mantel–Haenszel)",
    "Peto": "Common effect (Peto)",
}
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
    clustered = in_clusters(made, outcomes)
    analyses = _analyses(outcomes, clustered)
    compared = draft_comparisons.written(comparisons) if comparisons else _comparison(made)
    text = _COMPARED.sub(lambda _: compared, starter)
    text = _WEEKS.sub("", text)
    text = _ANALYSES.sub(lambda _: _written_analyses(analyses), text)
    written = _written_outcomes(outcomes, analyses, clustered, comparisons)
    text = _OUTCOMES.sub(lambda _: written, text)
    text = text.replace("findings: [response]", f"findings: [{outcomes[0].id}]")
    return text.replace("title: Title of the review", f"title: {quoted(title)}") if title else text


def _comparison(made: Folders) -> str:
    sides: dict[str, dict[str, None]] = {"intervention": {}, "control": {}}
    for texts in made.values():
        for arm in rows_of(texts["arms.csv"]):
            sides[arm["role"]][arm["treatment"]] = None
    names = {side: ", ".join(map(quoted, found)) for side, found in sides.items()}
    labels = {
        side: quoted(draft_comparisons.joined(found)) for side, found in sides.items() if found
    }
    written = ", ".join(f"{side}: {label}" for side, label in labels.items())
    return (
        f"comparison:\n  intervention: [{names['intervention']}]\n  control: [{names['control']}]\n"
        "  multi_arm: combine # arms of one side are added up before pooling\n"
        f"  labels: {{{written}}}\n\n"
    )


def in_clusters(made: Folders, outcomes: Sequence[OutcomeFound]) -> frozenset[str]:
    """The outcomes of which some trials, and not all, are of one cluster.

    Those alone that the file does not pool itself: its own analysis leads where it names one.
    """
    found: dict[str, list[str]] = {}
    for study, texts in made.items():
        covariates = rows_of(texts.get("covariates.csv", ""))
        stated = (row["value"] for row in covariates if row["covariate"] == CLUSTER)
        name = next(stated, study)
        results = rows_of(texts["results.csv"])
        for outcome in {row["outcome"] for row in results}:
            found.setdefault(outcome, []).append(name)
    several = {outcome for outcome, names in found.items() if 1 < len(set(names)) < len(names)}
    return frozenset(one.id for one in outcomes if one.id in several and not one.analysis)


def _analyses(
    outcomes: Sequence[OutcomeFound], clustered: Collection[str]
) -> dict[tuple[tuple[str, str], ...], str]:
    """A name for each way to pool: those of the file, then random effects by REML and HKSJ.

    Three levels come first where trials of any outcome are in clusters.
    """
    ways = dict.fromkeys(outcome.analysis for outcome in outcomes if outcome.analysis)
    named: dict[tuple[tuple[str, str], ...], str] = {}
    for way in ways:
        if way != _BY_METAFOR:
            words = "_".join(text for _, text in way).lower().replace("-", "_")
            named[way] = f"as_in_file_{words}"
    nested = {_NESTED: NESTED} if clustered else {}
    return nested | named | {_BY_METAFOR: "primary"}


def _written_analyses(analyses: Mapping[tuple[tuple[str, str], ...], str]) -> str:
    parts = ["analyses:"]
    for way, name in analyses.items():
        choices = dict(way)
        label = _NAMES[choices["model"]]
        if choices["model"] == "random":
            label += f" ({choices['tau2']}, {choices['ci']})"
        if way == _NESTED:
            label += f" (REML, {choices['ci']})"
        said = "" if name in (NESTED, "primary") else " # as the imported file pools"
        parts.append(f"  {name}:{said}\n    label: {quoted(label)}")
        parts += [f"    {key}: {text}" for key, text in way]
        if choices["model"] in ("random", "three_level"):
            parts.append("    prediction: t_k-1")
        if way == _NESTED:
            parts.append(_CORRELATED)
    return "\n".join(parts) + "\n\n"


def _written_outcomes(
    outcomes: Sequence[OutcomeFound],
    analyses: Mapping[tuple[tuple[str, str], ...], str],
    clustered: Collection[str] = (),
    comparisons: Mapping[str, ComparisonFound] = MappingProxyType({}),
) -> str:
    parts = ["outcomes:"]
    labels: set[tuple[str, str]] = set()
    for outcome in outcomes:
        places = {(outcome.label, name) for name in outcome.comparisons or ("",)}
        label = f"{outcome.label} ({outcome.id})" if labels & places else outcome.label
        labels |= places
        names = _led_by(outcome, analyses, clustered)
        doubt = f"    # {_remark(outcome.doubt)}\n" if outcome.doubt else ""
        compared = draft_comparisons.line(outcome, comparisons)
        parts.append(
            f"  {outcome.id}:\n{doubt}    label: {quoted(label)}\n    outcome: {outcome.id}\n"
            f"    type: {outcome.type}\n    measure: {outcome.measure}\n"
            f"    direction: {outcome.direction} # look at this: benefit or harm\n{compared}"
            f"{_more(outcome)}"
            f"    analyses: [{', '.join(names)}]"
        )
    return "\n".join(parts) + "\n\n"


def _more(outcome: OutcomeFound) -> str:
    """The unit of means, and the subgroups by which the file compares its trials."""
    unit = f"    unit: {quoted(outcome.unit)}\n" if outcome.unit else ""
    if not outcome.subgroups:
        return unit
    levels = (f"{quoted(name)}: {n}" for n, name in enumerate(outcome.subgroups, start=1))
    return (
        f"{unit}    subgroup: {subgroup_of(outcome.id)}\n"
        f"    subgroup_levels: {{{', '.join(levels)}}}\n"
    )


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


def prose(text: str, outcomes: Sequence[OutcomeFound], clustered: Collection[str]) -> str:
    """A starter text about the first outcome, by the analysis that leads it.

    One group has no null to say of its interval on which side of it that lies.
    """
    first = outcomes[0]
    names = _analyses(outcomes, clustered)
    name = f"{draft_comparisons.first_name(outcomes)}.{_led_by(first, names, clustered)[0]}"
    if first.type in ONE_GROUP:
        text = text.replace("; {{ response.primary.reading }}", "")
    return re.sub(r"\bresponse\.primary\b", name, text)


def _led_by(
    outcome: OutcomeFound,
    analyses: Mapping[tuple[tuple[str, str], ...], str],
    clustered: Collection[str],
) -> list[str]:
    """The names of an outcome's analyses, that which leads first."""
    own = [analyses[outcome.analysis]] if outcome.analysis else []
    leads = [NESTED] if outcome.id in clustered else []
    return list(dict.fromkeys([*leads, *own, "primary"]))
