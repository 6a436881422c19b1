"""Run a review in many environments and say which result files have the same bytes in all.

    uv run python tests/reproducibility/matrix.py [REVIEW] [environment ...]

Everything that should not matter is changed, one thing at a time and then all at once. Ends with 1
if any byte under results/ differs. "methods" pools the BCG trials by every way that they allow,
"clusters" the 56 schools of eleven districts (Konstantopoulos 2011) by those for dependent effects.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
REVIEWS = ("anakinra", "bcg", "methods", "clusters")
SCHOOLS = ROOT / "tests/reference/expected/multilevel_effects.csv"
_FEATURES = """
from numpy._core import _multiarray_umath as m
print(*(name for name in m.__cpu_dispatch__ if m.__cpu_features__.get(name)))
"""


@dataclass(frozen=True)
class Environment:
    """What is different: settings, cores, the folder's name, the Python that runs it all."""

    name: str
    settings: dict[str, str] = field(default_factory=dict)
    cores: int = 2
    folder: str = "review"
    python: str = ""  # a version to make a new environment of, from the lock


@cache
def vector_features(newest_only: bool = False) -> str:
    """NumPy's vector instructions here, by its own names: all, or AVX-512 and newer alone."""
    ask = [sys.executable, "-c", _FEATURES]
    names = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.split()
    newest = [name for name in names if "512" in name or "V4" in name]
    return " ".join(newest if newest_only else names)


def environments() -> list[Environment]:
    """The matrix; the first is what the others are compared with."""
    kernels = ["Prescott", "Nehalem", "Haswell"]
    if vector_features(newest_only=True):  # a kernel that the processor lacks ends the process
        kernels.append("SkylakeX")
    other = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "4242"}
    place = "zażółć gęślą – 'jaźń' (1)"
    return [
        Environment("as usual, 2 cores"),
        Environment("1 core", cores=1),
        Environment("4 cores", cores=4),
        Environment("time zone Pacific/Kiritimati", {"TZ": "Pacific/Kiritimati"}),
        Environment("locale C", {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0"}),
        Environment("locale POSIX without UTF-8 mode", {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}),
        Environment("hash seed 1", {"PYTHONHASHSEED": "1"}),
        Environment("spaces and letters in the path", folder=place),
        Environment("an empty home", {"HOME": "/nonexistent", "XDG_CACHE_HOME": "cache"}),
        *(Environment(f"OpenBLAS {name}", {"OPENBLAS_CORETYPE": name}) for name in kernels),
        Environment("no AVX-512", {"NPY_DISABLE_CPU_FEATURES": vector_features(True)}),
        Environment("no vector instructions", {"NPY_DISABLE_CPU_FEATURES": vector_features()}),
        Environment("1 thread of BLAS", {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}),
        Environment("new environment", python=f"3.{sys.version_info.minor}"),
        *(Environment(f"new environment, Python {v}", python=v) for v in ("3.11", "3.14")),
        together(other, place),
    ]


def every_method(config: dict[str, Any]) -> dict[str, Any]:
    """A review's choices with an analysis for each model, estimator and interval of its schema."""
    keys = _choices()
    ways = [{"model": "random", "tau2": tau2, "ci": "HKSJ"} for tau2 in keys["tau2"]["enum"]]
    ways += [{"model": "random", "tau2": "REML", "ci": ci} for ci in ("Wald", "HKSJ-adhoc", "KR")]
    ways += [
        {"model": "random", "tau2": "REML", "tau2_ci": name} for name in keys["tau2_ci"]["enum"]
    ]
    ways += [{"model": "IV", "ci": ci} for ci in ("UWLS", "IVhet", "HC")]
    ways += [{"model": "bayes", "tau_prior": {"family": "half_normal", "scale": 0.5}}]
    ratios = [{"model": model} for model in ("IV", "MH")]
    odds = [{"model": m} for m in ("Peto", "GLMM", "GLMM-UM.RS", "GLMM-CM.EL")]
    odds += [{"model": "bayes-exact", "tau_prior": {"family": "half_normal", "scale": 0.5}}]
    named = {f"way_{n}" if n else "primary": way for n, way in enumerate([*ways, *ratios, *odds])}
    common = list(named)[: len(ways) + len(ratios)]
    outcome = {
        "outcome": "tuberculosis",
        "type": "binary",
        "direction": "harm",
    }
    outcomes = {
        "tuberculosis": {**outcome, "label": "RR", "measure": "RR", "analyses": common},
        "tuberculosis_or": {**outcome, "label": "OR", "measure": "OR", "analyses": list(named)},
        "tuberculosis_rd": {**outcome, "label": "RD", "measure": "RD", "analyses": common},
    }
    kept = {key: config[key] for key in ("review", "data", "text", "comparison")}
    return {**kept, "analyses": _labelled(named), "outcomes": outcomes}


def every_way_of_clusters(config: dict[str, Any]) -> dict[str, Any]:
    """The draft of a review of clusters with each model, estimator and interval for them."""
    keys = _choices()
    intervals = ("Wald", "t", "CR0", "CR1", "CR2")
    ways = [
        {"model": "three_level", "tau2": tau2, "ci": ci, "correlation": rho}
        for tau2, ci, rho in product(("REML", "ML"), intervals, (0.0, 0.6))
    ]
    robust = [name for name in keys["model"]["enum"] if name.startswith("RVE")]
    ways += [{"model": name, "ci": ci} for name, ci in product(robust, ("CR0", "CR1", "CR2"))]
    ways += [
        {"model": "random", "tau2": "REML", "tau2_ci": name} for name in keys["tau2_ci"]["enum"]
    ]
    named = {f"way_{n}": way for n, way in enumerate(ways)}
    (name, outcome), *_ = config["outcomes"].items()
    analyses = config["analyses"] | _labelled(named)
    outcome |= {"analyses": [*outcome["analyses"], *named]}
    return config | {"analyses": analyses, "outcomes": {name: outcome}}


def _choices() -> dict[str, Any]:
    schema = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text("utf-8"))
    found: dict[str, Any] = schema["properties"]["analyses"]["additionalProperties"]["properties"]
    return found


def _labelled(named: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: {"label": f"{name} ({' '.join(map(str, way.values()))})", **way}
        for name, way in named.items()
    }


def together(settings: dict[str, str], folder: str) -> Environment:
    """Everything at once."""
    kernel = {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": vector_features()}
    return Environment("all at once, 1 core", settings | kernel, cores=1, folder=folder)


def results(name: str, environment: Environment, work: Path) -> dict[str, bytes]:
    """Run a review from nothing in the environment, below `work`; each result file's bytes."""
    folder = work / environment.folder
    _write(name, folder)
    python = _new_environment(environment.python, work) if environment.python else sys.executable
    done = subprocess.run(
        [
            *(python, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
            *("--directory", str(folder), "--cores", str(environment.cores)),
        ],
        cwd=folder,
        env=os.environ | environment.settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{environment.name}\n{done.stdout[-4000:]}")
    root = folder / "results"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _write(name: str, folder: Path) -> None:
    """Write the review's config, trials and text into the folder, which is made."""
    config = folder / "config.yaml"
    if name == "clusters":
        frame = folder.parent / "schools.csv"
        with SCHOOLS.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["dataset"] == "konstantopoulos2011"]
        lines = [f"{n},{row['study']},{row['y']},{row['v']}" for n, row in enumerate(rows, start=1)]
        frame.write_text("\n".join(["study,district,yi,vi", *lines, ""]), "utf-8")
        new = [sys.executable, "-m", "metasynth", "new", str(folder), "--from", str(frame)]
        subprocess.run([*new, "--measure", "SMD"], check=True, stdout=subprocess.DEVNULL)
    else:
        review = ROOT if name == "anakinra" else ROOT / ".test"
        folder.mkdir(parents=True)
        shutil.copy(review / "config.yaml", folder)
        shutil.copytree(review / "data", folder / "data")
    if name in EVERY_WAY:
        chosen = EVERY_WAY[name](yaml.safe_load(config.read_text("utf-8")))
        config.write_text(json.dumps(chosen), "utf-8")


EVERY_WAY = {"methods": every_method, "clusters": every_way_of_clusters}


def _new_environment(version: str, work: Path) -> str:
    """The locked packages, newly installed for a version of Python."""
    uv = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv/bin/uv")
    made = ROOT / f".uv/python{version}/usr/bin/python{version}"  # by .ci/python
    python = str(made) if made.is_file() else version
    sync = [uv, "sync", "--locked", "--no-install-project", "--quiet", "--python", python]
    settings = {"UV_PROJECT_ENVIRONMENT": str(work / "env")}
    subprocess.run(sync, cwd=ROOT, env=os.environ | settings, check=True)
    return str(work / "env" / "bin" / "python")


def different(first: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The files that are not the same in both."""
    names = sorted(first.keys() | other.keys())
    return [name for name in names if first.get(name) != other.get(name)]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("review", nargs="?", choices=REVIEWS, default="anakinra")
    parser.add_argument("only", nargs="*", help="names of environments, besides the first")
    chosen = parser.parse_args()
    usual, *others = environments()
    asked = [env for env in others if not chosen.only or env.name in chosen.only]
    first = dict[str, bytes]()
    print("| environment | identical | differing | seconds |\n| --- | --- | --- | --- |")
    return max([_row(chosen.review, env, first) for env in (usual, *asked)])


def _row(review: str, environment: Environment, first: dict[str, bytes]) -> int:
    """Run and print one environment; the first run's results are kept in `first`."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        made = results(review, environment, Path(work))
    first.update(first or made)
    names = different(first, made)
    same = f"{len(first) - len(names)} of {len(first)}"
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    seconds = time.monotonic() - begin
    print(f"| {environment.name} | {same} | {shown} | {seconds:.0f} |", flush=True)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
