"""The joined views: every row of every trial, with the study first and its place last."""

import csv
import io
from dataclasses import replace

from tests.converted import row, trial

from metasynth.tables.views import views

NAMES = ("studies", "arms", "results", "sources")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_each_row_begins_with_its_study_and_ends_with_its_place():
    trials = [trial("one", row("t", events=3), row("c", events=0)), trial("two", row("t"))]
    found = {name: read(text) for name, text in views(trials).items()}
    assert tuple(found) == NAMES
    for header, *body in found.values():
        assert header[0] == "study"
        assert header[-2:] == ["file", "row"]
        assert header.count("study") == 1
        assert "cell" not in header
        assert all(len(line) == len(header) for line in body)
    header, *body = found["results"]
    assert [line[0] for line in body] == ["one", "one", "two"]
    assert {tuple(line[-2:]) for line in body} == {("trials/t/results.csv", "2")}
    events = header.index("events")
    assert [line[events] for line in body] == ["3", "0", ""]  # nothing is not 0
    assert [line[0] for line in found["arms"][1:]] == ["one"] * 2 + ["two"] * 2
    assert len(found["sources"]) == 1


def test_text_is_data_and_numbers_keep_their_digits():
    odd = 'a "b", c\nd'
    one = trial("one", replace(row("t", mean=0.1 + 0.2), note=odd))
    header, line = read(views([one])["results"])
    assert line[header.index("note")] == odd
    assert float(line[header.index("mean")]) == 0.1 + 0.2


def test_no_trial_leaves_the_headers():
    assert all(len(read(text)) == 1 for text in views([]).values())
