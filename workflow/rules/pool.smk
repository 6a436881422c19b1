# Needs: the cleaned trials that report an outcome, and its choices. Makes: in results/outcomes the
# outcome's pooled result and sensitivity analyses, and the same for R with a script in which metafor
# repeats it; in results/tables the tables of all outcomes, and what statsmodels finds of them.


for batch in PLAN.batches["pool"]:

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
            "../scripts/pool.py"


for batch in PLAN.batches["tables"]:

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
            "../scripts/tables.py"


for batch in PLAN.batches["crosscheck"]:

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
            "../scripts/crosscheck.py"
