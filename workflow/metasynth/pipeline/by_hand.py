"""A script called by hand: members of its stage made alone, without Snakemake, to look into one.

    python workflow/scripts/pool.py acr20_w24        (or: python -m pdb workflow/scripts/pool.py …)

It is called in the review's folder, where what the members are made from has to stand already.
"""

import argparse
from pathlib import Path

from metasynth.pipeline import jobs, lock, stamps
from metasynth.pipeline.stages import stages
from metasynth.review.load import load_review


def run(script: Path, make: jobs.Maker) -> None:
    """Make the members that the command line names, as the stage's rule does; all, if none."""
    parser = argparse.ArgumentParser(prog=script.name, description=__doc__)
    parser.add_argument("member", nargs="*", help="what to make, by name; all, if none is named")
    parser.add_argument("--configfile", default="config.yaml", help="the review's choices")
    told = parser.parse_args()
    review = load_review(Path(told.configfile), Path.cwd())
    all_stages = stages(review, script.parents[1], Path.cwd())
    members = {member.name: member for member in all_stages[script.stem]}
    if unknown := sorted(set(told.member) - set(members)):
        parser.error(f"there is no {', '.join(unknown)}, but {', '.join(sorted(members))}")
    lock.begin()
    for name in told.member or members:
        missing = [path for path in members[name].sources if not Path(path).is_file()]
        if missing:
            parser.error(f"{missing[0]} is not there: snakemake --cores 2 {missing[0]}")
        stamps.write(members[name], make(**jobs.given(make, members[name])))
        print("\n  ".join((name or script.stem, *members[name].files)))
