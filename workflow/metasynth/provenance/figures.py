"""Numbers that only figures print, as entries: diagnostics of single trials, counts of points."""

from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from typing import Any

import numpy as np

from metasynth.figures import catalogue
from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.model import bounds
from metasynth.model.records import OutcomeResult, StudyEffect
from metasynth.provenance.entry import COMPUTED, Entry
from metasynth.provenance.sensitivity import ASYMMETRY, REGRESSED, REGRESSION
from metasynth.sensitivity import meta_regression
from metasynth.stats import small_study
from metasynth.stats.distributions import two_sided_p
from metasynth.stats.influence import baujat, influence
from metasynth.stats.radial import radial
from metasynth.stats.subset_pools import subsets
from metasynth.synthesis import covariates
from metasynth.synthesis.primary_effects import PrimaryEffects

Value = tuple[str, str, float | int | None, tuple[str, ...]]
"""A key, a label, a value and the keys that it was made from."""

_INFLUENCE = {
    "rstudent": message("studentised residual, the trial left out"),
    "dffits": message("DFFITS: change of the trial’s fitted value when it is left out"),
    "cooks_distance": message("Cook’s distance"),
    "hat": message("hat value: share of the weight, from 0 to 1"),
}
_SPREAD = {
    "low": message("lowest pooled effect of the subsets"),
    "middle": message("median pooled effect of the subsets"),
    "high": message("highest pooled effect of the subsets"),
    "i2_low": message("lowest I² of the subsets, in per cent"),
    "i2_middle": message("median I² of the subsets, in per cent"),
    "i2_high": message("highest I² of the subsets, in per cent"),
}
_METHODS = {
    "forest": message("counted"),
    "drapery": message("from the trial’s effect over its standard error, normal distribution"),
    "influence": message("deletion diagnostics of Viechtbauer and Cheung"),
    "baujat": message("about the inverse-variance common effect (Baujat)"),
    "galbraith": message("from the trial’s effect and standard error, on the analysis scale"),
    "labbe": message("patients with the event over all patients"),
    "gosh": message("random effects (REML) of every subset of the trials, or of a sample"),
    "funnel": message("Egger’s regression of effects on their standard errors"),
    "bubble": REGRESSED,
}


class _Shown(PrimaryEffects):
    """The effects that an outcome's figures show, with the keys of their numbers."""

    @cached_property
    def parts(self) -> dict[tuple[str, str], int]:
        return keys.parts(self.result.studies)

    def key(self, study: StudyEffect) -> str:
        part = self.parts[study.study, study.label]
        return keys.effect(self.result.outcome.id, study.analysis, study.study, part)

    def at(self, figure: str) -> str:
        return keys.figure(self.result.outcome.id, figure)

    def own(self, study: StudyEffect) -> tuple[str, ...]:
        return tuple(f"{self.key(study)}.{field}" for field in ("log_estimate", "se"))

    @cached_property
    def all(self) -> tuple[str, ...]:
        """The effects of all studies: one tuple, however many entries rest on it."""
        return tuple(key for study in self.studies for key in self.own(study))

    @cached_property
    def all_and_choice(self) -> tuple[str, ...]:
        return (*self.all, keys.analysis_choice(self.analysis.spec.name))

    def inputs(self, made: tuple[str, ...]) -> tuple[str, ...]:
        """What a number was made from, and the choice of the analysis."""
        if made is self.all:
            return self.all_and_choice
        return (*made, keys.analysis_choice(self.analysis.spec.name))

    def each(self, field: str, label: str, values: Any, everyone: bool = True) -> Iterator[Value]:
        """A value of each study, made from all of them or from its own effect."""
        for study, value in zip(self.studies, values, strict=True):
            made = self.all if everyone else self.own(study)
            yield f"{self.key(study)}.{field}", label, float(value), made


def drawn_entries(
    result: OutcomeResult, figures: Collection[str], language: Language
) -> Iterator[Entry]:
    """What the named figures of an outcome print and no other part of the results holds."""
    shown = _Shown.of(result)
    names = {shown.key(study): study.label for study in shown.studies}
    for figure, values in _VALUES.items():
        drawn = figure in figures and not _too_few(figure, shown)
        for key, label, value, inputs in values(shown) if drawn else ():
            label_of = names.get(key.rpartition(".")[0])
            yield Entry(
                key=key,
                kind=COMPUTED,
                label=language.say(label),
                of="; ".join(filter(None, (language.label(result.outcome.label), label_of))),
                value=value,
                method=language.say(_METHODS[figure]),
                inputs=shown.inputs(inputs),
                target=f"table-inputs_{result.outcome.id}",
            )


def _too_few(figure: str, shown: _Shown) -> bool:
    """Whether the figure only says that too few trials have an effect, as figures/draw.py
    decides."""
    with_effect = {(study.study, study.label) for study in shown.studies}
    own = [s for s in shown.result.studies if (s.study, s.label) in with_effect]
    valued = sum(study.covariate is not None for study in own)
    return bool(catalogue.reason(figure, shown.result.outcome, len(with_effect), valued))


def _forest(shown: _Shown) -> Iterator[Value]:
    if len(shown.result.studies) > bounds.DRAWN_ROWS:
        yield f"{shown.at('forest')}.k", message("trials in the figure"), len(shown.y), shown.all


def _drapery(shown: _Shown) -> Iterator[Value]:
    p = [two_sided_p(float(y) / float(v) ** 0.5) for y, v in zip(shown.y, shown.v, strict=True)]
    yield from shown.each("p", message("p-value of no effect in this trial alone"), p, False)


def _influence(shown: _Shown) -> Iterator[Value]:
    found = influence(shown.y, shown.v, shown.tau2_method)
    for field, label in _INFLUENCE.items():
        yield from shown.each(field, label, getattr(found, field))


def _baujat(shown: _Shown) -> Iterator[Value]:
    q, pull = baujat(shown.y, shown.v)
    yield from shown.each("baujat_q", message("part of Cochran’s Q"), q)
    yield from shown.each("baujat_pull", message("squared change of the common effect"), pull)
    share = message("part of Cochran’s Q, in per cent")
    yield from shown.each("baujat_share", share, 100 * q / (q.sum() or 1.0))


def _galbraith(shown: _Shown) -> Iterator[Value]:
    found, at = radial(shown.y, shown.v), shown.at("galbraith")
    yield from shown.each("precision", message("1 over the standard error"), found.precision, False)
    yield from shown.each("z", message("effect over its standard error"), found.z, False)
    yield f"{at}.k", message("trials in the figure"), len(found.z), shown.all
    outside = int(found.outside.sum())
    yield f"{at}.outside", message("trials outside the band"), outside, shown.all
    natural = shown.natural(found.common)
    yield f"{at}.common", message("inverse-variance common effect"), natural, shown.all


def _labbe(shown: _Shown) -> Iterator[Value]:
    outcome, more = shown.result.outcome.id, 0
    at, counted = shown.at("labbe"), list[str]()
    for study in shown.studies:
        part, risks = shown.parts[study.study, study.label], {}
        for side in ("intervention", "control"):
            key = keys.group(outcome, study.study, side, part)
            events, total = (getattr(study, f"{what}_{side}") or 0 for what in ("events", "total"))
            risks[side] = events / (total or 1)
            made = (f"{key}.events", f"{key}.total")
            counted += made
            label = message("share of patients with the event, in per cent")
            yield f"{key}.risk", label, 100 * risks[side], made
        more += risks["intervention"] > risks["control"]
    label = message("trials in which the event is more frequent under the intervention")
    yield f"{at}.more", label, more, tuple(counted)
    yield f"{at}.k", message("trials in the figure"), len(shown.studies), tuple(counted)


def _gosh(shown: _Shown) -> Iterator[Value]:
    found, at = subsets(shown.y, shown.v), shown.at("gosh")
    label = message("subsets of two or more trials that were pooled")
    yield f"{at}.subsets", label, len(found.effects), shown.all
    for name, value in found.spread(shown.logarithmic).items():
        yield f"{at}.{name}", _SPREAD[name], value, shown.all


def _funnel(shown: _Shown) -> Iterator[Value]:
    yield f"{shown.at('funnel')}.k", message("trials in the figure"), len(shown.y), shown.all
    try:
        test = small_study.egger(shown.y, shown.v)
    except ValueError:
        return
    for field, label in ASYMMETRY.items():
        key = f"{keys.asymmetry(shown.result.outcome.id, 'Egger')}.{field}"
        yield key, label, getattr(test, field), shown.all


def _bubble(shown: _Shown) -> Iterator[Value]:
    spec = shown.result.outcome.covariate
    known = {(s.study, s.label): s for s in shown.result.studies}
    rows = [known[study.study, study.label] for study in shown.studies]
    kept = [i for i, row in enumerate(rows) if row.covariate is not None]
    cells = {
        i: keys.cell(cell, covariates.column(spec.name))
        for i in kept
        if spec and (cell := rows[i].covariate_cell)
    }
    made = (*(key for i in kept for key in shown.own(shown.studies[i])), *cells.values())
    for i, value in cells.items():
        key = f"{shown.key(shown.studies[i])}.covariate"
        yield key, message("characteristic of the trial"), rows[i].covariate, (value,)
    model = meta_regression.fit(
        shown.y[kept], shown.v[kept], np.array([rows[i].covariate for i in kept], dtype=float)
    )
    slope, at = model.intervals[1], keys.regression(shown.result.outcome.id, "")
    field = "ratio" if shown.logarithmic else "slope"
    values = {
        "k": len(kept),
        field: shown.natural(float(model.coefficients[1])),
        f"{field}_low": shown.natural(slope.low),
        f"{field}_high": shown.natural(slope.high),
        "p": model.qm_p,
    }
    for name, number in values.items():
        yield f"{at}{name}", REGRESSION[name], number, made


_VALUES: dict[str, Callable[[_Shown], Iterator[Value]]] = {
    "forest": _forest,
    "drapery": _drapery,
    "influence": _influence,
    "baujat": _baujat,
    "galbraith": _galbraith,
    "labbe": _labbe,
    "gosh": _gosh,
    "funnel": _funnel,
    "bubble": _bubble,
}
"""What each figure prints, by its name in the catalogue."""
