"""Set published statements beside the results."""

from metasynth.audit.reproduction import Reproduction, reproduce
from metasynth.audit.run import audit
from metasynth.audit.verdicts import Audited
from metasynth.core import store
from metasynth.model.records import OutcomeResult, Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Auditing
from metasynth.pipeline.targets import Member


def audited(member: Member) -> dict[str, str]:
    """Published estimates beside the recomputed ones, and every statement's verdict."""
    told = store.from_json(Auditing, member.choices)
    results = store.read_records(OutcomeResult, member.inputs["results"])
    trials = store.read_records(Trial, member.inputs["trials"])
    verdicts = audit(told.claims, results, trials, told.comparisons, told.declared)
    return {
        **store.table_files("reproduction", Reproduction, reproduce(told.claims, results)),
        **store.table_files("claims", Audited, verdicts),
    }


jobs.run(audited)
