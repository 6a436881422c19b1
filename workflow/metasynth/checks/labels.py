"""Names that look the same and are not: blanks, dashes, look-alike letters, normal forms."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.records import Cell

_BLANKS = re.compile(r"\s+")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d-]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһӏАВЕЅІЈКМНОРСТУХοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdqwhlABESIJKMHOPCTYXoABEZHIKMNOPTYX",
)
"""Cyrillic and Greek letters that are drawn like Latin ones (Unicode's confusables)."""
_NEARLY_THE_SAME = 0.85

Normal = Callable[[str], str]
FORMS: dict[str, tuple[str, Normal]] = {
    "blanks": (
        "blanks (a double or a no-break one)",
        lambda text: _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip(),
    ),
    "dashes": ("the kind of dash", lambda text: _DASHES.sub("-", text)),
    "letters": ("a letter of another alphabet", lambda text: text.translate(LOOK_ALIKES)),
    "form": ("how accents are encoded", lambda text: unicodedata.normalize("NFKC", text)),
    "case": ("capitals", str.casefold),
}
"""How two names may differ though they look the same, and what makes them equal."""


def skeleton(text: str) -> str:
    """What is left of a name when all that cannot be seen, or hardly, is made equal."""
    for _, normal in FORMS.values():
        text = normal(text)
    return text


def difference(first: str, second: str) -> str:
    """The form in which two names differ that look the same; the first that is needed."""
    for name, (_, normal) in FORMS.items():
        first, second = normal(first), normal(second)
        if first == second:
            return name
    return ""


def _names(view: View) -> Iterator[tuple[str, str, Cell]]:
    """Names by which rows are told apart or taken together: of what kind, the name, its place."""
    from metasynth.model.covariates import columns_in_study

    groups = columns_in_study(view.outcomes)
    for trial in view.trials:
        for column in ("label", *sorted(groups)):
            yield column, getattr(trial.study, column), trial.study.cell
        yield from (("treatment", arm.treatment, arm.cell) for arm in trial.arms)
        yield from ((f"{trial.study.study} label", arm.label, arm.cell) for arm in trial.arms)
        for judged in trial.risk_of_bias:
            for column in ("tool", "domain", "judgement"):
                yield column, getattr(judged, column), judged.cell


def alike(view: View) -> dict[str, list[tuple[Cell, str, str]]]:
    """Names that look like an earlier one, by what they differ in: place, column, earlier name."""
    first: dict[tuple[str, str], str] = {}
    found: dict[str, list[tuple[Cell, str, str]]] = {name: [] for name in FORMS}
    told = set[tuple[str, str]]()
    for kind, name, cell in _names(view):
        if not name or (kind, name) in told:
            continue
        told.add((kind, name))
        key = (kind, skeleton(name))
        earlier = first.setdefault(key, name)
        if earlier != name and (form := difference(earlier, name)):
            found[form].append((cell, kind.split(" ")[-1], earlier))
    return found


def _alike(form: str, view: View) -> Iterator[Doubt]:
    what, _ = FORMS[form]
    for cell, column, earlier in view.once(alike)[form]:
        expected = (
            f"“{earlier}”, as elsewhere, or a name that looks different: they differ in {what}"
        )
        yield Doubt(cell, column, expected, f"copy the other name, if the two are one {column}")


def _group_near(view: View) -> Iterator[Doubt]:
    """A value of one trial by which trials are grouped, spelt nearly as that of several others."""
    from metasynth.model.covariates import columns_in_study

    for column in columns_in_study(view.outcomes):
        cells: dict[str, list[Cell]] = {}
        for trial in view.included:
            cells.setdefault(getattr(trial.study, column), []).append(trial.study.cell)
        usual = [name for name, places in cells.items() if len(places) > 1]
        for name, places in cells.items():
            near = difflib.get_close_matches(name, usual, n=1, cutoff=0.9)
            alone = bool(name) and len(places) == 1 and bool(near)
            if (
                alone
                and skeleton(near[0]) != skeleton(name)
                and near[0].count(" ") == name.count(" ")
            ):
                expected = f"“{near[0]}”, the group of other trials, or one that is not so near"
                yield Doubt(places[0], column, expected, f"did you mean {near[0]}?")


def _treatment_near(view: View) -> Iterator[Doubt]:
    """An arm whose treatment is a letter off is silently left out of the comparison."""
    compared = view.compared
    near: dict[str, list[str]] = {}
    for trial in view.trials if view.config else ():
        for arm in trial.arms:
            name = arm.treatment
            if name not in near:
                near[name] = difflib.get_close_matches(name, compared, 1, _NEARLY_THE_SAME)
            if near[name] and name not in compared:
                expected = f"another name, or {near[name][0]}: this arm takes no part in the"
                expected += " comparison"
                yield Doubt(arm.cell, "treatment", expected, f"did you mean {near[name][0]}?")


def _of(form: str) -> Check:
    what, _ = FORMS[form]
    return Check(
        f"names_differ_in_{form}",
        "study, arms, risk_of_bias",
        f"two labels, treatments, groups or judgements that differ only in {what}",
        partial(_alike, form),
    )


CHECKS = (
    *(_of(form) for form in FORMS),
    Check(
        "treatment_near",
        "arms",
        "a treatment spelt nearly as one that is compared",
        _treatment_near,
    ),
    Check(
        "group_near",
        "study",
        "a group of one trial, spelt nearly as that of several others",
        _group_near,
    ),
)
