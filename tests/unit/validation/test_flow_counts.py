"""The numbers of a flow diagram must add up, as far as they are known."""

from pathlib import Path

import pytest
from tests.bad_input.review import CONFIG, clean, row, write
from tests.bad_input.review import FLOW as FLOW_TABLE

from metasynth.figures.overview import overview
from metasynth.language.tracked import bare
from metasynth.model.records import Cell, FlowCount
from metasynth.review.load import load_review
from metasynth.tables.table_schema import tables
from metasynth.tables.trial_flow import BOXES, disagreements, flow_of

FLOW = {
    "databases": 1200,
    "registers": 51,
    "duplicates": 351,
    "automation": 0,
    "removed_other": 0,
    "screened": 900,
    "excluded": 860,
    "sought": 40,
    "not_retrieved": 2,
    "assessed": 38,
    "assessed_excluded": 34,
    "assessed_excluded:No randomised comparison": 23,
    "assessed_excluded:Wrong comparator": 11,
    "studies": 3,
    "reports": 4,
}
OTHER = {
    "other_websites": 3,
    "other_organisations": 0,
    "other_citations": 12,
    "other_sought": 15,
    "other_not_retrieved": 1,
    "other_assessed": 14,
    "other_assessed_excluded": 12,
}


def found(flow: dict[str, int | None]) -> dict[str, tuple[int, int]]:
    return {fault.box: (fault.found, fault.expected) for fault in disagreements(flow)}


@pytest.mark.parametrize(
    ("name", "count", "expected"),
    [
        ("screened", 901, 900),
        ("sought", 41, 40),
        ("assessed", 37, 38),
        ("assessed_excluded", 35, 34),
        ("reports", 5, 4),
    ],
)
def test_a_sum_that_fails_is_found(name: str, count: int, expected: int) -> None:
    assert found(FLOW) == {}
    assert found({**FLOW, name: count})[name] == (count, expected)


def test_other_methods_count_in_the_end() -> None:
    both = {**FLOW, **OTHER, "reports": 6}
    assert found(both) == {}
    assert found({**both, "other_sought": 14}) == {
        "other_sought": (14, 15),
        "other_assessed": (14, 13),
    }


def test_nothing_follows_from_what_is_not_known() -> None:
    assert found({"databases": 1200, "screened": 7, "studies": 4}) == {}
    assert found({**FLOW, "registers": None, "screened": 7, "excluded": None}) == {}
    assert found({**FLOW, "assessed_excluded:Other": None, "assessed_excluded": 34}) == {}


def test_a_box_without_a_count_is_the_sum_of_its_parts() -> None:
    def row(box: str, part: str, count: int | None) -> FlowCount:
        return FlowCount(box, part, count, "", "", "", "", Cell("flow.csv", 2))

    rows = [row("studies", "a", 3), row("studies", "b", 1), row("databases", "c", None)]
    assert flow_of(rows) == {
        "studies:a": 3,
        "studies:b": 1,
        "studies": 4,
        "databases:c": None,
    }
    assert flow_of([*rows, row("studies", "", 9)])["studies"] == 9


def test_the_tables_contract_has_the_same_boxes() -> None:
    assert tables()["flow"].columns[0].words == BOXES


@pytest.mark.parametrize(("count", "told"), [(2, []), (5, ["flow.csv:12:C"])])
def test_a_diagram_that_ends_with_other_studies_is_warned_of(
    tmp_path: Path, count: int, told: list[str]
) -> None:
    files = clean()
    row(FLOW_TABLE, f"studies,,{count},beta,p. 2,so many,")(files)
    write(files, tmp_path)
    review = load_review(tmp_path / CONFIG, tmp_path)
    assert [fault.cell for fault in review.warnings] == told
    drawing = overview("flow", (), review.trials, review.flow)
    assert ("Studies in the tables of this review: 2." in bare(drawing.description)) is bool(told)
