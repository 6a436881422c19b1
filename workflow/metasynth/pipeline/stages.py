"""Every stage's members: what is made of this review, from what, and into which files.

This is the one place that says where results land. To add a file to a stage, name it here and let
the stage's script return it; to tell a script more, tell it here, and name it among its function's
parameters. What an earlier stage made enters a later key by its own key; only a pool's key holds
what the trials say of the outcome, and no more of them.
"""

from collections.abc import Iterator
from pathlib import Path

from metasynth.core import digest, store
from metasynth.figures import catalogue
from metasynth.model.certainty_config import main_outcomes
from metasynth.model.importance import declared
from metasynth.model.judgement_levels import risk
from metasynth.model.records import OutcomeSpec, Trial
from metasynth.pipeline.params import JudgedStudy, Pooling
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
_POOLED = ("result.json", "metafor.csv", "metafor.R", "meta.csv", "meta.R")
_DOUBTED = ("sensitivity.json", "extraction.json", "multiverse.json", "sequential.json")
_FONTS = "report/fonts/*"
_WORDS = "report/locales/*.po"
_DRAWN = (_FONTS, _WORDS)
_LOOKS = ("report/*.*", *_DRAWN)
_TEMPLATES = (*_LOOKS, "report/*/*.md")


def stages(review: Review, pipeline: Path, folder: Path) -> dict[str, Members]:
    """The members of each stage by its name, in the order in which the stages need each other."""
    at = Context(review, pipeline, folder)
    first = (clean, views, pool, sensitivity, crosscheck, tables, moderators, audit)
    then = (certainty, changes, forest, plot, overview, report, figure_files)
    for stage in (*first, *then):
        at.add(stage.__name__, tuple(stage(at)))
    return at.made


def clean(at: Context) -> Iterator[Member]:
    """Each trial as one typed record, from its folder of raw tables."""
    for trial in at.review.trials:
        study = trial.study.study
        told, made = {"data": at.config.data, "study": study}, (trial_file(study),)
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
    """Each outcome's pooled result, and the same for R."""
    for outcome in at.config.outcomes:
        trials, told = at.reporting(outcome), _pooling(at, outcome)
        inputs = {"trials": tuple(trial_file(trial.study.study) for trial in trials)}
        made = tuple(f"results/outcomes/{outcome.id}/{name}" for name in _POOLED)
        name, data, weight = outcome.id, digest.text_digest(store.compact(trials)), len(trials)
        yield at.member("pool", inputs, made, told, name=name, data=data, weight=max(1, weight))


def _pooling(at: Context, outcome: OutcomeSpec) -> Pooling:
    analyses = {analysis.name: analysis for analysis in at.config.analyses}
    used = tuple(analyses[name] for name in outcome.analyses)
    return Pooling(outcome, used, at.config.comparison_of(outcome))


def sensitivity(at: Context) -> Iterator[Member]:
    """How far each outcome's result depends on its data and on choices.

    It is pooled once more, of the same trials: `result.json` has eight digits of it.
    """
    for outcome, one in zip(at.config.outcomes, at.made["pool"], strict=True):
        told = {"pooling": _pooling(at, outcome), "multiverse": at.config.multiverse}
        made = tuple(f"results/outcomes/{one.name}/{name}" for name in _DOUBTED)
        name, data, weight = one.name, one.data, one.weight
        yield at.member("sensitivity", one.inputs, made, told, name=name, data=data, weight=weight)


def crosscheck(at: Context) -> Iterator[Member]:
    """The results once more by statsmodels; too large a difference stops the run."""
    inputs = {"results": files(at.made["pool"], "result.json")}
    yield at.member("crosscheck", inputs, both("results/tables", "crosscheck"))


def tables(at: Context) -> Iterator[Member]:
    """The tables of all outcomes."""
    made = (*both("results/tables", "estimates", "studies"), "results/tables/datapackage.json")
    inputs = {"results": files(at.made["pool"], "result.json")}
    yield at.member("tables", inputs, made, beside=("schemas/results.json",))


def moderators(at: Context) -> Iterator[Member]:
    """The meta-regressions on moderators, of all outcomes that declare some."""
    regressed = {outcome.id for outcome in at.config.outcomes if outcome.moderators}
    doubted = (member for member in at.made["sensitivity"] if member.name in regressed)
    inputs = {"sensitivities": files(doubted, "sensitivity.json")}
    yield at.member("moderators", inputs, both("results/tables", "moderators"))


def audit(at: Context) -> Iterator[Member]:
    """Published statements beside the recomputed ones."""
    told = {
        "claims": at.review.claims,
        "comparisons": at.config.comparisons,
        "declared": declared(at.config.certainty),
    }
    inputs = {"results": files(at.made["pool"], "result.json"), "trials": at.files("clean")}
    yield at.member("audit", inputs, both("results/tables", "reproduction", "claims"), told)


def certainty(at: Context) -> Iterator[Member]:
    """How certain the evidence of each outcome is, what is concluded, the summary of findings."""
    inputs = {
        "results": files(at.primary("pool"), "result.json"),
        "sensitivities": files(at.primary("sensitivity"), "sensitivity.json"),
        "trials": at.files("clean"),
    }
    told = {"rules": at.config.certainty, "panel": at.review.certainty}
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
    told = {
        "config": at.config,
        "wording": at.wording,
        "changelog": at.review.changelog,
        "draft": bool(at.review.draft),
        "made_up": at.review.made_up,
    }
    made = tuple(f"results/{name}" for name in ("state.json", "changes.json", "changes.html"))
    yield at.member("changes", inputs, made, told, beside=_LOOKS)


def _of_whole_review(at: Context) -> tuple[str, ...]:
    """The tables that tell of no single trial."""
    return tuple(f"{at.config.data}/{table.file}" for table in at.review.whole_review)


def forest(at: Context) -> Iterator[Member]:
    """The forest plot of each outcome, in each language."""
    for outcome, source in zip(at.config.outcomes, at.made["pool"], strict=True):
        judged = tuple(
            JudgedStudy(trial.study.study, own)
            for trial in at.review.trials
            if trial_file(trial.study.study) in source.sources
            and (own := tuple(j for j in trial.risk_of_bias if j.outcome in ("", outcome.outcome)))
        )
        told = {"wording": at.wording, "look": at.config.figures, "judged": judged}
        inputs = {"result": files([source], "result.json"), "labels": at.labels}
        made = at.figures(["forest"], source.name)
        yield at.member("forest", inputs, made, told, name=source.name, beside=_DRAWN)


def plot(at: Context) -> Iterator[Member]:
    """Every other figure that an outcome has enough trials for, in each language."""
    told = {"wording": at.wording}
    for pooled, doubted in zip(at.made["pool"], at.made["sensitivity"], strict=True):
        of = {"result": pooled} | dict.fromkeys(
            ("sensitivity", "multiverse", "sequential"), doubted
        )
        inputs = {name: files([one], f"{name}.json") for name, one in of.items()}
        names = [name for name in at.figure_names[pooled.name] if name != "forest"]
        if made := at.figures(names, pooled.name):
            inputs, name, weight = inputs | {"labels": at.labels}, pooled.name, len(made)
            yield at.member("plot", inputs, made, told, name=name, beside=_DRAWN, weight=weight)


def overview(at: Context) -> Iterator[Member]:
    """The figures of the whole review: all outcomes, the flow of studies, the risk of bias."""
    config, included = at.config, [t for t in at.review.trials if t.study.status == "included"]
    whole = (one for trial in included for one in trial.risk_of_bias if not one.outcome)
    judged = any(risk(one.judgement) is not None for one in whole)
    outcomes = [outcome for outcome in config.outcomes if not outcome.sensitivity_of]
    main = main_outcomes(config.certainty, outcomes)
    inputs = {
        "results": files(at.primary("pool"), "result.json"),
        "sensitivities": files(at.primary("sensitivity"), "sensitivity.json"),
        "trials": at.files("clean"),
        "labels": at.labels,
    }
    shared = catalogue.together({one.id: at.figure_names[one.id] for one in outcomes})
    claims = catalogue.beside(at.review.claims, outcomes)
    of_main = [outcome for outcome in outcomes if outcome.id in main]
    made = at.figures(catalogue.overview(of_main, judged, claims, shared))
    told = {
        "wording": at.wording,
        "flow": at.review.flow,
        "main": main,
        "claims": claims,
        "shared": shared,
    }
    yield at.member("overview", inputs, made, told, beside=_DRAWN)


def figure_files(at: Context) -> Iterator[Member]:
    """Each figure in the forms that a journal asks for; none unasked."""
    wanted = at.config.figure_files
    told = {"files": wanted, "date": at.config.date}
    figures = dict[str, tuple[str, ...]]()
    for one in (*at.made["forest"], *at.made["plot"], *at.made["overview"]):
        figures[one.name] = figures.get(one.name, ()) + one.files
    for name, drawn in figures.items() if wanted.formats else ():
        stems = (path.removesuffix("svg") for path in drawn)
        made = tuple(f"{stem}{form}" for stem in stems for form in wanted.formats)
        inputs = {"figures": drawn}
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
        told = {
            "config": config,
            "language": spoken,
            "wording": at.wording,
            "versions": versions,
            "claims": review.claims,
            "search": review.search,
            "flow": review.flow,
            "draft": review.draft,
        }
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
