# Needs: config.yaml and data/raw. Makes: REVIEW, checked and typed, PLAN, which says what has to be
# made, and what the rules ask of it.
import atexit
import gc
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.settings.types import SharedFSUsage
from snakemake.sourcecache import LocalSourceFile

# The package beside these rules; of a module that comes from a repository only the rules are there,
# and the package is the installed one.
if isinstance(workflow.current_basedir, LocalSourceFile):
    sys.path.insert(0, os.path.dirname(workflow.current_basedir.get_path_or_uri(True)))
try:
    from metasynth.core.paths import PROJECT as PIPELINE
except ModuleNotFoundError:
    raise WorkflowError(
        "These rules call the package metasynth, which is not installed here: "
        "pip install git+<the address of the module's repository>@<its version>"
    )

# What the rules' commands say: where the package is, and the Python of a job, which is this one or
# that of its environment. All jobs import the package: it is compiled once, also in containers that
# switch that off.
os.environ.update(
    METASYNTH=f"{PIPELINE}/workflow",
    METASYNTH_PYTHON=(
        "python" if workflow.deployment_settings.deployment_method else sys.executable
    ),
)
if os.name == "nt":
    os.environ.update(PYTHONPATH=f"{PIPELINE}/workflow")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.disable()  # what is read here stays: searching it for garbage, now or later, would find none

from metasynth.core import digest, faults, store
from metasynth.pipeline import backups, commands, lock, plan
from metasynth.pipeline.stages import stages
from metasynth.prose import drafts
from metasynth.review.load import load_review

if workflow.deployment_settings.deployment_method:
    digest.pin(PIPELINE / "envs/metasynth.yaml")

# Commands that only look, so that they may while another run is at work; and those that draw what
# depends on what, for which each stage is one job.
DRAWN = {"--dag", "--rulegraph", "--filegraph", "--d3dag"}
LOOKS = {"--lint", "--unlock", "--list-rules", "--list", "-l", "--list-target-rules"}
LOOKS |= {"--lt", "--summary", "-S", "--detailed-summary", "-D", "--report", *DRAWN}
SAID = set(sys.argv)
PICTURE = bool(SAID & DRAWN)
RUNS = not workflow.output_settings.dryrun and SAID.isdisjoint(LOOKS)
ALONE = SharedFSUsage.INPUT_OUTPUT not in workflow.storage_settings.shared_fs_usage


def config_file():
    """The one file of choices: --configfile, or config.yaml where the run takes place; of a module,
    the one that its `config: {"configfile": …}` names, or that its host reads as `configfile:`.
    """
    if not workflow.modifier.is_main_snakefile():
        if set(config) <= {"configfile"}:
            return config.get("configfile", "config.yaml")
        if len(workflow.configfiles) == 1:
            return workflow.configfiles[0]
        raise WorkflowError(
            "All choices stand in one file: say config: {'configfile': …} of this module."
        )
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
        return store.from_json(plan.Plan, lock.PLAN.read_text("utf-8"))
    return plan.make(
        stages(review, PIPELINE / "workflow", Path.cwd()),
        workers(),
        named={os.path.relpath(word) for word in SAID if "/" in word},
        left=lock.obsolete(),
        whole=PICTURE,
    )


def workers():
    """How many jobs can run at once: here, or on a cluster."""
    here = min(workflow.resource_settings.cores or 1, os.cpu_count() or 1)
    return max(here, workflow.resource_settings.nodes or 1)


def take_turn():
    """One run at a time, so that what stands is known."""
    try:
        lock.begin()
    except lock.BusyError as busy:
        raise WorkflowError(f"nothing was run: {busy}")
    except OSError as error:
        raise WorkflowError(f"nothing was run: this folder cannot be written. {error}")


def begin(made):
    """Say what is not up to date, and see to it that Snakemake, too, will find it so."""
    if told := plan.summary(made):
        logger.info(told)
    if RUNS and told and lock.unwritable():
        raise WorkflowError("nothing was run.", *lock.unwritable())
    if RUNS and not {"--touch", "-t"}.isdisjoint(SAID):
        raise WorkflowError(
            "nothing was touched: what stands is known by its content, which no time stamp changes."
        )
    plan.mark(made)
    if RUNS:
        store.write(lock.PLAN, store.compact(made))
        backups.keep(path for b in made.batches if b.stale for path in b.outputs)
        atexit.register(lock.end, os.getcwd(), made.members(), made.obsolete)


CONFIG_FILE = config_file()
REVIEW = checked_review(CONFIG_FILE)
if workflow.is_main_process and RUNS:
    take_turn()
PLAN = planned(REVIEW)
if workflow.is_main_process:
    begin(PLAN)
gc.freeze()
gc.enable()


def running():
    """The batches that are to run: what is stale, or asked for and so all that follows from it."""
    settings = workflow.dag_settings
    if "--d3dag" in SAID:  # which leaves out what a job that does not run is made for
        return {batch.name for batch in PLAN.batches}
    stale = {batch.name for batch in PLAN.batches if batch.stale}
    if (
        not settings
    ):  # Snakemake has not made them up yet; for a picture they make no difference
        return stale
    named = {*settings.targets} if settings.forcetargets else set()
    own = {batch.name for batch in PLAN.batches if {batch.stage, batch.name} & named}
    return stale | own | PLAN.follow(settings.forcerun)


def needed(batch):
    """The inputs of a batch: of what is not to be heeded, no time stamp has a say."""

    def inputs(wildcards):
        found = PLAN.inputs(batch, running(), alone=ALONE or PICTURE)
        return [path if heeded else ancient(path) for path, heeded in found.items()]

    return inputs(None) if PICTURE else inputs  # a picture of files shows no functions


def target(*names):
    """A record of each batch of some stages, or of all, which is there when the batch is made."""

    def records(wildcards):
        settings = workflow.dag_settings
        without = PLAN.follow(settings.omit_from if settings else ())
        return [b.outputs[0] for b in PLAN.of(*names) if b.name not in without]

    return records(None) if PICTURE else records


def shown_in_gallery(wildcards):
    """Tables, choices and code that the page is made from."""
    folders = ("data", ".test", "workflow/metasynth", "workflow/report/locales")
    kinds = (".csv", ".yaml", ".py", ".po")
    found = [path for folder in folders for path in (PIPELINE / folder).rglob("*")]
    return sorted(str(path) for path in found if path.suffix in kinds)


# What Snakemake's own report shows, by its place among the results: its category and its caption.
SHOWN = {
    ("figures", ".svg"): ("Figures", "figure"),
    ("tables", ".csv"): ("Tables", "table"),
    ("report", ".html"): ("Report", "page"),
    ("changes.html", ".html"): ("Report", "page"),
}


def shown(batch):
    """A batch's records and files; those that Snakemake's own report shows are marked as such."""
    files = [(member, path) for member in batch.members for path in member.files]
    return [m.record for m in batch.members] + [marked(*each) for each in files]


def marked(member, path):
    """A file with its place in Snakemake's own report, if it has one there."""
    place = Path(path)
    category, caption = SHOWN.get((place.parts[1], place.suffix), ("", ""))
    labels = {caption: place.stem}
    if category == "Figures":
        labels = {"outcome": member.name or "all outcomes", **labels}
    told = {"category": category, "labels": labels}
    caption = f"../report/captions/{caption}.rst"
    return report(path, caption=caption, **told) if category else path


onstart:
    lock.start()
    # The one thing of Snakemake's that is changed: its rate limit cannot be switched off, and of one
    # of no time (profiles/default) it asks without end whether it is over, a core's work in vain.
    rate = workflow.scheduler.job_rate_limiter
    if rate and not rate.timespan:
        workflow.scheduler.job_rate_limiter = None


onsuccess:
    lock.finish()
