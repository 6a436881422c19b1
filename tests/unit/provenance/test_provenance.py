"""Entries of results of every kind: whatever was pooled, each number leads to cells and choices."""

import math
from collections.abc import Sequence
from itertools import product

import pytest

from metasynth.figures.catalogue import figures
from metasynth.figures.draw import draw
from metasynth.language import keys
from metasynth.language.languages import ENGLISH
from metasynth.language.tracked import NAME, SCALE, pieces
from metasynth.model.methods import MEASURES, check_combination, check_multi_arm
from metasynth.model.records import (
    AnalysisSpec,
    Arm,
    Cell,
    Comparison,
    Config,
    CovariateSpec,
    Omission,
    OutcomeResult,
    OutcomeSpec,
    Result,
    Source,
    Study,
    Trial,
)
from metasynth.provenance.collect import collect
from metasynth.provenance.entry import COMPUTED, Book, Entry, UntracedNumberError, ends
from metasynth.provenance.publish import provenance_json
from metasynth.provenance.raw import trial_entries
from metasynth.sensitivity.battery import Sensitivity, battery
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

ARMS = ("drug_low", "drug_high", "placebo")
ANALYSES = (
    AnalysisSpec("random", "Random", "random", "REML", "HKSJ", "t_k-1"),
    AnalysisSpec("wald", "Wald", "random", "DL", "Wald", study_ci="score"),
    AnalysisSpec("iv", "IV", "IV"),
    AnalysisSpec("mh", "MH", "MH"),
    AnalysisSpec("peto", "Peto", "Peto"),
    AnalysisSpec("glmm", "GLMM", "GLMM"),
)


def arm(study: str, place: int) -> Arm:
    name = ARMS[place]
    role = "control" if name == "placebo" else "intervention"
    treatment = "placebo" if name == "placebo" else "drug"
    cell = Cell(f"trials/{study}/arms.csv", place + 2)
    return Arm(name, role, name, treatment, 1.0, "mg", 60, "", "", cell)


def row(study: str, place: int, number: int, kind: str) -> Result:
    """One row of results.csv: counts, means, person-time or a published contrast."""
    blank = dict.fromkeys(("events", "total", "mean", "sd", "estimate", "se", "person_time"))
    blank["correlation"] = None
    timed = {
        "events": 0 if number == 0 and place == 2 else 9 + 3 * place,
        "person_time": 55.5 + number**2,
    }
    counts = {"events": 0 if number == 0 and place == 2 else 9 + 3 * place + number, "total": 60}
    numbers = {
        "binary": counts,
        "proportion": counts,
        "rate": {"events": counts["events"], "person_time": 55.5},
        "incidence": timed,
        "mean": {"mean": 2.0 + place + 0.1 * number, "sd": 1.5, "total": 60},
        "correlation": {"correlation": 0.1 * number, "total": 60},
        "continuous": {"mean": 2.0 + place + 0.1 * number, "sd": 1.5, "total": 60},
        "generic": {"estimate": 0.2 + 0.1 * number, "se": 0.3},
    }[kind]
    known = blank | numbers
    return Result(
        outcome="pain",
        week=12,
        reading="",
        arm_id=ARMS[place],
        reference_arm_id="placebo" if kind == "generic" else "",
        events=known["events"],  # type: ignore[arg-type]
        total=known["total"],  # type: ignore[arg-type]
        events_low=None,
        events_high=None,
        reported_percent="",
        mean=known["mean"],
        sd=known["sd"],
        estimate=known["estimate"],
        se=known["se"],
        ci_low=None,
        ci_high=None,
        provenance="reported",
        source_id="",
        note="",
        cell=Cell(f"trials/{study}/results.csv", place + 2),
        person_time=known["person_time"],
        correlation=known["correlation"],
        baseline_sd=1.9 if known["mean"] is not None else None,
        change_correlation=0.6 if known["mean"] is not None else None,
    )


def trial(number: int, kind: str) -> Trial:
    study = f"study{number}"
    places = (0,) if kind == "generic" else range(3)
    about = Study(
        *(study, study.capitalize(), 2000 + number, "design", "included", "", "", 12, 180),
        *("", "", "", Cell(f"trials/{study}/study.csv", 2)),
    )
    rows = tuple(row(study, place, number, kind) for place in places)
    return Trial(about, tuple(arm(study, place) for place in range(3)), rows, ())


def book_of(
    kind: str,
    measure: str,
    multi_arm: str,
    trials: int = 4,
    analyses: Sequence[AnalysisSpec] = ANALYSES,
) -> tuple[Book, OutcomeResult, Sensitivity] | None:
    year = CovariateSpec("year", "Year of publication")
    outcome = OutcomeSpec("pain_w12", "Pain", "pain", 12, kind, measure, "harm", (), covariate=year)
    comparison = Comparison(("drug",), ("placebo",), multi_arm, "Drug", "Placebo")
    specs = [spec for spec in analyses if check_combination(outcome, spec) is None]
    if multi_arm == "covariance":
        specs = [spec for spec in specs if check_multi_arm(outcome, spec) is None]
    if not specs:
        return None
    every = [trial(number, kind) for number in range(trials)]
    found = [study_data(one, outcome, comparison) for one in every]
    studies = [data for item in found if not isinstance(item, Omission) for data in item]
    result = synthesise(outcome, specs, comparison, studies)
    config = Config("T", "1", ("en",), "", "", {"": comparison}, tuple(specs), (outcome,))
    sensitivity = battery(result)
    drawn = {f"{outcome.id}/{name}" for name in figures(outcome, trials, trials)}
    told = {outcome.id: sensitivity}
    book = collect(config, every, [result], told, (), (), ENGLISH, figures=drawn)
    return book, result, sensitivity


CASES = [
    (kind, m, how)
    for kind in MEASURES
    for m in MEASURES[kind]
    for how in ("combine", "split", "covariance")
]


@pytest.mark.parametrize(("kind", "measure", "multi_arm"), CASES)
def test_every_number_leads_to_cells(kind: str, measure: str, multi_arm: str) -> None:
    made = book_of(kind, measure, multi_arm)
    if made is None:
        assert multi_arm == "covariance"
        return
    book, result, _ = made
    entries = book.behind(book.entries)
    own = [key for key, entry in entries.items() if key.startswith("pain_w12.") and entry.value]
    assert len(own) > 40
    for key in own:
        assert any(end.kind == "raw" for end in ends(entries, key)), key
    pooled = keys.pooled("pain_w12", result.analyses[0].spec.name)
    assert result.analyses[0].estimates[0].estimate is not None
    behind = {end.place.file for end in ends(entries, f"{pooled}.estimate") if end.place}
    assert {f"trials/study{number}/results.csv" for number in range(4)} <= behind


DRAWN = [(kind, m, spec) for kind in MEASURES for m in MEASURES[kind] for spec in ANALYSES]


@pytest.mark.parametrize(("kind", "measure", "spec"), DRAWN)
def test_every_number_of_every_figure_has_an_entry(
    kind: str, measure: str, spec: AnalysisSpec
) -> None:
    """Whatever is pooled how: a figure that drew an unknown number would stop the report."""
    made = book_of(kind, measure, "combine", 10, (spec,))
    if made is None:
        return
    book, result, sensitivity = made
    names = figures(result.outcome, 10, 10)
    seen = set()
    for name in set(names) - {"multiverse"}:
        drawing = draw(result, name, sensitivity=sensitivity)
        texts = [getattr(text, "said", "") for text in drawing.figure.texts]
        for content in (*texts, drawing.title, drawing.description):
            found = {key for _, key in pieces(content) if key not in ("", NAME, SCALE)}
            assert found <= book.entries.keys(), name
            seen |= found
    assert len(seen) > 100


@pytest.mark.parametrize(
    ("side", "field"), [*product(("intervention", "control"), ("events", "total"))]
)
def test_combined_arms_are_the_sum_of_their_cells(side: str, field: str) -> None:
    made = book_of("binary", "RR", "combine")
    assert made
    entries = made[0].entries
    entry = entries[f"pain_w12.studies.study1.{side}.{field}"]
    cells = [entries[key].value for key in entry.inputs]
    assert len(cells) == (2 if side == "intervention" else 1)
    assert entry.value == sum(value for value in cells if isinstance(value, int))


def test_a_walk_in_a_circle_and_one_that_ends_nowhere_are_errors() -> None:
    circle = {
        "a": Entry("a", COMPUTED, "", "", 1, inputs=("b",)),
        "b": Entry("b", COMPUTED, "", "", 1, inputs=("a",)),
        "c": Entry("c", COMPUTED, "", "", 1),
    }
    for key in circle:
        with pytest.raises(UntracedNumberError, match=r"rests on no cell"):
            list(ends(circle, key))


def test_a_number_without_an_entry_is_named() -> None:
    book = Book()
    book.add([Entry("a", COMPUTED, "", "", 1, inputs=("lost.number",))])
    with pytest.raises(UntracedNumberError, match=r"'lost\.number'"):
        book.behind(["a"])


def test_the_file_is_sorted_leaves_out_what_is_empty_and_has_eight_digits() -> None:
    entries = {
        "b": Entry("b", COMPUTED, "what", "", math.pi, inputs=("a",)),
        "a": Entry("a", "choice", "what", "of", None),
    }
    text = provenance_json(entries, [("3.1", "b"), ("3.14", "b"), ("3.1", "b")])
    assert text == (
        '{\n"a": {"kind":"choice","label":"what","of":"of"},\n'
        '"b": {"kind":"computed","label":"what","value":3.1415927,"inputs":["a"],'
        '"printed":["3.1","3.14"]}\n}\n'
    )


@pytest.mark.parametrize(
    ("column", "value", "quote", "found"),
    [
        ("duration_weeks", 24, "a 24-week trial", True),
        ("duration_weeks", 24, "after 24 weeks", True),
        ("duration_weeks", 24, "Originally 12 wk, expanded to 24 wks", True),
        ("duration_weeks", 24, "response at week 24.", True),
        ("duration_weeks", 24, "124 weeks", False),
        ("duration_weeks", 24, "24 weekends", False),
        ("duration_weeks", 24, "at week 240", False),
        ("duration_weeks", 24, "24% at 12 weeks", False),
        ("n_randomised", 1414, "A total of 1,414 patients were randomly assigned", True),
        ("n_randomised", 1414, "A total of 1414 patients", True),
        ("n_randomised", 414, "A total of 1,414 patients", False),
    ],
)
def test_a_number_of_a_trial_leads_to_the_sentence_that_states_it(
    column: str, value: int, quote: str, found: bool
) -> None:
    cell = Cell("trials/a/study.csv", 2)
    numbers = {"duration_weeks": None, "n_randomised": None} | {column: value}
    study = Study("a", "A", 2001, "", "included", "", "", **numbers, registration="",
                  reference="report", note="", cell=cell)  # fmt: skip
    sources = (Source("s", "report", "abstract", quote, Cell("trials/a/sources.csv", 2)),)
    trial = Trial(study, (), (), sources)
    made = {entry.key: entry for entry in trial_entries(trial, lambda result: "", ENGLISH)}
    stated = made[keys.cell(cell, column)].source
    assert stated is not None
    assert stated.reference == "report"
    assert stated.quote == (quote if found else "")
