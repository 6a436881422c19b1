"""The template folder, the files of a new review, and what happens to a copied explanation."""

import csv
import io
import re
import shutil
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from metasynth import __main__
from metasynth.core.faults import InvalidReview
from metasynth.review import load as validation
from metasynth.tables import long_tables, reader, scaffold, table_schema, trial_workbook
from metasynth.validation.configuration import load

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "data/raw/trials/_template"


def test_the_template_folder_is_up_to_date():
    """Made anew by docs/make_tables.py."""
    texts = {path.name: path.read_text("utf-8") for path in TEMPLATE.iterdir()}
    assert texts == scaffold.template_tables()


def test_every_column_is_explained_below_its_name():
    for name, text in scaffold.template_tables().items():
        header, explanations = csv.reader(io.StringIO(text))
        table = table_schema.tables()[name.removesuffix(".csv")]
        columns = table.columns
        assert header == [column.name for column in columns]
        for column, words in zip(columns, explanations, strict=True):
            assert column.description in words
            assert all(word in words for word in column.words)
            assert ("Required." in words) is column.required


def filled(folder, study, rows):
    """A trial copied from the template; `rows` replace the explanations, blank to the end."""
    trial = folder / "data/raw/trials" / study
    shutil.copytree(folder / scaffold.TEMPLATE, trial)
    for name, lines in rows.items():
        header, _ = (trial / name).read_text("utf-8").split("\n", 1)
        whole = [line + "," * (header.count(",") - line.count(",")) for line in lines]
        (trial / name).write_text("\n".join([header, *whole]) + "\n", encoding="utf-8")
    return trial


ROWS = {
    "study.csv": ["Smith 2001,2001,,included,,,,,,smith2001,,"],
    "arms.csv": ["drug,intervention,Drug,drug,,,,,,", "placebo,control,Placebo,placebo,,,,,,"],
    "results.csv": [
        "response,24,,drug,,27,42,,,,,,,,,,reported,page1,,",
        "response,24,,placebo,,2,12,,,,,,,,,,reported,page1,,",
    ],
    "sources.csv": ["page1,smith2001,p. 1,27 of 42 against 2 of 12,"],
    "risk_of_bias.csv": [],
    "covariates.csv": [],
    "survival.csv": [],
}


@pytest.fixture
def new(tmp_path):
    """A new review with a reference, and no trial of its own yet."""
    scaffold.create(tmp_path / "review")
    references = tmp_path / "review/data/raw/references.bib"
    with references.open("a", encoding="utf-8") as file:
        file.write("@article{smith2001, title = {T}, year = {2001}}\n")
    return tmp_path / "review"


def test_a_new_review_is_sound_as_it_is_and_with_a_trial(new):
    begun = validation.load_review(Path("config.yaml"), new)
    assert begun.warnings == ()
    assert begun.made_up
    filled(new, "smith2001", ROWS)
    review = validation.load_review(Path("config.yaml"), new)
    assert review.warnings == ()
    assert {left.file for left in review.draft} >= {"config.yaml", "data/text/en/declarations.md"}
    assert not review.made_up
    assert len(begun.draft) == len(review.draft) + 3
    assert review.config == load(new / "config.yaml")


@pytest.mark.parametrize("name", [name for name in ROWS if name != "risk_of_bias.csv"])
def test_a_copied_explanation_is_one_clear_fault(new, name):
    trial = filled(new, "smith2001", ROWS)
    explanation = scaffold.template_tables()[name].split("\n")[1]
    text = (trial / name).read_text("utf-8").split("\n", 1)
    (trial / name).write_text("\n".join([text[0], explanation, text[1]]), encoding="utf-8")
    with pytest.raises(InvalidReview) as caught:
        validation.load_review(Path("config.yaml"), new)
    (fault,) = caught.value.faults
    assert fault.cell == f"trials/smith2001/{name}:2:A"
    assert fault.remedy.startswith("delete this row")


def test_an_untouched_copy_of_the_template_is_told_of_once_a_table(new):
    shutil.copytree(new / scaffold.TEMPLATE, new / "data/raw/trials/smith2001")
    faults = validation.validate(None, reader.read(new / "data/raw"))
    assert [fault.cell for fault in faults] == [
        f"trials/smith2001/{name}.csv:2:A"
        for name in (
            "arms",
            "covariates",
            "results",
            "risk_of_bias",
            "sources",
            "study",
            "survival",
        )
    ]


@pytest.mark.parametrize("xlsx", [False, True])
def test_made_up_trials_are_read_until_there_is_another_and_never_beside_it(tmp_path, xlsx):
    files = scaffold.files()
    if xlsx:
        files = scaffold.with_workbook(files, trial_workbook.template())
    scaffold.create(tmp_path / "review", files)
    data = tmp_path / "review/data/raw"
    made_up = [trial.study for trial in reader.read(data).trials]
    assert [name.rpartition("_")[0] for name in made_up] == ["made_up_example"] * 3
    assert all(one.made_up for one in reader.trials(reader.read(data)))
    if xlsx:
        (data / "trials.xlsx").unlink()
        own = "study_id,label,status\nsmith2001,Smith 2001,included\n"
        (data / f"{long_tables.SHEETS['study']}.csv").write_text(own, encoding="utf-8")
    else:
        shutil.copytree(data / "trials/made_up_example_b", data / "trials/smith2001")
    assert [trial.study for trial in reader.read(data).trials] == ["smith2001"]


def test_made_up_rows_of_a_workbook_are_not_read_beside_a_row_of_the_review_s_own(tmp_path):
    data = tmp_path / "review/data/raw"
    scaffold.create(tmp_path / "review")
    trials = list(reader.read(data).trials)
    own = replace(trials[0], study="smith2001")
    shutil.rmtree(data / "trials")
    (data / long_tables.WORKBOOK).write_bytes(trial_workbook.filled([*trials, own]))
    assert [trial.study for trial in reader.read(data).trials] == ["smith2001"]


def test_a_review_of_another_program_s_file_has_no_made_up_trial():
    left = scaffold.without_made_up(scaffold.files())
    assert not [name for name in left if "made_up" in name]
    assert len(scaffold.files()) - len(left) == 3 * 4


def test_a_new_review_never_overwrites(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert __main__.main(["new", str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert "not an empty folder" in capsys.readouterr().err


def test_the_command_says_what_it_made(tmp_path, capsys):
    assert __main__.main(["new", str(tmp_path / "review")]) == 0
    said = capsys.readouterr().out
    assert "config.yaml" in said
    assert (tmp_path / "review/data/text/en/question.md").is_file()
    assert sorted(scaffold.files()) == sorted(
        path.relative_to(tmp_path / "review").as_posix()
        for path in (tmp_path / "review").rglob("*")
        if path.is_file()
    )


def closure(lock: dict) -> dict[str, str]:
    """The version of every package that a run needs, by name, as uv.lock has them."""
    known = {one["name"]: one for one in lock["package"]}
    found, waiting = {}, [d["name"] for d in known["metasynth"]["dependencies"]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = known[name]["version"]
            waiting += [d["name"] for d in known[name].get("dependencies", ())]
            for extra in known[name].get("optional-dependencies", {}).values():
                waiting += [d["name"] for d in extra if d["name"] in found]
    return found


def test_a_new_review_is_locked_to_the_versions_of_the_workflow():
    """workflow/scaffold/requirements.txt: uv export --frozen --no-dev --no-hashes
    --no-emit-project --no-annotate --no-header, below its first lines."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    lines = [
        line.partition(" ;")[0]
        for line in scaffold.files()["requirements.txt"].splitlines()
        if line and not line.startswith(("#", "metasynth @"))
    ]
    assert dict(line.split("==") for line in lines) == closure(lock)


def test_a_new_review_names_the_workflow_by_its_commit_or_not_at_all(monkeypatch):
    told = {"config": "git@example.org:me/review.git", "rev-parse": "0123abc"}
    monkeypatch.setattr(scaffold, "_git", lambda *words: told[words[0]])
    assert scaffold.origin() == "metasynth @ git+ssh://git@example.org/me/review.git@0123abc"
    for url in ("", "/srv/review.git", "ext::sh -c evil"):
        told["config"] = url
        assert all(line.startswith("# ") for line in scaffold.origin().splitlines())
    assert "\nmetasynth\n" not in scaffold.files()["requirements.txt"]


class Installed:
    """A distribution with what an installer wrote of where it came from."""

    def __init__(self, text):
        self.text = text

    def read_text(self, name):
        assert name == "direct_url.json"
        return self.text


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        (
            '{"url": "https://example.org/me/review.git",'
            ' "vcs_info": {"vcs": "git", "commit_id": "0123abc"}}',
            "metasynth @ git+https://example.org/me/review.git@0123abc",
        ),
        ('{"url": "https://example.org/metasynth.whl", "archive_info": {}}', ""),
        ('{"url": "file:///srv/review", "dir_info": {"editable": true}}', ""),
        ('{"url": "file:///srv/review", "vcs_info": {"commit_id": "0123abc"}}', ""),
        ("no JSON", ""),
        (None, ""),
    ],
)
def test_an_installed_package_says_what_it_was_installed_from(monkeypatch, written, origin):
    monkeypatch.setattr(scaffold, "_checked_out", lambda: None)
    monkeypatch.setattr(scaffold, "distribution", lambda name: Installed(written))
    assert scaffold.origin().startswith(origin or "# ")


def test_a_new_review_is_checked_built_and_published_by_commands_that_there_are():
    files = scaffold.files()
    github = yaml.safe_load(files[".github/workflows/review.yml"])
    gitlab = yaml.safe_load(files[".gitlab-ci.yml"])
    steps = [step.get("run", "") for step in github["jobs"]["review"]["steps"]]
    for script in (steps, gitlab[".review"]["script"]):
        said = [line.split("|")[0].split() for line in script if line.startswith("metasynth")]
        assert [words[1] for words in said] == ["validate", "run", "changes"]
    assert "* -text" in files[".gitattributes"].splitlines()
    assert all(f"/{name}/" in files[".gitignore"] for name in ("results", "logs", ".snakemake"))


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_what_is_published_has_what_its_pages_lead_to(tmp_path, host):
    """The report's pages lead to the tables beside their folder (`../tables/estimates.csv`)."""
    files = scaffold.files()
    if host == "github":
        steps = yaml.safe_load(files[".github/workflows/review.yml"])["jobs"]["review"]["steps"]
        lines = [step.get("run", "") for step in steps]
    else:
        lines = yaml.safe_load(files[".gitlab-ci.yml"])[".review"]["script"]
    for name in ("report/review.html", "tables/estimates.csv"):
        (tmp_path / "results" / name).parent.mkdir(parents=True)
        (tmp_path / "results" / name).touch()
    script = "\n".join(line for line in lines if "public" in line)
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, check=True)
    index = (tmp_path / "public/index.html").read_text("utf-8")
    (page,) = re.findall(r'url=([^"]+)"', index)
    assert (tmp_path / "public" / page).is_file()
    assert (tmp_path / "public" / page / "../../tables/estimates.csv").resolve().is_file()


def test_results_of_the_example_are_none_of_its_files_for_git():
    for files in (scaffold.files(), scaffold.example()):
        assert {"/results/", "/.snakemake/"} <= set(files[".gitignore"].splitlines())
