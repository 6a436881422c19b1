"""The files of a new review: choices, prose, a template folder that explains its columns, and
made-up trials with which it runs until it has its own.

The texts stand in workflow/scaffold as they are copied, the choices in config; the template's
tables follow the schema.
"""

import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from metasynth.core import together
from metasynth.core.paths import CONFIG, EXAMPLE, PROJECT, WORKFLOW
from metasynth.model.records import MADE_UP
from metasynth.tables.long_tables import WORKBOOK
from metasynth.tables.raw_table import COMMENT
from metasynth.tables.table_schema import REVIEW_TABLES, SCHEMAS, TRIAL_TABLES, tables

TEXTS = WORKFLOW / "scaffold"
LOCK = "requirements.txt"
TRIALS = "data/raw/trials/"
TEMPLATE = f"{TRIALS}_template"
_EDITOR = "# yaml-language-server: $schema=config.schema.json"


def template_tables() -> dict[str, str]:
    """Each table of the template folder as CSV: its header, and a row that explains the columns."""
    return {f"{name}.csv": _template(name) for name in TRIAL_TABLES}


def forms() -> dict[str, str]:
    """The same of every table of the contract, by the path that its data package gives it."""
    review = {f"{name}.csv": _template(name) for name in REVIEW_TABLES}
    trial = {f"trials/_template/{name}": text for name, text in template_tables().items()}
    return trial | review


def _template(name: str) -> str:
    columns = tables()[name].columns
    explanations = [column.explanation for column in columns]
    explanations[0] = f"{COMMENT}{explanations[0]}"
    return _csv([column.name for column in columns], explanations)


def _csv(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _texts(folder: Path, *patterns: str) -> dict[str, str]:
    paths = sorted(path for one in patterns for path in folder.rglob(one) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


def example() -> dict[str, str]:
    """Every file of a small review that has its trials, by its path from the review's folder.

    What git is to pass over is that of any review: with results among its files, none is archived.
    """
    of_git = {_dotted(name): text for name, text in _texts(TEXTS, "dot-git[ai]*").items()}
    return of_git | _texts(EXAMPLE, "config.yaml", "data/**/*")


def files() -> dict[str, str]:
    """Every file of a new review, by its path from the review's folder."""
    texts = {_dotted(name): text for name, text in _texts(TEXTS, "*").items()}
    texts[LOCK] = texts[LOCK].replace("\nmetasynth\n", f"\n{origin()}\n", 1)
    texts["config.yaml"] = f"{_EDITOR}\n{CONFIG.read_text('utf-8')}"
    texts["config.schema.json"] = config_schema()
    for name in ("certainty", "flow"):  # a header only: no rating but a panel's, no invented count
        texts[f"data/raw/{name}.csv"] = _csv([column.name for column in tables()[name].columns])
    return texts | {f"{TEMPLATE}/{name}": text for name, text in template_tables().items()}


def _dotted(name: str) -> str:
    """A file's name in a new review; hidden ones are no hidden files of the workflow itself."""
    return f".{name.removeprefix('dot-')}" if name.startswith("dot-") else name


def origin() -> str:
    """The line of a lock file that says where this workflow comes from, to the commit.

    Where that is not known it is a comment: a name alone could fetch a stranger's package.
    """
    url, commit = _checked_out() or _installed()
    url = re.sub(r"^git@([\w.-]+):", r"ssh://git@\1/", url)
    if re.match(r"(https|ssh)://", url) and commit:
        return f"metasynth @ git+{url}@{commit}"
    return (
        "# metasynth @ git+https://…@<commit>   <- not known here: write the address of the"
        "\n# repository with your copy of the workflow, and remove the # in front"
    )


def _checked_out() -> tuple[str, str] | None:
    """Address and commit of the checkout that this is; None where it is none."""
    if not (PROJECT / ".git").exists():
        return None
    return _git("config", "remote.origin.url"), _git("rev-parse", "HEAD")


def _installed() -> tuple[str, str]:
    """Address and commit that the package was installed from (PEP 610); blank where unknown."""
    try:
        found = json.loads(distribution("metasynth").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, json.JSONDecodeError):
        return "", ""
    return found.get("url", ""), found.get("vcs_info", {}).get("commit_id", "")


def _git(*words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(PROJECT), *words],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip()


def config_schema() -> str:
    """The schema of config.yaml, by which an editor completes and explains its keys."""
    return (SCHEMAS / "config.schema.json").read_text(encoding="utf-8")


def without_made_up(files: Mapping[str, str]) -> dict[str, str]:
    """The files of a new review without the made-up trials that show what a report looks like."""
    return {name: text for name, text in files.items() if not name.startswith(TRIALS + MADE_UP)}


def with_workbook(files: Mapping[str, str], content: bytes) -> dict[str, str | bytes]:
    """The files of a new review whose trials stand in a workbook, and not in folders."""
    kept = {name: text for name, text in files.items() if not name.startswith(TEMPLATE)}
    return kept | {f"data/raw/{WORKBOOK}": content}


def create(folder: Path, new: Mapping[str, str | bytes] | None = None) -> list[str]:
    """Write a new review into `folder`, and give the paths of its files; by default `files`.

    All of them are written beside the folder first, so that it is made whole or not at all; what
    is left of a command that was cut off is taken back.

    Raises:
        FileExistsError: when there is something in the folder already; then nothing is written.
    """
    inner = folder / ".new.part"
    together.take_back(inner)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is not an empty folder")
    new = files() if new is None else new
    place = Path(os.path.abspath(folder))
    if place.is_symlink() or place.is_mount() or place == Path.cwd():
        together.write({place / name: text for name, text in new.items()}, place / inner.name)
        return list(new)
    staged = place.with_name(f".{place.name}.new.part")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        for name, text in new.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        if place.is_dir():  # only POSIX replaces a folder, even an empty one
            place.rmdir()
        os.replace(staged, place)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return list(new)
