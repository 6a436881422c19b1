"""A corrected point of a survival curve is the cause of another hazard ratio, and of no other."""

from dataclasses import replace

from tests.made_up import CONVERTED, B

from metasynth.living.changes import compare
from metasynth.living.state import state
from metasynth.review.load import load_review
from metasynth.synthesis.comparison import brought
from metasynth.synthesis.synthesise import synthesise


def test_a_corrected_point_is_the_cause_of_its_outcome(tmp_path):
    CONVERTED.write(tmp_path)
    review = load_review(tmp_path / "config.yaml", tmp_path)
    config = replace(
        review.config,
        outcomes=tuple(o for o in review.config.outcomes if o.id in ("hr_curves", "or_converted")),
    )
    specs = {spec.name: spec for spec in config.analyses}

    def made(trials):
        rows = []
        for outcome in config.outcomes:
            sides = config.comparison_of(outcome)
            studies = brought(trials, outcome, sides)[0]
            analyses = [specs[name] for name in outcome.analyses]
            result = synthesise(outcome, analyses, sides, studies)
            rows += [row for item in result.analyses for row in item.estimates]
        return state(config, trials, (), (), rows, ())

    corrected = tuple(
        replace(
            trial,
            survival=tuple(
                replace(p, survival=0.88) if (p.arm_id, p.time) == ("t", 12.0) else p
                for p in trial.survival
            ),
        )
        if trial.study.study == B
        else trial
        for trial in review.trials
    )
    changes = compare(made(review.trials), made(corrected), config.living)
    assert [(row.table, row.kind) for row in changes.rows] == [("survival", "corrected")]
    found = {o.outcome: o for o in changes.outcomes}
    assert [(c.kind, c.items) for c in found["hr_curves"].causes] == [
        ("data", (f"{B} {changes.rows[0].name}",))
    ]
    assert found["or_converted"].kind == "unchanged"
