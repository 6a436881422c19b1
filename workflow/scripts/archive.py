"""Run the review afresh from what is committed, and pack it with its results into one zip."""

import sys
import tempfile
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth.archive import build, machine, wheels
from metasynth.core import store
from metasynth.model.records import Config

config = store.from_json(Config, snakemake.params.config)
pipeline, review = Path(snakemake.params.pipeline), Path.cwd()
variant, target = snakemake.wildcards.variant, Path(snakemake.output.zip)

with tempfile.TemporaryDirectory() as name:
    folder, extras = Path(name, "stage"), Path(name, "extras")
    folder.mkdir()
    extras.mkdir()
    try:
        staged = build.stage(pipeline, review, folder, dirty=variant == "-dirty")
        build.sources(folder, config)
        fetched = wheels.fetch(folder, pipeline, extras) if variant == "-full" else {}
        build.run(folder, snakemake.threads)
        build.refuse_differences(build.results(folder), review)
        build.write(staged, config, fetched, Path(name, target.name))
    except build.ArchiveError as reason:
        print(f"There is no archive. {reason}", file=sys.__stderr__)  # in sight, and in the log
        sys.exit(str(reason))
    store.write(target, Path(name, target.name).read_bytes())
store.write(snakemake.output.environment, machine.environment(target))
