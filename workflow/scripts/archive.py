"""Run the review afresh from what is committed, and pack it with its results into one zip."""

import sys
import tempfile
from pathlib import Path

from metasynth.archive import build, machine, staging, wheels
from metasynth.core import store
from metasynth.review.load import load_review

zip_file, environment, threads = sys.argv[1:]  # the zip's name says which variant it is
pipeline, review, target = Path(__file__).parents[2], Path.cwd(), Path(zip_file)
config = load_review(Path("config.yaml"), review).config

with tempfile.TemporaryDirectory() as name:
    folder, extras = Path(name, "stage"), Path(name, "extras")
    folder.mkdir()
    extras.mkdir()
    try:
        staged = staging.stage(pipeline, review, folder, dirty=target.stem.endswith("-dirty"))
        staging.refuse_other_sources(staged, review, config)
        fetched = wheels.fetch(folder, pipeline, extras) if target.stem.endswith("-full") else {}
        build.run(folder, int(threads))
        build.refuse_differences(build.results(folder), review)
        build.write(staged, config, fetched, Path(name, target.name))
    except build.ArchiveError as reason:
        print(f"There is no archive. {reason}", flush=True)
        sys.exit(str(reason))
    store.write(target, Path(name, target.name).read_bytes())
store.write(environment, machine.environment(target))
