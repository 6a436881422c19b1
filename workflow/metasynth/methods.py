"""The names of the methods that config.yaml may choose, and which of them go together.

Imports nothing, so that the whole configuration can be checked before anything is computed.
"""

from metasynth.records import AnalysisSpec, OutcomeSpec

MEASURES = {"binary": ("RR", "OR", "RD")}
"""The effect measures of each outcome type."""

RATIO_MEASURES = frozenset({"RR", "OR"})
"""Measures whose analysis scale is the natural logarithm."""

MODELS = ("random", "IV", "MH", "Peto")
TAU2_METHODS = ("REML", "DL")
CI_METHODS = ("Wald", "HKSJ")
PREDICTIONS = ("t_k-1",)
STUDY_CIS = ("Wald", "score")
ZERO_CELLS = ("only0",)
DOUBLE_ZERO = ("exclude",)

DEFAULT_TAU2 = "REML"


class UnsupportedCombination(ValueError):  # noqa: N818 - it names the fault, as the message does
    """An analysis was asked of an outcome for which it has no meaning, or a name is unknown."""


def is_ratio(measure: str) -> bool:
    """Whether `measure` is analysed on the log scale (and shown after exp)."""
    return measure in RATIO_MEASURES


def check_combination(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Say in one sentence why `analysis` cannot be applied to `outcome`; None when it can."""
    return _unknown_name(outcome, analysis) or _clash(outcome, analysis)


def require_combination(outcome: OutcomeSpec, analysis: AnalysisSpec) -> None:
    """Raise `UnsupportedCombination` with the reason when `check_combination` gives one."""
    if reason := check_combination(outcome, analysis):
        raise UnsupportedCombination(f"{outcome.id}, analysis {analysis.name}: {reason}")


def _unknown_name(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Look every chosen name up in its list."""
    if outcome.type not in MEASURES:
        return f"outcome type {outcome.type!r} is not one of {', '.join(MEASURES)}"
    choices: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
        (f"measure of a {outcome.type} outcome", outcome.measure, MEASURES[outcome.type]),
        ("model", analysis.model, MODELS),
        ("tau2", analysis.tau2, TAU2_METHODS),
        ("ci", analysis.ci, CI_METHODS),
        ("prediction", analysis.prediction, PREDICTIONS),
        ("study_ci", analysis.study_ci, STUDY_CIS),
        ("zero_cells", analysis.zero_cells, ZERO_CELLS),
        ("double_zero", analysis.double_zero, DOUBLE_ZERO),
    )
    for what, name, allowed in choices:
        if name is not None and name not in allowed:
            return f"{what} {name!r} is not one of {', '.join(allowed)}"
    return None


def _clash(outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Find the first pair of choices that contradict each other."""
    if analysis.model != "random":
        if analysis.tau2 is not None:
            return f"model {analysis.model} has no between-study variance, so tau2 has no meaning"
        if analysis.prediction is not None:
            return f"model {analysis.model} has no between-study variance to predict from"
        if analysis.ci != "Wald":
            return f"ci {analysis.ci} is an interval of the random-effects model"
    if analysis.model == "MH" and outcome.measure not in ("RR", "OR", "RD"):
        return f"the Mantel-Haenszel method pools RR, OR and RD, not {outcome.measure}"
    if analysis.model == "Peto" and (outcome.type != "binary" or outcome.measure != "OR"):
        return f"Peto's method estimates an odds ratio (measure OR), not {outcome.measure}"
    if analysis.study_ci == "score" and (outcome.type != "binary" or outcome.measure != "RR"):
        return f"study_ci score is defined here for the risk ratio, not for {outcome.measure}"
    return None
