"""Every stage's members: what is made of this review, from what, and into which files.

This is the one place that says where results land. To add a file to a stage, name it here and let
the stage's script return it; to tell a script more, add to its record in params.py. What an
earlier stage made enters a later key by its own key; only a pool's key holds what the trials say of
the outcome, and no more of them.
"""

from collections.abc import Iterator
from pathlib import Path

from metasynth.core import digest, store
from metasynth.figures import catalogue
from metasynth.model.certainty_config import main_outcomes
from metasynth.model.importance import declared
from metasynth.model.judgement_levels import risk
from metasynth.model.records import Trial
from metasynth.pipeline import params
from metasynth.pipeline.stage_context import Context, Members, both, files, trial_file
from metasynth.pipeline.targets import Member
from metasynth.prose.texts import sections
from metasynth.review.load import Review
from metasynth.tables import long_tables

_LIBRARIES = (
    "snakemake",
    "numpy",
    "scipy",
    "statsmodels",
    "matplotlib",
    "jinja2",
    "markdown-it-py",
    "typst",
)
_OF_AN_OUTCOME = (
    *("result.json", "sensitivity.json", "extraction.json", "multiverse.json", "sequential.json"),
    *("metafor.csv", "metafor.R", "meta.csv", "meta.R"),
)
_FONTS = "report/fonts/*"
_WORDS = "report/locales/*.po"
_LOOKS = ("report/*.*", _FONTS, _WORDS)
_TEMPLATES = (*_LOOKS, "report/*/*.md")


def stages(review: Review, pipeline: Path, folder: Path) -> dict[str, Members]:
    """The members of each stage by its name, in the order in which the stages need each other."""
    at = Context(review, pipeline, folder)
    first, then = (clean, views, pool, crosscheck, tables), (certainty, changes, plot, overview)
    for stage in (*first, *then, report, figure_files):
        at.add(stage.__name__, tuple(stage(at)))
    return at.made


def clean(at: Context) -> Iterator[Member]:
    """Each trial as one typed record, from its folder of raw tables."""
    for trial in at.review.trials:
        study = trial.study.study
        told, made = params.Cleaning(at.config.data, study), (trial_file(study),)
        raw, content = _raw_files(at, trial)
        yield at.member("clean", {"raw": raw}, made, told, name=study, data=content)


def _raw_files(at: Context, trial: Trial) -> tuple[tuple[str, ...], str]:
    """The files that a trial is read from, and the digest of what they say of it.

    A table of all trials says something else when another trial changes: there, it is the digest of
    the trial's own rows.
    """
    data, folder = at.config.data, f"{at.config.data}/trials/{trial.study.study}"
    if trial.study.cell.file.startswith(f"trials/{trial.study.study}/"):
        inside = (at.folder / folder).glob("*.csv")
        raw = tuple(sorted(f"{folder}/{table.name}" for table in inside))
        return raw, at.content(*raw)
    long = (f"{data}/{file}" for file in long_tables.files_of(trial.study.cell.file))
    return at.there(long), digest.text_digest(store.compact(trial))


def views(at: Context) -> Iterator[Member]:
    """Joined read-only tables of all trials, for people."""
    made = tuple(f"results/clean/{name}.csv" for name in ("studies", "arms", "results", "sources"))
    yield at.member("views", {"trials": at.files("clean")}, made)


def pool(at: Context) -> Iterator[Member]:
    """Each outcome's pooled result and sensitivity analyses, and the same for R."""
    analyses = {analysis.name: analysis for analysis in at.config.analyses}
    for outcome in at.config.outcomes:
        trials, used = at.reporting(outcome), tuple(analyses[name] for name in outcome.analyses)
        chosen = at.config.comparison_of(outcome)
        told = params.Pooling(outcome, used, chosen, at.config.multiverse)
        inputs = {"trials": tuple(trial_file(trial.study.study) for trial in trials)}
        made = tuple(f"results/outcomes/{outcome.id}/{name}" for name in _OF_AN_OUTCOME)
        name, data, weight = outcome.id, digest.text_digest(store.compact(trials)), len(trials)
        yield at.member("pool", inputs, made, told, name=name, data=data, weight=max(1, weight))


def crosscheck(at: Context) -> Iterator[Member]:
    """The results once more by statsmodels; too large a difference stops the run."""
    inputs = {"results": files(at.made["pool"], "result.json")}
    yield at.member("crosscheck", inputs, both("results/tables", "crosscheck"))


def tables(at: Context) -> Iterator[Member]:
    """The tables of all outcomes, and published statements beside the recomputed ones."""
    names = ("estimates", "studies", "moderators", "reproduction", "claims")
    made = both("results/tables", *names)
    made = (*made, "results/tables/datapackage.json")
    important = declared(at.config.certainty)
    told = params.Tabling(at.review.claims, at.config.comparisons, important)
    regressed = {outcome.id for outcome in at.config.outcomes if outcome.moderators}
    pools = (member for member in at.made["pool"] if member.name in regressed)
    inputs = {
        "results": files(at.made["pool"], "result.json"),
        "moderated": files(pools, "sensitivity.json"),
        "trials": at.files("clean"),
    }
    yield at.member("tables", inputs, made, told, beside=("schemas/results.json",))


def certainty(at: Context) -> Iterator[Member]:
    """How certain the evidence of each outcome is, what is concluded, the summary of findings."""
    inputs = {
        "results": files(at.primary, "result.json"),
        "sensitivities": files(at.primary, "sensitivity.json"),
        "trials": at.files("clean"),
    }
    told = params.Rating(at.config.certainty, at.review.certainty)
    made = both("results/tables", "certainty", "findings", "conclusions")
    yield at.member("certainty", inputs, made, told)


def changes(at: Context) -> Iterator[Member]:
    """The review's state, and what changed since the one that was accepted last."""
    inputs = {
        "results": files(at.made["pool"], "result.json"),
        "trials": at.files("clean"),
        "certainty": files(at.made["certainty"], "certainty.json"),
        "tables": _of_whole_review(at),
        "baseline": (at.config.living.baseline,) if at.review.baseline else (),
        "labels": at.labels,
    }
    review = at.review
    told = params.Comparing(
        at.config, at.wording, review.changelog, bool(review.draft), review.made_up
    )
    made = tuple(f"results/{name}" for name in ("state.json", "changes.json", "changes.html"))
    yield at.member("changes", inputs, made, told, beside=_LOOKS)


def _of_whole_review(at: Context) -> tuple[str, ...]:
    """The tables that tell of no single trial."""
    return tuple(f"{at.config.data}/{table.file}" for table in at.review.whole_review)


def plot(at: Context) -> Iterator[Member]:
    """The figures of each outcome that it has enough trials for, in each language."""
    config, look = at.config, at.config.figures
    for outcome, source in zip(config.outcomes, at.made["pool"], strict=True):
        judged = tuple(
            params.JudgedStudy(trial.study.study, own)
            for trial in at.review.trials
            if trial_file(trial.study.study) in source.sources
            and (own := tuple(j for j in trial.risk_of_bias if j.outcome in ("", outcome.outcome)))
        )
        told = params.Plotting(at.wording, look, judged)
        read = ("result", "sensitivity", "multiverse", "sequential")
        inputs = {name: files([source], f"{name}.json") for name in read} | {"labels": at.labels}
        made = at.figures(at.figure_names[outcome.id], outcome.id)
        name, beside, weight = outcome.id, (_FONTS, _WORDS), len(made)
        yield at.member("plot", inputs, made, told, name=name, beside=beside, weight=weight)


def overview(at: Context) -> Iterator[Member]:
    """The figures of the whole review: all outcomes, the flow of studies, the risk of bias."""
    config, included = at.config, [t for t in at.review.trials if t.study.status == "included"]
    whole = (one for trial in included for one in trial.risk_of_bias if not one.outcome)
    judged = any(risk(one.judgement) is not None for one in whole)
    outcomes = [outcome for outcome in config.outcomes if not outcome.sensitivity_of]
    main = main_outcomes(config.certainty, outcomes)
    inputs = {
        "results": files(at.primary, "result.json"),
        "sensitivities": files(at.primary, "sensitivity.json"),
        "trials": at.files("clean"),
        "labels": at.labels,
    }
    shared = catalogue.together({one.id: at.figure_names[one.id] for one in outcomes})
    claims = catalogue.beside(at.review.claims, outcomes)
    of_main = [outcome for outcome in outcomes if outcome.id in main]
    made = at.figures(catalogue.overview(of_main, judged, claims, shared))
    told = params.Overview(at.wording, at.review.flow, main, claims, shared)
    yield at.member("overview", inputs, made, told, beside=(_FONTS, _WORDS))


def figure_files(at: Context) -> Iterator[Member]:
    """Each figure in the forms that a journal asks for; none unasked."""
    wanted = at.config.figure_files
    told = params.Converting(wanted, at.config.date)
    for source in (*at.made["plot"], *at.made["overview"]):
        stems = (path.removesuffix("svg") for path in source.files)
        if made := tuple(f"{stem}{form}" for stem in stems for form in wanted.formats):
            inputs, name = {"figures": source.files}, source.name
            yield at.member("figure_files", inputs, made, told, name=name, beside=(_FONTS,))


def report(at: Context) -> Iterator[Member]:
    """Article and supplement, in each language and form, and the origin of their numbers."""
    config, review = at.config, at.review
    of_trials = dict.fromkeys(file for trial in at.made["clean"] for file in trial.inputs["raw"])
    inputs = {stage: at.files(stage) for stage in at.made if stage != "views"} | {
        "own": (f"{config.data}/references.bib", *_prose(at)),
        "raw": (*of_trials, *_of_whole_review(at)),
        "labels": at.labels,
    }
    versions = tuple(f"{name} {digest.version(name)}" for name in _LIBRARIES)
    data, beside = at.data(inputs), _TEMPLATES
    for spoken, suffix in zip(config.languages, at.suffixes, strict=True):
        told = params.Reporting(
            *(config, spoken, at.wording, versions),
            *(review.claims, review.search, review.flow, review.draft),
        )
        # Of two jobs one has the DOCX alone, which takes as long as the other forms together.
        forms = [form for form in ("docx", "xml", "tex", "pdf", "html") if form in config.formats]
        for form in forms:
            origins = ("provenance.json",) if form == forms[-1] and not suffix else ()
            tables = ("findings", "trials", "estimates") if form == "tex" else ()
            parts = (f"tables/{table}{suffix}.tex" for table in tables)
            names = (f"review{suffix}.{form}", f"supplement{suffix}.{form}", *parts, *origins)
            made, name = tuple(f"results/report/{one}" for one in names), f"{spoken}.{form}"
            yield at.member("report", inputs, made, told, name=name, beside=beside, data=data)


def _prose(at: Context) -> tuple[str, ...]:
    """The review's own texts: those that a section includes, as nothing else is read."""
    return at.there(
        f"{at.config.text}/{code}/{name}.md"
        for code in at.config.languages
        for name in sections(code).included
    )
