# Needs: the pooled results, the trials' judgements and certainty.csv. Makes: how certain the evidence
# of each outcome is, domain by domain, and the lines of the summary of findings.


rule certainty:
    input:
        results=expand("results/outcomes/{outcome}/result.json", outcome=PRIMARY),
        sensitivities=expand(
            "results/outcomes/{outcome}/sensitivity.json", outcome=PRIMARY
        ),
        trials=expand("results/clean/trials/{study}.json", study=TRIALS),
    output:
        certainty="results/tables/certainty.csv",
        certainty_json="results/tables/certainty.json",
        findings="results/tables/findings.csv",
        findings_json="results/tables/findings.json",
    log:
        "logs/certainty.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        rules=lambda wildcards: store.to_json(REVIEW.config.certainty),
        panel=lambda wildcards: store.to_json(REVIEW.certainty),
        code=code("certainty.py"),
    script:
        "../scripts/certainty.py"
