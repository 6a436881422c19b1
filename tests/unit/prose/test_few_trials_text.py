"""What this review says of its prior is what the simulation in docs/few_trials.md found."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COLUMNS = ("common", "wald", "hksj", "adhoc", "half", "wide")


def coverage(trials: str, tau: str) -> dict[str, tuple[float, float]]:
    """The coverage in per cent and the length of each interval, in a row of the table."""
    for line in (ROOT / "docs/few_trials.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[:2] == [trials, tau]:
            found = (re.fullmatch(r"([\d.]+)% \(([\d.]+)\)", cell) for cell in cells[2:])
            values = [(float(m[1]), float(m[2])) for m in found if m]
            return dict(zip(COLUMNS, values, strict=True))
    raise AssertionError(f"no row of {trials} trials and tau {tau}")


@pytest.mark.parametrize(("language", "mark"), [("en", "."), ("pl", ",")])
def test_the_text_has_the_simulated_coverage(language: str, mark: str) -> None:
    text = (ROOT / f"data/text/{language}/few_trials.md").read_text("utf-8")
    half, one = coverage("2", "0.5"), coverage("2", "1")
    told = [half["half"], one["half"], one["wald"], one["common"], one["hksj"]]
    said = re.findall(r"(\d+[.,]\d)%", text)
    assert said == [f"{share:.1f}".replace(".", mark) for share, _ in told]
    assert 6 <= one["hksj"][1] / one["half"][1] < 7  # "six times the length"


def test_the_manual_of_methods_shows_the_whole_table() -> None:
    """From whose coverage nobody is spared: below 95 % for two trials that differ much."""
    rows = re.findall(r"^\| [235] \| .*\|$", (ROOT / "docs/few_trials.md").read_text("utf-8"), re.M)
    methods = (ROOT / "docs/methods.md").read_text("utf-8")
    assert len(rows) == 12
    assert all(row in methods for row in rows)
    assert coverage("2", "1")["half"][0] < 90
