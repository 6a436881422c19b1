"""Outcomes and analyses whose exported R scripts are run: every measure, model and estimator."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from metasynth.core import store
from metasynth.model.methods import GLMMS, MODEL
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeSpec,
    StudyData,
)
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


def clustered(dataset):
    for number, row in enumerate(data("multilevel_effects.csv", dataset)):
        effect, cluster = Contrast(float(row["y"]), float(row["v"]) ** 0.5), f"lab {row['study']}"
        yield StudyData(f"s{number}", f"Effect {number}", 2000, contrast=effect, cluster=cluster)


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
    ends = ("", "_control")[: 2 - bool(measure)]
    for number, row in enumerate(rows):
        sides = [changed(row, end, spread=measure == "MC") for end in ends]
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

CLUSTERED = ("assink2016", "konstantopoulos2011", "cohen1981")
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
    **{name: ("generic", list(clustered(name))) for name in CLUSTERED},
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
    *[("bcg", "RR", AnalysisSpec("p", "P", tau2=tau2, tau2_ci=ci))
      for tau2 in ("REML", "ML") for ci in ("PL", "Wald", "BJ", "J")],
    ("hine1989", "ASD", AnalysisSpec("p", "P", tau2="REML")),
    *[("nielweise2007", "ASD", AnalysisSpec("p", "P", tau2="DL", zero_cells=zero))
      for zero in ("only0", "all", "treatment_arm")],
    *[("nielweise2007", m, AnalysisSpec("p", "P", model=model, zero_cells=zero, double_zero=double))
      for m in ("RR", "OR", "RD") for model in ("random", "IV", "MH")
      for zero in ("only0", "all", "treatment_arm") for double in ("exclude", "include")],
    ("nielweise2007", "OR", AnalysisSpec("p", "P", model="Peto")),
    *[("normand1999", m, AnalysisSpec("p", "P", tau2="REML", ci="HKSJ"))
      for m in ("MD", "SMD", "SMD-RevMan", "SMD-UB", "SMD-LS2", "SMDH", "ROM", "ROM-BC", "VR",
                "CVR", "SMD-SD")],
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
    *[(d, "other", AnalysisSpec("p", "P", model="three_level", ci=ci, correlation=rho))
      for d in CLUSTERED for ci in ("Wald", "t", "CR0", "CR1", "CR2") for rho in (0.0, 0.6)],
    *[(d, "other", AnalysisSpec("p", "P", model="three_level", ci="CR2", tau2="ML"))
      for d in CLUSTERED],
    *[(d, "other", AnalysisSpec("p", "P", model="RVE-CORR", ci=ci, correlation=0.8))
      for d in CLUSTERED for ci in ("CR0", "CR1", "CR2")],
    *[(d, "other", AnalysisSpec("p", "P", model="RVE-HIER", ci=ci))
      for d in CLUSTERED for ci in ("CR0", "CR1", "CR2")],
]  # fmt: skip


def pooled(dataset, measure, spec):
    """The outcome as the pipeline keeps it."""
    kind, studies = STUDIES[dataset]
    per = 100.0 if dataset == "falls" else 1.0
    outcome = OutcomeSpec(
        "o", "The outcome", "o", None, kind, measure, "harm", (spec.name,), per=per
    )
    result = synthesise(outcome, [spec], COMPARISON, studies)
    return store.from_json(type(result), store.to_json(result))
