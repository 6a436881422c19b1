# Needs: everything above, the review's prose and the report's own templates. Makes: the report, in
# each language.


rule report:
    input:
        trials=expand("results/clean/trials/{study}.json", study=TRIALS),
        results=expand("results/outcomes/{outcome}/result.json", outcome=OUTCOMES),
        sensitivities=expand(
            "results/outcomes/{outcome}/sensitivity.json", outcome=PRIMARY
        ),
        figures=figures(),
        estimates="results/tables/estimates.csv",
        studies="results/tables/studies.csv",
        reproduction="results/tables/reproduction.json",
        claims="results/tables/claims.json",
        certainty="results/tables/certainty.json",
        findings="results/tables/findings.json",
        changes="results/changes.json",
        bibliography=str(RAW / "references.bib"),
        prose=prose(),
    output:
        html=report(
            expand("results/report/review{suffix}.html", suffix=SUFFIXES),
            caption="../report/captions/review.rst",
            category="Report",
        ),
        pdf=expand("results/report/review{suffix}.pdf", suffix=SUFFIXES),
        docx=expand("results/report/review{suffix}.docx", suffix=SUFFIXES),
        provenance="results/report/provenance.json",
    log:
        "logs/report.log",
    conda:
        "../../envs/metasynth.yaml"
    params:
        # By a function: in a plain string Snakemake would take braces for wildcards.
        config=lambda wildcards: store.to_json(REVIEW.config),
        search=lambda wildcards: [store.to_json(line) for line in REVIEW.search],
        claims=lambda wildcards: [store.to_json(claim) for claim in REVIEW.claims],
        prose_content=content([RAW / "references.bib", *prose()]),
        templates=content(templates()),
        versions=versions(),
        code=code("report.py"),
    script:
        "../scripts/report.py"
