"""Turn one trial's raw tables, already checked, into one typed record."""

import sys
from pathlib import Path

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store, tables

raw = tables.read_trial(Path(snakemake.params.data), snakemake.wildcards.study)
store.write(snakemake.output[0], store.to_json(tables.trial(raw), exact=True))
