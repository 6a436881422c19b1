# Needs: the pooled results, the trials' judgements and certainty.csv. Makes: in results/tables how
# certain the evidence of each outcome is, domain by domain, and the lines of the summary of findings.


for batch in PLAN.batches["certainty"]:

    rule certainty:
        input:
            needed(batch),
        output:
            shown(batch),
        log:
            "logs/certainty.log",
        conda:
            "../../envs/metasynth.yaml"
        script:
            "../scripts/certainty.py"
