"""Changes as tables and as a page: in two languages, and with text always text."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.living.test_changes import CONFIG, made, two_fewer, upto, with_analysis

from metasynth.language.languages import ENGLISH, speak
from metasynth.living.changes import compare
from metasynth.living.flags import Flag
from metasynth.report.changes_page import page
from metasynth.report.document import Table, plain
from metasynth.report.render import html
from metasynth.report.tables import changes as told
from metasynth.report.text import change_words
from metasynth.report.text.change_names import change_names, summary
from metasynth.report.text.phrases import DRAFT

TEMPLATES = Path(__file__).parents[3] / "workflow" / "report"
POLISH = speak("pl")


@pytest.fixture(scope="module")
def states():
    of_2004 = made(replace(CONFIG, version="0.9.0", date="2004-12-31"), upto(2004))
    return of_2004, made(with_analysis(CONFIG, "primary", tau2="DL"))


@pytest.fixture(scope="module")
def changes(states):
    return compare(*states, CONFIG.living)


def rows(body):
    return [[plain(cell) for cell in row.cells] for row in body[2]]


def test_each_changed_outcome_before_and_after(changes):
    found = rows(told.outcomes_table(changes, ENGLISH))
    at = found.index(["ACR70 response at week 24: changed"])
    before, after = found[at + 1 : at + 3]
    assert before[:5] == ["0.9.0", "2", "654", "OR", "3.57 [0.04, 318.24]"]
    assert after[:5] == ["1.1.0", "3", "708", "OR", "3.71 [1.26, 10.93]"]
    assert after[-1].startswith(
        "The interval now excludes the value of no effect. Due to data (bao2011 results"
    )
    assert "choices (analyses.primary.tau2)" in after[-1]


def test_trials_are_counted_not_their_effects(changes):
    """Of several effects of a trial, k counts the effects."""
    first = changes.outcomes[0]
    after = replace(first.primary.after, k=12, trials=5)
    several = replace(first, primary=replace(first.primary, after=after))
    found = rows(told.outcomes_table(replace(changes, outcomes=(several,)), ENGLISH))
    assert [row[1] for row in found if row[0] == "1.1.0"] == ["5"]


def test_readings_of_an_outcome_are_told_apart(changes):
    titles = [row[0] for row in rows(told.outcomes_table(changes, ENGLISH)) if len(row) == 1]
    assert len(titles) == len(set(titles))
    reading = "all randomised patients of Cohen 2002 as denominators"
    assert f"ACR20 response at week 24: {reading}: changed" in titles


def test_another_certainty_alone_is_shown(states):
    rules = replace(CONFIG.certainty, imprecision=replace(CONFIG.certainty.imprecision, events=200))
    before = made(replace(CONFIG, version="0.9.0"))
    changes = compare(before, made(replace(CONFIG, certainty=rules)), CONFIG.living)
    found = rows(told.outcomes_table(changes, ENGLISH))
    at = found.index(["ACR20 response at week 24: same numbers"])
    assert found[at + 2][-1] == (
        "Certainty of the evidence: low → moderate. Imprecision −1 → 0: 231 events, at least the "
        "optimal information size of 200; the interval, 1.12 to 2.83, excludes 1. Due to "
        "choices (certainty.imprecision.events)."
    )


def test_certainty_that_follows_the_numbers_has_their_cause_once():
    before, after = made(replace(CONFIG, version="0.9.0")), made(trials=two_fewer())
    changes = compare(before, after, CONFIG.living)
    at = (found := rows(told.outcomes_table(changes, ENGLISH))).index(
        ["Worsening of rheumatoid arthritis: changed"]
    )
    assert found[at + 2][-1].startswith(
        "Certainty of the evidence: low → very low. Imprecision 0 → −1: 299 events, below"
    )
    assert found[at + 2][-1].count("Due to") == 1
    assert found[at + 2][-1].endswith(
        "Due to data (fleischmann2003 results ra_worsening 24 - anakinra)."
    )


def test_rows_of_a_new_trial_are_counted_and_single_ones_shown(changes):
    found = rows(told.rows_table(changes, ENGLISH))
    of_bao = sum(row.study == "bao2011" for row in changes.rows)
    assert sum(int(row[3].split()[0]) for row in found if row[0] == "bao2011") == of_bao


def test_choices_before_and_now(changes):
    assert rows(told.choices_table(changes, ENGLISH)) == [["analyses.primary.tau2", "REML", "DL"]]


def test_the_page_speaks_polish(changes):
    document = page(CONFIG, changes, POLISH)
    text = html.render(document, TEMPLATES, POLISH)
    for words in ("Co się zmieniło", "porównano z wersją 0.9.0", "Przedział nie obejmuje już"):
        assert words in text
    assert "3,71 [1,26; 10,93]" in text
    assert "the interval" not in text.casefold()


@pytest.mark.parametrize("language", [ENGLISH, POLISH], ids=["en", "pl"])
def test_the_page_of_a_draft_says_that_it_is_one(changes, language):
    banner = '<p class="draft" role="note">'
    draft, finished = (page(CONFIG, changes, language, draft=draft) for draft in (True, False))
    assert banner + language.say(DRAFT) in html.render(draft, TEMPLATES, language)
    assert banner not in html.render(finished, TEMPLATES, language)


def test_text_of_tables_is_text_on_the_page(states):
    """Whatever stands in a cell, an id or a reason, the page shows it and runs nothing."""
    hostile = "<script>alert(1)</script>{{ 7 * 7 }}"
    before, after = states
    spoilt = tuple(replace(row, cells={**row.cells, "note": hostile}) for row in after.rows[:4])
    after = replace(
        after,
        version=hostile,
        rows=(*spoilt, *after.rows[4:]),
        choices={**after.choices, "outcomes.death.label": hostile},
    )
    changes = compare(before, after, CONFIG.living)
    text = html.render(page(CONFIG, changes, ENGLISH), TEMPLATES, ENGLISH)
    assert text.count("&lt;script&gt;alert(1)") >= 3
    assert "<script>alert" not in text
    assert "{{ 7 * 7 }}" in text


def test_a_first_version_says_so_and_shows_no_table_of_changes(states):
    first = compare(None, states[1], CONFIG.living)
    document = page(CONFIG, first, ENGLISH)
    tables = [block.anchor for block in document.blocks if isinstance(block, Table)]
    assert tables == []
    assert "first version" in summary(first, ENGLISH)


@pytest.mark.parametrize("language", [ENGLISH, POLISH], ids=["en", "pl"])
def test_every_flag_has_its_sentence(language):
    """In Polish too; what changes both ways has one for each."""
    words = {
        "interval": ("includes", "excludes"),
        "direction": ("above", "below"),
        "importance": ("lower", "none", "higher"),
    }
    pairs = [
        (rule, *pair) for rule, seen in words.items() for pair in itertools.permutations(seen, 2)
    ]
    pairs += [("outside", "within", "above"), ("outside", "within", "below")]
    for flag in itertools.starmap(Flag, pairs):
        sentence = change_words.flag_words(flag, language)
        assert sentence.endswith(".")
        assert (sentence in {*change_words.FLAGS.values(), change_words._REVERSED}) == (
            language is ENGLISH
        )


def test_a_state_that_is_as_it_was_accepted_says_so(states):
    now = states[1]
    assert summary(compare(now, now, CONFIG.living), ENGLISH) == (
        f"This is version {CONFIG.version} of {CONFIG.date} as it was accepted: "
        "nothing has changed since."
    )
    older = replace(now, software=replace(now.software, code="0"))
    again = compare(older, now, CONFIG.living)
    assert "by other software than when it was accepted: all numbers" in summary(again, ENGLISH)
    assert change_names(again, ENGLISH).unexplained == ()
    later = replace(now, version="1.0.1")
    assert "No trial joined" in summary(compare(now, later, CONFIG.living), ENGLISH)


def test_a_changed_state_may_not_pass_for_the_version_that_was_accepted(states):
    now = states[1]
    changed = compare(replace(now, rows=now.rows[1:]), now, CONFIG.living)
    assert "has the number of the state accepted last, and is not the same" in summary(
        changed, ENGLISH
    )
