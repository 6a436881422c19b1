# Needs: a trial's folder of raw tables. Makes: the trial as one typed record, and joined read-only
# views of all trials for people.


rule clean:
    input:
        lambda wildcards: raw_tables(wildcards.study),
    output:
        "results/clean/trials/{study}.json",
    log:
        "logs/clean/{study}.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        data=str(RAW),
        # By wildcards alone: Snakemake does not compare params that are computed from input.
        content=lambda wildcards: content(raw_tables(wildcards.study)),
        code=code("clean.py"),
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
    log:
        "logs/views.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        code=code("views.py"),
    script:
        "../scripts/views.py"
