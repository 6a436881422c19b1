import json

import pytest

from metasynth.figures.canvas.one_line import clean
from metasynth.figures.canvas.style import METRICS
from metasynth.figures.canvas.text import laid_out, shorten, width, wrap


def test_widths_follow_the_font() -> None:
    # Source Sans 3 has figures of 497 thousandths of the size, and a minus as wide as they are.
    assert width("0123456789") == pytest.approx(10 * 0.497 * 8, abs=0.01)
    assert width("−") == pytest.approx(width("0"), abs=0.01)
    assert width("\u2007") == pytest.approx(width("0"), abs=0.01)
    assert width("Total", bold=True) > width("Total")
    assert width("Total", size=16) == pytest.approx(2 * width("Total"))
    assert width("") == 0


def test_letters_that_the_font_lacks_are_given_room() -> None:
    assert width("中文") > 2 * 0.9 * 8


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\nb\tc", "a b c"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\x00\x1b[31mb\ud800", "a[31mb"),
        ("  Cohen 2004 ", "Cohen 2004"),
        ("\u20071.00", "\u20071.00"),
        ("Świątek–Żółć", "Świątek–Żółć"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_wrapped_lines_fit_and_lose_nothing_that_has_room() -> None:
    text = "Anakinra 100 mg daily with methotrexate"
    lines = wrap(text, 60, 4)
    assert " ".join(lines) == text
    assert all(width(line) <= 60 for line in lines)
    assert wrap(text, 500, 3) == (text,)
    assert wrap("", 100, 3) == ("",)


def test_what_has_no_room_ends_in_an_ellipsis() -> None:
    lines = wrap("Anakinra 100 mg daily with methotrexate", 60, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(width(line) <= 60 for line in lines)
    assert shorten("Methotrexate", 30).endswith("…")


def test_a_parenthesis_stays_together_and_a_long_word_breaks_at_a_hyphen() -> None:
    room = width("Random effects (REML,", bold=True)
    assert wrap("Random effects (REML, HKSJ)", room, 3, bold=True) == (
        "Random effects",
        "(REML, HKSJ)",
    )
    room = width("Interleukin-1-Rece")
    assert wrap("Interleukin-1-Receptor", room, 3) == ("Interleukin-1-", "Receptor")
    unbroken = wrap("x" * 100, 50, 3)
    assert all(width(line) <= 50 for line in unbroken)


@pytest.mark.parametrize("bold", [False, True])
def test_summed_widths_are_those_of_the_layout_engine(bold: bool) -> None:
    texts = [
        "Frimodt-Møller & Śliwińska 1973, Tōkyō",
        "Heterogeneity: Tau² = 0.04; Q = 152.23, df = 12 (p < 0.001); I² = 92%",
        "AVATAR WAVE To. P. L’Abbé “Ty” fi fl ffi 1:11,7",
        "← Na korzyść: Żółć\u00a0– łąka →",
        "0,41\u2007[0,13;\u20071,26] ±1.96 ≤ ≥ √ τ²",
        "中文研究 2019",
        "357\u202f347 of 1\u202f234\u202f567",
    ]
    for text in texts:
        assert width(text, bold) == pytest.approx(8 * laid_out(text, bold), abs=0.02)
    assert width("Study", bold, 16.0) == pytest.approx(2 * width("Study", bold))


def test_widths_of_letters_and_pairs_are_those_of_the_font_in_use() -> None:
    """Made anew by workflow/report/fonts/make_metrics.py."""
    found = json.loads(METRICS.read_text(encoding="utf-8"))
    for name, bold in (("regular", False), ("bold", True)):
        letters, pairs = found[name]["letters"], found[name]["pairs"]
        assert all(abs(1000 * laid_out(a, bold) - w) <= 0.5 for a, w in letters.items())
        for pair, extra in list(pairs.items())[::29]:
            apart = laid_out(pair[0], bold) + laid_out(pair[1], bold)
            assert abs(1000 * (laid_out(pair, bold) - apart) - extra) <= 0.5
