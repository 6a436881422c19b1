"""Draw the figures of the whole review: all outcomes, the flow of studies, the risk of bias."""

from collections.abc import Mapping

from metasynth.pipeline import jobs
from metasynth.figures.files import review_files
from metasynth.language.studied import all_spoken
from metasynth.language.wording import Wording
from metasynth.model.records import Claim, FlowCount, OutcomeResult, Trial
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity


def overview(
    member: Member,
    results: tuple[OutcomeResult, ...],
    sensitivities: tuple[Sensitivity, ...],
    trials: tuple[Trial, ...],
    wording: Wording,
    flow: tuple[FlowCount, ...],
    main: tuple[str, ...],
    claims: tuple[Claim, ...],
    shared: Mapping[str, tuple[str, ...]],
) -> dict[str, str]:
    """Every figure of the review as a whole, in each of its languages.

    `main` are the ids of outcomes in one view, `claims` what published figures print, `shared` the
    outcomes that each figure of all shows.
    """
    spoken = all_spoken(wording)
    return review_files(
        member.files, results, trials, flow, spoken, main, claims, shared, sensitivities
    )


jobs.run(overview)
