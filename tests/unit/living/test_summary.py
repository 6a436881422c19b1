"""What changed, in Markdown for a pull request."""

from dataclasses import replace

from metasynth.living.changes import AnalysisChange, Changes, OutcomeChange, Version
from metasynth.living.flags import Flag
from metasynth.living.input_changes import TrialChange
from metasynth.living.state import Measured
from metasynth.living.summary import summary

BEFORE = Measured("o", "primary", "all", "RR", 3, 708, 1.78074, 1.12037, 2.83037, *[None] * 4)
AFTER = replace(BEFORE, k=4, estimate=1.5, ci_low=0.9, ci_high=2.5)


def outcome(label: str, kind: str, after: Measured | None) -> OutcomeChange:
    primary = AnalysisChange("primary", "all", BEFORE, after)
    flagged = (Flag("interval", "excludes", "includes"),) if kind == "changed" else ()
    return OutcomeChange("o", label, "", kind, primary, (primary,), flagged, ())


def test_a_first_version_has_nothing_to_be_compared_with():
    assert "no accepted version" in summary(Changes(Version("1.0.0", "2026-01-31"), None))


def test_each_result_that_differs_is_told_and_the_others_are_counted():
    changes = Changes(
        Version("1.1.0", "2026-02-01"),
        Version("1.0.0", "2026-01-31"),
        trials=(TrialChange("new2026", "New 2026", "added", "", "included"),),
        outcomes=(
            outcome("Pain", "changed", AFTER),
            outcome("Death", "unchanged", BEFORE),
            outcome("Gone", "removed", None),
        ),
    )
    told = summary(changes).splitlines()
    assert "- Study New 2026: new" in told
    assert (
        "| Pain | RR 1.781 (1.12 to 2.83), k = 3 | RR 1.5 (0.9 to 2.5), k = 4 | interval |" in told
    )
    assert "| Gone | RR 1.781 (1.12 to 2.83), k = 3 | – |  |" in told
    assert told[-1] == "1 of 3 outcomes have the same numbers."


def test_text_of_the_review_is_neither_markup_nor_a_mention():
    label = "A | <img src=x> [b](http://c) @someone\n| `d`"
    changes = Changes(
        Version("1", "d"), Version("0", "d"), outcomes=(outcome(label, "changed", AFTER),)
    )
    (row,) = [line for line in summary(changes).splitlines() if "src" in line]
    assert row.count("|") == 5
    assert not set("<[`").intersection(row)
    assert "@someone" not in row
