# A systematic review, from extracted trial tables to a rendered report.
#
#   data/raw ─ clean (a trial) ─ pool (an outcome) ─ plot (an outcome) ─ report ─ archive
#
# The choices stand in config.yaml, each stage in its own file of workflow/rules. Nothing runs until
# every table and every choice has been checked: that happens in review.smk, when this file is read.
from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/review.smk"
include: "workflow/rules/clean.smk"
include: "workflow/rules/pool.smk"
include: "workflow/rules/changes.smk"
include: "workflow/rules/certainty.smk"
include: "workflow/rules/plot.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/archive.smk"


rule all:
    default_target: True
    input:
        expand(
            "results/report/review{suffix}.{format}",
            suffix=SUFFIXES,
            format=["html", "pdf"],
        ),
        "results/tables/estimates.csv",
        "results/tables/studies.csv",
        "results/tables/reproduction.csv",
        "results/tables/claims.csv",
        "results/tables/certainty.csv",
        "results/tables/findings.csv",
        "results/clean/results.csv",
        "results/changes.json",
        "results/changes.html",
        figures(),
