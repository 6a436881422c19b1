"""A change reruns exactly what depends on it, and a dry run says so beforehand.

What would run, and what ran, is read from Snakemake's own list of jobs: by the records of what was
made, one for each trial, outcome and page, that are among a job's outputs.
"""

import csv
import io
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import REPOSITORY, Review, copy_review, made

pytestmark = pytest.mark.slow

OUTCOMES_OF_BAO = {
    *("acr20_w24", "acr50_w24", "acr70_w24"),
    *("acr20_w24_randomised", "acr50_w24_randomised", "acr70_w24_randomised"),
}
OF_ALL = {"crosscheck", "tables", "audit", "certainty", "changes", "overview", "report"}
"""What is made of all outcomes; `moderators`, too, of those that declare some: here none does."""
OF_EACH = ("pool", "sensitivity", "forest", "plot")


@pytest.fixture(scope="module")
def in_short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished review in one language and two forms: what else there is reruns like these."""
    review = copy_review("anakinra", tmp_path_factory.mktemp("rerun") / "anakinra")
    config = review.folder / "config.yaml"
    shorter = "languages: [en]\n  formats: [html, pdf]"
    replace_in(config, "languages: [en, pl]", shorter)
    review.run()
    return review.folder


@pytest.fixture
def ran(in_short: Path, tmp_path: Path) -> Review:
    """It, as a test may change it."""
    shutil.copytree(in_short, tmp_path / "review")
    return Review(tmp_path / "review")


def jobs(review: Review, *outcomes: str) -> set[str]:
    """What is made of outcomes; of one with a forest plot alone there is no `plot`."""
    drawn = {path.stem for path in (review.folder / "results/made/plot").iterdir()}
    every = {(stage, outcome) for stage in OF_EACH for outcome in outcomes}
    return {f"{stage} {name}" for stage, name in every if stage != "plot" or name in drawn}


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def without_words_on(review: Review, study: str) -> None:
    """Leave out the statements to audit, and the paragraphs of prose, that are about one trial."""
    for text in (review.folder / "data/text").glob("*/*.md"):
        paragraphs = text.read_text(encoding="utf-8").split("\n\n")
        kept = [paragraph for paragraph in paragraphs if study not in paragraph]
        text.write_text("\n\n".join(kept), encoding="utf-8")
    path = review.folder / "data/raw/claims.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    column = rows[0].index("study_id")
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(r for r in rows if r[column] != study)
    path.write_text(out.getvalue(), encoding="utf-8")


def reruns(review: Review, expected: set[str]) -> dict[str, bytes]:
    """What was announced is expected, and is what is made; all else stays as it is, untouched.

    What is obsolete is named, and gone; nothing else is.
    """
    assert review.planned() == expected
    before, times = review.results(), written(review)
    output = review.run("--quiet", "host").output
    assert made(output) == expected
    after = review.results()
    assert review.planned() == set()
    gone = {f"results/{name}" for name in before.keys() - after.keys()}
    assert gone == set(output.partition("Obsolete, and so removed:")[2].split())
    touched = {name for name, when in written(review).items() if times.get(name) != when}
    own = {name for member in expected for name in files_of(review, member)}
    assert touched == own
    assert all(before[name] == after[name] for name in (before.keys() & after.keys()) - own)
    return after


def written(review: Review) -> dict[str, int]:
    root = review.folder / "results"
    return {
        str(path.relative_to(root)): path.stat().st_mtime_ns
        for path in root.rglob("*")
        if path.is_file()
    }


def files_of(review: Review, member: str) -> set[str]:
    """The files that the records of a member tell of, and the records."""
    folder = review.folder / "results"
    stage, _, name = member.partition(" ")
    pattern = f"{stage}/{name or '*'}.json" if name or stage == "report" else f"{stage}.json"
    found = set()
    for path in (folder / "made").glob(pattern):
        record = json.loads(path.read_text(encoding="utf-8"))
        found |= {name.removeprefix("results/") for name in record["files"]}
        found.add(str(path.relative_to(folder)))
    return found


# --- nothing, and everything ----------------------------------------------------------------------


def test_nothing_changed_runs_nothing(ran: Review) -> None:
    reruns(ran, set())


def test_nothing_to_do_computes_nothing(ran: Review, tmp_path: Path) -> None:
    """Beyond what an empty workflow imports with the same plugins are no libraries of numbers."""
    (tmp_path / "Snakefile").write_text("rule all:\n", encoding="utf-8")
    empty = Review(tmp_path, tmp_path / "Snakefile")

    def imported(review: Review) -> set[str]:
        told = review.run(PYTHONPROFILEIMPORTTIME="1").output
        return set(re.findall(r"^import time:.*\| +(\w+)$", told, re.MULTILINE))

    more = imported(ran) - imported(empty)
    assert "metasynth" in more
    assert more.isdisjoint({"pandas", "numpy", "scipy", "matplotlib", "statsmodels"})


def test_time_stamps_alone_change_nothing(ran: Review) -> None:
    for number, path in enumerate(sorted(ran.folder.rglob("*"))):
        if ".snakemake" not in path.parts:
            os.utime(path, (time.time() - number * 100,) * 2)
    assert ran.planned() == set()


def test_everything_can_be_asked_for(ran: Review) -> None:
    before = ran.results()
    everything = {f"clean {p.stem}" for p in (ran.folder / "results/clean/trials").iterdir()}
    everything |= {"views", "moderators", *OF_ALL}
    everything |= jobs(ran, *(path.name for path in (ran.folder / "results/outcomes").iterdir()))
    assert ran.planned("--forceall") == everything
    assert made(ran.run("--forceall", "--quiet", "host").output) == everything
    assert ran.results() == before
    assert ran.planned("--forcerun", "tables") == {"tables", "report"}
    plots = {name for name in everything if name.startswith("plot ")}
    assert ran.planned("--forcerun", "plot") == {*plots, "report"}


def test_without_the_profile_it_is_the_same(ran: Review) -> None:
    """Snakemake's default triggers go by scripts' time stamps and by the lists of inputs."""
    (ran.folder / "results/figures/death/forest.svg").unlink()
    assert ran.planned("--workflow-profile", "none") == {"forest death"}


def test_one_file_can_be_asked_for(ran: Review) -> None:
    assert "Nothing to be done" in ran.run("results/figures/death/forest.svg").output
    replace_in(ran.folder / "data/raw/trials/bao2011/study.csv", "Bao 2011,2011", "Bao et al.,2011")
    assert ran.planned("results/clean/studies.csv") == {"clean bao2011", "views"}


# --- the data -------------------------------------------------------------------------------------


def test_a_trial_added_and_removed(ran: Review, tmp_path: Path) -> None:
    without_words_on(ran, "bao2011")
    ran.run()
    before = ran.results()
    bao, aside = ran.folder / "data/raw/trials/bao2011", tmp_path / "aside"
    shutil.move(bao, aside)
    reruns(ran, {"views", *OF_ALL, *jobs(ran, *OUTCOMES_OF_BAO)})
    shutil.move(aside, bao)
    assert not (ran.folder / "results/clean/trials/bao2011.json").exists()
    assert reruns(ran, {"clean bao2011", "views", *OF_ALL, *jobs(ran, *OUTCOMES_OF_BAO)}) == before


def test_a_count_corrected(ran: Review) -> None:
    """One number in a trial that reports nearly all outcomes."""
    table = ran.folder / "data/raw/trials/fleischmann2003/results.csv"
    replace_in(table, "death,24,,anakinra,,4,1116", "death,24,,anakinra,,5,1116")
    reruns(ran, {"clean fleischmann2003", "views", *OF_ALL, *jobs(ran, "death")})


def test_an_older_file_with_other_content(ran: Review) -> None:
    table = ran.folder / "data/raw/trials/bao2011/results.csv"
    replace_in(table, "acr20,24,,placebo,,2,12,2,2,17", "acr20,24,,placebo,,2,13,2,2,15")
    replace_in(ran.folder / "data/raw/trials/bao2011/arms.csv", ",12,", ",13,")
    long_ago = time.time() - 10**8
    for file in table.parent.iterdir():
        os.utime(file, (long_ago, long_ago))
    assert ran.planned() == {"clean bao2011", "views", *OF_ALL, *jobs(ran, *OUTCOMES_OF_BAO)}


def test_an_excluded_trial_leaves_its_outcomes(ran: Review) -> None:
    replace_in(ran.folder / "data/raw/trials/bao2011/study.csv", ",included,", ",excluded,")
    reruns(ran, {"clean bao2011", "views", *OF_ALL, *jobs(ran, *OUTCOMES_OF_BAO)})


def test_what_no_outcome_uses_reruns_no_outcome(ran: Review) -> None:
    table = ran.folder / "data/raw/trials/bao2011/sources.csv"
    table.write_bytes(table.read_bytes().replace(b"\n", b"\r\n"))
    assert ran.planned() == {"clean bao2011", "views", *OF_ALL} - {"crosscheck", "tables"}


# --- the choices ----------------------------------------------------------------------------------


def test_a_label_changed(ran: Review) -> None:
    replace_in(ran.folder / "config.yaml", "label: Death\n", "label: Deaths\n")
    reruns(ran, {*jobs(ran, "death"), *OF_ALL})


def test_an_analysis_added_to_one_outcome(ran: Review) -> None:
    config = ran.folder / "config.yaml"
    head, tail = config.read_text(encoding="utf-8").split("  death:\n")
    more = tail.replace("[primary, common]", "[primary, common, published_mh]", 1)
    config.write_text(f"{head}  death:\n{more}", encoding="utf-8")
    reruns(ran, {*jobs(ran, "death"), *OF_ALL})


def test_an_outcome_added(ran: Review) -> None:
    config = ran.folder / "config.yaml"
    head, tail = config.read_text(encoding="utf-8").split("  death:\n")
    entry = re.split(r"\n  (?=\w)", tail)[0]
    own = entry.replace("label: Death", "label: Death, odds ratio").replace("RR", "OR")
    assert own.count("OR") == 1
    config.write_text(f"{head}  death_or:\n{own}\n  death:\n{tail}", encoding="utf-8")
    reruns(ran, {*jobs(ran, "death_or"), *OF_ALL})


def test_a_comment_in_the_config_changes_nothing(ran: Review) -> None:
    with (ran.folder / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("# seen\n")
    assert ran.planned() == set()


# --- damage ---------------------------------------------------------------------------------------


DAMAGED = {
    "clean/trials/bao2011.json": "clean bao2011",
    "clean/arms.csv": "views",
    "outcomes/death/result.json": "pool death",
    "outcomes/infection/metafor.R": "pool infection",
    "outcomes/death/multiverse.json": "sensitivity death",
    "figures/death/forest.svg": "forest death",
    "figures/acr20_w24/drapery.svg": "plot acr20_w24",
    "tables/estimates.csv": "tables",
    "tables/claims.csv": "audit",
    "changes.html": "changes",
    "report/review.pdf": "report",
    "made/pool/acr20_w12.json": "pool acr20_w12",
}


@pytest.mark.parametrize("damage", ["deleted", "truncated", "edited with the old time"])
def test_damaged_files_are_noticed_and_made_again(ran: Review, damage: str) -> None:
    before = ran.results()
    for path in DAMAGED:
        file = ran.folder / "results" / path
        content, stat = file.read_bytes(), file.stat()
        if damage == "deleted":
            file.unlink()
        elif damage == "truncated":
            file.write_bytes(content[: len(content) // 2])
        else:
            file.write_bytes(content.replace(b"1", b"2"))
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert ran.planned() == set(DAMAGED.values())
    assert ran.planned("results/tables/estimates.csv") == {
        *("clean bao2011", "tables", "pool death", "pool infection", "pool acr20_w12")
    }
    assert made(ran.run("--quiet", "host").output) == set(DAMAGED.values())
    assert ran.results() == before


def test_without_snakemakes_own_records_changed_data_are_noticed(ran: Review) -> None:
    shutil.rmtree(ran.folder / ".snakemake")
    assert ran.planned() == set()
    table = ran.folder / "data/raw/trials/fleischmann2003/results.csv"
    replace_in(table, "death,24,,anakinra,,4,1116", "death,24,,anakinra,,5,1116")
    os.utime(table, (0, 0))
    shutil.rmtree(ran.folder / ".snakemake")
    reruns(ran, {"clean fleischmann2003", "views", *OF_ALL, *jobs(ran, "death")})


def test_without_records_of_what_was_made_everything_is_made(ran: Review) -> None:
    before = ran.results()
    shutil.rmtree(ran.folder / "results/made")
    outcomes, drawn = (
        len([path for path in (ran.folder / "results/figures").glob("*/") if [*path.glob(pattern)]])
        for pattern in ("forest.svg", "[!f]*.svg")
    )
    assert len(ran.planned()) == 3 * outcomes + drawn + 13
    ran.run()
    assert ran.results() == before


# --- the pipeline ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def under_a_copy(
    finished: Callable[[str], Review], tmp_path_factory: pytest.TempPathFactory
) -> Review:
    """A finished review under a copy of the workflow, in which nothing is to be done."""
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "envs"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignored)
    shutil.copy(REPOSITORY / "Snakefile", folder)
    shutil.copytree(finished("anakinra").folder, folder / "review")
    review = Review(folder / "review", folder / "Snakefile", folder / "workflow")
    assert review.planned() == set()
    return review


EVERY = {"clean", "views", "moderators", *OF_EACH, *OF_ALL}
DOUBTED = {"sensitivity", "plot", "overview", "certainty", "changes", "report"}


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("workflow/metasynth/core/store.py", EVERY),
        ("workflow/metasynth/tables/views.py", {"views"}),
        ("workflow/metasynth/stats/pooling.py", EVERY - {"clean", "views"}),
        ("workflow/metasynth/figures/forest/forest.py", {"forest", "plot", "overview", "report"}),
        ("workflow/metasynth/sensitivity/multiverse.py", DOUBTED),
        ("workflow/metasynth/figures/plots/judgements.py", {"plot", "overview", "report"}),
        ("workflow/metasynth/report/render/html.py", {"changes", "report"}),
        ("workflow/metasynth/archive/crate.py", set()),
        ("workflow/scripts/tables.py", {"tables", "report"}),
        ("workflow/scripts/clean.py", {"clean", "views", *OF_ALL} - {"crosscheck", "tables"}),
        ("workflow/rules/stages.smk", EVERY),
        ("workflow/report/review.html.j2", {"changes", "report"}),
        ("workflow/report/en/results.md", {"report"}),
    ],
)
def test_an_edited_file_of_the_pipeline_reruns_what_uses_it(
    under_a_copy: Review, name: str, stages: set[str]
) -> None:
    review, copy = under_a_copy, under_a_copy.snakefile.parent
    sound = (copy / name).read_bytes()
    try:
        (copy / name).write_bytes(sound + b"\n# edited\n")
        planned = review.planned()
    finally:
        (copy / name).write_bytes(sound)
    assert {member.split()[0] for member in planned} == stages
