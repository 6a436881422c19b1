"""Names of single numbers: what a printed number and its entry in provenance.json are called by.

A key is a path to the number from the outcome or trial that it belongs to. Keys are a contract like
the columns of the result tables (docs/results.md), and never depend on what is printed.
"""

import re

from metasynth.records import Cell


def pooled(outcome: str, analysis: str, subgroup: int = 0) -> str:
    """A pooled estimate; subgroups are numbered from 1 in the order of estimates.csv."""
    return f"{outcome}.{analysis}" + (f".subgroups.{subgroup}" if subgroup else "")


def effect(outcome: str, analysis: str, study: str, part: int = 0) -> str:
    """A study's own effect in an analysis; of a trial that counts as several, `part` from 1."""
    return f"{outcome}.{analysis}.studies.{study}" + (f".{part}" if part else "")


def group(outcome: str, study: str, side: str, part: int = 0) -> str:
    """One side (intervention or control) of a study in an outcome, arms combined."""
    return f"{outcome}.studies.{study}" + (f".{part}" if part else "") + f".{side}"


def test(outcome: str, analysis: str, name: str) -> str:
    """A test that belongs to an analysis, such as that of subgroup differences."""
    return f"{outcome}.{analysis}.tests.{slug(name)}"


def regression(outcome: str, name: str) -> str:
    """A number of the outcome's meta-regression, such as its slope."""
    return f"{outcome}.regression.{name}"


def claim(claim_id: str, column: str) -> str:
    """A number of an audited statement, by its column of results/tables/claims.csv."""
    return f"claims.{claim_id}.{column}"


def cell(place: Cell, column: str) -> str:
    """A cell of a raw table: "trials/cohen2004/results/12/events"."""
    return f"{place.file.removesuffix('.csv')}/{place.row}/{column}"


def place(of: Cell) -> str:
    """A row of a raw table as part of an anchor: "cohen2002-12" for one of a trial's results."""
    folder, _, table = of.file.removeprefix("trials/").removesuffix(".csv").rpartition("/")
    middle = "" if table == "results" else f"-{table}"
    return f"{folder}{middle}-{of.row}"


def analysis_choice(name: str) -> str:
    """An analysis as config.yaml declares it."""
    return f"config/analyses/{name}"


def outcome_choice(outcome: str) -> str:
    """An outcome as config.yaml declares it."""
    return f"config/outcomes/{outcome}"


def baseline_risk(outcome: str, number: int) -> str:
    """A declared risk under control, numbered from 1."""
    return f"config/outcomes/{outcome}/baseline_risks/{number}"


def rating(outcome: str) -> str:
    """What an outcome's certainty is judged by; "<that>.<domain>" is the rating of a domain."""
    return f"{outcome}.certainty"


def rule(path: str) -> str:
    """A number of the rules of certainty: "config/certainty/imprecision/events"."""
    return f"config/certainty/{path}"


def finding(outcome: str, line: int) -> str:
    """A line of the summary of findings, an outcome's numbered from 1."""
    return f"{outcome}.findings.{line}"


def slug(name: str) -> str:
    """A name as part of a key: small letters and digits, joined by "_"."""
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))
