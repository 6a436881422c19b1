"""The figures of the whole review, by name."""

from collections.abc import Sequence

from metasynth.figures.catalogue import shared_axis
from metasynth.figures.flow_diagram import flow_diagram
from metasynth.figures.judgements import risk_bars, traffic_light
from metasynth.figures.page import Drawing
from metasynth.figures.risk_of_bias import of_outcome
from metasynth.figures.summary import summary
from metasynth.records import OutcomeResult, Trial


def overview(name: str, results: Sequence[OutcomeResult], trials: Sequence[Trial]) -> Drawing:
    """Draw a figure of the whole review; which ones there are is the catalogue's to say.

    Raises:
        KeyError: when no figure has that name.
    """
    included = [trial for trial in trials if trial.study.status == "included"]
    judgements = of_outcome({trial.study.study: trial.risk_of_bias for trial in included})
    if name == "summary":
        wanted = shared_axis([result.outcome for result in results])
        return summary([result for result in results if result.outcome in wanted])
    if name == "flow":
        return flow_diagram({"studies": len(included)})
    if name == "traffic_light":
        return traffic_light(judgements, {t.study.study: t.study.label for t in included})
    if name == "risk_bars":
        return risk_bars(judgements)
    raise KeyError(name)
