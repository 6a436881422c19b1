"""A workbook of what a review is made from and of what came out."""

from pathlib import Path

import pytest
from tests.bad_input.review import clean, write

from metasynth.__main__ import main
from metasynth.core import workbook
from metasynth.review.exported import exported
from metasynth.tables import reader
from metasynth.tables.long_tables import SHEETS

ESTIMATES = "outcome,k,estimate,p,note\npain,3,1.7807453,1.2e-05,=1+1\ndeath,2,,007,\n"


def test_inputs_stay_text_and_results_are_numbers(tmp_path: Path) -> None:
    write(clean(), tmp_path)
    raw = reader.read(tmp_path / "data")
    with pytest.raises(FileNotFoundError, match="metasynth run makes them"):
        exported(raw, tmp_path)
    (tmp_path / "estimates.csv").write_text(ESTIMATES, "utf-8")
    content = exported(raw, tmp_path)
    assert content == exported(raw, tmp_path)
    book = workbook.sheets(content, "it")
    assert [*book] == [*SHEETS.values(), "results_estimates"]
    names = book["results"][0]
    first = dict(zip(names, book["results"][1], strict=False))
    assert (first["study_id"], first["reported_percent"]) == ("alpha2001", "64")
    assert book["results_estimates"] == [
        ["outcome", "k", "estimate", "p", "note"],
        ["pain", "3", "1.7807453", "1.2e-05", "=1+1"],
        ["death", "2", "", "007"],
    ]
    kept = workbook.rows(content, "it", "results_estimates")
    assert kept[1][3] == "1.2e-05"


def test_the_command_writes_it(tmp_path: Path, monkeypatch, capsys) -> None:
    path = write(clean(), tmp_path)
    monkeypatch.chdir(tmp_path)
    arguments = ["export", "all.xlsx", "--config", str(path)]
    assert main(arguments) == 1
    assert "metasynth run makes them" in capsys.readouterr().err
    (tmp_path / "results/tables").mkdir(parents=True)
    (tmp_path / "results/tables/estimates.csv").write_text(ESTIMATES, "utf-8")
    assert main(arguments) == 0
    assert "results_estimates" in workbook.sheets((tmp_path / "all.xlsx").read_bytes(), "it")
