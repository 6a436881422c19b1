"""How firmly results stand, in the report: the numbers of the records, each with its provenance."""

from dataclasses import replace
from functools import cache

import pytest
from tests.examples import ANAKINRA, outcomes, review

from metasynth.figures.draw import draw
from metasynth.language.languages import ENGLISH, speak
from metasynth.language.tracked import NAME, SCALE, bare, pieces
from metasynth.model.robustness_config import MultiverseChoices, SequentialChoices
from metasynth.provenance.collect import collect
from metasynth.provenance.entry import ends
from metasynth.report.document import Table, numbers, plain
from metasynth.report.material import Material, Scope, primary_outcomes
from metasynth.report.tables.index import build
from metasynth.report.tables.stability import extraction_sentence, stability_names
from metasynth.sensitivity.extraction import extraction
from metasynth.sensitivity.multiverse import multiverse
from metasynth.sensitivity.robustness import Stability
from metasynth.sensitivity.sequential import sequential

CHOICES = MultiverseChoices(leave_one_out=False, multi_arm=("combine",), tau2=("REML",))


@cache
def stability(*, planned=False):
    found = {}
    for id_, (result, trials) in outcomes(ANAKINRA).items():
        if not result.outcome.sensitivity_of:
            if planned:
                asked = replace(result.outcome, sequential=SequentialChoices(-0.5))
                result = replace(result, outcome=asked)
            found[id_] = Stability(
                extraction(result, trials),
                multiverse(result, trials, CHOICES),
                sequential(result),
            )
    return found


def scope(language=ENGLISH, *, planned=False):
    whole = review(ANAKINRA)
    results = tuple(result for result, _ in outcomes(ANAKINRA).values())
    material = Material(
        config=whole.config, trials=whole.trials, results=results, reproductions=(),
        bibliography={}, figures={}, sensitivities={}, versions=(),
        stability=stability(planned=planned),
    ).within(language)  # fmt: skip
    return Scope(material, language, primary_outcomes(material, language), lambda *_: ())


def cells(body):
    return [[plain(cell) for cell in row.cells] for row in body[2]]


def test_uncertain_outcomes_are_tabulated_with_their_ranges():
    rows = cells(build("extraction", scope()))
    assert len(rows) == sum(
        len(item.extraction.ranges)
        for item in stability().values()
        if any(own.tables > 1 for own in item.extraction.ranges)
    )
    (primary,) = [
        r for r in rows if r[0].startswith("ACR70 response at week 24") and "REML" in r[1]
    ]
    # As metafor finds them (tests/reference/expected/extraction.csv), rounded.
    assert primary[2:] == [
        "16", "3.13 to 4.99", "0.68 to 2.14", "10.53 to 17.17", "0.01 to 0.08",
        "yes: 11 exclude the value of no effect",
    ]  # fmt: skip


def test_the_sentence_beside_an_estimate_says_whether_the_conclusion_changes():
    here = scope()
    said = {
        id_: bare(extraction_sentence(names, here.material, ENGLISH))
        for id_, names in here.outcomes.items()
    }
    assert said["acr70_w24"].endswith("in 11 of them, and not in the others.")
    assert said["acr20_w24"].endswith("does not depend on the table.")
    assert said["death"] == ""


def test_the_multiverse_is_tabulated_by_measure():
    rows = cells(build("multiverse", scope()))
    found = stability()["acr20_w24"].multiverse
    own = rows[:3]
    assert [row[1] for row in own] == [scale.measure for scale in found.scales]
    assert [row[2] for row in own] == [str(scale.tally.analyses) for scale in found.scales]
    assert own[0][-1] == str(found.lower)
    assert own[1][-1] == ""


@pytest.mark.parametrize("code", ["en", "pl"])
@pytest.mark.parametrize("name", ["extraction", "multiverse", "sequential"])
def test_every_number_rests_on_cells_and_choices(name, code):
    language = speak(code, ANAKINRA / "data/text")
    here = scope(language, planned=True)
    table = Table(f"table-{name}", "1", *build(name, here))
    used = [number.key for number in numbers((table,))]
    assert len(used) > 20
    material = here.material
    book = collect(
        material.config, material.trials, material.results, {}, (), (), language, (), (),
        material.stability,
    )  # fmt: skip
    behind = book.behind(used)
    for key in dict.fromkeys(used):
        assert list(ends(behind, key)), key


@pytest.mark.parametrize("figure", ["multiverse", "sequential"])
def test_every_number_of_the_figures_is_its_entry_rounded(figure):
    material = scope(planned=True).material
    book = collect(
        material.config, material.trials, material.results, {}, (), (), ENGLISH, (), (),
        material.stability,
    )  # fmt: skip
    results = {result.outcome.id: result for result in material.results}
    seen = set()
    for id_, found in material.stability.items():
        known = {figure: getattr(found, figure)}
        drawing = draw(results[id_], figure, **known)
        texts = [getattr(text, "said", "") for text in drawing.figure.texts]
        for printed, key in pieces(" ".join([*texts, *drawing[1:]])):
            if key in ("", NAME, SCALE):
                continue
            seen.add(key)
            plain_text = printed.strip("<> %").replace("−", "-").replace("\u202f", "")
            half = 0.5 * 10.0 ** -len(plain_text.partition(".")[2])
            value, shown = book.entries[key].value, float(plain_text)
            if printed[0] in "<>":
                assert (value < shown) is (printed[0] == "<"), key
            else:
                assert value == pytest.approx(shown, abs=half * (1 + 1e-9)), key
    assert len(seen) > 40


def test_sequential_analyses_are_tabulated_only_where_asked_for():
    assert cells(build("sequential", scope())) == []
    rows = cells(build("sequential", scope(planned=True)))
    assert rows[0][0] == "ACR20 response at week 24"
    assert rows[0][1] == "a relative risk increase of 50%"
    found = stability(planned=True)["acr20_w24"].sequential
    assert rows[0][2] == str(found.required)


def test_texts_know_which_tables_there_are():
    here = scope()
    names = stability_names(here.material, tuple(here.outcomes.values()), ENGLISH)
    assert names["changing"] == ["ACR70 response at week 24"]
    assert (names["multiverse"], names["sequential"]) == (True, False)
