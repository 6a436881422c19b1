# Needs: pooled results. Makes: in results/figures the figures that each outcome has enough trials
# for, as SVG, and those of the whole review.


for batch in PLAN.batches["plot"]:

    rule:
        name:
            batch.name
        input:
            needed(batch),
        output:
            shown(batch),
        log:
            f"logs/{batch.name}.log",
        conda:
            "../../envs/metasynth.yaml"
        script:
            "../scripts/plot.py"


for batch in PLAN.batches["overview"]:

    rule:
        name:
            batch.name
        input:
            needed(batch),
        output:
            shown(batch),
        log:
            f"logs/{batch.name}.log",
        conda:
            "../../envs/metasynth.yaml"
        script:
            "../scripts/overview.py"
