"""One message on one fact: what is concluded of an outcome is said alike wherever it is said.

Each review's record of conclusions (results/tables/conclusions.json) is set beside its pages: every
sentence of a conclusion, in abstract, plain-language summary, summary of findings, audit and
discussion, is one of the record's, and what is read from an interval agrees with it.
"""

import csv
import html
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from metasynth.core import store
from metasynth.grade.conclusions import EXCLUDES, INCLUDES, Conclusion
from metasynth.language.languages import Language, speak
from metasynth.language.studied import of_studies
from metasynth.report.text.conclusion_words import words
from tests.made_up import MadeUp, counts

from .conftest import Review

pytestmark = pytest.mark.slow

TOO_NARROW = replace(
    MadeUp(
        outcomes={
            "response": {
                **{"label": "Response", "outcome": "response", "type": "binary", "measure": "RR"},
                **{"direction": "benefit", "analyses": ["primary", "common"]},
            }
        },
        rows={f"trial_{i}1": counts("response", 30 + n, 100, 20, 100) for n, i in enumerate("abd")},
    )
)
"""Trials that agree better than chance: the interval shown is narrower than the one judged."""
NAMES = ["anakinra", "bcg", "comparisons", "cohorts", "too narrow"]
TEMPLATES = {
    "en": r"(?<![^.;:|] )[A-ZŻŚ][^.|:]*? (?:(?:may|likely) results? in|results in) [^.|]*?"
    r"(?: in )[^.|]*?\.|The evidence is very uncertain about[^|]*?\.|The estimate is [^|]*?\.",
    "pl": r"(?<![^.;:|] )[A-ZŁŚŻ][^.|:]* "
    r"(?:może powodować|prawdopodobnie powoduje|powoduje) (?:[^.|]|(?<=\d)\.)*\.|"
    r"Dane o wpływie (?:[^.|]|(?<=\d)\.)* są bardzo niepewne\.|"
    r"Oszacowanie dla [^|]*?\.",
}
PLACES = {
    "abstract": ("acr20_w24", "injection_site_reaction", "serious_infection"),
    "plain-language-summary": (
        *("acr20_w24", "injection_site_reaction", "serious_adverse_event", "serious_infection"),
    ),
    "main-outcomes": (
        *("acr20_w24", "acr50_w24", "acr70_w24", "any_adverse_event", "serious_adverse_event"),
        *("serious_infection", "injection_site_reaction"),
    ),
    "audit-of-the-published-review": ("serious_infection",),
    "what-was-found": (
        *("acr20_w24", "injection_site_reaction", "serious_adverse_event", "serious_infection"),
    ),
}
"""Of this review: what each place says of which outcomes."""
Ran = Callable[[str], Review]


@pytest.fixture(scope="module")
def review(finished: Ran, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A review that has run, made up or of this repository."""

    @cache
    def run(name: str) -> Review:
        if name != "too narrow":
            return finished(name)
        folder = tmp_path_factory.mktemp("message") / "review"
        TOO_NARROW.write(folder)
        Review(folder).run("results/report/review.html", "results/tables/findings.csv")
        return Review(folder)

    return run


def _concluded(ran: Review) -> dict[str, Conclusion]:
    file = ran.folder / "results/tables/conclusions.json"
    return {found.outcome: found for found in store.read_records(Conclusion, [str(file)])}


def _language(ran: Review, code: str) -> Language:
    language = speak(code, ran.folder / "data/text")
    return of_studies(language, compared=True, trials=True)


def _sentences(ran: Review, code: str) -> dict[str, str]:
    """The sentence that each outcome's record gives, by the outcome."""
    from metasynth.validation import configuration

    config, language = configuration.load(ran.folder / "config.yaml"), _language(ran, code)
    specs = {outcome.id: outcome for outcome in config.outcomes}
    side = language.label(config.comparisons[""].intervention_label or "Intervention")
    return {
        id_: words(found, specs[id_], language.label(specs[id_].label), side, language).conclusion
        for id_, found in _concluded(ran).items()
    }


@cache
def _text(page: str) -> str:
    """The words of a page; a bar ends a paragraph, cell or caption."""
    plain = re.sub(r"<(script|style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    plain = re.sub(r"</(p|t[dhr]|h\d|li|figcaption|caption|summary|strong)>", " | ", plain)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", plain)).split())


def _said(text: str, code: str) -> list[str]:
    return [found.strip() for found in re.findall(TEMPLATES[code], text)]


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_that_concludes_is_one_of_the_record(review: Ran, name: str) -> None:
    ran = review(name)
    for code, mark in (("en", ""), ("pl", ".pl")) if name == "anakinra" else (("en", ""),):
        allowed = set(_sentences(ran, code).values())
        said = [s for s in _said(_text(ran.report(mark)), code) if "{" not in s]
        foreign = [s for s in said if not any(s in a or a in s for a in allowed)]
        assert foreign == []
        assert allowed & set(said) or name == "cohorts", code


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_of_findings_says_it_of_every_outcome_that_it_shows(
    review: Ran, name: str
) -> None:
    ran = review(name)
    text = _text(ran.report())
    with (ran.folder / "results/tables/findings.csv").open(encoding="utf-8", newline="") as file:
        shown = {row["outcome"] for row in csv.DictReader(file)}
    sentences = _sentences(ran, "en")
    assert [id_ for id_ in shown if sentences[id_] and sentences[id_] not in text] == []


@pytest.mark.parametrize(("code", "mark"), [("en", ""), ("pl", ".pl")])
@pytest.mark.parametrize("place", PLACES)
def test_each_place_of_this_review_says_it(review: Ran, place: str, code: str, mark: str) -> None:
    ran = review("anakinra")
    page = ran.report(mark)
    start = re.search(rf'<h(\d)[^>]*\bid="{place}"', page)
    assert start
    end = re.search(rf"<h[1-{start[1]}]\b", page[start.end() :])
    section = _text(page[start.start() : start.end() + (end.start() if end else len(page))])
    sentences = _sentences(ran, code)
    assert [id_ for id_ in PLACES[place] if sentences[id_] not in section] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_concluded_follows_from_the_interval_that_is_judged(review: Ran, name: str) -> None:
    """Read from estimates.csv anew: the ad hoc limits where there are any, else its own."""
    ran = review(name)
    with (ran.folder / "results/tables/estimates.csv").open(encoding="utf-8", newline="") as file:
        rows = {
            (row["outcome"], row["analysis"]): row
            for row in csv.DictReader(file)
            if row["subgroup"] in ("", "all")
        }
    for id_, found in _concluded(ran).items():
        if found.interval not in (EXCLUDES, INCLUDES):
            continue
        row = rows[id_, found.analysis]
        low, high = (float(row[f"adhoc_{end}"] or row[f"ci_{end}"]) for end in ("low", "high"))
        null = 1.0 if row["measure"] in ("RR", "OR", "HR", "IRR", "ROM") else 0.0
        assert (found.interval == INCLUDES) == (low <= null <= high), id_
        first = next(row for (outcome, _), row in rows.items() if outcome == id_)
        assert found.other_interval == bool(row is not first or row["adhoc_low"]), id_


def test_an_interval_narrower_than_the_one_judged_is_not_left_to_speak_alone(review: Ran) -> None:
    """The table, the outcome's paragraph and the figure's words all say that it is not the one."""
    text = _text(review("too narrow").report())
    assert "the interval that certainty is judged by includes 1" in text
    assert "narrower than Wald’s it includes 1" in text
    assert "in favour of drug, but not by an interval never narrower than Wald’s" in text
    assert not re.search(
        "excludes 1, in favour of drug(?!, but kept)", text.split("By common effect")[0]
    )


@pytest.mark.parametrize(("code", "mark"), [("en", ""), ("pl", ".pl")])
def test_a_page_begins_with_what_each_main_outcome_means(review: Ran, code: str, mark: str) -> None:
    ran = review("anakinra")
    header = ran.report(mark).partition("</header>")[0].partition('id="key-results"')[2]
    said = _sentences(ran, code)
    assert all(said[outcome] in _text(header) for outcome in PLACES["main-outcomes"])


def test_a_finding_of_the_audit_is_printed_once_in_the_article(review: Ran) -> None:
    """What two statements rest on alike stands in one row, which leads to each of them in full."""
    folder = review("anakinra").folder / "results/report"
    page, supplement = ((folder / f"{x}.html").read_text("utf-8") for x in ("review", "supplement"))
    table = page[page.index('<table id="table-audit_findings"') :].split("</table>")[0]
    found = re.findall(r'<td class="left">((?:(?!</td>).)*)</td>\n</tr>', table, re.DOTALL)
    said = [_text(cell) for cell in found]
    assert len(said) > 5
    assert len(said) == len(set(said))
    goals = re.findall(r'href="supplement\.html#(claim-\w+)"', table)
    assert len(goals) >= len(said)
    assert all(f'id="{goal}"' in supplement for goal in goals)
