"""From every printed number to raw cells or declared choices, and that the arithmetic holds."""

import csv
import html
import json
import math
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from scipy.special import chdtrc, ndtri, stdtrit

from metasynth.figures.posteriors import prior_name
from metasynth.language.languages import ENGLISH
from metasynth.language.sentences import in_words
from metasynth.language.tracked import bare
from metasynth.model import method_catalogue
from metasynth.model.certainty_config import DEFAULT_RULES, rule_numbers
from metasynth.report.tables.claims import abridged
from metasynth.review.load import load_review
from metasynth.stats.bayes_fit import priors_in_words
from tests.reviews import REPOSITORY, Review

CHOSEN = ("review.outcomes", "review.shown")
"""Printed numbers that count choices; others without a raw cell are choices, or count nothing."""
COUNTED = (".moderators.declared", ".moderators.tests")
"""How such keys end that count what an outcome declares."""
OF_A_PRIOR = ".posterior_tau.before."
"""What a prior says before any data follows from its declaration alone."""
Entries = dict[str, dict[str, Any]]
REVIEWS = ["anakinra", "bcg"]


class Numbers(HTMLParser):
    """The numbers of a page as (key, text), and its text without them.

    The rest is text, tables and figures in words: what is drawn in figures is looked at below,
    references and software have their own numbers, and "Row" columns say where something stands.
    """

    HIDDEN = frozenset({"script", "style", "svg", "nav", "sup"})
    PLACES = frozenset({"Row", "Rows", "Raw rows", "Item", "Software", "Version"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.rest: list[str] = []
        self._key = ""
        self._text = ""
        self._hidden: list[str] = []
        self._titles: list[str] = []
        self._heads = False
        self._cell = 0
        data = re.search(r'id="provenance">(.*?)</script>', page)
        self.keys: list[str] = json.loads(data[1])["keys"] if data else []
        self.feed(page)

    def _hides(self, tag: str, given: dict[str, str | None]) -> bool:
        if tag in ("td", "th") and given.get("scope") not in ("col", "rowgroup"):
            self._cell += 1
            return bool(self.PLACES.intersection(self._titles[self._cell - 1 : self._cell]))
        own = given.get("class") == "label" or (given.get("id") or "").startswith("ref-")
        return tag in self.HIDDEN or own

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "thead":
            self._titles = []
        if tag == "tr":
            self._cell = 0
        if self._hides(tag, given):
            self._hidden.append(tag)
        self._heads = tag == "th" and given.get("scope") == "col"
        if self._heads:
            self._titles.append("")
        if tag == "a" and given.get("class") == "n":
            self._key, self._text = self.keys[int(given["data-n"] or "")], ""
        elif tag in ("p", "li", "td", "th", "caption", "figcaption", "summary", "h2", "h3", "h4"):
            self.rest.append("")

    def handle_endtag(self, tag: str) -> None:
        self._heads = False
        if self._hidden and tag == self._hidden[-1]:
            self._hidden.pop()
        if tag == "a" and self._key:
            self.found.append((self._key, self._text))
            self._key = ""

    def handle_data(self, data: str) -> None:
        if self._key:
            self._text += data
        elif self.rest and not self._hidden:
            self.rest[-1] += data
            if self._heads:
                self._titles[-1] += data


@pytest.fixture(scope="module", params=REVIEWS)
def review(request: pytest.FixtureRequest, finished: Callable[[str], Review]) -> Review:
    return finished(request.param)


@pytest.fixture(scope="module")
def entries(review: Review) -> Entries:
    text = (review.folder / "results/report/provenance.json").read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def pages(review: Review) -> Iterator[tuple[str, Numbers]]:
    for path in sorted((review.folder / "results/report").glob("*.html")):
        yield path.name, Numbers(path.read_text("utf-8"))


def ends(entries: Entries, key: str) -> set[str]:
    """The raw cells and choices that a number rests on, walked without the project's own code."""
    found, seen, waiting = set(), set(), [key]
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        entry = entries[key]
        if entry["kind"] == "computed":
            assert entry.get("inputs"), f"{key} rests on nothing"
        else:
            found.add(key)
        waiting += entry.get("inputs", [])
    return found


def test_every_printed_number_leads_to_raw_cells_or_declared_choices(
    review: Review, entries: Entries
) -> None:
    for name, page in pages(review):
        assert len(page.found) > 100, name
        for key, text in page.found:
            assert key in entries, f"{name}: {text}"
            last = ends(entries, key)
            assert last
            raw = any(entries[end]["kind"] == "raw" for end in last)
            chosen = all(end.startswith("config/") for end in last)
            only = key in last or key in CHOSEN or OF_A_PRIOR in key or not entries[key]["value"]
            only = only or key.endswith(COUNTED)
            assert raw or (chosen and only)


def test_every_raw_cell_is_in_the_tables_with_that_value_and_has_a_source(
    review: Review, entries: Entries
) -> None:
    tables: dict[str, list[list[str]]] = {}
    raw = {key: entry for key, entry in entries.items() if entry["kind"] == "raw"}
    assert raw
    for key, entry in raw.items():
        place = entry["place"]
        path = review.folder / "data/raw" / place["file"]
        if place["file"] not in tables:
            with path.open(encoding="utf-8-sig", newline="") as file:
                tables[place["file"]] = list(csv.reader(file))
        rows = tables[place["file"]]
        cell = rows[place["row"] - 1][rows[0].index(place["column"])]
        value = entry["value"]
        same = cell == value if isinstance(value, str) else math.isclose(float(cell), value)
        assert same, key
        numeric = place["column"] not in ("status", "year", "week", "judgement")
        assert entry.get("source") or not numeric, f"{key} has no source"


def test_every_choice_is_declared_in_the_config(review: Review, entries: Entries) -> None:
    config = yaml.safe_load((review.folder / "config.yaml").read_text("utf-8"))
    choices = [entry for entry in entries.values() if entry["kind"] == "choice"]
    assert choices
    for entry in choices:
        part: Any = config
        path = entry["place"]["column"].split(".")
        if path[0] == "certainty" and not _declares(config, path):
            assert entry["value"] == dict(rule_numbers(DEFAULT_RULES))["/".join(path[1:])]
            continue
        for name in path:
            part = part[int(name) - 1] if isinstance(part, list) else part[name]
        assert part is not None


def _declares(config: Any, path: list[str]) -> bool:
    """Whether the config itself says what stands at a path, or leaves it to the defaults."""
    for name in path:
        if isinstance(config, dict) and name not in config:
            return False
        config = config[int(name) - 1] if isinstance(config, list) else config[name]
    return True


def decimals(text: str) -> tuple[float, float, str]:
    """What a printed number can stand for: the number, half a unit of its last place, a sign."""
    plain = text.replace("−", "-").replace(",", ".").replace("%", "").replace("\u00a0", "")
    sign = plain[0] if plain[0] in "<>" else ""
    plain = plain.lstrip("<> ")
    places = len(plain.partition(".")[2])
    return float(plain), 0.5 * 10.0**-places, sign


def test_each_printed_number_is_its_entry_rounded(review: Review, entries: Entries) -> None:
    """The key of a printed number is the right one: what is printed is the entry's own value."""
    checked = 0
    for name, page in pages(review):
        for key, text in page.found:
            value = entries[key]["value"]
            if not re.fullmatch(r"[<>]?[\s\u00a0]?[−-]?[0-9.,]+%?", text):
                continue
            if isinstance(value, str):
                shown = text.removesuffix("%").replace(",", ".").replace("−", "-")
                shown = shown.replace("\u00a0", "")
                assert shown == value, f"{name}: {key}"
                continue
            printed, half, sign = decimals(text)
            if ".absolute." in key and key.endswith("risk"):
                value = 1000 * value
            natural = key.rpartition(".")[2] in ("estimate", "ci_low", "ci_high")
            if key.startswith("claims.") and natural and "%" in text:
                value = 100 * value  # a risk, printed in per cent as the publication does
            if key.startswith("config/certainty/imprecision") and "%" in text:
                value = 100 * value  # a share, printed in per cent
            allowed = half * (1 + 1e-6)
            fits = {"<": value < printed, ">": value > printed}.get(
                sign, abs(value - printed) <= allowed
            )
            assert fits, f"{name}: {key} is {value}, printed {text}"
            checked += 1
    assert checked > 100


def test_limits_and_tests_follow_from_their_inputs(entries: Entries) -> None:
    """The arithmetic that the entries claim, done again from the inputs that they name."""
    ratios = {"RR", "OR", "HR", "IRR", "ROM"}
    plain = {"MD", "RD", "SMD", *ratios}
    done = 0
    for key, entry in entries.items():
        prefix, _, name = key.rpartition(".")
        own = {
            f: entries[f"{prefix}.{f}"]["value"]
            for f in ("log_estimate", "se", "df", "q")
            if f"{prefix}.{f}" in entries
        }
        if name == "q_p":
            expected = float(chdtrc(entries[f"{prefix}.q_df"]["value"], own["q"]))
        elif name in ("ci_low", "ci_high") and entry.get("measure") in plain:
            if any(end.split(".")[-1] in ("events", "total") for end in entry["inputs"]):
                continue  # a score limit, from the counts
            if not {"log_estimate", "se"} <= own.keys():
                continue
            reach = stdtrit(own["df"], 0.975) if "df" in own else ndtri(0.975)
            x = own["log_estimate"] + (reach if name == "ci_high" else -reach) * own["se"]
            expected = math.exp(x) if entry["measure"] in ratios else x
        elif entry.get("method") == "sum":
            expected = sum(entries[i]["value"] for i in entry["inputs"] if "value" in entries[i])
        else:
            continue
        assert math.isclose(expected, entry["value"], rel_tol=1e-6, abs_tol=1e-12), key
        done += 1
    assert done > 40


ALLOWED = re.compile(
    r"""
      \b(19|20)\d\d(-\d\d-\d\d)?\b            # years and dates
    | \b\d{1,2}\ (January|February|March|April|May|June|July|August|September|October|November
        |December)\b
    | \bACR\ ?(20|50|70)\b | \bIL[- ]1\w*\b | \binterleukin-1\b | \bPRISMA\ 2020\b
    | \b95\s?% | \b97\.5\s?% | \b2\.5\s?% | \bper\ 1000\b | \b1000\ patients\b
    | \b[Ww]eeks?\ \d+\b | \bup\ to\ \d+\ weeks\b
    | \b(ex|in)cludes?\ [01]\b             # the value of no effect
    | \b0\.5\ ((was\ )?added|where|in\ every)\b  # of empty cells
    | \bk\ −\ [12]\b                          # degrees of freedom
    | \bis\ (below|at\ least)\ [\d.]+%         # what words of frequency mean
    | \b\d+\.\d+\.\d+\b | https?://\S+       # versions and addresses
    | \btrials/\w+/\w+\.csv | \(L0\)           # files, the estimator of trim and fill
    | \bk\ −\ [12]\b                         # degrees of freedom
    | \#\d+ | \bL[124]\b                      # lines of the search, items of living reviews
    | \b([Tt]ables?|[Ff]igures?|sections?|chapters?|items?)\ [A-Z]?\d[\d.]*[a-z]?
    """,
    re.VERBOSE,
)


def test_no_number_escapes(review: Review, entries: Entries) -> None:
    """Digits outside numbers are years, names and the like, or words of the tables and sources."""
    verbatim = sorted(_said(review), key=len, reverse=True)
    for name, page in pages(review):
        if "." in name.removesuffix(".html"):
            continue  # another language prints the same numbers: see below
        loose = []
        for text in page.rest:
            left = text
            for known in verbatim:
                if not re.search(r"\d", left):
                    break
                left = left.replace(known, "")
            left = ALLOWED.sub("", left)
            if re.search(r"\d", left):
                loose.append(text.strip())
        assert loose == []


def test_every_language_prints_the_same_numbers(review: Review) -> None:
    for stem in ("review", "supplement"):
        main, *others = [
            sorted({key for key, _ in page.found})
            for name, page in pages(review)
            if name.startswith(stem)
        ]
        assert all(other == main for other in others)


MARKUP = re.compile(
    r"\{[{%#].*?[}%#]\}|\{\w+:[^}]*\}|\[@[^]]*\]|\[|\]\(#[^)]*\)|[*`_]|^[#>-] ",
    re.DOTALL | re.MULTILINE,
)


def _said(review: Review) -> set[str]:
    """The words of tables, config and the review's own texts, which stand as they were written."""
    found: set[str] = set()
    for path in sorted((review.folder / "data/raw").rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = {cell for row in csv.reader(file) for cell in row}
        found |= cells | {f"“{cell}”" for cell in (*cells, *map(abridged, cells))}
        # A remark says a source by its place in a document, where the table has its id.
        places = _places(path.with_name("sources.csv"))
        found |= {_told(cell, places) for cell in cells}
    texts = (review.folder / "data/text", REPOSITORY / "workflow/report")
    for path in sorted(path for folder in texts for path in folder.glob("en/*.md")):
        for segment in MARKUP.split(path.read_text("utf-8")):
            found |= {part.strip() for part in re.split(r"(?<=[.!?]) |\n", segment)}
    for method in method_catalogue.TAU2_METHODS:  # whose formulas a section of the appendix prints
        found |= {part.strip() for part in MARKUP.split(str(method.formula))}
    found |= _priors(review)
    return {text for text in found if re.search(r"[A-Za-z“].*[0-9]|[0-9].*[A-Za-z]", text)}


MARKS = ".,;:()“”"


def _told(cell: str, places: dict[str, str]) -> str:
    return re.sub(r"\w+_\w+", lambda name: places.get(name[0], name[0]), cell)


def _places(sources: Path) -> dict[str, str]:
    """Where each source of a trial is, by its id."""
    if not sources.is_file():
        return {}
    with sources.open(encoding="utf-8-sig", newline="") as file:
        return {row["source_id"]: row["locator"] or "its text" for row in csv.DictReader(file)}


def _priors(review: Review) -> set[str]:
    """The declared priors, each named by its family and parameters, at length and in short."""
    analyses = load_review(review.folder / "config.yaml", review.folder).config.analyses
    found = [(a.tau_prior, a.mu_prior) for a in analyses if a.tau_prior]
    found += [(one.tau_prior, one.mu_prior) for a in analyses for one in a.other_priors]
    long = {in_words(priors_in_words(*priors)) for priors in found}
    return long | {bare(prior_name(*priors, ENGLISH)) for priors in found}


DIGIT = re.compile(r"\d")
NUMBER = re.compile(r'<a class="n" href="[^"]*" data-n="\d+">[^<]*</a>')
OTHER = re.compile(r'<tspan data-is="(?:name|scale)">[^<]*</tspan>')
TEXT = re.compile(r"<text([^>]*)>(.*?)</text>", re.DOTALL)


SCALE = re.compile(r"[−-]?[\d.\u202f]+|3/√\(k\s−\s1\)|3/k|Single test at 0\.05")
TERM = re.compile(
    r"\[?95% (CI\]|CrI\]|interval\]|prediction( interval)?|interval of the average effect)"
    r"|Precision \(1 /|95% credible interval \(CrI\)|Estimate \[95% interval\]"
    r"|By itself \[95% CI\]|Shrunken \[95% CrI\]"
    r"|0\.5 (where one is empty|in every trial)"
)
"""What figures call an interval, an axis and an option."""


def _values(part: Any) -> Iterator[Any]:
    """Everything that stands in a nested document."""
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _values(inner)
    else:
        yield part


def drawings(review: Review) -> Iterator[tuple[str, str]]:
    """The SVG of each figure of each page, by page and figure."""
    for path in sorted((review.folder / "results/report").glob("*.html")):
        page = path.read_text("utf-8")
        for name, figure in re.findall(r'<figure id="(fig-[^"]+)">(.*?)</figure>', page, re.DOTALL):
            (drawing,) = re.findall(r"<svg .*?</svg>", figure, re.DOTALL)
            yield f"{path.name}, {name}", drawing


def test_every_digit_drawn_is_a_number_with_a_key_or_a_scale_or_a_name(review: Review) -> None:
    """What a figure marks as a number leads to its entry; nothing else may hold a digit unmarked.

    That the keys are in provenance.json and lead to raw cells is tested above for all numbers.
    """
    loose, kinds = [], set()
    for place, drawing in drawings(review):
        for attributes, content in TEXT.findall(drawing):
            whole = re.search(r' data-is="(\w+)"', attributes)
            kinds |= {whole[1]} if whole else set()
            left = "" if whole else OTHER.sub("", NUMBER.sub("", content))
            if DIGIT.search(html.unescape(left)):
                loose.append(f"{place}: {content}")
    assert loose == []
    assert {"name", "scale"} <= kinds


def test_what_figures_call_a_scale_or_a_name_is_one(review: Review) -> None:
    """A scale is a tick or a level that figures always show, a name stands in tables or config."""
    known = "\n".join(sorted(_said(review), key=len))
    known += "\n".join(
        str(value) for value in _values(yaml.safe_load((review.folder / "config.yaml").read_text()))
    )
    strange, priors = [], _priors(review)
    words = {word.strip(MARKS) for text in (known, *priors) for word in text.split()}
    for place, drawing in drawings(review):
        if ".pl." in place:
            continue  # another language has its own names
        for kind, content in re.findall(r' data-is="(\w+)">([^<]*)<', drawing):
            said = html.unescape(content).strip("… ")
            for prior in priors:
                said = said.replace(prior, "").strip()
            if kind == "scale":
                right = bool(SCALE.fullmatch(said))
            else:  # of a name over several lines, each line has a part of its words
                own = {word.strip(MARKS) for word in said.split() if DIGIT.search(word)}
                right = said in known or bool(TERM.match(said)) or own <= words
            if not right:
                strange.append(f"{place}: {kind} {said}")
    assert strange == []


def test_the_numbers_of_forest_plots_open_where_they_are_drawn(
    review: Review, entries: Entries
) -> None:
    """Each trial's counts, and the pooled effect, are links to the entries of that very trial."""
    pages = [
        (review.folder / f"results/report/{stem}.html").read_text("utf-8")
        for stem in ("review", "supplement")
    ]
    forests = [
        (outcome, figure, Numbers(page).keys)
        for page in pages
        for outcome, figure in re.findall(r'<figure id="fig-(\w+)">(.*?)</figure>', page, re.DOTALL)
        if "-forest-" in figure
    ]
    assert forests
    for outcome, figure, keys in forests:
        assert f'#table-inputs_{outcome}"' in figure
        drawn = {
            keys[int(number)]: text
            for number, text in re.findall(r'<a class="n"[^>]* data-n="(\d+)">([^<]*)</a>', figure)
        }
        result = json.loads(
            (review.folder / f"results/outcomes/{outcome}/result.json").read_text("utf-8")
        )
        for study in result["studies"]:
            for side in ("intervention", "control"):
                key = f"{outcome}.studies.{study['study']}.{side}.events"
                assert drawn[key] == str(study[side]["events"]), key
        first = result["analyses"][0]
        if first["estimates"][0]["estimate"] is not None:
            key = f"{outcome}.{first['spec']['name']}.estimate"
            assert drawn[key] in entries[key]["printed"]
