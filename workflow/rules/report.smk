# Needs: everything above, the review's prose and the report's own templates. Makes: the report in
# results/report, in each language and form.


rule report:
    input:
        PLAN.records("report"),


for batch in PLAN.batches["report"]:

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
            "../scripts/report.py"
