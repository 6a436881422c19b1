"""What changed between two states: the review replayed on its history, and one thing at a time."""

import csv
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples
from tests.examples import without_policy

from metasynth.core import store
from metasynth.grade.certainty import assess_all
from metasynth.language.sentences import in_words
from metasynth.living import baseline
from metasynth.living.certainty_changes import RULES_READ, kept, reads
from metasynth.living.changes import compare
from metasynth.living.growth import growth
from metasynth.living.state import RawRow, choices, state
from metasynth.model.certainty_config import LOWERING
from metasynth.model.few_config import FewTrials
from metasynth.model.records import AnalysisSpec, Cell, ChangelogEntry, Omission
from metasynth.review.load import load_review
from metasynth.synthesis.comparison import reports, study_data
from metasynth.synthesis.synthesise import synthesise

ROOT = Path(__file__).parents[3]
REVIEW = load_review(ROOT / "config.yaml", ROOT)
LED = REVIEW.config
CONFIG = without_policy(LED)
ALL = REVIEW.trials


def upto(year):
    return tuple(trial for trial in ALL if trial.study.year <= year)


def pooled(config, trials):
    """The outcomes that any of the trials reports, pooled as the workflow does."""
    specs = {analysis.name: analysis for analysis in config.analyses}
    for outcome in config.outcomes:
        reporting = [
            trial for trial in trials if reports(trial, outcome, config.comparison_of(outcome))
        ]
        if reporting:
            data = [
                study_data(trial, outcome, config.comparison_of(outcome)) for trial in reporting
            ]
            studies = [study for item in data if not isinstance(item, Omission) for study in item]
            chosen = [specs[name] for name in outcome.analyses]
            yield synthesise(outcome, chosen, config.comparison_of(outcome), studies)


def made(config=CONFIG, trials=ALL, changelog=()):
    """The state of a review, as its file would hold it."""
    results = list(pooled(config, trials))
    rows = [row for result in results for item in result.analyses for row in item.estimates]
    ratings = kept(assess_all(results, config.certainty, (), trials, ()))
    now = state(config, trials, (), changelog, rows, ratings)
    return baseline.from_text(baseline.to_text(now))


@pytest.fixture(scope="module")
def whole():
    return made()


@pytest.fixture(scope="module")
def of_2004():
    return made(replace(CONFIG, version="0.9.0", date="2004-12-31"), upto(2004))


def outcome(changes, name):
    (found,) = (item for item in changes.outcomes if item.outcome == name)
    return found


def with_outcome(config, name, **keys):
    return replace(
        config,
        outcomes=tuple(replace(o, **keys) if o.id == name else o for o in config.outcomes),
    )


def with_analysis(config, name, **keys):
    return replace(
        config,
        analyses=tuple(replace(a, **keys) if a.name == name else a for a in config.analyses),
    )


def corrected(study, wanted, **keys):
    """The trials with one row of results.csv changed."""
    key = tuple(wanted)
    return tuple(
        replace(
            trial,
            results=tuple(
                replace(row, **keys)
                if (row.outcome, row.week, row.reading, row.arm_id) == key
                else row
                for row in trial.results
            ),
        )
        if trial.study.study == study
        else trial
        for trial in ALL
    )


def entry(scope, item="", row="", **keys):
    whole = ("2026-12-01", "1.1.0", scope, item, row, "changed", "It was wrong.", "")
    return replace(ChangelogEntry(*whole, Cell("changelog.csv", 3)), **keys)


# --- the review's own history ---------------------------------------------------------------------


def test_bao_2011_joins_the_review_of_2004(of_2004, whole):
    """Bao 2011 reports ACR20 at week 24 with 27 of 42 against 2 of 12 (data/raw/trials/bao2011)."""
    changes = compare(of_2004, whole, CONFIG.living)
    assert [(t.study, t.kind, t.after) for t in changes.trials] == [
        ("bao2011", "added", "included")
    ]
    assert {row.study for row in changes.rows} == {"bao2011"}
    assert {row.kind for row in changes.rows} == {"added"}
    found = outcome(changes, "acr20_w24")
    assert (found.kind, found.primary.before.k, found.primary.after.k) == ("changed", 2, 3)
    added = found.primary.after.participants - found.primary.before.participants
    assert added == 42 + 12
    (cause,) = found.causes
    assert cause.kind == "data"
    assert cause.items == (
        "bao2011 results acr20 24 - anakinra",
        "bao2011 results acr20 24 - placebo",
        "bao2011 results acr20 24 - anakinra placebo",
    )


def reference():
    """Both years' numbers by R and metafor; tests/reference/make_replay_reference.R made them."""
    with (ROOT / "tests/reference/expected/replay.csv").open(encoding="utf-8") as file:
        return {(row["outcome"], int(row["year"])): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", ["acr20_w24", "acr50_w24", "acr70_w24"])
def test_before_and_after_are_what_metafor_gives(of_2004, whole, name):
    found = outcome(compare(of_2004, whole, CONFIG.living), name)
    for year, measured in ((2004, found.primary.before), (2011, found.primary.after)):
        row = reference()[name, year]
        assert (measured.k, measured.participants) == (int(row["k"]), int(row["participants"]))
        for column in ("estimate", "ci_low", "ci_high"):
            assert getattr(measured, column) == pytest.approx(float(row[column]), rel=1e-5)
        for column in ("tau2", "i2"):  # metafor stops beside a tau2 of 0
            assert getattr(measured, column) == pytest.approx(
                float(row[column]), rel=1e-5, abs=1e-8
            )
    assert found.primary.before.pi_low is None
    assert found.primary.after.pi_low is not None


def test_with_bao_2011_the_interval_of_acr70_excludes_no_effect(of_2004, whole):
    """By metafor too: 0.04 to 318 on one degree of freedom, then 1.26 to 10.9 on two."""
    flags = {o.outcome: o.flags for o in compare(of_2004, whole, CONFIG.living).outcomes}
    assert [(f.rule, f.before, f.after) for f in flags["acr70_w24"]] == [
        ("interval", "includes", "excludes")
    ]
    assert {name for name, found in flags.items() if found} == {"acr70_w24"}


def test_outcomes_that_bao_2011_does_not_report_are_as_they_were(of_2004, whole):
    changes = compare(of_2004, whole, CONFIG.living)
    reported = {row.key.split()[0] for row in changes.rows if row.table == "results"}
    selected = {o.id for o in CONFIG.outcomes if o.outcome in reported and o.week == 24}
    assert {o.outcome for o in changes.outcomes if o.kind != "unchanged"} <= selected
    assert {o.outcome for o in changes.outcomes if o.kind == "unchanged"} >= {
        "death",
        "infection",
        "serious_adverse_event",
        "acr20_w12",
    }


def test_the_review_grows_by_year(of_2004):
    steps = [step for step in growth(pooled(CONFIG, ALL)) if step.outcome == "acr20_w24"]
    years = {trial.study.study: trial.study.year for trial in ALL}
    assert [step.year for step in steps] == sorted(years[step.study] for step in steps)
    assert [step.pooled.k for step in steps] == [1, 2, 3]
    now = next(row for row in of_2004.estimates if row.outcome == "acr20_w24")
    then = store.plain(steps[1].pooled)
    assert (then["estimate"], then["ci_low"]) == (now.estimate, now.ci_low)


def test_without_a_baseline_it_is_the_first_version(whole):
    changes = compare(None, whole, CONFIG.living)
    assert changes.baseline is None
    assert (changes.rows, changes.outcomes, changes.unexplained) == ((), (), ())


# --- one thing at a time --------------------------------------------------------------------------


def test_a_corrected_count_is_shown_cell_by_cell(whole):
    """Cohen 2004's placebo arm with one response more than the table has."""
    row = ("acr20", 24, "", "placebo")
    (old,) = (
        r
        for t in ALL
        if t.study.study == "cohen2004"
        for r in t.results
        if (r.outcome, r.week, r.reading, r.arm_id) == row
    )
    changes = compare(
        whole, made(trials=corrected("cohen2004", row, events=old.events + 1)), CONFIG.living
    )
    (change,) = changes.rows
    assert (change.study, change.name, change.kind) == (
        "cohen2004",
        "results acr20 24 - placebo",
        "corrected",
    )
    assert [(c.name, c.before, c.after) for c in change.cells] == [
        ("events", str(old.events), str(old.events + 1))
    ]
    found = outcome(changes, "acr20_w24")
    assert found.primary.before.estimate > found.primary.after.estimate
    assert [(c.kind, c.items) for c in found.causes] == [
        ("data", ("cohen2004 results acr20 24 - placebo",))
    ]
    assert {o.outcome for o in changes.outcomes if o.kind == "changed"} == {
        "acr20_w24",
        "acr20_w24_randomised",
    }


def test_a_note_is_a_corrected_row_and_changes_no_outcome(whole):
    row = ("acr20", 24, "", "placebo")
    changes = compare(
        whole, made(trials=corrected("cohen2004", row, note="Checked.")), CONFIG.living
    )
    assert [cell.name for change in changes.rows for cell in change.cells] == ["note"]
    assert {o.kind for o in changes.outcomes} == {"unchanged"}


def test_a_changed_label_is_a_choice_and_no_change_of_numbers(whole):
    config = with_outcome(CONFIG, "death", label="Death from any cause")
    changes = compare(whole, made(config), CONFIG.living)
    assert [(c.name, c.before, c.after) for c in changes.choices] == [
        ("outcomes.death.label", "Death", "Death from any cause")
    ]
    assert outcome(changes, "death").label == "Death from any cause"
    assert {o.kind for o in changes.outcomes} == {"unchanged"}


def test_another_estimator_is_put_down_to_config(whole):
    changes = compare(whole, made(with_analysis(CONFIG, "primary", ci="Wald")), CONFIG.living)
    assert [(c.name, c.before, c.after) for c in changes.choices] == [
        ("analyses.primary.ci", "HKSJ", "")
    ]
    found = outcome(changes, "acr20_w24")
    assert [(c.kind, c.items) for c in found.causes] == [("config", ("analyses.primary.ci",))]
    assert found.primary.before.estimate == pytest.approx(found.primary.after.estimate)
    assert found.primary.before.ci_low < found.primary.after.ci_low
    others = [pair for pair in found.analyses if pair.analysis != "primary"]
    assert all(pair.before == pair.after for pair in others)


def test_other_code_is_named_where_numbers_differ_and_nowhere_else(whole):
    """As if an earlier version had computed one outcome otherwise."""
    software = replace(whole.software, code="0123456789abcdef")
    first, *rest = whole.estimates
    before = replace(
        whole,
        software=software,
        estimates=(replace(first, estimate=first.estimate * 1.01), *rest),
    )
    changes = compare(before, whole, CONFIG.living)
    assert [c.name for c in changes.software] == ["code"]
    assert [(c.kind, c.items) for c in outcome(changes, first.outcome).causes] == [
        ("code", ("code",))
    ]
    assert [o.causes for o in changes.outcomes if o.outcome != first.outcome] == [()] * (
        len(changes.outcomes) - 1
    )


def test_another_version_of_a_library_is_named_with_both(whole):
    libraries = {**whole.software.libraries, "numpy": "1.0"}
    first, *rest = whole.estimates
    before = replace(
        whole,
        software=replace(whole.software, libraries=libraries),
        estimates=(replace(first, tau2=0.5), *rest),
    )
    changes = compare(before, whole, CONFIG.living)
    (cause,) = outcome(changes, first.outcome).causes
    assert cause.kind == "library"
    assert cause.items == (f"numpy 1.0 → {whole.software.libraries['numpy']}",)


def test_numbers_that_differ_for_no_cause_are_said_to(whole):
    first, *rest = whole.estimates
    before = replace(whole, estimates=(replace(first, k=first.k + 1), *rest))
    (cause,) = outcome(compare(before, whole, CONFIG.living), first.outcome).causes
    assert (cause.kind, cause.items) == ("unknown", ())


def test_where_data_and_config_differ_both_are_named(of_2004):
    changes = compare(of_2004, made(with_analysis(CONFIG, "primary", tau2="DL")), CONFIG.living)
    found = outcome(changes, "acr20_w24")
    assert [cause.kind for cause in found.causes] == ["data", "config"]


def test_an_excluded_study_changes_its_outcomes_by_its_status(whole):
    trials = tuple(
        replace(trial, study=replace(trial.study, status="excluded"))
        if trial.study.study == "bao2011"
        else trial
        for trial in ALL
    )
    changes = compare(whole, made(trials=trials), CONFIG.living)
    assert [(t.study, t.kind, t.before, t.after) for t in changes.trials] == [
        ("bao2011", "status", "included", "excluded")
    ]
    found = outcome(changes, "acr20_w24")
    assert (found.primary.before.k, found.primary.after.k) == (3, 2)
    assert [(c.kind, c.items) for c in found.causes] == [("data", ("bao2011 study",))]
    assert outcome(changes, "death").kind == "unchanged"


def test_a_trial_removed_is_told_with_its_rows(whole, of_2004):
    changes = compare(whole, replace(of_2004, version="1.1.0"), CONFIG.living)
    assert [(t.study, t.kind, t.before) for t in changes.trials] == [
        ("bao2011", "removed", "included")
    ]
    assert {row.kind for row in changes.rows} == {"removed"}
    assert [c.kind for c in outcome(changes, "acr20_w24").causes] == ["data"]


def test_an_outcome_removed_and_one_added(whole):
    fewer = replace(CONFIG, outcomes=tuple(o for o in CONFIG.outcomes if o.id != "death"))
    away = compare(whole, made(fewer), CONFIG.living)
    found = outcome(away, "death")
    assert (found.kind, found.label, found.primary.after) == ("removed", "Death", None)
    assert away.outcomes[-1] is found
    back = outcome(compare(made(fewer), whole, CONFIG.living), "death")
    assert (back.kind, back.primary.before, back.causes) == ("added", None, ())


def test_an_analysis_added_leaves_the_others_alone(whole):
    spec = AnalysisSpec("fixed", "Common effect", model="IV")
    config = replace(CONFIG, analyses=(*CONFIG.analyses, spec))
    config = with_outcome(config, "death", analyses=("primary", "common", "fixed"))
    found = outcome(compare(whole, made(config), CONFIG.living), "death")
    assert found.kind == "changed"
    assert {p.analysis: p.before == p.after for p in found.analyses} == {
        "primary": True,
        "common": True,
        "fixed": False,
    }
    assert {c.kind for c in found.causes} == {"config"}


def test_another_primary_analysis_is_compared_with_the_earlier_one(whole):
    config = with_outcome(CONFIG, "acr20_w24", analyses=("common", "primary", "published_mh"))
    found = outcome(compare(whole, made(config), CONFIG.living), "acr20_w24")
    assert found.kind == "changed"
    assert (found.primary.before.analysis, found.primary.after.analysis) == ("primary", "common")
    assert all(pair.before == pair.after for pair in found.analyses)


def test_a_policy_of_few_trials_is_one_choice_and_leads_where_trials_are_few(whole):
    """It is told once, not outcome by outcome, and changes those that it leads."""
    changes = compare(whole, made(LED), CONFIG.living)
    assert {c.name for c in changes.choices} == {"few.primary", "few.trials"}
    changed = {o.outcome: o for o in changes.outcomes if o.kind == "changed"}
    few = {row.outcome for row in whole.estimates if 2 <= row.k <= LED.few.trials}
    assert changed.keys() == few
    for found in changed.values():
        led, leads = found.primary.before, found.primary.after
        assert (led.analysis, leads.analysis) == ("primary", LED.few.primary)
        assert (led.ci_method, leads.ci_method) == ("HKSJ", "credible")
        assert [(c.kind, c.items) for c in found.causes] == [
            ("config", ("few.primary", "few.trials"))
        ]


def test_an_outcome_without_the_policy_says_so(whole):
    own = FewTrials(2, "common")
    config = replace(with_outcome(LED, "death", few=None), few=LED.few)
    config = with_outcome(config, "infection", few=own)
    found = choices(config)
    assert found["outcomes.death.few"] == "none"
    assert (found["outcomes.infection.few.trials"], found["outcomes.infection.few.primary"]) == (
        "2",
        "common",
    )
    assert not any(key.startswith("outcomes.acr20_w24.few") for key in found)


def test_a_row_that_an_outcome_does_not_read_is_no_cause(whole):
    """An arm that is not compared, and the reading that another one of the same arm replaces."""
    other = ("acr20", 24, "", "anakinra_0_04")
    primary = ("acr20", 24, "", "placebo")
    trials = {trial.study.study: trial for trial in ALL}
    rows = {(r.outcome, r.week, r.reading, r.arm_id) for r in trials["cohen2002"].results}
    assert {other, primary, ("acr20", 24, "randomised", "placebo")} <= rows
    first, *rest = whole.estimates
    before = replace(whole, estimates=(replace(first, k=9), *rest))
    after = made(trials=corrected("cohen2002", other, events=1))
    assert [
        c.kind for c in outcome(compare(before, after, CONFIG.living), first.outcome).causes
    ] == ["unknown"]
    after = made(trials=corrected("cohen2002", primary, events=1))
    found = {o.outcome: o.kind for o in compare(whole, after, CONFIG.living).outcomes}
    assert (found["acr20_w24"], found["acr20_w24_randomised"]) == ("changed", "unchanged")
    spoilt = replace(
        whole,
        estimates=tuple(
            replace(r, k=9) if r.outcome == "acr20_w24_randomised" else r for r in whole.estimates
        ),
    )
    found = outcome(compare(spoilt, after, CONFIG.living), "acr20_w24_randomised")
    assert [cause.kind for cause in found.causes] == ["unknown"]


# --- flags ----------------------------------------------------------------------------------------


def overall(state, name, level):
    """A state that rates an outcome so, or (blank) not at all."""
    rows = (
        replace(r, certainty=level, rating=r.rating if level else None)
        if (r.outcome, r.domain) == (name, "overall")
        else r
        for r in state.ratings
    )
    return replace(state, ratings=tuple(rows))


def flagged(whole, rules=None, certainty=None, **numbers):
    """The flags of an outcome whose primary analysis had these numbers before."""
    first, *rest = whole.estimates
    before = replace(whole, estimates=(replace(first, **numbers), *rest))
    if certainty:
        before, whole = map(overall, (before, whole), [first.outcome] * 2, certainty)
    found = outcome(compare(before, whole, rules or CONFIG.living), first.outcome).flags
    return {flag.rule: (flag.before, flag.after) for flag in found}


@pytest.mark.parametrize(
    ("numbers", "flags"),
    [
        ({}, {}),
        ({"ci_low": 0.9}, {"interval": ("includes", "excludes")}),
        ({"ci_low": 1.0}, {"interval": ("includes", "excludes")}),
        ({"ci_low": None, "ci_high": None}, {}),
        ({"estimate": 0.9}, {"direction": ("below", "above")}),
        ({"estimate": 1.0}, {}),
        ({"estimate": None}, {}),
        ({"ci_high": 1.7}, {"outside": ("within", "above")}),
        ({"ci_low": 1.8}, {"outside": ("within", "below")}),
        ({"measure": "OR", "ci_high": 1.7}, {}),
    ],
)
def test_flags_say_what_they_saw(whole, numbers, flags):
    """Now the risk ratio is 1.78 with an interval from 1.12 to 2.83."""
    assert flagged(whole, **numbers) == flags


@pytest.mark.parametrize(
    ("important", "before", "flag"),
    [
        ({"important_measures": {"RR": 1.5}}, 1.4, ("none", "higher")),
        ({"important_measures": {"RR": 2 / 3}}, 1.4, ("none", "higher")),
        ({"important_measures": {"RR": 1.5}}, 0.6, ("lower", "higher")),
        ({"important_measures": {"RR": 1.5}}, 1.6, None),
        ({"important_measures": {"RR": 1.3}}, 1.4, None),
        (
            {"important_measures": {"RR": 1.3}, "important_outcomes": {"acr20_w24": 1.5}},
            1.4,
            ("none", "higher"),
        ),
        ({"important_measures": {"OR": 1.5}}, 1.4, None),
        ({}, 1.4, None),
    ],
)
def test_an_important_difference_is_crossed(whole, important, before, flag):
    found = flagged(whole, replace(CONFIG.living, **important), estimate=before)
    assert found.get("importance") == flag


def test_certainty_is_flagged_where_both_versions_rate_it(whole):
    assert flagged(whole, certainty=("low", "moderate")) == {"certainty": ("low", "moderate")}
    assert flagged(whole, certainty=("low", "low")) == {}
    assert flagged(whole, certainty=("", "low")) == {}


def test_only_declared_rules_flag(whole):
    rules = replace(CONFIG.living, flags=("direction",))
    assert flagged(whole, rules, ci_low=0.9) == {}
    assert set(flagged(whole, rules, ci_low=0.9, estimate=0.95)) == {"direction"}


# --- certainty, domain by domain ------------------------------------------------------------------


def two_fewer():
    """The trials with two events less of worsening arthritis, of which there are 301."""
    key = ("ra_worsening", 24, "", "anakinra")
    (row,) = (
        row
        for trial in ALL
        for row in trial.results
        if (trial.study.study, row.outcome, row.week, row.reading, row.arm_id)
        == ("fleischmann2003", *key)
    )
    return corrected("fleischmann2003", key, events=row.events - 2)


def moved(before, after, name):
    """The level of an outcome before and after, and each domain's ratings and causes."""
    found = outcome(compare(before, after, CONFIG.living), name).certainty
    return (found.before, found.after), {
        d.domain: (d.before, d.after, [(c.kind, c.items) for c in d.causes]) for d in found.domains
    }


def with_rules(domain, **keys):
    rules = CONFIG.certainty
    return replace(
        CONFIG, certainty=replace(rules, **{domain: replace(getattr(rules, domain), **keys)})
    )


def judged(study, outcome=""):
    """The trials, one judged as at high risk overall, for all or an outcome."""

    def rows(known):
        (row,) = (r for r in known if r.domain == "overall")
        high = replace(row, judgement="high", outcome=outcome)
        return (*known, high) if outcome else tuple(high if r is row else r for r in known)

    return tuple(
        replace(trial, risk_of_bias=rows(trial.risk_of_bias))
        if trial.study.study == study
        else trial
        for trial in ALL
    )


def test_certainty_that_numbers_moved_is_put_down_to_what_moved_them(whole):
    """301 events of worsening arthritis are enough, 299 are fewer than the 300 of the rule."""
    after = made(trials=two_fewer())
    levels, domains = moved(whole, after, "ra_worsening")
    assert levels == ("low", "very low")
    cause = ("data", ("fleischmann2003 results ra_worsening 24 - anakinra",))
    assert domains == {"imprecision": (0, -1, [cause])}
    found = outcome(compare(whole, after, CONFIG.living), "ra_worsening")
    assert [flag.rule for flag in found.flags] == ["certainty"]
    (change,) = found.certainty.domains
    assert in_words(change.reasons[0]).startswith("299 events, below the optimal information size")


def test_a_rule_of_config_moves_the_domains_that_read_it(whole):
    after = made(with_rules("imprecision", events=200))
    levels, domains = moved(whole, after, "acr20_w24")
    assert levels == ("low", "moderate")
    assert domains == {"imprecision": (-1, 0, [("config", ("certainty.imprecision.events",))])}
    found = outcome(compare(whole, after, CONFIG.living), "acr20_w24")
    assert (found.kind, found.causes) == ("unchanged", ())


def test_another_analysis_and_another_rule_are_both_named(whole):
    config = with_analysis(with_rules("imprecision", events=200), "primary", ci="Wald")
    levels, domains = moved(whole, made(config), "acr20_w24")
    assert levels == ("low", "moderate")
    causes = [("config", ("analyses.primary.ci", "certainty.imprecision.events"))]
    assert domains == {"imprecision": (-1, 0, causes)}


def test_judgements_of_risk_of_bias_move_the_outcomes_of_their_trials(whole):
    after = made(trials=judged("cohen2004"))
    levels, domains = moved(whole, after, "acr20_w24")
    row = "cohen2004 risk_of_bias - RoB 2 overall"
    assert domains == {"risk_of_bias": (-1, -2, [("data", (row,))])}
    assert levels == ("low", "very low")
    assert outcome(compare(whole, after, CONFIG.living), "acr20_w12").certainty is None


def test_a_judgement_of_one_outcome_is_no_cause_of_another(whole):
    """Though its trial has both: the other's rating differs for no cause that is known."""
    after = made(trials=judged("cohen2004", outcome="death"))
    assert outcome(compare(whole, after, CONFIG.living), "acr20_w24").certainty is None
    spoilt = replace(
        whole,
        ratings=tuple(
            replace(r, rating=0) if r.domain == "risk_of_bias" else r for r in whole.ratings
        ),
    )
    _, domains = moved(spoilt, after, "acr20_w24")
    assert domains == {"risk_of_bias": (0, -1, [("unknown", ())])}


def panel(state, rating, domain="imprecision", name="acr20_w24"):
    """A state in which a panel rates a domain of an outcome: the table's row, and its rating."""
    cells = {"outcome": name, "domain": domain, "rating": str(rating), "reason": "As we see it."}
    (rules,) = (r for r in state.ratings if (r.outcome, r.domain) == (name, "imprecision"))
    own = replace(rules, domain=domain, rating=rating, source="panel")
    at = (name, domain)
    kept_rows = [r for r in state.ratings if (r.outcome, r.domain) != at]
    row = RawRow("", "certainty", f"{name} {domain}", cells)
    return replace(state, rows=(*state.rows, row), ratings=(*kept_rows, own))


def test_a_panel_moves_a_domain_by_its_row(whole):
    row = ("data", ("certainty acr20_w24 imprecision",))
    after = overall(panel(whole, -2), "acr20_w24", "very low")
    assert moved(whole, after, "acr20_w24") == (
        ("low", "very low"),
        {"imprecision": (-1, -2, [row])},
    )
    _, domains = moved(after, overall(panel(whole, 0), "acr20_w24", "moderate"), "acr20_w24")
    assert domains == {"imprecision": (-2, 0, [row])}


def test_a_panel_raises_certainty_where_no_rule_does(whole):
    after = overall(panel(whole, 1, "large_effect"), "acr20_w24", "moderate")
    _, domains = moved(whole, after, "acr20_w24")
    assert domains == {"large_effect": (None, 1, [("data", ("certainty acr20_w24 large_effect",))])}


def test_to_begin_lower_is_a_choice(whole):
    after = made(replace(CONFIG, certainty=replace(CONFIG.certainty, start="low")))
    levels, domains = moved(whole, after, "acr20_w24")
    assert levels == ("low", "very low")
    assert domains == {"overall": (None, None, [("config", ("certainty.start",))])}


def test_a_trial_that_is_not_randomised_after_all_is_the_reason(whole):
    trials = [
        replace(t, study=replace(t.study, design="case series")) if "2004" in t.study.study else t
        for t in REVIEW.trials
    ]
    levels, domains = moved(whole, made(trials=trials), "acr20_w24")
    assert levels == ("low", "very low")
    assert domains == {"overall": (None, None, [("data", ("cohen2004 study",))])}


def test_other_software_that_rates_is_named(whole):
    before = replace(
        whole,
        software=replace(whole.software, rating="0123456789abcdef"),
        ratings=tuple(
            replace(r, rating=-2) if r.domain == "imprecision" else r
            for r in overall(whole, "acr20_w24", "very low").ratings
        ),
    )
    changes = compare(before, whole, CONFIG.living)
    assert [c.name for c in changes.software] == ["rating"]
    _, domains = moved(before, whole, "acr20_w24")
    assert domains == {"imprecision": (-2, -1, [("code", ("rating",))])}
    assert {o.kind for o in changes.outcomes} == {"unchanged"}


def test_a_level_that_differs_though_no_domain_does(whole):
    _, domains = moved(overall(whole, "acr20_w24", "moderate"), whole, "acr20_w24")
    assert domains == {"overall": (None, None, [("unknown", ())])}


def test_every_rule_says_which_choices_it_reads():
    """Each key of `certainty` moves a domain, the level to begin with, or no rating at all."""
    words = {"findings", "large"}  # what is shown, and how it is worded
    words |= {"important_measures", "important_outcomes"}  # of the section `living`
    read = {key.split(".")[0] for keys in RULES_READ.values() for key in keys}
    assert read == {field.name for field in fields(CONFIG.certainty)} - words
    assert set(RULES_READ) == {*LOWERING, "overall"}


# --- reasons --------------------------------------------------------------------------------------


def missing(before, after):
    return [(item.scope, item.item) for item in compare(before, after, CONFIG.living).unexplained]


def test_every_change_since_the_accepted_version_of_this_review_has_its_reason():
    assert REVIEW.baseline
    assert [warning.value for warning in REVIEW.warnings if warning.file == "changelog.csv"] == []


def test_a_change_without_an_entry_is_unexplained(of_2004, whole):
    assert missing(of_2004, whole) == [("trial", "bao2011")]


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        (entry("trial", "bao2011"), True),
        (entry("trial", "bao2011", "results"), False),
        (entry("trial", "cohen2004"), False),
        (entry("outcome", "acr20_w24"), False),
        (entry("review"), False),
        (entry("code"), False),
    ],
)
def test_an_entry_covers_what_it_is_about(of_2004, given, covered):
    assert (missing(of_2004, made(changelog=[given])) == []) == covered


def test_an_accepted_version_keeps_its_reasons(whole):
    """Made again, it is compared with itself: nothing is new, and its reasons are still told."""
    first = entry("review", version=CONFIG.version)
    older = entry("review", version="0.9.0")
    now = made(changelog=[older, first])
    assert compare(now, now, CONFIG.living).reasons == (first,)
    later = replace(now, version="9.0.0")
    assert compare(now, later, CONFIG.living).reasons == ()


def test_an_entry_that_the_baseline_had_covers_nothing_new(of_2004):
    before = replace(of_2004, changelog=(entry("trial", "bao2011", cell=Cell("changelog.csv", 9)),))
    after = made(changelog=[entry("trial", "bao2011")])
    assert missing(before, after) == [("trial", "bao2011")]


@pytest.mark.parametrize(
    ("row", "covered"),
    [
        ("results acr20 24 - placebo", True),
        ("results acr20", True),
        ("results", True),
        ("results acr2", False),
        ("results acr20 24 - placebo_2", False),
        ("arms", False),
    ],
)
def test_an_entry_may_be_about_some_rows(whole, row, covered):
    trials = corrected("cohen2004", ("acr20", 24, "", "placebo"), events=1)
    after = made(trials=trials, changelog=[entry("trial", "cohen2004", row)])
    assert (missing(whole, after) == []) == covered


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        (entry("config", "analyses.primary.ci"), True),
        (entry("config", "analyses.primary"), True),
        (entry("config", "analyses.prim"), False),
        (entry("config", "analyses.common"), False),
        (entry("config"), True),
    ],
)
def test_an_entry_may_be_about_a_choice(whole, given, covered):
    after = made(with_analysis(CONFIG, "primary", ci="Wald"), changelog=[given])
    assert (missing(whole, after) == []) == covered


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        (entry("outcome", "death"), True),
        (entry("outcome", "death", "label"), True),
        (entry("outcome", "death", "measure"), False),
        (entry("config", "outcomes.death"), True),
        (entry("config", "outcomes.death.label"), True),
        (entry("config", "outcomes.infection"), False),
    ],
)
def test_an_outcome_is_changed_by_its_choices(whole, given, covered):
    after = made(with_outcome(CONFIG, "death", label="Death from any cause"), changelog=[given])
    assert (missing(whole, after) == []) == covered


def test_other_software_needs_an_entry_where_it_changed_a_number(whole):
    before = replace(whole, software=replace(whole.software, code="0"))
    assert missing(before, whole) == []
    first, *rest = whole.estimates
    before = replace(before, estimates=(replace(first, tau2=0.5), *rest))
    assert missing(before, whole) == [("code", "")]
    assert missing(before, replace(whole, changelog=(entry("code"),))) == []


def test_other_software_needs_an_entry_where_it_changed_a_rating(whole):
    before = replace(
        overall(whole, "acr20_w24", "moderate"), software=replace(whole.software, rating="0")
    )
    assert missing(before, whole) == [("code", "")]


# --- properties -----------------------------------------------------------------------------------


def nothing(changes):
    return (
        *changes.trials,
        *changes.rows,
        *changes.choices,
        *changes.software,
        *changes.reasons,
        *changes.unexplained,
        *(o for o in changes.outcomes if o.kind != "unchanged" or o.flags or o.causes),
    )


def test_a_state_has_not_changed_from_itself(whole):
    assert nothing(compare(whole, whole, CONFIG.living)) == ()


@examples(15)
@given(st.sets(st.sampled_from(range(len(ALL))), min_size=1), st.data())
def test_to_compare_the_other_way_round_turns_every_change_round(chosen, data):
    """Whatever trials either state has, additions one way are removals the other."""
    other = data.draw(st.sets(st.sampled_from(range(len(ALL))), min_size=1))
    rows = lambda s: state(CONFIG, [ALL[i] for i in sorted(s)], (), ())  # noqa: E731
    there = compare(rows(chosen), rows(other), CONFIG.living)
    back = compare(rows(other), rows(chosen), CONFIG.living)
    turned = {"added": "removed", "removed": "added"}
    assert sorted((r.study, r.name, turned.get(r.kind, r.kind)) for r in there.rows) == sorted(
        (r.study, r.name, r.kind) for r in back.rows
    )
    assert {t.study for t in there.trials} == {ALL[i].study.study for i in chosen ^ other}
    assert nothing(compare(rows(chosen), rows(chosen), CONFIG.living)) == ()


@examples(15)
@given(
    st.sampled_from([t.study.study for t in ALL]),
    st.integers(0, 500),
    st.sampled_from(["events", "total", "events_low", "events_high"]),
    st.data(),
)
def test_any_corrected_count_is_found_in_its_cell(study, value, column, data):
    (trial,) = (t for t in ALL if t.study.study == study)
    index = data.draw(st.integers(0, len(trial.results) - 1))
    old = getattr(trial.results[index], column)
    rows = list(trial.results)
    rows[index] = replace(rows[index], **{column: value})
    before = state(CONFIG, ALL, (), ())
    trials = [replace(t, results=tuple(rows)) if t is trial else t for t in ALL]
    found = compare(before, state(CONFIG, trials, (), ()), CONFIG.living).rows
    cells = [(r.study, c.name, c.before, c.after) for r in found for c in r.cells]
    text = "" if old is None else str(old)
    assert cells == ([] if old == value else [(study, column, text, str(value))])


@pytest.mark.parametrize(
    ("domain", "choice", "read"),
    [
        ("imprecision", "living.important_difference.measures.RR", True),
        ("inconsistency", "living.important_difference.outcomes.death", True),
        ("imprecision", "living.important_difference.outcomes.other", False),
        ("publication_bias", "living.important_difference.measures.RR", False),
        ("imprecision", "living.flags", False),
    ],
)
def test_a_smallest_important_difference_is_a_cause_of_what_is_judged_by_it(domain, choice, read):
    assert reads(domain, "death", choice) == read
