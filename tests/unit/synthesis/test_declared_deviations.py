"""Means in standard deviations that config.yaml declares of each instrument."""

from dataclasses import replace
from math import sqrt
from pathlib import Path

import pytest
import yaml
from tests.converted import COMPARISON, row, studied, trial
from tests.made_up import CONVERTED

from metasynth.core.faults import InvalidReview
from metasynth.interface.columns import BadData, measure_of
from metasynth.model.records import AnalysisSpec, OutcomeSpec
from metasynth.model.robustness_config import DEFAULT_MULTIVERSE
from metasynth.model.units import Unit
from metasynth.review.load import load_review
from metasynth.sensitivity.specifications import options_of
from metasynth.synthesis.synthesise import synthesise

IV = AnalysisSpec("p", "", model="IV")
HAQ, VAS = Unit("HAQ", 1 / 0.6, sd=0.6), Unit("VAS", -1 / 25.0, sd=25.0)
ONE, OTHER = {"mean": 1.0, "sd": 0.5, "total": 40}, {"mean": 1.3, "sd": 0.7, "total": 42}


def outcome():
    spec = OutcomeSpec("o", "O", "o", None, "continuous", "SMD-SD", "harm", ("p",))
    return replace(spec, units=(HAQ, VAS))


def effect(*rows):
    studies = studied(outcome(), *rows)
    (found,) = synthesise(outcome(), [IV], COMPARISON, studies).analyses[0].studies
    return found.log_estimate, found.se


def test_the_difference_is_in_the_declared_deviations():
    y, se = effect(row("t", **ONE, unit="HAQ"), row("c", **OTHER, unit="HAQ"))
    assert y == pytest.approx((1.0 - 1.3) / 0.6)
    assert se == pytest.approx(sqrt(0.5**2 / 40 + 0.7**2 / 42) / 0.6)


def test_an_instrument_turned_round_has_the_other_sign():
    first, second = (
        {**one, "mean": 40 * one["mean"], "sd": 40 * one["sd"]} for one in (ONE, OTHER)
    )
    y, se = effect(row("t", **first, unit="VAS"), row("c", **second, unit="VAS"))
    assert y == pytest.approx(-40 * (1.0 - 1.3) / 25)
    assert se == pytest.approx(40 * sqrt(0.5**2 / 40 + 0.7**2 / 42) / 25)


def test_a_pool_is_that_of_mean_differences_where_one_instrument_is_used():
    """Of one instrument it is the pooled mean difference over its standard deviation."""
    numbers = [(ONE, OTHER), ({**ONE, "mean": 0.9}, {**OTHER, "total": 90})]

    def pool(spec, unit):
        studies = [
            replace(study, study=f"s{i}")
            for i, pair in enumerate(numbers)
            for study in studied(spec, *(row(a, **one, unit=unit)
                                         for a, one in zip("tc", pair, strict=True)))
        ]  # fmt: skip
        random = AnalysisSpec("p", "", model="random")
        return synthesise(spec, [random], COMPARISON, studies).analyses[0].estimates[0]

    plain = pool(replace(outcome(), measure="MD", units=()), "")
    standardised = pool(outcome(), "HAQ")
    for name in ("estimate", "ci_low", "ci_high", "se"):
        assert getattr(standardised, name) == pytest.approx(getattr(plain, name) / 0.6)


def test_no_other_measure_stands_in_its_place():
    """In declared deviations a mean difference would not be one, nor the reverse."""
    one = trial("a", row("t", **ONE, unit="HAQ"), row("c", **OTHER, unit="HAQ"))
    every = replace(DEFAULT_MULTIVERSE, measures=("MD", "SMD"))
    assert options_of(outcome(), IV, COMPARISON, [one], every)["measure"] == ("SMD-SD",)
    with pytest.raises(BadData, match="SMD-SD"):
        measure_of("SMD-SD")


def faults(folder: Path, **changed: object) -> list[str]:
    """What is wrong with a review whose outcome of two units is pooled so."""
    CONVERTED.write(folder)
    config = folder / "config.yaml"
    choices = yaml.safe_load(config.read_text("utf-8"))
    both = {"mmol/mol": {"factor": -1, "sd": 12}, "%": {"sd": 1.1}}
    made = choices["outcomes"]["md_units"] | {"measure": "SMD-SD", "units": both, "unit": None}
    made = {key: value for key, value in (made | changed).items() if value is not None}
    choices["outcomes"]["md_units"] = made
    config.write_text(yaml.safe_dump(choices, sort_keys=False), "utf-8")
    try:
        load_review(config, folder)
    except InvalidReview as invalid:
        return [f"{f.column}: {f.expected}" for f in invalid.faults if f.severity == "error"]
    return []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "unit: mmol/mol or %"),
        ({"unit": "%"}, "md_units.unit: nothing, as SMD-SD is in standard deviations"),
        ({"units": {"mmol/mol": {"factor": 1}, "%": {"sd": 1.1}}}, "mmol/mol: its standard dev"),
        ({"units": {"mmol/mol": {"sd": 0}, "%": {"sd": 1.1}}}, "sd: "),
        ({"measure": "MD", "unit": "%", "units": {"mmol/mol": {"sd": 12}}},
         "sd: nothing, as MD is not in declared"),
        ({"units": None}, "measure: the standard deviations that SMD-SD is in"),
    ],
)  # fmt: skip
def test_every_instrument_has_its_deviation(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    """A row that names none would be taken for standardised already, and is refused."""
    found = faults(tmp_path / "review", **changed)
    assert any(said in fault for fault in found), found
