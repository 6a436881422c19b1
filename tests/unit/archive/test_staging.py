"""Nothing that a review is made from is left out of its archive, however it is named and nested.

The jobs are stand-ins: each writes files that depend on all that its member is made from. Which
files are read, and which are made, is what the pipeline's own plan says.
"""

import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest
import yaml
from hypothesis import Phase, example, given
from hypothesis import strategies as st
from tests.budget import examples
from tests.made_up import MadeUp, counts

from metasynth.archive import build, staging
from metasynth.archive.checkout import ArchiveError
from metasynth.core import verify
from metasynth.core.paths import WORKFLOW
from metasynth.pipeline import stamps
from metasynth.pipeline.stages import stages
from metasynth.review.load import load_review

MADE = ("results", "logs", ".snakemake")
IGNORED = "".join(f"/{name}/\n" for name in MADE) + "__pycache__/\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Reviewer", "-c", "user.email=reviewer@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force", "--", ":!results", ":!logs", ":!.snakemake")
    git(folder, "commit", "--quiet", "--message", "As it is")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def made_up(
    folder: Path,
    trials: Sequence[str] = ("a", "b"),
    outcome: str = "death",
    data: str = "data/raw",
    text: str = "data/text",
) -> Path:
    """A review, not yet committed; the folder."""
    about = {"label": "Death", "type": "binary", "measure": "RR", "direction": "harm"}
    chosen = {outcome: {**about, "outcome": outcome, "analyses": ["primary"]}}
    MadeUp(chosen, {study: counts(outcome, 3, 40, 5, 41) for study in trials}).write(folder)
    (folder / "data").rename(folder / "moved")
    for name, new in (("raw", data), ("text", text)):
        (folder / new).parent.mkdir(parents=True, exist_ok=True)
        (folder / "moved" / name).rename(folder / new)
    choices = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    choices |= {"data": data, "text": text}
    (folder / "config.yaml").write_text(yaml.safe_dump(choices, sort_keys=False), "utf-8")
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    return folder


def run(folder: Path) -> None:
    """What a run leaves: each member's files and record, and what it notes at its own places."""
    review = load_review(Path("config.yaml"), folder)
    for members in stages(review, WORKFLOW, folder).values():
        for member in members:
            contents = {path.rpartition("/")[2]: f"{path} {member.key}\n" for path in member.files}
            stamps.write(member, contents, folder)
    notes = ("logs/pool.log", ".snakemake/metasynth/plan.json", "workflow/__pycache__/a.pyc")
    write(folder, dict.fromkeys(notes, "a note of the run"))


LOCK = '[[package]]\nname = "own"\nversion = "1"\nsource = { editable = "." }\n'


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for the pipeline, with a review of its own that is not the one to archive."""
    folder = made_up(tmp_path_factory.mktemp("pipeline") / "pipeline", ["not_ours"])
    write(folder, {"Snakefile": "rule all:\n", "uv.lock": LOCK, "workflow/a.py": "pass\n"})
    commit(folder)
    return folder


def archive(pipeline: Path, review: Path, work: Path, *, dirty: bool = False) -> Path:
    """The archive of a review that has run, as the script makes it."""
    config = load_review(Path("config.yaml"), review).config
    (work / "stage").mkdir()
    staged = staging.stage(pipeline, review, work / "stage", dirty=dirty)
    staging.refuse_other_sources(staged, review, config)
    run(staged.folder)
    build.refuse_differences(build.results(staged.folder), review)
    build.write(staged, config, {}, work / "review.zip")
    return work / "review.zip"


def content(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def files(folder: Path) -> dict[str, bytes]:
    """A review's own files, apart from git's."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def refused(pipeline: Path, review: Path, work: Path, told: str) -> None:
    with pytest.raises(ArchiveError, match=told):
        archive(pipeline, review, work)
    assert not (work / "review.zip").exists()


# --- the property ---------------------------------------------------------------------------------

PLACES = ("results", "logs", ".snakemake", "__pycache__", "archive", "made", "wheels", "data")
IDS = st.sampled_from([*PLACES[:2], *PLACES[4:]]) | st.from_regex(
    r"[a-z][a-z0-9_]{0,8}", fullmatch=True
)
PARTS = st.sampled_from(PLACES) | st.text("aż#%&'+,;=@[]~$!(){}^` é中-_", min_size=1, max_size=6)
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
FOLDERS = PATHS.filter(lambda path: not set("{}") & set(path) and path.split("/")[0] not in MADE)


def portable(names: Sequence[str]) -> bool:
    """Whether every system can have files of these names beside each other."""
    return not verify.clashes(names) and not any(map(verify.unsafe_name, names))


@pytest.mark.slow
@examples(15, phases=(Phase.explicit, Phase.generate))
@example(["logs", "results"], "results", "data/results", "data/logs", ["__pycache__/a.csv"])
@example(["logs", "z"], "logs", "__pycache__/results", "x/.snakemake", ["docs/results/x/a.md"])
@given(
    st.lists(IDS, min_size=2, max_size=4, unique=True),
    IDS,
    FOLDERS,
    FOLDERS,
    st.lists(PATHS.map(lambda path: f"notes/{path}.md"), max_size=3, unique=True),
)
def test_what_is_unpacked_is_the_review(
    pipeline: Path, trials: list[str], outcome: str, data: str, text: str, more: list[str]
) -> None:
    """The same results, and the same files, or a refusal where a name cannot be on every system."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        review = made_up(work / "review", trials, outcome, f"{data}/1", f"{text}/2")
        if portable([*files(review), *more]):
            write(review, dict.fromkeys(more, "a note\n"))
        own = files(review)
        commit(review)
        run(review)
        results = {n: held for n, held in files(review).items() if n.startswith("results/")}
        if not portable([*own, *results]):
            refused(
                pipeline, review, work, "Names that an archive cannot have|Its own verification"
            )
            return
        packed = archive(pipeline, review, work)
        assert verify.main([str(packed), "--no-rerun"]) == verify.IDENTICAL
        with zipfile.ZipFile(packed) as zipped:
            verify.unpack(zipped, zipped.namelist(), work / "unpacked")
        unpacked = files(work / "unpacked")
        added = {"ro-crate-metadata.json", "MANIFEST.sha256", "__main__.py", "verify.py"}
        added |= {"bom.cdx.json"}
        theirs = {"Snakefile", "uv.lock", "workflow/a.py"}
        assert unpacked.keys() == own.keys() | added | theirs
        assert {name: unpacked[name] for name in own} == own
        run(work / "unpacked")
        again = {
            n: held for n, held in files(work / "unpacked").items() if n.startswith("results/")
        }
        held = {n: held for n, held in content(packed).items() if n.startswith("results/")}
        assert again == held == results


# --- what would be left out, changed or mixed up is refused, and named ----------------------------


@pytest.mark.parametrize("ignored", ["logs/", "arms.csv", "*.bib", "/data/text/en/abstract.md"])
def test_what_the_review_reads_and_git_ignores(
    pipeline: Path, tmp_path: Path, ignored: str
) -> None:
    review = made_up(tmp_path / "review", ["a", "b", "logs"])
    write(review, {".gitignore": f"{IGNORED}{ignored}\n"})
    git(review, "init", "--quiet")
    git(review, "add", "--all")
    git(review, "commit", "--quiet", "--message", "Not all of it")
    run(review)
    name = PurePosixPath(ignored).name.strip("*")
    refused(pipeline, review, tmp_path, f"reads files that are not committed(.|\n)*{name}")


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ("data/raw/trials/b export-ignore", "out of an export(.|\n)*trials/b/arms.csv"),
        ("*.bib ident", "git does not give(.|\n)*references.bib"),
    ],
)
def test_what_git_leaves_out_or_rewrites(
    pipeline: Path, tmp_path: Path, attributes: str, told: str
) -> None:
    review = made_up(tmp_path / "review")
    bib = review / "data/raw/references.bib"
    bib.write_text(bib.read_text("utf-8") + "% $Id$\n", encoding="utf-8")
    write(review, {".gitattributes": f"{attributes}\n"})
    commit(review)
    run(review)
    refused(pipeline, review, tmp_path, told)


@pytest.mark.parametrize("folder", ["results/raw", "logs", ".snakemake/raw"])
def test_folders_where_a_run_writes(pipeline: Path, tmp_path: Path, folder: str) -> None:
    review = made_up(tmp_path / "review", data=folder)
    git(review, "init", "--quiet")
    git(review, "add", "--all", "--force")
    git(review, "commit", "--quiet", "--message", "As it is")
    config = load_review(Path("config.yaml"), review).config
    with pytest.raises(ArchiveError, match="lies where a run writes"):
        staging.sources(review, config)


def test_a_baseline_among_the_results(tmp_path: Path) -> None:
    review = made_up(tmp_path / "review")
    config = load_review(Path("config.yaml"), review).config
    living = config.living.__class__(**{"baseline": "results/archive/review-1.0.0.zip"})
    with pytest.raises(ArchiveError, match="lies where a run writes"):
        staging.sources(review, config.__class__(**{**_fields(config), "living": living}))


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in type(record).__slots__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["Snakefile", "workflow/b.py", "uv.lock"])
def test_the_review_does_not_replace_the_pipeline(
    pipeline: Path, tmp_path: Path, name: str
) -> None:
    review = made_up(tmp_path / "review")
    write(review, {name: "another\n"})
    commit(review)
    run(review)
    refused(pipeline, review, tmp_path, f"in the place of the pipeline's:\n  {name}")


def test_the_pipeline_does_not_add_to_the_review(tmp_path: Path) -> None:
    review = made_up(tmp_path / "review", data="tests/raw")
    commit(review)
    run(review)
    theirs = made_up(tmp_path / "theirs", ["theirs"], data="tests/raw")
    write(theirs, {"Snakefile": "rule all:\n"})
    commit(theirs)
    refused(theirs, review, tmp_path, "pipeline has files in the review's(.|\n)*trials/theirs/")


@pytest.mark.parametrize(
    "name", ["verify.py", "MANIFEST.sha256", "ro-crate-metadata.json", "notes/aux.md", "NUL"]
)
def test_names_that_are_taken(pipeline: Path, tmp_path: Path, name: str) -> None:
    review = made_up(tmp_path / "review")
    write(review, {name: "mine\n"})
    commit(review)
    run(review)
    refused(pipeline, review, tmp_path, f"cannot have:\n  '{name}'")


def test_a_name_that_is_no_text(pipeline: Path, tmp_path: Path) -> None:
    review = made_up(tmp_path / "review")
    (review / "notes-\udcff.md").write_text("mine\n", encoding="utf-8")
    commit(review)
    run(review)
    refused(pipeline, review, tmp_path, "not UTF-8")
    refused_dirty = tmp_path / "dirty"
    refused_dirty.mkdir()
    write(review, {"new.md": "\n"})
    with pytest.raises(ArchiveError, match="not UTF-8"):
        archive(pipeline, review, refused_dirty, dirty=True)


def test_committed_results_are_not_taken_over(pipeline: Path, tmp_path: Path) -> None:
    """A result that was edited, with a record made to fit, is known only to a run from nothing."""
    review = made_up(tmp_path / "review")
    run(review)
    git(review, "init", "--quiet")
    git(review, "add", "--all", "--force")
    git(review, "commit", "--quiet", "--message", "With results")
    (tmp_path / "stage").mkdir()
    staged = staging.stage(pipeline, review, tmp_path / "stage", dirty=False)
    assert not [name for name in staged.digests if name.split("/")[0] in MADE]
    assert not [name for name in MADE if (staged.folder / name).exists()]
    assert not [*staged.folder.rglob("*.pyc")]


def test_a_run_that_changes_its_sources(pipeline: Path, tmp_path: Path) -> None:
    review = made_up(tmp_path / "review")
    commit(review)
    (tmp_path / "stage").mkdir()
    staged = staging.stage(pipeline, review, tmp_path / "stage", dirty=False)
    write(staged.folder, {"data/raw/trials/a/arms.csv": "other\n"})
    with pytest.raises(ArchiveError, match=r"changed what it is made from(.|\n)*a/arms.csv"):
        build.files(staged)


def test_a_record_that_only_one_run_has(tmp_path: Path) -> None:
    review = made_up(tmp_path / "review")
    run(review)
    fresh = build.results(review)
    del fresh["results/made/clean/b.json"]
    with pytest.raises(ArchiveError, match=r"as they stand:\n  results/made/clean/b.json"):
        build.refuse_differences(fresh, review)
