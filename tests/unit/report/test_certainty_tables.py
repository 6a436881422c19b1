"""The summary of findings and the certainty of evidence as the report's tables show them."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.grade.test_certainty import RULES, SIDES, THREE, TWO, pooled, rated

from metasynth.grade.certainty import assess, assess_all
from metasynth.grade.conclusions import conclude, conclusion
from metasynth.grade.summary_of_findings import summary
from metasynth.language.languages import ENGLISH, speak
from metasynth.model.certainty_config import LEVELS, LOWERING, BiasRule
from metasynth.model.records import Config
from metasynth.provenance.collect import collect
from metasynth.report.document import Citation, numbers, plain
from metasynth.report.material import Material, Scope, primary_outcomes
from metasynth.report.tables import certainty
from metasynth.report.text import conclusion_words
from metasynth.validation.configuration import load

ROOT = Path(__file__).parents[3]
MODULES = (
    "grade/certainty.py",
    "grade/domains.py",
    "grade/imprecision.py",
    "report/tables/certainty.py",
    "provenance/certainty.py",
    "report/text/conclusion_words.py",
)


def scope(results, rules=RULES, panel=(), language=ENGLISH):
    specs = tuple(analysis.spec for analysis in results[0].analyses)
    config = Config(
        *("T", "1.0.0", ("en",), "data", "text", {"": SIDES}),
        specs,
        tuple(result.outcome for result in results),
        certainty=rules,
    )
    ratings = tuple(assess_all(results, rules, panel, (), ()))
    material = Material(
        *(config, (), tuple(results), (), {}, {}, {}, ()),
        ratings=ratings,
        findings=tuple(summary(results, rules, ratings)),
        conclusions=tuple(conclude(results, rules, ratings)),
    ).within(language)
    outcomes = primary_outcomes(material, language)
    return Scope(material, language, outcomes, lambda key: Citation(((key, 1),)))


def cells(row):
    return [plain(cell) for cell in row.cells]


def test_a_row_says_all_of_a_finding():
    found = scope([pooled(THREE)])
    caption, columns, (row,), note, (footnote,) = certainty.findings_table(found)
    assert len(columns) == len(row.cells)
    name, people, effect, control, treated, difference, level, meaning = cells(row)
    line = found.material.findings[0]
    assert (name, people) == ("O", "940 (3)")
    assert effect.startswith(f"RR\u00a0{line.estimate:.2f} [")
    assert (control, treated) == (f"{line.control_risk:.0f}", f"{line.intervention_risk:.0f}")
    assert difference.startswith(f"+{line.difference:.0f} [")
    assert level == "●●●○ at most moderate\u00a0a"
    assert meaning == "Drug likely results in an increase in O (certainty: at most moderate)."
    assert plain(footnote).startswith("a\u00a0Imprecision −1: fewer events (226) than the optimal")
    assert "suggested by rule, not judged by a panel" in plain(caption)
    assert "At most: the risk of bias of trials is not known" in plain(note)


def test_two_trials_have_a_line_for_each_analysis():
    _, _, rows, note, _ = certainty.findings_table(scope([pooled(TWO)]))
    first, second = map(cells, rows)
    assert first[2].endswith("†")
    assert first[-2:] == ["", ""]
    assert (second[0], second[1]) == ("– Mantel-Haenszel", "")
    assert second[-2]
    assert "† An interval that rests on one degree of freedom" in plain(note)


def test_a_panel_is_named_and_nothing_is_called_a_suggestion():
    panel = [rated(domain, -1 if domain == "imprecision" else 0) for domain in LOWERING]
    found = scope([pooled(THREE)], panel=panel)
    caption, _, (row,), note, (footnote,) = certainty.findings_table(found)
    assert plain(caption).endswith("Certainty is that rated by a panel.")
    assert cells(row)[-2] == "●●●○ moderate\u00a0a"
    assert plain(footnote) == "a\u00a0Imprecision −1: as agreed (panel)."
    assert "At most" not in plain(note)
    _, _, rows, _ = certainty.certainty_table(found)
    assert cells(rows[0])[1:] == ["0", "0", "0", "−1", "0", "●●●○ moderate", "panel"]


def test_what_could_not_be_assessed_is_marked():
    _, _, (row,), note = certainty.certainty_table(scope([pooled(THREE)]))
    assert cells(row)[1:6] == ["?", "0", "0", "−1", "?"]
    assert plain(note).startswith("?: could not be assessed")
    strict = replace(RULES, risk_of_bias=BiasRule(no_information=-1))
    _, _, (row,), _ = certainty.certainty_table(scope([pooled(THREE)], strict))
    assert cells(row)[1] == "−1"
    assert "at most" not in cells(row)[-2]


def test_raising_domains_have_a_column_where_they_are_rated():
    found = scope([pooled(THREE)], panel=[rated("large_effect", 1)])
    _, columns, (row,), _ = certainty.certainty_table(found)
    assert [column.title for column in columns][6] == "Large effect"
    assert cells(row)[6] == "+1"


def test_every_certainty_leads_to_its_reasons():
    found = scope([pooled(THREE)])
    _, _, (row,), *_ = certainty.findings_table(found)
    _, _, rows, note = certainty.reasons_table(found)
    assert row.cells[-2][0].target == f"#{rows[0].anchor}"
    assert [cells(r)[0] for r in rows[1:]] == ["Risk of bias", "Inconsistency", "Imprecision"]
    assert plain(note).startswith("A domain without a row moved nothing")


def test_what_moved_nothing_has_a_row_where_a_panel_said_so():
    found = scope([pooled(THREE)], panel=[rated(domain, 0) for domain in LOWERING])
    _, _, rows, _ = certainty.reasons_table(found)
    assert len(rows) == 1 + len(LOWERING)


def test_an_outcome_without_a_pool():
    found = scope([pooled([])])
    _, _, (row,), _, (footnote,) = certainty.findings_table(found)
    assert cells(row)[2] == "not estimable"
    assert cells(row)[-2:] == ["not rated\u00a0a", ""]
    assert plain(footnote) == "a\u00a0There is no pooled estimate to rate."


@pytest.mark.parametrize(
    ("level", "shown"), list(zip(LEVELS, ("●○○○", "●●○○", "●●●○", "●●●●"), strict=True))
)
def test_signs_count_the_level(level, shown):
    assert conclusion_words.signs(level) == shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"certainty": "high", "size": "large", "sign": "reduction"},
            "Drug results in a large reduction in death.",
        ),
        (
            {"certainty": "moderate", "size": "important"},
            "Drug likely results in an important increase in death.",
        ),
        (
            {"certainty": "low", "size": "little", "interval": "includes"},
            "Drug may result in little to no difference in death.",
        ),
        (
            {"certainty": "low", "at_most": True},
            "Drug may result in an increase in death (certainty: at most low).",
        ),
        (
            {"certainty": "very low"},
            "The evidence is very uncertain about the effect of drug on death.",
        ),
        (
            {"interval": "includes", "sign": "reduction"},
            "The estimate is a reduction in death with drug, but the interval includes "
            "1: an effect is neither shown nor excluded (certainty: high).",
        ),
        (
            {"interval": "not judged"},
            "The estimate is an increase in death with drug, without an interval that can be "
            "judged (certainty: high).",
        ),
        (
            {"sign": "", "interval": "includes"},
            "The estimate is neither an increase nor a reduction in death with drug (certainty: "
            "high).",
        ),
        (
            {"compared": False, "sign": "", "size": "", "interval": "", "certainty": "low"},
            "The certainty of this estimate of death is low.",
        ),
        ({"certainty": "not rated"}, ""),
    ],
)
def test_statements_follow_from_the_conclusion(changes, said):
    result = pooled(THREE)
    found = conclusion(result, RULES, assess(result, RULES))
    found = replace(found, **{"certainty": "high", "at_most": False, **changes})
    assert (
        conclusion_words.words(found, result.outcome, "Death", "Drug", ENGLISH).conclusion == said
    )


def test_every_number_has_its_provenance():
    result = pooled(TWO)
    found = scope([result])
    known = found.material
    book = collect(
        *(known.config, (), [result], {}, (), (), ENGLISH, known.findings, known.ratings)
    )
    parts = (certainty.findings_table(found), certainty.reasons_table(found))
    printed = list(numbers(parts))
    assert len(printed) > 20
    for number in printed:
        entry = book.entries[number.key]
        digits = number.text.lstrip("+").replace("−", "-").removesuffix("%").lstrip("<>")
        if not number.text.startswith("<"):
            decimals = len(digits.partition(".")[2])
            assert float(digits) == pytest.approx(entry.value, abs=0.5 * 10**-decimals + 1e-12)


def test_findings_follow_from_the_published_tables_alone():
    """A reader with estimates and a pocket calculator finds the same numbers per 1000."""
    result = pooled(TWO, replace(pooled(TWO).outcome, measure="OR"))
    (_, line) = summary([result], RULES, assess(result, RULES))
    row = next(a.estimates[0] for a in result.analyses if a.spec.name == line.analysis)
    risk = row.events_control / row.total_control
    for field, effect in (("", row.estimate), ("_low", row.ci_low), ("_high", row.ci_high)):
        odds = effect * risk / (1 - risk)
        assert getattr(line, f"difference{field}") == pytest.approx(
            1000 * (odds / (1 + odds) - risk)
        )


def messages():
    """Every message of the modules, with the plural that goes with it."""
    for name in MODULES:
        tree = ast.parse((ROOT / "workflow/metasynth" / name).read_text("utf-8"))
        for node in ast.walk(tree):
            called = isinstance(node, ast.Call) and node.args
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if called else ""
            if name in ("say", "message") and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


def test_every_message_is_said_in_polish():
    polish = speak("pl")
    forms = {text for one, several in polish.plurals.items() for text in (one, several[0]) if text}
    singulars = {one.replace(" event,", " events,") for one in polish.plurals}
    singulars |= {one.replace("participant,", "participants,") for one in polish.plurals}
    singulars |= {one.replace("{k} trial:", "{k} trials:") for one in polish.plurals}
    known = forms | singulars
    missing = {m for m in messages() if polish.gettext(m) == m and m not in known}
    assert missing <= {"panel"}


def test_the_tables_speak_polish():
    polish = speak("pl")
    caption, _, rows, _, notes = certainty.findings_table(scope([pooled(TWO)], language=polish))
    assert plain(caption).startswith("Podsumowanie wyników")
    assert "; " in cells(rows[0])[2] or ";\u00a0" in cells(rows[0])[2]
    assert "." not in cells(rows[0])[2]
    assert cells(rows[1])[-1].startswith("Drug prawdopodobnie powoduje wzrost częstości punktu ")
    assert "zdarze" in plain(notes[0])


def test_this_review_has_rules_and_no_panel():
    config = load(ROOT / "config.yaml")
    table = (ROOT / "data/raw/certainty.csv").read_text("utf-8")
    assert table.count("\n") == 1
    assert len(config.certainty.findings) <= 7
