"""The key `moderators` of an outcome in config.yaml: what it means, and what is wrong in itself.

What must be in the tables is checked in covariate_columns.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.core.strict_yaml import Keys
from metasynth.model.covariates import RISK_OF_BIAS, WORDS, is_category, level_order
from metasynth.model.judgement_levels import NAMES
from metasynth.model.methods import CLUSTERED, tests_offered
from metasynth.model.moderators import (
    ModeratorModel,
    ModeratorTerm,
    Profile,
    ProfileContrast,
    Setting,
)
from metasynth.model.resampling import PERMUTATION, WILD_BOOTSTRAP, resampling
from metasynth.validation.trials import not_among

KEY = "moderators"
_MEAN = "mean"
_OF_NUMBERS = ("centre", "per", "knots")


def moderator_models(keys: Mapping[str, Any]) -> tuple[ModeratorModel, ...]:
    """The models that an outcome declares, as they stand there."""
    return tuple(_model(name, own) for name, own in keys.get(KEY, {}).items())


def _model(name: str, keys: Mapping[str, Any]) -> ModeratorModel:
    profiles = keys.get("predictions", {}).items()
    contrasts = keys.get("contrasts", {}).items()
    return ModeratorModel(
        name,
        keys["label"],
        tuple(_term(term, own) for term, own in keys["terms"].items()),
        tuple(_in_order(pair, list(keys["terms"])) for pair in keys.get("interactions", ())),
        keys.get("tests", ""),
        tuple(Profile(n, own["label"], _settings(own["at"])) for n, own in profiles),
        tuple(
            ProfileContrast(n, own["label"], _settings(own["at"]), _settings(own["against"]))
            for n, own in contrasts
        ),
        scale=tuple(_term(term, own) for term, own in keys.get("scale", {}).items()),
        **resampling(keys),
    )


def _in_order(pair: Sequence[str], terms: Sequence[str]) -> tuple[str, str]:
    """A pair of terms as the model has them one after the other."""
    one, other = sorted(pair, key=lambda name: terms.index(name) if name in terms else len(terms))
    return one, other


def _term(name: str, keys: Mapping[str, Any]) -> ModeratorTerm:
    centre = keys.get("centre", 0.0)
    return ModeratorTerm(
        name,
        keys["label"],
        keys.get("column", name),
        tuple((level, float(number)) for level, number in keys.get("levels", {}).items()),
        tuple(map(float, keys.get("cuts", ()))),
        keys.get("reference", ""),
        None if centre == _MEAN else float(centre),
        float(keys.get("per", 1.0)),
        tuple(map(float, keys.get("knots", ()))),
    )


def _settings(values: Mapping[str, Any]) -> tuple[Setting, ...]:
    return tuple(
        Setting(term, level=value) if isinstance(value, str) else Setting(term, float(value))
        for term, value in values.items()
    )


def known_levels(term: ModeratorTerm) -> tuple[str, ...]:
    """The levels of a category that are known without the tables; none where these say them."""
    return NAMES[:-1] if term.column == RISK_OF_BIAS else level_order(term)


def moderator_faults(mapping: Mapping[str, Any], lines: Lines) -> Iterator[Fault]:
    """What is impossible about a document's moderators."""
    for id_, keys in mapping["outcomes"].items():
        yield from _subgroup_faults(keys, ("outcomes", id_), lines)
        for name, own in keys.get(KEY, {}).items():
            path: Keys = ("outcomes", id_, KEY, name)
            model = _model(name, own)
            yield from _test_faults(model, _leading(mapping, keys), path, lines)
            yield from _scale_faults(model, _leading(mapping, keys), path, lines)
            yield from _resampling_faults(model, _leading(mapping, keys), path, lines)
            for term in model.terms:
                place = (*path, "terms", term.name)
                yield from _term_faults(term, own["terms"][term.name], place, lines)
            yield from _unknown_terms(model, path, lines)
            for at, settings in model.profiles():
                yield from _setting_faults(model, settings, (*path, *at), lines)
            for contrast in model.contrasts:
                if set(contrast.at) == set(contrast.against):
                    place = (*path, "contrasts", contrast.name)
                    yield lines.fault(place, None, "two profiles that differ", "change one of them")


def _leading(mapping: Mapping[str, Any], keys: Mapping[str, Any]) -> str:
    """The model of an outcome's primary analysis; blank where there is none, which is told of."""
    names = keys.get("analyses") or [""]
    return str(mapping.get("analyses", {}).get(names[0], {}).get("model", ""))


def _test_faults(model: ModeratorModel, leading: str, path: Keys, lines: Lines) -> Iterator[Fault]:
    """Tests that the regression of a leading model has not."""
    offered = tests_offered(leading)
    if leading and model.ci and model.ci not in offered:
        expected = f"{', '.join(offered)}: the outcome’s primary analysis is of model {leading}"
        remedy = "change it, or remove the key"
        yield lines.fault((*path, "tests"), model.ci, expected, remedy)


def _scale_faults(model: ModeratorModel, leading: str, path: Keys, lines: Lines) -> Iterator[Fault]:
    """A scale of what has no tau² of each trial, of words, or beside a permutation test."""
    if not model.scale:
        return
    place = (*path, "scale")
    if leading in CLUSTERED:
        expected = f"nothing: trials of model {leading} have variances of clusters"
        yield lines.fault(place, None, expected, "remove the key")
    if model.permutation:
        expected = "no permutation: it would exchange what tau² depends on as well"
        yield lines.fault((*path, PERMUTATION), None, expected, "remove one of the keys")
    for term in model.scale:
        if term.column in WORDS:
            expected = "a number: tau² depends on numbers here"
            yield lines.fault((*place, term.name), term.column, expected, "code it as a covariate")


def _resampling_faults(
    model: ModeratorModel, leading: str, path: Keys, lines: Lines
) -> Iterator[Fault]:
    """Trials that cannot change places, clusters that there are not, tests without residuals."""
    clustered = leading in CLUSTERED
    if not leading:
        return
    if model.permutation and clustered:
        expected = f"{WILD_BOOTSTRAP}: effects of one cluster cannot change places with others"
        yield lines.fault((*path, PERMUTATION), None, expected, "rename the key")
    if model.wild_bootstrap and not clustered:
        expected = f"{PERMUTATION}: the primary analysis is of model {leading}, without clusters"
        yield lines.fault((*path, WILD_BOOTSTRAP), None, expected, "rename the key")
    elif model.wild_bootstrap and model.ci == "Wald":
        expected = "nothing: the wild bootstrap has the statistic of tests CR0, CR1 or CR2"
        yield lines.fault(
            (*path, WILD_BOOTSTRAP), None, expected, "change tests, or remove the key"
        )


def _subgroup_faults(keys: Mapping[str, Any], path: Keys, lines: Lines) -> Iterator[Fault]:
    """Subgroups by numbers without classes, and classes of what has none."""
    column = keys.get("subgroup", "")
    given = [key for key in ("subgroup_levels", "subgroup_cuts") if key in keys]
    for key in given if not column or column in WORDS else given[1:]:
        why = f"{column} is in words" if column else "there is no subgroup"
        why = "levels are declared" if column and column not in WORDS else why
        yield lines.fault((*path, key), None, f"nothing, as {why}", "remove the key")
    if column and column not in WORDS and not given:
        expected = f"subgroup_cuts or subgroup_levels, as {column} is a number"
        yield lines.fault((*path, "subgroup"), column, expected, "add one of them")
    cuts = keys.get("subgroup_cuts", [])
    if cuts != sorted(cuts):
        yield lines.fault((*path, "subgroup_cuts"), None, "numbers in rising order", "sort them")


def _term_faults(
    term: ModeratorTerm, keys: Mapping[str, Any], path: Keys, lines: Lines
) -> Iterator[Fault]:
    """Keys that say nothing together, and numbers out of order."""
    word = term.column in WORDS
    for key in ("levels", "cuts"):
        if key in keys and (word or (key == "cuts" and term.levels)):
            why = f"{term.column} is in words" if word else "levels are declared"
            yield lines.fault((*path, key), None, f"nothing, as {why}", "remove the key")
    category = is_category(term)
    for key in _OF_NUMBERS if category else ():
        if key in keys:
            expected = f"nothing: {term.name} is a category, and only a number has this"
            yield lines.fault((*path, key), None, expected, "remove the key")
    for key in ("cuts", "knots"):
        if list(getattr(term, key)) != sorted(getattr(term, key)):
            yield lines.fault((*path, key), None, "numbers in rising order", "sort them")
    if len({number for _, number in term.levels}) < len(term.levels):
        yield lines.fault((*path, "levels"), None, "another number for each level", "correct one")
    if term.reference and not category:
        expected = f"nothing: {term.name} is a number, and has no levels"
        yield lines.fault(
            (*path, "reference"), term.reference, expected, "remove it, or add levels"
        )
    elif term.reference and (known := known_levels(term)) and term.reference not in known:
        advice = not_among(term.reference, set(known), "a level of the term")
        yield lines.fault((*path, "reference"), term.reference, *advice)


def _unknown_terms(model: ModeratorModel, path: Keys, lines: Lines) -> Iterator[Fault]:
    known = {term.name for term in model.terms}
    pairs = [frozenset(pair) for pair in model.interactions]
    for number, pair in enumerate(model.interactions):
        for name in pair:
            if name not in known:
                advice = not_among(name, known, "a term of the model")
                yield lines.fault((*path, "interactions"), name, *advice)
        if pairs.index(frozenset(pair)) < number:
            yield lines.fault(
                (*path, "interactions"), " × ".join(pair), "each pair once", "remove one"
            )


def _setting_faults(
    model: ModeratorModel, settings: tuple[Setting, ...], path: Keys, lines: Lines
) -> Iterator[Fault]:
    """Terms that there are not, numbers for categories, and levels that there are not."""
    terms = {term.name: term for term in model.terms}
    for one in settings:
        place, term = (*path, one.term), terms.get(one.term)
        if term is None:
            yield lines.fault(
                place, one.term, *not_among(one.term, set(terms), "a term of the model")
            )
            continue
        category = is_category(term)
        if category and one.number is not None:
            yield lines.fault(place, one.number, "a level of the term", "write its name, in quotes")
        elif not category and one.number is None:
            yield lines.fault(place, one.level, "a number", "write the value without quotes")
        elif category and (known := known_levels(term)) and one.level not in known:
            yield lines.fault(
                place, one.level, *not_among(one.level, set(known), "a level of the term")
            )
