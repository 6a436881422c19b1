"""Statements to audit that do not say what is to be recomputed, each with exactly its faults."""

import csv
import io

from .cases import Case, case
from .review import CLAIMS, Change, Files, rename

_HEADER = (
    "claim_id,reference,locator,quote,kind,study_id,outcome,week,measure,estimate,ci_low,ci_high,"
    "note,arm_id,reference_arm_id,assertion,value,reference_value,total,quantity,parts,cited,"
    "contradicts"
)
COLUMNS = _HEADER.split(",")
GOOD = {
    "figure_estimate": {"outcome": "response", "measure": "RR", "estimate": "1.80"},
    "percentages": {
        "study_id": "alpha2001",
        "outcome": "response",
        "arm_id": "drug",
        "value": "64",
    },
    "comparison": {
        **{"study_id": "alpha2001", "outcome": "response", "arm_id": "drug"},
        **{"reference_arm_id": "placebo", "assertion": "significantly_higher"},
    },
    "split_comparison": {
        **{"study_id": "beta2005", "outcome": "response", "arm_id": "drug"},
        **{"reference_arm_id": "placebo", "assertion": "higher", "value": "47"},
        **{"reference_value": "29", "total": "387"},
    },
    "pooled_comparison": {"outcome": "response", "assertion": "no_difference"},
    "most_trials": {"outcome": "response", "assertion": "significantly_higher"},
    "fold": {
        **{"study_id": "alpha2001", "outcome": "response", "arm_id": "drug"},
        **{"reference_arm_id": "placebo", "assertion": "almost", "value": "4"},
    },
    "frequency": {"outcome": "harm", "assertion": "rare"},
    "most_frequent": {"outcome": "harm", "parts": "response; death"},
    "empty_group": {"outcome": "response"},
    "quantity": {"study_id": "alpha2001", "quantity": "n_randomised", "value": "57"},
    "listed": {"value": "2", "parts": "Alpha 2001; Beta 2005"},
    "sum": {"value": "100", "parts": "64; 36"},
    "cited_interval": {
        **{"cited": "alpha", "measure": "OR", "estimate": "2.75", "ci_low": "0.90"},
        **{"ci_high": "8.35", "assertion": "not_higher"},
    },
    "text": {"assertion": "rare"},
}
"""A sound statement of each kind, as what it fills beyond the columns that all do."""


def claims(*rows: dict[str, str]) -> Change:
    """The table of these statements, called claim1, claim2, … unless they say otherwise."""

    def change(files: Files) -> None:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            always = {"claim_id": f"claim{number}", "reference": "beta", "quote": "Words."}
            writer.writerow({**always, **row})
        files[CLAIMS] = out.getvalue().encode()

    return change


def good(kind: str, /, **changed: str) -> dict[str, str]:
    """A sound statement of a kind with some cells changed."""
    return {"kind": kind, **GOOD[kind], **changed}


def at(row: int, column: str) -> str:
    """The place of a cell."""
    return f"{CLAIMS}:{row}:{chr(ord('A') + COLUMNS.index(column))}"


def _case(name: str, row: dict[str, str], column: str, words: str) -> Case:
    return case("claim", name, claims(row), f"{at(2, column)} | {words}")


CLAIM = [
    _case("unknown_kind", good("fold", kind="folds"), "kind", "did you mean fold?"),
    *(
        _case(f"{kind}_without_{column}", good(kind, **{column: ""}), column, "as the kind is")
        for kind, column in (
            ("figure_estimate", "estimate"),
            ("percentages", "value"),
            ("comparison", "reference_arm_id"),
            ("split_comparison", "total"),
            ("pooled_comparison", "outcome"),
            ("most_trials", "outcome"),
            ("fold", "value"),
            ("frequency", "outcome"),
            ("most_frequent", "parts"),
            ("empty_group", "outcome"),
            ("quantity", "value"),
            ("listed", "parts"),
            ("sum", "value"),
            ("cited_interval", "cited"),
        )
    ),
    _case("value_not_used", good("comparison", value="3"), "value", "has no value"),
    _case("parts_not_used", good("text", parts="a; b"), "parts", "has no parts"),
    _case(
        "assertion_missing",
        good("comparison", assertion=""),
        "assertion",
        "one of significantly_higher",
    ),
    _case(
        "assertion_misspelt",
        good("pooled_comparison", assertion="significantly_highr"),
        "assertion",
        "did you mean significantly_higher?",
    ),
    _case(
        "assertion_of_another_kind", good("fold", assertion="rare"), "assertion", "one of almost"
    ),
    _case(
        "pooled_with_study",
        good("pooled_comparison", study_id="alpha2001"),
        "study_id",
        "not about one trial",
    ),
    _case("no_study", good("fold", study_id=""), "study_id", "the trial that"),
    _case(
        "review_quantity_with_study",
        good("quantity", quantity="trials"),
        "study_id",
        "not about one trial",
    ),
    _case("no_arm", good("quantity", quantity="dose"), "arm_id", "as the quantity is dose"),
    _case("unknown_quantity", good("quantity", quantity="arm"), "quantity", "did you mean arms?"),
    _case("unknown_arm", good("percentages", arm_id="drugs"), "arm_id", "did you mean drug?"),
    _case(
        "unknown_reference_arm",
        good("comparison", reference_arm_id="control"),
        "reference_arm_id",
        "an arm of alpha2001",
    ),
    _case(
        "arm_with_itself",
        good("comparison", reference_arm_id="drug"),
        "reference_arm_id",
        "another arm",
    ),
    _case(
        "one_percentage_for_two_arms",
        good("percentages", reference_arm_id="placebo"),
        "reference_value",
        "or neither",
    ),
    _case("percentage_101", good("percentages", value="101"), "value", "from 0 to 100"),
    _case("no_fold", good("fold", value="0"), "value", "above 0"),
    _case("one_limit", good("figure_estimate", ci_low="1.1"), "ci_high", "or neither"),
    _case(
        "outside_limits",
        good("cited_interval", estimate="9"),
        "estimate",
        "a value from 0.90 to 8.35",
    ),
    _case("sum_of_words", good("sum", parts="64; many"), "parts", "numbers separated"),
    _case("sum_of_nothing", good("sum", parts="; ;"), "parts", "numbers separated"),
    _case("outcomes_no_ids", good("most_frequent", parts="Death"), "parts", "names of outcomes"),
    _case("unknown_document", good("cited_interval", cited="gamma"), "cited", "references.bib"),
    _case("contradicts_nothing", good("text", contradicts="claim9"), "contradicts", "a claim_id"),
    _case(
        "contradicts_itself", good("text", contradicts="claim1"), "contradicts", "something else"
    ),
    case(
        "claim",
        "contradicts_the_same",
        claims(good("text", contradicts="claim2"), good("text")),
        f"{at(2, 'contradicts')} | claim2 says the same",
    ),
    case(
        "claim",
        "contradicts_another_document",
        claims(
            good("text", contradicts="claim2"),
            good("text", assertion="common", reference="alpha"),
        ),
        f"{at(2, 'contradicts')} | a statement of the same document",
    ),
    case(
        "claim",
        "several_in_one_row",
        claims(good("fold", study_id="gamma", assertion="rare", total="5")),
        f"{at(2, 'study_id')} | a trial's folder",
        f"{at(2, 'assertion')} | one of almost",
        f"{at(2, 'total')} | has no total",
    ),
    case(
        "claim",
        "bad_number_is_told_once",
        claims(good("cited_interval", ci_low="0,90")),
        f"{at(2, 'ci_low')} | a point as decimal",
    ),
    case(
        "claim",
        "study_missing_is_told_once",
        (claims(good("comparison")), rename("trials/alpha2001/arms.csv", "")),
        "trials/alpha2001/arms.csv | a file of this name",
    ),
]
