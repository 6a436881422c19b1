"""Both reviews, from raw tables to the report, by the same Snakefile."""

import csv
import html
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from metasynth.language.languages import suffix
from metasynth.validation.configuration import load

from .conftest import Review

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("name", ["anakinra", "bcg"])


def table(review: Review, name: str) -> list[dict[str, str]]:
    text = (review.folder / "results/tables" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


class Page(HTMLParser):
    """Ids, links and outside addresses of an HTML page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        if "src" in values:
            self.fetched.append(values["src"])
        elif tag in ("link", "use", "image"):
            self.fetched += [values.get("href", ""), values.get("xlink:href", "")]


def reports(review: Review, ending: str) -> dict[str, Path]:
    """The report in each of the review's languages."""
    folder = review.folder / "results/report"
    codes = load(review.folder / "config.yaml").languages
    return {code: folder / f"review{suffix(code, codes)}.{ending}" for code in codes}


@BOTH
def test_the_report_is_whole(finished: Callable[[str], Review], name: str) -> None:
    for code, path in reports(finished(name), "html").items():
        text = path.read_text(encoding="utf-8")
        page = Page(text)
        assert f'<html lang="{code}-' in text
        assert len(page.ids) == len(set(page.ids))
        inside = [link[1:] for link in page.links if link.startswith("#")]
        assert inside
        assert set(inside) <= set(page.ids)
        assert all(not address or address.startswith("#") for address in page.fetched)
        assert not re.findall(r"url\((?!\"?(?:data:|#))[^)]*\)", text)
        assert not re.findall(r"\b(?:nan|inf|None|Undefined)\b", said(text))


def said(page: str) -> str:
    """What a page says outside of its figures, styles and programs."""
    words = re.sub(r"<(svg|script|style|head)\b.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", words))


def test_both_languages_have_the_same_parts(finished: Callable[[str], Review]) -> None:
    files = reports(finished("anakinra"), "html")
    pages = {code: path.read_text("utf-8") for code, path in files.items()}
    assert set(pages) == {"en", "pl"}
    for part in ("table id", "figure id", "li id", "h2 id", "h3 id", "h4 id"):
        english, polish = (re.findall(f'<{part}="([^"]+)"', page) for page in pages.values())
        assert english or part == "h4 id"
        assert english == polish


ENGLISH_WORDS = re.compile(
    r"\b(?:the|of|and|with|for|was|were|is|are|not|from|which|this|that|trial|study|patients|week)\b",
    re.IGNORECASE,
)
AS_THEY_STAND = re.compile(
    r"[„“][^”]*”"  # quotes
    r"|<code>.*?</code>|<ol class=\"references\".*?</ol>"  # files, titles of documents
    r"|https?://\S+|trim and fill|drapery plot",  # addresses, names of methods
    re.DOTALL,
)


def test_the_polish_report_speaks_polish(finished: Callable[[str], Review]) -> None:
    page = finished("anakinra").report(".pl")
    searched = re.search(r'<table id="table-search".*?</table>.*?</p>', page, re.DOTALL)
    assert searched
    rest = page.replace(searched[0], "")
    for name in ("rows", "reasons"):  # cells of the raw tables, as they stand there
        rest = re.sub(rf'<table id="table-changes_{name}".*?</table>', "", rest, flags=re.DOTALL)
    drawn = " ".join(re.findall(r"<text\b[^>]*>(.*?)</text>", rest, re.DOTALL))
    for text in (said(AS_THEY_STAND.sub("", rest)), html.unescape(re.sub("<[^>]+>", " ", drawn))):
        assert ENGLISH_WORDS.findall(text) == []
        assert re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", text) == []


@BOTH
def test_tables_agree_with_each_other(finished: Callable[[str], Review], name: str) -> None:
    review = finished(name)
    estimates, studies = table(review, "estimates.csv"), table(review, "studies.csv")
    assert estimates
    for row in (row for row in estimates if row["subgroup"] == "all"):
        members = [
            study
            for study in studies
            if (study["outcome"], study["analysis"]) == (row["outcome"], row["analysis"])
        ]
        assert int(row["k"]) == len(members)
        assert sum(int(m["events_control"]) for m in members) == int(row["events_control"])
        if members and row["estimate"]:
            assert sum(float(m["weight"]) for m in members) == pytest.approx(100, abs=1e-5)


def test_the_published_figures_are_reproduced(finished: Callable[[str], Review]) -> None:
    rows = table(finished("anakinra"), "reproduction.csv")
    ours = {(r["locator"], r["study"]): (r["estimate"], r["ci_low"], r["ci_high"]) for r in rows}
    printed = [
        ("1.00", "0.96", "1.04"),
        ("1.11", "1.04", "1.20"),
        ("1.05", "0.94", "1.17"),
        ("0.99", "0.64", "1.56"),
        ("1.26", "0.52", "3.04"),
        ("1.04", "0.70", "1.56"),
    ]
    assert sorted(ours.values()) == sorted(printed)
    assert {row["verdict"] for row in rows} == {"reproduced"}


def test_every_statement_has_a_verdict_in_table_and_report(
    finished: Callable[[str], Review],
) -> None:
    review = finished("anakinra")
    raw = (review.folder / "data/raw/claims.csv").read_text(encoding="utf-8")
    rows = table(review, "claims.csv")
    names = [row["claim_id"] for row in csv.DictReader(io.StringIO(raw))]
    assert [row["claim_id"] for row in rows] == names
    verdicts = {row["verdict"] for row in rows}
    assert verdicts >= {"reproduced", "not reproduced", "cannot be checked"}
    page = Page(review.report())
    assert {f"claim-{name}" for name in names} <= set(page.ids)
    assert table(finished("bcg"), "claims.csv") == []


def test_bcg_as_metafor_prints_it(finished: Callable[[str], Review]) -> None:
    """What metafor 3.8 prints for escalc(measure="RR", data=dat.bcg) and rma(yi, vi)."""
    rows = table(finished("bcg"), "estimates.csv")
    (row,) = (r for r in rows if (r["analysis"], r["subgroup"]) == ("primary", "all"))
    assert float(row["log_estimate"]) == pytest.approx(-0.7145, abs=5e-5)
    assert float(row["tau2"]) == pytest.approx(0.3132, abs=5e-5)
    assert float(row["i2"]) == pytest.approx(92.22, abs=5e-3)
    assert float(row["q"]) == pytest.approx(152.2330, abs=5e-5)


def test_another_run_elsewhere_gives_the_same_bytes(
    finished: Callable[[str], Review], fresh: Callable[[str], Review]
) -> None:
    """The other review, too: tests/reproducibility/test_matrix.py."""
    other = fresh("anakinra")
    other.run("--cores", "1", TZ="Asia/Kathmandu", LC_ALL="C", PYTHONHASHSEED="7")
    first, second = finished("anakinra").results(), other.results()
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []


def test_the_report_lists_the_formulas_of_this_run_only(
    finished: Callable[[str], Review],
) -> None:
    texts = {name: finished(name).report() for name in ("anakinra", "bcg")}
    for name, present, absent in (
        (
            "anakinra",
            ["Peto odds ratio</strong>", "Q about the Mantel–Haenszel estimate</strong>"],
            ["risk difference"],
        ),
        (
            "bcg",
            ["risk ratio</strong>", "tau², restricted maximum likelihood (REML)</strong>"],
            ["DerSimonian and Laird</strong>"],
        ),
    ):
        appendix = texts[name][texts[name].index('id="appendix-formulas"') :]
        assert all(words in appendix for words in present)
        assert not any(words in appendix for words in ("Mantel–Haenszel odds ratio", *absent))


def test_subgroups_make_up_the_whole(finished: Callable[[str], Review]) -> None:
    rows = [r for r in table(finished("bcg"), "estimates.csv") if r["analysis"] == "primary"]
    whole, *parts = rows
    assert whole["subgroup"] == "all"
    assert len(parts) == 3
    for column in ("k", "events_intervention", "total_control"):
        assert sum(int(row[column]) for row in parts) == int(whole[column])


def test_every_figure_has_its_place_and_words(finished: Callable[[str], Review]) -> None:
    folder = finished("bcg").folder / "results"
    text = finished("bcg").report()
    drawn = sorted(folder.glob("figures/**/*.svg"))
    assert len(drawn) == 15
    assert text.count("<figure ") == len(drawn)
    assert text.count("<svg ") == len(drawn)
    assert text.count("font/woff;base64") == 6  # three of each document, none of figures
    for path in drawn:
        title = re.search(r"<title [^>]*>([^<]+)</title>", path.read_text(encoding="utf-8"))
        assert title
        assert title[1] in text
