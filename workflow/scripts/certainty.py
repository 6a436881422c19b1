"""Rate the certainty of each outcome's evidence, and write what is concluded and summarised."""

from metasynth.pipeline import jobs
from metasynth.core.store import table_files, to_csv, to_json
from metasynth.grade.certainty import COLUMNS, assess_all
from metasynth.grade.conclusions import Conclusion, conclude
from metasynth.grade.summary_of_findings import Finding, summary
from metasynth.model.certainty_config import CertaintyRules
from metasynth.model.records import CertaintyRating, OutcomeResult, Trial
from metasynth.sensitivity.battery import Sensitivity


def rate(
    results: tuple[OutcomeResult, ...],
    sensitivities: tuple[Sensitivity, ...],
    trials: tuple[Trial, ...],
    rules: CertaintyRules,
    panel: tuple[CertaintyRating, ...],
) -> dict[str, str]:
    """The three tables, as CSV and as JSON, by declared rules and by what a panel rated."""
    ratings = assess_all(results, rules, panel, trials, sensitivities)
    rows = ([getattr(rating, column) for column in COLUMNS] for rating in ratings)
    return {
        "certainty.csv": to_csv(COLUMNS, rows),
        "certainty.json": to_json(ratings),
        **table_files("findings", Finding, summary(results, rules, ratings)),
        **table_files("conclusions", Conclusion, conclude(results, rules, ratings)),
    }


jobs.run(rate)
