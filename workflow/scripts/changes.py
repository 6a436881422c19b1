"""Write the review's state, and what changed since the baseline."""

from dataclasses import replace
from pathlib import Path

from metasynth.core import store
from metasynth.grade.certainty import Rating
from metasynth.language.studied import spoken
from metasynth.living import baseline
from metasynth.living.certainty_changes import kept
from metasynth.living.changes import compare
from metasynth.living.growth import growth
from metasynth.living.state import state
from metasynth.model.records import OutcomeResult, Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Comparing
from metasynth.pipeline.targets import Member
from metasynth.report.changes_page import page
from metasynth.report.render import html
from metasynth.tables import reader

TEMPLATES = Path(__file__).parents[1] / "report"


def changes(member: Member) -> dict[str, str]:
    """The state, and how it differs from the one that was accepted."""
    told = store.from_json(Comparing, member.choices)
    results = store.read_records(OutcomeResult, member.inputs["results"])
    (certainty,) = member.inputs["certainty"]
    ratings = store.list_from_json(Rating, Path(certainty).read_text("utf-8"))
    now = state(
        told.config,
        store.read_records(Trial, member.inputs["trials"]),
        reader.of_the_review(Path(told.config.data)),
        told.changelog,
        [row for result in results for analysis in result.analyses for row in analysis.estimates],
        kept(ratings),
    )
    written = baseline.to_text(now)
    before = next((baseline.read(Path(path)) for path in member.inputs["baseline"]), None)
    found = compare(before, baseline.from_text(written), told.config.living)
    found = replace(found, cumulative=growth(results))
    language = spoken(told.wording, told.config.languages[0])
    document = page(told.config, found, language, draft=told.draft, made_up=told.made_up)
    return {
        "state.json": written,
        "changes.json": store.to_json(found),
        "changes.html": html.render(document, TEMPLATES, language),
    }


jobs.run(changes)
