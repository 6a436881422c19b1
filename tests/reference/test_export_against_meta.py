"""The exported scripts for R's package meta give the exported analyses' own numbers.

What meta printed is committed (make_meta_export_reference.py), with a digest of what it was asked;
where R has meta, the scripts are run again.
"""

import csv
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from export_cases import STUDIES, pooled
from meta_cases import META_CASES, calls, outcomes, run

from metasynth.model.methods import (
    CLUSTERED,
    GLMMS,
    MEASURES,
    MODELS,
    PREDICTIONS,
    TAU2_METHODS,
)
from metasynth.model.records import AnalysisSpec
from metasynth.synthesis.meta_export import meta_csv, meta_script

EXPECTED = Path(__file__).parent / "expected" / "meta_export.csv"
OF_NONE = ("bayes-exact", *CLUSTERED)
"""Models that no case has, which meta has not; their script is of bayes's form."""
OUTCOMES = outcomes()


def has_meta():
    asked = ["Rscript", "-e", 'quit(status = !requireNamespace("meta", quietly = TRUE))']
    return shutil.which("Rscript") and not subprocess.run(asked, capture_output=True).returncode


@pytest.fixture(scope="module")
def committed():
    """What meta printed, and the digest of what it was asked, by the name of the case."""
    found = {}
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values = found.setdefault(row["case"], (row["calls"], {}))[1]
            if row["meta"]:
                values[row["quantity"]] = float(row["meta"])
    return found


@pytest.fixture(scope="module")
def printed(committed, tmp_path_factory):
    """What meta prints of each case: now, where R has it, else as committed."""
    if not has_meta():
        return {name: values for name, (_, values) in committed.items()}
    folder = tmp_path_factory.mktemp("meta")
    return dict(zip(OUTCOMES, run(OUTCOMES.values(), folder), strict=True))


@pytest.mark.parametrize("name", OUTCOMES)
def test_meta_gives_the_same_numbers(printed, name):
    analyses = OUTCOMES[name].analyses
    for quantity, value in printed[name].items():
        number, _, which = quantity.partition(".")
        analysis = analyses[int(number) - 1]
        model, here = analysis.spec.model, getattr(analysis.estimates[0], which)
        # Iterated on both sides; of random levels metafor only has Laplace's approximation.
        digits = 2e-2 if model.endswith("UM.RS") else 1e-3 if model in GLMMS else 1e-6
        assert value == pytest.approx(here, rel=digits, abs=1e-9), quantity


def test_each_script_is_the_one_that_meta_ran(committed):
    asked = {name: calls(meta_script(result, "meta.csv")) for name, result in OUTCOMES.items()}
    assert asked == {name: digest for name, (digest, _) in committed.items()}, (
        "scripts ask meta for something else than when they were run: where R has the package "
        "meta, python tests/reference/make_meta_export_reference.py runs them again"
    )


@pytest.mark.parametrize("name", OUTCOMES)
def test_little_is_left_uncompared(printed, name):
    """An analysis without numbers, or without limits, is one of which the script says why."""
    parts = meta_script(OUTCOMES[name], "meta.csv").split("\n# Analysis ")[1:]
    for number, script in enumerate(parts, start=1):
        nothing = "# Not repeated" in script or "# Nothing was pooled" in script
        assert (f"{number}.estimate" in printed[name]) != nothing
        assert (f"{number}.ci_low" in printed[name]) != (nothing or "not compared" in script)


def test_every_choice_is_among_the_cases():
    specs = [spec for _, _, spec in META_CASES]
    assert {spec.tau2 for spec in specs} >= set(TAU2_METHODS)
    assert {spec.model for spec in specs} >= {m for m in MODELS if m not in OF_NONE}
    assert {spec.prediction for spec in specs} >= set(PREDICTIONS) - {"t_KR-1", "NNF"}  # see below
    kinds = {kind: {m for d, m, _ in META_CASES if STUDIES[d][0] == kind} for kind in MEASURES}
    assert all(kinds[kind] >= set(MEASURES[kind]) for kind in MEASURES if kind != "generic")


@pytest.mark.parametrize(
    ("dataset", "measure", "spec", "said"),
    [
        ("bcg", "RR", AnalysisSpec("p", "P", tau2="HSk"), "meta has no tau2 HSk"),
        ("bcg", "RR", AnalysisSpec("p", "P", tau2="DL2"), "meta has no tau2 DL2"),
        ("bcg", "RR", AnalysisSpec("p", "P", model="IV", ci="UWLS"), "meta has no interval UWLS"),
        ("bcg", "RR", AnalysisSpec("p", "P", model="IV", ci="HC"), "meta has no interval HC"),
        ("bcg", "RD", AnalysisSpec("p", "P", model="MH"), "another error of this RD"),
        ("bcg", "RR", AnalysisSpec("p", "P", ci="KR", prediction="t_k-1"), "around KR"),
        ("bcg", "RR", AnalysisSpec("p", "P", prediction="t_KR-1"), "t_KR-1 around Wald is not"),
        ("bcg", "RR", AnalysisSpec("p", "P", prediction="NNF"), "meta draws prediction interval"),
        ("normand1999", "SMDH", AnalysisSpec("p", "P"), "meta makes no SMDH"),
        ("nielweise2007", "RD", AnalysisSpec("p", "P"), "meta makes no RD of corrected cells"),
    ],
)
def test_what_meta_lacks_is_said_by_name(dataset, measure, spec, said):
    assert said in meta_script(pooled(dataset, measure, spec), "meta.csv")


def test_of_any_other_model_there_is_a_word_and_no_call():
    """Every model of the catalogue is either run in meta above, or named as not repeated."""
    result = pooled("bcg", "OR", AnalysisSpec("p", "P"))
    for model in MODELS:
        spec = replace(result.analyses[0].spec, model=model)
        script = meta_script(
            replace(result, analyses=(replace(result.analyses[0], spec=spec),)), "meta.csv"
        )
        repeated = model in {case.model for _, _, case in META_CASES} - {"bayes"}
        assert ("# Not repeated: " in script) != repeated
        assert ("m1 <- " in script) == repeated


def test_each_analysis_has_its_own_trials_and_effects():
    """A trial without events is in the second analysis alone; each has its own effects."""
    first = pooled("nielweise2007", "OR", AnalysisSpec("a", "A", double_zero="exclude"))
    second = pooled(
        "nielweise2007", "OR", AnalysisSpec("b", "B", double_zero="include", zero_cells="all")
    )
    both = replace(first, analyses=(*first.analyses, *second.analyses))
    rows = list(csv.DictReader(meta_csv(both).splitlines()))
    for i, result in ((1, first), (2, second)):
        theirs = {effect.study: effect for effect in result.analyses[0].studies}
        assert {row["study"] for row in rows if row[f"pooled{i}"] == "TRUE"} == set(theirs)
        for row in rows:
            if row["study"] in theirs:
                assert float(row[f"y{i}"]) == pytest.approx(
                    theirs[row["study"]].log_estimate, rel=1e-7
                )
            else:
                assert (row[f"y{i}"], row[f"se{i}"]) == ("", "")
    script = meta_script(both, "meta.csv")
    assert script.index("m1 <- ") < script.index("dat <- studies(2)") < script.index("m2 <- ")


def test_text_stays_text():
    """Labels are cells of the data and remarks in the script, never code nor a formula."""
    result = pooled("bcg", "RR", AnalysisSpec("p", 'P\n"); system("touch x") #'))
    hostile = replace(result.studies[0], label='=HYPERLINK("x")')
    outcome = replace(result.outcome, label='O\nsystem("touch y")')
    changed = replace(result, outcome=outcome, studies=(hostile, *result.studies[1:]))
    lines = meta_script(changed, "meta.csv").splitlines()
    assert all(line.startswith("#") for line in lines if "touch" in line)
    assert next(csv.DictReader(meta_csv(changed).splitlines()))["label"] == '\'=HYPERLINK("x")'
