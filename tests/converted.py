"""Trials for tests of numbers that follow from others in print."""

from metasynth.model.records import Arm, Cell, Comparison, Omission, Result, Study, Trial
from metasynth.synthesis.comparison import study_data

COMPARISON = Comparison(("drug",), ("placebo",))
_NUMBERS = (
    *("events", "total", "events_low", "events_high", "mean", "sd", "estimate", "se"),
    *("ci_low", "ci_high"),
)


def row(arm, reference="", number=2, **numbers):
    """A row of results.csv, of one arm or of two."""
    given = {**dict.fromkeys(_NUMBERS), "reported_percent": "", **numbers}
    at = Cell("trials/t/results.csv", number)
    return Result("o", None, "", arm, reference, **given, provenance="reported", source_id="",
                  note="", cell=at)  # fmt: skip


def pair(**numbers):
    """A row of the treated arm against control."""
    return row("t", "c", 4, **numbers)


def trial(name, *rows):
    """A trial of a drug and placebo, with these rows."""
    at = Cell("trials/t/study.csv", 2)
    arms = (("t", "drug", "intervention"), ("c", "placebo", "control"))
    return Trial(
        Study(name, name, 2000, "", "included", "", "", None, None, "", "", "", at),
        tuple(Arm(a, role, a, t, None, "", None, "", "", at) for a, t, role in arms),
        rows,
        (),
    )


def studied(outcome, *rows):
    """What a trial with these rows brings to an outcome."""
    sides = COMPARISON if outcome.type not in ("mean",) else Comparison((), ())
    found = study_data(trial("t", *rows), outcome, sides)
    assert not isinstance(found, Omission), found.reason
    return found
