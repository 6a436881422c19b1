"""Run the review afresh from what is committed, and pack it with its results into one zip."""

import sys
from pathlib import Path

from metasynth.archive import make
from metasynth.core import streams, verify

streams.say_anything()
zip_file, environment, threads = sys.argv[1:]  # the zip's name says which variant it is
with verify.heeding_signals():
    pipeline = Path(__file__).parents[2]
    why = make.archive(pipeline, Path.cwd(), Path(zip_file), Path(environment), int(threads))
if why:
    print(f"There is no archive. {why}", flush=True)
    sys.exit(why)
