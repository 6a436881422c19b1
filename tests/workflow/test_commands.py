"""What Snakemake's own commands say and do, as its manual has it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forks
from tests.faults.broken import Small, change, copy_of, small

from .conftest import REPOSITORY, Review, Run

pytestmark = pytest.mark.slow

STAGES = {
    ("clean", "views"),
    ("clean", "pool"),
    ("clean", "report"),
    ("clean", "sensitivity"),
    ("pool", "tables"),
    ("pool", "audit"),
    ("pool", "forest"),
    ("pool", "plot"),
    ("sensitivity", "plot"),
    ("pool", "overview"),
    ("certainty", "changes"),
    ("tables", "report"),
    ("forest", "report"),
    ("plot", "report"),
    ("overview", "report"),
    ("changes", "report"),
    *((stage, "all") for stage in ("clean", "views", "pool", "plot", "report")),
}
"""What is made for what, at least; these stages and no others are drawn."""
OF_ALL = {"crosscheck", "tables", "audit", "certainty", "changes", "overview"}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A finished review of two outcomes; what it gives is not to be changed."""
    review = small(tmp_path_factory.mktemp("two") / "review")
    review.run()
    return review


@pytest.fixture
def own(two: Small, tmp_path: Path) -> Small:
    """A copy that a test may change."""
    return copy_of(two, tmp_path / "review")


def counted(run: Run) -> dict[str, int]:
    """How many jobs a dry run announces, by rule."""
    stats = run.output.rpartition("Job stats:")[2].partition("total")[0]
    return {name: int(number) for name, number in re.findall(r"^(\S+) +(\d+)$", stats, re.M)}


# --- pictures -------------------------------------------------------------------------------------


def drawn(text: str) -> set[tuple[str, str]]:
    """The edges of a picture in Graphviz's language, by the labels of its nodes."""
    label = dict(re.findall(r"^\s*(\d+)\s*\[\s*label = \"(\w+)", text, re.M))
    label |= dict(re.findall(r"(\d+) \[ shape=none.*?point-size=\"18\">(\w+)", text, re.S))
    return {(label[a], label[b]) for a, b in re.findall(r"^\s*(\d+) -> (\d+)", text, re.M)}


def drawn_in_json(text: str) -> set[tuple[str, str]]:
    graph = json.loads(text[text.index('{"nodes"') :].splitlines()[0])
    label = {node["id"]: node["value"]["label"] for node in graph["nodes"]}
    return {(label[edge["u"]], label[edge["v"]]) for edge in graph["edges"]}


PICTURES = {"--rulegraph": drawn, "--dag": drawn, "--filegraph": drawn, "--d3dag": drawn_in_json}


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_shows_every_stage_and_what_it_needs(own: Small, picture: str) -> None:
    """The same whether all stands, nothing does, or a part."""
    edges = PICTURES[picture](own.run(picture).output)
    assert edges >= STAGES
    assert {name for edge in edges for name in edge} == {
        name for edge in STAGES for name in edge
    } | {*OF_ALL, "moderators"}
    (own.folder / "results/outcomes/tuberculosis_or/result.json").unlink()
    assert PICTURES[picture](own.run(picture).output) == edges
    shutil.rmtree(own.folder / "results")
    assert PICTURES[picture](own.run(picture).output) == edges


# --- summaries ------------------------------------------------------------------------------------


def told(review: Small, command: str) -> dict[str, tuple[str, str]]:
    """Status and plan of each file."""
    lines = review.run(command).output.partition("output_file\t")[2].splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {row[0]: (row[-2], row[-1]) for row in rows}


@pytest.mark.parametrize("command", ["--summary", "--detailed-summary"])
def test_a_summary_is_right_for_every_file(own: Small, command: str) -> None:
    everything = {f"results/{name}" for name in own.results()}
    assert told(own, command) == dict.fromkeys(everything, ("ok", "no update"))
    config = own.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("Tuberculosis, odds", "TB, odds"), encoding="utf-8")
    (own.folder / "results/figures/tuberculosis/forest.svg").unlink()
    summary = told(own, command)
    pending = {name for name, (_, plan) in summary.items() if plan == "update pending"}
    standing = {name for name, row in summary.items() if row == ("ok", "no update")}
    assert pending | standing == everything
    assert summary["results/figures/tuberculosis/forest.svg"][0] == "missing"
    member = re.compile(
        r"results/(made/|tables/)?"
        r"(clean|views|moderators|outcomes/tuberculosis/|(pool|sensitivity|plot)/tuberculosis\.)"
    )
    drawn = re.compile(r"results/figures/tuberculosis/(?!forest)")
    assert standing == {name for name in everything if member.match(name) or drawn.match(name)}
    own.run()
    assert told(own, command) == dict.fromkeys(everything, ("ok", "no update"))


# --- what is asked for ----------------------------------------------------------------------------


def test_what_is_forced_is_made_again_and_what_follows_from_it(own: Small) -> None:
    def forced(*arguments: str) -> set[str]:
        return set(counted(own.run("--dry-run", *arguments))) - {"all"}

    plots = {"plot_1", "plot_2"}
    reports = {"report_1", "report_2"}
    assert forced("--forcerun", "plot") == {*plots, "plot", *reports}
    assert forced("-R", "pool") == {"pool", "forest", *plots, *reports, *OF_ALL}
    assert forced("-R", "tables", "--until", "tables") == {"tables"}
    assert forced("-R", "pool", "--until", "pool") == {"pool"}
    assert forced("-R", "pool", "--omit-from", "plot") == {"pool", "forest", *OF_ALL}
    assert forced("-f", "plot") == {*plots, "plot"}
    figure = "results/figures/tuberculosis_or/forest.svg"
    assert own.planned("-R", figure) == {"forest tuberculosis_or", "report"}
    before = own.results()
    own.run("-R", "plot")
    assert own.results() == before


def test_a_target_makes_no_more_than_it_must(own: Small) -> None:
    change(own, "vaccinated,,4,123", "vaccinated,,5,123")
    cleaned = "clean aronson1948"
    figure = "results/figures/tuberculosis_or/forest.svg"
    assert own.planned(figure) == {cleaned, "pool tuberculosis_or", "forest tuberculosis_or"}
    result = "results/outcomes/tuberculosis/result.json"
    assert own.planned(result) == {cleaned, "pool tuberculosis"}
    assert own.planned("pool") == {cleaned, "pool tuberculosis", "pool tuberculosis_or"}
    tables = "results/tables/estimates.csv"
    assert own.planned(tables) == {cleaned, "pool tuberculosis", "pool tuberculosis_or", "tables"}
    assert "report" in own.planned()
    old = (own.folder / figure).read_bytes()
    own.run(figure)
    assert (own.folder / figure).read_bytes() != old
    assert own.planned(figure) == set()
    both = {
        f"{stage} tuberculosis{end}" for stage in ("sensitivity", "plot") for end in ("", "_or")
    }
    assert own.planned("plot") == {"pool tuberculosis", *both}


def test_a_figure_behind_what_stands_is_made_too(own: Small) -> None:
    """Of what lies behind a job that runs, Snakemake asks no further: here a trial's sources
    change, which its outcomes do not depend on, and with them the look of figures.
    """
    table = own.folder / "data/raw/trials/aronson1948/sources.csv"
    table.write_bytes(table.read_bytes().replace(b"\n", b"\r\n"))
    config = own.folder / "config.yaml"
    config.write_text(config.read_text("utf-8") + "figures: {layout: jama}\n", encoding="utf-8")
    forests = {"forest tuberculosis", "forest tuberculosis_or"}
    once = {"clean aronson1948", "views", *OF_ALL, *forests, "report"}
    assert own.planned() == once - {"crosscheck", "tables"}


def test_snakemake_looks_for_jobs_no_more_often_than_jobs_end(tmp_path: Path) -> None:
    """Jobs wait for the only core; a rate limit of no time would have it look without end."""
    said = small(tmp_path / "review").run("--cores", "1", "--verbose").output
    finished = said.count("Finished jobid")
    assert finished > 8
    assert 0 < said.count("Ready jobs: ") <= 2 * finished


# --- what has another meaning here ----------------------------------------------------------------


def test_commands_do_what_they_say_or_say_why_not(own: Small) -> None:
    before = own.results()
    refused = own.snakemake("--touch")
    assert refused.code == 1
    assert "what stands is known by its content, which no time stamp changes" in refused.output
    assert "Unlocked" in own.run("--unlock").output
    listed = own.run("--list-rules").output.split()
    assert {"all", "clean", "pool", "plot", "report", "archive", "gallery"} <= {*listed}
    assert "your workflow is in a good condition" in own.run("--lint").output
    own.run("--cleanup-metadata", "results/tables/estimates.csv")
    assert own.planned() == set()
    assert own.results() == before
    deleted = own.run("--delete-all-output").output
    assert set(re.findall(r"Deleting (\S+)", deleted)) == {f"results/{name}" for name in before}
    assert own.results() == {}
    own.run()
    assert own.results() == before


def test_it_runs_from_elsewhere_with_other_choices(own: Small, tmp_path: Path) -> None:
    (own.folder / "config.yaml").rename(own.folder / "other.yaml")
    command = [sys.executable, "-m", "snakemake", "-s", str(REPOSITORY / "Snakefile"), "-n"]
    more = ["--directory", str(own.folder), "--configfile", str(own.folder / "other.yaml")]
    done = subprocess.run([*command, *more], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Nothing to be done" in done.stdout + done.stderr


HOST = """
module review:
    snakefile: "{snakefile}"
    config: {{"configfile": "mine.yaml"}}

use rule * from review as review_*

rule all:
    default_target: True
    input: rules.review_all.input, "lines.txt"

rule lines:
    input: "results/tables/estimates.csv"
    output: "lines.txt"
    shell: "wc -l < {{input}} > {{output}}"
"""


def test_it_is_a_module_of_another_workflow(two: Small, tmp_path: Path) -> None:
    host = tmp_path / "host"
    shutil.copytree(two.folder / "data", host / "data")
    shutil.copy(two.folder / "config.yaml", host / "mine.yaml")
    snakefile = host / "Snakefile"
    snakefile.write_text(HOST.format(snakefile=REPOSITORY / "Snakefile"), encoding="utf-8")
    review = Small(host, snakefile, REPOSITORY / "workflow")
    review.run()
    assert review.results() == two.results()
    assert (host / "lines.txt").read_text("utf-8").strip() == "10"
    assert "Nothing to be done" in review.run().output
    change(review, "vaccinated,,4,123", "vaccinated,,5,123")
    assert {"clean aronson1948", "pool tuberculosis", "report"} <= review.planned()


# --- what a review has no longer ------------------------------------------------------------------


def test_what_is_obsolete_is_named_and_removed(own: Small) -> None:
    before = {f"results/{name}" for name in own.results()}
    config = own.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("tuberculosis_or:", "tb_or:"), encoding="utf-8")
    (own.folder / "results/my_notes.txt").write_text("mine", encoding="utf-8")
    gone = {name for name in before if "tuberculosis_or" in name}
    assert gone
    announced = own.run("--dry-run").output
    assert "obsolete, removed when all is made" in announced
    assert all(name in announced for name in gone)
    own.run("pool")
    assert all((own.folder / name).is_file() for name in gone)
    removed = own.run().output.partition("Obsolete, and so removed:")[2]
    assert set(removed.split()) == gone
    after = {f"results/{name}" for name in own.results()} - {"results/my_notes.txt"}
    assert after == {name.replace("tuberculosis_or", "tb_or") for name in before}
    assert not (own.folder / "results/figures/tuberculosis_or").exists()


def test_a_language_and_a_figure_that_are_no_longer_made_are_removed(own: Small) -> None:
    """The covariate takes the bubble plots with it, Polish every file that is marked as such."""
    shutil.copytree(own.folder / "data/text/en", own.folder / "data/text/pl")
    config = own.folder / "config.yaml"
    english = config.read_text(encoding="utf-8")
    config.write_text(english.replace("languages: [en]", "languages: [en, pl]"), encoding="utf-8")
    own.run()
    polish = {name for name in own.results() if ".pl." in name or "/pl." in name}
    assert {"report/review.pl.html", "figures/tuberculosis/forest.pl.svg"} < polish
    fewer = "\n".join(line for line in english.split("\n") if "covariate:" not in line)
    config.write_text(fewer, encoding="utf-8")
    bubbles = {name for name in own.results() if "/bubble" in name}
    assert "figures/tuberculosis/bubble.svg" in bubbles
    gone = {f"results/{name}" for name in polish | bubbles}
    announced = own.run("--dry-run").output
    assert all(name in announced for name in gone)
    removed = own.run().output.partition("Obsolete, and so removed:")[2]
    assert set(removed.split()) == gone
    assert not any(".pl." in name or "bubble" in name for name in own.results())
    assert "Nothing to be done" in own.run().output


def test_a_record_that_was_edited_removes_nothing_elsewhere(own: Small) -> None:
    kept = own.folder / "data/raw/references.bib"
    record = own.folder / "results/made/pool/gone.json"
    content = json.loads((own.folder / "results/made/pool/tuberculosis.json").read_text("utf-8"))
    content["files"] = {"results/../data/raw/references.bib": "", str(kept): ""}
    record.write_text(json.dumps(content), encoding="utf-8")
    own.run()
    assert kept.is_file()
    assert not record.exists()


# --- one that fails -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow, in which one outcome cannot be pooled."""
    folder = tmp_path_factory.mktemp("broken")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "envs", "profiles"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignored)
    shutil.copy(REPOSITORY / "Snakefile", folder)
    script = folder / "workflow/scripts/pool.py"
    text = script.read_text(encoding="utf-8")
    line = "    result, _ = pooled(trials, Pooling(outcome, analyses, comparison))\n"
    fails = '    if outcome.id == "tuberculosis":\n        raise ValueError("No root was found.")\n'
    assert line in text
    script.write_text(text.replace(line, line + fails), encoding="utf-8")
    return folder


@pytest.mark.parametrize("going_on", [(), ("--keep-going",)])
@pytest.mark.parametrize("profile", [(), ("--workflow-profile", "none")])
def test_one_that_fails_fails_alone(
    broken: Path, tmp_path: Path, going_on: tuple[str], profile: tuple[str]
) -> None:
    """Both outcomes are in one job; the one that is sound stands, and is drawn by the next run."""
    folder = small(tmp_path / "review").folder
    review = Review(folder, broken / "Snakefile", broken / "workflow")
    first = review.snakemake("--cores", "1", *going_on, *profile)
    assert first.code == 1
    last = first.output[first.output.rindex("Not everything was made.") :]
    assert last.splitlines()[1:] == [
        "pool tuberculosis: results/outcomes/tuberculosis/result.json was not made. "
        "No root was found.",
        "  Mend what it is made from (config.yaml, the review's tables or text) or leave it out.",
        "  More is in logs/pool.log; it is made alone by: "
        "python workflow/scripts/pool.py tuberculosis",
        "Then give the same command again: it goes on from here.",
    ]
    stands = (review.folder / "results/outcomes/tuberculosis_or/result.json").is_file()
    assert stands or profile
    if going_on and not profile:
        again = review.snakemake("--cores", "1", *going_on)
        assert again.code == 1
        assert (review.folder / "results/figures/tuberculosis_or/forest.svg").is_file()


def test_without_a_form_there_is_no_report(own: Small) -> None:
    """All else stands as it was, and what an earlier report left is named and gone."""
    before = own.results()
    config = own.folder / "config.yaml"
    text = re.sub(r"  formats: .*\n", "", config.read_text(encoding="utf-8"))
    config.write_text(text.replace("review:\n", "review:\n  formats: []\n"), encoding="utf-8")
    output = own.run().output
    after = own.results()
    gone = {name for name in before if name.startswith(("report/", "made/report"))}
    assert gone
    assert {*before} - {*after} == gone
    assert "results/report/review.html" in output
    same = [name for name in after if name.startswith(("tables/", "outcomes/", "figures/"))]
    assert all(after[name] == before[name] for name in same)


# --- a step alone ---------------------------------------------------------------------------------


SCRIPTS = sorted(
    path.stem for path in (REPOSITORY / "workflow/scripts").glob("*.py") if path.stem != "archive"
)


@pytest.mark.parametrize("stage", SCRIPTS)
def test_each_script_runs_by_hand(own: Small, stage: str) -> None:
    """All that a stage makes is spoilt, and is made again as it was."""
    if stage == "figure_files":  # which are made on request
        with (own.folder / "config.yaml").open("a", encoding="utf-8") as config:
            config.write("figures: {formats: [pdf]}\n")
        own.run(stage)
    before = own.results()
    records = [text for name, text in before.items() if re.match(f"made/{stage}[./]", name)]
    spoilt = [path for text in records for path in json.loads(text)["files"]]
    for path in spoilt:
        (own.folder / path).write_text("spoilt", encoding="utf-8")
    script = str(REPOSITORY / f"workflow/scripts/{stage}.py")
    code, said = forks.run([script], own.folder, os.environ)
    assert code == 0, said
    assert spoilt
    assert {*spoilt} <= {*said.split()}
    assert own.results() == before


def test_a_script_is_run_by_hand(own: Small) -> None:
    before = own.results()
    script = [sys.executable, str(REPOSITORY / "workflow/scripts/pool.py")]

    def call(*names: str) -> Run:
        done = subprocess.run(
            [*script, *names], cwd=own.folder, text=True, capture_output=True, check=False
        )
        return Run(done.returncode, done.stdout + done.stderr)

    (own.folder / "results/outcomes/tuberculosis/result.json").unlink()
    assert "results/outcomes/tuberculosis/result.json" in call("tuberculosis").output
    assert own.results() == before
    assert own.planned() == set()
    assert "there is no acr20, but tuberculosis, tuberculosis_or" in call("acr20").output
    (own.folder / "results/clean/trials/aronson1948.json").unlink()
    missing = call()
    assert missing.code == 2
    assert "snakemake --cores 2 results/clean/trials/aronson1948.json" in missing.output
