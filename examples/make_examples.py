# ruff: noqa: E501 - a row of a table is easier to read in one line
"""Write the trials of the examples from the tables of R's metadat and of a published meta-analysis.

Run from the project's root with checkouts of metadat (version 1.7-2, commit 0cb96ce) and of
Modeling-NovelDiabetesMeds/Sys-Rev-Meta (commit 636a775):

    python examples/make_examples.py PATH/TO/metadat PATH/TO/Sys-Rev-Meta

What is written is committed. `tests/reference/second_sources.json` holds each number's second
source, as that prints it, and tests compare the two.
"""

import csv
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from metasynth.importers.identifiers import identifier

HERE = Path(__file__).parent
Row = Mapping[str, object]
Tables = dict[str, list[Row]]
TIMINGS = {
    "1": "adjuvant chemotherapy",
    "2": "neoadjuvant chemotherapy",
    "3": "concomitant chemotherapy",
}
FOLLOWED = {
    "ELIXA": "2.1", "LEADER": "3.8", "SUSTAIN-6": "2.1", "EXSCEL": "3.2", "Harmony Outcomes": "1.6",
    "REWIND": "5.4", "PIONEER 6": "1.3",
    "EMPA-REG OUTCOME": "3.1", "CANVAS program": "3.6", "DECLARE-TIMI 58": "4.2", "VERTIS CV": "3.5",
    "SCORED": "1.3",
}  # fmt: skip
"""Years of follow-up, as the two tables print them that give these trials' hazard ratios a second time."""
CLASSES = {
    "GLP1": (
        "GLP-1 receptor agonist",
        "glp1_table",
        "table 4 of PMC8168371 (columns by trial)",
    ),
    "SGLT2": ("SGLT2 inhibitor", "sglt2_table", "table 1 of PMC8112180 (columns by trial)"),
}
SHORT_SCALE = "As in both data sets; the instrument has a shorter scale than the others."


def rows_of(metadat: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table in metadat's folder data-raw."""
    header, *lines = (metadat / f"data-raw/dat.{name}.txt").read_text("utf-8").splitlines()
    columns = shlex.split(header)
    return [dict(zip(columns, shlex.split(line), strict=True)) for line in lines if line.strip()]


def quoted(row: Mapping[str, str], columns: Iterable[str]) -> str:
    """Cells as they stand in the table, each behind its column's name."""
    return ", ".join(f"{column} {row[column]}" for column in columns)


def fibromyalgia(metadat: Path) -> Tables:
    """Pain in the trials of Häuser et al. 2009, an arm a row; a control serves several arms."""
    made: Tables = {name: [] for name in ("studies", "arms", "results", "sources", "covariates")}
    seen: dict[str, str] = {}
    pain = [row for row in rows_of(metadat, "haeuser2009") if row["outcome"] == "pain"]
    for row in pain:
        label = f"{row['study']} {row['year']}"
        study = seen.setdefault(
            label, identifier(label.replace(" et al.", ""), seen.values(), "study")
        )
        place = {"study_id": study}
        if not any(known["study_id"] == study for known in made["studies"]):
            note = ""
            if label == "Goldenberg et al. 1996":
                note = "A crossover trial by its title; the meta-analysis took its arms as of different patients."
            made["studies"].append(
                place | {"label": label, "year": row["year"], "design": "randomised", "status": "included",
                         "reference": "haeuser2009", "note": note}
            )  # fmt: skip
            made["covariates"].append(
                place
                | {
                    "covariate": "change",
                    "value": int(row["type"] == "change"),
                    "source_id": row["tgrp"],
                }
            )
        for group, role, treatment, column in (
            (row["tgrp"], "intervention", row["med"], "t"),
            (row["cgrp"], "control", "placebo", "c"),
        ):
            if any(
                (known["study_id"], known["arm_id"]) == (study, group) for known in made["arms"]
            ):
                continue
            several = (
                sum(other["cgrp"] == row["cgrp"] and other["med"] == row["med"] for other in pain)
                > 1
            )
            name = treatment.capitalize() + (f" ({group})" if several and column == "t" else "")
            made["arms"].append(
                place
                | {
                    "arm_id": group,
                    "role": role,
                    "label": name,
                    "treatment": treatment,
                    "source_id": row["tgrp"],
                }
            )
            mean, sd, total = (row[f"{number}{column}i"] for number in ("m", "sd", "n"))
            made["results"].append(
                place | {"outcome": "pain", "arm_id": group, "total": total, "mean": mean, "sd": sd,
                         "provenance": "external", "source_id": row["tgrp"],
                         "checked": SHORT_SCALE if float(sd) < 1 else ""}
            )  # fmt: skip
        numbers = quoted(row, ("type", "nti", "mti", "sdti", "nci", "mci", "sdci"))
        made["sources"].append(
            place | {"source_id": row["tgrp"], "reference": "haeuser2009", "quote": numbers,
                     "locator": f"metadat, dat.haeuser2009, reference {row['ref']}, group {row['tgrp']}, pain;"
                     " checked against flexmeta, data set pain"}
        )  # fmt: skip
    return made


def head_and_neck(metadat: Path) -> Tables:
    """Deaths in the trials of Pignon et al. 2000: observed minus expected, and its variance."""
    made: Tables = {name: [] for name in ("studies", "arms", "results", "sources", "covariates")}
    taken: list[str] = []
    for number, row in enumerate(rows_of(metadat, "pignon2000"), start=1):
        study = identifier(row["trial"], taken, "trial")
        taken.append(study)
        place = {"study_id": study}
        note = "One of two parts of a trial." if row["trial"].endswith(("(a)", "(b)")) else ""
        made["studies"].append(
            place | {"label": row["trial"], "design": "randomised", "status": "included",
                     "reference": "pignon2000", "note": note}
        )  # fmt: skip
        for arm, role, treatment in (
            ("chemotherapy", "intervention", TIMINGS[row["grp"]]),
            ("control", "control", "locoregional treatment alone"),
        ):
            made["arms"].append(
                place | {"arm_id": arm, "role": role, "label": treatment.capitalize(), "treatment": treatment,
                         "source_id": "data"}
            )  # fmt: skip
        made["results"].append(
            place | {"outcome": "death", "arm_id": "chemotherapy", "reference_arm_id": "control",
                     "o_minus_e": row["OmE"], "variance": row["V"], "provenance": "external", "source_id": "data"}
        )  # fmt: skip
        made["sources"].append(
            place | {"source_id": "data", "reference": "baujat2002", "quote": quoted(row, ("OmE", "V", "grp")),
                     "locator": f"metadat, dat.pignon2000, row {number}; checked, in sum, against the abstract of"
                     " Pignon et al. 2000"}
        )  # fmt: skip
        made["covariates"].append(
            place | {"covariate": "size", "value": row["V"], "source_id": "data"}
        )
    return made


def glucose_lowering(repository: Path) -> Tables:
    """Deaths in trials of two classes of drugs: hazard ratios with limits, by class and follow-up."""
    made: Tables = {name: [] for name in ("studies", "arms", "results", "sources", "covariates")}
    taken: list[str] = []
    with (repository / "_data/df.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["outcome"] == "allcauseMort"]
    for row in rows:
        if row["trialname"] not in FOLLOWED:
            continue
        kind, table, second = CLASSES[row["type"]]
        years = FOLLOWED[row["trialname"]]
        study = identifier(row["trialname"], taken, "trial")
        taken.append(study)
        place = {"study_id": study}
        made["studies"].append(
            place | {"label": row["trialname"], "design": "randomised", "status": "included",
                     "n_randomised": row["size"], "reference": "rodriguez2023"}
        )  # fmt: skip
        for arm, role, treatment in (("drug", "intervention", kind), ("placebo", "control", "placebo")):  # fmt: skip
            made["arms"].append(
                place | {"arm_id": arm, "role": role, "label": treatment[0].upper() + treatment[1:],
                         "treatment": treatment, "source_id": "data"}
            )  # fmt: skip
        made["results"].append(
            place | {"outcome": "death", "arm_id": "drug", "reference_arm_id": "placebo", "estimate": row["hr"],
                     "ci_low": row["lci"], "ci_high": row["uci"], "provenance": "external", "source_id": "data"}
        )  # fmt: skip
        made["sources"] += [
            place | {"source_id": "data", "reference": "rodriguez2023",
                     "quote": quoted(row, ("outcome", "hr", "lci", "uci", "size")),
                     "locator": f"_data/df.csv of the authors' repository, row {row['']}; checked against {second}"},
            place | {"source_id": "followed", "reference": table, "locator": second,
                     "quote": f"{row['trialname']}: follow-up {years} years"},
        ]  # fmt: skip
        made["covariates"].append(
            place | {"covariate": "followed", "value": years, "source_id": "followed"}
        )
    return made


def catheters(metadat: Path) -> Tables:
    """Bloodstream infections with standard catheters: the control arms of two reviews' trials."""
    made: Tables = {name: [] for name in ("studies", "arms", "results", "sources")}
    taken: list[str] = []
    for name, outcome, events, whole, column, checked in (
        (
            "nielweise2007",
            "infected",
            "ci",
            "n2i",
            "total",
            "niel-weise21.csv of remetasa-r, as typed from Stijnen et al. 2010",
        ),
        (
            "nielweise2008",
            "infections",
            "x2i",
            "t2i",
            "person_time",
            "table VII of Stijnen et al. 2010, in sum",
        ),
    ):
        for row in rows_of(metadat, name):
            author = row.get("author") or row["authors"]
            label = f"{author} {row['year']}"
            study = identifier(label.replace(" et al.", ""), taken, "study")
            taken.append(study)
            place = {"study_id": study}
            made["studies"].append(
                place | {"label": label, "year": row["year"], "design": "one arm of a published comparison",
                         "status": "included", "reference": name}
            )  # fmt: skip
            made["arms"].append(
                place | {"arm_id": "standard", "role": "group", "label": "Standard catheter",
                         "treatment": "standard catheter", "source_id": "data"}
            )  # fmt: skip
            made["results"].append(
                place | {"outcome": outcome, "arm_id": "standard", "events": row[events], column: row[whole],
                         "provenance": "external", "source_id": "data"}
            )  # fmt: skip
            made["sources"].append(
                place | {"source_id": "data", "reference": name, "quote": quoted(row, (events, whole)),
                         "locator": f"metadat, dat.{name}, study {row['study']}; checked against {checked}"}
            )  # fmt: skip
    return made


def write(folder: Path, tables: Tables) -> None:
    """Write the tables of all trials of an example, each as a long CSV file."""
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    metadat, diabetes = map(Path, sys.argv[1:])
    for made, checkout in (
        (fibromyalgia, metadat),
        (head_and_neck, metadat),
        (glucose_lowering, diabetes),
        (catheters, metadat),
    ):
        folder = HERE / made.__name__ / "data/raw"
        folder.mkdir(parents=True, exist_ok=True)
        write(folder, made(checkout))
