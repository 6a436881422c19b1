"""Draw the figures of the whole review: all outcomes, the flow of studies, the risk of bias."""

from metasynth.core import store
from metasynth.figures.files import review_files
from metasynth.language.studied import all_spoken
from metasynth.model.records import OutcomeResult, Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Overview
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity


def overview(member: Member) -> dict[str, str]:
    """Every figure of the review as a whole, in each of its languages."""
    told = store.from_json(Overview, member.choices)
    results = store.read_records(OutcomeResult, member.inputs["results"])
    return review_files(
        member.files,
        results,
        store.read_records(Trial, member.inputs["trials"]),
        told.flow,
        all_spoken(told.wording),
        told.main,
        told.claims,
        told.shared,
        store.read_records(Sensitivity, member.inputs["sensitivities"]),
    )


jobs.run(overview)
