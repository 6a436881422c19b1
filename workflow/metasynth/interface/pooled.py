"""What `pool` gives: the engine's record of an outcome, and views of it."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from metasynth.core import store
from metasynth.core.messages import Refused, sentence
from metasynth.interface.columns import table
from metasynth.language.sentences import in_words
from metasynth.model.methods import CREDIBLE, DEFAULT_TAU2, no_effect
from metasynth.model.records import Estimate, Omission, OutcomeResult, StudyEffect

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from metasynth.sensitivity.battery import Sensitivity
    from metasynth.stats.permutation import PermutationTest


class Summary(str):
    """A text that a console shows as it is and a notebook in letters of one width."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The text itself, as a console shows what a line gives."""
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self)}</pre>"


class Pooled:
    """A pooled result. `result` is the engine's record; nothing here computes anew.

    Effects are on the natural scale; log_estimate, se and tau2 on the scale of the analysis (the
    logarithm for ratios), I2 and weights in per cent.
    """

    def __init__(self, result: OutcomeResult) -> None:
        self.result = result

    @property
    def pooled(self) -> Estimate:
        """The pooled effect of all studies; its fields are the columns of estimates.csv."""
        return self.result.analyses[0].estimates[0]

    @property
    def subgroups(self) -> tuple[Estimate, ...]:
        """The pooled effects of the subgroups, where there are any."""
        return self.result.analyses[0].estimates[1:]

    @property
    def studies(self) -> tuple[StudyEffect, ...]:
        """Each pooled study's own effect and weight; the columns of studies.csv."""
        return self.result.analyses[0].studies

    @property
    def omissions(self) -> tuple[Omission, ...]:
        """The studies that are not in the pool, and why."""
        return self.result.omissions

    def sensitivity(self) -> "Sensitivity":
        """Leave-one-out, cumulative, influence, asymmetry, trim and fill, fragility, absolute."""
        return self._sensitivity

    @cached_property
    def _sensitivity(self) -> "Sensitivity":
        from metasynth.sensitivity.battery import battery

        return battery(self.result)

    def permutation(self, most: int = 5000, seed: int = 1) -> "PermutationTest":
        """The test of the pooled effect by turning the studies' signs, tau2 being made anew.

        Parameters:
            most: all 2^k are made where they are no more; else so many are drawn.
            seed: the same ones are drawn for the same seed.

        Raises:
            Refused: of other models than random, intervals than Wald and HKSJ, and of one group.
        """
        import numpy as np

        from metasynth.stats.permutation import permuted_pool

        spec, measure = self.result.analyses[0].spec, self.pooled.measure
        permuted = spec.model == "random" and spec.ci in ("Wald", "HKSJ", "HKSJ-adhoc")
        if not permuted or spec.tau2 == "DL-MH" or no_effect(measure) is None:
            raise Refused(
                sentence(
                    "signs are turned of effects that model random pools, with ci Wald or HKSJ, "
                    "where a value means no effect"
                )
            )
        known = [(s.log_estimate, s.se) for s in self.studies]
        y, se = np.array(known, dtype=float).T
        return permuted_pool(y, se**2, spec.tau2 or DEFAULT_TAU2, spec.ci, most, seed)

    def to_frame(self, what: str = "studies") -> "pd.DataFrame":
        """A pandas frame in full precision, with the columns of the result tables.

        `what` is studies, estimates (all studies, then subgroups), leave_one_out, cumulative or
        omissions.

        Raises:
            KeyError: for any other.
        """
        if what not in _FRAMES:
            raise KeyError(f"{what!r} is not one of {', '.join(_FRAMES)}")
        frame: pd.DataFrame = table(_FRAMES[what](self))
        return frame

    def forest(self, ax: "Axes | None" = None) -> "Figure":
        """Draw the forest plot: on the axes given, else as a figure of its own.

        On given axes x is the effect on the natural scale, y the row, the first at the top.
        """
        from metasynth.figures.forest import forest, on_axes

        if ax is None:
            return forest.forest(self.result)
        return on_axes.draw(ax, self.result)

    def summary(self) -> Summary:
        """The studies and the pool as a text of columns, heterogeneity and what was left out."""
        pooled, spec = self.pooled, self.result.analyses[0].spec
        head = f"{pooled.measure}, {spec.label}: {pooled.k} studies"
        lines = [head, "=" * _WIDTH, _columns("", *self._heads(), "weight"), "-" * _WIDTH]
        lines += (_columns(*texts) for texts in self._rows())
        lines += ["-" * _WIDTH, *_facts(pooled)]
        lines += (
            f"{test.name}: {test.statistic:.4g}, p = {test.p:.4g}"
            for test in self.result.analyses[0].tests
        )
        lines += filter(None, [in_words(pooled.note)])
        lines += (f"Left out: {_left_out(one)}" for one in self.omissions)
        return Summary("\n".join(lines))

    def _heads(self) -> tuple[str, str]:
        """What stands above effects and limits: of a posterior, the pool's are credible."""
        return "effect", "95% interval" if self.pooled.ci_method == CREDIBLE else "95% CI"

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Name, effect, limits and weight of each study, then of the pool and its subgroups."""
        for study in self.studies:
            weight = "" if study.weight is None else f"{study.weight:.2f}%"
            yield study.label, *_effect(study), weight
        yield "Pooled", *_effect(self.pooled), ""
        for part in self.subgroups:
            yield f"Pooled: {part.subgroup}", *_effect(part), ""

    def __repr__(self) -> str:
        """The summary, as a console shows what a line gives."""
        return self.summary()

    def _repr_html_(self) -> str:
        """The summary as a table."""
        pooled, spec = self.pooled, self.result.analyses[0].spec
        head = _cells("th", "", *self._heads(), "weight")
        body = "".join(_cells("td", *texts) for texts in self._rows())
        facts = [*_facts(pooled), in_words(pooled.note)]
        facts += (f"Left out: {_left_out(one)}" for one in self.omissions)
        said = "<br>".join(escape(fact) for fact in facts if fact)
        caption = f"{pooled.measure}, {spec.label}: {pooled.k} studies"
        return f"<table><caption>{escape(caption)}</caption>{head}{body}</table><p>{said}</p>"


_WIDTH = 78


def _columns(name: str, effect: str, limits: str, weight: str) -> str:
    return f"{name[:34]:<34} {effect:>12} {limits:>21} {weight:>8}"


def _cells(tag: str, *texts: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(text)}</{tag}>' for text in texts)}</tr>"


def _effect(row: StudyEffect | Estimate) -> tuple[str, str]:
    return _number(row.estimate), f"[{_number(row.ci_low)}, {_number(row.ci_high)}]"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 else f"{value:.4g}"


def _facts(pooled: Estimate) -> list[str]:
    """Lines of the test, of heterogeneity and of prediction, those that exist."""
    named = "z" if pooled.df is None else f"t({pooled.df:.4g})"
    facts = ["The pooled interval is credible."] if pooled.ci_method == CREDIBLE else []
    if pooled.statistic is not None and pooled.p is not None:
        facts.append(f"Overall effect: {named} = {pooled.statistic:.4f}, p = {pooled.p:.4g}")
    if pooled.tau2 is not None:
        limits = f" [{_number(pooled.tau2_low)}, {_number(pooled.tau2_high)}]"
        by = pooled.tau2_method or "moments"
        facts.append(f"tau2 ({by}) = {_number(pooled.tau2)}{limits if pooled.tau2_method else ''}")
    if pooled.clusters is not None:
        facts.append(f"{pooled.clusters} clusters")
    for level in ("between", "within"):
        variance = getattr(pooled, f"tau2_{level}")
        if variance is not None:
            ends = (getattr(pooled, f"tau2_{level}_{end}") for end in ("low", "high"))
            limits = ", ".join(map(_number, ends))
            share = getattr(pooled, f"i2_{level}")
            shared = "" if share is None else f" [{limits}], I2 {share:.2f}%"
            facts.append(f"tau2 {level} = {_number(variance)}{shared}")
    if pooled.i2 is not None:
        facts.append(f"I2 = {pooled.i2:.2f}%")
    if pooled.q is not None and pooled.q_p is not None:
        facts.append(f"Q({pooled.q_df}) = {pooled.q:.4f}, p = {pooled.q_p:.4g}")
    if pooled.pi_low is not None:
        limits = f"[{_number(pooled.pi_low)}, {_number(pooled.pi_high)}]"
        facts.append(f"95% prediction interval {limits}")
    return facts


def _left_out(one: Omission) -> str:
    return f"{one.study}: {in_words(one.reason)}" if one.study else in_words(one.reason)


def _plain(records: Iterable[Estimate | StudyEffect]) -> list[dict[str, Any]]:
    """Records as rows in full precision, their notes in English."""
    return [store.plain(record, exact=True) | {"note": in_words(record.note)} for record in records]


_FRAMES: Mapping[str, Any] = {
    "studies": lambda r: _plain(r.studies),
    "estimates": lambda r: _plain(r.result.analyses[0].estimates),
    "leave_one_out": lambda r: _plain(r.sensitivity().leave_one_out),
    "cumulative": lambda r: _plain(r.sensitivity().cumulative),
    "omissions": lambda r: [{"study": o.study, "reason": in_words(o.reason)} for o in r.omissions],
}
