"""The exported R scripts, run by R itself, give the exported analyses' own numbers."""

import csv
import io
import re
from dataclasses import replace

import pytest
from export_cases import CASES, COMPARISON, STUDIES, pooled
from tests.rscript import printed_by_r

from metasynth.model.measure_catalogue import ONE_GROUP
from metasynth.model.methods import GLMMS, MEASURES
from metasynth.model.records import AnalysisSpec, Group, OutcomeSpec
from metasynth.synthesis import metafor_export
from metasynth.synthesis.synthesise import synthesise

# Four fifths of R's time were selection models, which are the same for every pool of an outcome.
ONCE = """
selmodel <- local({
  known <- list()
  function(x, ...) {
    key <- paste(deparse(list(x$yi, x$vi, x$method, ...)), collapse = "")
    if (is.null(known[[key]])) known[[key]] <<- metafor::selmodel(x, ...)
    known[[key]]
  }
})
"""
pytestmark = pytest.mark.slow  # R pools 238 times before the first

LEVELS = ("tau2_between", "tau2_within")


def test_every_measure_is_among_the_cases():
    kinds = ("binary", "continuous", "rate", *ONE_GROUP)
    wanted = {m for kind in kinds for m in MEASURES[kind]}
    assert wanted <= {measure for _, measure, _ in CASES}


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What R prints for each case, all run in one process, for starting R is slow."""
    folder = tmp_path_factory.mktemp("r")
    for number, case in enumerate(CASES):
        result = pooled(*case)
        (folder / f"{number}.csv").write_text(metafor_export.metafor_csv(result), "utf-8")
        script = metafor_export.metafor_script(result, f"{number}.csv")
        (folder / f"{number}.R").write_text(script, "utf-8")
    run = ONCE + "for (i in 1:%d - 1) { cat('case', i, '\\n'); options(digits = 15);"
    run += " lines <- sub('digits = 8', 'digits = 15', readLines(sprintf('%%d.R', i)));"
    run += " eval(parse(text = lines), new.env()) }"
    printed = printed_by_r(folder, "-e", run % len(CASES))
    return dict(enumerate(re.split(r"case \d+ \n", printed)[1:]))


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][:2]}-{n}")
def test_r_gives_the_same_numbers(printed, number):
    dataset, measure, spec = CASES[number]
    estimate = pooled(dataset, measure, spec).analyses[0].estimates[0]
    pooled_here = re.split("\n(?:Small-study|Limits of|True effects)", printed[number])[0]
    lines = re.findall(r"^(\w+) +(\S+) +(\S+)$", pooled_here, flags=re.MULTILINE)
    theirs = {name: value for name, value, _ in lines}
    levels = spec.model in ("three_level", "RVE-HIER")
    names = ("estimate", "ci_low", "ci_high", *(LEVELS if levels else ("tau2",)))
    assert tuple(theirs) == names, printed[number]
    ours = {name: getattr(estimate, name) or 0.0 for name in names}
    for name, value in ours.items():
        if spec.ci == "KR" and name.startswith("ci"):
            assert theirs[name] == "NA"
        else:
            # Iterated on both sides; of random levels metafor only has Laplace's approximation.
            digits = 2e-2 if spec.model.endswith("UM.RS") else 1e-3 if spec.model in GLMMS else 1e-6
            near = 1e-9
            if levels:  # metafor maximises over logarithms, which never reach a variance of nought
                digits, near = 1e-5, 1e-7
            assert float(theirs[name]) == pytest.approx(value, rel=digits, abs=near), name


@pytest.mark.parametrize("name", ["PL", "Wald"])
def test_r_gives_the_same_limits_of_tau2(printed, name):
    """Those of the generalised Q need CompQuadForm, which no distribution's packages have."""
    numbers = [i for i, (_, _, spec) in enumerate(CASES) if spec.tau2_ci == name]
    assert numbers
    for number in numbers:
        lines = re.findall(r"^ci\.[lu]b +(\S+) +(\S+)$", printed[number], flags=re.MULTILINE)
        assert len(lines) == 2
        for theirs, ours in lines:
            assert float(theirs) == pytest.approx(float(ours), rel=1e-6, abs=1e-9)


def test_r_gives_the_same_true_effects(printed):
    seen = 0
    for number, (_, measure, spec) in enumerate(CASES):
        parts = re.findall(r"\nTrue effects.*\n.*\n((?:.+\n)*)", printed[number])
        assert len(parts) == (spec.model == "random") * (1 if spec.ci == "KR" else 3)
        for line in (line for part in parts for line in part.splitlines()):
            theirs, ours = map(float, line.split()[-2:])
            assert theirs == pytest.approx(ours, rel=1e-6, abs=1e-9), (measure, line)
            seen += 1
    assert seen > 1000


def test_the_data_frame_holds_every_study():
    result = pooled("nielweise2007", "RR", AnalysisSpec("p", "P", model="MH"))
    rows = list(csv.DictReader(io.StringIO(metafor_export.metafor_csv(result))))
    given = STUDIES["nielweise2007"][1]
    assert [row["study"] for row in rows] == [study.study for study in given]
    assert [(row["ai"], row["n2i"]) for row in rows] == [
        (str(s.intervention.events), str(s.control.total)) for s in given
    ]
    left_out = {o.study for o in result.omissions if o.study}
    assert left_out
    assert {row["study"] for row in rows if row["pooled"] == "FALSE"} == left_out
    assert all((row["y"] == "") is (row["pooled"] == "FALSE") for row in rows)


def test_means_keep_all_their_digits():
    result = pooled("normand1999", "MD", AnalysisSpec("p", "P"))
    study = replace(result.studies[0], intervention=Group(("n",), "N", total=9, mean=1 / 3, sd=0.1))
    text = metafor_export.metafor_csv(replace(result, studies=(study, *result.studies[1:])))
    assert next(csv.DictReader(io.StringIO(text)))["m1i"] == "0.3333333333333333"


def test_text_stays_text():
    """Labels are cells of the data and a remark in the script, never code nor a formula."""
    result = pooled("bcg", "RR", AnalysisSpec("p", 'P\n"); system("touch x") #'))
    hostile = replace(result.studies[0], label='=HYPERLINK("x")')
    outcome = replace(result.outcome, label='O\nsystem("touch y")')
    changed = replace(result, outcome=outcome, studies=(hostile, *result.studies[1:]))
    lines = metafor_export.metafor_script(changed, "o.csv").splitlines()
    assert [line for line in lines if "touch" in line] == [lines[0]]
    assert lines[0].startswith("# O\\nsystem")
    rows = list(csv.DictReader(io.StringIO(metafor_export.metafor_csv(changed))))
    assert rows[0]["label"] == '\'=HYPERLINK("x")'


def test_nothing_pooled_is_said():
    outcome = OutcomeSpec("o", "The outcome", "o", None, "binary", "RR", "harm", ("p",))
    empty = synthesise(outcome, [AnalysisSpec("p", "P")], COMPARISON, [])
    script = metafor_export.metafor_script(empty, "o.csv")
    assert "# Nothing was pooled: results/tables/estimates.csv says why." in script
    assert all(line.startswith("#") for line in script.splitlines())
    assert (
        metafor_export.metafor_csv(empty) == "study,label,year,subgroup,pooled,ai,n1i,ci,n2i,y,se\n"
    )
