"""What single studies, and subsets of them, say of an outcome: the numbers behind its figures.

Of the effects of the primary analysis and their inverse variances, whatever pools them: with its
tau2 where it has one of effects, else about a common effect.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from metasynth.core.arrays import Array
from metasynth.core.distributions import two_sided_p
from metasynth.core.messages import Sentence, sentence
from metasynth.model import bounds
from metasynth.model.methods import CLUSTERED, compares
from metasynth.model.primary_effects import PrimaryEffects
from metasynth.model.records import OutcomeResult, StudyEffect
from metasynth.stats.effects.scales import finite
from metasynth.stats.influence import Influence, baujat, influence
from metasynth.stats.radial import radial
from metasynth.stats.subset_pools import subsets

LEAST_FOR_SUBSETS = 5
"""Effects whose subsets are pooled: fewer show no shape."""
COLUMNS, ROWS = 64, 50
"""Cells of effects, and of I² from 0 to 100, in which subsets are counted."""
ALONE = sentence("one study only")
NOT_INDEPENDENT = sentence("trials of one cluster are not independent, as this takes them to be")


@dataclass(frozen=True, slots=True)
class StudyDiagnostics:
    """How one study stands to the others; what is not defined is None.

    Left out: `rstudent` to `q_deleted`, of Viechtbauer and Cheung; `hat` is its share of the
    weight, from 0 to 1. Its point in a Baujat plot, `baujat_share` the part of Q in per cent, and
    in a Galbraith plot: `precision` (1 over its standard error), `z` (effect over standard error,
    `p` that of no effect) and whether it is beyond two standard errors of the common effect. The
    risks of its groups, from 0 to 1, of binary outcomes.
    """

    study: str
    label: str
    rstudent: float | None
    dffits: float | None
    cooks_distance: float | None
    covariance_ratio: float | None
    tau2_deleted: float | None
    q_deleted: float | None
    hat: float | None
    baujat_q: float | None
    baujat_pull: float | None
    baujat_share: float | None
    precision: float
    z: float
    p: float
    outside: bool | None
    risk_intervention: float | None
    risk_control: float | None


@dataclass(frozen=True, slots=True)
class SubsetPools:
    """The pools of all subsets of two studies and more, or of a sample of `count` of them (GOSH).

    Effects are on the natural scale, I² (from Q) in per cent. `cells` are numbers of subsets: a row
    of numbers for each of equal steps of I² from 0 to 100, and in each a number for each of equal
    steps of the effect (of its logarithm, if that is pooled) from `left` to `right`.
    """

    count: int
    complete: bool
    low: float
    middle: float
    high: float
    i2_low: float
    i2_middle: float
    i2_high: float
    left: float
    right: float
    cells: tuple[str, ...]

    def counts(self) -> Array:
        """The numbers of `cells`, a row a step of I²."""
        return np.array([[float(n) for n in row.split()] for row in self.cells])


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Each study that has an effect, in the order of the primary analysis's rows.

    `common` is the inverse-variance common effect, natural scale; `outside` and `more` count the
    studies far from it, and those with more events under the intervention. `reason` says why
    studies are not left out in turn.
    """

    studies: tuple[StudyDiagnostics, ...] = ()
    common: float | None = None
    outside: int | None = None
    more: int | None = None
    subsets: SubsetPools | None = None
    reason: Sentence | None = None


def diagnose(result: OutcomeResult) -> Diagnostics:
    """The diagnostics of an outcome's primary analysis."""
    data = PrimaryEffects.of(result)
    if not data.studies:
        return Diagnostics(reason=sentence("there is no pooled result"))
    if data.analysis.spec.model in CLUSTERED:
        own = tuple(_alone(data))
        return Diagnostics(own, more=_more(result, own), reason=NOT_INDEPENDENT)
    k, found, studies = len(data.studies), radial(data.y, data.v), tuple(_studies(data))
    return Diagnostics(
        studies,
        data.natural(found.common) if compares(result.outcome) else None,
        int(found.outside.sum()),
        _more(result, studies),
        _subsets(data),
        bounds.too_many(k) or (ALONE if k < 2 else None),
    )


def _more(result: OutcomeResult, studies: Sequence[StudyDiagnostics]) -> int | None:
    """How many studies have more events under the intervention; None of what is not counted."""
    if result.outcome.type != "binary":
        return None
    risks = [(one.risk_intervention or 0.0, one.risk_control or 0.0) for one in studies]
    return sum(a > b for a, b in risks)


def _alone(data: PrimaryEffects) -> Iterator[StudyDiagnostics]:
    """What each study tells by itself: its test, and the risks of its groups."""
    of_others = dict.fromkeys(field.name for field in fields(Influence))
    for study, y, v in zip(data.studies, data.y, data.v, strict=True):
        precision = float(1 / np.sqrt(v))
        yield StudyDiagnostics(
            study.study,
            study.label,
            **of_others,
            baujat_q=None,
            baujat_pull=None,
            baujat_share=None,
            precision=precision,
            z=float(y) * precision,
            p=two_sided_p(float(y) * precision),
            outside=None,
            risk_intervention=_risk(study, "intervention"),
            risk_control=_risk(study, "control"),
        )


def _studies(data: PrimaryEffects) -> Iterator[StudyDiagnostics]:
    k, method = len(data.y), data.tau2_method
    deleted = None
    if not bounds.too_many(k) and k >= (2 if method is None else 3):
        deleted = influence(data.y, data.v, method)
    q, pull = baujat(data.y, data.v) if k > 1 else (None, None)
    total = 1.0 if q is None else float(q.sum()) or 1.0
    found = radial(data.y, data.v)
    for i, study in enumerate(data.studies):
        names = [field.name for field in fields(Influence)]
        own = {name: finite(getattr(deleted, name)[i]) if deleted else None for name in names}
        yield StudyDiagnostics(
            study.study,
            study.label,
            **own,
            baujat_q=None if q is None else float(q[i]),
            baujat_pull=None if pull is None else float(pull[i]),
            baujat_share=None if q is None else 100 * float(q[i]) / total,
            precision=float(found.precision[i]),
            z=float(found.z[i]),
            p=two_sided_p(float(found.z[i])),
            outside=bool(found.outside[i]),
            risk_intervention=_risk(study, "intervention"),
            risk_control=_risk(study, "control"),
        )


def _risk(study: StudyEffect, side: str) -> float | None:
    """The share with the event in a group, as observed; None without counts."""
    events, total = getattr(study, f"events_{side}"), getattr(study, f"total_{side}")
    return events / total if total and events is not None else None


def _subsets(data: PrimaryEffects) -> SubsetPools | None:
    """The pools of subsets, of outcomes that compare and are no other's reading."""
    outcome = data.result.outcome
    if outcome.sensitivity_of or not compares(outcome) or len(data.y) < LEAST_FOR_SUBSETS:
        return None
    found = subsets(data.y, data.v)
    natural = np.exp(found.effects) if data.logarithmic else found.effects
    low, high = float(found.effects.min()), float(found.effects.max())
    free = (high - low) / (2 * COLUMNS) or 1e-3 * (abs(low) or 1.0)
    edges = np.linspace(low - free, high + free, COLUMNS + 1)
    counts, _, _ = np.histogram2d(found.i2, found.effects, (np.linspace(0, 100, ROWS + 1), edges))
    return SubsetPools(
        len(found.effects),
        found.complete,
        *_ends_and_middle(natural),
        *_ends_and_middle(found.i2),
        data.natural(low - free),
        data.natural(high + free),
        tuple(" ".join(f"{count:.0f}" for count in row) for row in counts),
    )


def _ends_and_middle(values: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, (0.0, 0.5, 1.0))
    return float(low), float(middle), float(high)
