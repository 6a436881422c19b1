# Needs: the trials' folders of raw tables. Makes: each trial as one typed record in
# results/clean/trials, and joined read-only views of all trials for people in results/clean.


for batch in PLAN.batches["clean"]:

    rule:
        name:
            batch.name
        input:
            needed(batch),
        output:
            batch.outputs,
        log:
            f"logs/{batch.name}.log",
        conda:
            "../../envs/metasynth.yaml"
        script:
            "../scripts/clean.py"


for batch in PLAN.batches["views"]:

    rule:
        name:
            batch.name
        input:
            needed(batch),
        output:
            batch.outputs,
        log:
            f"logs/{batch.name}.log",
        conda:
            "../../envs/metasynth.yaml"
        script:
            "../scripts/views.py"
