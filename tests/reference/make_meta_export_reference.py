"""Reference values: what R's package meta prints in the exported scripts, into meta_export.csv.

Needs R with the packages meta (8.0-0 or later; 8.2-1 made the committed values) and metafor, from
CRAN: install.packages("meta"). `calls` is the digest of what the script has meta do, so that a test
without R sees that a script is still the one that was run.
"""

import csv
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from meta_cases import calls, outcomes, run  # noqa: E402

from metasynth.synthesis.meta_export import meta_script  # noqa: E402

OUT = HERE / "expected" / "meta_export.csv"

made = outcomes()
with tempfile.TemporaryDirectory() as folder:
    values = run(made.values(), Path(folder))
with OUT.open("w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("case", "calls", "quantity", "meta"))
    for (name, result), found in zip(made.items(), values, strict=True):
        digest = calls(meta_script(result, "meta.csv"))
        rows = found.items() or [("none", "")]
        writer.writerows((name, digest, quantity, value) for quantity, value in rows)
