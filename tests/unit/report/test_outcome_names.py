"""What the text says of an outcome's patients and events."""

from dataclasses import replace

import pytest
from tests.figure_cases import binary

from metasynth.language.languages import ENGLISH
from metasynth.language.tracked import bare
from metasynth.report.text.names import outcome_names


@pytest.mark.parametrize("kind", ["binary", "rate"])
def test_events_are_of_patients_only_where_each_has_one_at_most(kind: str) -> None:
    result = binary([("A", (4, 50, 9, 51)), ("B", (2, 40, 6, 41))])
    measure = {"binary": "RR", "rate": "IRR"}[kind]
    told = replace(result, outcome=replace(result.outcome, type=kind, measure=measure))
    row = result.analyses[0].estimates[0]
    names = outcome_names(told, ENGLISH)
    both = (row.events_intervention, row.total_intervention)
    said = f"{both[0]} of {both[1]}" if kind == "binary" else f"{both[0]} events"
    assert bare(names.intervention) == said
