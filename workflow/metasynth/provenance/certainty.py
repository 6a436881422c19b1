"""The summary of findings, and the amounts that certainty is judged by, as entries."""

from collections.abc import Iterator, Sequence
from typing import Any

from metasynth.grade.case import make_case
from metasynth.grade.certainty import PANEL, Rating
from metasynth.grade.summary_of_findings import Finding
from metasynth.language import keys
from metasynth.language.compared import full_label
from metasynth.language.languages import Language, message
from metasynth.language.sentences import keyed
from metasynth.model.certainty_config import CertaintyRules, rule_numbers
from metasynth.model.records import Estimate, OutcomeResult
from metasynth.provenance.entry import CHOICE, COMPUTED, Entry, Place
from metasynth.sensitivity.absolute import is_of_scores, limit_behind

_RISKS = {
    "pooled": message("patients with the event over all patients, control groups together"),
    "median": message("median of the risks in the control groups"),
    "declared": message("declared in config.yaml"),
}
_APPLIED = message("the pooled effect applied to the risk under control")
_AS_ODDS_RATIO = message(
    "the pooled difference, as the odds ratio that it stands for, applied to the risk under control"
)
_SUM = message("sum")
_FIELDS = {
    "intervention_risk": message("risk under the intervention, per 1000"),
    "difference": message("difference in events per 1000 patients"),
    "difference_low": message("difference per 1000 at the lower limit of the pooled effect"),
    "difference_high": message("difference per 1000 at the upper limit of the pooled effect"),
}


def finding_entries(
    lines: Sequence[Finding], result: OutcomeResult, language: Language
) -> Iterator[Entry]:
    """Every number of an outcome's lines that is not an entry of its analyses already."""
    outcome = result.outcome
    common: dict[str, Any] = {
        "of": full_label(result, language),
        "target": f"table-inputs_{outcome.id}",
        "kind": COMPUTED,
    }
    for number, line in enumerate(lines, start=1):
        at = keys.finding(outcome.id, number)
        prefix = keys.pooled(outcome.id, line.analysis)
        if line.participants is not None:
            yield Entry(
                key=f"{at}.participants",
                label=language.say("patients of all groups"),
                value=line.participants,
                method=language.say(_SUM),
                inputs=_known(line, result, "total"),
                **common,
            )
        yield from _re_expressed(at, line, prefix, common, language)
        if line.control_risk is None:
            yield from _shares(at, line, prefix, common, language)
            continue
        yield Entry(
            key=f"{at}.control_risk",
            label=language.say("risk under control, per 1000"),
            value=line.control_risk,
            method=language.say(_RISKS[line.risk_origin]),
            inputs=_risk(number, line, lines, result),
            **common,
        )
        scores = (keys.outcome_choice(outcome.id),) if is_of_scores(outcome) else ()
        for field, label in _FIELDS.items():
            value, end = getattr(line, field), field.partition("_")[2]
            source = limit_behind(outcome, end) if end in ("low", "high") else "estimate"
            if value is not None:
                yield Entry(
                    key=f"{at}.{field}",
                    label=language.say(label),
                    value=value,
                    method=language.say(_AS_ODDS_RATIO if scores else _APPLIED),
                    inputs=(f"{at}.control_risk", f"{prefix}.{source}", *scores),
                    formula="formula-absolute",
                    **common,
                )


_SUPERIORITY = (
    message("probability of faring better with the intervention"),
    message("normal values of equal spread, two people drawn at random"),
    "formula-superiority",
)
_UNITS = (
    message("difference in units of a familiar instrument"),
    message("the standardised difference times the standard deviation of the instrument"),
    "formula-instrument",
)


def _re_expressed(
    at: str, line: Finding, prefix: str, common: dict[str, Any], language: Language
) -> Iterator[Entry]:
    """A standardised difference as a probability, and in units of an instrument."""
    for name, (label, method, formula) in (("superiority", _SUPERIORITY), ("units", _UNITS)):
        declared = (keys.instrument(line.outcome),) if name == "units" else ()
        for end, source in (("", "estimate"), ("_low", "ci_low"), ("_high", "ci_high")):
            value = getattr(line, f"{name}{end}")
            if value is not None:
                yield Entry(
                    key=f"{at}.{name}{end}",
                    label=language.say(label),
                    value=value,
                    method=language.say(method),
                    inputs=(f"{prefix}.{source}", *declared),
                    formula=formula,
                    **common,
                )


def _shares(
    at: str, line: Finding, prefix: str, common: dict[str, Any], language: Language
) -> Iterator[Entry]:
    """One group's proportion per 1000 people."""
    for name, source in (("risk", "estimate"), ("low", "ci_low"), ("high", "ci_high")):
        value = getattr(line, f"intervention_{name}")
        if value is not None:
            yield Entry(
                key=f"{at}.intervention_{name}",
                label=language.say("people with the event, per 1000"),
                value=value,
                method=language.say("1000 times the pooled proportion"),
                inputs=(f"{prefix}.{source}",),
                **common,
            )


def judged_entries(
    result: OutcomeResult, rules: CertaintyRules, language: Language
) -> Iterator[Entry]:
    """The events and participants that imprecision is judged by."""
    row = make_case(result, rules).row
    labels = {
        "events": (language.say("patients with the event, all groups"), "events"),
        "participants": (language.say("patients of all groups"), "total"),
    }
    for field, (label, column) in labels.items():
        sides = [f"{column}_{side}" for side in ("intervention", "control")]
        known = [side for side in sides if getattr(row, side) is not None]
        if known:
            yield Entry(
                key=f"{keys.rating(result.outcome.id)}.{field}",
                kind=COMPUTED,
                label=label,
                of=full_label(result, language),
                value=sum(getattr(row, side) for side in known),
                method=language.say(_SUM),
                inputs=tuple(f"{keys.pooled(row.outcome, row.analysis)}.{s}" for s in known),
                target=f"table-inputs_{result.outcome.id}",
            )


def _named(domain: str, language: Language) -> str:
    """A domain's name within a phrase; the catalogue has it as a title."""
    title = language.say(domain.replace("_", " ").capitalize())
    return title[:1].lower() + title[1:]


def rating_entries(
    ratings: Sequence[Rating], result: OutcomeResult, rules: CertaintyRules, language: Language
) -> Iterator[Entry]:
    """The levels of each domain of an outcome, and the numbers of their reasons."""
    row = make_case(result, rules).row
    prefix = keys.pooled(row.outcome, row.analysis)
    pooled = [f"{prefix}.{f}" for f in ("k", "estimate", "ci_low", "ci_high") if _has(row, f)]
    common: dict[str, Any] = {"of": full_label(result, language), "scale": ""}
    for rating in ratings:
        at = f"{keys.rating(rating.outcome)}.{rating.domain}"
        if rating.rating is None:
            continue
        label = language.say(
            "levels by which certainty is moved: {domain}", domain=_named(rating.domain, language)
        )
        if rating.source == PANEL:
            place = Place("certainty.csv", None, f"{rating.outcome}, {rating.domain}")
            yield Entry(at, CHOICE, label, value=rating.rating, place=place, **common)
            continue
        chosen = [keys.rule(p) for p, _ in rule_numbers(rules) if p.startswith(rating.domain)]
        shared = _shared_events(row, result) if rating.domain == "indirectness" else ()
        basis = (*pooled, *shared, *chosen)
        own = [v for r in keyed(rating.reasons, at) for v in r.values if v.number is not None]
        how = language.say("by the rules of certainty")
        inputs = tuple(dict.fromkeys([*(value.key for value in own), *basis]))
        yield Entry(at, COMPUTED, label, value=rating.rating, method=how, inputs=inputs, **common)
        for value in own:
            if value.key.startswith(f"{at}."):
                what = language.say(
                    "number of a reason: {domain}", domain=_named(rating.domain, language)
                )
                amount = value.number
                yield Entry(
                    value.key, COMPUTED, what, value=amount, method=how, inputs=basis, **common
                )


def _shared_events(row: Estimate, result: OutcomeResult) -> tuple[str, ...]:
    """The events of each group, whose shares indirectness is judged by."""
    if row.events_intervention is None:
        return ()
    parts = keys.parts(result.studies)
    return tuple(
        f"{keys.group(row.outcome, s.study, side, parts[s.study, s.label])}.events"
        for s in result.studies
        for side in ("intervention", "control")
        if getattr(s, side) is not None and getattr(s, side).events is not None
    )


def _has(row: Estimate, field: str) -> bool:
    return getattr(row, field) is not None


def _known(line: Finding, result: OutcomeResult, column: str) -> tuple[str, ...]:
    """The keys of both sides' sums in the line's analysis, of those that exist."""
    row = next(a.estimates[0] for a in result.analyses if a.spec.name == line.analysis)
    prefix = keys.pooled(line.outcome, line.analysis)
    fields = (f"{column}_{side}" for side in ("intervention", "control"))
    return tuple(f"{prefix}.{field}" for field in fields if getattr(row, field) is not None)


def _risk(
    number: int, line: Finding, lines: Sequence[Finding], result: OutcomeResult
) -> tuple[str, ...]:
    """What the assumed risk rests on: the pooled control groups' cells, or the choice."""
    if line.risk_origin == "declared":
        risks = dict.fromkeys(other.control_risk for other in lines[:number])
        return (keys.baseline_risk(line.outcome, len(risks)),)
    parts = keys.parts(result.studies)
    judged = next(one.analysis for one in lines if one.outcome == line.outcome and one.judged)
    (judging,) = (a for a in result.analyses if a.spec.name == judged)
    counted = [s for s in judging.studies if s.events_control is not None]
    groups = (
        keys.group(line.outcome, study.study, "control", parts[study.study, study.label])
        for study in counted
    )
    return tuple(f"{group}.{field}" for group in groups for field in ("events", "total"))
