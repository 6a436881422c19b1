"""Small reviews that are made up, every kind of outcome by every kind of evidence; none is real.

`COMPARISONS` compares two groups, `ONE_GROUP` has proportions of one arm alone, `SERIES` has
studies of one group, where nothing is compared, `MIXED` published contrasts beside numbers,
`COHORTS` the same of studies that are no trials, `CONVERTED` numbers that follow from others,
`DESIGNED` clusters and crossovers, `several()` comparisons that share trials. An outcome's name
says its type and what is there of it.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from metasynth.tables import scaffold

Rows = Sequence[Mapping[str, object]]
REFERENCE = "@misc{made, title={Made up}, year={2001}, author={Various, A.}}\n"
ARMS = (
    {"arm_id": "t", "role": "intervention", "label": "drug", "treatment": "drug"},
    {"arm_id": "c", "role": "control", "label": "placebo", "treatment": "placebo"},
    {"arm_id": "low", "role": "intervention", "label": "low dose", "treatment": "drug_low"},
)


@dataclass(frozen=True)
class MadeUp:
    """A review as it is written: outcomes as config.yaml has them, and trials' rows by trial."""

    outcomes: Mapping[str, Mapping[str, object]]
    rows: Mapping[str, Rows]
    design: str = "randomised, double-blind"
    n_randomised: Mapping[str, int] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)
    arms: Rows = ARMS
    designs: Mapping[str, str] = field(default_factory=dict)
    own_arms: Mapping[str, Rows] = field(default_factory=dict)
    curves: Mapping[str, Rows] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the folder of the review, with the starter's texts."""
        scaffold.create(folder)
        raw, config = folder / "data/raw", folder / "config.yaml"
        (raw / "references.bib").write_text(REFERENCE, encoding="utf-8")
        choices = yaml.safe_load(config.read_text(encoding="utf-8"))
        choices["outcomes"] = dict(self.outcomes)
        choices["analyses"]["iv"] = {"label": "Common effect (inverse variance)", "model": "IV"}
        if any("intercept" in outcome["analyses"] for outcome in self.outcomes.values()):
            choices["analyses"]["intercept"] = {"label": "Random intercept", "model": "GLMM-RI"}
        choices.pop("weeks", None)
        if len(self.arms) == 1 or "comparisons" in self.more:
            del choices["comparison"]
        config.write_text(yaml.safe_dump(choices | dict(self.more), sort_keys=False), "utf-8")
        for page in (folder / "data/text/en").glob("*.md"):  # the starter text names an outcome
            text = page.read_text(encoding="utf-8")
            page.write_text(re.sub(r"\{\{ *response[^}]*\}\}", "a number", text), "utf-8")
        for number, (study, rows) in enumerate(self.rows.items()):
            self._trial(raw / "trials" / study, study, number, rows)

    def _trial(self, folder: Path, study: str, number: int, rows: Rows) -> None:
        folder.mkdir()
        about = {
            "label": label(study),
            "year": 1990 + number,
            "design": self.designs.get(study, self.design),
            "status": "included",
            "n_randomised": self.n_randomised.get(study, ""),
            "reference": "made",
        }
        source = {"source_id": "s", "reference": "made", "locator": "table 1", "quote": "as is"}
        _write(folder / "study.csv", [about])
        _write(
            folder / "arms.csv",
            [{"source_id": "s", **arm} for arm in self.own_arms.get(study, self.arms)],
        )
        _write(folder / "sources.csv", [source])
        reported = {"provenance": "reported", "source_id": "s"}
        _write(folder / "results.csv", [{**reported, **row} for row in rows])
        if study in self.curves:
            points = [{"source_id": "s", **row} for row in self.curves[study]]
            _write(folder / "survival.csv", points)


def label(study: str) -> str:
    """The label of a study of this id: "Trial a1"."""
    return f"Trial {study.removeprefix('trial_')}"


def _write(path: Path, rows: Rows) -> None:
    columns = scaffold.template_tables()[path.name].splitlines()[0].split(",")
    columns += [
        name for name in dict.fromkeys(n for row in rows for n in row) if name not in columns
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# --- rows -----------------------------------------------------------------------------------------


def two(outcome: str, treated: Mapping[str, object], control: Mapping[str, object]) -> Rows:
    """A row for each of the two arms."""
    return [{"outcome": outcome, "arm_id": a, **r} for a, r in (("t", treated), ("c", control))]


def counts(outcome: str, a: int, n1: int, c: int, n2: int, **more: Any) -> Rows:
    """Events and patients of both arms."""
    return two(outcome, {"events": a, "total": n1, **more}, {"events": c, "total": n2, **more})


def means(outcome: str, x: float, y: float, n: int) -> Rows:
    """Means of both arms, with a standard deviation of 2."""
    first, second = ({"mean": m, "sd": 2.0, "total": n} for m in (x, y))
    return two(outcome, first, second)


def rates(outcome: str, a: int, c: int, time: float) -> Rows:
    """Events in both arms in the same time."""
    first, second = ({"events": n, "person_time": time} for n in (a, c))
    return two(outcome, first, second)


def contrast(outcome: str, **numbers: object) -> Rows:
    """A published contrast of the two arms."""
    return [{"outcome": outcome, "arm_id": "t", "reference_arm_id": "c", **numbers}]


def share(outcome: str, a: int, n: int) -> Rows:
    """A proportion, of one arm."""
    return [{"outcome": outcome, "arm_id": "t", "events": a, "total": n}]


def _outcome(
    kind: str, measure: str, label: str, analyses: Sequence[str], **more: object
) -> dict[str, object]:
    about = {"label": label, "type": kind, "measure": measure, "direction": "harm"}
    return {**about, "analyses": list(analyses), **more}


def _review(
    outcomes: Mapping[str, tuple[dict[str, object], Mapping[str, Rows]]], **more: Any
) -> MadeUp:
    """A review of outcomes, each with the rows that trials have of it."""
    studies = sorted({study for _, rows in outcomes.values() for study in rows})
    rows = {s: [r for _, own in outcomes.values() for r in own.get(s, ())] for s in studies}
    chosen = {id_: {"outcome": id_, **spec} for id_, (spec, _) in outcomes.items()}
    return MadeUp(chosen, rows, **more)


_BOTH, _INVERSE, _ALONE = ("primary", "common"), ("primary", "iv"), ("primary",)
A, B, C, D, E, F = (f"trial_{letter}1" for letter in "abcdef")


def _few(row: Rows, study: str = A) -> dict[str, Rows]:
    return {study: row}


def _comparisons() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    missing = {"provenance": "missing", "source_id": "", "note": "Looked for deaths: not stated."}
    yield (
        "rr_absent",
        (
            _outcome("binary", "RR", "Relapse", _BOTH, week=24),
            {
                A: counts("rr_absent", 30, 100, 20, 100, week=24),
                B: counts("rr_absent", 25, 90, 18, 92, week=24),
                C: counts("rr_absent", 31, 100, 20, 100, week=23),
                D: two("rr_absent", {**missing, "week": 24}, {**missing, "week": 24}),
                E: [
                    {"outcome": "rr_absent", "arm_id": "low", "week": 24, "events": 9, "total": 99}
                ],
            },
        ),
    )
    yield (
        "rr_slip",
        (
            _outcome("binary", "RR", "HbA1c below 7%", _BOTH),
            {
                A: counts("rr_slip", 30, 100, 20, 100),
                B: counts("rr_slip", 25, 90, 18, 92),
                C: counts("rr_slip", 33, 120, 24, 118),
                D: counts("rr_slop", 31, 100, 20, 100),
            },
        ),
    )
    yield (
        "rr_none",
        (
            _outcome("binary", "RR", "Anaphylaxis", _BOTH),
            {study: counts("rr_none", 0, 100, 0, 98) for study in (A, B, C)},
        ),
    )
    yield (
        "rr_one",
        (
            _outcome("binary", "RR", "Serious infection", _BOTH),
            {A: counts("rr_one", 0, 100, 0, 98), B: counts("rr_one", 3, 100, 1, 98)},
        ),
    )
    yield (
        "rd_zeros",
        (
            _outcome("binary", "RD", "Stroke", _BOTH),
            {
                A: counts("rd_zeros", 0, 100, 0, 98),
                B: counts("rd_zeros", 3, 100, 1, 98),
                C: counts("rd_zeros", 4, 120, 2, 118),
            },
        ),
    )
    percent = {"reported_percent": "38.0"}
    yield (
        "or_percent",
        (
            _outcome("binary", "OR", "Withdrawal", _BOTH),
            {A: counts("or_percent", 7, 100, 5, 98), B: two("or_percent", percent, percent)},
        ),
    )
    md = {A: (-1.2, -0.4, 50), B: (-0.9, -0.6, 60), C: (-2.1, -0.9, 33)}
    yield (
        "md_three",
        (
            _outcome("continuous", "MD", "Pain", _INVERSE),
            {study: means("md_three", *numbers) for study, numbers in md.items()},
        ),
    )
    yield (
        "smd_two",
        (
            _outcome("continuous", "SMD", "Fatigue", _ALONE),
            {study: means("smd_two", *md[study]) for study in (A, B)},
        ),
    )
    yield (
        "rom_undefined",
        (
            _outcome("continuous", "ROM", "Erosion score", _INVERSE),
            {A: means("rom_undefined", 2.0, 3.0, 40), B: means("rom_undefined", -1.0, 1.0, 40)},
        ),
    )
    yield (
        "hr_forms",
        (
            _outcome("generic", "HR", "Death", _INVERSE),
            {
                A: contrast("hr_forms", estimate=0.88, ci_low=0.81, ci_high=0.956),
                B: contrast("hr_forms", estimate=-0.11, se=0.05),
                C: contrast("hr_forms", o_minus_e=-14.0, variance=120.0),
                E: contrast("hr_forms", estimate=0.5, ci_low=0.0, ci_high=2.0),
                F: contrast("hr_forms", estimate=0.9),
            },
        ),
    )
    yield (
        "hr_one",
        (
            _outcome("generic", "HR", "Progression", _INVERSE),
            _few(contrast("hr_one", estimate=0.75, ci_low=0.58, ci_high=0.97)),
        ),
    )
    yield (
        "md_contrasts",
        (
            _outcome("generic", "MD", "Function", _INVERSE),
            {
                A: contrast("md_contrasts", estimate=-1.5, ci_low=-2.5, ci_high=-0.5),
                B: contrast("md_contrasts", estimate=-1.0, se=0.6),
                C: contrast("md_contrasts", estimate=0.0, ci_low=0.0, ci_high=0.0),
                D: counts("md_contrasts", 7, 100, 5, 98),
                E: contrast("md_contrasts", o_minus_e=-4.0, variance=20.0),
            },
        ),
    )
    irr = {A: (12, 20, 340.0), B: (5, 9, 200.0), C: (0, 0, 120.0)}
    yield (
        "irr_three",
        (
            _outcome("rate", "IRR", "Exacerbation", _INVERSE),
            {study: rates("irr_three", *numbers) for study, numbers in irr.items()},
        ),
    )
    yield (
        "ird_none",
        (
            _outcome("rate", "IRD", "Fall", _INVERSE),
            {study: rates("ird_none", 0, 0, 90.0) for study in (A, B)},
        ),
    )


def _one_group() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    series = [f"trial_s{n:02}" for n in range(14)]
    plo = _outcome("proportion", "PLO", "Cure", _INVERSE, direction="benefit")
    yield (
        "plo_many",
        (plo, {s: share("plo_many", 30 + n, 40 + 2 * n) for n, s in enumerate(series)}),
    )
    yield (
        "pft_two",
        (
            _outcome("proportion", "PFT", "Recurrence", _INVERSE),
            {s: share("pft_two", 3 + n, 40) for n, s in enumerate(series[:2])},
        ),
    )
    yield (
        "pas_one",
        (
            _outcome("proportion", "PAS", "Perforation", _ALONE),
            {series[0]: share("pas_one", 1, 40)},
        ),
    )
    yield (
        "plo_none",
        (
            _outcome("proportion", "PLO", "Death", _INVERSE),
            {s: share("plo_none", 0, 50) for s in series[:3]},
        ),
    )


def _series() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    """Of studies with one group: everything that a group can have, by every model of it."""
    every, few = ("primary", "iv", "intercept"), ("primary", "iv")
    series = [f"trial_s{n:02}" for n in range(12)]
    one = {"arm_id": "g"}

    def of(outcome: str, studies: Sequence[str], *numbers: Mapping[str, object]) -> dict[str, Rows]:
        return {
            s: [{**one, "outcome": outcome, **n}] for s, n in zip(studies, numbers, strict=True)
        }

    shares = [{"events": n % 4, "total": 40 + 3 * n} for n in range(12)]
    for measure in ("PLO", "PR"):
        id_ = f"{measure.lower()}_series"
        label = f"Relapse ({'logit' if measure == 'PLO' else 'as it is'})"
        analyses = every if measure == "PLO" else few
        yield id_, (_outcome("proportion", measure, label, analyses), of(id_, series, *shares))
    times = [{"events": 3 * n % 7, "person_time": 110.5 + 40 * n} for n in range(6)]
    rate = _outcome("incidence", "IRLN", "Falls", every, per=100, time_unit="person-years")
    yield "irln_series", (rate, of("irln_series", series[:6], *times))
    means = [{"mean": 51.0 + 2 * n, "sd": 8.5, "total": 30 + n} for n in range(4)]
    yield "mn_series", (_outcome("mean", "MN", "Age", few), of("mn_series", series[:4], *means))
    times = {"baseline_mean": 6.1, "baseline_sd": 1.9}
    changes = [
        {**times, "final_mean": 5.0, "final_sd": 2.2, "change_correlation": 0.6, "total": 24},
        {**times, "final_mean": 5.3, "final_sd": 2.1, "total": 31},
        {**times, "mean": -0.9, "sd": 1.7, "final_sd": 2.0, "total": 40},
    ]
    for measure in ("MC", "SMCC", "SMCR"):
        id_ = f"{measure.lower()}_series"
        change = _outcome("mean", measure, f"Fatigue ({measure})", few)
        yield id_, (change, of(id_, series[:3], *changes))
    known = [{"correlation": 0.2 + 0.1 * n, "total": 60 + n} for n in range(3)]
    between = _outcome("correlation", "ZCOR", "Pain and function", few, direction="benefit")
    yield "zcor_series", (between, of("zcor_series", series[:3], *known))


def _mixed() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    """Published contrasts beside counts, means and rates."""
    given: dict[str, Any] = {"estimate": 0.8, "ci_low": 0.5, "ci_high": 1.28, "measure": "OR"}
    yield (
        "or_mixed",
        (
            _outcome("binary", "OR", "Relapse", _BOTH, direction="harm"),
            {
                A: counts("or_mixed", 12, 60, 20, 61),
                B: counts("or_mixed", 14, 80, 22, 79),
                C: contrast("or_mixed", **given, adjusted_for="age and sex"),
                D: contrast("or_mixed", estimate=0.7, reported_p="0.04", measure="OR"),
                E: contrast("or_mixed", o_minus_e=-5.0, variance=30.0, measure="OR"),
                F: contrast("or_mixed", estimate=0.75, ci_low=0.5, ci_high=1.125, measure="RR"),
            },
        ),
    )
    yield (
        "smd_of_both",
        (
            _outcome(
                "continuous",
                "SMD",
                "Depression",
                _INVERSE,
                events_mean="lower",
                instrument={"label": "the Hamilton scale", "sd": 7.5},
            ),
            {
                A: means("smd_of_both", 4.1, 5.0, 50),
                B: means("smd_of_both", 3.4, 5.1, 20),
                C: counts("smd_of_both", 30, 60, 19, 61),
                D: contrast("smd_of_both", estimate=1.9, ci_low=1.0, ci_high=3.61, measure="OR"),
            },
        ),
    )
    yield (
        "or_of_both",
        (
            _outcome("binary", "OR", "Remission", _INVERSE, direction="benefit",
                     events_mean="lower"),
            {
                A: counts("or_of_both", 30, 60, 19, 61),
                B: counts("or_of_both", 41, 80, 30, 79),
                C: means("or_of_both", 4.1, 5.0, 50),
            },
        ),
    )  # fmt: skip
    md: dict[str, Any] = {"estimate": -0.9, "ci_low": -1.7, "ci_high": -0.1, "ci_level": 90.0}
    yield (
        "md_mixed",
        (
            _outcome("continuous", "MD", "Pain", _INVERSE),
            {
                A: means("md_mixed", 4.1, 5.0, 50),
                B: means("md_mixed", 4.4, 5.1, 60),
                C: contrast("md_mixed", **md, measure="MD"),
            },
        ),
    )


def _converted() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    """Means, standard deviations and counts that follow from other numbers, by every rule."""

    def pair(outcome: str, both: Mapping[str, object], *arms: Mapping[str, object]) -> Rows:
        return [*two(outcome, *arms), {"outcome": outcome, "arm_id": "t",
                                       "reference_arm_id": "c", **both}]  # fmt: skip

    n, m = {"total": 41}, {"total": 39}
    five = {"minimum": 1, "q1": 3.1, "median": 4.2, "q3": 5.9, "maximum": 9.5}
    times = {"baseline_mean": 6.1, "baseline_sd": 1.9, "final_sd": 2.2}
    yield (
        "md_converted",
        (
            _outcome("continuous", "MD", "Fatigue", _INVERSE),
            {
                A: means("md_converted", 4.1, 5.0, 50),
                B: two("md_converted", {"mean": 4.0, "se": 0.31, **n},
                       {"mean": 5.2, "ci_low": 4.5, "ci_high": 5.9, **m}),
                C: two("md_converted", {**five, **n},
                       {"median": 5.1, "q1": 3.9, "q3": 9.3, **m}),
                D: two("md_converted", {**times, "final_mean": 5.0, "change_correlation": 0.6, **n},
                       {**times, "final_mean": 5.9, **m}),
                E: pair("md_converted", {"reported_p": "0.03"}, {"mean": 3.9, **n},
                        {"mean": 4.9, **m}),
                F: pair("md_converted", {"reported_t": -2.3, "estimate": -1.0, "mean_both": 4.4},
                        n, m),
            },
        ),
    )  # fmt: skip
    yield (
        "smd_converted",
        (
            _outcome("continuous", "SMD", "Sleep", _INVERSE),
            {
                A: means("smd_converted", 4.1, 5.0, 50),
                B: pair("smd_converted", {"estimate": -0.9, "ci_low": -1.7, "ci_high": -0.1},
                        {"mean": 4.0, **n}, {"mean": 4.9, **m}),
                C: two("smd_converted", {"mean": 4.0, "q1": 2.9, "q3": 5.0, **n},
                       {"mean": 4.9, "minimum": 1, "maximum": 9, **m}),
                D: pair("smd_converted", {"reported_f": 5.2, "estimate": -1.0}, n,
                        {"mean": 4.9, **m}),
                E: pair("smd_converted", {"estimate": -1.0, "se": 0.4, "measure": "MD"},
                        {"mean": 4.0, **n}, {"mean": 5.0, **m}),
                F: two("smd_converted", {"mean": 4.0, **n}, {"mean": 5.0, "sd": 2.0, **m}),
            },
        ),
    )  # fmt: skip
    yield (
        "smd_ppc_converted",
        (
            _outcome("continuous", "SMD-PPC", "Stiffness", _INVERSE),
            {
                A: two("smd_ppc_converted",
                       {**times, "final_mean": 5.0, "change_correlation": 0.6, **n},
                       {**times, "final_mean": 5.9, "change_correlation": 0.55, **m}),
                B: two("smd_ppc_converted", {**times, "final_mean": 5.1, **n},
                       {**times, "mean": -0.2, "sd": 1.8, **m}),
                C: two("smd_ppc_converted",
                       {"mean": -1.4, "baseline_sd": 2.0, "change_correlation": 0.7, **n},
                       {"mean": -0.3, "baseline_sd": 2.4, **m}),
            },
        ),
    )  # fmt: skip
    percent, molar = {"unit": "%"}, {"unit": "mmol/mol"}
    yield (
        "md_units",
        (
            _outcome("continuous", "MD", "HbA1c", _INVERSE, unit="%",
                     units={"mmol/mol": {"factor": 0.0915, "add": 2.15}}),
            {
                A: two("md_units", {"mean": 7.1, "sd": 0.9, **percent, **n},
                       {"mean": 7.6, "sd": 1.0, **percent, **m}),
                B: two("md_units", {"mean": 54.0, "sd": 9.1, **molar, **n},
                       {"mean": 60.0, "ci_low": 57.0, "ci_high": 63.0, **molar, **m}),
                C: means("md_units", 7.0, 7.9, 60),
            },
        ),
    )  # fmt: skip
    yield (
        "or_converted",
        (
            _outcome("binary", "OR", "Fall", _BOTH, direction="harm"),
            {
                A: counts("or_converted", 12, 60, 20, 61),
                B: pair("or_converted", {"events_both": 32}, {"events": 12, "total": 60},
                        {"total": 61}),
                C: pair("or_converted",
                        {"events_both": 60, "estimate": 0.57, "measure": "OR"},
                        {"total": 125}, {"total": 130}),
                D: contrast("or_converted", estimate=0.7, reported_z=-1.1, measure="OR"),
            },
        ),
    )  # fmt: skip
    followed = {"follow_up_min": 12, "follow_up_max": 40}
    yield (
        "hr_curves",
        (
            _outcome("generic", "HR", "Death", _INVERSE),
            {
                A: contrast("hr_curves", estimate=0.8, ci_low=0.55, ci_high=1.16),
                B: two("hr_curves", {"total": 120}, {"total": 118}),
                C: two("hr_curves", {"total": 60, **followed}, {"total": 61, **followed}),
            },
        ),
    )


def curve(arm: str, *points: tuple[float, ...]) -> Rows:
    """Points of a survival curve: time, share without the event and, where printed, at risk."""
    names = ("time", "survival", "at_risk")
    return [{"outcome": "hr_curves", "arm_id": arm, **dict(zip(names, p))} for p in points]  # noqa: B905


def _designed() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    """Trials randomised by clusters (B, C) and crossover trials (D, E) beside others."""
    cluster = {"cluster_size": 12.5}
    stated = {**cluster, "icc": 0.03}
    counted = {
        A: counts("or_clusters", 12, 60, 20, 61),
        B: counts("or_clusters", 30, 150, 44, 148, **stated),
        C: counts("or_clusters", 14, 90, 22, 88, **cluster),
        D: two("or_clusters", {"events": 12, "total": 40, "pair_correlation": 0.3},
               {"events": 18, "total": 40}),
        F: contrast("or_clusters", estimate=0.7, ci_low=0.5, ci_high=0.98, measure="OR",
                    design_effect=1.4),
    }  # fmt: skip
    measured = {
        A: means("md_pairs", 4.1, 5.0, 50),
        D: two("md_pairs", {"mean": 7.0, "sd": 2.38, "total": 10, "pair_correlation": 0.68},
               {"mean": 6.5, "sd": 2.21, "total": 10}),
        E: two("md_pairs", {"mean": 4.4, "sd": 2.1, "total": 24},
               {"mean": 5.1, "sd": 2.2, "total": 24}),
    }  # fmt: skip
    tested = {
        A: means("smd_pairs", 4.1, 5.0, 50),
        D: [*two("smd_pairs", {"mean": 7.0, "sd": 2.38, "total": 10},
                 {"mean": 6.5, "sd": 2.21, "total": 10}),
            *contrast("smd_pairs", reported_t=0.9)],
        E: two("smd_pairs", {"mean": 4.4, "se": 0.4, "total": 24},
               {"mean": 5.1, "sd": 2.2, "total": 24}),
    }  # fmt: skip
    yield "or_clusters", (_outcome("binary", "OR", "Fall", _BOTH, direction="harm"), counted)
    yield "md_pairs", (_outcome("continuous", "MD", "Fatigue", _INVERSE), measured)
    yield "smd_pairs", (_outcome("continuous", "SMD", "Sleep", _INVERSE), tested)


COMPARISONS = _review(dict(_comparisons()))
ONE_GROUP = _review(dict(_one_group()), design="case series")
MIXED = _review(dict(_mixed()))
DESIGNED = replace(
    _review(dict(_designed())),
    more={"conversions": {"icc": 0.05, "pair_correlation": 0.5}},
    designs={
        **dict.fromkeys((B, C), "cluster randomised"),
        **dict.fromkeys((D, E), "randomised, crossover"),
    },
)
CONVERTED = replace(
    _review(dict(_converted())),
    more={"conversions": {"change_correlation": 0.5}},
    curves={
        B: [
            *curve("t", (0, 1, 120), (6, 0.93, 110), (12, 0.84, 95), (18, 0.78, 61), (24, 0.7, 20)),
            *curve("c", (0, 1, 118), (6, 0.9, 104), (12, 0.79, 88), (18, 0.69, 52), (24, 0.62, 15)),
        ],
        C: [
            *curve("t", (12, 0.9), (24, 0.8), (36, 0.72)),
            *curve("c", (12, 0.88), (24, 0.73), (36, 0.6)),
        ],
    },
)
COHORTS = replace(MIXED, design="prospective cohort")
GROUP = ({"arm_id": "g", "role": "group", "label": "all patients", "treatment": "none"},)
SERIES = replace(
    _review(dict(_series()), design="case series", arms=GROUP),
    more={"conversions": {"change_correlation": 0.5}},
)


def _led_by_priors() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    """Two to five trials of every scale of tau: by the review's policy, an own one, and none."""
    wide = {"few": {"trials": 3, "primary": "wide"}}
    degrees = {
        "few": {"trials": 4, "primary": "degrees"},
        "thresholds": {"better": -1, "worse": 0.5},
    }
    yield (
        "rr_few",
        (
            _outcome("binary", "RR", "Relapse", _BOTH),
            {A: counts("rr_few", 12, 100, 20, 101), B: counts("rr_few", 3, 40, 9, 38)},
        ),
    )
    yield (
        "or_many",
        (
            _outcome("binary", "OR", "Healing", _BOTH, direction="benefit"),
            {
                study: counts("or_many", 10 + n, 50, 5 + 2 * n, 51)
                for n, study in enumerate((A, B, C, D, E))
            },
        ),
    )
    yield (
        "rd_own",
        (
            _outcome("binary", "RD", "Fever", _BOTH, few={"trials": 3, "primary": "small"}),
            {A: counts("rd_own", 9, 100, 20, 101), B: counts("rd_own", 3, 40, 9, 38)},
        ),
    )
    yield (
        "md_own",
        (
            _outcome("continuous", "MD", "Pain on a scale to 10", _INVERSE, **degrees),
            {
                A: means("md_own", 4.1, 5.0, 50),
                B: means("md_own", 3.4, 5.1, 20),
                C: means("md_own", 4.9, 5.2, 80),
            },
        ),
    )
    yield (
        "hr_own",
        (
            _outcome("generic", "HR", "Death", _INVERSE, **wide),
            {
                A: contrast("hr_own", estimate=0.8, ci_low=0.5, ci_high=1.28),
                B: contrast("hr_own", estimate=0.6, ci_low=0.35, ci_high=1.02),
            },
        ),
    )
    yield (
        "irr_few",
        (
            _outcome("rate", "IRR", "Falls", _INVERSE, per=100, time_unit="person-years"),
            {A: rates("irr_few", 12, 20, 110.5), B: rates("irr_few", 6, 15, 80.0)},
        ),
    )
    yield (
        "rr_none",
        (
            _outcome("binary", "RR", "Nausea", _BOTH, few="none"),
            {A: counts("rr_none", 12, 100, 20, 101), B: counts("rr_none", 3, 40, 9, 38)},
        ),
    )


def _prior(label: str, scale: float, **more: object) -> dict[str, object]:
    prior = {"family": "half_normal", "scale": scale}
    return {"label": label, "model": "bayes", "tau_prior": prior, **more}


def _others() -> dict[str, object]:
    return {"other_priors": {"wider": {"tau_prior": {"family": "half_cauchy", "scale": 1}}}}


_WAYS = {
    "primary": {"label": "Random effects (REML, HKSJ)", "model": "random", "ci": "HKSJ"},
    "common": {"label": "Common effect (Mantel–Haenszel)", "model": "MH"},
    "half": _prior("Random effects with a half-normal prior", 0.5, **_others()),
    "wide": _prior("Random effects with a wide prior", 1.0),
    "small": _prior("Random effects with a prior of risk differences", 0.1),
    "degrees": _prior("Random effects with a prior of scale points", 2.0, **_others()),
}
_POLICY: dict[str, object] = {"few": {"trials": 4, "primary": "half"}}
LED_BY_PRIORS = _review(
    dict(_led_by_priors()),
    more={
        "analyses": _WAYS | {"iv": {"label": "Common effect (inverse variance)", "model": "IV"}},
        **_POLICY,
    },
)


def _shares_led_by_priors() -> Iterator[tuple[str, tuple[dict[str, object], Mapping[str, Rows]]]]:
    """Proportions, rates and means of one group."""
    series = [f"trial_s{n:02}" for n in range(3)]

    def of(outcome: str, *numbers: Mapping[str, object]) -> dict[str, Rows]:
        return {
            s: [{"arm_id": "g", "outcome": outcome, **n}]
            for s, n in zip(series, numbers, strict=True)
        }

    shares = [{"events": 4 + 3 * n, "total": 40 + 3 * n} for n in range(3)]
    for measure in ("PLO", "PAS"):
        own = {} if measure == "PLO" else {"few": {"trials": 3, "primary": "small"}}
        label = f"Relapse ({'logit' if measure == 'PLO' else 'arcsine'})"
        about = _outcome("proportion", measure, label, ("primary", "iv"), **own)
        yield f"{measure.lower()}_few", (about, of(f"{measure.lower()}_few", *shares))
    times = [{"events": 3 + n, "person_time": 110.5 + 40 * n} for n in range(3)]
    rate = _outcome("incidence", "IRLN", "Falls", ("primary",), per=100, time_unit="person-years")
    yield "irln_few", (rate, of("irln_few", *times))
    known = [{"mean": 51.0 + 2 * n, "sd": 8.5, "total": 30 + n} for n in range(3)]
    age = _outcome("mean", "MN", "Age", ("primary",), few={"trials": 3, "primary": "degrees"})
    yield "mn_few", (age, of("mn_few", *known))


SHARES_LED_BY_PRIORS = _review(
    dict(_shares_led_by_priors()), design="case series", arms=GROUP, more=LED_BY_PRIORS.more
)


RECIPE = Path(__file__).parents[1] / "docs/recipes/11-several-comparisons.yaml"
_FOUR = {
    name: {"arm_id": name, "role": role, "label": label, "treatment": treatment}
    for name, role, label, treatment in (
        ("low", "intervention", "drug 10 mg", "drug low"),
        ("high", "intervention", "drug 40 mg", "drug high"),
        ("p", "control", "placebo", "placebo"),
        ("s", "control", "standard drug", "standard"),
    )
}
_MADE = {
    A: {"low": (22, 60, 4.6), "high": (29, 61, 4.1), "p": (15, 59, 5.2), "s": (25, 60, 0)},
    B: {"low": (31, 80, 4.4), "p": (22, 79, 5.0)},
    C: {"high": (33, 70, 3.9), "p": (19, 71, 4.8), "s": (30, 69, 0)},
    D: {"high": (41, 90, 0), "s": (44, 92, 0)},
    E: {"low": (18, 40, 4.9), "high": (20, 41, 4.3), "p": (14, 42, 5.3)},
}
"""Of each trial's arms: patients who responded, all patients, their mean pain (0: none told)."""


def _rows_of_arm(arm: str, events: int, total: int, pain: float) -> Iterator[dict[str, object]]:
    yield {"outcome": "response", "arm_id": arm, "events": events, "total": total}
    if pain:
        yield {"outcome": "pain", "arm_id": arm, "mean": pain, "sd": 2.0, "total": total}
    if arm in ("high", "s"):
        yield {"outcome": "withdrawal", "arm_id": arm, "events": total // 9, "total": total}


def several() -> MadeUp:
    """The review of the recipe: trials of two to four arms, which serve in three comparisons."""
    choices = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    rows = {
        s: [r for a, n in arms.items() for r in _rows_of_arm(a, *n)] for s, arms in _MADE.items()
    }
    own = {study: [_FOUR[arm] for arm in arms] for study, arms in _MADE.items()}
    outcomes = choices.pop("outcomes")
    return MadeUp(outcomes, rows, more=choices, own_arms=own)


REVIEWS = {
    "comparisons": COMPARISONS,
    "one group": ONE_GROUP,
    "series": SERIES,
    "mixed": MIXED,
    "converted": CONVERTED,
    "designed": DESIGNED,
    "cohorts": COHORTS,
    "led by priors": LED_BY_PRIORS,
    "shares led by priors": SHARES_LED_BY_PRIORS,
    "several": several(),
}
"""By the names that tests give them."""
