# Needs: the cleaned trials that report an outcome, and its choices. Makes: its pooled result, the
# same for R with a script in which metafor repeats it, and the tables of all outcomes.


rule pool:
    input:
        lambda wildcards: expand(
            "results/clean/trials/{study}.json",
            study=trials_reporting(wildcards.outcome),
        ),
    output:
        result="results/outcomes/{outcome}/result.json",
        sensitivity="results/outcomes/{outcome}/sensitivity.json",
        extraction="results/outcomes/{outcome}/extraction.json",
        multiverse="results/outcomes/{outcome}/multiverse.json",
        sequential="results/outcomes/{outcome}/sequential.json",
        data="results/outcomes/{outcome}/metafor.csv",
        script="results/outcomes/{outcome}/metafor.R",
    log:
        "logs/pool/{outcome}.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        outcome=lambda wildcards: store.to_json(OUTCOMES[wildcards.outcome]),
        analyses=lambda wildcards: [
            store.to_json(ANALYSES[name])
            for name in OUTCOMES[wildcards.outcome].analyses
        ],
        # By a function: in a plain string Snakemake would take braces for wildcards.
        comparison=lambda wildcards: store.to_json(REVIEW.config.comparison),
        multiverse=lambda wildcards: store.to_json(REVIEW.config.multiverse),
        code=code("pool.py"),
    script:
        "../scripts/pool.py"


rule tables:
    input:
        results=expand("results/outcomes/{outcome}/result.json", outcome=OUTCOMES),
        trials=expand("results/clean/trials/{study}.json", study=TRIALS),
    output:
        estimates="results/tables/estimates.csv",
        estimates_json="results/tables/estimates.json",
        studies="results/tables/studies.csv",
        studies_json="results/tables/studies.json",
        reproduction="results/tables/reproduction.csv",
        reproduction_json="results/tables/reproduction.json",
        claims="results/tables/claims.csv",
        claims_json="results/tables/claims.json",
    log:
        "logs/tables.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        claims=lambda wildcards: [store.to_json(claim) for claim in REVIEW.claims],
        comparison=lambda wildcards: store.to_json(REVIEW.config.comparison),
        code=code("tables.py"),
    script:
        "../scripts/tables.py"
