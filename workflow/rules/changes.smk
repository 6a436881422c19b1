# Needs: all trials, all pooled results and, if a state was accepted before, the baseline. Makes: the
# review's state as it is now, and what changed since the baseline, for programs and as a page.


rule changes:
    input:
        trials=expand("results/clean/trials/{study}.json", study=TRIALS),
        results=expand("results/outcomes/{outcome}/result.json", outcome=OUTCOMES),
        certainty="results/tables/certainty.json",
        tables=review_tables(),
        baseline=baseline(),
    output:
        state="results/state.json",
        changes="results/changes.json",
        page="results/changes.html",
    log:
        "logs/changes.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        config=lambda wildcards: store.to_json(REVIEW.config),
        data=str(RAW),
        changelog=lambda wildcards: [store.to_json(entry) for entry in REVIEW.changelog],
        templates=content(templates()),
        content=content([*review_tables(), *baseline()]),
        code=code("changes.py"),
    script:
        "../scripts/changes.py"
