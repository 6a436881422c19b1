"""However a text is written, it is read in time that grows as its length."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth.prose import form, templates
from metasynth.prose.texts import OwnText

PIECES = ("{{", "{%", "{#", '{{ "', "{% set a", " ", "“", "„", "`", "](", "[@", "{a:", "--|", "- ")
PIECES += ("--|--" + " " * 500, "[@a; ", "{{ a }}", "{% if a %}", "* * ", "> ", "}}", "%}", "\n ")
_OF_ONE_PATTERN = re.compile(r"\{\{[-+]?(.*?)[-+]?\}\}|\{%[-+]?(.*?)[-+]?%\}|\{#.*?#\}", re.DOTALL)


def seconds(text: str) -> float:
    begin = time.process_time()
    list(templates.faults("a.md", text, None))
    list(form.faults(OwnText("a.md", "en", "a", text), None))
    return time.process_time() - begin


@pytest.mark.parametrize("piece", PIECES)
def test_four_times_as_long_a_text_takes_no_more_than_ten_times_as_long(piece: str) -> None:
    """And not sixteen times, where it takes any time to speak of; other programs cost time, too."""
    short, long = (
        min(seconds(piece * (size // len(piece)) + "x") for _ in range(2))
        for size in (20_000, 80_000)
    )
    assert long < 0.5 or long < 10 * short, (short, long)


@given(
    st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "a", "\n", "{", "}"]))
)
def test_tags_are_those_of_one_pattern(parts: list[str]) -> None:
    """Which says what a tag is, but takes time that grows as length squared."""
    text = "".join(parts)
    wanted = [
        (m.start(), m.end(), *(one for one in m.groups() if one is not None))
        for m in _OF_ONE_PATTERN.finditer(text)
    ]
    found = [
        (tag.start, tag.end, *([tag.source] if tag.opens != "{#" else []))
        for tag in templates.tags(text)
    ]
    assert found == wanted
