"""The catalogue of figures is whole: each record has its function, words and numbers."""

from contextlib import suppress

import pytest

from metasynth.figures import catalogue, draw, overview
from metasynth.figures.catalogue import Figure
from metasynth.language.languages import ENGLISH
from metasynth.model.records import OutcomeSpec
from metasynth.provenance import figures as provenance

OF_OUTCOMES = catalogue.OF_OUTCOMES
WITHOUT_FUNCTION = {"forest"}
"""Drawn in the look that is chosen, not as the others."""
NO_NUMBERS = {"leave_one_out", "cumulative"}
"""Print what sensitivity.json holds, whose entries are not the figures' own."""


def test_every_figure_of_an_outcome_has_its_function() -> None:
    assert set(catalogue.OF_AN_OUTCOME) - set(draw._FIGURES) == WITHOUT_FUNCTION
    assert set(draw._FIGURES) <= set(catalogue.OF_AN_OUTCOME)
    assert set(draw._OF_A_POSTERIOR) == set(catalogue.OF_A_POSTERIOR)


def test_every_figure_whose_numbers_have_entries_says_how_they_are_made() -> None:
    made = {name for name, figure in catalogue.OF_AN_OUTCOME.items() if figure.method}
    assert made == set(provenance._VALUES)
    assert set(catalogue.OF_AN_OUTCOME) - made == NO_NUMBERS


@pytest.mark.parametrize("figure", OF_OUTCOMES.values(), ids=OF_OUTCOMES)
def test_a_figure_has_its_words(figure: Figure) -> None:
    assert "{label}" in figure.caption
    assert not figure.only or figure.not_of_others
    if figure.name in catalogue.OF_AN_OUTCOME:
        assert figure.need
        assert ("{found}" in figure.need) == (figure.least > 1)


def test_the_review_s_figures_have_their_functions() -> None:
    for name in catalogue.OF_THE_REVIEW:
        with suppress(ValueError, IndexError):  # of a review without results there is none
            assert overview.overview(name, (), (), (), language=ENGLISH).title
    with pytest.raises(KeyError):
        overview.overview("unknown", (), (), (), language=ENGLISH)


def test_a_figure_says_why_it_is_not_drawn_of_few_trials_and_of_another_type() -> None:
    proportion = OutcomeSpec("o", "O", "o", None, "proportion", "PLO", "harm", ("a",))
    for name, figure in catalogue.OF_AN_OUTCOME.items():
        outcome = OutcomeSpec("o", "O", "o", None, "binary", "RR", "harm", ("a",))
        few = catalogue.reason(name, outcome, figure.least - 1)
        assert few.endswith(".")
        enough = catalogue.reason(name, outcome, figure.least)
        assert bool(enough) == (figure.covariate or figure.moderators)  # the outcome has none
        if figure.comparison or figure.only:
            assert catalogue.reason(name, proportion, 100)
