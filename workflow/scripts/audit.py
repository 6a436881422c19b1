"""Set published statements beside the results."""

from collections.abc import Mapping

from metasynth.pipeline import jobs
from metasynth.audit.reproduction import Reproduction, reproduce
from metasynth.audit.run import audit
from metasynth.audit.verdicts import Audited
from metasynth.core.store import table_files
from metasynth.model.importance import Declared
from metasynth.model.records import Claim, Comparison, OutcomeResult, Trial


def audited(
    results: tuple[OutcomeResult, ...],
    trials: tuple[Trial, ...],
    claims: tuple[Claim, ...],
    comparisons: Mapping[str, Comparison],
    declared: Declared,
) -> dict[str, str]:
    """Published estimates beside the recomputed ones, and every statement's verdict.

    `declared` says which differences are important.
    """
    verdicts = audit(claims, results, trials, comparisons, declared)
    reproduced = table_files("reproduction", Reproduction, reproduce(claims, results))
    return reproduced | table_files("claims", Audited, verdicts)


jobs.run(audited)
