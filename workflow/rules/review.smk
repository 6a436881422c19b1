# Needs: config.yaml and data/raw. Makes: REVIEW, checked and typed, PLAN, which says what has to be
# made, and what the rules ask of it.
import gc
import os
import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.settings.types import RerunTrigger, SharedFSUsage

# All that is read here stays: searching it for garbage would find none, and take its time.
gc.disable()
# Snakemake writes the interpreter into shell commands as it is: a blank in a folder would part it.
sys.executable = shlex.quote(sys.executable.strip("'"))
sys.path.insert(0, f"{workflow.basedir}/workflow")
# Jobs that run in a conda environment find the package here; under uv it is installed.
os.environ.update(PYTHONPATH=f"{workflow.basedir}/workflow")
# Every job imports the package: it is compiled once, also where containers switch that off.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

from metasynth import faults, store
from metasynth.pipeline import plan, turn
from metasynth.pipeline.stages import stages
from metasynth.prose import drafts
from metasynth.validation import load_review


def config_file():
    """The one file of choices: --configfile, or config.yaml where the run takes place."""
    if workflow.config_settings.config or len(workflow.overwrite_configfiles) > 1:
        raise WorkflowError(
            "All choices stand in one file: edit it, or give --configfile another."
        )
    return str((*workflow.overwrite_configfiles, "config.yaml")[0])


def checked_review(path):
    """The review, or one report of all that is wrong with it; doubtful things are only told."""
    try:
        review = load_review(Path(path), Path.cwd())
    except faults.InvalidReview as invalid:
        raise WorkflowError(
            f"nothing was run, earlier results are untouched.\n\n{invalid}"
        )
    if review.warnings:
        logger.warning(faults.report(review.warnings))
    if review.draft and workflow.is_main_process:
        logger.info(drafts.note(review.draft))
    return review


def planned(review):
    """What has to be made. A job that Snakemake starts elsewhere reads the plan of its run."""
    if not workflow.is_main_process:
        return plan.from_json(turn.PLAN.read_text("utf-8"))
    pipeline = Path(workflow.basedir, "workflow")
    return plan.make(stages(review, pipeline, Path.cwd()), workers())


def workers():
    """How many jobs can run at once."""
    limits = (workflow.resource_settings.cores, workflow.resource_settings.nodes)
    return max(limit or 1 for limit in limits)


def take_turn():
    """One run at a time, so that what stands is known; a dry run only looks."""
    if workflow.output_settings.dryrun:
        turn.look()
        return
    try:
        turn.begin()
    except turn.BusyError as busy:
        raise WorkflowError(f"nothing was run: {busy}")
    except OSError as error:
        raise WorkflowError(f"nothing was run: this folder cannot be written. {error}")


REPORTED = "--report" in sys.argv
CONFIG_FILE = config_file()
REVIEW = checked_review(CONFIG_FILE)
if workflow.is_main_process:
    take_turn()
PLAN = planned(REVIEW)
if workflow.is_main_process and (not_up_to_date := plan.summary(PLAN)):
    logger.info(not_up_to_date)
    if turn.unwritable() and not workflow.output_settings.dryrun:
        raise WorkflowError("nothing was run.", *turn.unwritable())


def settle():
    """Settings that Snakemake has made up its mind about only when it asks for a job's inputs."""
    # Its own records, which may be lost, have no say; only the archive has params. Nor have its
    # marks of jobs that were cut off: of their members some stand, and not in order.
    workflow.dag.ignore_incomplete = True
    triggers = frozenset([RerunTrigger.MTIME, RerunTrigger.PARAMS])
    workflow.dag_settings.rerun_triggers = triggers
    if workflow.local_exec and workflow.scheduling_settings:
        # Jobs on this machine need no rate limit, for which each run would wait a second at its end.
        workflow.scheduling_settings.max_jobs_per_timespan = None


FIRST = plan.first_records(PLAN)


def awaited(batch):
    """What a batch is made from. Of all that one earlier job makes, one record is named: Snakemake
    looks at each input once more for each output. Where jobs share no folder, all has to be sent.
    """
    if SharedFSUsage.INPUT_OUTPUT in workflow.storage_settings.shared_fs_usage:
        return sorted({FIRST.get(path, path) for path in batch.inputs})
    return batch.inputs


def needed(batch):
    """The inputs of a batch that is made; one that stands waits for nothing, and so never runs."""

    def inputs(wildcards):
        settle()
        settings = workflow.dag_settings
        asked = settings.forceall or batch.stage in settings.forcerun
        if batch.stale or asked:
            workflow.dag.forcerules.add(workflow.get_rule(batch.rule))
        # Snakemake's own report runs nothing, and draws what depends on what.
        return awaited(batch) if batch.stale or asked or REPORTED else []

    return inputs


# What Snakemake's own report shows, by the kind of file: its category and its caption.
SHOWN = {
    ".svg": ("Figures", "figure"),
    ".csv": ("Tables", "table"),
    ".html": ("Report", "page"),
}


def shown(batch):
    """A batch's records and files; those that Snakemake's own report shows are marked as such."""
    files = [(member, path) for member in batch.members for path in member.files]
    return batch.records + [marked(member, Path(path)) for member, path in files]


def marked(member, path):
    """A file with its place in Snakemake's own report, if it has one there."""
    if path.suffix not in SHOWN:
        return str(path)
    category, caption = SHOWN[path.suffix]
    labels = {caption: path.stem}
    if category == "Figures":
        labels = {"outcome": member.name or "all outcomes", **labels}
    told = {"category": category, "labels": labels}
    return report(str(path), caption=f"../report/captions/{caption}.rst", **told)


def shown_in_gallery(wildcards):
    """Tables, choices and code that the page is made from."""
    folders = ("data", "tests/bcg", "workflow/metasynth", "workflow/report/locales")
    kinds = (".csv", ".yaml", ".py", ".po")
    found = [
        path for folder in folders for path in Path(workflow.basedir, folder).rglob("*")
    ]
    return sorted(str(path) for path in found if path.suffix in kinds)


onstart:
    gc.freeze()
    gc.enable()
    workflow.execution_settings.keep_incomplete = True  # see keep.smk
    if workflow.is_main_process:
        turn.start(plan.to_json(PLAN))


onsuccess:
    if workflow.is_main_process:
        turn.finish()
