"""The keys `comparisons` of config.yaml: several comparisons, and the outcomes pooled in them.

An outcome is written once and pooled in each of its comparisons: it is read as one outcome for
each, and whatever names it names all of these. So no later stage knows of several comparisons, but
for the one that an outcome is of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault, nearest
from metasynth.core.strict_yaml import Keys
from metasynth.model.methods import compares
from metasynth.model.records import IN_COMPARISON, Comparison, Config
from metasynth.tables.table_schema import ID

ONE, SEVERAL = "comparison", "comparisons"
_OUTCOMES = "outcomes"
_BY_NAME: tuple[tuple[str, ...], ...] = (
    ("certainty", "indirectness", _OUTCOMES),
    ("living", "important_difference", _OUTCOMES),
)
"""Where else keys are the names of outcomes."""
_LISTED = ("certainty", "findings")
"""Where they stand in a list."""

Document = Mapping[str, Any]


def one_of(name: str, known: Sequence[str], where: str) -> tuple[str, str]:
    """What was expected in place of a name, and how it may be mended."""
    near = nearest(name, known)
    remedy = f"did you mean {near}?" if near else "correct the name, or declare it there"
    return f"a name {where} ({', '.join(known)})", remedy


def entry(name: str) -> Keys:
    """Where a comparison stands: one of several by its name, the only one by none."""
    return (SEVERAL, name) if name else (ONE,)


# --- what is read -------------------------------------------------------------------------------


def comparisons(document: Document) -> dict[str, Comparison]:
    """What is compared, by name: one by a blank; of one group nothing is."""
    if SEVERAL in document:
        return {name: _comparison(keys) for name, keys in document[SEVERAL].items()}
    return {"": _comparison(document.get(ONE, {"intervention": (), "control": ()}))}


def _comparison(keys: Document) -> Comparison:
    labels = keys.get("labels", {})
    return Comparison(
        intervention=tuple(keys["intervention"]),
        control=tuple(keys["control"]),
        multi_arm=keys.get("multi_arm", "combine"),
        strata=keys.get("strata", "add"),
        intervention_label=labels.get("intervention", ""),
        control_label=labels.get("control", ""),
        label=keys.get("label", ""),
    )


Read = Mapping[str, tuple[str, ...]]
"""The names of outcomes as they are written, and those of all as which each is read."""


def expanded(document: Document, lines: Lines) -> tuple[Document, Read]:
    """The document with an outcome for each comparison that it is pooled in, and what became what.

    Outcomes stand by their comparisons, and within one as they are written. `lines` learns which
    entries they stand for.
    """
    if SEVERAL not in document:
        return {**document, _OUTCOMES: {n: _of_one(k) for n, k in document[_OUTCOMES].items()}}, {}
    written, known = document[_OUTCOMES], tuple(document[SEVERAL])
    pairs = [(name, one) for one in known for name in written if one in _of(name, written, known)]
    outcomes = {
        _named(name, one, written): _outcome(written[name], one, written) for name, one in pairs
    }
    read: dict[str, tuple[str, ...]] = {}
    for name, one in pairs:
        read[name] = (*read.get(name, ()), _named(name, one, written))
        lines.stands_for((_OUTCOMES, _named(name, one, written)), (_OUTCOMES, name))
    return _renamed({**document, _OUTCOMES: outcomes}, read, lines), read


def _of_one(keys: Document) -> dict[str, Any]:
    """An outcome of a review with one comparison, which names none."""
    return {key: value for key, value in keys.items() if key not in (ONE, SEVERAL)}


def _of(name: str, written: Document, known: Sequence[str]) -> tuple[str, ...]:
    """The comparisons of an outcome: those that it names, of a reading its outcome's, or all.

    One that is misspelt is a fault; until it is mended it stands for the one most like it.
    """
    keys = written[name]
    if ONE in keys or SEVERAL in keys:
        return tuple(_known(one, known) for one in keys.get(SEVERAL) or [keys[ONE]])
    whole = keys.get("sensitivity_of", "")
    if whole != name and whole in written and "sensitivity_of" not in written[whole]:
        return _of(whole, written, known)
    return tuple(known)


def _known(name: str, known: Sequence[str]) -> str:
    return name if name in known else nearest(name, known) or known[0]


def _named(name: str, comparison: str, written: Document) -> str:
    """The name of an outcome in one comparison; one that is of no other keeps its own."""
    return name if _keeps(name, written) else f"{name}{IN_COMPARISON}{comparison}"


def _keeps(name: str, written: Document) -> bool:
    """Whether an outcome names its one comparison, or reads one that does and names none itself."""
    keys = written.get(name, {})
    whole = keys.get("sensitivity_of", "")
    if ONE in keys or SEVERAL in keys or whole in ("", name):
        return ONE in keys and SEVERAL not in keys
    return ONE in written.get(whole, {})


def _outcome(keys: Document, comparison: str, written: Document) -> dict[str, Any]:
    found = _of_one(keys) | {ONE: comparison}
    if whole := keys.get("sensitivity_of"):
        found["sensitivity_of"] = _named(whole, comparison, written)
    return found


def _renamed(document: dict[str, Any], read: Read, lines: Lines) -> dict[str, Any]:
    """The document with the names of outcomes elsewhere as they are read."""
    for path in _BY_NAME:
        document = _changed(document, path, lambda keys, at: dict(_by_name(keys, at, read, lines)))
    return _changed(document, _LISTED, lambda names, at: list(_in_list(names, at, read, lines)))


def _changed(document: dict[str, Any], path: Sequence[str], how: Any) -> dict[str, Any]:
    """The document with what stands at a path changed, if anything stands there."""

    def change(node: Any, at: Keys) -> Any:
        if len(at) == len(path):
            return how(node, at)
        key = path[len(at)]
        return node | {key: change(node[key], (*at, key))} if key in node else node

    changed: dict[str, Any] = change(document, ())
    return changed


def _by_name(keys: Document, at: Keys, read: Read, lines: Lines) -> Iterator[tuple[str, Any]]:
    """The entries of each outcome; what is said of one in one comparison goes before."""
    own = {new for name in read for new in read[name] if new in keys}
    for name, value in keys.items():
        for new in read.get(name, (name,)):
            if new == name or new not in own:
                lines.stands_for((*at, new), (*at, name))
                yield new, value


def _in_list(names: Iterable[str], at: Keys, read: Read, lines: Lines) -> Iterator[str]:
    place = 0
    for index, name in enumerate(names):
        for new in read.get(name, (name,)):
            lines.stands_for((*at, place), (*at, index))
            place += 1
            yield new


# --- what is wrong ------------------------------------------------------------------------------


def comparison_faults(document: Document, lines: Lines) -> Iterator[Fault]:
    """What a document says of its comparisons and cannot mean."""
    several = document.get(SEVERAL)
    if ONE in document and several is not None:
        expected = "either comparison or comparisons: a review has the one or the other"
        yield lines.fault((ONE,), "", expected, "move it below comparisons, under a name")
    if "label" in document.get(ONE, {}):
        expected = "nothing: the only comparison of a review is called by its sides"
        label = document[ONE]["label"]
        yield lines.fault((ONE, "label"), label, expected, "remove the key, or write it as labels")
    for name, keys in document[_OUTCOMES].items():
        yield from _outcome_faults((_OUTCOMES, name), keys, several, lines)
    if several is not None:
        yield from _name_faults(document[_OUTCOMES], tuple(several), lines)


def _outcome_faults(
    path: Keys, keys: Document, several: Document | None, lines: Lines
) -> Iterator[Fault]:
    said = [key for key in (ONE, SEVERAL) if key in keys]
    if said and several is None:
        expected = "nothing: the review has one comparison"
        remedy = "remove the key, or name several under comparisons"
        yield lines.fault((*path, said[0]), _text(keys[said[0]]), expected, remedy)
        return
    if len(said) > 1:
        expected = "either comparison or comparisons: one that it is of, or several"
        yield lines.fault((*path, ONE), keys[ONE], expected, "remove one of the two keys")
    known = tuple(several or ())
    named: list[tuple[Keys, str]] = [((*path, ONE), keys[ONE])] if ONE in keys else []
    named += [((*path, SEVERAL, i), name) for i, name in enumerate(keys.get(SEVERAL, ()))]
    for place, name in named:
        if name not in known:
            yield lines.fault(place, name, *one_of(name, known, "under comparisons"))


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _name_faults(written: Document, known: Sequence[str], lines: Lines) -> Iterator[Fault]:
    """Names that two outcomes would have, and those that are too long for a folder or a cell."""
    first: dict[str, str] = {}
    for name in written:
        read = {_named(name, one, written): one for one in _of(name, written, known)}
        for new, one in read.items():
            if first.setdefault(new, name) != name:
                expected = f"another name: {first[new]} is called {new} in {one}"
                yield lines.fault((_OUTCOMES, name), name, expected, "rename one of the two")
        if long := next((new for new in read if not ID.fullmatch(new)), None):
            expected = f"a name of at most 64 characters with that of its comparison: {long}"
            yield lines.fault((_OUTCOMES, name), name, expected, "shorten one of the two")


def sides_faults(config: Config, lines: Lines) -> Iterator[Fault]:
    """Sides that cannot be compared: of one comparison, and of several beside each other."""
    for name, one in config.comparisons.items():
        for index, treatment in enumerate(one.control):
            if treatment in one.intervention:
                expected = "a treatment that is not on the intervention side too"
                remedy = "remove it from one of the two sides"
                yield lines.fault((*entry(name), "control", index), treatment, expected, remedy)
        yield from _uncompared(config, name, lines)
    if "" not in config.comparisons:
        yield from _of_several(config, lines)


def _uncompared(config: Config, name: str, lines: Lines) -> Iterator[Fault]:
    """A side that an outcome needs and the comparison lacks."""
    own = (outcome for outcome in config.outcomes if outcome.comparison == name)
    compared = next((outcome for outcome in own if compares(outcome)), None)
    if compared and not config.comparisons[name].intervention:
        expected = f"what is compared with what, as {compared.id} compares two groups"
        remedy = "add comparison with intervention and control, or choose a type of one group"
        yield lines.fault(entry(name), "", expected, remedy)
    elif compared and not config.comparisons[name].control:
        expected = f"a treatment of the control side, as {compared.id} compares two"
        yield lines.fault((*entry(name), "control"), "", expected, "name it as in arms.csv")


def _of_several(config: Config, lines: Lines) -> Iterator[Fault]:
    """Comparisons without names, that nothing is pooled for, or that cannot be told apart."""
    pooled = {outcome.comparison for outcome in config.outcomes}
    for name, one in config.comparisons.items():
        for side in ("intervention", "control"):
            if not getattr(one, f"{side}_label") and getattr(one, side):
                expected = f"the name of its {side} side, by which readers tell comparisons apart"
                path = (*entry(name), "labels", side)
                yield lines.fault(path, None, expected, f"add labels with {side}")
        if name not in pooled:
            expected = f"a comparison that some outcome is pooled for: none is of {name}"
            remedy = "name it in the comparisons of an outcome, or remove it"
            yield lines.fault(entry(name), name, expected, remedy)
    for (first, one), (second, other) in combinations(config.comparisons.items(), 2):
        if {frozenset(side) for side in one.sides} == {frozenset(side) for side in other.sides}:
            expected = f"other arms than {first} has: both select the same"
            remedy = "correct its treatments, or remove one of the two"
            yield lines.fault(entry(second), second, expected, remedy)
        elif _called(one) == _called(other) and all(_called(one)):
            expected = f"other names of its sides than {first} has, so that readers tell them apart"
            path = (*entry(second), "labels")
            yield lines.fault(path, " / ".join(_called(other)), expected, "rename a side")


def _called(one: Comparison) -> tuple[str, str]:
    return one.intervention_label.casefold(), one.control_label.casefold()
