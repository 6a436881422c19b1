"""The numbers of one record as they are printed, each marked with its key (see tracked.py)."""

from dataclasses import dataclass
from typing import Any

from metasynth.language import formats, keys
from metasynth.language.formats import NumberStyle
from metasynth.language.languages import Language
from metasynth.language.tracked import bare, marked
from metasynth.model.records import Estimate


@dataclass(frozen=True, slots=True)
class Printed:
    """Prints fields of a record: their keys are the record's own, `at`, and the field's name."""

    at: str
    style: NumberStyle

    def text(self, field: str, printed: str) -> str:
        """What is printed of a field already."""
        return marked(printed, f"{self.at}.{field}")

    def count(self, field: str, n: int | float | None) -> str:
        """A count."""
        return self.text(field, formats.count(n, self.style))

    def number(self, field: str, x: float | None, decimals: int = 2) -> str:
        """A number with so many decimals."""
        return self.text(field, formats.number(x, decimals, self.style))

    def positive(self, field: str, x: float | None) -> str:
        """A number that cannot be negative."""
        return self.text(field, formats.positive(x, self.style))

    def percent(self, field: str, x: float | None, decimals: int = 0) -> str:
        """A percentage."""
        return self.text(field, formats.percent(x, decimals, self.style))

    def p(self, field: str, x: float | None) -> str:
        """A p-value."""
        return self.text(field, formats.p_value(x, self.style))

    def estimate(self, field: str, measure: str, x: float | None) -> str:
        """An effect, or one of its limits, on the natural scale."""
        return self.text(field, formats.estimate(measure, x, self.style))

    def effect(self, record: Any) -> str:
        """The effect of a record with its interval: "1.58 [0.94, 2.65]"."""
        return f"{self.estimate('estimate', record.measure, record.estimate)} {self.limits(record)}"

    def bracketed(
        self, measure: str, estimate: float | None, low: float | None, high: float | None
    ) -> str:
        """An effect and its limits, the fields estimate, ci_low and ci_high, as `effect` has them.

        What kind of interval it is stands with whoever has no record of it.
        """
        fields = ("estimate", "ci_low", "ci_high")
        values = zip(fields, (estimate, low, high), strict=True)
        parts = [self.estimate(field, measure, value) for field, value in values]
        return formats.bracketed(parts[0], parts[1], parts[2], self.style)

    def limits(self, record: Any, kind: str = "ci") -> str:
        """A record's confidence ("ci") or prediction ("pi") interval: "[0.94, 2.65]"."""
        low, high = (
            self.estimate(name, record.measure, getattr(record, name))
            for name in (f"{kind}_low", f"{kind}_high")
        )
        printed = formats.between(low, high, self.style)
        return printed + (formats.named(record.ci_method) if kind == "ci" else "")


def of_pool(pool: Estimate, style: NumberStyle, place: int = 0) -> Printed:
    """A pooled estimate, at its `place` among those of its analysis."""
    return Printed(keys.pooled(pool.outcome, pool.analysis, place), style)


def predicts_more(pool: Estimate, language: Language) -> bool:
    """Whether a pool has a prediction interval that is printed otherwise than the interval.

    Where tau² is estimated as 0, most methods give the same limits: shown twice they would look
    like a second finding.
    """
    if pool.pi_low is None and pool.pi_high is None:
        return False
    own = of_pool(pool, language.numbers)
    interval, prediction = (bare(own.limits(pool, kind)) for kind in ("ci", "pi"))
    return interval.removesuffix(formats.named(pool.ci_method)) != prediction
