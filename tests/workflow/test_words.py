"""What a report says of other people's reviews is true: every kind of outcome and of evidence.

The reviews are made up (tests/made_up.py). Their pages are read as a reader does, outcome by
outcome.
"""

import html
import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pytest

from tests.made_up import COMPARISONS, LED_BY_PRIORS, ONE_GROUP, MadeUp, label
from tests.made_up import REVIEWS as MADE_UP

from .conftest import Review

pytestmark = pytest.mark.slow

REVIEWS = {name: review for name, review in MADE_UP.items() if name != "several"}
Pages = Callable[[str], str]

EMPTY = (
    "with 0 participants",
    "with 0 patients",
    "with 0 randomised",
    "report it: .",
    "pooled: .",
    "(95% CI –",
    "()",
    "for .",
    "with .",
    "None",
    "{anchor",
)
"""Counts that are none, intervals that are not there, lists with nothing in them, marks as text."""
FALSE = ("No source at hand states", "little to no difference")
OF_TWO_GROUPS = (
    *("relative effect", "against placebo", "compared with placebo", "with placebo", "in favour"),
    *("no effect", "favours", "as the trials are randomised", "risk ratio", "risk with"),
    *("less with", "more with", "plo", "control group", "intervention group", "control side"),
)
"""Words that have no meaning where nothing is compared; in small letters."""
FORMULAS = "Appendix: formulas"


@pytest.fixture(scope="module")
def page(finished: Callable[[str], Review]) -> Pages:
    """The page of a review as HTML."""
    return cache(lambda name: finished(name).report())


@cache
def _text(page: str) -> str:
    """The page as a reader sees it, a line a paragraph, cell or caption."""
    plain = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    plain = re.sub(r"</(p|t[dhr]|h\d|li|figcaption|caption|text|title|desc|summary)>", "\n", plain)
    text = html.unescape(re.sub(r"<[^>]+>", "", plain))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _sections(page: str, review: MadeUp) -> dict[str, str]:
    """The words of each outcome's section of the supplement and of its figure in the article."""
    start = page.rindex("<main")
    anchors = [id_.replace("_", "-") for id_ in review.outcomes]
    places = [page.index(f' id="{anchor}"', start) for anchor in (*anchors, "reporting-biases")]
    ends = dict(pairwise(sorted(places)))  # outcomes of one trial or none come last
    found = {}
    for id_, first in zip(review.outcomes, places[:-1], strict=True):
        end = ends[first]
        figure = re.search(rf'<figure id="fig-{id_}".*?</figure>', page[:start], re.DOTALL)
        found[id_] = _text((figure[0] if figure else "") + "<p" + page[first:end])
    return found


@pytest.mark.parametrize("name", REVIEWS)
@pytest.mark.parametrize("phrase", [*EMPTY, *FALSE])
def test_no_count_is_empty_and_nothing_untrue_is_said(page: Pages, name: str, phrase: str) -> None:
    assert [line for line in _text(page(name)).splitlines() if phrase in line] == []


@pytest.mark.parametrize("name", ["one group", "series", "shares led by priors"])
def test_a_review_of_one_group_has_no_word_of_comparisons(page: Pages, name: str) -> None:
    said = _text(page(name))
    said = said[: said.rindex(FORMULAS)]
    for phrase in OF_TWO_GROUPS:
        word = re.compile(rf"\b{phrase}\b")
        assert [line for line in said.splitlines() if word.search(line.casefold())] == []
    assert "(the designs are: case series)" in said


@pytest.mark.parametrize("name", ["one group", "series", "cohorts", "shares led by priors"])
def test_studies_that_are_no_trials_are_not_called_so(page: Pages, name: str) -> None:
    """But by their labels, which are "Trial s00" here, in the starter text, and in references."""
    word = re.compile(r"\b[Tt]rials?\b(?! [a-z]\d+\b|/)")
    lines = [line for line in _text(page(name)).splitlines() if word.search(line)]
    ours = {line for line in lines if "included trials cannot tell" not in line}
    assert {line for line in ours if "doi:" not in line} == set()


POLICY = (
    "For relapse, healing and falls: where 2 to 4 trials are pooled, the primary analysis is",
    "by a policy that the review declares; the analysis named first stands beside it.",
    "For fever: where 2 to 3 trials are pooled, the primary analysis is random effects with a",
    "For death: where 2 to 3 trials are pooled, the primary analysis is random effects with a wide",
    "For nausea no policy is declared: the analysis named first leads, however few its trials are.",
    "with scale 0.5. The prior of the mean effect is vague. Repeated under",
    "the mean difference is −0.82 (95% CrI −2.47 to 0.59)",
    "The posterior probability of an effect that is better than −1.00 is 0.3",
    "The posterior probability of an effect that is worse than 0.50 is 0.0",
    "by random effects (REML, HKSJ) it is 0.71 (95% CI 0.12 to 4.32",
)


@pytest.mark.parametrize("said", POLICY)
def test_the_policy_of_few_trials_is_told_and_followed_outcome_by_outcome(
    page: Pages, said: str
) -> None:
    assert said in _text(page("led by priors"))


@pytest.mark.parametrize("name", ["comparisons", "series"])
def test_without_a_policy_the_default_and_its_reason_are_said(page: Pages, name: str) -> None:
    said = _text(page(name))
    assert "No other analysis is declared for outcomes with few" in said
    assert "to change the model once the results are known would be to choose a result" in said


LEADING = {
    "rr_few": "half", "or_many": "primary", "rd_own": "small", "md_own": "degrees",
    "hr_own": "wide", "irr_few": "half", "rr_none": "primary",
}  # fmt: skip


def test_each_outcome_is_led_by_its_own_policy(page: Pages) -> None:
    """In the summary of findings, which every other part follows (tests/report)."""
    said = page("led by priors")
    drawn = re.search('<figure id="fig-all_posteriors".*?</figure>', said, re.DOTALL)
    assert drawn
    posteriors = _text(drawn[0])
    for id_, analysis in LEADING.items():
        figure = re.search(rf'<figure id="fig-{id_}".*?</figure>', said, re.DOTALL)
        assert figure
        outcome = str(LED_BY_PRIORS.outcomes[id_]["label"])
        assert (outcome in posteriors) == (analysis != "primary"), id_
        label_of = LED_BY_PRIORS.more["analyses"][analysis]["label"]  # type: ignore[index]
        assert f"Weights and squares: {label_of}." in _text(figure[0]), id_


@pytest.mark.parametrize(
    "said",
    [
        "published contrast is known the primary analysis gives 0.72 (95% CI 0.36 to 1.41; trials",
        "Left out for Trial c1 by Common effect (Mantel–Haenszel): a published contrast has no",
        "Trial f1 reports this outcome but is not pooled: it gives a published RR, which cannot",
        "published, with limits. Adjusted for age and sex.",
        "published, with p-value\n",
        "O − E and V",
        "another kind of effect, converted. Computed: standardised mean difference from an odds",
        "In units of the Hamilton scale that is −3.39 [−5.28,\u00a0−1.50], one standard deviation",
        "Someone with drug fares better than someone with placebo with a probability of 63%",
        "\nProbability of faring better: Φ(y/√2)",
        "\nUnits of a familiar instrument: the standardised difference and its limits",
        "another kind of effect, converted. Computed: odds ratio from a standardised mean",
        "\nOdds ratio from a standardised mean difference: ln OR = ±(π/√3) d",
    ],
)
def test_published_contrasts_beside_counts_are_told_of(page: Pages, said: str) -> None:
    assert said in _text(page("mixed"))


@pytest.mark.parametrize(
    "said",
    [
        "Not printed but computed from other numbers are those of Trial b1, Trial c1, Trial d1, "
        "Trial e1 and Trial f1: standard deviation from the standard error of the mean;",
        "by fixed rules (formulas): means and standard deviations in the unit of the outcome; "
        "standard deviation from the standard error of the mean;",
        "Primary analyses were therefore made again without the trials concerned",
        "without the trials that rest on an assumption",
        "correlation 0.3 of the values before and after",
        "correlation of the values before and after from the standard deviations before, after",
        "a correlation of the values before and after that is assumed",
        "medians: Wan et al. 2014",
        "numbers of its groups, some computed. Computed: standard deviation from the p-value",
        "median 4.2; quartiles 3.1, 5.9; range 1, 9.5; n = 41",
        "events of both arms 60",
        "means are given without standard deviations; a standard error, limits, quartiles",
        "Standard deviation from t of the difference of means: s = |m₁ − m₂|",
    ],
)
def test_numbers_computed_from_others_are_told_of(page: Pages, said: str) -> None:
    assert said in _text(page("converted"))


@pytest.mark.parametrize(
    "said",
    [
        "Trial b1, Trial c1, Trial d1 and Trial f1: effective numbers of patients by a design",
        "intracluster correlation 0.025",
        "correlation 0.3 of the values of a pair",
        "pairs of the same patients. Computed: paired differences by the correlation that their",
        "30/150; patients in a cluster 12.5; ICC 0.03",
        "Patients who had both treatments are counted under each.",
        "pairs of the same patients. Computed: events of the same patients under both treatments",
        "Mantel–Haenszel): pairs of the same patients are no two groups, which MH needs",
        "Effective numbers of patients by a design effect: numbers of patients and events over",
    ],
)
def test_clusters_and_crossovers_are_told_of(page: Pages, said: str) -> None:
    assert said in _text(page("designed"))


def test_a_rate_has_its_time(page: Pages) -> None:
    said = _text(page("series"))
    assert "the incidence rate per 100 person-years is 1.65 (95% CI 0.76 to 3.58)" in said
    assert "by random intercept it is 1.22 (0.61 to 2.44)" in said


@pytest.mark.parametrize("name", REVIEWS)
def test_every_trial_of_every_outcome_is_pooled_or_has_its_reason(page: Pages, name: str) -> None:
    """In the words around the figure: a trial that is only drawn is not accounted for."""
    review = REVIEWS[name]
    sections = _sections(page(name), review)
    for id_ in review.outcomes:
        words = [line for line in sections[id_].splitlines() if "Not estimable" not in line]
        for study in review.rows:
            told = [line for line in words if re.search(rf"{label(study)}\b", line)]
            alone = rf".*\. {label(study)}[:.] "
            pooled = any(re.match(rf"{label(study)}( †)?$|{alone}", line) for line in words)
            reason = any(re.search(REASON, line) or NOT_POOLED.search(line) for line in told)
            assert pooled or reason, (id_, study)


NOT_POOLED = re.compile("(is|are) not pooled")
REASON = r"(Not extracted|Stated to be missing|Extracted|Left out) for "


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("rr_absent", "Extracted for Trial c1 at another time (week 23) than this outcome’s"),
        ("rr_absent", "Stated to be missing for Trial d1. Looked for deaths: not stated."),
        ("rr_absent", "Extracted for Trial e1 in arms that are not compared here (low dose)."),
        ("rr_slip", "Not extracted for Trial d1, Trial e1 and Trial f1: the tables have no row"),
        (
            "rr_none",
            "Trial a1, Trial b1 and Trial c1 report this outcome but are not pooled: no events",
        ),
        ("rr_one", "Serious infection. Trial b1: 3 of 100 with drug and 1 of 98 with placebo."),
        ("or_percent", "Printed are 38.0% (drug) and 38.0% (placebo)."),
        ("md_three", "Three trials with 286 participants are pooled: 143 with drug and 143 with"),
        ("rom_undefined", "Trial b1 reports this outcome but is not pooled: a ratio of means"),
        ("hr_forms", "\nThree trials are pooled. By the primary analysis"),
        ("hr_forms", "Trial e1 reports this outcome but is not pooled: a limit of 0 gives a ratio"),
        ("hr_one", "Progression. Trial a1. The hazard ratio is 0.75 (95% CI 0.58 to"),
        ("md_contrasts", "Trial c1 reports this outcome but is not pooled: the limits of the"),
        ("md_contrasts", "Trial d1 reports this outcome but is not pooled: its rows are of single"),
        ("md_contrasts", "Trial e1 reports this outcome but is not pooled: only a ratio follows"),
        ("irr_three", "Two trials are pooled: 17 events with drug and 29 events with placebo."),
        ("rr_none", "Anaphylaxis. No trial gives a result that can be analysed."),
        ("ird_none", "Two trials are pooled: 0 events with drug and 0 events with placebo."),
        ("hr_forms", "narrower than Wald’s: the studies agree better than chance alone"),
        ("hr_forms", "it is 0.78 to 1.01, and certainty is judged by that."),
        ("rr_slip", "as tau² is estimated as 0, these are the limits of the confidence interval"),
        ("md_three", "with 95% confidence, to lie between −1.98 and 0.60."),
        ("rr_absent", "an interval of one degree of freedom"),
        ("irr_three", "Never narrower than Wald’s, it is 0.01 to 28.44."),
    ],
)
def test_what_is_said_of_an_outcome(page: Pages, outcome: str, said: str) -> None:
    assert said in _sections(page("comparisons"), COMPARISONS)[outcome]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("plo_many", "14 studies with 742 participants are pooled: 511 of 742. By the primary"),
        ("plo_many", "the proportion is 0.69 (95% CI 0.67 to 0.71)."),
        ("plo_many", "The HKSJ interval is narrower than Wald’s"),
        ("pas_one", "Trial s00: 1 of 40. The proportion is 0.02 (95% CI"),
    ],
)
def test_what_is_said_of_a_proportion(page: Pages, outcome: str, said: str) -> None:
    assert said in _sections(page("one group"), ONE_GROUP)[outcome]


@pytest.mark.parametrize("name", ["one group", "series"])
def test_the_summary_tells_proportions_per_thousand(page: Pages, name: str) -> None:
    text = _text(page(name))
    assert "Per 1000 people [95% CI]" in text
    assert "Risk with" not in text
    assert "effects differ in what they mean" not in text


def test_evidence_of_case_series_begins_as_low_and_says_so(page: Pages) -> None:
    text = _text(page("one group"))
    assert "as low otherwise (the designs are: case series)" in text
    lower = "Low to begin with, as not every study is described as randomised; designs: case series"
    assert text.count(lower) == 1 + len(ONE_GROUP.outcomes)  # a footnote that all share, reasons
    assert "●●●" not in text


@pytest.mark.parametrize("name", REVIEWS)
def test_figures_that_are_not_drawn_are_not_spoken_of(page: Pages, name: str) -> None:
    text = _text(page(name))
    assert "The figure is about" not in text
    assert "A funnel plot is about a comparison" not in text
    assert "leave-one-out analysis needs three" not in text


def test_an_outcome_without_any_event_has_no_multiverse(page: Pages) -> None:
    text = _text(page("comparisons"))
    start = text.index("The multiverse: every combination")
    rows = text[start : text.index("Shares in per cent", start)]
    assert "Relapse" in rows
    assert "Anaphylaxis" not in rows


def test_a_pooled_contrast_is_not_listed_as_missing(page: Pages) -> None:
    """O − E and V are a number as much as an estimate is."""
    text = _text(page("comparisons"))
    missing = text[text.rindex("\nMissing data\n") : text.rindex("\nOther information\n")]
    assert "Withdrawal" in missing
    assert "Relapse" in missing
    assert "Death" not in missing


def test_what_a_finding_means_names_its_outcome_and_claims_no_more_than_its_interval(
    page: Pages,
) -> None:
    text = _text(page("comparisons"))
    assert "Drug results in a reduction in progression (certainty: at most high)." in text
    assert (
        "The estimate is an increase in serious infection with drug, but the interval includes "
        "1: an effect is neither shown nor excluded (certainty: at most low)." in text
    )
    assert "No smallest important difference is declared" in text
