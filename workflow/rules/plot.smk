# Needs: pooled results. Makes: in results/figures the figures that each outcome has enough trials
# for, as SVG, and those of the whole review.


rule plot:
    input:
        PLAN.records("plot"),


for batch in PLAN.batches["plot"]:

    rule:
        name:
            batch.rule
        input:
            needed(batch),
        output:
            shown(batch),
        log:
            f"logs/{batch.rule}.log",
        conda:
            "../../envs/metasynth.yaml"
        script:
            "../scripts/plot.py"


for batch in PLAN.batches["overview"]:

    rule overview:
        input:
            needed(batch),
        output:
            shown(batch),
        log:
            "logs/overview.log",
        conda:
            "../../envs/metasynth.yaml"
        script:
            "../scripts/overview.py"
