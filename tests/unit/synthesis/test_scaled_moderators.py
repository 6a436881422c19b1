"""Location-scale models as reviews have them: numbers beside R's, words, origins, refusals."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.reference.test_moderators_export_against_metafor import YEARS, pairs_of, run
from tests.unit.synthesis.test_moderators import DESIGN, LATITUDE, bcg, model, of

from metasynth.core.messages import in_english
from metasynth.figures.plots.moderators_plot import moderators_plot
from metasynth.language.languages import speak
from metasynth.model.moderated_effects import rows
from metasynth.model.moderators import ModeratorTerm, Profile, Setting
from metasynth.provenance.moderators import moderator_entries
from metasynth.report.tables.moderators import _model, _notes
from metasynth.sensitivity.battery import battery

TEN = ModeratorTerm("lat", "Latitude", "latitude", centre=None, per=10.0)
YEAR = ModeratorTerm("year", "Year", "year", centre=1960.0, per=10.0)
MODELS = (
    model(LATITUDE, scale=(YEAR,), predictions=(Profile("p", "P", (Setting("latitude", 20.0),)),)),
    replace(model(YEAR, ci="Wald", scale=(TEN,)), name="z"),
    replace(model(DESIGN, scale=(TEN,)), name="category"),
    replace(model(YEAR, scale=(TEN, YEAR)), name="two"),
)


@pytest.mark.slow
def test_r_gives_the_same_numbers(tmp_path: Path) -> None:
    result = bcg(*MODELS, year=YEARS)
    expected: list[float | None] = []
    for one in of(result):
        assert one.reason is None
        for part in (one.coefficients, one.scale):
            expected += [change.estimate for change in part]
            expected += [change.se for change in part]
        expected += [one.qm, one.qe]
        expected += [at.log_estimate for at in one.predictions]
        expected += [at.se for at in one.predictions]
    printed = run(result, tmp_path).partition("\nSmall-study effects")[0].split("tau2", 1)[1]
    told = pairs_of(printed)[1:]
    if len(told) == len(expected):  # a wide table has their column above ours
        assert [ours for _, ours in told] == pytest.approx(expected, rel=1e-7, abs=1e-12)
    for theirs, ours in told:
        assert theirs == pytest.approx(ours, rel=1e-5, abs=1e-9)


def test_every_number_has_its_origin_and_its_place() -> None:
    result = bcg(MODELS[0], year=YEARS)
    (found,) = of(result)
    assert (found.tau2, found.i2, found.r2) == (None, None, None)
    assert found.predictions[0].pi_low is None
    assert found.tau2_least is not None
    assert found.tau2_largest is not None
    assert found.tau2_least < found.tau2_largest
    for language in (speak("en"), speak("pl")):
        common = {"kind": "computed", "of": ""}
        entries = {e.key: e for e in moderator_entries((found,), result, (), common, language)}
        own = {key for key, entry in entries.items() if entry.formula == "formula-location-scale"}
        assert {"o.moderators.m.scale.1.estimate", "o.moderators.m.scale_test.p"} <= {
            key.replace(result.outcome.id, "o", 1) for key in own
        }
        said = "\n".join(str(one) for one in _model(found, "o", False, language))
        assert said.count("ln tau²") == 3
        notes = " ".join(_notes([found], "o", language))
        assert "ln tau²" in notes
        assert "R² is" not in notes
    kinds = [row.kind for row in rows("o", found)]
    assert kinds.count("scale") == 2
    assert kinds.count("scale_test") == 1


def test_the_figure_has_no_prediction_interval_where_the_model_has_none() -> None:
    result = bcg(MODELS[0], year=YEARS)
    found = battery(result)
    (model,) = found.moderators
    assert len(model.tau2_each) == model.k
    drawn = moderators_plot(result, found)
    assert "prediction interval" not in drawn.title + drawn.description
    names = [str(line.get_gid()) for axes in drawn.figure.axes for line in axes.lines]
    assert not [one for one in names if "prediction" in one]


def test_trials_without_a_value_of_the_scale_are_left_out() -> None:
    years = (None, *YEARS[1:])
    (found,) = of(bcg(MODELS[0], year=years))
    assert (found.k, len(found.left_out)) == (12, 1)
    (none,) = of(bcg(MODELS[0], year=(1960,) * 13))
    assert none.reason is not None
    assert in_english(none.reason) == "all studies have the same value of year"
