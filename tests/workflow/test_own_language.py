"""A report in a language that the review's own folder adds."""

import html
import re

import pytest

from metasynth.__main__ import main
from tests.unit.language.test_own_language import GERMAN, catalogue, translate

pytestmark = pytest.mark.slow


def test_the_report_speaks_it_and_says_what_is_left(fresh, monkeypatch):
    """German: its messages, plural forms and numbers; the draft banner counts what is English."""
    review = fresh("bcg")
    monkeypatch.chdir(review.folder)
    main(["language", "new", "de"])
    translate(catalogue(review.folder), GERMAN)
    page = catalogue(review.folder).parent / "article_methods.md"
    text = page.read_text("utf-8")
    page.write_text(text.replace("# Methods", "# Methoden", 1), "utf-8")
    config = review.folder / "config.yaml"
    chosen = "languages: [en, de]\n  formats: [html]"
    config.write_text(re.sub(r"languages: \[.*\]", chosen, config.read_text("utf-8")), "utf-8")
    review.run()
    said = html.unescape(re.sub(r"<[^>]+>", " ", review.report(".de")))
    assert "relatives Risiko" in said
    assert "Methoden" in said
    assert "0,49" in said
    assert "Not all of this is translated:" in said
    assert "Not all of this is translated:" not in review.report()
    assert "risk ratio" in review.report()
    # A translated word remakes what says it, and nothing is computed anew.
    assert review.planned() == set()
    translate(catalogue(review.folder), {"random effects": "zufällige Effekte"})
    planned = review.planned()
    assert "report" in planned
    assert not any(one.startswith(("pool", "clean")) for one in planned)
