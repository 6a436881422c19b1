"""Absolute effects per 1000 and optimal information sizes, against metafor and base R.

Through the whole way from counts to the summary of findings; see make_certainty_reference.R.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from metasynth.grade.certainty import assess
from metasynth.grade.imprecision import optimal_information_size
from metasynth.grade.summary_of_findings import findings
from metasynth.model.certainty_config import CertaintyRules
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected"


def rows(name):
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def studies():
    found = defaultdict(list)
    for row in rows("absolute_counts.csv"):
        a, n1, c, n2 = (int(row[name]) for name in ("a", "n1", "c", "n2"))
        sides = Group(("t",), "T", a, n1), Group(("c",), "C", c, n2)
        place = len(found[row["dataset"]])
        found[row["dataset"]].append(StudyData(f"s{place}", f"S{place}", 2000, *sides))
    return found


STUDIES = studies()


@pytest.mark.parametrize(
    "row", rows("absolute.csv"), ids=lambda r: f"{r['dataset']}-{r['measure']}-{r['origin']}"
)
def test_absolute_effects_are_metafors(row):
    outcome = OutcomeSpec("o", "O", "o", None, "binary", row["measure"], "harm", ("p",))
    spec = AnalysisSpec("p", "MH", model="MH")
    result = synthesise(outcome, [spec], Comparison(("t",), ("c",)), STUDIES[row["dataset"]])
    rules = CertaintyRules(control_risk=row["origin"])
    (found,) = findings(result, rules, assess(result, rules))
    assert found.risk_origin == row["origin"]
    ours = (
        found.control_risk,
        found.intervention_risk,
        found.difference,
        found.difference_low,
        found.difference_high,
    )
    names = ("control", "intervention", "difference", "low", "high")
    assert ours == pytest.approx([float(row[name]) for name in names], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("row", rows("information_size.csv"), ids=lambda r: "-".join(r.values()))
def test_optimal_information_sizes_are_those_of_power_prop_test(row):
    chosen = (float(row[name]) for name in ("risk", "reduction", "alpha", "power"))
    assert optimal_information_size(*chosen) == pytest.approx(float(row["participants"]), rel=1e-9)
