"""Join all trials' tables into read-only views for people: one row of a view is one raw row."""

import sys

sys.stderr = open(snakemake.log[0], "w", encoding="utf-8")

from metasynth import store, views
from metasynth.records import Trial

trials = store.read_records(Trial, snakemake.input)
for name, content in views.views(trials).items():
    store.write(snakemake.output[name], content)
