"""Published data sets as raw tables, through the whole workflow, against R's metafor.

The expected values are those of tests/reference; the results carry eight digits.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from math import exp, log
from pathlib import Path

import pytest

from tests.bad_input.review import TEXTS, clean

from .conftest import Review

EXPECTED = Path(__file__).parents[1] / "reference" / "expected"
OUTCOMES = {
    "nielweise2007": ("binary", ("RR", "OR", "RD")),  # empty cells on either side, or on both
    "hine1989": ("binary", ("RR", "RD", "ASD")),
    "normand1999": ("continuous", ("MD", "SMD", "ROM")),
    "gibson2002": ("continuous", ("MD",)),  # the restricted likelihood has two maxima
    "molloy2014": ("generic", ("other",)),
}
FILES = {"binary": "counts.csv", "continuous": "means.csv", "generic": "contrasts.csv"}
RATIOS = {"RR", "OR", "ROM"}
RANDOM = {"REML": "HKSJ", "DL": "Wald", "PM": "HKSJ-adhoc", "ML": "Wald", "SJ": "Wald"}
NAMES = {"HKSJ": "knha", "HKSJ-adhoc": "adhoc"}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((EXPECTED / name).read_text("utf-8"))))


def write(path: Path, header: str, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


RESULTS = (
    "outcome,arm_id,reference_arm_id,events,total,mean,sd,estimate,se,provenance,source_id,week,"
    "reading,events_low,events_high,reported_percent,ci_low,ci_high,note"
)


def results(dataset: str, kind: str, row: dict[str, str]) -> list[str]:
    tail = ",external,data" + "," * 8
    if kind == "binary":
        sides = (("new", row["a"], row["n1"]), ("old", row["c"], row["n2"]))
        return [f"{dataset},{arm},,{events},{n},,,,{tail}" for arm, events, n in sides]
    if kind == "continuous":
        return [
            f"{dataset},{arm},,,{row[f'n{i}']},{row[f'm{i}']},{row[f'sd{i}']},,{tail}"
            for arm, i in (("new", 1), ("old", 2))
        ]
    return [f"{dataset},new,old,,,,,{row['y']},{row['se']}{tail}"]


def write_trials(folder: Path) -> None:
    for dataset, (kind, _) in OUTCOMES.items():
        for row in rows(FILES[kind]):
            if row["dataset"] != dataset:
                continue
            trial = folder / "trials" / f"{dataset}_{row['study']}"
            study = f"{dataset} {row['study']},2000,,included,,,,,,data,"
            write(
                trial / "study.csv",
                "label,year,design,status,population,background,duration_weeks,n_randomised,"
                "registration,reference,note",
                study,
            )
            write(
                trial / "arms.csv",
                "arm_id,role,label,treatment,dose,dose_unit,n_randomised,source_id,note",
                "new,intervention,New,new,,,,data,",
                "old,control,Old,old,,,,data,",
            )
            write(trial / "results.csv", RESULTS, *results(dataset, kind, row))
            write(trial / "sources.csv", "source_id,reference,locator,quote", "data,data,,")
    write(folder / "references.bib", "@misc{data, title = {Published data}}")


def config() -> Iterator[str]:
    yield "review: {title: Published data sets, version: 1.0.0, date: '2026-11-23'}"
    yield from ("data: raw", "text: text")
    yield "comparison: {intervention: [new], control: [old], labels: {intervention: A, control: B}}"
    yield "analyses:"
    for tau2, ci in RANDOM.items():
        yield f"  {tau2.lower()}: {{label: {tau2}, tau2: {tau2}, ci: {ci}, double_zero: exclude}}"
    for model in ("IV", "MH", "Peto"):
        yield f"  {model.lower()}: {{label: {model}, model: {model}, double_zero: exclude}}"
    yield "outcomes:"
    for dataset, (kind, measures) in OUTCOMES.items():
        for measure in measures:
            analyses = [name.lower() for name in (*RANDOM, "IV")]
            if measure in ("RR", "OR", "RD") and kind == "binary":
                analyses.append("mh")
            if measure == "OR" and kind == "binary":
                analyses.append("peto")
            yield (
                f"  {dataset}_{measure.lower()}: {{label: '{dataset} {measure}', "
                f"outcome: {dataset}, type: {kind}, measure: {measure}, direction: harm, "
                f"analyses: [{', '.join(analyses)}]}}"
            )


def _without_names(text: str) -> str:
    """The made-up text without what it names of the review that it was made for."""
    text = re.sub(r"\{\{[^}]*\}\}|\{figure:[^}]*\}", "Told.", text)
    return re.sub(r" *\[@[^]]*\]", "", text)


@pytest.fixture(scope="module")
def estimates(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, str]]:
    folder = tmp_path_factory.mktemp("published")
    write_trials(folder / "raw")
    texts = {path: text for path, text in clean().items() if path.startswith(TEXTS)}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_without_names(text.decode()), encoding="utf-8")
    (folder / "config.yaml").write_text("\n".join(config()) + "\n", encoding="utf-8")
    Review(folder).run("results/tables/estimates.csv")
    text = (folder / "results/tables/estimates.csv").read_text("utf-8")
    return {(r["outcome"], r["analysis"]): r for r in csv.DictReader(io.StringIO(text))}


def test_every_estimate_is_metafors(estimates: dict[tuple[str, str], dict[str, str]]) -> None:
    expected: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for row in rows("pools.csv"):
        if row["value"]:
            key = (row["dataset"], row["measure"], row["model"])
            expected[key][row["quantity"]] = float(row["value"])
    compared = 0
    for (outcome, analysis), row in estimates.items():
        dataset, measure = outcome.split("_")[0], row["measure"]
        wanted = expected[dataset, measure, row["tau2_method"] or row["model"]]
        ci = NAMES.get(row["ci_method"])
        pairs = {"mean": row["log_estimate"], "tau2": row["tau2"], "q": row["q"]}
        pairs |= {f"{ci}_se": row["se"], f"{ci}_p": row["p"]} if ci else {"se": row["se"]}
        if row["tau2_method"]:
            profile = expected[dataset, measure, "Q-profile"]
            wanted = wanted | profile
            pairs |= {name: row[name] for name in profile}
            pairs |= {"i2": row["i2"]}
        if ci:
            low, high = (float(row[name]) for name in ("ci_low", "ci_high"))
            limits = (log(low), log(high)) if measure in RATIOS else (low, high)
            for name, value in zip((f"{ci}_low", f"{ci}_high"), limits, strict=True):
                assert value == pytest.approx(wanted[name], rel=2e-7, abs=6e-8), (outcome, name)
        for name, text in pairs.items():
            if name in wanted:
                known = wanted[name]
                assert float(text) == pytest.approx(known, rel=2e-7, abs=1e-9), (
                    outcome,
                    analysis,
                    name,
                )
                compared += 1
        natural = exp(float(row["log_estimate"])) if measure in RATIOS else row["log_estimate"]
        assert float(row["estimate"]) == pytest.approx(float(natural), rel=1e-6)
    assert compared > 300


def test_the_second_maximum_is_told(estimates: dict[tuple[str, str], dict[str, str]]) -> None:
    assert "second, lower maximum" in estimates["gibson2002_md", "reml"]["note"]
