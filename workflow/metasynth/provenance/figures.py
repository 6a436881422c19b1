"""Numbers that only figures print, as entries: diagnostics of single trials, counts of points."""

from collections.abc import Callable, Collection, Iterator
from functools import cached_property

from metasynth.figures import catalogue
from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.model import bounds, covariates
from metasynth.model.primary_effects import PrimaryEffects
from metasynth.model.records import OutcomeResult, StudyEffect
from metasynth.provenance.entry import COMPUTED, Entry
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.diagnostics import Diagnostics

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

    def each(
        self, field: str, label: str, found: Diagnostics, everyone: bool = True
    ) -> Iterator[Value]:
        """A diagnostic of each study, made from all of them or from its own effect."""
        for study, own in zip(self.studies, found.studies, strict=True):
            made = self.all if everyone else self.own(study)
            yield f"{self.key(study)}.{field}", label, getattr(own, field), made


def drawn_entries(
    result: OutcomeResult, found: Sensitivity | None, figures: Collection[str], language: Language
) -> Iterator[Entry]:
    """What the named figures of an outcome print and no other part of the report does."""
    shown, diagnostics = _Shown.of(result), found.diagnostics if found else Diagnostics()
    names = {shown.key(study): study.label for study in shown.studies}
    for figure, values in _VALUES.items():
        drawn = figure in figures and not _too_few(figure, shown)
        for key, label, value, inputs in values(shown, diagnostics) if drawn else ():
            label_of = names.get(key.rpartition(".")[0])
            yield Entry(
                key=key,
                kind=COMPUTED,
                label=language.say(label),
                of="; ".join(filter(None, (language.label(result.outcome.label), label_of))),
                value=value,
                method=language.say(catalogue.OF_AN_OUTCOME[figure].method),
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


def _forest(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    if len(shown.result.studies) > bounds.DRAWN_ROWS:
        yield f"{shown.at('forest')}.k", message("trials in the figure"), len(shown.y), shown.all


def _drapery(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    label = message("p-value of no effect in this trial alone")
    yield from shown.each("p", label, found, False)


def _influence(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    for field, label in _INFLUENCE.items():
        yield from shown.each(field, label, found)


def _baujat(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    yield from shown.each("baujat_q", message("part of Cochran’s Q"), found)
    yield from shown.each("baujat_pull", message("squared change of the common effect"), found)
    yield from shown.each("baujat_share", message("part of Cochran’s Q, in per cent"), found)


def _galbraith(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    at = shown.at("galbraith")
    yield from shown.each("precision", message("1 over the standard error"), found, False)
    yield from shown.each("z", message("effect over its standard error"), found, False)
    yield f"{at}.k", message("trials in the figure"), len(found.studies), shown.all
    yield f"{at}.outside", message("trials outside the band"), found.outside, shown.all
    yield f"{at}.common", message("inverse-variance common effect"), found.common, shown.all


def _labbe(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    at, counted = shown.at("labbe"), list[str]()
    label = message("share of patients with the event, in per cent")
    known = 0
    for study, own in zip(shown.studies, found.studies, strict=True):
        if own.risk_intervention is None or own.risk_control is None:
            continue
        known += 1
        part = shown.parts[study.study, study.label]
        for side in ("intervention", "control"):
            key = keys.group(shown.result.outcome.id, study.study, side, part)
            made = (f"{key}.events", f"{key}.total")
            counted += made
            yield f"{key}.risk", label, 100 * (getattr(own, f"risk_{side}") or 0.0), made
    label = message("trials in which the event is more frequent under the intervention")
    yield f"{at}.more", label, found.more, tuple(counted)
    yield f"{at}.k", message("trials in the figure"), known, tuple(counted)


def _gosh(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    label, at = message("subsets of two or more trials that were pooled"), shown.at("gosh")
    if found.subsets:
        yield f"{at}.subsets", label, found.subsets.count, shown.all
        for name, label in _SPREAD.items():
            yield f"{at}.{name}", label, getattr(found.subsets, name), shown.all


def _funnel(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    yield f"{shown.at('funnel')}.k", message("trials in the figure"), len(shown.y), shown.all


def _adjusted(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    yield f"{shown.at('adjusted')}.k", message("trials in the figure"), len(shown.y), shown.all


def _bubble(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    spec = shown.result.outcome.covariate
    known = {(s.study, s.label): s for s in shown.result.studies}
    for study in shown.studies if spec else ():
        row = known[study.study, study.label]
        if spec and row.covariate is not None and row.covariate_cell:
            cell = keys.cell(row.covariate_cell, covariates.column(spec.name))
            label = message("characteristic of the trial")
            yield f"{shown.key(study)}.covariate", label, row.covariate, (cell,)


def _moderators(shown: _Shown, found: Diagnostics) -> Iterator[Value]:
    chosen = covariates.drawn_term(shown.result.outcome)
    known = {(s.study, s.label): s for s in shown.result.studies}
    for study in shown.studies if chosen else ():
        for value in known[study.study, study.label].values:
            if chosen and value.column == chosen[1].column and value.number is not None:
                cell = keys.cell(value.cell, covariates.column(value.column))
                label = message("characteristic of the trial")
                yield f"{shown.key(study)}.moderator", label, value.number, (cell,)


_VALUES: dict[str, Callable[[_Shown, Diagnostics], Iterator[Value]]] = {
    "forest": _forest,
    "drapery": _drapery,
    "influence": _influence,
    "baujat": _baujat,
    "galbraith": _galbraith,
    "labbe": _labbe,
    "gosh": _gosh,
    "funnel": _funnel,
    "adjusted": _adjusted,
    "bubble": _bubble,
    "moderators": _moderators,
}
"""What each figure prints, by its name in the catalogue."""
