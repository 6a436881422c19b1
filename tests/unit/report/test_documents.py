"""What the documents say is what the code does."""

import importlib.util
import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import yaml

from metasynth.audit.verdicts import Audited
from metasynth.model.records import Estimate, StudyEffect
from metasynth.pipeline.stages import stages
from metasynth.review.load import load_review

ROOT = Path(__file__).parents[3]


def test_the_manual_of_the_tables_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_tables", ROOT / "docs/make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    schema = json.loads(module.SCHEMA.read_text("utf-8"))
    assert module.MANUAL.read_text("utf-8") == module.manual(schema)


def test_every_column_of_the_results_is_explained() -> None:
    manual = (ROOT / "docs/results.md").read_text("utf-8")
    for name, record in (("estimates", Estimate), ("studies", StudyEffect), ("claims", Audited)):
        text = manual.split(f"\n## {name}.csv")[1].split("\n## ")[0]
        cells = re.findall(r"^\| ([a-z0-9_, ]+) \|", text, flags=re.MULTILINE)
        named = [name.strip() for cell in cells for name in cell.split(",")]
        assert [name for name in named if name != "column"] == [f.name for f in fields(record)]


def test_the_conda_environment_has_the_locked_versions() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    locked = {package["name"]: package["version"] for package in lock["package"]}
    environment = (ROOT / "envs/metasynth.yaml").read_text("utf-8")
    pins = dict(re.findall(r"- ([a-z0-9-]+)={1,2}([0-9.]+)$", environment, flags=re.MULTILINE))
    assert pins == {name: locked[_plain(name)] for name in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[<>=]", name)[0] for name in project["dependencies"]}
    assert {_plain(name) for name in pins} == needed


def _plain(name: str) -> str:
    return {"snakemake-minimal": "snakemake", "matplotlib-base": "matplotlib"}.get(name, name)


def test_one_version() -> None:
    """It is set in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    deposit = json.loads((ROOT / ".zenodo.json").read_text("utf-8"))
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    (locked,) = (one for one in lock["package"] if one["name"] == project["name"])
    versions = {citation["version"], deposit["version"], locked["version"]}
    assert versions == {project["version"]}
    news = (ROOT / "CHANGELOG.md").read_text("utf-8")
    latest = re.findall(r"^## (\d\S+) \((.+)\)\n\n(?:.+\n\n)*### What you must do", news, re.M)[0]
    assert latest == (project["version"], citation["date-released"])
    assert deposit["title"] == citation["title"]
    assert deposit["keywords"] == citation["keywords"]
    assert [one["name"] for one in deposit["creators"]] == [a["name"] for a in citation["authors"]]
    assert project["license"] == citation["license"] == deposit["license"]


def test_zenodo_s_metadata_have_what_zenodo_asks_for() -> None:
    """By https://developers.zenodo.org/#representation, deposit metadata."""
    deposit = json.loads((ROOT / ".zenodo.json").read_text("utf-8"))
    asked = {"upload_type", "title", "creators", "description"}
    assert asked <= deposit.keys() <= asked | {"version", "license", "keywords"}
    assert deposit["upload_type"] == "software"
    assert all(one.keys() <= {"name", "affiliation", "orcid"} for one in deposit["creators"])
    assert not re.search(r"<(?!/?(p|em|strong|a|ul|li|code)\b)", deposit["description"])


def test_what_a_codecheck_makes_again_is_what_a_run_makes() -> None:
    review = load_review(ROOT / "config.yaml", ROOT)
    members = [m for stage in stages(review, ROOT / "workflow", ROOT).values() for m in stage]
    made = {path for member in members for path in member.files}
    manifest = yaml.safe_load((ROOT / "codecheck.yml").read_text("utf-8"))["manifest"]
    listed = [entry["file"] for entry in manifest]
    assert len(set(listed)) == len(listed)
    assert set(listed) <= made
    reports = {path for path in made if re.search(r"/report/.*\.(html|pdf|docx)$", path)}
    tables = {path for path in made if re.fullmatch(r"results/tables/\w+\.csv", path)}
    assert reports | tables <= set(listed)


def test_the_readme_has_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for heading, command in (
        ("Run the review", "snakemake --cores 4"),
        ("Run the tests", "pytest"),
    ):
        (block,) = re.findall(rf"## {heading}\n[^`]*```\n(.*?)\n```", readme, flags=re.DOTALL)
        assert block.startswith("python3 -m pip install")
        assert block.endswith(command)
