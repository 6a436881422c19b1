"""`metasynth.pool`: metafor's columns in, the engine's digits out, errors by row and column."""

import csv
import math
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.reviews import REPOSITORY

import metasynth as ms
from metasynth.core.messages import Refused
from metasynth.interface.columns import BadData
from metasynth.model.methods import UnsupportedCombination
from metasynth.model.priors import TauPrior
from metasynth.stats.permutation import permuted_pool

EXPECTED = REPOSITORY / "tests/reference/expected"
BCG = {"ai": [4, 6, 3], "n1i": [123, 306, 231], "ci": [11, 29, 11], "n2i": [139, 303, 220]}
COLUMNS = {
    "counts.csv": {"ai": "a", "n1i": "n1", "ci": "c", "n2i": "n2"},
    "means.csv": {f"{x}{i}i": f"{x}{i}" for x in ("m", "sd", "n") for i in (1, 2)},
    "contrasts.csv": {"yi": "y", "sei": "se"},
}


def rows(name):
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def frames():
    """The data sets of the references to metafor, as pandas frames, and their columns."""
    found = {}
    for name, columns in COLUMNS.items():
        frame = pd.read_csv(EXPECTED / name)
        for dataset, own in frame.groupby("dataset"):
            found[dataset, name] = (own.reset_index(drop=True), columns)
    return found


def references():
    """(data set, table, measure, model) to metafor's numbers."""
    of_measure = {"MD": "means.csv", "SMD": "means.csv", "ROM": "means.csv"}
    found = defaultdict(dict)
    for row in rows("pools.csv"):
        table = of_measure.get(row["measure"], "counts.csv")
        if (row["dataset"], table) in frames() and row["value"]:
            key = (row["dataset"], table, row["measure"], row["model"])
            found[key][row["quantity"]] = float(row["value"])
    return found


MODELS = {"IV": {"model": "IV"}, "MH": {"model": "MH"}, "Peto": {"model": "Peto"}}
MODELS |= {m: {"tau2": m} for m in ("DL", "REML", "ML", "PM", "EB", "SJ", "HE", "HS")}
CASES = [key for key in references() if key[3] in MODELS and key[2] in ("RR", "OR", "MD", "SMD")]


def test_there_are_references_of_every_measure_and_model():
    assert {case[2] for case in CASES} == {"RR", "OR", "MD", "SMD"}
    assert {case[3] for case in CASES} >= MODELS.keys() - {"MH", "Peto"}
    assert len(CASES) > 100


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_the_digits_are_metafors(case):
    dataset, table, measure, model = case
    frame, columns = frames()[dataset, table]
    told = references()[case]
    result = ms.pool(frame, measure, columns=columns, double_zero="exclude", **MODELS[model])
    pooled = result.pooled
    assert pooled.k + len(result.omissions) == len(frame)
    found = {"mean": pooled.log_estimate, "se": pooled.se, "tau2": pooled.tau2, "q": pooled.q}
    compared = {name: told[name] for name in found if name in told and found[name] is not None}
    assert compared
    for name, value in compared.items():
        # An effect is compared by its standard error, as in the tests of the engine.
        scale = max(abs(value), pooled.se if name == "mean" else 0.0)
        assert found[name] == pytest.approx(value, rel=1e-7, abs=1e-7 * scale + 1e-12), name


ONE_GROUP = {
    "proportion": {"xi": "x", "ni": "n"},
    "incidence": {"xi": "x", "ti": "n"},
    "mean": {"mi": "x", "sdi": "s", "ni": "n"},
    "correlation": {"ri": "x", "ni": "n"},
}
SINGLE = [row for row in rows("one_group_pools.csv") if row["model"] in MODELS]


def test_there_are_references_of_every_kind_of_one_group():
    known = {row["dataset"] for row in SINGLE}
    assert {r["type"] for r in rows("one_group.csv") if r["dataset"] in known} == {*ONE_GROUP}


@pytest.mark.parametrize(
    "told", SINGLE, ids=lambda t: f"{t['dataset']}-{t['measure']}-{t['model']}"
)
def test_the_digits_of_one_group_are_metafors(told):
    frame = pd.read_csv(EXPECTED / "one_group.csv").query(f"dataset == {told['dataset']!r}")
    columns = ONE_GROUP[frame["type"].iloc[0]]
    pooled = ms.pool(frame, told["measure"], columns=columns, **MODELS[told["model"]]).pooled
    mean, se = float(told["mean"]), float(told["se"])
    assert pooled.log_estimate == pytest.approx(mean, rel=1e-7, abs=1e-7 * se)
    assert pooled.se == pytest.approx(se, rel=1e-7)


def test_a_frame_and_a_mapping_give_the_same():
    assert ms.pool(pd.DataFrame(BCG), "RR").result == ms.pool(BCG, "RR").result


def test_counts_by_their_cells_and_by_their_totals_give_the_same():
    cells = {"ai": BCG["ai"], "ci": BCG["ci"]}
    cells["bi"] = [n - a for a, n in zip(BCG["ai"], BCG["n1i"], strict=True)]
    cells["di"] = [n - c for c, n in zip(BCG["ci"], BCG["n2i"], strict=True)]
    assert ms.pool(cells, "OR").result == ms.pool(BCG, "OR").result


def test_effects_with_variances_or_errors_give_what_counts_give():
    effects = ms.pool(BCG, "RR").to_frame()
    by_error = {"yi": effects["log_estimate"], "sei": effects["se"]}
    by_variance = {"yi": effects["log_estimate"], "vi": effects["se"] ** 2}
    whole = ms.pool(BCG, "RR").pooled
    for given in (by_error, by_variance):
        assert ms.pool(given, "RR").pooled.log_estimate == pytest.approx(whole.log_estimate)
        assert ms.pool(given, "RR").pooled.se == pytest.approx(whole.se)


@pytest.mark.parametrize(
    ("measure", "data"),
    [
        ("IRR", {"x1i": [5, 9], "t1i": [10.5, 20], "x2i": [9, 4], "t2i": [11, 19]}),
        ("PLO", {"xi": [5, 9], "ni": [10, 20]}),
        ("AS", BCG),
        ("PFT", {"xi": [5, 9], "ni": [10, 20]}),
        ("ZCOR", {"yi": [0.3, 0.5], "vi": [0.01, 0.02]}),
    ],
)
def test_each_kind_of_column_is_pooled(measure, data):
    assert math.isfinite(ms.pool(data, measure).pooled.estimate)


def test_a_prior_makes_a_posterior():
    result = ms.pool(BCG, "RR", model="bayes", tau_prior=TauPrior("half_normal", 0.5))
    assert result.pooled.ci_method == "credible"


MISSING = (None, float("nan"), np.nan, pd.NA)


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_a_missing_cell_leaves_its_study_out_and_says_so(missing):
    frame = pd.DataFrame(BCG, dtype=object, index=["Aronson", "Ferguson", "Rosenthal"])
    frame.loc["Ferguson", "n2i"] = missing
    result = ms.pool(frame, "RR")
    assert [study.label for study in result.studies] == ["Aronson", "Rosenthal"]
    (left,) = result.to_frame("omissions").itertuples()
    assert left.study == "Ferguson"
    assert "participants in the control group" in left.reason
    assert f"Left out: Ferguson: {left.reason}" in result.summary()


WRONG = [
    ("ai", "4", "'4' is not a number"),
    ("ai", True, "True is not a number"),
    ("ai", 4.5, "4.5 is not a whole number"),
    ("ai", -1, "-1, expected 0 or more"),
    ("ai", 200, "200 of n1i = 123"),
    ("ai", math.inf, "inf is not a number"),
]


@pytest.mark.parametrize(("column", "value", "told"), WRONG, ids=[str(w[1]) for w in WRONG])
def test_what_cannot_be_is_told_by_row_and_column(column, value, told):
    frame = pd.DataFrame(BCG, dtype=object, index=["Aronson", "Ferguson", "Rosenthal"])
    frame.loc["Aronson", column] = value
    frame.loc["Rosenthal", "ci"] = -2
    with pytest.raises(BadData) as error:
        ms.pool(frame, "RR")
    first, second = str(error.value).splitlines()
    assert first == f"row 'Aronson', column {column}: {told}"
    assert second == "row 'Rosenthal', column ci: -2, expected 0 or more"


@pytest.mark.parametrize(
    ("data", "options", "told"),
    [
        (BCG, {"measure": "MD"}, "MD needs the columns m1i sd1i n1i"),
        (BCG, {"measure": "rr"}, "measure 'rr' is not one of"),
        (BCG, {"measure": "RR", "labels": "nobody"}, "no column 'nobody' among"),
        (BCG, {"measure": "RR", "columns": {"ai": "tpos"}}, "no column 'tpos' among"),
        ({"yi": [1.0], "sei": [0.0]}, {"measure": "MD"}, "column sei: 0, expected above 0"),
        ({"yi": [1.0], "vi": [-1.0]}, {"measure": "MD"}, "column vi: -1, expected above 0"),
    ],
)
def test_what_is_asked_wrongly_is_told(data, options, told):
    with pytest.raises(BadData, match=told):
        ms.pool(data, **options)


def test_an_analysis_without_meaning_is_refused():
    with pytest.raises(UnsupportedCombination, match="model MH pools"):
        ms.pool({"yi": [1.0], "sei": [0.5]}, "MD", model="MH")


def test_labels_come_from_a_column_or_the_index_and_are_unique():
    frame = pd.DataFrame({**BCG, "author": ["A", "A", "B"], "arm": ["x", "y", "y"]})
    assert [s.label for s in ms.pool(frame, "RR").studies] == ["A", "A (2)", "B"]
    assert [s.label for s in ms.pool(frame, "RR", labels="arm").studies] == ["x", "y", "y (2)"]
    clash = frame.assign(author=["A", "A (2)", "A"])
    assert len({s.study for s in ms.pool(clash, "RR").studies}) == 3


def test_the_frames_have_the_columns_of_the_result_tables():
    result = ms.pool(BCG, "RR", prediction="t_k-1")
    studies, whole = result.to_frame(), result.to_frame("estimates")
    assert {"label", "estimate", "ci_low", "ci_high", "weight", "note"} <= set(studies.columns)
    assert studies["weight"].sum() == pytest.approx(100)
    assert whole["pi_low"][0] == result.pooled.pi_low
    assert len(result.to_frame("leave_one_out")) == len(result.to_frame("cumulative")) == 3
    assert result.sensitivity().leave_one_out == result.sensitivity().leave_one_out
    with pytest.raises(KeyError, match="weights"):
        result.to_frame("weights")


def test_subgroups_are_pooled_and_compared():
    result = ms.pool({**BCG, "era": ["old", "new", "new"]}, "RR", subgroup="era")
    assert [part.subgroup for part in result.subgroups] == ["old", "new"]
    assert "Pooled: new" in result.summary()
    assert "subgroup differences" in result.summary()


def test_summary_and_table_say_the_same_numbers_and_escape_names():
    result = ms.pool({**BCG, "study": ["<b>", "Two", "Three"]}, "RR")
    shown = f"{result.pooled.estimate:.4f}"
    assert shown in result.summary()
    assert shown in result._repr_html_()
    assert repr(result) == repr(result.summary()) == str(result.summary())
    assert "<b>" not in result._repr_html_()
    assert "&lt;b&gt;" in result.summary()._repr_html_()


def test_a_forest_plot_stands_on_the_callers_axes():
    figure = Figure()
    _, ax = figure.subplots(1, 2)
    names = ["$x$", "Two", "Three"]
    result = ms.pool({**BCG, "study": names, "era": ["old", "new", "new"]}, "RR", subgroup="era")
    before = dict(matplotlib.rcParams)
    assert result.forest(ax=ax) is figure
    assert dict(matplotlib.rcParams) == before
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert [label for label in labels if label in names] == ["$x$", "Two", "Three"]
    assert ax.get_xscale() == "log"
    squares = {
        labels[round(line.get_ydata()[0])]: line.get_xdata()[0]
        for line in ax.lines
        if str(line.get_gid()).endswith("-square")
    }
    assert squares == {study.label: pytest.approx(study.estimate) for study in result.studies}
    assert not any("left out" in label.casefold() for label in labels)
    figure.canvas.draw()


def test_a_forest_plot_of_its_own_needs_no_axes():
    assert isinstance(ms.pool(BCG, "RR").forest(), Figure)


def test_importing_the_package_imports_nothing_else_and_is_fast():
    code = (
        "import sys, time; before = time.perf_counter(); import metasynth;"
        "spent = time.perf_counter() - before;"
        "heavy = {'numpy', 'pandas', 'scipy', 'matplotlib'} & sys.modules.keys();"
        "assert not heavy and spent < 0.15, (heavy, spent)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    code = (
        f"import sys, metasynth; metasynth.pool({BCG!r}, 'RR').summary();"
        "assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_public_names_are_there():
    assert {"pool", "Review", "__version__"} <= set(dir(ms))
    with pytest.raises(AttributeError, match="nothing"):
        _ = ms.nothing
    stub = Path(ms.__file__).with_suffix(".pyi").read_text("utf-8")
    assert all(name in stub for name in ms.__all__)


def test_cells_that_contradict_totals_are_refused():
    frame = {"ai": [4, 6], "bi": [119, 300], "n1i": [123, 306], "ci": [11, 29], "n2i": [139, 303]}
    assert ms.pool(frame, "RR").pooled.k == 2
    frame["bi"] = [119, 299]
    with pytest.raises(BadData, match="row 'Study 2', column bi: 299, where ai = 6 of n1i = 306"):
        ms.pool(frame, "RR")


def test_the_permutation_test_is_that_of_the_effects_as_pooled():
    r = ms.pool(BCG, "RR", ci="HKSJ", tau2="DL")
    y, se = np.array([(s.log_estimate, s.se) for s in r.studies]).T
    assert r.permutation() == permuted_pool(y, se**2, "DL", "HKSJ")
    assert r.permutation().permutations == 8
    for options in ({"model": "IV"}, {"ci": "KR"}, {"tau2": "DL-MH"}):
        with pytest.raises(Refused, match="signs are turned"):
            ms.pool(BCG, "RR", **options).permutation()
    with pytest.raises(Refused, match="signs are turned"):
        ms.pool({"xi": [1, 2, 3], "ni": [9, 9, 9]}, "PLO").permutation()
