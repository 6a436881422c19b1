"""What the audit found about a statement, in words: the test, its numbers, what it hangs on."""

from collections.abc import Callable, Iterator, Mapping

from metasynth.audit.kinds import FREQUENT, KINDS, SELDOM
from metasynth.audit.verdicts import DEPENDS_ON_COUNTS, DEPENDS_ON_TEST, NOT_REPRODUCED, Audited
from metasynth.language import formats, keys
from metasynth.language.languages import message
from metasynth.language.tracked import marked
from metasynth.report.material import Scope
from metasynth.report.tables.base import contrast
from metasynth.report.text.names import joined, stated
from metasynth.report.text.phrases import versus
from metasynth.report.text.verdict_words import reason

TESTS = {"midp": message("mid-p"), "score": message("score test"), "wald": message("Wald test")}
WORDS = {
    "very_common": message("“very common”"),
    "common": message("“common (frequent)”"),
    "uncommon": message("“uncommon”"),
    "rare": message("“rare”"),
    "very_rare": message("“very rare”"),
}


class Found:
    """The numbers of one finding as marked text, and the sentences that they make."""

    def __init__(self, item: Audited, scope: Scope) -> None:
        self.item = item
        self._scope = scope
        self._language = scope.language
        self._say = scope.language.say
        self._style = scope.language.numbers

    def sentences(self) -> Iterator[str]:
        """What was found, why the verdict follows, then what it depends on."""
        item = self.item
        yield from _FOUND.get(item.method, Found.recomputed)(self)
        yield reason(item, self._scope.language)
        yield from self._dependence()

    def brief(self) -> Iterator[str]:
        """The numbers, and what the verdict hangs on, without what the verdict itself says."""
        item = self.item
        if item.method == "pool" and item.p is not None:
            yield f"{self.sides()}; {self.effect()}."
        else:
            yield from _FOUND.get(item.method, Found.recomputed)(self)
        if item.verdict == NOT_REPRODUCED:
            yield reason(item, self._scope.language)
        if item.verdict in (DEPENDS_ON_TEST, DEPENDS_ON_COUNTS):
            yield from self._hinges()

    def number(self, column: str, printed: str) -> str:
        """A printed number under the key of its column."""
        return marked(printed, keys.claim(self.item.claim_id, column))

    def written(self, printed: str) -> str:
        """A number as a publication prints it, with the language's decimal mark."""
        return self._scope.language.written(printed)

    def p(self, column: str) -> str:
        """A p-value."""
        return self.number(column, formats.p_value(getattr(self.item, column), self._style))

    def effect(self) -> str:
        """The measure with its estimate and interval: "RR 2.42 [1.42, 4.20]"."""
        item = self.item
        estimate, low, high = (
            self.number(column, formats.estimate(item.measure, getattr(item, column), self._style))
            for column in ("estimate", "ci_low", "ci_high")
        )
        if item.events_control == 0 and item.events_intervention:
            estimate, high = "∞", "∞"
        return f"{item.measure} {formats.bracketed(estimate, low, high, self._style)}"

    def counts(self, side: str) -> str:
        """Events of patients of one side: "27/59"."""
        events, total = (f"{what}_{side}" for what in ("events", "total"))
        values = [(column, getattr(self.item, column)) for column in (events, total)]
        return "/".join(
            self.number(column, formats.count(value, self._style)) for column, value in values
        )

    def percent(self, side: str) -> str:
        """The percentage that the counts of one side give, with one decimal."""
        events = getattr(self.item, f"events_{side}")
        total = getattr(self.item, f"total_{side}")
        return self.number(f"percent_{side}", formats.percent(100 * events / total, 1, self._style))

    def sides(self) -> str:
        """The counts of both sides, or of the only one."""
        known = [s for s in _SIDES if getattr(self.item, f"total_{s}") is not None]
        return versus((self.counts(side) for side in known), self._language)

    def fisher(self) -> Iterator[str]:
        """Two arms compared."""
        if self.item.p is not None:
            yield self._say(
                "{counts}; {effect}; Fisher's exact test: {p}.",
                counts=self.sides(),
                effect=self.effect(),
                p=stated(self.p("p_fisher"), "p"),
            )

    def ratio(self) -> Iterator[str]:
        """A ratio of two risks."""
        if self.item.estimate is not None:
            yield f"{self.sides()}; {self.effect()}."

    def every_split(self) -> Iterator[str]:
        """Two percentages of arms of unknown size."""
        if self.item.p is not None:
            yield self._say(
                "Fisher's exact test at each of {n} ways to divide the patients and round the "
                "percentages; the largest p is {p}.",
                n=self.number("tables", str(self.item.tables)),
                p=self.p("p_fisher"),
            )

    def pool(self) -> Iterator[str]:
        """A pooled result."""
        if self.item.p is not None:
            labels = {a.name: a.label for a in self._scope.material.config.analyses}
            yield self._say(
                "{counts}; {effect}, {p} ({analysis}).",
                counts=self.sides(),
                effect=self.effect(),
                p=stated(self.p("p"), "p"),
                analysis=labels[self.item.analysis],
            )
            primary = self._scope.outcomes[self.item.result]
            name = primary.result.analyses[0].spec.name
            if name not in (self.item.analysis, *self.item.differing.split()):
                yield f"{primary.main.label}: {primary.main.effect}."

    def most_trials(self) -> Iterator[str]:
        """How many trials bear a statement out."""
        if self.item.trials is not None:
            yield self._say(
                "Trials with counts that bear it out, each by Fisher's exact test: {holding} of "
                "{trials}.",
                holding=self.number("holding", str(self.item.holding)),
                trials=self.number("trials", str(self.item.trials)),
            )

    def percentages(self) -> Iterator[str]:
        """Percentages beside the counts."""
        sides = [s for s in _SIDES if getattr(self.item, f"events_{s}") is not None]
        if sides:
            yield "; ".join(f"{self.counts(side)} = {self.percent(side)}" for side in sides) + "."

    def frequency(self) -> Iterator[str]:
        """A risk beside the bound that a word stands for."""
        item = self.item
        if item.estimate is None:
            return
        risk, low, high = (
            self.number(column, formats.percent(100 * getattr(item, column), 1, self._style))
            for column in ("estimate", "ci_low", "ci_high")
        )
        at_least = item.assertion in FREQUENT
        bound = FREQUENT[item.assertion] if at_least else SELDOM[item.assertion]
        decimals = 2 if bound < 0.001 else 1 if bound < 0.01 else 0
        template = message("{counts} = {risk}; {word} is at least {bound}.")
        if not at_least:
            template = message("{counts} = {risk}; {word} is below {bound}.")
        yield self._say(
            template,
            counts=self.counts("intervention"),
            risk=formats.bracketed(risk, low, high, self._style),
            word=self._say(WORDS[item.assertion]),
            bound=formats.percent(100 * bound, decimals, self._style),
        )

    def recomputed(self) -> Iterator[str]:
        """A number beside the one that is printed."""
        template = KINDS[self.item.kind].recomputed
        if self.item.recomputed and template:
            value = self.number("recomputed", self.written(self.item.recomputed))
            yield self._say(template, value=value)

    def cited(self) -> Iterator[str]:
        """What the cited document prints."""
        yield self._say("The document cited prints {effect}.", effect=self.effect())

    def _dependence(self) -> Iterator[str]:
        """Whether another test or analysis, other counts or another reading decide otherwise."""
        item = self.item
        if item.tables is not None and item.tables > 1 and item.method != "every_split":
            n, agreeing = (self.number(c, str(getattr(item, c))) for c in ("tables", "agreeing"))
            if item.tables == item.agreeing:
                yield self._say("The same for all {n} combinations of admissible counts.", n=n)
            else:
                template = message(
                    "As for the counts shown, so for {agreeing} of {n} admissible combinations."
                )
                yield self._say(template, agreeing=agreeing, n=n)
        if item.excluded:
            yield self._scope.language.say_n(
                "{n} other combination fits the percentages, but not the published result of the "
                "two arms ({stated}) by any usual method.",
                "{n} other combinations fit the percentages, but not the published result of the "
                "two arms ({stated}) by any usual method.",
                item.excluded,
                n=self.number("excluded", str(item.excluded)),
                stated="; ".join(self._stated()),
            )
        yield from self._hinges()
        if item.without:
            labels = {t.study.study: t.study.label for t in self._scope.material.trials}
            names = joined([labels[name] for name in item.without.split()], self._scope.language)
            yield self._say("Without {trials}, whose counts no source states.", trials=names)

    def _hinges(self) -> Iterator[str]:
        """What decides otherwise: tests or analyses, and readings of the data."""
        if self.item.differing:
            yield self._say("Otherwise by: {names}.", names="; ".join(self._differing()))
        if self.item.readings:
            yield self._say("Otherwise when read as: {names}.", names="; ".join(self._readings()))

    def _stated(self) -> Iterator[str]:
        """The p-values and intervals that leave out counts."""
        (trial,) = (t for t in self._scope.material.trials if t.study.study == self.item.study)
        wanted = self.item.stated.split()
        for row in trial.results:
            if f"{row.cell.file}:{row.cell.row}" in wanted:
                yield from contrast(row, self._scope.language)

    def _differing(self) -> Iterator[str]:
        """The tests with their p, or the analyses with their estimates, that decide otherwise."""
        for name in self.item.differing.split():
            if name in TESTS:
                p = getattr(self.item, f"p_{name}")
                known = f" ({stated(self.p(f'p_{name}'), 'p')})" if p is not None else ""
                yield f"{self._say(TESTS[name])}{known}"
            else:
                numbers = self._scope.outcomes[self.item.result][name]
                yield f"{numbers.label}: {numbers.effect}"

    def _readings(self) -> Iterator[str]:
        item = self.item
        for reading in item.readings.split():
            for result in self._scope.material.results:
                spec = result.outcome
                if (spec.outcome, spec.week, spec.reading) == (item.outcome, item.week, reading):
                    yield spec.label
                    break
            else:
                yield self._scope.language.label(reading.replace("_", " "))


_SIDES = ("intervention", "control")
_FOUND: Mapping[str, Callable[[Found], Iterator[str]]] = {
    "fisher": Found.fisher,
    "ratio": Found.ratio,
    "every_split": Found.every_split,
    "pool": Found.pool,
    "most_trials": Found.most_trials,
    "count": Found.percentages,
    "granularity": Found.percentages,
    "percentage": Found.percentages,
    "frequency": Found.frequency,
    "cited_interval": Found.cited,
}
