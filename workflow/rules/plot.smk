# Needs: an outcome's pooled result. Makes: its forest plot as SVG.


rule forest:
    input:
        "results/outcomes/{outcome}/result.json",
    output:
        report(
            "results/figures/{outcome}/forest.svg",
            caption="../report/captions/forest.rst",
            category="Forest plots",
            labels={"outcome": "{outcome}"},
        ),
    log:
        "logs/forest/{outcome}.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        code=code("forest.py"),
    script:
        "../scripts/forest.py"
