"""The workflow where others put it: deployed from a repository, or with conda's environments."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.packaging.pythons import do, uv
from tests.reviews import REPOSITORY, REVIEWS, Review

pytestmark = pytest.mark.slow

ADDRESS = "github.com/someone/metasynth"
PUBLISHED = ("LICENSE", "Snakefile", "config", "envs", "profiles", "workflow")
# What stands for a host of repositories, without a network: git looks for its pages in a folder.
LOCAL = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_VALUE_0": "https://github.com/"}
AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.org")


def copied(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return shutil.copy(source, target)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This workflow's files as a repository with one version, as a host has it."""
    folder = tmp_path_factory.mktemp("host") / ADDRESS
    for name in PUBLISHED:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else copied)(source, folder / name)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"], ["tag", "v1"]):
        do("git", *AUTHOR, *words, folder=folder)
    return folder


def test_it_is_deployed_from_a_repository_and_runs_with_own_choices(
    repository: Path, tmp_path: Path, finished: Callable[[str], Review]
) -> None:
    mine = tmp_path / "mine"
    words = ("deploy-workflow", f"file://{repository}", mine, "--tag", "v1")
    do(uv(), "tool", "run", "--quiet", "snakedeploy@0.17.1", *words)
    assert (mine / "config/README.md").is_file()
    shutil.copy(REVIEWS["bcg"] / "config.yaml", mine / "config")
    shutil.copytree(REVIEWS["bcg"] / "data", mine / "data")
    host = LOCAL | {"GIT_CONFIG_KEY_0": f"url.file://{repository.parents[2]}/github.com/.insteadOf"}
    review = Review(mine, mine / "workflow/Snakefile")
    review.run(XDG_CACHE_HOME=str(tmp_path / "cache"), **host)
    assert review.results() == finished("bcg").results()


CONDA = """#!/bin/sh
case "$1" in
info) echo '{"conda_version": "25.1.0", "conda_prefix": "/", "root_prefix": "/",
"platform": "linux-64", "active_prefix": null}';;
config) echo '{"get": {"channel_priority": "strict"}}';;
*) echo "conda 25.1.0";;
esac
"""


def test_it_loads_for_conda_where_only_snakemake_is_installed(tmp_path: Path) -> None:
    """Which versions the jobs use stands in their environment's file; a stand-in is the conda that
    would make it.
    """
    programs, review = tmp_path / "env/bin", tmp_path / "review"
    do(uv(), "venv", "--quiet", tmp_path / "env")
    pins = yaml.safe_load((REPOSITORY / "envs/metasynth.yaml").read_text("utf-8"))["dependencies"]
    (snakemake,) = (str(pin) for pin in pins if str(pin).startswith("snakemake"))
    version = snakemake.partition("=")[2]
    into = ("--quiet", "--no-compile-bytecode", "--python", programs / "python")
    do(uv(), "pip", "install", *into, f"snakemake=={version}")
    (programs / "conda").write_text(CONDA, encoding="utf-8")
    (programs / "conda").chmod(0o755)
    shutil.copytree(REVIEWS["bcg"], review)
    done = subprocess.run(
        [
            *(programs / "snakemake", "-s", REPOSITORY / "Snakefile", "--cores", "2"),
            *("--sdm", "conda", "--dry-run"),
        ],
        cwd=review,
        env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pool, 1 of 1: not made yet" in done.stdout + done.stderr


IMAGE = "docker://registry.example.org/metasynth:1.0.0"


def test_it_loads_for_the_jobs_of_a_container(tmp_path: Path) -> None:
    """As docs/reproducibility.md has it; a stand-in is the engine that would fetch the image."""
    (tmp_path / "bin").mkdir()
    for name in ("apptainer", "singularity"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\necho apptainer version 1.3.4\n", "utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    shutil.copytree(REVIEWS["bcg"], tmp_path / "review")
    mine = tmp_path / "review/Snakefile"
    mine.write_text(
        f'containerized: "{IMAGE}"\n\ninclude: "{REPOSITORY / "Snakefile"}"\n', encoding="utf-8"
    )
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    words = ("--sdm", "apptainer", "--dry-run", "all")
    said = Review(tmp_path / "review", mine).run(*words, PATH=path).output
    assert f"{IMAGE} will be pulled" in said
    assert "pool, 1 of 1: not made yet" in said
    manual = (REPOSITORY / "docs/reproducibility.md").read_text("utf-8")
    assert f'containerized: "{IMAGE}"' in manual


def test_both_entries_are_the_same_workflow() -> None:
    """Snakemake resets what is made by default when a file is included, so one cannot include the
    other.
    """
    entry = (REPOSITORY / "Snakefile").read_text("utf-8").partition("from snakemake")[2]
    inside = (REPOSITORY / "workflow/Snakefile").read_text("utf-8").partition("from snakemake")[2]
    assert entry.replace('"workflow/rules/', '"rules/') == inside


def test_the_catalog_is_told_what_is_there() -> None:
    told = yaml.safe_load((REPOSITORY / ".snakemake-workflow-catalog.yml").read_text("utf-8"))
    assert set(told) == {"usage"}
    assert set(told["usage"]) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert (REPOSITORY / ".test/config.yaml").is_file()


def test_the_container_has_what_a_run_needs_and_the_readme_s_installer() -> None:
    """No container engine is here to build it: what it copies is what the wheel carries."""
    text = (REPOSITORY / "envs/Containerfile").read_text("utf-8")
    copied = {
        word for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for word in line.split()
    }
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {name.partition("/")[0] for name in carried} <= copied
    assert all((REPOSITORY / name).exists() for name in copied - {"./"})
    (installer,) = set(re.findall(r"uv==[\d.]+", (REPOSITORY / "README.md").read_text("utf-8")))
    assert installer in text
