"""The report's tables of what an effect means, and of how firmly it stands."""

from metasynth.language import formats
from metasynth.language.interval_names import explained, intervals_name
from metasynth.language.languages import Language
from metasynth.language.tracked import marked
from metasynth.model import bounds
from metasynth.report.document import Column, Inlines, Link, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, RISKS_OF_SCORES, TableBody, row
from metasynth.report.text.names import OutcomeNames
from metasynth.sensitivity.absolute import is_of_scores
from metasynth.sensitivity.battery import Absolute, Sensitivity


def absolute_table(scope: Scope) -> TableBody:
    """Primary analyses as patients per 1000, with numbers needed and the fragility index."""
    say, sensitivities = scope.language.say, scope.material.sensitivities
    shown = [o for o in scope.outcomes.values() if sensitivities[o.id].absolute]
    kinds = [o.main.credible for o in shown]
    kind = intervals_name(kinds, scope.language)
    columns = (
        Column(say("Outcome"), width=2.6),
        Column(say("Control, per 1000"), RIGHT, 1),
        Column(say("Intervention, per 1000"), RIGHT, 1.1),
        Column(say("Difference per 1000 [95% {interval}]", interval=kind), RIGHT, 2.1),
        Column(say("Number needed [95% {interval}]", interval=kind), RIGHT, 1.7),
        Column(say("Fragility index"), RIGHT, 0.8),
    )
    rows = [
        row(
            _name(outcome, effect, scope.language),
            *_effect(effect, f"{outcome.id}.absolute.{place}", kind_of, scope.language),
            _fragility(sensitivities[outcome.id]),
        )
        for outcome, kind_of in zip(shown, kinds, strict=True)
        for place, effect in enumerate(sensitivities[outcome.id].absolute, start=1)
    ]
    caption = say(
        "What the primary analyses of all outcomes mean for 1000 patients, with numbers needed and "
        "fragility."
    )
    note = say(
        "The risk under control is that of all control groups together, unless another is "
        "declared; where it is nil, no absolute effect follows. The number needed is the patients "
        "treated for one event more or fewer; it has no useful interval where the interval of the "
        "difference includes nil. The fragility index is the number of patients whose outcome "
        "would have to differ for the interval to reach, or to leave, no effect."
    )
    of_scores = any(is_of_scores(outcome.result.outcome) for outcome in shown)
    said = (note, say(RISKS_OF_SCORES) if of_scores else "", explained(kinds, scope.language))
    note = " ".join(filter(None, said))
    if any(outcome.k > bounds.ONE_BY_ONE for outcome in scope.outcomes.values()):
        note += " " + say("Of more than two hundred trials it is not computed.")
    return text(caption), columns, tuple(rows), (*text(note), *_beside_the_summary(scope))


def _beside_the_summary(scope: Scope) -> Inlines:
    """What the table adds to the summary of findings, where there is one."""
    say = scope.language.say
    if not scope.material.findings or not scope.material.ratings:
        return ()
    added = say(
        "The summary of findings has the main outcomes alone, with their certainty and with the "
        "risk under control that certainty is judged at; this table has the others as well, and "
        "adds numbers needed and fragility."
    )
    first = scope.outcomes[scope.material.findings[0].outcome].result.outcome.comparison
    link = Link(f"#table-findings{first and f'_{first}'}", text(say("Summary of findings.")))
    return (*text(f" {added} "), link)


def _name(outcome: OutcomeNames, effect: Absolute, language: Language) -> str:
    if effect.origin == "observed":
        return outcome.label
    return language.say("{outcome}, declared risk", outcome=outcome.label)


def _effect(absolute: Absolute, prefix: str, credible: bool, language: Language) -> tuple[str, ...]:
    """The cells of an absolute effect; `prefix` begins the keys of its numbers."""
    effect, separator = absolute.effect, language.numbers.separator
    kind = f"\u00a0{formats.CREDIBLE}" if credible else ""

    def printed(field: str, per: int = 1) -> str:
        value = per * getattr(effect, field)
        return marked(formats.per_thousand(value, language.numbers), f"{prefix}.{field}")

    risk = printed("baseline_risk", 1000)
    if not effect.baseline_risk:
        return (risk, *(formats.MISSING,) * 3)
    limits = separator.join(map(printed, ("difference_low", "difference_high")))
    needed = formats.MISSING
    if effect.number_needed is not None and not effect.includes_none:
        names = ("number_needed_at_low", "number_needed_at_high")
        known = [name for name in names if getattr(effect, name) is not None]
        known.sort(key=lambda name: float(getattr(effect, name)))
        needed = f"{printed('number_needed')} [{separator.join(map(printed, known))}]{kind}"
    return risk, printed("risk", 1000), f"{printed('difference')} [{limits}]{kind}", needed


def _fragility(sensitivity: Sensitivity) -> str:
    found = sensitivity.fragility
    if found is None:
        return formats.MISSING
    return marked(str(found.index), f"{sensitivity.outcome}.fragility.index")
