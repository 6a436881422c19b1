# Needs: a trial's folder of raw tables. Makes: the trial as one typed record, and joined read-only
# views of all trials for people.


rule clean:
    input:
        lambda wildcards: raw_tables(wildcards.study),
    output:
        "results/clean/trials/{study}.json",
    params:
        data=str(RAW),
        content=lambda wildcards, input: content(input),
        code=code("clean.py"),
    log:
        "logs/clean/{study}.log",
    conda:
        "../../envs/metasynth.yaml"
    script:
        "../scripts/clean.py"


rule views:
    input:
        expand("results/clean/trials/{study}.json", study=TRIALS),
    output:
        studies="results/clean/studies.csv",
        arms="results/clean/arms.csv",
        results="results/clean/results.csv",
        sources="results/clean/sources.csv",
    params:
        code=code("views.py"),
    log:
        "logs/views.log",
    conda:
        "../../envs/metasynth.yaml"
    script:
        "../scripts/views.py"
