"""Several comparisons of one review: what each outcome becomes, and every slip by its name."""

import json

import pytest
import yaml

from metasynth.validation import configuration

SIDES = {
    "low": {"intervention": ["drug low"], "control": ["placebo"]},
    "high": {"intervention": ["drug high"], "control": ["placebo"]},
    "active": {"intervention": ["drug high"], "control": ["rival"]},
}
NAMES = {
    "low": {"intervention": "Low dose", "control": "Placebo"},
    "high": {"intervention": "High dose", "control": "Placebo"},
    "active": {"intervention": "High dose", "control": "Rival"},
}
ALL = tuple(SIDES)


def outcome(label="Response", **more):
    return {"label": label, "outcome": "response", "type": "binary", "measure": "RR",
            "direction": "benefit", "analyses": ["main"]} | more  # fmt: skip


def document(outcomes=None, sides=SIDES, **more):
    compared = {name: one | {"labels": NAMES[name]} for name, one in sides.items()}
    content = {
        "review": {"title": "T", "version": "1.0.0", "date": "2026-01-31"},
        "comparisons": compared,
        "analyses": {"main": {"label": "Main"}},
        "outcomes": outcomes or {"response": outcome()},
    }
    return json.loads(json.dumps(content | more))  # nothing is shared with another document


def read(tmp_path, content):
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return configuration.read(path)


def loaded(tmp_path, content):
    reading = read(tmp_path, content)
    assert [(f.column, f.expected) for f in reading.faults] == []
    return reading.config


def told(tmp_path, content):
    return [
        (f.column, f.value, f"{f.expected}; {f.remedy}") for f in read(tmp_path, content).faults
    ]


def compared(config):
    return [(one.id, one.comparison) for one in config.outcomes]


def test_an_outcome_is_pooled_in_every_comparison_in_their_order(tmp_path):
    config = loaded(tmp_path, document({"response": outcome(), "pain": outcome("Pain")}))
    assert compared(config) == [
        (f"{name}__{one}", one) for one in ALL for name in ("response", "pain")
    ]
    for spec in config.outcomes:
        assert config.comparison_of(spec).sides == tuple(
            tuple(side) for side in SIDES[spec.comparison].values()
        )
    assert [spec.label for spec in config.outcomes] == ["Response", "Pain"] * 3


def test_or_in_those_that_it_lists_and_one_that_names_its_only_one_keeps_its_name(tmp_path):
    outcomes = {
        "response": outcome(comparisons=["active", "low"]),
        "pain": outcome("Pain", comparison="active"),
        "death": outcome("Death", comparison="high"),
    }
    assert compared(loaded(tmp_path, document(outcomes))) == [
        ("response__low", "low"),
        ("death", "high"),
        ("response__active", "active"),
        ("pain", "active"),
    ]


def test_a_reading_is_of_the_comparisons_of_its_outcome(tmp_path):
    again = {"sensitivity_of": "response", "reading": "all"}
    outcomes = {
        "response": outcome(comparisons=["low", "high"]),
        "response_all": outcome("all randomised", **again),
        "pain": outcome("Pain", comparison="active"),
        "pain_all": outcome("all", sensitivity_of="pain", reading="all"),
    }
    config = loaded(tmp_path, document(outcomes))
    assert {one.id: one.sensitivity_of for one in config.outcomes if one.sensitivity_of} == {
        "response_all__low": "response__low",
        "response_all__high": "response__high",
        "pain_all": "pain",
    }


def test_whatever_names_an_outcome_names_it_in_all_its_comparisons(tmp_path):
    more = {
        "certainty": {
            "findings": ["pain", "response__high"],
            "indirectness": {"outcomes": {"pain": {"rating": -1, "reason": "a surrogate"}}},
        },
        "living": {"important_difference": {"outcomes": {"pain": 1.5, "pain__active": 1.2}}},
    }
    outcomes = {"response": outcome(checked="seen"), "pain": outcome("Pain")}
    config = loaded(tmp_path, document(outcomes, **more))
    pains = tuple(f"pain__{one}" for one in ALL)
    assert config.certainty.findings == (*pains, "response__high")
    assert [one.outcome for one in config.certainty.indirectness.outcomes] == [*pains]
    important = {"pain__low": 1.5, "pain__high": 1.5, "pain__active": 1.2}
    assert config.living.important_outcomes == important
    assert {("outcomes", f"response__{one}") for one in ALL} <= set(config.checked)


def test_one_comparison_is_as_it_was(tmp_path):
    content = document()
    del content["comparisons"]
    config = loaded(tmp_path, content | {"comparison": SIDES["low"]})
    assert compared(config) == [("response", "")]
    assert list(config.comparisons) == [""]
    assert config.comparison_of(config.outcomes[0]).intervention == ("drug low",)


def without(content, *path):
    *begun, last = path
    node = content
    for key in begun:
        node = node[key]
    del node[last]
    return content


def single(**more):
    content = document(**more) | {"comparison": SIDES["low"]}
    del content["comparisons"]
    return content


DOUBLE = {"low": SIDES["low"], "high": {"intervention": ["placebo"], "control": ["drug low"]}}
SLIPS = {
    "both": (document(comparison=SIDES["low"]), "comparison", "either comparison or comparisons"),
    "misspelt": (
        document({"response": outcome(comparisons=["low", "hihg", "active"])}),
        "outcomes.response.comparisons[2]",
        "did you mean high?",
    ),
    "misspelt_alone": (
        document({"response": outcome(), "pain": outcome("Pain", comparison="activ")}),
        "outcomes.pain.comparison",
        "did you mean active?",
    ),
    "unknown": (
        document({"response": outcome(), "pain": outcome("Pain", comparison="zzz")}),
        "outcomes.pain.comparison",
        "(low, high, active)",
    ),
    "two_keys": (
        document({"response": outcome(comparison="low", comparisons=["high", "active", "low"])}),
        "outcomes.response.comparison",
        "either comparison or comparisons",
    ),
    "of_no_comparison": (
        document({"response": outcome(comparisons=[])}),
        "outcomes.response.comparisons",
        "at least one entry",
    ),
    "nothing_pooled": (
        document({"response": outcome(comparisons=["low", "high"])}),
        "comparisons.active",
        "none is of active",
    ),
    "same_arms": (document(sides=DOUBLE), "comparisons.high", "other arms than low has"),
    "unnamed": (
        without(document(), "comparisons", "high", "labels", "control"),
        "comparisons.high.labels.control",
        "the name of its control side",
    ),
    "both_sides": (
        document(sides={**SIDES, "high": {"intervention": ["a"], "control": ["b", "a"]}}),
        "comparisons.high.control[2]",
        "not on the intervention side too",
    ),
    "no_control": (
        document(sides={**SIDES, "high": {"intervention": ["a"], "control": []}}),
        "comparisons.high.control",
        "as response__high compares two",
    ),
    "taken_name": (
        document({"response": outcome(), "response__low": outcome("Other", comparison="low")}),
        "outcomes.response__low",
        "response is called response__low in low",
    ),
    "long_name": (document({"r" * 61: outcome()}), f"outcomes.{'r' * 61}", "at most 64 characters"),
    "one_and_named": (
        single(outcomes={"response": outcome(comparison="low")}),
        "outcomes.response.comparison",
        "the review has one comparison",
    ),
    "one_and_labelled": (
        without(single(), "comparison") | {"comparison": SIDES["low"] | {"label": "Dose"}},
        "comparison.label",
        "called by its sides",
    ),
    "finding": (
        document(certainty={"findings": ["response", "respons"]}),
        "certainty.findings[2]",
        "response__low",
    ),
    "reading_beyond": (
        document(
            {
                "response": outcome(comparisons=["low", "high"]),
                "pain": outcome("Pain", comparison="active"),
                "all": outcome(
                    "all", sensitivity_of="response", reading="all", comparisons=["active"]
                ),
            }
        ),
        "outcomes.all.sensitivity_of",
        "response__low",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_once_where_it_is_written(name, tmp_path):
    content, column, words = SLIPS[name]
    found = told(tmp_path, content)
    here = [text for where, _, text in found if where == column]
    assert len(here) == 1, found
    assert words in here[0]
    assert {where for where, _, _ in found} == {column}, found


def test_alike_names_of_sides_cannot_be_told_apart(tmp_path):
    content = document()
    content["comparisons"]["high"]["labels"] = {"intervention": "low dose", "control": "Placebo"}
    ((column, value, text),) = told(tmp_path, content)
    assert (column, value) == ("comparisons.high.labels", "low dose / placebo")
    assert "other names of its sides than low has" in text


def test_all_slips_are_one_report(tmp_path):
    content = document({"response": outcome(comparisons=["low", "hihg"], analyses=["man"])})
    columns = [column for column, _, _ in told(tmp_path, content)]
    assert sorted(columns) == [
        "comparisons.active",
        "outcomes.response.analyses[1]",
        "outcomes.response.comparisons[2]",
    ]
