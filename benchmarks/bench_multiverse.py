"""Time the multiverse of this repository's own review: python benchmarks/bench_multiverse.py."""

import time
from pathlib import Path

from metasynth.model.records import Omission
from metasynth.review.load import load_review
from metasynth.sensitivity.multiverse import multiverse
from metasynth.synthesis.comparison import reports, study_data
from metasynth.synthesis.synthesise import synthesise

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Pool every outcome, then make and count its multiverse three times."""
    review = load_review(ROOT / "config.yaml", ROOT)
    config = review.config
    analyses = {analysis.name: analysis for analysis in config.analyses}
    pooled = []
    for outcome in config.outcomes:
        used = [t for t in review.trials if reports(t, outcome, config.comparison)]
        data = [study_data(trial, outcome, config.comparison) for trial in used]
        studies = [study for item in data if not isinstance(item, Omission) for study in item]
        specs = [analyses[name] for name in outcome.analyses]
        pooled.append((synthesise(outcome, specs, config.comparison, studies), used))
    for _ in range(3):
        start = time.process_time()
        found = [multiverse(result, trials, config.multiverse) for result, trials in pooled]
        seconds = time.process_time() - start
        count = sum(one.tally.analyses + one.undefined for one in found)
        print(f"{count} analyses of {len(found)} outcomes in {seconds:.3f} s")


if __name__ == "__main__":
    main()
