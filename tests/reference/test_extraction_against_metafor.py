"""Ranges over all admissible tables against metafor's; see make_extraction_reference.R."""

import csv
from pathlib import Path

import pytest
from tests.examples import ANAKINRA, outcomes

from metasynth.sensitivity.extraction import extraction

EXPECTED = Path(__file__).parent / "expected/extraction.csv"
ANALYSES = {"REML_HKSJ": "primary", "MH": "published_mh", "Peto": "published_peto"}
ROWS = list(csv.DictReader(EXPECTED.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['outcome']}-{r['fit']}")
def test_range_is_metafors(row):
    found = extraction(*outcomes(ANAKINRA)[row["outcome"]])
    (own,) = [r for r in found.ranges if r.analysis == ANALYSES[row["fit"]]]
    assert own.tables == int(row["tables"])
    for name in ("estimate", "ci_low", "ci_high", "p"):
        for end in ("low", "high"):
            expected = float(row[f"{name}_{end}"])
            assert getattr(getattr(own, name), end) == pytest.approx(expected, rel=1e-7)
    assert (own.below, own.above) == (int(row["below"]), int(row["above"]))
