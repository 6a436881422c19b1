"""Rate the certainty of each outcome's evidence, and write what is concluded and summarised."""

from metasynth.core import store
from metasynth.grade.certainty import COLUMNS, assess_all
from metasynth.grade.conclusions import Conclusion, conclude
from metasynth.grade.summary_of_findings import Finding, summary
from metasynth.model.records import OutcomeResult, Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Rating
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity


def rate(member: Member) -> dict[str, str]:
    """The three tables, as CSV and as JSON."""
    told, inputs = store.from_json(Rating, member.choices), member.inputs
    results = store.read_records(OutcomeResult, inputs["results"])
    ratings = assess_all(
        results,
        told.rules,
        told.panel,
        store.read_records(Trial, inputs["trials"]),
        store.read_records(Sensitivity, inputs["sensitivities"]),
    )
    rows = ([getattr(rating, column) for column in COLUMNS] for rating in ratings)
    return {
        "certainty.csv": store.to_csv(COLUMNS, rows),
        "certainty.json": store.to_json(ratings),
        **store.table_files("findings", Finding, summary(results, told.rules, ratings)),
        **store.table_files("conclusions", Conclusion, conclude(results, told.rules, ratings)),
    }


jobs.run(rate)
