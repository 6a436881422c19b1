"""The data package beside the result tables: made from the records, and valid by frictionless."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reviews import REPOSITORY, Review

from metasynth.tables.table_schema import SCHEMAS


def test_it_is_what_the_records_say() -> None:
    path = REPOSITORY / "docs/make_results.py"
    spec = importlib.util.spec_from_file_location("make_results", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (SCHEMAS / "results.json").read_text("utf-8") == module.text()


@pytest.mark.parametrize("name", ["anakinra", "bcg"])
def test_every_table_is_in_it_and_valid(name: str, finished: Callable[[str], Review]) -> None:
    folder = finished(name).folder / "results/tables"
    frictionless = Path(sys.executable).with_name("frictionless")
    command = [frictionless, "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    errors = [error["message"] for task in report["tasks"] for error in task["errors"]]
    assert (errors, done.returncode, report["valid"]) == ([], 0, True)
    tables = {path.stem for path in folder.glob("*.csv")}
    assert {task["name"] for task in report["tasks"]} == tables
