"""Several rows of one study for one outcome: each is kept, named, and marked as of one cluster."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from metasynth.importers.found import About, CovariateFound, Item, Reading
from metasynth.model.clusters import CLUSTER


def separated(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Items by the label of the study that each becomes, so that none takes another's place.

    A study with several rows for one outcome becomes a study for each of its parts, named by them
    ("Smith 2001 (women)"), or numbered where they have no name. All keep what they share: the
    covariate `cluster`, by which a warning tells that they are not independent.
    """
    studies: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        studies.setdefault((item.study.casefold(), item.year), []).append(item)
    years: dict[str, int] = {}
    for name, _ in studies:
        years[name] = years.get(name, 0) + 1
    made: dict[str, list[Item]] = {}
    for (name, year), own in studies.items():
        label = own[0].study
        if years[name] > 1 and year and year not in label:
            label = f"{label} ({year})"
        for part, group in _parts(own).items():
            whole = f"{label} ({part})" if part else label
            made.setdefault(_not_among(whole, made), []).extend(group)
    return made


def _not_among(label: str, known: Mapping[str, object]) -> str:
    folded = {name.casefold() for name in known}
    number, made = 1, label
    while made.casefold() in folded:
        number += 1
        made = f"{label} ({number})"
    return made


def _parts(items: Sequence[Item]) -> dict[str, list[Item]]:
    """The items of a study by part: one of them where no outcome has several rows."""
    rows: dict[tuple[str, tuple[tuple[str, str], ...]], list[Item]] = {}
    for item in items:
        arms = tuple((result.arm, result.reference) for result in item.results)
        rows.setdefault((item.outcome, arms), []).append(item)
    parts: dict[str, list[Item]] = {}
    for same in rows.values():
        taken: set[str] = set()
        for number, item in enumerate(same, start=1):
            part = item.part if len(same) > 1 else ""
            if part in taken:
                part = f"{part}, {number}" if part else str(number)
            taken.add(part)
            parts.setdefault(part, []).append(item)
    return parts


def clustered(reading: Reading) -> Reading:
    """The reading, with a cluster's number for studies of which several parts are kept."""
    abouts = {about.study.casefold(): about for about in reading.studies}
    studies: dict[str, list[Item]] = {}
    for item in reading.items:
        studies.setdefault(item.study.casefold(), []).append(item)
    found = 0
    for name, items in studies.items():
        about = abouts.get(name, About(items[0].study, items[0].row))
        known = any(covariate.name == CLUSTER for covariate in about.covariates)
        if len({item.year for item in items}) == 1 and len(_parts(items)) > 1 and not known:
            found += 1
            cluster = CovariateFound(items[0].row, CLUSTER, str(found), items[0].study)
            abouts[name] = replace(about, covariates=(*about.covariates, cluster))
    return replace(reading, studies=tuple(abouts.values()))
