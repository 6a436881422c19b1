"""The summary of findings and the certainty of evidence as tables, in words and signs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from metasynth.grade.certainty import Rating
from metasynth.grade.summary_of_findings import Finding
from metasynth.language import formats, keys
from metasynth.language.compared import sides
from metasynth.language.interval_names import explained, intervals_name
from metasynth.language.languages import Language, message
from metasynth.language.sentences import in_words, lowered
from metasynth.language.tracked import marked
from metasynth.language.units import with_unit
from metasynth.model.certainty_config import (
    LEVELS,
    LOWERING,
    OVERALL,
    RAISING,
    CertaintyRules,
    rule_numbers,
)
from metasynth.model.methods import CREDIBLE, MEASURE, is_ratio
from metasynth.report.document import Column, Inlines, Link, Row, Styled, Text, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import (
    RIGHT,
    RISKS_OF_SCORES,
    NoTableError,
    TableBody,
    group,
    letters,
    row,
)
from metasynth.report.tables.certainty_footnotes import (
    footnotes,
    level,
    lower_start,
    sentence,
    told,
)
from metasynth.report.text.conclusion_words import of_outcome, signed_certainty, words
from metasynth.report.text.names import short_measure, spelled_out
from metasynth.report.text.terms import DOMAINS

_SOURCES = {
    "rule": message("rule"),
    "panel": message("panel"),
    "panel and rule": message("panel and rule"),
}
_RISKS = {
    "pooled": message("The risk with control is that of all control groups together."),
    "median": message("The risk with control is the median of the control groups."),
    "declared": message("The risk with control is declared."),
}


def findings_of(scope: Scope, comparison: str) -> TableBody:
    """The summary of findings of one of several comparisons."""
    own = {outcome.id for outcome in scope.by_comparison[comparison]}
    shown = tuple(line for line in scope.material.findings if line.outcome in own)
    if not shown:
        raise NoTableError(f"the summary of findings has no outcome of {comparison}")
    return findings_table(replace(scope, material=replace(scope.material, findings=shown)))


def findings_table(scope: Scope) -> TableBody:
    """The summary of findings: a row an outcome, a second where another analysis judges it.

    Raises:
        NoTableError: of a review with several comparisons, each of which has its own.
    """
    if (
        len({scope.outcomes[f.outcome].result.outcome.comparison for f in scope.material.findings})
        > 1
    ):
        raise NoTableError("each comparison has a summary of findings of its own")
    say = scope.language.say
    columns = (
        Column(say("Outcome"), width=2.1),
        Column(say("Participants (trials)"), RIGHT, 1.15),
        Column(_effect_title(scope), RIGHT, 1.75),
        *_risk_columns(scope),
        Column(say("Certainty (GRADE)"), width=1.45),
        Column(say("What it means"), width=3.1),
    )
    rows = [row for _, found in _by_outcome(scope) for row in _finding_rows(scope, found)]
    return (
        text(_named(scope) + _caption(scope)),
        columns,
        tuple(rows),
        text(_key(scope)),
        footnotes(_ratings_by_outcome(scope), _letters(scope), scope.language),
    )


def _named(scope: Scope) -> str:
    """The label of one of several comparisons, where it has another than its sides."""
    shown = (scope.outcomes[line.outcome].result.comparison for line in scope.material.findings)
    label = next((one.label for one in shown), "")
    return f"{scope.language.label(label)}. " if label else ""


def _caption(scope: Scope) -> str:
    """What is summarised; a review of one group compares nothing."""
    say, (intervention, control) = scope.language.say, _sides(scope)
    if not any(scope.outcomes[line.outcome].compared for line in scope.material.findings):
        return say("Summary of findings. Certainty is {source}.", source=_whose(scope))
    return say(
        "Summary of findings: {intervention} against {control}. Certainty is {source}.",
        intervention=lowered(intervention),
        control=lowered(control),
        source=_whose(scope),
    )


def _sides(scope: Scope) -> tuple[str, str]:
    """The names of the sides that are compared."""
    shown = [scope.outcomes[line.outcome].result.comparison for line in scope.material.findings]
    return sides(next(iter((*shown, *scope.material.config.comparisons.values()))), scope.language)


def _effect_title(scope: Scope) -> str:
    """Ratios alone are relative effects, and a proportion is no effect at all."""
    lines, kind = scope.material.findings, _interval(scope)
    if all(is_ratio(line.measure) for line in lines):
        return scope.language.say("Relative effect [95% {interval}]", interval=kind)
    if all(scope.outcomes[line.outcome].compared for line in lines):
        return scope.language.say("Effect [95% {interval}]", interval=kind)
    return scope.language.say("Estimate [95% {interval}]", interval=kind)


def _interval(scope: Scope) -> str:
    """What the intervals of the summary are."""
    return intervals_name(_kinds(scope), scope.language)


def _kinds(scope: Scope) -> list[bool]:
    """Whether the interval of each line is credible."""
    return [line.ci_method == CREDIBLE for line in scope.material.findings]


def _risk_columns(scope: Scope) -> tuple[Column, ...]:
    """The columns of the absolute effect, where any line has one."""
    say, (intervention, control) = scope.language.say, _sides(scope)
    if not _has_risks(scope):
        title = say("Per 1000 people [95% {interval}]", interval=_interval(scope))
        return (Column(title, RIGHT, 1.5),) if _has_shares(scope) else ()
    return (
        Column(say("Risk with {side}, per 1000", side=lowered(control)), RIGHT, 1.05),
        Column(say("Risk with {side}, per 1000", side=lowered(intervention)), RIGHT, 1.05),
        Column(say("Difference per 1000 [95% {interval}]", interval=_interval(scope)), RIGHT, 1.5),
    )


def _has_risks(scope: Scope) -> bool:
    return any(line.control_risk is not None for line in scope.material.findings)


def _has_shares(scope: Scope) -> bool:
    """Whether any line is of one group's proportion."""
    return any(
        line.control_risk is None and line.intervention_risk is not None
        for line in scope.material.findings
    )


def _whose(scope: Scope) -> str:
    """Whether people rated the outcomes of the summary or a rule suggests their certainty."""
    say, shown = scope.language.say, {f.outcome for f in scope.material.findings}
    overall = [r for r in scope.material.ratings if r.domain == OVERALL and r.outcome in shown]
    sources = {r.source for r in overall}
    if sources == {"panel"}:
        return say("that rated by a panel")
    if sources == {"rule"}:
        return say("suggested by rule, not judged by a panel")
    return say("rated by a panel or, where the footnotes do not say so, suggested by rule")


def _by_outcome(scope: Scope) -> Iterator[tuple[str, list[tuple[int, Finding]]]]:
    """The lines of each outcome, numbered from 1."""
    for outcome, lines in groupby(scope.material.findings, key=lambda line: line.outcome):
        yield outcome, list(enumerate(lines, start=1))


def _finding_rows(scope: Scope, lines: Sequence[tuple[int, Finding]]) -> Iterator[Row]:
    for number, line in lines:
        first = number == 1
        yield row(
            _name(scope, line, first),
            _people(scope, line, number) if first else "",
            _effect(scope, line),
            *_per_thousand(scope, line, number),
            _certainty(scope, line) if line.judged else "",
            _meaning(scope, line, number),
        )


def _name(scope: Scope, line: Finding, first: bool) -> str:
    say, outcome = scope.language.say, scope.outcomes[line.outcome]
    if line.risk_origin == "declared":
        risk = formats.number(line.control_risk, 0, scope.language.numbers)
        return say("{outcome}, at a risk of {risk} per 1000", outcome=outcome.short, risk=risk)
    if first:
        return outcome.short
    label = next(a.spec.label for a in outcome.result.analyses if a.spec.name == line.analysis)
    return f"– {label}"


def _people(scope: Scope, line: Finding, number: int) -> str:
    """Participants and trials: "708 (3)"."""
    printed = formats.count(line.participants, scope.language.numbers)
    people = marked(printed, f"{keys.finding(line.outcome, number)}.participants")
    trials = scope.outcomes[line.outcome][line.analysis].k
    return f"{people} ({trials})" if line.k else formats.MISSING


def _effect(scope: Scope, line: Finding) -> Inlines:
    """The pooled effect; a dagger marks an interval of one degree of freedom."""
    if line.estimate is None:
        return text(scope.language.say("not estimable"))
    at, style = keys.pooled(line.outcome, line.analysis), scope.language.numbers
    effect, low, high = (
        marked(formats.estimate(line.measure, getattr(line, name), style), f"{at}.{name}")
        for name in ("estimate", "ci_low", "ci_high")
    )
    outcome = scope.outcomes[line.outcome]
    short = outcome.measure
    if outcome.compared:
        letters = short_measure(line.measure, scope.language)
        short = letters and with_unit(letters, outcome.result.outcome, scope.language)
    measure = f"{short}\u00a0" if short else ""
    dagger = "\u00a0†" if line.one_degree else ""
    interval = f"{_bracketed(effect, low, high, style)}{formats.named(line.ci_method)}"
    return text(f"{measure}{interval}{dagger}")


def _per_thousand(scope: Scope, line: Finding, number: int) -> tuple[str, ...]:
    """The cells of the columns of absolute effects, where there are any."""
    if _has_risks(scope):
        return _absolute(scope, line, number)
    return (_share(scope, line, number),) if _has_shares(scope) else ()


def _share(scope: Scope, line: Finding, number: int) -> str:
    """One group's proportion per 1000 people with its interval."""
    if line.intervention_risk is None:
        return formats.MISSING
    at, style = keys.finding(line.outcome, number), scope.language.numbers
    share, low, high = (
        marked(formats.per_thousand(getattr(line, f"intervention_{name}"), style),
               f"{at}.intervention_{name}")
        for name in ("risk", "low", "high")
    )  # fmt: skip
    return _bracketed(share, low, high, style)


def _absolute(scope: Scope, line: Finding, number: int) -> tuple[str, str, str]:
    """The risks and their difference per 1000; a difference has its sign."""
    if line.control_risk is None:
        return formats.MISSING, _share(scope, line, number), formats.MISSING
    at, style = keys.finding(line.outcome, number), scope.language.numbers
    control, treated = (
        marked(formats.per_thousand(getattr(line, name), style), f"{at}.{name}")
        for name in ("control_risk", "intervention_risk")
    )
    difference, low, high = (
        marked(_signed(getattr(line, name), style), f"{at}.{name}")
        for name in ("difference", "difference_low", "difference_high")
    )
    interval = _bracketed(difference, low, high, style)
    return control, treated, f"{interval}{formats.named(line.ci_method)}"


def _bracketed(effect: str, low: str, high: str, style: formats.NumberStyle) -> str:
    """An effect with its interval, which is not broken over lines."""
    unbroken = style.separator.replace(" ", "\u00a0")
    return f"{effect} [{low}{unbroken}{high}]"


def _signed(value: float, style: formats.NumberStyle) -> str:
    return ("+" if value > 0 else "") + formats.per_thousand(value, style)


def _certainty(scope: Scope, line: Finding) -> Inlines:
    """The certainty, leading to its reasons, with the letter of its footnote."""
    words = _level(scope, line.outcome)
    letter = _letters(scope)[line.outcome]
    link = Link(f"#certainty-{line.outcome}", text(words))
    return (link, Text("\u00a0"), Styled("superscript", text(letter)))


def _level(scope: Scope, outcome: str) -> str:
    """An outcome's certainty in signs and words."""
    found = of_outcome(scope.material.conclusions, outcome)
    return signed_certainty(found, scope.language) if found else ""


def _meaning(scope: Scope, line: Finding, number: int) -> str:
    """What is concluded, in a sentence; at a declared risk, by the size of the effect there.

    A standardised difference is said in other words behind it.
    """
    said = [_conclusion(scope, line), *_in_other_words(scope, line, number)]
    return " ".join(part for part in said if part)


def _conclusion(scope: Scope, line: Finding) -> str:
    found = of_outcome(scope.material.conclusions, line.outcome)
    if found is None or not line.judged:
        return ""
    here = replace(found, size=line.size, sign=line.sign)
    of = scope.outcomes[line.outcome]
    return words(here, of.result.outcome, of.short, _sides(scope)[0], scope.language).conclusion


def _in_other_words(scope: Scope, line: Finding, number: int) -> Iterator[str]:
    """A standardised difference on a familiar instrument, and as a probability."""
    language, result = scope.language, scope.outcomes[line.outcome].result
    intervention, control = map(lowered, sides(result.comparison, language))
    at, style, known = (
        keys.finding(line.outcome, number),
        language.numbers,
        result.outcome.instrument,
    )

    def printed(name: str, shown: Callable[[float], str]) -> str:
        one, low, high = (
            marked(shown(getattr(line, f"{name}{end}")), f"{at}.{name}{end}")
            for end in ("", "_low", "_high")
        )
        return f"{_bracketed(one, low, high, style)}{formats.named(line.ci_method)}"

    if known is not None and line.units is not None:
        yield language.say(
            "In units of {instrument} that is {effect}, one standard deviation being {sd}.",
            instrument=language.label(known.label),
            effect=printed("units", lambda x: formats.estimate("MD", x, style)),
            sd=marked(formats.shortest(known.sd, style), keys.instrument(line.outcome)),
        )
    if line.superiority is not None:
        yield language.say(
            "Someone with {intervention} fares better than someone with {control} with a "
            "probability of {probability}.",
            intervention=intervention,
            control=control,
            probability=printed("superiority", lambda x: formats.percent(100 * x, 0, style)),
        )


def _ratings(scope: Scope, outcome: str) -> list[Rating]:
    return [rating for rating in scope.material.ratings if rating.outcome == outcome]


def _ratings_by_outcome(scope: Scope) -> dict[str, list[Rating]]:
    return {outcome: _ratings(scope, outcome) for outcome in _letters(scope)}


def _letters(scope: Scope) -> Mapping[str, str]:
    """A letter for each outcome of the summary."""
    shown = dict.fromkeys(line.outcome for line in scope.material.findings)
    return dict(zip(shown, letters(len(shown)), strict=True))


def _key(scope: Scope) -> str:
    """What the summary's signs mean."""
    say, lines = scope.language.say, scope.material.findings
    parts = spelled_out([scope.outcomes[f.outcome] for f in lines], scope.language)
    origins = dict.fromkeys(f.risk_origin for f in lines if f.risk_origin)
    parts += [say(_RISKS[origin]) for origin in origins]
    if any(line.control_risk is not None and MEASURE[line.measure].standardised for line in lines):
        parts.append(say(RISKS_OF_SCORES))
    parts += _credible(scope)
    if any(line.one_degree for line in lines):
        parts.append(say(_ONE_DEGREE))
    if any(line.one_degree and not line.judged for line in _first_lines(lines)):
        parts.append(say(_ANOTHER_JUDGED))
    return " ".join((*parts, *_unassessed(scope)))


_ONE_DEGREE = message(
    "† An interval that rests on one degree of freedom, as that of two trials does, says next to "
    "nothing."
)
_ANOTHER_JUDGED = message(
    "Where a line below it shows another analysis, certainty and meaning are of that one."
)


def _first_lines(lines: Sequence[Finding]) -> Iterator[Finding]:
    """That of each outcome's primary analysis."""
    return iter({line.outcome: line for line in reversed(lines)}.values())


def _credible(scope: Scope) -> Iterator[str]:
    """What a credible interval is, and the priors that it rests on."""
    lines = [line for line in scope.material.findings if line.ci_method == CREDIBLE]
    if not lines:
        return
    yield from filter(None, [explained(_kinds(scope), scope.language)])
    named = {
        analysis.spec.name: analysis
        for line in lines
        for analysis in scope.outcomes[line.outcome].result.analyses
        if analysis.spec.name == line.analysis
    }
    for analysis in named.values():
        if analysis.posterior:
            priors = in_words(analysis.posterior.own.priors, scope.language)
            yield priors if len(named) == 1 else f"{analysis.spec.label}: {priors}"


_UNASSESSED = {
    "risk_of_bias": message("the risk of bias of trials is not known"),
    "imprecision": message("imprecision could not be judged by rule"),
}


def _unassessed(scope: Scope) -> Iterator[str]:
    """What "at most" means of the outcomes shown, where one of them has it."""
    shown = {line.outcome for line in scope.material.findings}
    bounded = {
        c.outcome
        for c in scope.material.conclusions
        if c.at_most and c.certainty != LEVELS[0]  # which nothing can lower
    } & shown
    reasons = []
    for domain, reason in _UNASSESSED.items():
        own = (r for r in scope.material.ratings if r.domain == domain and r.outcome in bounded)
        if any(not r.assessed and not r.rating for r in own):
            reasons.append(scope.language.say(reason))
    if reasons:
        text = message("At most: {reasons}, so that certainty may have to be lowered further.")
        yield scope.language.say(text, reasons="; ".join(reasons))


def certainty_table(scope: Scope) -> TableBody:
    """Every outcome by domain, in levels, with the certainty that is left and who rated it."""
    say = scope.language.say
    raised = {r.domain for r in scope.material.ratings if r.domain in RAISING}
    domains = (*LOWERING, *(domain for domain in RAISING if domain in raised))
    columns = (
        Column(say("Outcome"), width=2.6),
        *(Column(say(DOMAINS[domain]), "center", 1.1) for domain in domains),
        Column(say("Certainty (GRADE)"), width=1.7),
        Column(say("By"), width=0.9),
    )
    rows = []
    for outcome, names in scope.outcomes.items():
        ratings = {r.domain: r for r in _ratings(scope, outcome)}
        if ratings:
            cells = (_cell(ratings.get(domain)) for domain in domains)
            source = say(_SOURCES[ratings[OVERALL].source])
            rows.append(row(names.label, *cells, _level(scope, outcome), source))
    caption = say("Certainty of the evidence by domain, in levels by which it is moved.")
    note = say("?: could not be assessed, and so did not lower certainty.")
    return text(caption), columns, tuple(rows), text(note)


def _cell(rating: Rating | None) -> str:
    if rating is None or rating.rating is None:
        return formats.MISSING
    return level(rating) if rating.assessed or rating.rating else "?"


def reasons_table(scope: Scope) -> TableBody:
    """Why: each domain of each outcome with its reason."""
    say = scope.language.say
    columns = (
        Column(say("Domain"), width=1.5),
        Column(say("Levels"), "center", 0.6),
        Column(say("By"), width=0.8),
        Column(say("Reason"), width=6),
    )
    rows: list[Row] = []
    for outcome, names in scope.outcomes.items():
        ratings = _ratings(scope, outcome)
        if ratings:
            title = f"{names.label}: {_level(scope, outcome)}"
            rows.append(group(title, anchor=f"certainty-{outcome}"))
            for why in lower_start(ratings, scope.language):
                rows.append(row(say("To begin with"), "", say(_SOURCES["rule"]), text(why)))
        rows += [
            row(
                say(DOMAINS[r.domain]),
                _cell(r),
                scope.language.label(r.judge) or say(_SOURCES[r.source]),
                _reason(r, scope),
            )
            for r in ratings
            if r.domain != OVERALL and _says_something(r)
        ]
    caption = say("Reasons for the certainty of each outcome, domain by domain.")
    note = say(
        "A domain without a row moved nothing: with one trial consistency cannot be judged, no "
        "indirectness is declared, or trials are too few for tests of asymmetry."
    )
    return text(caption), columns, tuple(rows), text(note)


def _says_something(rating: Rating) -> bool:
    """Whether a reason tells more than that there was nothing to assess, which the note says.

    Where risk of bias or imprecision could not be assessed, that bounds the certainty.
    """
    if rating.rating or rating.source != "rule" or rating.domain in _UNASSESSED:
        return True
    return rating.assessed and any(reason.values for reason in rating.reasons)


def _reason(rating: Rating, scope: Scope) -> Inlines:
    said = told(rating, scope.language)
    where: Inlines = (scope.cite(rating.reference),) if rating.reference else ()
    return (*text(sentence(said)), *where)


def rule_words(
    rules: CertaintyRules, ratings: Sequence[Rating], language: Language
) -> dict[str, str | bool]:
    """The rules as authored text names them, `{{ certainty.events }}`: numbers already written."""
    style = language.numbers
    percents = {
        "bias_weight": "risk_of_bias/weight",
        "i2_serious": "inconsistency/i2/1",
        "i2_very_serious": "inconsistency/i2/2",
        "indirect_weight": "indirectness/weight",
    }
    shares = {
        "far_below": "imprecision/far_below",
        "relative_reduction": "imprecision/relative_reduction",
        "alpha": "imprecision/alpha",
        "power": "imprecision/power",
    }
    others = {
        "heterogeneity_p": "inconsistency/p",
        "asymmetry_p": "publication_bias/p",
        "events": "imprecision/events",
        "participants": "imprecision/participants",
        "asymmetry_trials": "publication_bias/trials",
    }
    declared = {
        "important_low": "imprecision/important/1",
        "important_high": "imprecision/important/2",
        "large_low": "large/1",
        "large_high": "large/2",
    }
    values = dict(rule_numbers(rules))
    others |= {name: path for name, path in declared.items() if path in values}

    def percent(path: str, factor: int) -> str:
        return marked(formats.percent(factor * values[path], 0, style), keys.rule(path))

    sources = {rating.source for rating in ratings}
    return {
        **{name: percent(path, 1) for name, path in percents.items()},
        **{name: percent(path, 100) for name, path in shares.items()},
        **{n: marked(_short(values[path], style), keys.rule(path)) for n, path in others.items()},
        "start": rules.start,
        "important": bool(rules.imprecision.important),
        "differences": bool(rules.important_measures or rules.important_outcomes),
        "large": bool(rules.large),
        "one_degree": rules.one_degree,
        "information_size": rules.imprecision.information_size,
        "bias_lowers": bool(rules.risk_of_bias.no_information),
        "rated": bool(ratings),
        "by_rule": sources == {"rule"},
    }


def _short(value: float, style: formats.NumberStyle) -> str:
    """A declared number with the decimals that it has: 0.75, 2."""
    return formats.localised(f"{value:.4g}", style)
