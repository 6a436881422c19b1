"""A review in its own folder, archived from committed files, and verified."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import redirect_stdout
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from metasynth.archive import bill
from metasynth.core import sealed_zip, verify
from metasynth.pipeline.plan import MARK
from tests.reproducibility import mutation
from tests.reviews import write_made_up

from .conftest import REPOSITORY, Review, copy_review

pytestmark = pytest.mark.slow

LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".uv", ".venv", "results", "logs", ".snakemake", "__pycache__", ".*_cache"),
    ".hypothesis",
)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Reviewer", "-c", "user.email=reviewer@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    (folder / ".gitignore").write_text("results/\nlogs/\n.snakemake/\n__pycache__/\n", "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "As it is")


@pytest.fixture(scope="session")
def committed(
    finished: Callable[[str], Review], tmp_path_factory: pytest.TempPathFactory
) -> Review:
    """The pipeline and the BCG review, each a repository of its own, archived.

    The results that stand are taken over; the archive's own run is new.
    """
    root = tmp_path_factory.mktemp("archive")
    shutil.copytree(REPOSITORY, root / "pipeline", ignore=LEFT_OUT)
    review = copy_review("bcg", root / "review")
    for folder in (root / "pipeline", review.folder):
        commit(folder)
    shutil.copytree(finished("bcg").folder / "results", review.folder / "results")
    review = Review(review.folder, root / "pipeline/Snakefile", root / "pipeline/workflow")
    review.run("archive")
    return review


def archive_of(review: Review, variant: str = "") -> Path:
    (path,) = (review.folder / "results/archive").glob(f"review-*[0-9]{variant}.zip")
    return path


def content_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def elsewhere(committed: Review, folder: Path) -> Review:
    """Fresh clones of both repositories."""
    for source in (committed.snakefile.parent, committed.folder):
        git(folder, "clone", "--quiet", str(source), source.name)
    return Review(folder / "review", folder / "pipeline" / "Snakefile")


@pytest.fixture
def copied(committed: Review, tmp_path: Path) -> Review:
    """The finished review, to be changed by a test."""
    shutil.copytree(committed.folder, tmp_path / "review")
    return Review(tmp_path / "review", committed.snakefile, committed.workflow)


# --- what is in it --------------------------------------------------------------------------------


def test_the_archive_holds_the_review_and_all_it_is_made_by(committed: Review) -> None:
    content = content_of(archive_of(committed))
    for name in ("config.yaml", "data/raw/trials/aronson1948/results.csv"):
        assert content[name] == (committed.folder / name).read_bytes()
    for name in (
        "Snakefile",
        "uv.lock",
        "CITATION.cff",
        "codecheck.yml",
        "workflow/rules/stages.smk",
    ):
        assert content[name] == (committed.snakefile.parent / name).read_bytes()
    results = {name: data for name, data in content.items() if name.startswith("results/")}
    there = {f"results/{name}": data for name, data in committed.results().items()}
    assert results == {name: data for name, data in there.items() if "/archive/" not in name}
    assert "results/report/review.pdf" in results
    assert content["bom.cdx.json"] == bill.bill(content["uv.lock"].decode("utf-8"))
    unwanted = (".git/", ".snakemake/", "logs/", "results/archive/", "data/raw/trials/cohen2004/")
    assert [name for name in content if name.startswith(unwanted)] == []


def test_the_volatile_part_stands_beside_the_archive(committed: Review) -> None:
    path = archive_of(committed)
    environment = json.loads(path.with_suffix(".environment.json").read_text("utf-8"))
    assert environment["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert environment["about"].startswith("Volatile")
    assert not [name for name in content_of(path) if "environment.json" in name]


def test_another_checkout_gives_the_same_archive(committed: Review, tmp_path: Path) -> None:
    folder = tmp_path / "zażółć – copy"
    folder.mkdir()
    again = elsewhere(committed, folder)
    shutil.copytree(committed.folder / "results", again.folder / "results")
    archive_of(again).unlink()
    settings = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    again.run("archive", "--cores", "1", TMPDIR=str(folder), **settings)
    assert archive_of(again).read_bytes() == archive_of(committed).read_bytes()


def test_a_second_call_has_nothing_to_do(committed: Review) -> None:
    assert committed.planned() == set()
    assert "Nothing to be done" in committed.run("archive").output


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["config.yaml", "data/raw/references.bib", "data/new.md"])
def test_uncommitted_changes_are_refused(copied: Review, name: str) -> None:
    archive_of(copied).unlink()
    with (copied.folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    refused = copied.snakemake("archive")
    assert refused.code != 0
    assert name in refused.output
    assert "archive_dirty" in refused.output
    assert not list((copied.folder / "results/archive").glob("*.zip"))


def test_an_uncommitted_pipeline_is_refused(copied: Review, tmp_path: Path) -> None:
    shutil.copytree(copied.snakefile.parent, tmp_path / "pipeline")
    (tmp_path / "pipeline/LICENSE").unlink()
    refused = Review(copied.folder, tmp_path / "pipeline/Snakefile").snakemake("archive")
    assert refused.code != 0
    assert "LICENSE" in refused.output


def test_a_dirty_archive_says_so(copied: Review) -> None:
    with (copied.folder / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("# tried out\n")
    copied.run("archive_dirty")
    content = content_of(archive_of(copied, "-dirty"))
    assert b"# tried out" in content["config.yaml"]
    assert "DIRTY.txt" in content
    root = entities(content)["./"]
    assert "uncommitted changes" in root["description"]


def test_a_folder_without_version_control_is_refused(copied: Review) -> None:
    shutil.rmtree(copied.folder / ".git")
    refused = copied.snakemake("archive")
    assert refused.code != 0
    assert "git init" in refused.output


def test_choices_in_another_file_are_refused(copied: Review) -> None:
    (copied.folder / "config.yaml").rename(copied.folder / "other.yaml")
    refused = copied.snakemake("archive", "--configfile", "other.yaml")
    assert refused.code != 0
    assert "choices stand in config.yaml" in refused.output


def test_a_symbolic_link_is_refused(copied: Review) -> None:
    (copied.folder / "link.md").symlink_to("config.yaml")
    git(copied.folder, "add", "link.md")
    git(copied.folder, "commit", "--quiet", "--message", "A link")
    archive_of(copied).unlink()
    refused = copied.snakemake("archive")
    assert refused.code != 0
    assert "link.md is a symbolic link" in refused.output


def test_an_edited_result_is_made_again_before(copied: Review) -> None:
    table = copied.folder / "results/tables/studies.csv"
    table.write_text(table.read_text("utf-8").replace("aronson1948", "aronson1949"), "utf-8")
    assert "tables" in copied.planned("archive")


def test_an_edited_result_with_a_record_made_to_fit_is_refused(copied: Review) -> None:
    archive_of(copied).unlink()
    table = copied.folder / "results/tables/studies.csv"
    record = copied.folder / "results/made/tables.json"
    digest = sha256(table.read_bytes()).hexdigest()
    table.write_text(table.read_text("utf-8").replace("aronson1948", "aronson1949"), "utf-8")
    other = record.read_text("utf-8").replace(digest, sha256(table.read_bytes()).hexdigest())
    record.write_text(other, "utf-8")
    refused = copied.snakemake("archive")
    assert refused.code != 0
    assert "results/tables/studies.csv" in refused.output
    assert not list((copied.folder / "results/archive").glob("*.zip"))


# --- what it says of itself -----------------------------------------------------------------------


def entities(content: dict[str, bytes]) -> dict[str, Any]:
    graph = json.loads(content["ro-crate-metadata.json"])["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def references(value: Any) -> list[str]:
    """All ids that a value refers to."""
    if isinstance(value, dict):
        return [value["@id"]]
    items = value if isinstance(value, list) else []
    return [item["@id"] for item in items if isinstance(item, dict)]


def names(value: Any) -> list[str]:
    return [unquote(name) for name in references(value)]


def announced(review: Review) -> list[tuple[str, set[str], set[str]]]:
    """Rule, inputs and outputs of every job, as a dry run of everything prints them."""
    output = review.run("--dry-run", "--forceall", "--quiet", "host").output
    jobs = re.findall(
        r"^rule (\w+):\n    input: (.*)\n    output: (.*)\n", output, flags=re.MULTILINE
    )
    return [
        (rule, set(inputs.split(", ")) - {MARK}, set(outputs.split(", ")))
        for rule, inputs, outputs in jobs
    ]


def test_every_job_is_told_and_nothing_else_is(committed: Review) -> None:
    """A job makes many members, each of which is an action; together they are the job.

    How members are dealt into jobs depends on the cores of a machine, what each is made from does
    not. Every member leaves a record, so that as many actions are told as the jobs have records.
    """
    crate = entities(content_of(archive_of(committed)))
    actions = [
        (unquote(entity["instrument"]["@id"]), names(entity["object"]), names(entity["result"]))
        for name, entity in crate.items()
        if entity["@type"] == "CreateAction" and name != "#run"
    ]
    jobs = announced(committed)
    assert len(jobs) >= 7
    records = [name for _, _, outputs in jobs for name in outputs if "/made/" in name]
    assert len(actions) == len(records) > len(jobs)
    made_with = {name: outputs for _, _, outputs in jobs for name in outputs}
    told = []
    for rule, inputs, outputs in jobs:
        script = f"workflow/scripts/{rule.split('_')[0]}.py"
        own = [action for action in actions if action[0] == script and set(action[2]) <= outputs]
        read = {name for _, objects, _ in own for name in objects}
        given = [made_with.get(name, {name}) for name in inputs]  # one file stands for its job
        assert read <= set().union(*given)
        assert all(read & files for files in given)
        assert sorted(outputs) == sorted(name for _, _, results in own for name in results)
        told += own
    assert len(told) == len(actions)


def test_the_run_as_a_whole(committed: Review) -> None:
    content = content_of(archive_of(committed))
    crate = entities(content)
    results = sorted(name for name in content if name.startswith("results/"))
    assert names(crate["#run"]["result"]) == results
    sources = sorted(name for name in content if name == "config.yaml" or name.startswith("data/"))
    assert names(crate["#run"]["object"]) == sources
    controls = references(crate["#organize"]["object"])
    assert len(controls) == len(names(crate["./"]["mentions"])) - 1
    steps = {crate[control]["instrument"]["@id"] for control in controls}
    assert steps == set(references(crate["Snakefile"]["step"]))
    rules = {rule.split("_")[0] for rule, _, _ in announced(committed)}
    assert {crate[step]["name"] for step in steps} == rules


def test_every_file_is_described_by_its_digest(committed: Review) -> None:
    content = content_of(archive_of(committed))
    crate = entities(content)
    own = {"ro-crate-metadata.json", sealed_zip.MANIFEST}
    assert names(crate["./"]["hasPart"]) == sorted(content.keys() - own)
    for name in references(crate["./"]["hasPart"]):
        data = content[unquote(name)]
        assert crate[name]["sha256"] == sha256(data).hexdigest()
        assert crate[name]["contentSize"] == str(len(data))


def test_nothing_is_referred_to_that_is_not_described(committed: Review) -> None:
    crate = entities(content_of(archive_of(committed)))
    outside = ("https://w3id.org/ro/crate/1.1",)
    referred = {
        i for entity in crate.values() for value in entity.values() for i in references(value)
    }
    assert sorted(referred - crate.keys() - set(outside)) == []


def test_no_clock_and_no_machine(committed: Review) -> None:
    text = content_of(archive_of(committed))["ro-crate-metadata.json"].decode()
    assert not re.search(r"(start|end)Time|dateCreated|dateModified|agent", text)
    assert str(committed.folder.parent) not in text


def test_the_validator_of_the_profile_finds_no_fault(committed: Review, tmp_path: Path) -> None:
    """CRS4's rocrate-validator: a tool to install beside, that fetches contexts from w3id.org."""
    validator = shutil.which("rocrate-validator")
    if validator is None:
        pytest.skip("rocrate-validator is not installed: uv tool install roc-validator")
    with zipfile.ZipFile(archive_of(committed)) as archive:
        archive.extractall(tmp_path)
    profile = ("--profile-identifier", "provenance-run-crate", "--verbose", "--no-paging")
    done = subprocess.run(
        [validator, "--disable-color", "validate", *profile, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if "URLError" in done.stdout or "Connection" in done.stdout:
        pytest.skip("rocrate-validator needs the contexts at https://w3id.org, out of reach here")
    assert done.returncode == 0, done.stdout


# --- verifying it ---------------------------------------------------------------------------------


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verification takes the environment of these tests instead of installing another one."""
    monkeypatch.setattr(verify, "rebuild", lambda review, work: sys.executable)


@pytest.fixture(scope="session")
def verified(committed: Review, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Path]:
    """What one whole verification said, and the results that it made."""
    work = tmp_path_factory.mktemp("verified") / "work"
    told = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told):
        patch.setattr(verify, "rebuild", lambda review, work: sys.executable)
        code = verify.main([str(archive_of(committed)), "--into", str(work)])
    (review,) = work.glob("the review*")
    return code, told.getvalue(), review / "results"


def test_it_runs_again_elsewhere(committed: Review, verified: tuple[int, str, Path]) -> None:
    code, told, _ = verified
    assert code == verify.IDENTICAL, told
    results = [n for n in content_of(archive_of(committed)) if n.startswith("results/")]
    assert told.endswith(f"\n{len(results)} identical\n")


@pytest.mark.usefixtures("installed")
def test_a_review_of_several_comparisons_is_archived_and_runs_again(
    committed: Review,
    finished: Callable[[str], Review],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_made_up("several", tmp_path / "review")
    commit(tmp_path / "review")
    shutil.copytree(finished("several").folder / "results", tmp_path / "review/results")
    review = Review(tmp_path / "review", committed.snakefile, committed.workflow)
    review.run("archive")
    content = content_of(archive_of(review))
    assert "results/outcomes/response__active/result.json" in content
    code = verify.main([str(archive_of(review)), "--into", str(tmp_path / "work")])
    assert code == verify.IDENTICAL, capsys.readouterr().out


def changed(review: Review, folder: Path, changes: dict[str, bytes | None]) -> Path:
    """A forged archive: files changed, and the manifest to fit."""
    content = content_of(archive_of(review)) | changes
    target = folder / "forged.zip"
    files = {k: v for k, v in content.items() if v is not None and k != sealed_zip.MANIFEST}
    sealed_zip.pack(files, target)
    return target


@pytest.mark.usefixtures("installed")
def test_a_forged_result_is_found(
    committed: Review,
    verified: tuple[int, str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its sources are as they were: what the run makes of them is known."""
    made = verified[2]
    monkeypatch.setattr(
        verify, "rerun", lambda python, review, work: shutil.copytree(made, review / "results")
    )
    name = "results/tables/estimates.csv"
    header, first, rest = content_of(archive_of(committed))[name].decode().split("\n", 2)
    column = header.split(",").index("log_estimate")
    cells = first.split(",")
    forged = ",".join([*cells[:column], "-0.7", *cells[column + 1 :]])
    path = changed(
        committed,
        tmp_path,
        {
            name: f"{header}\n{forged}\n{rest}".encode(),
            "results/clean/arms.csv": None,
            "results/more.csv": b"1\n",
        },
    )
    assert verify.main([str(path)]) == verify.DAMAGED  # by the records of what was made
    assert name in capsys.readouterr().err
    monkeypatch.setattr(verify, "check_sources", lambda *_: None)  # as if they were forged, too
    assert verify.main([str(path)]) == verify.DIFFERENT
    told = capsys.readouterr().out
    assert f"numbers differ: {name}\n    row 2, log_estimate: -0.7 -> {cells[column]}" in told
    assert "extra: results/clean/arms.csv" in told
    assert "missing: results/more.csv" in told


@pytest.mark.usefixtures("installed")
def test_a_review_that_does_not_run_is_said_to(
    committed: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(committed, tmp_path, {"config.yaml": b"review: {}\n"})
    assert verify.main([str(path)]) == verify.DAMAGED  # by the digests of what the run read
    monkeypatch.setattr(verify, "check_sources", lambda *_: None)  # as if they were forged, too
    assert verify.main([str(path)]) == verify.NO_RUN


def test_a_byte_changed_in_any_file_is_found(committed: Review) -> None:
    missed, tried = mutation.score(archive_of(committed))
    assert missed == []
    assert tried == sum(1 for data in content_of(archive_of(committed)).values() if data)


def test_the_verifier_in_the_archive_stands_alone(committed: Review, tmp_path: Path) -> None:
    """Taken out of the archive, or started inside it, by a Python without any package."""
    archive = archive_of(committed)
    alone = tmp_path / "verify.py"
    alone.write_bytes(content_of(archive)["verify.py"])
    for command in ([str(alone), str(archive)], [str(archive)]):
        done = subprocess.run(
            [sys.executable, "-I", "-S", *command, "--no-rerun"],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "each as it was archived" in done.stdout


# --- the audit companion --------------------------------------------------------------------------


def test_snakemake_s_own_report_is_whole_without_network(copied: Review, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    copied.run("--report", str(page), https_proxy="http://127.0.0.1:9", http_proxy="")
    text = page.read_text("utf-8")
    assert not re.findall(r"<(?:script|img|link)[^>]+(?:src|href)=[\"']?https?:", text)
    (listed,) = re.findall(r"var categories = (\{.*?\})\s*;?\s*</script>", text, flags=re.DOTALL)
    categories = json.loads(listed)
    assert categories["Report"] == {
        "Other": [
            "results/changes.html",
            "results/report/review.html",
            "results/report/supplement.html",
        ]
    }
    tables = [path.name for path in (copied.folder / "results/tables").glob("*.csv")]
    listed = [Path(path).name for part in categories["Tables"].values() for path in part]
    assert sorted(listed) == sorted(tables)
    figures = [path for part in categories["Figures"].values() for path in part]
    drawn = (copied.folder / "results/figures").rglob("*.svg")
    assert sorted(figures) == sorted(p.relative_to(copied.folder).as_posix() for p in drawn)
    (shown,) = re.findall(r"var results = (\{.*?\})\s*;?\s*</script>", text, flags=re.DOTALL)
    results = json.loads(shown)
    assert all(result["caption"] for result in results.values())
    forest = results["results/figures/tuberculosis/forest.svg"]["labels"]
    assert forest == {"outcome": "tuberculosis", "figure": "forest"}
    (graph,) = re.findall(r"var rulegraph_spec = (\{.*?\})\s*;?\s*</script>", text, flags=re.DOTALL)
    parts = [part for part in json.loads(graph)["data"] if part["name"].startswith("link-data")]
    links = [link for part in parts for link in part["values"]]
    stages = {(_stage(link["sourcerule"]), _stage(link["targetrule"])) for link in links}
    assert {("clean", "pool"), ("pool", "plot"), ("tables", "report")} <= stages


def _stage(rule: str) -> str:
    return rule.split("_")[0]
