# Needs: all trials, all pooled results and, if a state was accepted before, the baseline. Makes: in
# results the review's state as it is now, and what changed since the baseline, also as a page.


for batch in PLAN.batches["changes"]:

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
            "../scripts/changes.py"
