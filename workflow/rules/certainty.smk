# Needs: the pooled results, the trials' judgements and certainty.csv. Makes: in results/tables how
# certain the evidence of each outcome is, domain by domain, and the lines of the summary of findings.


for batch in PLAN.batches["certainty"]:

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
            "../scripts/certainty.py"
