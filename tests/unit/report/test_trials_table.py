"""The article's table of trials: arms told in a line, remarks below, nothing of it invented."""

import re
from dataclasses import replace
from itertools import product

import pytest
from tests import made_up

from metasynth.language.languages import ENGLISH
from metasynth.language.tracked import bare
from metasynth.model.records import Arm, Trial
from metasynth.report.document import Citation, plain
from metasynth.report.material import Material, Scope
from metasynth.report.tables.trials import ANALYSED, LETTERED, SHORT, _arms, trials_table
from metasynth.review.load import load_review


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("review")
    made_up.COMPARISONS.write(folder)
    review = load_review(folder / "config.yaml", folder)
    return Material(review.config, review.trials, (), (), {}, {}, {}, ())


def told(made: Material, trials: tuple[Trial, ...]) -> tuple[list[dict[str, str]], str, list[str]]:
    """The rows by their heads, the note and the footnotes of the table of some trials."""
    scope = Scope(replace(made, trials=trials), ENGLISH, {}, lambda key: Citation(((key, 1),)))
    _, columns, rows, note, *more = trials_table(scope)
    heads = [column.title for column in columns]
    cells = [dict(zip(heads, map(plain, row.cells), strict=True)) for row in rows]
    return cells, plain(note), [plain(line) for line in (more[0] if more else ())]


def arm(trial: Trial, role: str, label: str, dose: float | None, n: int | None) -> Arm:
    unit = "mg/day" if dose is not None else ""
    one = replace(trial.arms[0], arm_id=label, role=role, label=label, n_randomised=n, stratum="")
    return replace(one, dose=dose, dose_unit=unit)


@pytest.mark.parametrize("control_first", [True, False])
def test_the_intervention_stands_first_and_doses_share_their_words(
    made: Material, control_first: bool
) -> None:
    trial = made.trials[0]
    low, high, placebo = (
        arm(trial, "intervention", "Drug A 0.5 mg/day", 0.5, 12),
        arm(trial, "intervention", "Drug A 2.0 mg/day", 2.0, 14),
        arm(trial, "control", "Placebo", 0, 13),
    )
    arms = (placebo, low, high) if control_first else (low, high, placebo)
    said = bare(_arms(replace(trial, arms=arms), ENGLISH))
    assert said == "Drug A 0.5 mg/day (12), 2 (14) v Placebo (13)"


def test_labels_without_a_dose_at_their_end_stand_whole(made: Material) -> None:
    trial = made.trials[0]
    arms = (
        arm(trial, "intervention", "2 mg/day of drug A", 2, 12),
        arm(trial, "intervention", "Drug B, 2 mg/day, slow", 2, 12),
        arm(trial, "control", "Waiting list", None, None),
    )
    said = bare(_arms(replace(trial, arms=arms, results=()), ENGLISH))
    assert said == "2 mg/day of drug A (12), Drug B, 2 mg/day, slow (12) v Waiting list"


@pytest.mark.parametrize("known", [*product((True, False), repeat=2)])
def test_a_star_marks_each_number_that_is_not_of_those_randomised(
    made: Material, known: tuple[bool, bool]
) -> None:
    trial = next(t for t in made.trials if len({r.arm_id for r in t.results if r.total}) > 1)
    arms = tuple(
        replace(one, n_randomised=10_000 if of else None)
        for one, of in zip(trial.arms[:2], known, strict=True)
    )
    ((row,), note, _) = told(made, (replace(trial, arms=arms),))
    sizes = re.findall(r"\(([\d\u202f]+)(\*?)\)", row["Arms (patients)"])
    most = [max(r.total or 0 for r in trial.results if r.arm_id == one.arm_id) for one in arms]
    want = [
        ("10\u202f000", "") if of else (str(n), ANALYSED) for of, n in zip(known, most, strict=True)
    ]
    assert sizes == want
    assert (ANALYSED in note) is not all(known)


@pytest.mark.parametrize("words", ["Remark", "A remark " + "that is long " * 6])
@pytest.mark.parametrize("first", [0, 3, 2 * LETTERED])
@pytest.mark.parametrize("different", [1, LETTERED, LETTERED + 1])
def test_remarks_stand_lettered_below_unless_a_column_tells_them_better(
    made: Material, different: int, first: int, words: str
) -> None:
    study, count = made.trials[0].study, 3 * LETTERED
    noted = ["" if n < first else f"{words} {n % different}." for n in range(count)]
    trials = tuple(
        replace(made.trials[0], study=replace(study, label=f"T {n}", note=note))
        for n, note in enumerate(noted)
    )
    rows, note, footnotes = told(made, trials)
    few, long = first > count / 2, len(words) > SHORT
    if len({*noted} - {""}) <= LETTERED and (few or long):
        by_letter = dict(line.split("\u00a0") for line in footnotes)
        letters = [row["Trial"].rpartition("\u00a0")[2] for row in rows]
        assert [by_letter.get(letter, "") for letter in letters] == noted
        assert len(by_letter) == len(footnotes) == len({*noted} - {""})
    else:
        assert footnotes == []
        shared = all(f"Note: {one}" in note for one in noted)
        assert shared or [row["Note"] for row in rows] == noted


def test_a_year_has_its_column_where_a_label_does_not_tell_it(made: Material) -> None:
    study = made.trials[0].study
    labels = ("AHNTG", "Smith 1999")
    trials = tuple(
        replace(made.trials[0], study=replace(study, label=label, year=1999)) for label in labels
    )
    assert [row["Year"] for row in told(made, trials)[0]] == ["1999", ""]
    assert all("Year" not in row for row in told(made, trials[1:])[0])


@pytest.mark.parametrize(
    ("references", "in_rows", "in_caption"),
    [(("a", "a"), 0, 1), (("a", "b"), 2, 0), (("a", ""), 1, 0), (("", ""), 0, 0), (("a",), 1, 0)],
)
def test_a_reference_that_all_trials_share_is_cited_once(
    made: Material, references: tuple[str, ...], in_rows: int, in_caption: int
) -> None:
    first = made.trials[0]
    trials = tuple(
        replace(first, study=replace(first.study, reference=reference)) for reference in references
    )
    scope = Scope(replace(made, trials=trials), ENGLISH, {}, lambda key: Citation(((key, 1),)))
    caption, _, rows, *_ = trials_table(scope)
    assert sum(isinstance(part, Citation) for part in caption) == in_caption
    cells = [part for row in rows for part in row.cells[0]]
    assert sum(isinstance(part, Citation) for part in cells) == in_rows
