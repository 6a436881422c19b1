"""One outcome of any number of trials: every stage's functions, over the sizes where limits lie.

Sixty-two trials are the most whose subsets have a number of 64 bits, sixty-four the most that
an array has dimensions; two hundred are the most that are looked at one at a time.
"""

import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from functools import cache, cached_property
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from metasynth.core import store
from metasynth.figures import catalogue
from metasynth.figures.files import outcome_files
from metasynth.figures.forest.files import forest_files
from metasynth.language.languages import ENGLISH
from metasynth.language.sentences import in_words
from metasynth.living.growth import growth
from metasynth.model import bounds
from metasynth.model.records import AnalysisSpec, FigureChoices, OutcomeResult
from metasynth.provenance.collect import collect
from metasynth.review.load import load_review
from metasynth.sensitivity.admissible import Reading, chosen_tables
from metasynth.sensitivity.battery import Sensitivity, battery
from metasynth.sensitivity.extraction import UNCOUNTED, Extraction, extraction
from metasynth.sensitivity.multiverse import Multiverse, multiverse
from metasynth.sensitivity.robustness import Stability
from metasynth.sensitivity.sequential import sequential
from metasynth.stats.effects.binary import Effects
from metasynth.stats.influence import baujat
from metasynth.stats.intervals import kenward_roger_interval
from metasynth.stats.leave_one_out import sums_of_others
from metasynth.stats.models import fit_model
from metasynth.stats.rank_test import kendall
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
import synthetic

SIZES = (1, 2, 3, 10, 62, 63, 64, 65, 130, 201, 500)
FEWER = (1, 2, 3, 63, 65, 201)
CASES = [("binary", k) for k in SIZES] + [
    (kind, k) for kind in ("continuous", "generic", "proportion", "rate") for k in FEWER
]


class Made:
    """A made-up review of one outcome, and what each stage makes of it."""

    def __init__(self, folder: Path, kind: str, k: int) -> None:
        synthetic.create_large(folder, k, kind)
        self.review = load_review(folder / "config.yaml", folder)
        config = self.review.config
        self.outcome = config.outcomes[0]
        analyses = {a.name: a for a in config.analyses}
        made = [
            study_data(t, self.outcome, config.comparison_of(self.outcome))
            for t in self.review.trials
        ]
        self.studies = [study for trial in made for study in trial]
        specs = [analyses[name] for name in self.outcome.analyses]
        self.result = synthesise(
            self.outcome, specs, config.comparison_of(self.outcome), self.studies
        )

    @cached_property
    def battery(self) -> Sensitivity:
        return battery(self.result)

    @cached_property
    def extraction(self) -> Extraction:
        return extraction(self.result, self.review.trials)

    @cached_property
    def multiverse(self) -> Multiverse:
        return multiverse(self.result, self.review.trials, self.review.config.multiverse)

    def read_again(self, cls: type, record: object) -> None:
        assert isinstance(store.from_json(cls, store.to_json(record)), cls)


Of = Callable[[str, int], Made]


@pytest.fixture(scope="module")
def of(tmp_path_factory: pytest.TempPathFactory) -> Of:
    """Makes a review of so many trials, once for all tests of it."""
    return cache(lambda kind, k: Made(tmp_path_factory.mktemp("review") / "review", kind, k))


@pytest.mark.parametrize(("kind", "k"), CASES)
def test_every_stage_takes_any_number_of_trials(of: Of, kind: str, k: int) -> None:
    made = of(kind, k)
    pooled = made.result.analyses[0].estimates[0]
    assert pooled.k == k
    for cls, record in (
        (OutcomeResult, made.result),
        (Sensitivity, made.battery),
        (Extraction, made.extraction),
        (Multiverse, made.multiverse),
    ):
        made.read_again(cls, record)
    told = made.battery
    if 2 <= k <= bounds.ONE_BY_ONE:
        assert len(told.leave_one_out) == len(told.cumulative) == k
        assert not told.sequence_reason
    else:
        assert not told.leave_one_out
        assert not told.cumulative
        assert told.sequence_reason
    if k > bounds.ONE_BY_ONE:
        assert str(bounds.ONE_BY_ONE) in in_words(told.sequence_reason)
        assert len(told.diagnostics.studies) == k
        assert {one.rstudent for one in told.diagnostics.studies} == {None}
        assert str(bounds.ONE_BY_ONE) in in_words(told.diagnostics.reason)
    left_out = {d.name: d.options for d in made.multiverse.dimensions}.get("left_out", ("",))
    assert len(left_out) == (k + 1 if k <= bounds.ONE_BY_ONE else 1)
    for own in made.extraction.ranges:
        assert own.tables == min(UNCOUNTED, 9 ** (k // 10) if kind == "binary" else own.tables)
        assert own.pooled <= own.tables or not own.exact
        assert own.estimate.low <= pooled.estimate + 1e-9
    steps = growth([made.result])
    assert steps[-1].pooled.estimate == pytest.approx(pooled.estimate, rel=1e-7)
    assert len(steps) == (k if k <= bounds.ONE_BY_ONE else len({s.year for s in made.studies}))


@pytest.mark.parametrize(("kind", "k"), CASES)
def test_every_figure_takes_any_number_of_trials(of: Of, kind: str, k: int) -> None:
    made = of(kind, k)
    names = catalogue.figures(made.outcome, k)
    if k > bounds.ONE_BY_ONE:
        too_many = {n for n, figure in catalogue.OF_AN_OUTCOME.items() if figure.too_many}
        assert not {*names} & too_many
        assert all(catalogue.reason(name, made.outcome, k) for name in too_many)
    found = sequential(made.result)
    paths = [f"{made.outcome.id}/{name}.svg" for name in names]
    spoken = {"": ENGLISH}
    files = forest_files(paths[:1], made.result, spoken, FigureChoices(), {}) | outcome_files(
        paths[1:], made.result, spoken, made.battery, made.multiverse, found
    )
    for path, svg in files.items():
        assert svg.startswith("<?xml") or "<svg" in svg
        # Fonts and a curve of analyses are 120 kB; what a figure tells of each trial is bounded.
        assert len(svg) < 140_000 + 4_000 * min(k, bounds.DRAWN_ROWS) + 400 * k, path
    forest = files[paths[0]]
    assert ("data-breaks" in forest) == (58 < k <= bounds.DRAWN_ROWS)
    if k > bounds.DRAWN_ROWS:
        assert 'id="response-forest-band"' in forest
        assert "results/tables/studies.csv" in forest
    stability = {made.outcome.id: Stability(made.extraction, made.multiverse, found)}
    book = collect(
        made.review.config,
        made.review.trials,
        [made.result],
        {made.outcome.id: made.battery},
        (),
        (),
        ENGLISH,
        stability=stability,
        figures=[path.removesuffix(".svg") for path in paths],
    )
    printed = {
        key
        for svg in files.values()
        for key in (part.partition('"')[0] for part in svg.split('data-key="')[1:])
    }
    assert printed <= {*book.entries}, sorted(printed - {*book.entries})[:5]


@pytest.mark.parametrize("k", [1, 2, 3, 64, 65, 500])
def test_sums_of_others_are_sums_of_all_others(k: int) -> None:
    draw = np.random.default_rng(k)
    values = 10.0 ** draw.uniform(-9, 9, k)
    brute = [sum(np.delete(values, i)) for i in range(k)]
    assert sums_of_others(values) == pytest.approx(brute, rel=1e-13)


@pytest.mark.parametrize("k", [2, 3, 62, 63, 65, 130])
def test_baujat_leaves_each_study_out(k: int) -> None:
    draw = np.random.default_rng(k)
    y, v = draw.normal(0, 1, k), draw.uniform(0.01, 2, k)
    w = 1 / v
    mean = (w * y).sum() / w.sum()
    pulls = []
    for i in range(k):
        own_w, own_y = np.delete(w, i), np.delete(y, i)
        left = (own_w * own_y).sum() / own_w.sum()
        pulls.append((mean - left) ** 2 * own_w.sum())
    q, pull = baujat(y, v)
    assert pull == pytest.approx(pulls, rel=1e-9)
    assert q == pytest.approx((y - mean) ** 2 / v, rel=1e-12)


@pytest.mark.parametrize("k", [3, 10, 49, 50, 65, 130])
def test_kendall_counts_pairs(k: int) -> None:
    draw = np.random.default_rng(k)
    x, y = draw.integers(0, 2 * k, k).astype(float), draw.integers(0, 2 * k, k).astype(float)
    pairs = Counter(
        (np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]), x[i] != x[j], y[i] != y[j])
        for i, j in combinations(range(k), 2)
    )
    score = sum(sign * n for (sign, _, _), n in pairs.items())
    of_x = sum(n for (_, differs, _), n in pairs.items() if differs)
    of_y = sum(n for (_, _, differs), n in pairs.items() if differs)
    assert kendall(x, y).tau == pytest.approx(score / (of_x * of_y) ** 0.5, rel=1e-12)


@pytest.mark.parametrize("k", [2, 3, 63, 65, 130])
def test_kenward_and_roger_sum_over_pairs(k: int) -> None:
    draw = np.random.default_rng(k)
    v, tau2 = 10.0 ** draw.uniform(-3, 3, k), 0.3
    w = 1 / (v + tau2)
    share = w / w.sum()
    information = spread = 0.0
    for i, j in product(range(k), range(k)):
        if i != j:
            rest = share.sum() - share[i]
            information += share[i] ** 2 * (share[j] * rest + share[j] ** 2) / 2
            spread += share[i] * share[j] * (share[i] - share[j]) ** 2 / 2
    inflated = 1 / w.sum() * (1 + 2 * spread / information)
    df = 2 * information / (inflated * (share**2).sum() * w.sum()) ** 2
    found = kenward_roger_interval(np.zeros(k), v, tau2, 1.0, 1 / float(w.sum()))
    assert found.se == pytest.approx(inflated**0.5, rel=1e-9)
    assert found.df == pytest.approx(df, rel=1e-9)


@pytest.mark.parametrize("sizes", [(), (1,), (3, 1, 2), (2, 3, 4), (1,) * 70 + (3, 2), (2,) * 9])
def test_all_tables_in_the_order_of_numbers(sizes: tuple[int, ...]) -> None:
    variants = tuple(tuple((n,) for n in range(size)) for size in sizes)
    reading = Reading("", variants, tuple((0,) for _ in sizes))  # type: ignore[arg-type]
    found = chosen_tables(reading, 1_000, reading.tables)
    assert [tuple(column) for column in found.T] == list(product(*map(range, sizes)))


def test_the_range_over_tables_of_many_trials_is_that_of_one_table_at_a_time(of: Of) -> None:
    made = of("binary", 65)
    own = made.extraction.ranges[0]
    assert not own.exact
    spec = AnalysisSpec("primary", "", "random", "REML", "HKSJ")
    ends = []
    for shift in (-1, 1):  # the two corners in which every vague trial leans one way
        cells = []
        for study in made.studies:
            a, c = study.intervention, study.control
            vague = a.events_low is not None and a.events_low < a.events_high
            cells.append((a.events + shift * vague, a.total, c.events - shift * vague, c.total))
        a, n1, c, n2 = np.array(cells, dtype=float).T
        y = np.log(a / (n1 - a)) - np.log(c / (n2 - c))
        v = 1 / a + 1 / (n1 - a) + 1 / c + 1 / (n2 - c)
        fit = fit_model(spec, "OR", Effects(y, v, np.zeros(65, dtype=bool)), None)
        ends.append(np.exp(fit.mean))
    assert (a > 0).all()
    assert own.estimate.low == pytest.approx(ends[0], rel=1e-8)
    assert own.estimate.high == pytest.approx(ends[1], rel=1e-8)


def test_memory_does_not_grow_with_the_square_of_trials(tmp_path: Path) -> None:
    made = Made(tmp_path / "review", "continuous", 2_000)
    tracemalloc.start()
    battery(made.result)
    growth([made.result])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000**2 * 8 / 2
