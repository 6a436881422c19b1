# Needs: all results, and a checkout whose files are committed. Makes: the review as one zip that
# anyone can verify, and beside it a note of the machine and the moment, which no result depends on.
import time

from metasynth.archive import checkout

ARCHIVE = f"results/archive/review-{REVIEW.config.version}"


def committed(wildcards):
    """The commits, so that another one is archived anew; changes are refused before anything runs."""
    if wildcards.variant == "-dirty":
        return str(time.time_ns())  # never taken as done
    try:
        checkouts = [
            checkout.read(Path(workflow.basedir), "Snakefile"),
            checkout.read(Path.cwd(), CONFIG_FILE),
        ]
        for folder in checkouts:
            checkout.refuse_changes(folder)
    except checkout.ArchiveError as reason:
        raise WorkflowError(f"There is no archive. {reason}")
    return [folder.commit for folder in checkouts]


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
        lambda wildcards: rules.all.input,
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
    params:
        state=committed,
        config=store.to_json(REVIEW.config),
        pipeline=str(workflow.basedir),
        code=code("archive.py"),
    script:
        "../scripts/archive.py"
