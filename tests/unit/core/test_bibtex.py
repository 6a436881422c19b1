"""BibTeX as reference managers write it, as plain text."""

import time

import pytest

from metasynth.core.bibtex import parse, plain


def only(text):
    (entry,), faults = parse(text, "r.bib")
    assert faults == []
    return entry


def test_an_entry_keeps_the_order_of_its_fields():
    entry = only("@Article{key:1,\n Title = {A {BCG} trial},\n year=1994\n}")
    assert (entry.key, entry.type) == ("key:1", "article")
    assert entry.fields == (("title", "A BCG trial"), ("year", "1994"))
    assert entry.get("journal") == ""


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"M{\"u}ller", "Müller"),
        (r"M\"{u}ller", "Müller"),
        (r"M\"uller", "Müller"),
        (r"Kie{\'s}lowski", "Kieślowski"),
        (r"Pawe{\l}", "Paweł"),
        (r"{\L}ukasz", "Łukasz"),
        (r"Garc{\'\i}a", "García"),
        (r"Garc\'{\i}a", "García"),
        (r"Fran\c{c}ois", "François"),
        (r"{\v{S}}koda", "Škoda"),
        (r"\v Skoda", "Škoda"),
        (r"{\AA}rhus", "Århus"),
        (r"stra\ss e", "straße"),
        (r"na\"{\i}ve", "naïve"),
        (r"R\&D, 5\%, a\_b, \$3, \#1", "R&D, 5%, a_b, $3, #1"),
        ("698--702", "698–702"),
        ("a---b", "a—b"),
        ("``quoted''", "“quoted”"),
        ("Smith,~J.", "Smith, J."),
        (r"\emph{in vitro} {\textit{x}}", "in vitro x"),
        ("two\n   lines", "two lines"),
        ("Łódź, 漢字", "Łódź, 漢字"),
        ("{{Nested {braces}}}", "Nested braces"),
    ],
)
def test_tex_becomes_plain_text(tex, text):
    assert plain(tex) == text


def test_names_are_split_outside_of_braces():
    entry = only("@misc{k, author = {A, B. and {Food and Drugs} and\nC, D and others}}")
    assert entry.authors == ("A, B.", "Food and Drugs", "C, D", "others")


def test_addresses_are_taken_as_they_are():
    entry = only(r"@misc{k, url = {https://a.b/~x--y\_z%20?a=1&b=2}, doi = {10.1/a_b--c}}")
    assert entry.get("url") == "https://a.b/~x--y_z%20?a=1&b=2"
    assert entry.get("doi") == "10.1/a_b--c"


def test_values_are_joined_and_abbreviations_resolved():
    entry = only('@string{jama = "JAMA"}\n@misc{k, journal = jama # { Open}, month = feb, }')
    assert entry.fields == (("journal", "JAMA Open"), ("month", "February"))


def test_what_stands_between_entries_is_a_remark():
    entries, faults = parse("% a@b\n@comment{x @y}\n@preamble{ {\\x} }\n text\n@misc{k}\n", "r.bib")
    assert faults == []
    assert [entry.key for entry in entries] == ["k"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("@misc{a, title = {x}", "r.bib:1", "} here"),
        ("@misc{a, title = {x\n\n", "r.bib:1", "} that ends the value"),
        ('@misc{a, title = "x}', "r.bib:1", '" that ends the value'),
        ('@misc{a, title = "x}"}', "r.bib:1", '" that ends the value'),
        ("@misc{a, title {x}}", "r.bib:1", "= here"),
        ("@misc{a\n title = {x}}", "r.bib:2", "} here"),
        ("@misc a", "r.bib:1", "{ here"),
        ("@misc{}", "r.bib:1", "the key"),
        ("@ {a}", "r.bib:1", "the type"),
        ("@misc{a, = {x}}", "r.bib:1", "the name of a field"),
        ("@misc{a}\n@book{a}", "r.bib:2", "each key once"),
        ("\n@misc{a, title = {\\foo{x}}}", "r.bib:2", "no TeX command"),
    ],
)
def test_what_is_broken_is_told_once_with_its_line(text, place, words):
    _, (fault,) = parse(text, "r.bib")
    assert fault.cell == place
    assert words in fault.expected


@pytest.mark.parametrize("entry", ["@article{{a{0}, title = {{x}}}}\n", "f{0} = {{x}},\n"])
def test_ten_times_as_many_entries_or_fields_take_ten_times_as_long(entry: str) -> None:
    """And not a hundred times: their lines and names are not counted anew for each."""

    def seconds(size: int) -> float:
        text = "".join(map(entry.format, range(size)))
        begin = time.process_time()
        whole = text if text[0] == "@" else f"@article{{a,\n{text}}}"
        entries, faults = parse(whole, "it")
        assert not faults
        assert len(entries) == (size if text[0] == "@" else 1)
        return time.process_time() - begin

    assert seconds(20_000) < 25 * max(seconds(2_000), 0.02)
