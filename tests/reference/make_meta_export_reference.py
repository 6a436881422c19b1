"""Reference values: what R's package meta prints in the exported scripts, into meta_export.csv.

Needs R with the packages meta (8.0-0 or later; 8.2-1 made the committed values) and metafor, from
CRAN: install.packages("meta"). `calls` is the digest of what the script has meta do, so that a test
without R sees that a script is still the one that was run.
"""

import csv
import tempfile
from pathlib import Path

from meta_cases import calls, name, results, run

from metasynth.synthesis.meta_export import meta_script

OUT = Path(__file__).parent / "expected" / "meta_export.csv"

outcomes = results()
with tempfile.TemporaryDirectory() as folder:
    values = run(outcomes, Path(folder))
with OUT.open("w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("case", "calls", "quantity", "meta"))
    for number, (result, found) in enumerate(zip(outcomes, values, strict=True)):
        digest = calls(meta_script(result, "meta.csv"))
        rows = found.items() or [("none", "")]
        writer.writerows((name(number), digest, quantity, value) for quantity, value in rows)
