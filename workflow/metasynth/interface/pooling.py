"""Pool a data frame in one call, by the engine that makes the reviews."""

from collections.abc import Mapping
from typing import Any

from metasynth.interface.columns import measure_of, studies
from metasynth.interface.pooled import Pooled
from metasynth.model.priors import VAGUE, MuPrior, TauPrior
from metasynth.model.records import AnalysisSpec, Comparison, OutcomeSpec
from metasynth.synthesis.synthesise import synthesise


def pool(
    data: Any,
    measure: str,
    *,
    columns: Mapping[str, str] | None = None,
    labels: str | None = None,
    subgroup: str | None = None,
    cluster: str | None = None,
    model: str = "random",
    tau2: str | None = None,
    ci: str = "Wald",
    prediction: str | None = None,
    tau2_ci: str = "QP",
    study_ci: str = "Wald",
    zero_cells: str = "only0",
    double_zero: str = "auto",
    subgroup_tau2: str = "separate",
    tau_prior: TauPrior | None = None,
    mu_prior: MuPrior = VAGUE,
    correlation: float = 0.0,
    outcome: str = "Outcome",
    groups: tuple[str, str] = ("Treatment", "Control"),
    direction: str = "harm",
) -> Pooled:
    """Pool the studies of a data frame, a row each.

    Parameters:
        data: a pandas frame, or a mapping of columns, with the columns of metafor's escalc:
            `ai n1i ci n2i` or `ai bi ci di` (counts), `m1i sd1i n1i m2i sd2i n2i` (means),
            `x1i t1i x2i t2i` (events in person-time), `xi ni` (single proportions), `yi vi` or
            `yi sei` (any contrast; of ratios their logarithm). A column `year` orders studies.
        measure: RR, OR, RD, MD, SMD, … here, or metafor's name of it (docs/methods.md).
        columns: where the frame has other names: {"ai": "events", …}.
        labels: the column of the studies' names; by default slab, study, author or the like, else
            the frame's own row labels.
        subgroup: the column by which to pool parts, too.
        cluster: of the models three_level, RVE-CORR and RVE-HIER, the column whose equal values
            say which rows belong together, as effects of one study do; a row without one is alone.
        model, tau2, ci, prediction, tau2_ci: as in an analysis of config.yaml (config/README.md);
            tau2 is REML by default.
        study_ci, zero_cells, double_zero, subgroup_tau2: likewise.
        tau_prior, mu_prior: likewise, of a Bayesian pool.
        correlation: likewise, of the sampling errors of any two effects of one cluster.
        outcome, groups, direction: words for the figure; direction is benefit or harm.

    Returns:
        The result: `summary`, `to_frame`, `forest`, `sensitivity`.

    Raises:
        BadData: with all that is wrong with the frame, by row and column.
        UnsupportedCombination: when the analysis has no meaning for the measure.

    Example:
        >>> data = {"ai": [4, 6], "n1i": [123, 306], "ci": [11, 29], "n2i": [139, 303]}
        >>> round(pool(data, "RR", model="MH").pooled.estimate, 5)
        0.25879
        >>> data = {"yi": [0.1, 0.3, 0.9, 0.7], "vi": [0.01] * 4, "lab": ["A", "A", "B", "B"]}
        >>> found = pool(data, "SMD", cluster="lab", model="three_level", ci="t").pooled
        >>> round(found.estimate, 6), found.clusters, round(found.tau2_between, 6)
        (0.5, 2, 0.17)
    """
    chosen = measure_of(measure)
    type_, rows = studies(data, chosen, columns or {}, labels, subgroup, cluster)
    analysis = AnalysisSpec(
        name="analysis",
        label=_title(model, tau2, ci),
        model=model,
        tau2=tau2,
        ci=ci,
        prediction=prediction,
        tau2_ci=tau2_ci,
        study_ci=study_ci,
        zero_cells=zero_cells,
        double_zero=double_zero,
        subgroup_tau2=subgroup_tau2,
        tau_prior=tau_prior,
        mu_prior=mu_prior,
        correlation=correlation,
    )
    asked = OutcomeSpec(
        "outcome", outcome, "outcome", None, type_, chosen, direction, ("analysis",)
    )
    sides = Comparison(("treatment",), ("control",), "combine", *groups)
    return Pooled(synthesise(asked, (analysis,), sides, rows))


def _title(model: str, tau2: str | None, ci: str) -> str:
    return f"Random effects ({tau2 or 'REML'}, {ci})" if model == "random" else model
