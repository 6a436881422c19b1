"""What a reader must know of a pooled result before quoting it, beside what the fit itself says.

Each caution is a sentence that follows from the row and its studies. None changes a number, and
none holds one: numbers are fields of the row, marked with their origin where they are printed. The
thresholds are conventions of this project where the literature gives none.
"""

from collections.abc import Iterator, Sequence
from math import inf, log

from metasynth.core.messages import Sentence, sentence
from metasynth.model.designs import CLUSTER, PAIRS
from metasynth.model.methods import WEIGHTED
from metasynth.model.records import AnalysisSpec, Estimate, Group, OutcomeSpec, StudyData

RARE = 0.01
"""Risk in a whole group below which events are rare: Handbook 10.4.4.1."""
UNEQUAL = 3.0
"""Ratio of a study's group sizes beyond which they are very unequal."""
FEW = 5
"""Events in a group below which a study's own variance says little."""
_BY_MEASURE = {
    "OR": (
        sentence(
            "Events are rare, so that inverse-variance weights are unreliable; Mantel–Haenszel’s, "
            "Peto’s or a binomial-normal model are preferred."
        ),
    ),
    **dict.fromkeys(
        ("RR", "RD"),
        (
            sentence(
                "Events are rare, so that inverse-variance weights are unreliable; "
                "Mantel–Haenszel’s are preferred."
            ),
        ),
    ),
}
"""An arcsine difference is made for rare events, and has no caution."""
FAR = log(5.0)
"""Log odds ratio beyond which an effect is large for Peto's method."""


def cautions(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    row: Estimate,
    studies: Sequence[StudyData],
    size: float | None,
) -> Iterator[Sentence]:
    """The cautions of a filled row.

    Parameters:
        outcome: of which the row is.
        spec: the analysis that gave it.
        row: as `estimates.filled_row` gives it.
        studies: those that were pooled.
        size: by which a double arcsine was turned back, infinite for an arcsine; None for others.
    """
    if row.adhoc_low is not None and row.adhoc_high is not None:
        yield sentence(
            "The {ci} interval is narrower than Wald’s: the studies agree better than chance alone "
            "would have it.",
            ci=row.ci_method,
        )
    if size == inf:
        yield sentence(
            "The sizes differ so much that the double arcsine cannot be turned back by their "
            "harmonic mean; it is turned back as an arcsine."
        )
    if outcome.measure == "RD" and _beyond_one(row):
        yield sentence("A limit lies beyond −1 or 1, which no difference of two risks can.")
    if any(study.layout == CLUSTER for study in studies):
        yield sentence(
            "At least one study is randomised by clusters and analysed as if its patients were "
            "independent, so that the interval is too narrow."
        )
    if any(study.layout == PAIRS for study in studies):
        yield sentence(
            "At least one study has the same patients under both treatments and is analysed as if "
            "they were others, so that it counts for less than it should."
        )
    contrasts = (study.contrast for study in studies if study.intervention)
    if any(contrast and contrast.form == "paired" for contrast in contrasts):
        yield sentence("Patients who had both treatments are counted under each.")
    if any(study.contrast and study.contrast.form == "other_kind" for study in studies):
        yield sentence(
            "The effect of at least one study is converted from another kind of outcome, whose "
            "events and patients are not of this one, so that no sums of them are given."
        )
    if spec.model == "Peto":
        yield from _peto(row, studies)
    weighed = spec.model in WEIGHTED and row.k > 1
    if outcome.type == "binary" and weighed and _rare(row, studies):
        yield from _BY_MEASURE.get(outcome.measure, ())


def _beyond_one(row: Estimate) -> bool:
    return (row.ci_low is not None and row.ci_low < -1) or (
        row.ci_high is not None and row.ci_high > 1
    )


def _peto(row: Estimate, studies: Sequence[StudyData]) -> Iterator[Sentence]:
    """Greenland and Salvan, Stat Med 1990;9:247-52; Handbook 10.4.2."""
    if any(_ratio(study) > UNEQUAL for study in studies):
        yield sentence(
            "Peto’s method is biased where groups are of very unequal size, as here in at least "
            "one study."
        )
    if row.log_estimate is not None and abs(row.log_estimate) > FAR:
        yield sentence("Peto’s method is biased towards no effect where effects are this large.")


def _ratio(study: StudyData) -> float:
    """The larger group's size over the smaller one's."""
    if not study.intervention or not study.control:
        return 1.0
    one, two = study.intervention.total or 1, study.control.total or 1
    return max(one, two) / min(one, two)


def _rare(row: Estimate, studies: Sequence[StudyData]) -> bool:
    """Whether most studies have an empty group; or few events where the risk of a side is small.

    A small risk alone is none: of thousands, one in two hundred is many.
    """
    sides = (
        (row.events_intervention, row.total_intervention),
        (row.events_control, row.total_control),
    )
    small = any(total and events is not None and events / total < RARE for events, total in sides)
    least = [min(_events(s.intervention), _events(s.control)) for s in studies]
    return 2 * least.count(0) > len(least) or (
        small and 2 * sum(events < FEW for events in least) >= len(least)
    )


def _events(group: Group | None) -> float:
    return FEW if group is None or group.events is None else group.events
