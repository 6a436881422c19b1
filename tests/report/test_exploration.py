"""The pools that readers try are those of the engine, and nothing else of the page changes."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

import metasynth as ms
from metasynth.language import formats
from metasynth.language.languages import ENGLISH
from metasynth.model.methods import MEASURE, is_ratio
from metasynth.report.exploration import Explored, known
from tests.reviews import Review

SCRIPT = Path(__file__).parents[2] / "workflow/report/explore.js"
ENGINE = {
    "IV": {"model": "IV"},
    "MH": {"model": "MH"},
    "DL": {"model": "random", "tau2": "DL", "ci": "Wald"},
    "REML": {"model": "random", "tau2": "REML", "ci": "Wald"},
    "HKSJ": {"model": "random", "tau2": "REML", "ci": "HKSJ"},
}
ANSWER = """({outcome, measure, models, t}) => models.map((model) => {
  const data = chosen(outcome, measure, () => true);
  return pool({...data, measure, model, t});
})"""


def cases(measure: str) -> list[list[list[int]]]:
    """Seeded sets of 2×2 tables: few and many, alike and not, with empty cells, none or all ill."""
    random, made = np.random.default_rng(20261127), []
    for k in (1, 2, 3, 5, 13):
        for spread in (0.0, 0.4, 1.5):
            rows = []
            for _ in range(k):
                n1, n2 = (int(n) for n in random.integers(5, 300, 2))
                risk = random.uniform(0.02, 0.6)
                other = 1 / (1 + (1 - risk) / risk * np.exp(-random.normal(-0.3, spread)))
                rows.append(
                    [int(random.binomial(n1, other)), n1, int(random.binomial(n2, risk)), n2]
                )
            made.append(rows)
    zero = [[0, 40, 3, 42], [5, 60, 9, 61], [0, 30, 0, 30], [20, 20, 20, 20], [2, 25, 0, 24]]
    return [*made, zero]


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_counts_are_pooled_as_the_engine_pools_them(browser: Browser, measure: str) -> None:
    page = browser.new_page()
    page.add_script_tag(content=f"const page = {{}};\n{SCRIPT.read_text('utf-8')}")
    from scipy.special import stdtrit

    quantiles = [float(stdtrit(df, 0.975)) for df in range(1, 20)]
    for rows in cases(measure):
        studies = [[str(i), None, None, *row] for i, row in enumerate(rows)]
        outcome = {"measure": measure, "counts": True, "log": measure != "RD", "studies": studies}
        told = {"outcome": outcome, "measure": measure, "models": [*ENGINE], "t": quantiles}
        answers = page.evaluate(ANSWER, told)
        frame = dict(
            zip(("ai", "n1i", "ci", "n2i"), map(list, zip(*rows, strict=True)), strict=True)
        )
        for (model, choices), answer in zip(ENGINE.items(), answers, strict=True):
            same(answer, engine(frame, measure, choices), (model, measure, rows))
    page.close()


def test_published_effects_are_pooled_as_the_engine_pools_them(browser: Browser) -> None:
    page = browser.new_page()
    page.add_script_tag(content=f"const page = {{}};\n{SCRIPT.read_text('utf-8')}")
    from scipy.special import stdtrit

    random = np.random.default_rng(7)
    quantiles = [float(stdtrit(df, 0.975)) for df in range(1, 40)]
    for k in (2, 3, 8, 40):
        for unit in (1e-6, 1.0, 1e5):
            se = unit * random.uniform(0.05, 1, k)
            y = random.normal(0.2 * unit, np.hypot(se, 0.3 * unit))
            studies = [
                [str(i), float(a), float(b)] for i, (a, b) in enumerate(zip(y, se, strict=True))
            ]
            outcome = {"measure": "MD", "counts": False, "log": False, "studies": studies}
            models = [model for model in ENGINE if model != "MH"]
            told = {"outcome": outcome, "measure": "MD", "models": models, "t": quantiles}
            for model, answer in zip(models, page.evaluate(ANSWER, told), strict=True):
                frame = {"yi": y.tolist(), "sei": se.tolist()}
                same(answer, engine(frame, "MD", ENGINE[model]), (model, k, unit))
    page.close()


def engine(frame: dict[str, list[Any]], measure: str, choices: dict[str, str]) -> Any:
    try:
        return ms.pool(frame, measure, **choices).pooled
    except ValueError:
        return None


def same(answer: Any, pooled: Any, case: object) -> None:
    if pooled is None:
        assert answer is None or not np.isfinite(answer["mean"] + answer["se"]), case
        return
    mine = [answer["mean"], answer["se"], answer["tau2"]]
    theirs = [pooled.log_estimate, pooled.se, pooled.tau2 or 0.0]
    scale = max(abs(pooled.log_estimate), pooled.se)
    assert mine[:2] == pytest.approx(theirs[:2], rel=1e-8, abs=1e-8 * scale), case
    assert mine[2] == pytest.approx(theirs[2], rel=1e-8, abs=1e-8 * pooled.se**2), case
    assert answer["k"] == pooled.k, case


STYLE = "const page = {}, words = {};\n"
SAID = """({written, decimal, thousands, values}) => {
  page.written = written;
  Object.assign(words, {decimal, thousands});
  const effects = values.map(([measure, value]) => effect(measure, value));
  return [effects, values.map(([, value]) => positive(Math.abs(value)))];
}"""


def hard_numbers() -> list[float]:
    """Halves that no binary float holds, small, large and negative numbers, and seeded ones."""
    halves = [float(f"{whole}.{half}5") for whole in (0, 1, 12, 1000) for half in range(1000)]
    edges = [0.0, 0.0005, 0.0095, 0.00949999, 999.5, 1000.0, 1000.5, 999999.5, 1e6, 1e-7, 5e-324]
    spread = np.random.default_rng(7).normal(0, 1, 2000) * 10.0 ** np.arange(-6, 4).repeat(200)
    values = [*halves, *edges, 1.005, 0.5, 1.5, 2.5, *map(float, spread)]
    return [*values, *(-value for value in values)]


@pytest.mark.parametrize("declared", [{}, {"RR": 3, "RD": 1, "MD": 0, "OR": 2}])
@pytest.mark.parametrize("decimal", [".", ","])
def test_numbers_are_written_as_the_tables_write_them(
    browser: Browser, declared: dict[str, int], decimal: str
) -> None:
    """With the decimals that the review declares, or the usual ones, in each language's mark."""
    style = formats.NumberStyle(decimal, decimals=tuple(declared.items()))
    measures = ("RR", "OR", "RD", "MD", "other")
    ways = {one: Explored(one, is_ratio(one), counts=False, studies=()) for one in measures}
    page = browser.new_page()
    script = SCRIPT.with_name("review.js").read_text("utf-8")
    (own,) = re.findall(r"^function localNumber\(.*?^}$", script, re.DOTALL | re.MULTILINE)
    page.add_script_tag(content=STYLE + own + SCRIPT.read_text("utf-8"))
    values = [
        (measure, value)
        for measure in measures
        for value in hard_numbers()
        if value >= 0 or not MEASURE[measure].positive
    ]
    language = replace(ENGLISH, numbers=style)
    told = {"written": known(ways, language)["written"], "decimal": decimal, "values": values}
    told["thousands"] = style.thousands
    effects, amounts = page.evaluate(SAID, told)
    assert effects == [formats.estimate(measure, value, style) for measure, value in values]
    assert amounts == [formats.positive(abs(value), style) for _, value in values]
    page.close()


def test_a_reader_leaves_a_trial_out_and_the_page_is_otherwise_the_same(
    browser: Browser, finished: Callable[[str], Review]
) -> None:
    review = finished("bcg")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((review.folder / "results/report/review.html").as_uri())
    text = page.locator("main > p").all_text_contents()
    figure = page.locator("figure#fig-tuberculosis")
    figure.get_by_role("button", name="Try other trials and models").click()
    panel = figure.locator(".explore")
    result = json.loads(
        (review.folder / "results/outcomes/tuberculosis/result.json").read_text("utf-8")
    )
    (whole,) = (e for e in result["analyses"][0]["estimates"] if e["subgroup"] == "all")
    expect(panel.locator("strong")).to_contain_text(f"{whole['estimate']:.2f}")
    expect(panel.locator("circle")).to_have_count(13)
    panel.get_by_label("Aronson 1948").uncheck()
    expect(panel.locator("circle")).to_have_count(12)
    panel.get_by_label("Measure").select_option("RD")
    panel.get_by_label("Model").select_option("MH")
    expect(panel.locator("strong")).to_contain_text("k = 12")
    for tick in panel.locator("input").all():
        tick.uncheck() if tick.is_checked() else None
    expect(panel).to_contain_text("These trials allow no such pool.")
    assert page.locator("main > p").all_text_contents() == text
    assert said == []
    page.close()
