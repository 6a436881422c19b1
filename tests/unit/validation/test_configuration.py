"""config.yaml: schema, lines, traps, and the record it becomes."""

import json

import pytest
import yaml
from tests.bad_input.review import CONFIG, clean, write

from metasynth.core import store, strict_yaml
from metasynth.core.faults import InvalidReview
from metasynth.living import state
from metasynth.model.certainty_config import (
    LOWERING,
    RAISING,
    BiasRule,
    CertaintyRules,
    ImprecisionRule,
    IndirectOutcome,
    IndirectTrial,
)
from metasynth.model.living_config import LivingRules
from metasynth.model.records import AnalysisSpec, Comparison, Config, OutcomeSpec
from metasynth.model.robustness_config import MultiverseChoices, SequentialChoices
from metasynth.tables.table_schema import SCHEMAS, tables
from metasynth.validation import configuration

MINIMAL = """\
review: {title: T, version: 1.0.0, date: "2026-01-31"}
comparison: {intervention: [a, b], control: [c]}
analyses: {main: {label: Main}}
outcomes:
  o: {label: O, outcome: o, type: binary, measure: RR, direction: harm, analyses: [main]}
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.yaml"


def test_defaults_are_those_of_the_records(path):
    path.write_text(MINIMAL, encoding="utf-8")
    config = configuration.load(path)
    assert (config.title, config.version, config.languages) == ("T", "1.0.0", ("en",))
    assert (config.data, config.text) == ("data/raw", "data/text")
    assert config.date == "2026-01-31"
    assert (config.authors, config.weeks, config.nested) == ((), (), ())
    assert config.comparisons[""] == Comparison(("a", "b"), ("c",))
    assert config.analyses == (AnalysisSpec("main", "Main"),)
    assert config.outcomes == (OutcomeSpec("o", "O", "o", None, "binary", "RR", "harm", ("main",)),)


def test_every_choice_reaches_the_record(tmp_path):
    write(clean(), tmp_path)
    config = configuration.load(tmp_path / CONFIG)
    assert config.comparisons[""].intervention_label == "Drug"
    assert config.comparisons[""].control_label == "Placebo"
    assert [analysis.name for analysis in config.analyses] == ["primary", "common", "published"]
    assert config.analyses[2] == AnalysisSpec(
        "published", "As published", model="random", tau2="DL", ci="Wald", study_ci="score"
    )
    first, second, *_ = config.outcomes
    assert (first.id, first.as_published) == ("response_w24", "published")
    assert (second.id, second.reading) == ("response_randomised", "randomised")
    assert second.sensitivity_of == "response_w24"


def test_rules_of_certainty_reach_the_record_and_the_rest_keeps_its_defaults(tmp_path):
    write(clean(), tmp_path)
    rules = configuration.load(tmp_path / CONFIG).certainty
    assert rules.findings == ("response_w24", "death")
    assert rules.large == (0.5, 2)
    assert rules.imprecision == ImprecisionRule(events=300, important=(0.75, 1.25))
    assert rules.inconsistency.i2 == (50, 75)
    assert rules.indirectness.trials == (IndirectTrial("beta2005", "other patients"),)
    assert rules.indirectness.outcomes == (IndirectOutcome("death", -1, "a surrogate"),)
    assert rules.risk_of_bias == BiasRule()
    text = store.to_json(rules)
    assert store.from_json(CertaintyRules, text) == rules


def test_declared_baseline_risks_are_numbers(path):
    risks = "direction: harm, baseline_risks: [0.05, 0.2]"
    path.write_text(MINIMAL.replace("direction: harm", risks), encoding="utf-8")
    assert configuration.load(path).outcomes[0].baseline_risks == (0.05, 0.2)


def test_how_a_review_is_kept_alive_reaches_the_record(path):
    living = """living:
  baseline: old/review-1.0.0.zip
  flags: [direction]
  important_difference: {measures: {RR: 1.25, MD: 10}, outcomes: {o: 0.5}}
"""
    path.write_text(MINIMAL + living, encoding="utf-8")
    config = configuration.load(path)
    assert config.living == LivingRules(
        baseline="old/review-1.0.0.zip",
        flags=("direction",),
        important_measures={"RR": 1.25, "MD": 10.0},
        important_outcomes={"o": 0.5},
    )
    assert store.from_json(Config, store.to_json(config)) == config


EVERY_SECTION = """
living: {flags: [direction], important_difference: {measures: {RR: 1.25}, outcomes: {o: 2}}}
certainty:
  start: low
  indirectness: {trials: {cohen2002: Another dose.}, outcomes: {o: {rating: -1, reason: Serum.}}}
  imprecision: {important: [0.8, 1.2]}
multiverse: {tau2: [DL], readings: false}
data: raw
text: prose
weeks: [12]
nested: [[a, b]]
"""


def test_choices_are_named_as_the_file_names_them(path):
    """So that a change of one, and its entry in changelog.csv, lead to the line that was edited."""
    review = "review: {authors: [A. B.], languages: [pl], title: T, version: 1.0.0"
    sides = "control: [c], labels: {intervention: A, control: C}}"
    text = MINIMAL.replace("review: {title: T, version: 1.0.0", review)
    text = text.replace("control: [c]}", sides)
    path.write_text(text + EVERY_SECTION, encoding="utf-8")
    written = yaml.safe_load(path.read_text("utf-8"))
    found = state.choices(configuration.load(path))
    assert len(found) > 20
    for key in found:
        place = written
        for part in key.split("."):
            assert part in place, key
            place = place[part]


@pytest.mark.parametrize(
    ("living", "column", "words"),
    [
        ("flags: [intervall]", "living.flags[1]", "mean interval?"),
        ("baseline: 3", "living.baseline", "put the value in quotes"),
        (
            "important_difference: {measures: {RR: 0}}",
            "living.important_difference.measures.RR",
            "correct the value",
        ),
        (
            "important_difference: {measures: {RR: 1}}",
            "living.important_difference.measures.RR",
            "write one such as 1.25",
        ),
        (
            "important_difference: {outcomes: {o: 1.0}}",
            "living.important_difference.outcomes.o",
            "write one such as 1.25",
        ),
        (
            "important_difference: {outcomes: {oo: 2}}",
            "living.important_difference.outcomes.oo",
            "mean o?",
        ),
        (
            "important_difference: {RR: 2}",
            "living.important_difference.RR",
            "remove it",
        ),
    ],
)
def test_what_is_wrong_with_a_living_review_is_told(path, living, column, words):
    path.write_text(f"{MINIMAL}living: {{{living}}}\n", encoding="utf-8")
    (fault,) = configuration.read(path).faults
    assert fault.column == column
    assert words in fault.remedy


@pytest.mark.parametrize(
    ("outcomes", "forms", "refused"), [(200, "", 0), (201, "", 1), (201, "[]", 0)]
)
def test_a_report_tells_of_so_many_outcomes(path, outcomes, forms, refused):
    """Readings of another outcome do not count: they have but a row."""
    *head, outcome = MINIMAL.splitlines(keepends=True)
    more = [outcome.replace("  o:", f"  o{n}:", 1) for n in range(outcomes - 1)]
    reading = outcome.replace("  o:", "  p:").replace("{label: O", "{label: P, sensitivity_of: o")
    text = "".join([*head, outcome, reading, *more])
    if forms:
        text = text.replace("title: T,", f"title: T, formats: {forms},")
    path.write_text(text, encoding="utf-8")
    faults = configuration.read(path).faults
    assert [fault.column for fault in faults] == ["review.formats"] * refused
    assert all("formats: []" in fault.remedy for fault in faults)


def test_a_baseline_risk_in_words_is_a_fault(path):
    risks = "direction: harm, baseline_risks: [low]"
    path.write_text(MINIMAL.replace("direction: harm", risks), encoding="utf-8")
    (fault,) = configuration.read(path).faults
    assert (fault.column, fault.expected) == ("outcomes.o.baseline_risks[1]", "a number")


def test_the_domains_of_the_table_are_those_of_the_rules():
    (domain,) = (c for c in tables()["certainty"].columns if c.name == "domain")
    assert domain.words == (*LOWERING, *RAISING)


def test_the_protocol_and_the_authors_reach_the_record(path):
    more = "weeks: [12, 24]\nnested: [[a, b, c], [d, e]]\n"
    text = MINIMAL.replace("title: T,", "title: T, authors: [A. Alpha, Łukasz B.],")
    path.write_text(text + more, encoding="utf-8")
    config = configuration.load(path)
    assert config.authors == ("A. Alpha", "Łukasz B.")
    assert config.weeks == (12, 24)
    assert config.nested == (("a", "b", "c"), ("d", "e"))
    assert store.from_json(Config, store.to_json(config)) == config


def test_load_tells_every_fault_with_its_line(path):
    path.write_text(MINIMAL.replace("RR", "RX").replace("title: T", "titel: T"), encoding="utf-8")
    with pytest.raises(InvalidReview) as caught:
        configuration.load(path)
    assert [(fault.cell, fault.column, fault.value) for fault in caught.value.faults] == [
        ("config.yaml:1", "review.titel", "titel"),
        ("config.yaml:5", "outcomes.o.measure", "RX"),
    ]


def test_the_file_may_be_a_link(tmp_path, path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/choices").write_text(MINIMAL, encoding="utf-8")
    path.symlink_to(tmp_path / "elsewhere/choices")
    assert configuration.load(path).title == "T"
    path.unlink()
    path.symlink_to(path)
    ((fault),) = configuration.read(path).faults
    assert fault.cell == "config.yaml"


def test_the_file_keeps_its_own_name(tmp_path):
    path = tmp_path / "other.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    assert {fault.file for fault in configuration.read(path).faults} == {"other.yaml"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("24", 24),
        ("-3", -3),
        ("0", 0),
        ("1.10", "1.10"),
        ("1e5", "1e5"),
        ("", None),
        ("~", None),
        ('"no"', "no"),
        ("'010'", "010"),
        ("no way", "no way"),
        ("1.0.0", "1.0.0"),
        (">-\n  folded\n  text", "folded text"),
    ],
)
def test_plain_values_mean_what_they_say(text, value):
    document = strict_yaml.parse(f"key: {text}\n", "f")
    assert document.faults == []
    assert document.value == {"key": value}


TRUTHS = ["no", "No", "NO", "off", "yes", "on", "True"]
NUMBERS = ["12:30", "1:2:3", "190:20:30.15", "010", "+012", "0x1F", "0b11", "1_000", ".5", "1."]
OTHERS = [".inf", "-.inf", ".nan", "1.5e+3", "2024-01-31", "2024-01-31 12:00:00"]


@pytest.mark.parametrize("text", [*TRUTHS, *NUMBERS, *OTHERS])
def test_values_that_yaml_turns_into_others_are_refused(text):
    document = strict_yaml.parse(f"key: [{text}]\n", "f")
    (fault,) = document.faults
    assert (fault.cell, fault.column, fault.value) == ("f:1", "key[1]", text)
    assert '"' in fault.remedy


def test_lines_are_those_of_the_entries():
    document = strict_yaml.parse("a:\n  b:\n    - 1\n    - 2\n  c: {d: 3,\n    e: 4}\n", "f")
    assert document.lines[("a",)] == 1
    assert document.lines["a", "b", 1] == 4
    assert document.lines["a", "c", "e"] == 6


def test_an_endless_nest_does_not_crash():
    for opening in ("[", "{a: ", "- ", "? "):
        document = strict_yaml.parse(opening * 200_000, "f")
        assert document.faults
        assert document.value is None


def schema():
    return json.loads((SCHEMAS / "config.schema.json").read_text(encoding="utf-8"))


def test_the_schema_is_a_json_schema_and_every_key_is_described():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())

    def walk(part, name):
        assert "description" in part, name
        for key, inner in part.get("properties", {}).items():
            walk(inner, f"{name}.{key}")
        if isinstance(part.get("additionalProperties"), dict):
            walk(part["additionalProperties"], f"{name}.*")

    for key, part in schema()["properties"].items():
        walk(part, key)


def test_the_defaults_in_the_schema_are_those_of_the_records():
    properties = schema()["properties"]["analyses"]["additionalProperties"]["properties"]
    plain = AnalysisSpec("a", "A")
    for key, entry in properties.items():
        if key not in ("label", "checked"):
            assert entry.get("default", getattr(plain, key) or None) == (
                getattr(plain, key) or None
            ), key


def test_choices_of_robustness_have_the_defaults_of_the_schema(path):
    path.write_text(MINIMAL, encoding="utf-8")
    config = configuration.load(path)
    schema = json.loads((SCHEMAS / "config.schema.json").read_text(encoding="utf-8"))
    for name, key in schema["properties"]["multiverse"]["properties"].items():
        value = getattr(config.multiverse, name)
        assert (list(value) if isinstance(value, tuple) else value) == key["default"]
    for name, key in schema["$defs"]["sequential"]["properties"].items():
        default = SequentialChoices.__dataclass_fields__[name].default
        assert key.get("default", default) == default or name == "relative_risk_reduction"
    assert config.outcomes[0].sequential is None


def test_choices_of_robustness_reach_the_record(path):
    more = (
        "multiverse: {measures: [RR], tau2: [DL], leave_one_out: false}\n"
        "sequential: {relative_risk_reduction: -0.25, power: 0.8}\n"
    )
    own = "analyses: [main], sequential: {control_risk: 0.3, power: 0.95, diversity: 0}}"
    text = MINIMAL.replace("analyses: [main]}", own)
    text += (
        "  p: {label: P, outcome: p, type: binary, measure: OR, direction: harm, "
        "analyses: [main]}\n"
        "  q: {label: Q, outcome: q, type: continuous, measure: MD, direction: harm, "
        "analyses: [main]}\n"
    )
    path.write_text(text + more, encoding="utf-8")
    config = configuration.load(path)
    assert config.multiverse == MultiverseChoices(
        measures=("RR",), tau2=("DL",), leave_one_out=False
    )
    first, second, third = (outcome.sequential for outcome in config.outcomes)
    assert first == SequentialChoices(-0.25, power=0.95, control_risk=0.3, diversity=0)
    assert second == SequentialChoices(-0.25, power=0.8)
    assert third is None
    assert store.from_json(Config, store.to_json(config)) == config


def test_every_fault_in_the_choices_of_robustness_is_told(path):
    text = MINIMAL.replace("analyses: [main]}", "analyses: [main], sequential: {power: 0.8}}")
    text += (
        "  q: {label: Q, outcome: q, type: continuous, measure: MD, direction: harm, "
        "analyses: [main], sequential: {power: 0.8}}\n"
        "  r: {label: R, outcome: r, type: binary, measure: RR, direction: harm, "
        "analyses: [main], sequential: {relative_risk_reduction: -3, control_risk: 0.5}}\n"
        "  s: {label: S, outcome: s, type: binary, measure: RR, direction: harm, "
        "analyses: [main], sequential: {relative_risk_reduction: 0}}\n"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidReview) as caught:
        configuration.load(path)
    assert [(fault.cell, fault.column) for fault in caught.value.faults] == [
        ("config.yaml:5", "outcomes.o.sequential.relative_risk_reduction"),
        ("config.yaml:6", "outcomes.q.sequential"),
        ("config.yaml:7", "outcomes.r.sequential.relative_risk_reduction"),
        ("config.yaml:8", "outcomes.s.sequential.relative_risk_reduction"),
    ]


def test_a_fault_of_the_reviews_own_sequential_choices_is_told_once(path):
    text = MINIMAL + MINIMAL.splitlines()[-1].replace("  o:", "  p:") + "\n"
    path.write_text(text + "sequential: {alpha: 0.05}\n", encoding="utf-8")
    with pytest.raises(InvalidReview) as caught:
        configuration.load(path)
    (fault,) = caught.value.faults
    assert fault.column == "sequential.relative_risk_reduction"
    path.write_text(text + 'multiverse: {leave_one_out: "yes", tau2: [RELM]}\n', encoding="utf-8")
    with pytest.raises(InvalidReview) as caught:
        configuration.load(path)
    assert [(fault.column, fault.remedy) for fault in caught.value.faults] == [
        ("multiverse.leave_one_out", "see the manual for what stands here"),
        ("multiverse.tau2[1]", "did you mean REML?"),
    ]


def test_the_smallest_important_differences_are_those_that_certainty_is_judged_by(path):
    """Declared once, under living; a change of one is named by the key that was edited."""
    path.write_text(MINIMAL + EVERY_SECTION, encoding="utf-8")
    config = configuration.load(path)
    assert config.certainty.important_measures == config.living.important_measures != {}
    keys = [key for key in state.choices(config) if "important" in key]
    assert keys
    assert all(k.startswith(("living.important_difference.", "certainty.imprec")) for k in keys)
