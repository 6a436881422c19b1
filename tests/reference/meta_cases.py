"""What the exported scripts for R's package meta are run on, and how what they print is read."""

import hashlib
import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from export_cases import CASES, RARE, STUDIES, alone, of_counts, pooled
from tests.examples import BCG, ROOT, led, led_outcome
from tests.on_demand import OnDemand

from metasynth.core import store
from metasynth.model.methods import CLUSTERED, Q_PROFILE
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
    *(c for c in CASES if c[2].model not in CLUSTERED and c[2].tau2_ci == Q_PROFILE),
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


EXAMPLES = {
    "bcg": BCG,
    **{e: ROOT / "examples" / e for e in ("fibromyalgia", "head_and_neck", "catheters")},
}


def outcomes() -> OnDemand[OutcomeResult]:
    """Each case, and each outcome of the shipped examples and of BCG with all its analyses."""
    makers = {
        f"{number}-{dataset}-{measure}-{spec.model}": partial(pooled, dataset, measure, spec)
        for number, (dataset, measure, spec) in enumerate(META_CASES)
    }
    for review, folder in EXAMPLES.items():
        for outcome in led(folder).config.outcomes:
            makers[f"{review}-{outcome.id}"] = partial(_shipped, folder, outcome.id)
    return OnDemand(makers)


def _shipped(folder: Path, outcome: str) -> OutcomeResult:
    """An outcome of an example as it stands in its results."""
    result, _ = led_outcome(folder, outcome)
    return store.from_json(OutcomeResult, store.to_json(result))


def calls(script: str) -> str:
    """The digest of what a script has meta do: its lines but remarks, names and our own numbers."""
    lines = [line.partition("#")[0].rstrip() for line in script.splitlines()]
    own = ("       c(", "all <-", "cat(")
    told = "\n".join(line for line in lines if line and not line.startswith(own))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def run(results: Iterable[OutcomeResult], folder: Path) -> list[dict[str, float]]:
    """What meta gives for each outcome, to 15 digits; all run in one R, for starting it is slow."""
    count = 0
    for number, result in enumerate(results):
        (folder / f"{number}.csv").write_text(meta_csv(result), "utf-8")
        script = meta_script(result, f"{number}.csv").replace("digits = 8", "digits = 15")
        (folder / f"{number}.R").write_text(script, "utf-8")
        count += 1
    r = "for (i in 1:%d - 1) { cat('case', i, '\\n'); source(sprintf('%%d.R', i), new.env()) }"
    command = ["Rscript", "-e", r % count]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [_printed(text) for text in re.split(r"case \d+ \n", done.stdout)[1:]]


def _printed(text: str) -> dict[str, float]:
    """meta's number of each quantity, such as "1.ci_low" of the first analysis."""
    found = {}
    for block in re.split(r"^Analysis ", text, flags=re.MULTILINE)[1:]:
        number = block.partition(",")[0]
        for quantity, value in re.findall(r"^([a-z]\w+) +(\S+) +\S+$", block, flags=re.MULTILINE):
            found[f"{number}.{quantity}"] = float(value)
    return found
