# A job makes a batch of a stage: many members (trials, outcomes), since starting a process costs more
# than pooling an outcome. What the stages make, from what, and where it lands: pipeline/stages.py.
#
#   clean        each trial's raw tables, as one typed record; views: the same joined, for people
#   pool         each outcome: its result, and a script that repeats it in R
#   sensitivity  how far each result depends on single trials, on data and on choices
#   crosscheck   the results once more by statsmodels; a difference stops the run
#   tables       all outcomes in tables; moderators: their meta-regressions in one
#   audit        published statements beside the results
#   certainty    how certain each outcome's evidence is, conclusions, the summary of findings
#   changes      the review's state, and what changed since the one that was accepted
#   forest       each outcome's forest plot; plot: its other figures; overview: the review's
#   report       in each language, as HTML, PDF and DOCX
#   figure_files figures in the forms that a journal asks for, where config.yaml names some
#
# Each stage has its script in workflow/scripts. With -R, --until or as a target its name stands for
# all of its jobs: clean, or clean_1, clean_2 … where there are several.

# The new estimate first, then its figures, then what takes longest of what reports wait for.
FIRST = {"clean": 7, "pool": 6, "tables": 5, "forest": 4}
FIRST |= {"sensitivity": 3, "plot": 2, "crosscheck": 1}
# Twice what it took; others have what a profile says.
MEMORY = {"report": {"mem_mb": 1300}}


for batch in PLAN.batches:

    rule:
        name:
            batch.name
        input:
            needed(batch),
        output:
            shown(batch),
        log:
            f"logs/{batch.name}.log",
        priority: FIRST.get(batch.stage, 0)
        conda:
            "../../envs/metasynth.yaml"
        resources:
            **MEMORY.get(batch.stage, {}),
        params:
            # By the output, results/made/<stage>…: what depends on nothing is noted and compared, for
            # which Snakemake imports pandas, a tenth of a run that has nothing to do.
            stage=lambda wildcards, output: Path(Path(output[0]).parts[2]).stem,
        shell:
            commands.script("{params.stage}.py") + " --batch {log:q} 2> {log:q}"


# A stage of several jobs is made by its name as well.
for stage in PLAN.reasons:
    if [batch.name for batch in PLAN.of(stage)] != [stage]:

        rule:
            name:
                stage
            input:
                target(stage),
