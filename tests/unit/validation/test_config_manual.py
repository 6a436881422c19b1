"""config/README.md says what the schema says, its examples are right, and its recipes load."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from metasynth import __main__
from metasynth.model.covariates import BUILT_IN, WORDS
from metasynth.review.load import load_review
from metasynth.tables import scaffold
from metasynth.tables.table_schema import tables

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "docs"))
import make_config  # noqa: E402 - the folder of the manuals is no package

SCHEMA, RECIPES = make_config.sources()
KEYS = list(make_config._keys(SCHEMA, SCHEMA, ()))
LEAVES = [
    (make_config._dotted(path), node)
    for path, node, _ in KEYS
    if "properties" not in node and not isinstance(node.get("additionalProperties"), dict)
]


def test_the_manual_is_up_to_date():
    """Made anew by docs/make_config.py."""
    written = make_config.manual(*make_config.sources()).rstrip() + "\n"
    assert make_config.MANUAL.read_text("utf-8") == written


def test_places_in_the_manual_are_told_apart():
    anchors = [make_config._anchor(path) for path, *_ in KEYS]
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize(("path", "node"), LEAVES, ids=[path for path, _ in LEAVES])
def test_every_key_says_what_when_and_how(path, node):
    assert node["description"]
    assert node["x-when"]
    if "enum" in node:
        assert len(node["enumDescriptions"]) == len(node["enum"])
    own = {**node, "$defs": SCHEMA["$defs"]}
    for example in node["examples"]:
        Draft202012Validator(own).validate(example)
        written = yaml.safe_load(f"key: {make_config._inline(example)}")
        assert written == {"key": example}
    if "default" in node:
        Draft202012Validator(own).validate(node["default"])


def test_the_schema_is_one_and_a_new_review_has_it(tmp_path, capsys):
    Draft202012Validator.check_schema(SCHEMA)
    assert __main__.main(["schema"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed) == SCHEMA
    scaffold.create(tmp_path / "new")
    first, *_ = (tmp_path / "new/config.yaml").read_text("utf-8").splitlines()
    name = first.removeprefix("# yaml-language-server: $schema=")
    assert (tmp_path / "new" / name).read_text("utf-8") == printed
    content = yaml.safe_load((tmp_path / "new/config.yaml").read_text("utf-8"))
    Draft202012Validator(SCHEMA).validate(content)


def table(path, name, rows):
    out = io.StringIO()
    columns = [column.name for column in tables()[name].columns]
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def results(outcome, arms, number):
    """Rows of a type, made up; no two trials are alike."""

    def numbers(place):
        means = 5.25 + number - place, 20 - number + place
        return {
            "binary": {"events": 20 + 3 * number + 5 * place, "total": 100 + number},
            "proportion": {"events": 20 + 3 * number, "total": 100 + number},
            "continuous": {"mean": means[turned], "sd": 2.5, "total": 100 + number},
            "rate": {"events": 20 + 3 * number + 5 * place, "person_time": 80.5 + number},
        }[outcome["type"]]

    common = {"outcome": outcome["outcome"], "provenance": "reported", "source_id": "page"}
    common |= {"week": outcome.get("week", "")}
    names = list(outcome.get("units", ()))
    name = names[number % len(names)] if names else ""
    common |= {"unit": name} if name else {}
    turned = bool(name) and outcome["units"][name]["factor"] < 0
    if outcome["type"] != "generic":
        return [common | {"arm_id": arm} | numbers(n) for n, arm in enumerate(arms)]
    contrast = common | {"arm_id": arms[0], "reference_arm_id": arms[-1]}
    given = [
        {"estimate": 0.75, "ci_low": 0.58, "ci_high": 0.97},
        {"estimate": -0.2, "se": 0.11},
        {"o_minus_e": -5.5, "variance": 30},
    ]
    return [contrast | given[number % 3]]


def covariates(outcome):
    """The covariates of covariates.csv that an outcome asks for."""
    if "covariate" in outcome:
        yield outcome["covariate"]["name"]
    for model in outcome.get("moderators", {}).values():
        own = (term.get("column", name) for name, term in model["terms"].items())
        yield from (name for name in own if name not in (*BUILT_IN, *WORDS))


def made(folder, recipe, role=""):
    """A review of five made-up trials whose choices are those of the recipe.

    Arms are of the side that the recipe has them on, or all of `role`.
    """
    scaffold.create(folder)
    starter = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    del starter["weeks"]
    config = starter | recipe
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    first = "__".join([next(iter(config["outcomes"])), *list(recipe.get("comparisons", ()))[:1]])
    for page in (folder / "data/text/en").glob("*.md"):
        text = page.read_text("utf-8").replace("response.primary", f"{first}.primary")
        page.write_text(text, encoding="utf-8")
    bib = "@misc{made, title = {Made up}, year = {2001}}\n"
    (folder / "data/raw/references.bib").write_text(bib, encoding="utf-8")
    if "comparisons" in recipe:
        del config["comparison"]
        (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    compared = config.get("comparisons", {"": config.get("comparison")}).values()
    both = (
        (side, t) for side in ("intervention", "control") for one in compared for t in one[side]
    )
    sides = list(dict.fromkeys(both))
    arms = [f"arm{n}" for n in range(len(sides))]
    for number in range(5):
        place = folder / f"data/raw/trials/trial{number}"
        place.mkdir()
        study = {"label": f"Trial {2001 + number}", "year": 2001 + number, "status": "included",
                 "population": ("adults", "children")[number % 2]}  # fmt: skip
        table(place / "study.csv", "study", [study])
        table(place / "arms.csv", "arms", [
            {"arm_id": arm, "role": role or side, "label": treatment, "treatment": treatment}
            for arm, (side, treatment) in zip(arms, sides, strict=True)
        ])  # fmt: skip
        rows = [
            row
            for outcome in config["outcomes"].values()
            for i, effect in enumerate(outcome.get("effects", {"": {}}).values())
            for row in results(outcome | effect, arms, number + 7 * i)
        ]
        table(place / "results.csv", "results", rows)
        source = {
            "source_id": "page",
            "reference": "made",
            "locator": "p. 1",
            "quote": "as printed",
        }
        table(place / "sources.csv", "sources", [source])
        names = dict.fromkeys(name for o in config["outcomes"].values() for name in covariates(o))
        values = [{"covariate": n, "value": 10 * number, "source_id": "page"} for n in names]
        if values:
            table(place / "covariates.csv", "covariates", values)
    return folder


@pytest.mark.parametrize("text", RECIPES, ids=[text.splitlines()[0] for text in RECIPES])
def test_a_recipe_loads_without_a_warning(text, tmp_path):
    recipe = yaml.safe_load(text)
    review = load_review(Path("config.yaml"), made(tmp_path / "r", recipe))
    assert [(w.column, w.expected) for w in review.warnings] == []
    written = list(recipe["outcomes"])
    assert sorted({o.id.partition("__")[0] for o in review.config.outcomes}) == sorted(written)
    assert "comparisons" in recipe or [o.id for o in review.config.outcomes] == written
    assert len(review.trials) == 5


@pytest.mark.parametrize("role", ["group", "intervention"])
def test_one_group_is_a_group_with_and_without_a_comparison(role, tmp_path):
    """As the recipe says: control is empty, or there is no comparison at all."""
    (recipe,) = (yaml.safe_load(one) for one in RECIPES if one.startswith("# Prevalence"))
    folder = made(tmp_path / "r", recipe, role)
    assert len(load_review(Path("config.yaml"), folder).trials) == 5
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    del config["comparison"]
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    assert len(load_review(Path("config.yaml"), folder).trials) == 5


def test_there_is_a_recipe_of_each_kind():
    said = " ".join(text.splitlines()[0].casefold() for text in RECIPES)
    for words in ("two instruments", "o − e", "subgroups", "meta-regression",
                  "several moderators", "prevalence", "rates",
                  "three arms", "cluster", "few trials", "living",
                  "several comparisons", "several effects"):  # fmt: skip
        assert words in said
