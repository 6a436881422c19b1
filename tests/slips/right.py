"""A right review of five made-up trials: outcomes of every type, and nothing to doubt."""

import csv
import io
import re

from metasynth.tables.table_schema import tables
from tests.bad_input.review import TEXTS, Files, clean

CONFIG = "config.yaml"
CHANGELOG = "changelog.csv"
FLOW = "flow.csv"
BIB = "references.bib"
TRIALS = ("adams", "baker", "clark", "davis", "evans")
YEARS = (2001, 2004, 2008, 2011, 2015)
SIZES = ((120, 118), (90, 92), (200, 198), (60, 61), (150, 149))

COUNTS = {
    "resp": ((30, 24, 48, 14, 39), (53, 40, 92, 29, 64)),
    "relapse": ((6, 5, 11, 4, 9), (12, 10, 19, 7, 16)),
    "nausea": ((18, 11, 27, 8, 20), (15, 12, 22, 9, 17)),
}
MEANS = {
    "pain": (
        ((41.2, 11.8), (39.5, 12.6), (42.8, 12.1), (38.7, 13.3), (40.9, 11.5)),
        ((47.9, 12.4), (45.1, 11.9), (49.0, 12.8), (46.2, 12.0), (47.3, 12.2)),
    ),
    "weight": (
        ((-2.1, 3.1), (-1.8, 2.9), (-2.6, 3.4), (-2.2, 3.0), (-1.9, 3.2)),
        ((-0.9, 2.9), (-0.7, 3.1), (-1.2, 3.3), (-0.8, 2.8), (-1.0, 3.0)),
    ),
}
HAZARDS = (
    ("0.75", "0.58", "0.97"),
    ("0.90", "0.70", "1.16"),
    ("0.70", "0.49", "1.00"),
    ("0.8", "0.5", "1.28"),
    ("0.68", "0.50", "0.92"),
)
LOGS = (("-0.31", "0.1"), ("-0.42", "0.14"), ("-0.25", "0.09"), ("-0.51", "0.2"), ("-0.35", "0.12"))
FALLS = (
    ((31, 118.5), (25, 88), (52, 190.25), (15, 55), (40, 141)),
    ((44, 112), (33, 90), (71, 187.5), (24, 58), (55, 140)),
)

OUTCOMES = {
    "response": ("Response", "resp", "binary", "RR", "benefit"),
    "relapse": ("Relapse", "relapse", "binary", "OR", "harm"),
    "nausea": ("Nausea", "nausea", "binary", "RR", "harm"),
    "pain": ("Pain", "pain", "continuous", "MD", "harm"),
    "weight": ("Change of weight", "weight", "continuous", "MD", "benefit"),
    "death": ("Death", "death", "generic", "HR", "harm"),
    "stroke": ("Stroke", "stroke", "generic", "HR", "harm"),
    "falls": ("Falls", "falls", "rate", "IRR", "harm"),
}


def results(index: int) -> list[dict[str, object]]:
    """A trial's rows; sources are tables 1 to 3 of its report."""
    rows: list[dict[str, object]] = []
    for outcome, sides in COUNTS.items():
        for arm, events, total in zip("dp", (s[index] for s in sides), SIZES[index], strict=True):
            rows.append({"outcome": outcome, "arm_id": arm, "events": events, "total": total})
    for name, pairs in MEANS.items():
        for arm, (mean, sd), total in zip(
            "dp", (s[index] for s in pairs), SIZES[index], strict=True
        ):
            rows.append({"outcome": name, "arm_id": arm, "mean": mean, "sd": sd, "total": total})
    limits = dict(zip(("estimate", "ci_low", "ci_high"), HAZARDS[index], strict=True))
    rows.append({"outcome": "death", "arm_id": "d", "reference_arm_id": "p", **limits})
    log = dict(zip(("estimate", "se"), LOGS[index], strict=True))
    rows.append({"outcome": "stroke", "arm_id": "d", "reference_arm_id": "p", **log})
    for arm, (events, time) in zip("dp", (side[index] for side in FALLS), strict=True):
        rows.append({"outcome": "falls", "arm_id": arm, "events": events, "person_time": time})
    for row in rows:
        source = "table2" if row["outcome"] == "death" else "table1"
        row |= {"week": 24, "provenance": "reported", "source_id": source}
    rows[0]["reported_percent"] = ("25.0", "26.7", "24.0", "23.3", "26.0")[index]
    return rows


RESULTS, STUDY, ARMS, SOURCES, COVARIATES = (
    [column.name for column in tables()[name].columns]
    for name in ("results", "study", "arms", "sources", "covariates")
)


def table(columns: list[str], rows: list[dict[str, object]]) -> bytes:
    """The rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def trial(index: int) -> Files:
    """One trial's folder."""
    name, (n, m) = TRIALS[index], SIZES[index]
    folder = f"trials/{name}{YEARS[index]}"
    count, percent = COUNTS["resp"][0][index], ("25.0", "26.7", "24.0", "23.3", "26.0")[index]
    estimate, low, high = HAZARDS[index]
    study: dict[str, object] = {
        "label": f"{name.capitalize()} {YEARS[index]}",
        "year": YEARS[index],
        "design": "parallel groups" if index % 2 else "individually randomised",
        "status": "included",
        "duration_weeks": 52,
        "n_randomised": n + m,
        "registration": f"NCT0000000{index}",
        "reference": name,
    }
    arms = [
        {"arm_id": "d", "role": "intervention", "label": "Drug", "treatment": "drug"},
        {"arm_id": "p", "role": "control", "label": "Placebo", "treatment": "placebo"},
    ]
    numbers = ({"n_randomised": size, "source_id": "table1"} for size in (n, m))
    quotes = (
        f"{count} of {n} patients ({percent}%) responded",
        f"hazard ratio {estimate} (95% CI {low} to {high})",
    )
    sources: list[dict[str, object]] = [
        {"source_id": f"table{number}", "reference": name, "locator": f"Table {number}", "quote": q}
        for number, q in enumerate(quotes, start=1)
    ]
    age: dict[str, object] = {"covariate": "age", "value": 50 + index, "unit": "years"}
    return {
        f"{folder}/study.csv": table(STUDY, [study]),
        f"{folder}/arms.csv": table(ARMS, [a | b for a, b in zip(arms, numbers, strict=True)]),
        f"{folder}/results.csv": table(RESULTS, results(index)),
        f"{folder}/sources.csv": table(SOURCES, sources),
        f"{folder}/covariates.csv": table(COVARIATES, [age | {"source_id": "table1"}]),
    }


def config() -> str:
    """The choices, each on a line of its own."""
    lines = [
        "review:",
        "  title: A right review",
        "  version: 1.0.0",
        '  date: "2021-05-05"',
        "data: data",
        "comparison:",
        "  intervention: [drug]",
        "  control: [placebo]",
        "analyses:",
        "  primary:",
        "    label: Random effects",
        "  wald:",
        "    label: Wald",
        "    ci: Wald",
        "outcomes:",
    ]
    for name, (label, raw, kind, measure, direction) in OUTCOMES.items():
        lines += [
            f"  {name}:",
            f"    label: {label}",
            f"    outcome: {raw}",
            "    week: 24",
            f"    type: {kind}",
            f"    measure: {measure}",
            f"    direction: {direction}",
            "    analyses: [primary, wald]",
        ]
        if name == "response":
            lines += [
                "    subgroup: design",
                "    covariate:",
                "      name: age",
                "      label: Age",
            ]
    return "\n".join(lines) + "\n"


def prose() -> Files:
    """The texts of another clean review, without its citations and numbers."""
    texts = {name: text.decode() for name, text in clean().items() if name.startswith(TEXTS)}
    plain = (r" \[@[^]]*\]|\{figure:\w+\}\s*", r"\{\{ \w+\.[^}]*\}\}")
    for name, text in texts.items():
        texts[name] = re.sub(plain[1], "one", re.sub(plain[0], "", text))
    return {name: text.encode() for name, text in texts.items()}


def right() -> Files:
    """The review's files: config.yaml, and what is in its data folder."""
    files: Files = {CONFIG: config().encode(), **prose()}
    for index in range(len(TRIALS)):
        files |= trial(index)
    files[BIB] = "\n".join(
        f"@article{{{name}, title = {{A trial}}, year = {{{year}}}}}"
        for name, year in zip(TRIALS, YEARS, strict=True)
    ).encode()
    files[CHANGELOG] = (
        b"date,version,scope,item,row,kind,reason,who,checked\n"
        b"2021-05-01,1.0.0,review,,,first_version,The first version.,,\n"
    )
    files[FLOW] = (
        b"box,part,count,reference,locator,quote,note,checked\nstudies,,5,adams,p. 1,five,,\n"
    )
    return files
