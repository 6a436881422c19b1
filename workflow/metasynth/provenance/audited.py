"""The audit's numbers as entries: each statement's finding, and how many there are of a sort."""

from collections.abc import Collection, Iterator, Sequence

from metasynth.audit.tally import SORTS, of_sort, parts
from metasynth.audit.verdicts import Audited
from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.model.records import Cell, Claim
from metasynth.provenance.entry import COMPUTED, Entry

_FISHER = message("Fisher’s exact test, the tables with the same margins that are no likelier")
_MARGIN = message("as declared in config.yaml, else GRADE’s convention")
FIELDS = {
    "events_intervention": (message("patients with the event, intervention"), message("as read")),
    "total_intervention": (message("patients, intervention"), message("as read")),
    "events_control": (message("patients with the event, control"), message("as read")),
    "total_control": (message("patients, control"), message("as read")),
    "percent_intervention": (message("percentage, intervention"), message("events of patients")),
    "percent_control": (message("percentage, control"), message("events of patients")),
    "estimate": (message("effect or risk"), message("by the rule of the statement’s kind")),
    "ci_low": (message("lower 95% limit"), message("by the rule of the statement’s kind")),
    "ci_high": (message("upper 95% limit"), message("by the rule of the statement’s kind")),
    "p": (message("p-value, two-sided"), message("by the rule of the statement’s kind")),
    "p_fisher": (message("p-value, two-sided"), _FISHER),
    "p_midp": (message("mid-p, two-sided"), message("Fisher’s p less half of the observed table")),
    "p_score": (message("p-value, two-sided"), message("χ² of Pearson without correction")),
    "p_wald": (message("p-value, two-sided"), message("Wald test of the log risk ratio")),
    "recomputed": (message("recomputed value"), message("by the rule of the statement’s kind")),
    "margin_low": (message("effect below which a difference is important"), _MARGIN),
    "margin_high": (message("effect above which a difference is important"), _MARGIN),
    "holding": (message("trials that bear the statement out"), message("counted")),
    "trials": (message("trials with counts"), message("counted")),
    "tables": (message("combinations of admissible counts"), message("counted")),
    "agreeing": (message("combinations that agree with the verdict"), message("counted")),
    "excluded": (
        message("combinations that fit the percentages only"),
        message("counted: no usual test gives the published p-value, or no method the limits"),
    ),
}
"""What each column with a number is, and how it was made."""

_PRINTED = ("estimate", "ci_low", "ci_high", "value", "reference_value", "total", "parts", "quote")
_OF_COUNTS = ("tables", "agreeing", "excluded")
_OF_TWO_ARMS = ("reported_p", "estimate", "ci_low", "ci_high")
_OF_QUANTITY = {
    "n_randomised": ("n_randomised",),
    "duration_weeks": ("duration_weeks",),
    "arm_size": ("n_randomised",),
    "trials": ("status",),
}


def audit_entries(
    items: Sequence[Audited], claims: Sequence[Claim], known: Collection[str], language: Language
) -> Iterator[Entry]:
    """Entries of all findings and of the numbers of statements; `known` are the keys there are."""
    by_id = {claim.claim_id: claim for claim in claims}
    for item in items:
        yield from _finding(item, by_id[item.claim_id], known, language)
    totals = []
    for number, (part, members) in enumerate(parts(items).items(), start=1):
        verdicts = tuple(keys.claim(item.claim_id, "verdict") for item in members)
        totals.append(f"audit.parts.{number}.total")
        yield from _counts(
            f"audit.parts.{number}", members, verdicts, language.label(part), language
        )
    yield from _counts("audit", items, tuple(totals), "", language)


def _finding(
    item: Audited, claim: Claim, known: Collection[str], language: Language
) -> Iterator[Entry]:
    printed = [keys.cell(claim.cell, column) for column in _PRINTED]
    read = [keys.cell(place, column) for place in _cells(item.rows) for column in _columns(claim)]
    inputs = tuple(key for key in (*read, *printed) if key in known)
    told = [keys.cell(cell, column) for cell in _cells(item.stated) for column in _OF_TWO_ARMS]
    choosing = (*inputs, *(key for key in told if key in known))
    for column, (label, method) in FIELDS.items():
        value = _value(item, column)
        if value is None or value == "":
            continue
        pooled = f"{keys.pooled(item.result, item.analysis)}.{column}"
        yield Entry(
            key=keys.claim(item.claim_id, column),
            kind=COMPUTED,
            label=language.say(label),
            of=claim.claim_id,
            value=value,
            measure=item.measure,
            method=language.say(method),
            inputs=(pooled,) if pooled in known else choosing if column in _OF_COUNTS else inputs,
            target=f"claim-{item.claim_id}",
        )
    yield Entry(
        key=keys.claim(item.claim_id, "verdict"),
        kind=COMPUTED,
        label=language.say("verdict"),
        of=claim.claim_id,
        value=language.say(item.verdict),
        method=language.say("by the rule of the statement’s kind"),
        inputs=choosing,
        target=f"claim-{item.claim_id}",
    )


def _columns(claim: Claim) -> tuple[str, ...]:
    """The columns of a raw row that the check of a statement reads."""
    if claim.kind != "quantity":
        return ("events", "total", "reported_percent")
    return _OF_QUANTITY.get(claim.quantity, ("dose", "n_randomised"))


def _cells(rows: str) -> Iterator[Cell]:
    for text in rows.split():
        file, _, row = text.rpartition(":")
        yield Cell(file, int(row))


def _value(item: Audited, column: str) -> float | int | str | None:
    name, _, side = column.partition("_")
    if name == "percent":
        events = getattr(item, f"events_{side}")
        total = getattr(item, f"total_{side}")
        return None if events is None or not total else 100 * events / total
    value: float | int | str | None = getattr(item, column)
    return value


def _counts(
    prefix: str, items: Sequence[Audited], counted: tuple[str, ...], of: str, language: Language
) -> Iterator[Entry]:
    """How many statements there are, and of which sorts among them."""
    for sort in SORTS:
        yield Entry(
            key=f"{prefix}.{sort}",
            kind=COMPUTED,
            label=language.say("audited statements"),
            of=of,
            value=len(of_sort(items, sort)),
            method=language.say("counted"),
            inputs=counted if sort == "total" else (f"{prefix}.total",),
            target="table-audit_statements",
        )
