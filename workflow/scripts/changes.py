"""Write the review's state, and what changed since the baseline."""

from dataclasses import replace
from pathlib import Path

from metasynth.pipeline import jobs
from metasynth.core import store
from metasynth.core.paths import WORKFLOW
from metasynth.grade.certainty import Rating
from metasynth.language.studied import spoken
from metasynth.language.wording import Wording
from metasynth.living import baseline as states
from metasynth.living.certainty_changes import kept
from metasynth.living.changes import compare
from metasynth.living.growth import growth
from metasynth.living.state import state
from metasynth.model.records import ChangelogEntry, Config, OutcomeResult, Trial
from metasynth.report.changes_page import page
from metasynth.report.render import html
from metasynth.tables import reader


def changes(
    results: tuple[OutcomeResult, ...],
    trials: tuple[Trial, ...],
    certainty: tuple[Rating, ...],
    baseline: tuple[str, ...],
    config: Config,
    wording: Wording,
    changelog: tuple[ChangelogEntry, ...],
    draft: bool,
    made_up: bool,
) -> dict[str, str]:
    """The state, and how it differs from the one that was accepted, if one was.

    `draft` tells whether starter text is left, `made_up` whether the trials are a new review's.
    """
    estimates = [
        row for result in results for analysis in result.analyses for row in analysis.estimates
    ]
    raw = reader.of_the_review(Path(config.data))
    written = states.to_text(state(config, trials, raw, changelog, estimates, kept(certainty)))
    before = states.read(Path(baseline[0])) if baseline else None
    found = compare(before, states.from_text(written), config.living)
    found = replace(found, cumulative=growth(results))
    language = spoken(wording, config.languages[0])
    document = page(config, found, language, draft=draft, made_up=made_up)
    return {
        "state.json": written,
        "changes.json": store.to_json(found),
        "changes.html": html.render(document, WORKFLOW / "report", language),
    }


jobs.run(changes)
