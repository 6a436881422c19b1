"""Every stage's members: what is made of this review, from what, and into which files.

This is the one place that says where results land. What an earlier stage made enters a later key by
its own key; only a pool's key holds what the trials say of the outcome, and no more of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from metasynth import comparison, digest, language, store
from metasynth.figures import catalogue
from metasynth.pipeline import choices
from metasynth.pipeline.members import Member
from metasynth.records import Config, Omission, OutcomeSpec, Trial
from metasynth.validation import Review

_LIBRARIES = ("snakemake", "numpy", "scipy", "matplotlib", "jinja2", "markdown-it-py", "typst")
_OF_AN_OUTCOME = (
    "result.json",
    "sensitivity.json",
    "extraction.json",
    "multiverse.json",
    "sequential.json",
    "metafor.csv",
    "metafor.R",
)
_FONTS = "report/fonts/*"
_TEMPLATES = ("report/*.*", "report/*/*.md", _FONTS)
_CATALOGUES = "report/locales/*.po"
Members = tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the pipeline's files are (its folder `workflow`), and the review's."""

    pipeline: Path
    review: Path

    def code(self, script: str, rules: str, *others: str) -> str:
        """Digest of a stage's code: its script and all behind it, its rules, and other files."""
        found = (path for pattern in others for path in self.pipeline.glob(pattern))
        return digest.code_digest(
            self.pipeline / "scripts" / f"{script}.py",
            self.pipeline / "rules" / f"{rules}.smk",
            *found,
        )

    def content(self, paths: Iterable[str]) -> str:
        """Digest of the content of the review's own files."""
        return digest.files_digest(self.review / path for path in paths)


def stages(review: Review, folders: Folders) -> dict[str, Members]:
    """The members of each stage by its name, in the order in which the stages need each other."""
    reports = Reports(review)
    cleaned = clean(review, folders)
    pooled = pool(review, folders, reports)
    plotted = plot(review, folders, reports, pooled)
    drawn = overview(review, folders, pooled, cleaned)
    tabled = tables(review, folders, pooled, cleaned)
    rated = certainty(review, folders, pooled, cleaned)
    changed = changes(review, folders, pooled, (*cleaned, *rated))
    sources = (*cleaned, *pooled, *plotted, *drawn, *tabled, *rated, *changed)
    return {
        "clean": cleaned,
        "views": views(folders, cleaned),
        "pool": pooled,
        "tables": tabled,
        "certainty": rated,
        "changes": changed,
        "plot": plotted,
        "overview": drawn,
        "report": report(
            review, folders, (*cleaned, *pooled, *plotted, *drawn, *tabled, *rated, *changed)
        ),
    }


def clean(review: Review, folders: Folders) -> Members:
    """Each trial as one typed record, from its folder of raw tables."""
    code, data = folders.code("clean", "clean"), Path(review.config.data)
    members = []
    for study in (trial.study.study for trial in review.trials):
        found = (folders.review / data / "trials" / study).glob("*.csv")
        raw = tuple(sorted(str(data / "trials" / study / path.name) for path in found))
        told = store.to_json(choices.Cleaning(str(data), study))
        files = (_trial(study),)
        members.append(
            Member("clean", study, code, folders.content(raw), told, {"raw": raw}, files)
        )
    return tuple(members)


def views(folders: Folders, cleaned: Members) -> Members:
    """Joined read-only tables of all trials, for people."""
    names = ("studies", "arms", "results", "sources")
    inputs = {"trials": _all_files(cleaned)}
    files = tuple(f"results/clean/{name}.csv" for name in names)
    code = folders.code("views", "clean")
    return (Member("views", "", code, _keys(cleaned), "", inputs, files),)


def pool(review: Review, folders: Folders, reports: "Reports") -> Members:
    """Each outcome's pooled result and sensitivity analyses, and the same for R with metafor."""
    code, config = folders.code("pool", "pool"), review.config
    analyses = {analysis.name: analysis for analysis in config.analyses}
    members = []
    for outcome in config.outcomes:
        trials = reports.of(outcome)
        used = tuple(analyses[name] for name in outcome.analyses)
        told = choices.Pooling(outcome, used, config.comparison, config.multiverse)
        inputs = {"trials": tuple(_trial(trial.study.study) for trial in trials)}
        files = tuple(f"results/outcomes/{outcome.id}/{name}" for name in _OF_AN_OUTCOME)
        data = digest.text_digest(store.to_json(trials, exact=True))
        told_text = store.to_json(told, exact=True)
        members.append(Member("pool", outcome.id, code, data, told_text, inputs, files))
    return tuple(members)


def tables(review: Review, folders: Folders, pooled: Members, cleaned: Members) -> Members:
    """The tables of all outcomes, and published statements beside the recomputed ones."""
    names = ("estimates", "studies", "reproduction", "claims")
    files = tuple(f"results/tables/{name}.{form}" for name in names for form in ("csv", "json"))
    told = store.to_json(choices.Tabling(review.claims, review.config.comparison), exact=True)
    inputs = {"results": _named(pooled, "result"), "trials": _all_files(cleaned)}
    code, data = folders.code("tables", "pool"), _keys((*pooled, *cleaned))
    return (Member("tables", "", code, data, told, inputs, files),)


def certainty(review: Review, folders: Folders, pooled: Members, cleaned: Members) -> Members:
    """How certain the evidence of each outcome is, and the lines of the summary of findings."""
    primary = _primary(review, pooled)
    inputs = {
        "results": _named(primary, "result"),
        "sensitivities": _named(primary, "sensitivity"),
        "trials": _all_files(cleaned),
    }
    told = store.to_json(choices.Rating(review.config.certainty, review.certainty), exact=True)
    names = ("certainty", "findings")
    files = tuple(f"results/tables/{name}.{form}" for name in names for form in ("csv", "json"))
    code, data = folders.code("certainty", "certainty"), _keys((*primary, *cleaned))
    return (Member("certainty", "", code, data, told, inputs, files),)


def changes(review: Review, folders: Folders, pooled: Members, sources: Members) -> Members:
    """The review's state, and what changed since the one that was accepted last."""
    config, labels = review.config, _labels(review, folders)
    own = {
        "tables": tuple(f"{config.data}/{table.file}" for table in review.whole_review),
        "baseline": (config.living.baseline,) if review.baseline else (),
    }
    rated = [member for member in sources if member.stage == "certainty"]
    cleaned = [member for member in sources if member.stage == "clean"]
    inputs = {
        "results": _named(pooled, "result"),
        "trials": _all_files(cleaned),
        "certainty": _named(rated, "certainty"),
        **own,
    }
    read = map(folders.content, (*own.values(), labels))
    data = digest.text_digest(_keys((*pooled, *sources)), *read)
    told = store.to_json(choices.Comparing(config, review.changelog), exact=True)
    files = tuple(f"results/{name}" for name in ("state.json", "changes.json", "changes.html"))
    code = folders.code("changes", "changes", *_TEMPLATES, _CATALOGUES)
    return (Member("changes", "", code, data, told, inputs, files),)


def plot(review: Review, folders: Folders, reports: "Reports", pooled: Members) -> Members:
    """The figures of each outcome that it has enough trials for, in each language."""
    code, config = folders.code("plot", "plot", _FONTS, _CATALOGUES), review.config
    labels = folders.content(_labels(review, folders))
    members = []
    for outcome, source in zip(config.outcomes, pooled, strict=True):
        judged = tuple(
            choices.JudgedStudy(trial.study.study, own)
            for trial in review.trials
            if _trial(trial.study.study) in source.sources
            and (own := tuple(j for j in trial.risk_of_bias if j.outcome in ("", outcome.outcome)))
        )
        told = choices.Plotting(config.languages, config.text, config.figures, judged)
        inputs = {name: _named([source], name) for name in ("result", "multiverse", "sequential")}
        files = _figures(config, catalogue.figures(outcome, *reports.counted(outcome)), outcome.id)
        data, text = digest.text_digest(source.key, labels), store.to_json(told, exact=True)
        members.append(Member("plot", outcome.id, code, data, text, inputs, files))
    return tuple(members)


def overview(review: Review, folders: Folders, pooled: Members, cleaned: Members) -> Members:
    """The figures of the whole review: all outcomes, the flow of studies, the risk of bias."""
    config, primary = review.config, _primary(review, pooled)
    included = [trial for trial in review.trials if trial.study.status == "included"]
    judged = any(not one.outcome for trial in included for one in trial.risk_of_bias)
    outcomes = [outcome for outcome in config.outcomes if not outcome.sensitivity_of]
    inputs = {"results": _named(primary, "result"), "trials": _all_files(cleaned)}
    files = _figures(config, catalogue.overview(outcomes, judged))
    code = folders.code("overview", "plot", _FONTS, _CATALOGUES)
    labels = folders.content(_labels(review, folders))
    data = digest.text_digest(_keys((*primary, *cleaned)), labels)
    told = store.to_json(choices.Overview(config.languages, config.text, review.flow), exact=True)
    return (Member("overview", "", code, data, told, inputs, files),)


def report(review: Review, folders: Folders, sources: Members) -> Members:
    """The report, in each language and form."""
    config = review.config
    own = {
        "bibliography": (f"{config.data}/references.bib",),
        "prose": tuple(
            f"{config.text}/{code}/{path.name}"
            for code in config.languages
            for path in sorted((folders.review / config.text / code).glob("*"))
            if path.suffix == ".md" or path.name == language.LABELS
        ),
    }
    inputs = {**_by_stage(sources), **own}
    data = digest.text_digest(_keys(sources), *map(folders.content, own.values()))
    versions = tuple(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    code = folders.code("report", "report", *_TEMPLATES, _CATALOGUES)
    members = []
    for spoken in config.languages:
        told = choices.Reporting(config, spoken, versions, review.claims, review.search)
        suffix = language.suffix(spoken, config.languages)
        for form in ("html", "pdf", "docx"):
            origins = ("provenance.json",) if form == "html" and not suffix else ()
            names = (f"review{suffix}.{form}", *origins)
            files = tuple(f"results/report/{name}" for name in names)
            text = store.to_json(told, exact=True)
            members.append(Member("report", f"{spoken}.{form}", code, data, text, inputs, files))
    return tuple(members)


# --- what the stages share ------------------------------------------------------------------------


class Reports:
    """Which trials report which outcome, each trial's rows being looked through once."""

    def __init__(self, review: Review) -> None:
        self._comparison = review.config.comparison
        self._topics = [comparison.topics(trial) for trial in review.trials]

    def of(self, outcome: OutcomeSpec) -> list[Trial]:
        """The trials that have a number for this outcome, without what they say of others."""
        topic = (outcome.outcome, outcome.week)
        found = [topics[topic] for topics in self._topics if topic in topics]
        return [trial for trial in found if comparison.reports(trial, outcome, self._comparison)]

    def counted(self, outcome: OutcomeSpec) -> tuple[int, int]:
        """How many trials an outcome's figures can show, and how many have its covariate."""
        trials, chosen = self.of(outcome), self._comparison
        informing = sum(comparison.informs(trial, outcome, chosen) for trial in trials)
        if outcome.covariate is None:
            return informing, 0
        data = [comparison.study_data(trial, outcome, chosen) for trial in trials]
        known = [item for item in data if not isinstance(item, Omission)]
        return informing, sum(studies[0].covariate is not None for studies in known)


def _primary(review: Review, pooled: Members) -> Members:
    """The outcomes, without their alternative readings."""
    readings = {outcome.id for outcome in review.config.outcomes if outcome.sensitivity_of}
    return tuple(member for member in pooled if member.name not in readings)


def _trial(study: str) -> str:
    return f"results/clean/trials/{study}.json"


def _keys(members: Sequence[Member]) -> str:
    return digest.text_digest(*(f"{member.stage} {member.name} {member.key}" for member in members))


def _all_files(members: Sequence[Member]) -> tuple[str, ...]:
    return tuple(path for member in members for path in member.files)


def _figures(config: Config, names: Sequence[str], *folder: str) -> tuple[str, ...]:
    """The files of figures, each in every language."""
    start = "/".join(("results/figures", *folder))
    suffixes = [language.suffix(code, config.languages) for code in config.languages]
    return tuple(f"{start}/{name}{suffix}.svg" for name in names for suffix in suffixes)


def _labels(review: Review, folders: Folders) -> list[str]:
    """The catalogues by which the review's own labels are translated."""
    config = review.config
    found = [f"{config.text}/{code}/{language.LABELS}" for code in config.languages]
    return [path for path in found if (folders.review / path).is_file()]


def _named(members: Sequence[Member], name: str) -> tuple[str, ...]:
    return tuple(path for path in _all_files(members) if path.endswith(f"/{name}.json"))


def _by_stage(members: Sequence[Member]) -> dict[str, tuple[str, ...]]:
    """All files of the members, by the names of their stages."""
    found: dict[str, tuple[str, ...]] = {}
    for member in members:
        found[member.stage] = (*found.get(member.stage, ()), *member.files)
    return found
