# Needs: config.yaml and data/raw. Makes: REVIEW, checked and typed, and what the rules ask of it.
import os
import sys
from importlib import metadata
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

sys.path.insert(0, f"{workflow.basedir}/workflow")
# Jobs that run in a conda environment find the package here; under uv it is installed.
os.environ.update(PYTHONPATH=f"{workflow.basedir}/workflow")

from metasynth import comparison, digest, faults, language, store
from metasynth.figures import catalogue
from metasynth.records import Omission
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
    return review


CONFIG_FILE = config_file()
REVIEW = checked_review(CONFIG_FILE)
TRIALS = {trial.study.study: trial for trial in REVIEW.trials}
OUTCOMES = {outcome.id: outcome for outcome in REVIEW.config.outcomes}
ANALYSES = {analysis.name: analysis for analysis in REVIEW.config.analyses}
RAW = Path(REVIEW.config.data)
LANGUAGES = REVIEW.config.languages
# What stands before the extension of each language's files: nothing for the main one.
SUFFIXES = [language.suffix(code, LANGUAGES) for code in LANGUAGES]


def raw_tables(study):
    return sorted(str(path) for path in (RAW / "trials" / study).glob("*.csv"))


def review_tables():
    """The tables that are of no single trial."""
    return [str(RAW / table.file) for table in REVIEW.whole_review]


def baseline():
    """The state that this one is compared with, if one was accepted."""
    return [REVIEW.config.living.baseline] if REVIEW.baseline else []


def trials_reporting(outcome):
    """The trials that have a number for this outcome: it depends on these and no others."""
    spec = OUTCOMES[outcome]
    return [
        study
        for study, trial in TRIALS.items()
        if comparison.reports(trial, spec, REVIEW.config.comparison)
    ]


def trials_informing(outcome):
    """How many trials an outcome's figures can show."""
    found = [TRIALS[study] for study in trials_reporting(outcome)]
    choices = (OUTCOMES[outcome], REVIEW.config.comparison)
    return sum(comparison.informs(trial, *choices) for trial in found)


def trials_valued(outcome):
    """How many trials have a value of an outcome's covariate."""
    choices = (OUTCOMES[outcome], REVIEW.config.comparison)
    data = [
        comparison.study_data(TRIALS[study], *choices)
        for study in (trials_reporting(outcome) if choices[0].covariate else [])
    ]
    return sum(
        not isinstance(item, Omission) and item[0].covariate is not None
        for item in data
    )


FIGURES = {
    outcome: catalogue.figures(spec, trials_informing(outcome), trials_valued(outcome))
    for outcome, spec in OUTCOMES.items()
}
PRIMARY = [outcome for outcome, spec in OUTCOMES.items() if not spec.sensitivity_of]
OVERVIEW = catalogue.overview(
    [OUTCOMES[outcome] for outcome in PRIMARY],
    any(
        not judgement.outcome
        for trial in REVIEW.trials
        for judgement in trial.risk_of_bias
        if trial.study.status == "included"
    ),
)


def figures():
    """Every figure of the review."""
    outcomes = [
        f"{outcome}/{name}" for outcome, names in FIGURES.items() for name in names
    ]
    names = (*OVERVIEW, *outcomes)
    return [f"results/figures/{n}{suffix}.svg" for n in names for suffix in SUFFIXES]


def judgements(outcome):
    """The judgements of risk of bias of the trials that an outcome's figures show."""
    found = {study: TRIALS[study].risk_of_bias for study in trials_reporting(outcome)}
    return {study: store.to_json(own) for study, own in found.items() if own}


def catalogues():
    """The catalogues that figures are translated by."""
    own = [Path(REVIEW.config.text, code, language.LABELS) for code in LANGUAGES]
    return [path for path in own if path.is_file()] + sorted(
        language.LOCALES.glob("*.po")
    )


def code(script):
    """The digest of a script and of all that it imports, so that a change there reruns its jobs."""
    return digest.code_digest(Path(workflow.basedir, "workflow", "scripts", script))


def content(paths):
    """The digest of files' content, which notices a change that carries an older time stamp."""
    return digest.files_digest(Path(path) for path in paths)


def prose():
    """The review's own texts, and its own catalogues."""
    folders = [Path(REVIEW.config.text, code) for code in LANGUAGES]
    kinds = ("*.md", language.LABELS)
    return sorted(str(path) for f in folders for kind in kinds for path in f.glob(kind))


def templates():
    """What the report's look and wording depend on."""
    folder = Path(workflow.basedir, "workflow", "report")
    return [
        path
        for pattern in (
            "*/*.md",
            "locales/*.po",
            "*.typ",
            "*.j2",
            "*.css",
            "*.js",
            "*.csl",
            "*.docx",
        )
        for path in folder.glob(pattern)
    ]


def versions():
    """The locked versions that readers should know, as "name version"."""
    names = (
        "snakemake",
        "numpy",
        "scipy",
        "matplotlib",
        "jinja2",
        "markdown-it-py",
        "typst",
    )
    return [f"{name} {metadata.version(name)}" for name in names]


wildcard_constraints:
    study="[a-z][a-z0-9_]{0,63}",
    outcome="[a-z][a-z0-9_]{0,63}",
