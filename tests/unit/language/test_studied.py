"""A review that compares nothing says study, and only where a reader sees it."""

from pathlib import Path

import pytest

from metasynth.language.languages import ENGLISH, speak
from metasynth.language.studied import all_spoken, of_studies, studied
from metasynth.language.wording import Wording


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Trials of one trial.", "Studies of one study."),
        ("each trial's own, the trials’ own", "each study's own, the studies’ own"),
        ("{trials} with {n} trials", "{trials} with {n} studies"),
        ("{{ trials.all }} trials", "{{ trials.all }} studies"),
        ("trial {% for trial in trials %}", "study {% for trial in trials %}"),
        ('{{ {"trial": "of a trial"}[trial] }}', '{{ {"trial": "of a study"}[trial] }}'),
        ('{{ "a new trial" if trials else "x" }}', '{{ "a new study" if trials else "x" }}'),
        ("see `trials/x.csv` {anchor:trials}", "see `trials/x.csv` {anchor:trials}"),
        ("the interval includes no effect", "the interval includes no correlation"),
        ("industrial", "industrial"),
    ],
)  # fmt: skip
def test_only_words_that_a_reader_sees_are_exchanged(said: str, meant: str) -> None:
    assert studied(said) == meant


def test_a_review_of_trials_that_compares_keeps_its_words() -> None:
    assert of_studies(ENGLISH, compared=True, trials=True) is ENGLISH
    polish = speak("pl")
    assert of_studies(polish, compared=False, trials=False).gettext("trial") == polish.gettext(
        "trial"
    )


def test_studies_that_compare_groups_have_an_effect_but_are_no_trials() -> None:
    spoken = of_studies(ENGLISH, compared=True, trials=False)
    assert spoken.say("a trial that shows no effect") == "a study that shows no effect"
    assert spoken.template("{{ trials }} trials") == "{{ trials }} studies"


def test_one_group_has_neither() -> None:
    spoken = of_studies(ENGLISH, compared=False, trials=True)
    assert spoken.say_n("{number} trial", "{number} trials", 2, number="two") == "two studies"
    assert spoken.say("no effect") == "no correlation"


def test_each_language_of_a_review_by_what_its_files_are_marked_with(tmp_path: Path) -> None:
    (tmp_path / "pl").mkdir()
    spoken = all_spoken(Wording(("en", "pl"), str(tmp_path), compared=True, trials=False))
    assert {mark: language.code for mark, language in spoken.items()} == {"": "en", "pl": "pl"}
    assert spoken[""].say("Trials") == "Studies"
    with pytest.raises(ValueError, match="xx"):
        all_spoken(Wording(("xx",), str(tmp_path), compared=True, trials=True))
