# Needs: pooled results. Makes: the figures that each outcome has enough trials for, as SVG, and those
# of the whole review.

# What figures are said in: the languages, and their catalogues by content.
speech = {
    "languages": list(LANGUAGES),
    "text": REVIEW.config.text,
    "catalogues": content(catalogues()),
}

# Outcomes with the same figures share a rule: an output cannot depend on a wildcard's value.
for number, names in enumerate(sorted(set(FIGURES.values()))):

    rule:
        name:
            f"plot_{number}"
        input:
            result="results/outcomes/{outcome}/result.json",
            multiverse="results/outcomes/{outcome}/multiverse.json",
            sequential="results/outcomes/{outcome}/sequential.json",
        output:
            report(
                expand(
                    "results/figures/{{outcome}}/{name}{suffix}.svg",
                    name=names,
                    suffix=SUFFIXES,
                ),
                caption="../report/captions/figure.rst",
                category="Figures",
                labels={"outcome": "{outcome}"},
            ),
        log:
            "logs/plot/{outcome}.log",
        wildcard_constraints:
            outcome="|".join(
                outcome for outcome in OUTCOMES if FIGURES[outcome] == names
            ),
        conda:
            "../../envs/metasynth.yaml"
        params:
            **speech,
            choices=store.to_json(REVIEW.config.figures),
            judgements=lambda wildcards: judgements(wildcards.outcome),
            code=code("plot.py"),
        script:
            "../scripts/plot.py"


rule overview:
    input:
        results=expand("results/outcomes/{outcome}/result.json", outcome=PRIMARY),
        trials=expand("results/clean/trials/{study}.json", study=TRIALS),
    output:
        expand("results/figures/{name}{suffix}.svg", name=OVERVIEW, suffix=SUFFIXES),
    log:
        "logs/overview.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        **speech,
        # By a function: in a plain string Snakemake would take braces for wildcards.
        flow=lambda wildcards: store.to_json(REVIEW.flow),
        code=code("overview.py"),
    script:
        "../scripts/overview.py"
