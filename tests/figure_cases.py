"""Synthetic outcomes for drawing: shapes that real reviews take, and some that they should not.

The effects are plain inverse-variance sums, enough to place marks; no test takes them as truth.
"""

import html
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from math import exp, log, sqrt

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from metasynth.figures.canvas.panel import Panel
from metasynth.model.moderators import ModeratorModel, ModeratorTerm
from metasynth.model.records import (
    AnalysisResult,
    AnalysisSpec,
    Cell,
    Comparison,
    Contrast,
    CovariateSpec,
    Estimate,
    Group,
    Judgement,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
    StudyEffect,
    StudyValue,
)
from metasynth.sensitivity.battery import Sensitivity, battery

Table = tuple[int, int, int, int]
"""Events and total of the intervention, events and total of the control."""

RANDOM = AnalysisSpec("random", "Random effects (REML, HKSJ)", "random", "REML", "HKSJ", "t_k-1")
COMMON = AnalysisSpec("common", "Common effect (Mantel–Haenszel)", "MH")
COMPARISON = Comparison(
    ("anakinra",), ("placebo",), intervention_label="Anakinra", control_label="Placebo"
)

BCG: tuple[tuple[str, Table], ...] = (
    ("Aronson 1948", (4, 123, 11, 139)),
    ("Ferguson & Simes 1949", (6, 306, 29, 303)),
    ("Rosenthal et al 1960", (3, 231, 11, 220)),
    ("Hart & Sutherland 1977", (62, 13598, 248, 12867)),
    ("Frimodt-Moller et al 1973", (33, 5069, 47, 5808)),
    ("Stein & Aronson 1953", (180, 1541, 372, 1451)),
    ("Vandiviere et al 1973", (8, 2545, 10, 629)),
    ("TPT Madras 1980", (505, 88391, 499, 88391)),
    ("Coetzee & Berjak 1968", (29, 7499, 45, 7277)),
    ("Rosenthal et al 1961", (17, 1716, 65, 1665)),
    ("Comstock et al 1974", (186, 50634, 141, 27338)),
    ("Comstock & Webster 1969", (5, 2498, 3, 2341)),
    ("Comstock et al 1976", (27, 16913, 29, 17854)),
)
ACR: tuple[tuple[str, Table], ...] = (
    ("Cohen 2002", (19, 46, 11, 48)),
    ("Cohen 2004", (95, 250, 55, 251)),
)


MODERATORS = ModeratorModel(
    "both",
    "Response",
    (
        ModeratorTerm("latitude", "Absolute latitude (degrees)", "latitude"),
        ModeratorTerm("year", "Year of publication", "year"),
    ),
)


@cache
def examined(result: OutcomeResult) -> Sensitivity | None:
    """The sensitivity analyses of a case, which its figures show; none of a case without rows."""
    return battery(result) if result.analyses[0].estimates else None


def outcome(
    measure: str = "RR", direction: str = "benefit", type_: str = "binary", label: str = "Response"
) -> OutcomeSpec:
    return OutcomeSpec(
        "response",
        label,
        "response",
        24,
        type_,
        measure,
        direction,
        ("random", "common"),
        covariate=CovariateSpec("latitude", "Absolute latitude (degrees)"),
        moderators=(MODERATORS,),
    )


def data(label: str, table: Table | None, number: int = 1, subgroup: str = "") -> StudyData:
    if table is None:
        own = {"covariate": value(number), "values": values(number)}
        return StudyData(f"study{number}", label, None, subgroup=subgroup, **own)
    a, n1, c, n2 = table
    return StudyData(
        f"study{number}",
        label,
        None,
        Group(("a",), "A", a, n1),
        Group(("b",), "B", c, n2),
        subgroup=subgroup,
        covariate=value(number),
        values=values(number),
    )


def values(number: int) -> tuple[StudyValue, ...]:
    """The same as a moderator, and another."""
    place = Cell("trials/a/study.csv", 2)
    latitude = StudyValue("latitude", place, number=value(number))
    return (latitude, StudyValue("year", place, number=1940.0 + 13 * number % 47))


def value(number: int) -> float:
    """A covariate between 10 and 59."""
    return 10.0 + 17 * number % 50


def effect(
    study: StudyData, y: float, se: float, ratio: bool = True, measure: str = "RR"
) -> StudyEffect:
    """A study's effect from its value and standard error on the analysis scale."""
    back = exp if ratio else float
    groups = (study.intervention or Group((), ""), study.control or Group((), ""))
    return StudyEffect(
        "response",
        "random",
        study.subgroup,
        study.study,
        study.label,
        study.year,
        measure,
        groups[0].events,
        groups[0].total,
        groups[1].events,
        groups[1].total,
        back(y),
        back(y - 1.96 * se),
        back(y + 1.96 * se),
        "Wald",
        y,
        se,
        1 / se**2,
        False,
        "",
    )


def pooled(
    effects: Sequence[StudyEffect],
    name: str = "random",
    widen: float = 1.0,
    subgroup: str = "all",
    ratio: bool = True,
) -> Estimate:
    """The inverse-variance mean of `effects`, its interval `widen` times as wide."""
    weights = [1 / e.se**2 for e in effects if e.se]
    ys = [e.log_estimate or 0.0 for e in effects]
    y = sum(w * v for w, v in zip(weights, ys, strict=True)) / sum(weights)
    se = widen / sqrt(sum(weights))
    q = sum(w * (v - y) ** 2 for w, v in zip(weights, ys, strict=True))
    k = len(effects)
    back = exp if ratio else float
    random = name == "random"
    predicted = random and k > 2
    i2 = max(0.0, 100 * (q - k + 1) / q) if q else 0.0
    totals = [
        sum(getattr(e, field) or 0 for e in effects)
        for field in (
            "events_intervention",
            "total_intervention",
            "events_control",
            "total_control",
        )
    ]
    return Estimate(
        "response",
        name,
        subgroup,
        effects[0].measure,
        "random" if random else "MH",
        "REML" if random else "",
        "HKSJ" if random else "Wald",
        k,
        *totals,
        back(y),
        back(y - 1.96 * se),
        back(y + 1.96 * se),
        back(y - 4 * se) if predicted else None,
        back(y + 4 * se) if predicted else None,
        y,
        se,
        y / se,
        k - 1.0 if random else None,
        0.0312 if random else 0.0004,
        q,
        k - 1,
        0.2 if q < 2 * k else 0.0001,
        i2,
        None,
        None,
        None,
        0.0412 if random else None,
        None,
        None,
        "",
    )


def with_weights(effects: Sequence[StudyEffect]) -> tuple[StudyEffect, ...]:
    total = sum(e.weight or 0.0 for e in effects)
    return tuple(replace(e, weight=100 * (e.weight or 0.0) / total) for e in effects)


def result(
    studies: Sequence[StudyData],
    effects: Sequence[StudyEffect],
    spec: OutcomeSpec,
    comparison: Comparison = COMPARISON,
    ratio: bool = True,
) -> OutcomeResult:
    """Two analyses of the same effects, with subtotals where the studies name subgroups."""
    shared = with_weights(effects)
    names = list(dict.fromkeys(e.subgroup for e in effects if e.subgroup))
    subtotals = [
        pooled([e for e in effects if e.subgroup == name], subgroup=name, ratio=ratio)
        for name in names
    ]
    overall = [pooled(effects, ratio=ratio, widen=1.8)] if effects else []
    common = [pooled(effects, "common", ratio=ratio)] if effects else []
    return OutcomeResult(
        spec,
        comparison,
        tuple(studies),
        (
            AnalysisResult(RANDOM, (*overall, *subtotals), shared),
            AnalysisResult(COMMON, tuple(common), shared),
        ),
        (),
    )


def binary(
    rows: Sequence[tuple[str, Table]],
    direction: str = "benefit",
    comparison: Comparison = COMPARISON,
    subgroups: Sequence[str] = (),
) -> OutcomeResult:
    """Risk ratios of 2×2 tables; a study without events in both groups is listed, not pooled."""
    named = list(subgroups) or [""] * len(rows)
    studies = [
        data(label, table, number, subgroup)
        for number, ((label, table), subgroup) in enumerate(zip(rows, named, strict=True), 1)
    ]
    effects = []
    for study, (_, (a, n1, c, n2)) in zip(studies, rows, strict=True):
        if a == c == 0:
            continue
        corrected = 0 in (a, c)
        a_, n1_, c_, n2_ = (a + 0.5, n1 + 1, c + 0.5, n2 + 1) if corrected else (a, n1, c, n2)
        se = sqrt(1 / a_ - 1 / n1_ + 1 / c_ - 1 / n2_)
        made = effect(study, log(a_ / n1_ / (c_ / n2_)), se)
        effects.append(replace(made, corrected=corrected))
    return result(studies, effects, outcome("RR", direction), comparison)


def continuous(
    rows: Sequence[tuple[str, tuple[float, float, int, float, float, int]]],
) -> OutcomeResult:
    studies, effects = [], []
    for number, (label, (m1, s1, n1, m2, s2, n2)) in enumerate(rows, 1):
        study = StudyData(
            f"study{number}",
            label,
            None,
            Group(("a",), "A", None, n1, mean=m1, sd=s1),
            Group(("b",), "B", None, n2, mean=m2, sd=s2),
            covariate=value(number),
            values=values(number),
        )
        studies.append(study)
        se = sqrt(s1**2 / n1 + s2**2 / n2)
        effects.append(effect(study, m1 - m2, se, ratio=False, measure="MD"))
    return result(studies, effects, outcome("MD", "harm", "continuous"), COMPARISON, ratio=False)


def generic(rows: Sequence[tuple[str, float, float]], measure: str = "HR") -> OutcomeResult:
    """Log ratios and their standard errors, as published."""
    studies = [
        replace(data(label, None, number), contrast=Contrast(y, se))
        for number, (label, y, se) in enumerate(rows, 1)
    ]
    effects = [
        effect(study, y, se, measure=measure)
        for study, (_, y, se) in zip(studies, rows, strict=True)
    ]
    return result(studies, effects, outcome(measure, "harm", "generic"))


LONG = "European Collaborative Study of Interleukin-1 Receptor Antagonism in Rheumatoid 2004"


def cases() -> dict[str, OutcomeResult]:
    """Every synthetic outcome by name."""
    sixty = [
        (f"Author{i:02d} {1960 + i}", (5 + i % 7, 60 + 3 * i, 8 + i % 5, 62 + 2 * i))
        for i in range(60)
    ]
    wide = Comparison(
        ("a",),
        ("b",),
        intervention_label="Anakinra 100 mg daily with methotrexate",
        control_label="Placebo with methotrexate or other DMARDs",
    )
    extreme = [
        ("Tiny 1999", -6.9, 0.9),
        ("Huge 2001", 6.9, 1.1),
        ("Middling 2003", 0.2, 0.2),
        ("Narrow 2004", 0.05, 0.01),
    ]
    return {
        "two": binary(ACR),
        "one": binary(ACR[:1]),
        "bcg": binary(BCG, "harm"),
        "sixty": binary(sixty),
        "long_names": binary(
            [(LONG, (19, 46, 11, 48)), (LONG.replace(" ", "-"), (95, 250, 55, 251)), *ACR],
            comparison=wide,
        ),
        "six_digits": binary(
            [
                ("Registry A 2010", (1234, 123456, 2345, 234567)),
                ("Registry B 2012", (223456, 654321, 200000, 654321)),
                ("Registry C 2015", (40, 765432, 61, 812345)),
            ]
        ),
        "extreme": generic(extreme),
        "zeros": binary(
            [*ACR, ("Fleischmann 2003", (0, 1116, 0, 283)), ("Genovese 2004", (3, 80, 0, 80))],
            "harm",
        ),
        "none": binary([("Fleischmann 2003", (0, 1116, 0, 283))]),
        "nothing": binary([]),
        "subgroups": binary(
            BCG[:7], "harm", subgroups=["Random allocation"] * 3 + ["Systematic allocation"] * 4
        ),
        "continuous": continuous(
            [
                ("Bresnihan 1998", (-3.6, 8.25, 116, -1.3, 9.1, 121)),
                ("Jiang 2000", (-4.0, 7.9, 101, -2.2, 8.8, 104)),
                ("Cohen 2004", (-12.25, 22.5, 250, -6.5, 21.9, 251)),
            ]
        ),
        "hazard": generic(
            [
                ("Kowalski 2011", -0.21, 0.12),
                ("Nowak 2014", -0.05, 0.2),
                ("Śliwińska 2018", -0.4, 0.3),
            ]
        ),
        "hostile": binary(
            [
                ("<script>alert(1)</script>", (19, 46, 11, 48)),
                (r"$\frac{x}$ & 100% \u202e", (95, 250, 55, 251)),
                ("evil \u202egnp.exe\u202c name\x00\x1b[31m\ud800\nnext", (9, 50, 5, 51)),
                ("中文研究 2019 دراسة", (9, 50, 5, 51)),
                ("", (9, 50, 5, 51)),
            ],
            comparison=Comparison(
                ("a",), ("b",), intervention_label="</text><x>", control_label="$a_b$ {0} %s"
            ),
        ),
    }


DOMAINS = (
    "Randomisation process",
    "Deviations from intended interventions",
    "Missing outcome data",
    "Measurement of the outcome",
    "Selection of the reported result",
    "Overall",
)
WORDS = ("Low", "Some concerns", "High", "No information")


def judged(result: OutcomeResult) -> dict[str, tuple[Judgement, ...]]:
    """Judgements of every study in every domain, of all levels."""
    return {
        study.study: tuple(
            Judgement("", "RoB 2", domain, WORDS[(i + n) % 4], "", "", Cell("t.csv", 2))
            for n, domain in enumerate(DOMAINS)
        )
        for i, study in enumerate(result.studies)
    }


# --- what tests ask of a figure ----------------------------------------------------------------


def named(figure: Figure, ending: str) -> list[Artist]:
    """Artists by the end of their id, from the top of the figure down."""

    def matches(artist: Artist) -> bool:
        return (artist.get_gid() or "").endswith(ending)

    found = figure.findobj(matches)
    return sorted(found, key=lambda artist: int(str(artist.get_gid()).split("-")[1]))


def panels(figure: Figure) -> list[Panel]:
    """The graphs of a figure."""
    return [artist for artist in figure.artists if isinstance(artist, Panel)]


def graph_of(figure: Figure) -> Panel:
    """The only graph of a figure."""
    (panel,) = panels(figure)
    return panel


def texts(figure: Figure) -> dict[str, Text]:
    return {text.get_text(): text for text in figure.texts}


@cache
def _renderer(dpi: float) -> RendererAgg:
    """One for all figures: matplotlib keeps the sizes of texts for each renderer."""
    return RendererAgg(1, 1, dpi)


@cache
def _rise(text: str, font: FontProperties) -> tuple[float, float]:
    """How high a text's glyphs are, and how far they go below the line."""
    _, height, descent = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return height, descent


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Where each text's ink is, in points: across by matplotlib's renderer, down by its glyphs."""
    renderer = _renderer(figure.dpi)
    found = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        for text in figure.texts:
            across = text.get_window_extent(renderer)
            height, descent = _rise(text.get_text(), text.get_fontproperties())
            baseline = text.get_transform().transform(text.get_position())[1]
            box = Bbox.from_extents(
                across.x0, baseline - descent, across.x1, baseline - descent + height
            )
            found.append((text.get_text(), box))
    return found


def overlaps(boxes: Iterable[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes share more than the rounding of a pixel."""
    named = list(boxes)
    if not named:
        return []
    x0, y0, x1, y1 = np.array([box.extents for _, box in named]).T
    across = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    up = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    pairs = np.argwhere(np.triu((across > 1.0) & (up > 0.1), 1))
    return [(named[i][0], named[j][0]) for i, j in pairs]


def with_bare_digits(svg: str) -> list[str]:
    """The texts of a figure with a digit that does not say what it is."""
    plain = re.sub(r"<tspan data-(?:key|is)=[^>]*>[^<]*</tspan>", "", svg)
    texts = re.findall(r"<text([^>]*)>(.*?)</text>", plain, flags=re.DOTALL)
    unnamed = (text for at, text in texts if "data-is=" not in at and "data-key=" not in at)
    return [text for text in unnamed if re.search(r"\d", html.unescape(text))]
