"""What the exported scripts for R's package meta are run on, and how what they print is read."""

import hashlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path

from export_cases import CASES, RARE, STUDIES, alone, of_counts, pooled

from metasynth.model.priors import TauPrior
from metasynth.model.records import AnalysisSpec, OutcomeResult
from metasynth.synthesis.meta_export import meta_csv, meta_script

_FEW = list(of_counts(*RARE))
STUDIES.update(
    {
        "one_trial": ("binary", _FEW[1:2]),
        "one_empty": ("binary", _FEW[2:3]),
        "two_trials": ("binary", _FEW[1:4:2]),
        "rare_alone": ("proportion", alone(_FEW)),
        "rare_rates": (
            "incidence",
            [
                replace(s, control=None, intervention=replace(s.intervention, person_time=99.5))
                for s in _FEW
            ],
        ),
    }
)
_PRIOR = TauPrior("half_normal", scale=0.5)
META_CASES = [
    *CASES,
    *[(d, "RR", AnalysisSpec("p", "P", tau2="REML", ci=ci, prediction=prediction))
      for d in ("bcg", "shared") for ci in ("Wald", "HKSJ", "HKSJ-adhoc", "KR")
      for prediction in ("t_k-1", "t_k-2", "HK")],
    *[("bcg", "OR", AnalysisSpec("p", "P", model="GLMM", prediction=p))
      for p in ("t_k-1", "t_k-2")],
    *[(d, "OR", AnalysisSpec("p", "P", model=model))
      for d in ("one_trial", "one_empty", "two_trials")
      for model in ("random", "IV", "MH", "Peto", "GLMM")],
    ("two_trials", "RR", AnalysisSpec("p", "P", ci="HKSJ", prediction="t_k-1")),
    *[("rare_alone", m, AnalysisSpec("p", "P", tau2="DL", zero_cells=zero))
      for m in ("PLO", "PAS", "PFT", "PR", "PLN") for zero in ("only0", "all")],
    *[("rare_rates", m, AnalysisSpec("p", "P", tau2="DL", zero_cells=zero))
      for m in ("IRLN", "IR", "IRS") for zero in ("only0", "all")],
    *[("rates", m, AnalysisSpec("p", "P", tau2="DL", zero_cells="all")) for m in ("IRR", "IRD")],
    ("bcg", "RR", AnalysisSpec("p", "P", model="bayes", tau_prior=_PRIOR)),
]  # fmt: skip


def name(number: int) -> str:
    dataset, measure, spec = META_CASES[number]
    return f"{number}-{dataset}-{measure}-{spec.model}"


def results() -> list[OutcomeResult]:
    return [pooled(*case) for case in META_CASES]


def calls(script: str) -> str:
    """The digest of what a script has meta do: its lines but remarks, names and our own numbers."""
    lines = [line.partition("#")[0].rstrip() for line in script.splitlines()]
    own = ("       c(", "all <-", "cat(")
    told = "\n".join(line for line in lines if line and not line.startswith(own))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def run(outcomes: list[OutcomeResult], folder: Path) -> list[dict[str, float]]:
    """What meta gives for each outcome, to 15 digits; all run in one R, for starting it is slow."""
    for number, result in enumerate(outcomes):
        (folder / f"{number}.csv").write_text(meta_csv(result), "utf-8")
        script = meta_script(result, f"{number}.csv").replace("digits = 8", "digits = 15")
        (folder / f"{number}.R").write_text(script, "utf-8")
    r = "for (i in 1:%d - 1) { cat('case', i, '\\n'); source(sprintf('%%d.R', i), new.env()) }"
    command = ["Rscript", "-e", r % len(outcomes)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [printed(text) for text in re.split(r"case \d+ \n", done.stdout)[1:]]


def printed(text: str) -> dict[str, float]:
    found = re.findall(r"^([a-z]\w+) +(\S+) +\S+$", text, flags=re.MULTILINE)
    return {quantity: float(value) for quantity, value in found}
