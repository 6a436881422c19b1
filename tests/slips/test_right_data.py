"""What is right stays silent: published data, made-up reviews, printed intervals, any letters."""

import random
import re
import unicodedata
from math import exp, log
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth import __main__
from metasynth.checks.characters import mojibake
from metasynth.checks.labels import FORMS, skeleton
from metasynth.checks.others import Others
from metasynth.checks.published_intervals import symmetric
from metasynth.checks.quotes import fractions, percentages, slip
from metasynth.checks.spreads import MISTAKEN, mistaken_for
from metasynth.checks.unselected_rows import near_name, near_week
from metasynth.review.load import load_review
from tests.bad_input.review import CONFIG, Files, text, write
from tests.budget import examples

from .cases import NAUSEA, PAIN, RELAPSE, REPORTED, A, B, C, D, E, added, cells, outcome, results
from .right import RESULTS, prose, right, table, trial

ROOT = Path(__file__).parents[2]
PUBLISHED = Path(__file__).parent / "published"
TYPES = {
    "binary": ("binary", "RR", ()),
    "bcg": ("binary", "RR", ("ai=tpos", "bi=tneg", "ci=cpos", "di=cneg")),
    "means": ("continuous", "MD", ()),
    "yi": ("generic", "OR", ()),
}


@pytest.mark.parametrize("folder", [ROOT, ROOT / ".test"], ids=["anakinra", "bcg"])
def test_the_reviews_here_are_silent(folder):
    """Whether each change since the baseline has its reason is a matter of the next version."""
    found = load_review(Path("config.yaml"), folder).warnings
    assert [fault for fault in found if fault.kind != "change_unexplained"] == []


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.csv")), ids=lambda path: path.stem)
def test_published_data_are_silent(path, tmp_path):
    kind, measure, columns = TYPES[path.stem.split("_")[0]]
    config = (
        'review: {title: T, version: 1.0.0, date: "2020-01-01"}\ndata: data\n'
        "comparison: {intervention: [drug], control: [placebo]}\nanalyses: {main: {label: Main}}\n"
        f"outcomes: {{o: {{label: O, outcome: o, type: {kind}, measure: {measure},"
        " direction: harm, analyses: [main]}}\n"
    )
    references = b"@misc{m, title={T}, year={1999}}"
    write({CONFIG: config.encode(), "references.bib": references, **prose()}, tmp_path)
    (tmp_path / "data/trials").mkdir()
    given_columns = [part for column in columns for part in ("--column", column)]
    arguments = ["import", "metafor", str(path), "--reference", "m", "--outcome", "o"]
    sides = ["--intervention", "drug", "--control", "placebo"]
    to = ["--to", str(tmp_path / "data/trials")]
    assert __main__.main([*arguments, *given_columns, *sides, *to]) == 0
    assert load_review(tmp_path / CONFIG, tmp_path).warnings == ()


LEGITIMATE = {
    "two trials with one mean": (cells(results(D), PAIN, mean="42.8"),),
    "one mean, two deviations": (cells(results(D), PAIN + 1, mean="38.7"),),
    "few events, the same twice": (
        *(cells(results(E), RELAPSE + n, events="4") for n in (0, 1)),
        *(cells(results(E), NAUSEA + n, events="4") for n in (0, 1)),
    ),
    "one outcome under two names in all trials": tuple(
        cells(results(x), NAUSEA + n, **values)
        for x, events in ((A, (6, 12)), (B, (5, 10)), (C, (11, 19)), (D, (4, 7)), (E, (9, 16)))
        for n, values in ((0, {"events": str(events[0])}), (1, {"events": str(events[1])}))
    ),
    "a label with both treatments": (
        cells(f"{A}/arms.csv", 2, label="Drug after a placebo run-in"),
        cells(f"{A}/arms.csv", 3, label="Placebo, then open drug"),
    ),
    "twice a day": (
        cells(f"{A}/arms.csv", 2, label="Drug 50 mg bid", dose="100", dose_unit="mg/day"),
    ),
    "in a week": (cells(f"{B}/arms.csv", 2, label="Drug 5 mg", dose="35", dose_unit="mg/week"),),
    "more of a good thing": (outcome("label", "Survival without relapse", "response"),),
    "no death": (
        outcome("label", "No death or stroke", "stroke"),
        outcome("direction", "benefit", "stroke"),
    ),
    "a small arm": (
        *(cells(f"{D}/arms.csv", n, n_randomised="") for n in (2, 3)),
        cells(f"{D}/study.csv", 2, n_randomised=""),
        *(cells(results(D), first, total="240") for first in (2, 4, 6, 8, 10)),
        cells(results(D), 2, events="56"),
        cells(results(D), 4, events="16"),
        cells(results(D), 6, events="32"),
    ),
    "a count and its percentage": (
        cells(f"{A}/arms.csv", 2, n_randomised=""),
        cells(f"{A}/study.csv", 2, n_randomised=""),
        text(f"{A}/sources.csv", "30 of 120 patients (25.0%)", "30 patients (25%)"),
    ),
    "a trial of the young": (cells(f"{A}/covariates.csv", 2, value="19"),),
    "an effect of its own": (cells(results(B), RELAPSE, events="12"),),
    "a row without a number of another outcome": (
        added(
            A,
            outcome="resp",
            week="24",
            arm_id="d",
            reference_arm_id="p",
            reported_p="0.001",
            **REPORTED,
        ),
    ),
}
"""What looks a little like a slip, and is none."""


@pytest.mark.parametrize("name", LEGITIMATE)
def test_what_is_legitimate_is_silent(name, tmp_path):
    files = right()
    for change in LEGITIMATE[name]:
        change(files)
    write(files, tmp_path)
    assert load_review(tmp_path / CONFIG, tmp_path).warnings == ()


def review(kind: str, measure: str, rows: list[list[dict[str, object]]], sizes) -> Files:
    """A review of one outcome; each trial has its rows, and arms of these sizes."""
    config = (
        'review: {title: T, version: 1.0.0, date: "2021-01-01"}\ndata: data\n'
        "comparison: {intervention: [drug], control: [placebo]}\nanalyses: {main: {label: Main}}\n"
        f"outcomes: {{o: {{label: O, outcome: o, type: {kind}, measure: {measure},"
        " direction: harm, analyses: [main]}}\n"
    )
    references = b"@misc{made, title={T}}"
    files: Files = {CONFIG: config.encode(), "references.bib": references, **prose()}
    like = trial(0)
    for number, (own, (n, m)) in enumerate(zip(rows, sizes, strict=True)):
        folder = f"trials/t{number:04}"
        label = f"Trial {number:04},{1990 + number % 30}"
        study = like["trials/adams2001/study.csv"].decode().replace("Adams 2001,2001", label)
        study = re.sub(r",238,NCT00000000,adams", f",{n + m},,made", study)
        first, drug, placebo, *_ = like["trials/adams2001/arms.csv"].decode().splitlines()
        arms = "\n".join([first, drug.replace("120", str(n)), placebo.replace("118", str(m)), ""])
        given_rows = [{"outcome": "o", "provenance": "reported", "source_id": "s"} | r for r in own]
        files |= {
            f"{folder}/study.csv": study.encode(),
            f"{folder}/arms.csv": arms.replace("table1", "s").encode(),
            f"{folder}/results.csv": table(RESULTS, given_rows),
            f"{folder}/sources.csv": b"source_id,reference,locator,quote\ns,made,table 1,printed\n",
        }
    return files


def counts(rng, k):
    """Trials of one odds ratio with some heterogeneity, and any risk."""
    sizes = [(rng.randint(20, 400), rng.randint(20, 400)) for _ in range(k)]
    effect, spread = rng.uniform(-1.5, 1.5), rng.uniform(0, 0.6)
    rows = []
    for n, m in sizes:
        base = rng.uniform(-4, 1)
        risks = (1 / (1 + exp(-base - rng.gauss(effect, spread))), 1 / (1 + exp(-base)))
        events = [
            sum(rng.random() < p for _ in range(size))
            for p, size in zip(risks, (n, m), strict=True)
        ]
        rows.append(
            [
                {"arm_id": arm, "events": e, "total": size}
                for arm, e, size in zip("dp", events, (n, m), strict=True)
            ]
        )
    return review("binary", "RR", rows, sizes)


def scores(rng, k):
    """Trials of one scale, as final scores or as changes."""
    sizes = [(n := rng.randint(15, 300), round(n * rng.uniform(0.4, 2.5))) for _ in range(k)]
    level, sd = rng.choice([(-2.0, 2.2), (-0.5, 1.9), (45.0, 12.0), (7.6, 1.1)])
    effect = rng.uniform(-0.8, 0.8) * sd
    rows = []
    for n, m in sizes:
        own = rng.gauss(level, 0.3 * sd)
        pairs = zip("dp", (own + rng.gauss(effect, 0.1 * sd), own), (n, m), strict=True)
        rows.append(
            [
                {
                    "arm_id": arm,
                    "mean": f"{rng.gauss(mean, sd / size**0.5):.2f}",
                    "sd": f"{sd * rng.uniform(0.75, 1.3):.2f}",
                    "total": size,
                }
                for arm, mean, size in pairs
            ]
        )
    return review("continuous", "MD", rows, sizes)


def hazards(rng, k):
    """Printed hazard ratios with their limits, some as O − E and V."""
    effect, rows = rng.gauss(-0.2, 0.4), []
    for _ in range(k):
        y, se = rng.gauss(effect, 0.15), rng.uniform(0.06, 0.5)
        row: dict[str, object] = {"arm_id": "d", "reference_arm_id": "p"}
        if rng.random() < 0.2:
            v = 1 / se**2
            row |= {"o_minus_e": f"{y * v:.1f}", "variance": f"{v:.1f}"}
        else:
            places = rng.choice([2, 3])
            low, x, high = (f"{exp(y + z * 1.96 * se):.{places}f}" for z in (-1, 0, 1))
            row |= {"estimate": x, "ci_low": low, "ci_high": high}
        rows.append([row])
    return review("generic", "HR", rows, [(100, 100)] * k)


@pytest.mark.parametrize("make", [counts, scores, hazards])
@pytest.mark.parametrize("seed", range(12))
def test_made_up_reviews_are_silent(make, seed, tmp_path):
    rng = random.Random(seed)
    write(make(rng, rng.choice([2, 3, 5, 12, 40])), tmp_path)
    found = load_review(tmp_path / CONFIG, tmp_path).warnings
    assert found == (), found[:2]


@examples(75)
@given(st.floats(-2.5, 2.5), st.floats(0.03, 1.2), st.integers(1, 3), st.booleans())
def test_a_printed_wald_interval_is_symmetric_whatever_was_rounded(y, se, places, ratio):
    numbers = [y + z * 1.959964 * se for z in (0, -1, 1)]
    printed = [f"{exp(x) if ratio else x:.{places}f}" for x in numbers]
    if ratio and float(printed[1]) <= 0:
        return
    scale = log if ratio else (lambda x: x)
    assert symmetric(tuple(printed), lambda x: scale(x) if not ratio or x > 0 else float("-inf"))


@examples(50)
@given(st.floats(-1.5, 1.5), st.floats(0.1, 0.8), st.floats(0.3, 2), st.booleans())
def test_a_limit_moved_by_more_than_a_third_of_the_half_width_is_not_symmetric(y, se, part, upper):
    half = 1.959964 * se
    ends = [y - half, y + half]
    ends[upper] += part * half * (1 if upper else -1)
    printed = tuple(f"{exp(x):.6f}" for x in (y, *ends))
    assert not symmetric(printed, lambda x: log(x) if x > 0 else float("-inf"))


@pytest.mark.parametrize(
    "text",
    [
        "Müller", "Łukasz Żółć", "ŻÓŁĆ", "GÉOGRAPHIE", "naïve – “quoted”", "α-TNF", "10 µg/m²",
        "5 °C", "類風湿", "Бао и соавт.", "café’s", "Ångström", "1–2 mg/kg", "≥ 20 %", "Ærø",
        "Čapek", "ß-blocker",
    ],
)  # fmt: skip
def test_letters_that_are_right_are_no_mojibake(text):
    assert mojibake(text) == ""


@pytest.mark.parametrize("text", ["é", "ü", "ł", "ż", "–", "’", "“", "µ", "°", "ó"])
@pytest.mark.parametrize("page", ["cp1252", "latin-1", "cp1250"])
def test_what_was_read_in_another_encoding_is_mojibake(text, page):
    try:
        spoilt = text.encode().decode(page)
    except UnicodeDecodeError:
        return
    assert mojibake(f"a{spoilt}b") == text


@given(st.text("abcdeoxABCE -é", min_size=1, max_size=20))
def test_names_that_look_the_same_have_one_skeleton(text):
    odd = {
        "blanks": text.replace(" ", "\u00a0 ") + " ",
        "dashes": text.replace("-", "\u2011"),
        "letters": text.replace("a", "\u0430").replace("C", "\u0421"),
        "form": unicodedata.normalize("NFD", text),
        "case": text.upper(),
    }
    assert {skeleton(other) for other in odd.values()} == {skeleton(text)}


def test_names_that_look_different_have_different_skeletons():
    names = ["Placebo", "Placebo 2", "Drug 10 mg", "Drug 1.0 mg", "BCG", "BCG revaccination"]
    assert len({skeleton(name) for name in names}) == len(names)
    assert set(FORMS) == {"blanks", "dashes", "letters", "form", "case"}


@pytest.mark.parametrize(
    ("week", "wanted", "near"),
    [
        (23, [24], 24), (42, [24], 24), (25, [24, 52], 24), (12, [24], None), (52, [24], None),
        (48, [52], 52), (None, [24], None), (4, [24, None], None), (24, [24], None),
    ],
)  # fmt: skip
def test_a_week_is_near_or_not(week, wanted, near):
    assert near_week(week, wanted) == near


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("hbalc", "hba1c"),
        ("response", "resp"),
        ("acr50", None),
        ("serious_infection", None),
        ("x", None),
    ],
)
def test_a_name_is_near_or_not(name, near):
    assert near_name(name, {"hba1c", "resp", "acr20", "infection"}) == near


@pytest.mark.parametrize("name", sorted(MISTAKEN))
@pytest.mark.parametrize("n", [25, 60, 150, 400])
@pytest.mark.parametrize("sd", [0.9, 3.1, 12.0, 40.0])
def test_a_spread_is_known_by_what_it_would_be(name, n, sd):
    """From what a source prints in its place, unless that is near the deviation itself."""
    given_instead = {
        "error": sd / n**0.5,
        "half_width": 1.96 * sd / n**0.5,
        "width": 3.92 * sd / n**0.5,
        "variance": sd * sd,
        "range": sd / MISTAKEN["range"][1](1.0, n),
    }[name]
    found = mistaken_for(given_instead, n, sd)
    assert found or abs(log(given_instead / sd)) < log(2.01) or name == "variance"
    assert MISTAKEN[found][1](given_instead, n) == pytest.approx(sd, rel=0.5) if found else True


@given(st.floats(0.51, 1.99), st.integers(2, 1000), st.floats(0.01, 1000))
def test_a_spread_within_twice_the_usual_is_none(times, n, sd):
    assert mistaken_for(times * sd, n, sd) == ""


@given(st.lists(st.integers(0, 9), min_size=3, max_size=12), st.integers(1, 2))
def test_the_median_of_the_others_is_that_of_the_rest(numbers, size):
    own, rest = numbers[:size], numbers[size:]
    everyone = Others(numbers)
    assert everyone.median(own) == median(rest)
    assert [everyone.at(rank, own) for rank in range(len(rest))] == sorted(rest)


def test_quotations_are_read():
    assert fractions("9 out of the 42 patients; 27/45; 1,252/1,366 (91.7)") == {
        (9, 42), (27, 45), (1252, 1366)
    }  # fmt: skip
    assert fractions("2 of 3 domains, in 2001/02 and at 24/7/2001, 1.5/10") >= {(2, 3)}
    assert percentages("64% vs. 17 %, 8.4 per cent") == {64, 17, 8.4}


@pytest.mark.parametrize(
    ("typed", "meant", "near"),
    [
        ("83", "38", True),
        ("54", "64", True),
        ("6.4", "64", True),
        ("3.8", "38.5", True),
        ("12", "64", False),
    ],
)
def test_a_slip_of_the_finger_is_one(typed, meant, near):
    assert slip(typed, meant) is near
