# A systematic review, from extracted trial tables to a rendered report.
#
#   data/raw ─ clean (trials) ─ pool, sensitivity, forest, plot (outcomes) ─ report ─ archive
#
# The choices stand in config.yaml, each stage in its own file of workflow/rules. Nothing runs until
# every table and every choice has been checked: that happens in review.smk, when this file is read.
# What has to be made is known then, too: PLAN has each stage's jobs, and which files they make.
from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/review.smk"
include: "workflow/rules/stages.smk"
include: "workflow/rules/archive.smk"
include: "workflow/rules/gallery.smk"


rule all:
    default_target: True
    input:
        target(),
