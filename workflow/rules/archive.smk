# Needs: all results, and a checkout whose files are committed. Makes: the review as one zip that
# anyone can verify, and beside it a note of the machine and the moment, which no result depends on.
from metasynth.archive import checkout

ARCHIVE = f"results/archive/review-{REVIEW.config.version}"


rule archive:
    input:
        f"{ARCHIVE}.zip",


# The same with the locked packages, so that it reruns without any registry.
rule archive_full:
    input:
        f"{ARCHIVE}-full.zip",


# From files that are not committed, for trying out; marked as such inside and outside.
rule archive_dirty:
    input:
        f"{ARCHIVE}-dirty.zip",


rule pack:
    input:
        [path for member in PLAN.members() for path in member.files],
    output:
        zip=f"{ARCHIVE}{{variant}}.zip",
        environment=f"{ARCHIVE}{{variant}}.environment.json",
    log:
        "logs/archive{variant}.log",
    wildcard_constraints:
        variant="|-full|-dirty",
    conda:
        "../../envs/metasynth.yaml"
    threads: 1000  # it has the run to itself; Snakemake gives the cores that there are
    resources:
        mem_mb=1500,
    params:
        # Another commit is archived anew; uncommitted changes are refused before anything runs.
        state=lambda wildcards: checkout.state(
            PIPELINE,
            Path.cwd(),
            CONFIG_FILE,
            dirty=wildcards.variant == "-dirty",
        ),
        code=lambda wildcards: digest.code_digest(
            PIPELINE / "workflow/scripts/archive.py"
        ),
    shell:
        commands.script("archive.py") + " {output:q} {threads} 2> {log:q}"
