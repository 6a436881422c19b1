"""A review that a prior leads: what is credible is called so everywhere, and one number leads.

The whole report is read, in both languages: tables, text, and what is drawn in figures.
"""

import csv
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from metasynth.core import store
from metasynth.language import formats
from metasynth.model.records import Estimate, OutcomeResult
from tests.reviews import Review

NUMBER = re.compile(r'<a class="n" href="[^"]*" data-n="(\d+)">(.*?)</a>', re.DOTALL)
BLOCK = re.compile(
    r"<(p|li|figcaption|caption|summary|td|th|text|desc)\b[^>]*>(.*?)</\1>", re.DOTALL
)
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
ROW, CELL = (
    re.compile(r"<tr\b.*?</tr>", re.DOTALL),
    re.compile(r"<t[dh]\b([^>]*)>(.*?)</t[dh]>", re.DOTALL),
)
SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
CREDIBLE = re.compile(r"CrI|credible|wiarygodności")
NEAR = 90
"""Letters around a limit within which a sentence says what kind of interval it is."""


@dataclass(frozen=True)
class Place:
    """A limit of an interval as it is printed: its key, the words about it, and the heading."""

    page: str
    key: str
    around: str
    heading: str = ""


@pytest.fixture(scope="module")
def review(finished: Callable[[str], Review]) -> Review:
    return finished("anakinra")


@cache
def results(folder: Path) -> dict[str, OutcomeResult]:
    paths = sorted((folder / "results/outcomes").glob("*/result.json"))
    return {path.parent.name: store.read_records(OutcomeResult, [path])[0] for path in paths}


def bayesian(review: Review) -> set[str]:
    """The keys of pooled estimates with a posterior."""
    return {
        f"{name}.{analysis.spec.name}"
        for name, result in results(review.folder).items()
        for analysis in result.analyses
        if analysis.estimates[0].ci_method == "credible"
    }


def plain(text: str, keys: list[str], wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Each wanted number's key, and the words about it."""
    marked = NUMBER.sub(lambda m: f"\x01{keys[int(m[1])]}\x02{m[2]}\x03", text)
    bare = html.unescape(TAG.sub("", marked)).replace("\xa0", " ")
    for found in re.finditer("\x01([^\x02]*)\x02", bare):
        if wanted(found[1]):
            about = bare[max(0, found.start() - 2 * NEAR) : found.end() + NEAR]
            yield found[1], re.sub("\x01[^\x02]*\x02|\x03", "", about)


def places(review: Review, wanted: Callable[[str], bool]) -> Iterator[Place]:
    """Every printed number that is wanted, of all pages."""
    for path in sorted((review.folder / "results/report").glob("*.html")):
        page = path.read_text("utf-8")
        data = re.search(r'id="provenance">(.*?)</script>', page)
        assert data
        keys = json.loads(data[1])["keys"]
        for table in TABLE.findall(page):
            yield from in_table(path.name, table, keys, wanted)
        rest = TABLE.sub("", page)
        for drawing in SVG.findall(rest):
            heads = " ".join(re.findall(r"\[95% [^\]<]*\]", html.unescape(drawing)))
            for _, text in BLOCK.findall(drawing):
                for key, around in plain(text, keys, wanted):
                    yield Place(path.name, key, around, heads)
        for _, text in BLOCK.findall(SVG.sub("", rest)):
            for key, around in plain(text, keys, wanted):
                yield Place(path.name, key, around)


def in_table(
    page: str, table: str, keys: list[str], wanted: Callable[[str], bool]
) -> Iterator[Place]:
    """What the cells of a table print, with the headings of their columns."""
    heads: list[str] = []
    for row in ROW.findall(table):
        cells = CELL.findall(row)
        if all('scope="col"' in attributes for attributes, _ in cells):
            heads = [html.unescape(TAG.sub("", text)) for _, text in cells]
            continue
        for place, (_, text) in enumerate(cells):
            for key, around in plain(text, keys, wanted):
                yield Place(page, key, around, heads[place] if place < len(heads) else "")


def limits_of(estimates: set[str]) -> Callable[[str], bool]:
    return lambda key: (
        key.rpartition(".")[2] in ("ci_low", "ci_high") and (key.rpartition(".")[0] in estimates)
    )


def test_every_limit_of_a_posterior_is_called_credible(review: Review) -> None:
    led = bayesian(review)
    assert len(led) > 5
    found = list(places(review, limits_of(led)))
    assert {place.page for place in found} == {
        *("review.html", "supplement.html", "review.pl.html", "supplement.pl.html")
    }
    silent = {
        f"{p.page}: {p.around!r} under {p.heading!r}"
        for p in found
        if not CREDIBLE.search(p.around) and "CrI" not in p.heading
    }
    assert silent == set()


def test_no_heading_says_confidence_above_a_credible_limit(review: Review) -> None:
    wrong = {
        f"{p.page}: {p.around!r} under {p.heading!r}"
        for p in places(review, limits_of(bayesian(review)))
        if "95% CI]" in p.heading and "CrI" not in p.around + p.heading
    }
    assert wrong == set()


def test_no_limit_without_a_prior_is_called_credible(review: Review) -> None:
    """What stands directly behind a limit's bracket is its kind."""
    every = {
        f"{name}.{analysis.spec.name}"
        for name, result in results(review.folder).items()
        for analysis in result.analyses
    }
    others = limits_of(every - bayesian(review))
    wrong = []
    for path in sorted((review.folder / "results/report").glob("*.html")):
        page = path.read_text("utf-8")
        data = re.search(r'id="provenance">(.*?)</script>', page)
        assert data
        keys = json.loads(data[1])["keys"]
        for match in NUMBER.finditer(page):
            if others(keys[int(match[1])]):
                after = html.unescape(TAG.sub("", page[match.end() : match.end() + 40]))
                if re.match(r"[\])]\s*CrI", after):
                    wrong.append(f"{path.name}: {keys[int(match[1])]} {after}")
    assert wrong == []


def test_absolute_effects_of_a_posterior_are_called_credible(review: Review) -> None:
    """Their differences and numbers needed too, in the summary of findings and in full."""
    led = {key.partition(".")[0] for key in bayesian(review) if leads(review, key)}
    rows = read(review, "findings")
    own = {
        f"{row['outcome']}.findings.{i}.difference_high"
        for outcome in led
        for i, row in enumerate((r for r in rows if r["outcome"] == outcome), 1)
        if row["ci_method"] == "credible"
    }
    own |= {f"{outcome}.absolute.1.difference_high" for outcome in led}
    found = list(places(review, lambda key: key in own))
    assert {p.key.partition(".")[2].partition(".")[0] for p in found} == {"findings", "absolute"}
    assert [p for p in found if "CrI" not in p.around] == []


def test_the_prior_of_every_posterior_is_named_and_the_line_without_one_stands_under_it(
    review: Review,
) -> None:
    """In the summary of findings, in the text of each outcome, and in each figure."""
    page = review.report()
    prior = "The prior of tau is half-normal with scale 0.5"
    (table,) = [t for t in TABLE.findall(page) if 'id="table-findings"' in t] or [
        re.findall(
            r'id="table-findings".*?</figure>|id="table-findings".*?</table>.*?</div>',
            page,
            re.DOTALL,
        )[0]
    ]
    assert prior in html.unescape(TAG.sub("", page[page.index(table[:60]) :][:60000]))
    rows = read(review, "findings")
    led = {row["outcome"] for row in rows if row["ci_method"] == "credible"}
    for outcome in led:
        methods = [row["ci_method"] for row in rows if row["outcome"] == outcome]
        assert methods[0] == "credible"
        assert set(methods[1:]) == {"HKSJ"}
    shared = ("all_posteriors", "all_shrinkage")  # of all outcomes together
    for figure in (*led, *shared):
        drawn = re.search(f'<figure id="fig-{figure}">(.*?)</figure>', page, re.DOTALL)
        assert drawn, figure
        said = html.unescape(TAG.sub(" ", drawn[1]))  # a figure's lines end anywhere
        assert prior in " ".join(said.split()), figure


def leads(review: Review, key: str) -> bool:
    outcome, _, analysis = key.partition(".")
    return results(review.folder)[outcome].analyses[0].spec.name == analysis


def read(review: Review, table: str) -> list[dict[str, Any]]:
    with (review.folder / f"results/tables/{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def primary(result: OutcomeResult) -> Estimate:
    return result.analyses[0].estimates[0]


@pytest.fixture(scope="module", params=["anakinra", "bcg"])
def any_review(request: pytest.FixtureRequest, finished: Callable[[str], Review]) -> Review:
    return finished(request.param)


def test_one_primary_analysis_leads_everywhere(any_review: Review) -> None:
    """Summary, absolute effects, certainty, figures, audit, changes and R follow the same one."""
    one_primary_everywhere(any_review)


def audited(report: str) -> set[str]:
    """The keys of the numbers in the table of audited statements."""
    found: set[str] = set()
    for page in report.split("<!DOCTYPE html>"):
        data = re.search(r'id="provenance">(.*?)</script>', page)
        for table in TABLE.findall(page) if data else ():
            if data and 'id="table-audit_statements-caption"' in table:
                keys = json.loads(data[1])["keys"]
                found |= {keys[int(number)] for number, _ in NUMBER.findall(table)}
    return found


def told_first(report: str, outcome: str) -> str:
    """The analysis of which the abstract tells an estimate of the outcome first; blank of none."""
    data = re.search(r'id="provenance">(.*?)</script>', report)
    assert data
    keys = json.loads(data[1])["keys"]
    abstract = report[report.index('id="abstract"') :].partition("<h2")[0]
    told = [keys[int(number)].split(".") for number, _ in NUMBER.findall(abstract)]
    own = [key[1] for key in told if key[0] == outcome and key[2:] == ["estimate"]]
    return own[0] if own else ""


def one_primary_everywhere(review: Review) -> None:
    """Ask each place of each outcome which analysis it follows, and for its number."""
    findings = read(review, "findings")
    conclusions = {row["outcome"]: row for row in read(review, "conclusions")}
    report = review.report()
    provenance = json.loads((review.folder / "results/report/provenance.json").read_text("utf-8"))
    for name, result in results(review.folder).items():
        row, spec = primary(result), result.analyses[0].spec
        if result.outcome.sensitivity_of or row.estimate is None:
            continue
        folder = review.folder / "results/outcomes" / name
        sensitivity = json.loads((folder / "sensitivity.json").read_text("utf-8"))
        assert sensitivity["analysis"] == spec.name
        own = [line for line in findings if line["outcome"] == name]
        if own:
            assert own[0]["analysis"] == spec.name
            assert float(own[0]["estimate"]) == pytest.approx(row.estimate, rel=1e-7)
        if row.ci_method == "credible":  # else a rule may have another judged: test_certainty.py
            assert conclusions[name]["analysis"] == spec.name
            judged = [line["analysis"] for line in own if line["judged"] == "yes"]
            assert judged == [spec.name][: len(own)]
            if result.outcome.as_published:
                assert f"{name}.{spec.name}.estimate" in audited(report)
        assert told_first(report, name) in ("", spec.name)
        script = (folder / "metafor.R").read_text("utf-8")
        assert ("bayesmeta(" in script) == (spec.tau_prior is not None)
        here, *_ = re.findall(r"^here <- c\((\S+),", script, re.MULTILINE)
        assert float(here) == pytest.approx(row.estimate, rel=1e-7)
        printed = formats.estimate(row.measure, row.estimate)
        key = f"{name}.{spec.name}.estimate"
        assert provenance[key]["value"] == pytest.approx(row.estimate, rel=1e-7)
        drawn = re.search(f'<figure id="fig-{name}">(.*?)</figure>', report, re.DOTALL)
        if drawn and row.k > 1:
            title = re.search(r"<title[^>]*>(.*?)</title>", drawn[1], re.DOTALL)
            assert title
            assert printed in html.unescape(TAG.sub("", title[1])), name
        for effect in sensitivity["absolute"]:
            natural = effect["effect"]["risk"], effect["effect"]["baseline_risk"]
            if row.measure == "RR" and natural[1] * row.estimate <= 1:
                assert natural[0] == pytest.approx(natural[1] * row.estimate, rel=1e-6)
        multiverse = json.loads((folder / "multiverse.json").read_text("utf-8"))
        place = multiverse.get("primary")
        if place is not None:
            found = multiverse["specifications"]["estimate"][place]
            assert found == pytest.approx(row.estimate, rel=1e-6), name
