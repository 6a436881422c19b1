# Needs: everything above, the review's prose and the report's own templates. Makes: the report in
# results/report, in each language and form.


for batch in PLAN.batches["report"]:

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
        resources:
            mem_mb=1100,  # twice what it took; other jobs have what a profile says
        script:
            "../scripts/report.py"
