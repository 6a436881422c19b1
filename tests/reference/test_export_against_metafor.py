"""The exported R scripts, run by R itself, give the exported analyses' own numbers."""

import csv
import io
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from metasynth.core import store
from metasynth.model.measure_catalogue import ONE_GROUP
from metasynth.model.methods import GLMMS, MEASURES, MODEL
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeSpec,
    StudyData,
)
from metasynth.synthesis import metafor_export
from metasynth.synthesis.synthesise import synthesise

EXPECTED = Path(__file__).parent / "expected"
COMPARISON = Comparison(("new",), ("old",))


def data(name, dataset):
    text = (EXPECTED / name).read_text("utf-8")
    return [row for row in csv.DictReader(io.StringIO(text)) if row["dataset"] == dataset]


def binary(dataset):
    for row in data("counts.csv", dataset):
        a, n1, c, n2 = (int(row[name]) for name in ("a", "n1", "c", "n2"))
        first, second = Group(("n",), "N", a, n1), Group(("o",), "O", c, n2)
        yield StudyData(row["study"], f"Study, {row['study']}", 2000, first, second)


def continuous(dataset):
    for row in data("means.csv", dataset):
        groups = [
            Group((arm,), arm, total=int(row[f"n{i}"]), mean=float(row[f"m{i}"]),
                  sd=float(row[f"sd{i}"]))
            for i, arm in ((1, "n"), (2, "o"))
        ]  # fmt: skip
        yield StudyData(row["study"], f"Study {row['study']}", None, *groups)


def generic(dataset):
    for row in data("contrasts.csv", dataset):
        effect = Contrast(float(row["y"]), float(row["se"]))
        yield StudyData(row["study"], f'"Study" {row["study"]}', 2000, contrast=effect)


def alone(studies):
    """The intervention's side by itself, as a proportion."""
    return [replace(study, control=None) for study in studies]


def rates(studies):
    """The counts taken as events in ten years for each patient."""
    for study in studies:
        groups = [study.intervention, study.control]
        timed = [replace(group, person_time=10.5 * group.total) for group in groups]
        yield replace(study, intervention=timed[0], control=timed[1])


def one_group(dataset):
    for number, row in enumerate(data("one_group.csv", dataset)):
        x, n = float(row["x"]), float(row["n"])
        group = {
            "proportion": lambda x=x, n=n: Group(("n",), "N", int(x), int(n)),
            "incidence": lambda x=x, n=n: Group(("n",), "N", int(x), person_time=n),
            "mean": lambda x=x, n=n, s=row["s"]: Group(
                ("n",), "N", total=int(n), mean=x, sd=float(s)
            ),
            "correlation": lambda x=x, n=n: Group(("n",), "N", total=int(n), correlation=x),
        }[row["type"]]()
        yield StudyData(f"s{number}", f"Study {number}", 2000, group)


def changes(name, measure=None):
    """Of Morris's studies: changes with their own spread, or with that before, of one or two."""
    rows = [r for r in csv.DictReader(io.StringIO((EXPECTED / name).read_text("utf-8")))
            if r["set"] == "morris2008" and r.get("measure") == measure]  # fmt: skip
    for number, row in enumerate(rows):
        sides = [
            changed(row, end, spread=measure == "MC")
            for end in ("", "_control")[: 2 - bool(measure)]
        ]
        yield StudyData(f"s{number}", f"Study {number}", 2000, *sides)


def changed(row, end, spread):
    pre, post, before, after, n, r = (
        float(row[name + end]) for name in ("pre", "post", "sd_pre", "sd_post", "n", "r")
    )
    group = Group(("n",), "N", total=int(n), mean=post - pre)
    if spread:
        return replace(group, sd=(before**2 + after**2 - 2 * r * before * after) ** 0.5)
    return replace(group, baseline_sd=before, change_correlation=r)


def change_scores():
    """Means below zero on both sides, on one side, and of both signs."""
    rows = (
        (-1.2, 2.0, 50, -0.4, 2.1, 48),
        (-0.9, 1.8, 60, 0.6, 1.9, 61),
        (-2.1, 2.4, 33, -0.9, 2.2, 35),
        (0.3, 1.1, 41, -1e-3, 1.2, 40),
    )
    for number, (m1, sd1, n1, m2, sd2, n2) in enumerate(rows):
        groups = (
            Group(("n",), "N", None, n1, mean=m1, sd=sd1),
            Group(("o",), "O", None, n2, mean=m2, sd=sd2),
        )
        yield StudyData(f"s{number}", f"-{number}", 1999, *groups)


def of_counts(*rows):
    for number, (a, n1, c, n2) in enumerate(rows):
        first, second = Group(("n",), "N", a, n1), Group(("o",), "O", c, n2)
        yield StudyData(f"s{number}", f"Study {number}", 1999, first, second)


UNEQUAL = ((1, 10, 0, 1), (10, 100000, 0, 1), (20, 150000, 0, 1), (0, 12, 0, 1))
SHARED = ((8, 30, 3.5, 12.5), (10, 31, 3.5, 12.5), (13, 100, 27, 98), (13, 60, 17, 58))
RARE = ((0, 50, 0, 50), (3, 100, 7, 98), (0, 40, 2, 41), (5, 60, 6, 61), (9, 9, 8, 8))

STUDIES = {
    "change": ("continuous", list(change_scores())),
    "both_below_zero": ("continuous", list(change_scores())[0:3:2]),
    "unequal": ("proportion", alone(of_counts(*UNEQUAL))),
    "shared": ("binary", list(of_counts(*SHARED))),
    "rare": ("binary", list(of_counts(*RARE))),
    "alone": ("proportion", alone(binary("nielweise2007"))),
    "rates": ("rate", list(rates(binary("nielweise2007")))),
    **{name: ("binary", list(binary(name))) for name in ("bcg", "nielweise2007", "hine1989")},
    "normand1999": ("continuous", list(continuous("normand1999"))),
    "pritz1997": ("proportion", list(one_group("pritz1997"))),
    "falls": ("incidence", list(one_group("nielweise2008_control"))),
    "ages": ("mean", list(one_group("curtis1998_ambient"))),
    "training": ("mean", list(changes("change_measures.csv", "MC"))),
    "before": ("mean", list(changes("change_measures.csv", "SMCR"))),
    "training_compared": ("continuous", list(changes("change_differences.csv"))),
    "adherence": ("correlation", list(one_group("molloy2014"))),
    "molloy2014": ("generic", list(generic("molloy2014"))),
}
RANDOM = {"REML": "HKSJ", "DL": "Wald", "PM": "HKSJ-adhoc", "ML": "Wald", "SJ": "Wald", "EB": "KR"}
CASES = [
    *[("bcg", m, AnalysisSpec("p", "P", tau2=tau2, ci="Wald" if ci == "KR" else ci))
      for m in ("RR", "OR", "RD") for tau2, ci in RANDOM.items()],
    *[("bcg", m, AnalysisSpec("p", "P", model=model))
      for model in ("IV", "MH") for m in ("RR", "OR", "RD")],
    ("bcg", "OR", AnalysisSpec("p", "P", model="Peto")),
    ("bcg", "RR", AnalysisSpec("p", "P", tau2="DL2")),
    ("bcg", "RR", AnalysisSpec("p", "P", tau2="REML", ci="KR")),
    ("bcg", "RR", AnalysisSpec("p", "P", tau2="HE")),
    *[("bcg", "RR", AnalysisSpec("p", "P", tau2=tau2)) for tau2 in ("HS", "HSk")],
    ("hine1989", "ASD", AnalysisSpec("p", "P", tau2="REML")),
    *[("nielweise2007", "ASD", AnalysisSpec("p", "P", tau2="DL", zero_cells=zero))
      for zero in ("only0", "all", "treatment_arm")],
    *[("nielweise2007", m, AnalysisSpec("p", "P", model=model, zero_cells=zero, double_zero=double))
      for m in ("RR", "OR", "RD") for model in ("random", "IV", "MH")
      for zero in ("only0", "all", "treatment_arm") for double in ("exclude", "include")],
    ("nielweise2007", "OR", AnalysisSpec("p", "P", model="Peto")),
    *[("normand1999", m, AnalysisSpec("p", "P", tau2="REML", ci="HKSJ"))
      for m in ("MD", "SMD", "SMD-RevMan", "SMD-UB", "SMD-LS2", "SMDH", "ROM", "ROM-BC", "VR",
                "CVR")],
    *[("alone", m, AnalysisSpec("p", "P", tau2="REML", ci="HKSJ")) for m in ("PLO", "PAS", "PFT")],
    *[("rates", m, AnalysisSpec("p", "P", tau2="DL")) for m in ("IRR", "IRD")],
    *[("rates", m, AnalysisSpec("p", "P", model="MH")) for m in ("IRR", "IRD")],
    *[(("bcg" if MODEL[m].measures == ("OR",) else "rates"), MODEL[m].measures[0],
       AnalysisSpec("p", "P", model=m)) for m in sorted(GLMMS) if m != "GLMM-RI"],
    ("pritz1997", "PLO", AnalysisSpec("p", "P", model="GLMM-RI")),
    ("falls", "IRLN", AnalysisSpec("p", "P", model="GLMM-RI")),
    *[("pritz1997", m, AnalysisSpec("p", "P", tau2="DL")) for m in ("PR", "PLN")],
    *[("falls", m, AnalysisSpec("p", "P", tau2="REML", ci="HKSJ")) for m in ("IRLN", "IR", "IRS")],
    *[("ages", m, AnalysisSpec("p", "P", tau2="REML")) for m in ("MN", "MNLN")],
    *[("training", m, AnalysisSpec("p", "P", tau2="REML")) for m in ("MC", "SMCC")],
    ("before", "SMCR", AnalysisSpec("p", "P", tau2="REML", ci="HKSJ")),
    ("training_compared", "SMD-PPC", AnalysisSpec("p", "P", tau2="DL")),
    *[("adherence", m, AnalysisSpec("p", "P", tau2="REML")) for m in ("ZCOR", "COR")],
    *[("change", m, AnalysisSpec("p", "P", tau2="REML", ci="HKSJ"))
      for m in ("MD", "SMD", "SMD-RevMan")],
    ("both_below_zero", "ROM", AnalysisSpec("p", "P", tau2="DL")),
    ("unequal", "PFT", AnalysisSpec("p", "P", model="IV")),
    *[("shared", m, AnalysisSpec("p", "P", model=model))
      for model in ("random", "MH") for m in ("RR", "OR", "RD")],
    *[("rare", m, AnalysisSpec("p", "P", model=model, double_zero=double))
      for model in ("random", "MH") for m in ("RR", "OR", "RD")
      for double in ("auto", "exclude", "include")],
    *[(d, m, AnalysisSpec("p", "P", tau2="DL-MH"))
      for d in ("bcg", "nielweise2007", "rare") for m in ("RR", "OR", "RD")],
    ("molloy2014", "other", AnalysisSpec("p", "P", tau2="REML", ci="HKSJ")),
    *[(d, m, AnalysisSpec("p", "P", model="IV", ci=ci))
      for d, m in (("bcg", "RR"), ("nielweise2007", "RD"), ("molloy2014", "other"))
      for ci in ("Wald", "UWLS", "IVhet", "HC")],
]  # fmt: skip


def pooled(dataset, measure, spec):
    kind, studies = STUDIES[dataset]
    per = 100.0 if dataset == "falls" else 1.0
    outcome = OutcomeSpec(
        "o", "The outcome", "o", None, kind, measure, "harm", (spec.name,), per=per
    )
    result = synthesise(outcome, [spec], COMPARISON, studies)
    return store.from_json(type(result), store.to_json(result))  # as the pipeline keeps it


def test_every_measure_is_among_the_cases():
    kinds = ("binary", "continuous", "rate", *ONE_GROUP)
    wanted = {m for kind in kinds for m in MEASURES[kind]}
    assert wanted <= {measure for _, measure, _ in CASES}


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What R prints for each case, all run in one process, for starting R is slow."""
    if shutil.which("Rscript") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("R with metafor is needed where everything is checked")
        pytest.skip("no Rscript on this machine: the exported R scripts were NOT run")
    folder = tmp_path_factory.mktemp("r")
    for number, case in enumerate(CASES):
        result = pooled(*case)
        (folder / f"{number}.csv").write_text(metafor_export.metafor_csv(result), "utf-8")
        script = metafor_export.metafor_script(result, f"{number}.csv")
        (folder / f"{number}.R").write_text(script, "utf-8")
    run = "for (i in 1:%d - 1) { cat('case', i, '\\n'); options(digits = 15);"
    run += " lines <- sub('digits = 8', 'digits = 15', readLines(sprintf('%%d.R', i)));"
    run += " eval(parse(text = lines), new.env()) }"
    done = subprocess.run(
        ["Rscript", "-e", run % len(CASES)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(enumerate(re.split(r"case \d+ \n", done.stdout)[1:]))


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][:2]}-{n}")
def test_r_gives_the_same_numbers(printed, number):
    dataset, measure, spec = CASES[number]
    estimate = pooled(dataset, measure, spec).analyses[0].estimates[0]
    lines = re.findall(r"^(\w+) +(\S+) +(\S+)$", printed[number], flags=re.MULTILINE)
    theirs = {name: value for name, value, _ in lines}
    assert list(theirs) == ["estimate", "ci_low", "ci_high", "tau2"], printed[number]
    ours = {
        "estimate": estimate.estimate,
        "ci_low": estimate.ci_low,
        "ci_high": estimate.ci_high,
        "tau2": estimate.tau2 or 0.0,
    }
    for name, value in ours.items():
        if spec.ci == "KR" and name.startswith("ci"):
            assert theirs[name] == "NA"
        else:
            # Iterated on both sides; of random levels metafor only has Laplace's approximation.
            digits = 2e-2 if spec.model.endswith("UM.RS") else 1e-3 if spec.model in GLMMS else 1e-6
            assert float(theirs[name]) == pytest.approx(value, rel=digits, abs=1e-9), name


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
